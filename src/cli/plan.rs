//! `kinesim plan`: the cheapest configuration that keeps the promises.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::run::cores;
use super::terminal::{Exit, print_diagnostics, spinner, takes_colour, terminal_columns};
use crate::base::written::Duration;
use crate::planner::{Answer, Asked, Carried, Grid, Slo, Way, answer, document, look, told};
use crate::report::{Page, Style};
use crate::run::{Options, run};
use crate::scenario::plan::Plan;
use crate::scenario::{Alternatives, Axis};

#[derive(Args)]
pub(super) struct Arguments {
    /// A scenario file. Its `[plan]` says what may vary and what must hold.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Try other values of a key: `stream.clicks.shards=1..64`, `consumer.billing.workers=2,4,8`, `traffic=x1,x2`.
    /// Replaces what the file says of the same key.
    #[arg(long, value_name = "KEY=VALUES", value_parser = Axis::parse)]
    vary: Vec<Axis>,
    /// A promise, besides those of the file: `throttled_writes < 0.1%`, `iterator_age.p99 of billing < 10s`,
    /// `unread_trimmed == 0`, `lease_table.throttled == 0`, `time_to_recover < 5m`.
    #[arg(long, value_name = "EXPR")]
    slo: Vec<String>,
    /// Plan for this time, in the place of the file's `duration`.
    #[arg(long, value_name = "TIME")]
    horizon: Option<Duration>,
    /// Find the cheapest that holds without trying every configuration: by halves along the last key that varies. Write
    /// its values in the order of what they give.
    #[arg(long)]
    search: bool,
    /// Write the answer with every configuration as JSON into FILE; `-` prints it instead of the answer in words.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// So many configurations at the same time; as many as there are cores when not given.
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
}

pub(super) fn plan(arguments: &Arguments) -> io::Result<Exit> {
    let path = &arguments.file;
    let shown = path.display().to_string();
    let source = fs::read_to_string(path)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot read {shown}: {error}")))?;
    let file = match Alternatives::of(&source, &shown, path) {
        Ok(file) => file,
        Err(wrong) => {
            print_diagnostics(&wrong)?;
            return Ok(Exit::Wrong);
        }
    };
    let slos = file.planned.slo.iter().chain(&arguments.slo).map(|text| Slo::parse(text));
    let promises = match slos.collect::<Result<Vec<_>, _>>() {
        Ok(slos) => slos.into_iter().map(|slo| slo.expect).collect(),
        Err(wrong) => return say_wrong(&wrong.0),
    };
    let horizon = arguments.horizon.as_ref().or(file.planned.horizon.as_ref()).map(|horizon| horizon.0);
    let asked = Asked { file: &file, promises, horizon, engine: &by_records };
    if let Err(wrong) = asked.plan(&[]) {
        print_diagnostics(&wrong)?;
        return Ok(Exit::Wrong);
    }
    let way = if arguments.search { Way::Search } else { Way::All };
    let bar = spinner();
    let chosen = Grid::of(&file, &arguments.vary).and_then(|grid| {
        let of = grid.len();
        let mut progress = |tried: usize| bar.set_message(format!("{tried} of {of} configurations"));
        look(&asked, &grid, way, arguments.jobs.unwrap_or_else(cores), &mut progress)
    });
    bar.set_message("how far the traffic can grow");
    let answered = chosen.map(|chosen| answer(&asked, chosen));
    bar.finish_and_clear();
    match answered {
        Ok(answer) => tell(arguments, &answer),
        Err(wrong) => say_wrong(&wrong.to_string()),
    }
}

/// Carries a plan out record by record.
fn by_records(plan: &Plan) -> Carried {
    let report = run(plan, Options::default()).report;
    Carried { figures: report.figures, expectations: report.expectations, cost_usd: None }
}

fn say_wrong(wrong: &str) -> io::Result<Exit> {
    writeln!(anstream::stderr().lock(), "{wrong}")?;
    Ok(Exit::Wrong)
}

fn tell(arguments: &Arguments, answer: &Answer) -> io::Result<Exit> {
    let json = || serde_json::to_string_pretty(&document(answer)).map(|text| text + "\n").map_err(io::Error::other);
    let is_printed = arguments.json.as_ref().is_some_and(|path| path.as_os_str() == "-");
    match &arguments.json {
        Some(_) if is_printed => io::stdout().lock().write_all(json()?.as_bytes())?,
        Some(path) => fs::write(path, json()?)?,
        None => {}
    }
    if !is_printed {
        let style = if takes_colour(&io::stdout()) { Style::Coloured } else { Style::Plain };
        let page = Page::new(style, terminal_columns(), Vec::new());
        anstream::stdout().lock().write_all(told(answer, &page).as_bytes())?;
    }
    Ok(if answer.best.is_some() { Exit::Pass } else { Exit::Fail })
}
