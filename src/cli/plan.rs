//! `kinesim plan`: the cheapest configuration that keeps the promises.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::run::cores;
use super::terminal::{Exit, print_diagnostics, spinner, takes_colour, terminal_columns};
use crate::base::written::Duration;
use crate::planner::{
    Answer, Asked, Grid, Slo, Way, answer, by_rates, by_records, confirm, document, left_out, look, told,
};
use crate::report::{Page, Style};
use crate::scenario::{Alternatives, Axis};

/// How configurations are carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum EngineWord {
    /// By rates a shard: fast, however many records there are.
    Rates,
    /// Record by record, as `kinesim run` does.
    Records,
}

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
    /// How configurations are carried out. When not given it is by rates, unless the file has what rates leave out,
    /// such as most faults.
    #[arg(long, value_enum, value_name = "HOW")]
    engine: Option<EngineWord>,
    /// Run the recommended configuration record by record up to its worst minutes, and say whether it holds there too.
    #[arg(long)]
    confirm: bool,
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
    let mut asked = Asked { file: &file, promises, horizon, engine: &by_rates };
    let left_out = match asked.plan(&[]) {
        Ok(plan) => left_out(&plan),
        Err(wrong) => {
            print_diagnostics(&wrong)?;
            return Ok(Exit::Wrong);
        }
    };
    if arguments.engine == Some(EngineWord::Records) || (arguments.engine.is_none() && !left_out.is_empty()) {
        asked.engine = &by_records;
    } else if !left_out.is_empty() {
        writeln!(anstream::stderr().lock(), "rates leave out: {}", left_out.join(", "))?;
    }
    let way = if arguments.search { Way::Search } else { Way::All };
    let bar = spinner();
    let chosen = Grid::of(&file, &arguments.vary).and_then(|grid| {
        let of = grid.len();
        let mut progress = |tried: usize| bar.set_message(format!("{tried} of {of} configurations"));
        look(&asked, &grid, way, arguments.jobs.unwrap_or_else(cores), &mut progress)
    });
    bar.set_message("how far the traffic can grow");
    let answered = chosen.map(|chosen| {
        let mut answer = answer(&asked, chosen);
        if let Some(best) = answer.best.as_ref().filter(|_| arguments.confirm) {
            bar.set_message("record by record");
            answer.confirmed = confirm(&asked, &best.point.settings);
        }
        answer
    });
    bar.finish_and_clear();
    match answered {
        Ok(answer) => tell(arguments, &answer),
        Err(wrong) => say_wrong(&wrong.to_string()),
    }
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
    Ok(if answer.holds() { Exit::Pass } else { Exit::Fail })
}
