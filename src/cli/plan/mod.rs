//! `kinesim plan`: the cheapest configuration that keeps the promises.

mod parts;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use indicatif::ProgressBar;

use crate::base::SimDuration;
use crate::base::written::Duration;
use crate::cli::part::{self, asked};
use crate::cli::run::cores;
use crate::cli::terminal::{Exit, give_answer, pretty, print_diagnostics, say_wrong, spinner};
use crate::planner::{
    Answer, Asked, Chosen, Grid, NoGrid, Slo, Way, answer, by_rates, by_records, confirm, document, left_out, look,
    page, told,
};
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
    /// Plan for the traffic that CloudWatch has seen: the JSON of `aws cloudwatch get-metric-data` or
    /// `get-metric-statistics`, or CSV. It takes the place of the loads of the file's producers, and its length that of
    /// the horizon. Where producers put to several streams, give one for each.
    #[arg(long, value_name = "[STREAM=]FILE")]
    metrics: Vec<String>,
    /// How the records of metrics come within a minute: `poisson` draws seconds, a number is the busiest second as a
    /// multiple of the mean. When not given they come evenly, which hides bursts.
    #[arg(long, value_name = "poisson|FACTOR")]
    burstiness: Option<String>,
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
    /// Write the answer as a page, `report.html`, and as JSON, `plan.json`, into the folder DIR, and beside them the
    /// recommended configuration as a scenario, `recommended.toml`.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Try only every N-th configuration, the K-th of each N, and leave what came of them in the `--out` folder.
    /// `auto/N` takes K from Slurm, AWS Batch, an Indexed Job of Kubernetes or GNU parallel.
    #[arg(long, value_name = "K/N", value_parser = asked)]
    #[arg(requires = "out", conflicts_with_all = ["search", "merge", "confirm", "json"])]
    partition: Option<part::Asked>,
    /// Try nothing, and put together what the parts in the folder DIR came to.
    #[arg(long, value_name = "DIR", conflicts_with = "search")]
    merge: Option<PathBuf>,
    /// So many configurations at the same time; as many as there are cores when not given.
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
}

pub(super) fn plan(arguments: &Arguments) -> io::Result<Exit> {
    let path = &arguments.file;
    let shown = path.display().to_string();
    let source = fs::read_to_string(path)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot read {shown}: {error}")))?;
    let mut file = match Alternatives::of(&source, &shown, path) {
        Ok(file) => file,
        Err(wrong) => {
            print_diagnostics(&wrong)?;
            return Ok(Exit::Wrong);
        }
    };
    let length = match take_metrics(arguments, &mut file) {
        Ok(length) => length,
        Err(wrong) => return say_wrong(&wrong),
    };
    let slos = file.planned.slo.iter().chain(&arguments.slo).map(|text| Slo::parse(text));
    let promises = match slos.collect::<Result<Vec<_>, _>>() {
        Ok(slos) => slos.into_iter().map(|slo| slo.expect).collect(),
        Err(wrong) => return say_wrong(&wrong.0),
    };
    let of_file = file.planned.horizon.as_ref().map(|horizon| horizon.0);
    let horizon = arguments.horizon.as_ref().map(|horizon| horizon.0).or(length).or(of_file);
    let mut asked = Asked { file: &file, promises, horizon, engine: &by_rates, how: "rates" };
    let left_out = match asked.plan(&[]) {
        Ok(plan) => left_out(&plan),
        Err(wrong) => {
            print_diagnostics(&wrong)?;
            return Ok(Exit::Wrong);
        }
    };
    if arguments.engine == Some(EngineWord::Records) || (arguments.engine.is_none() && !left_out.is_empty()) {
        (asked.engine, asked.how) = (&by_records, "records");
    } else if !left_out.is_empty() {
        writeln!(anstream::stderr().lock(), "rates leave out: {}", left_out.join(", "))?;
    }
    let grid = match Grid::of(&file, &arguments.vary) {
        Ok(grid) => grid,
        Err(wrong) => return say_wrong(&wrong.to_string()),
    };
    if arguments.partition.is_some() {
        return make_part(arguments, &asked, &grid);
    }
    match answered(arguments, &asked, &grid) {
        Ok(answer) => {
            keep(arguments, &asked, &grid, &answer)?;
            tell(arguments, &answer)
        }
        Err(wrong) => say_wrong(&wrong),
    }
}

/// Tries the configurations, or takes what came of them, and what is asked about the one that is recommended.
fn answered(arguments: &Arguments, asked: &Asked<'_>, grid: &Grid) -> Result<Answer, String> {
    let bar = spinner();
    let chosen = match &arguments.merge {
        Some(folder) => parts::merged(folder, asked, grid)?,
        None => tried(arguments, asked, grid, &|_| true, &bar).map_err(|wrong| wrong.to_string())?,
    };
    bar.set_message("how far the traffic can grow");
    let mut answer = answer(asked, chosen);
    if let Some(best) = answer.best.as_ref().filter(|_| arguments.confirm) {
        bar.set_message("record by record");
        answer.confirmed = confirm(asked, &best.point.settings);
    }
    bar.finish_and_clear();
    Ok(answer)
}

fn tried(
    arguments: &Arguments,
    asked: &Asked<'_>,
    grid: &Grid,
    mine: &dyn Fn(usize) -> bool,
    bar: &ProgressBar,
) -> Result<Chosen, NoGrid> {
    let way = if arguments.search { Way::Search } else { Way::All };
    let of = grid.len();
    let mut progress = |tried: usize| bar.set_message(format!("{tried} of {of} configurations"));
    look(asked, grid, way, mine, arguments.jobs.unwrap_or_else(cores), &mut progress)
}

/// Tries a part of the configurations.
fn make_part(arguments: &Arguments, asked: &Asked<'_>, grid: &Grid) -> io::Result<Exit> {
    let partition = match parts::partition(arguments.partition)? {
        Ok(partition) => partition,
        Err(wrong) => return say_wrong(&wrong),
    };
    let bar = spinner();
    let chosen = match tried(arguments, asked, grid, &|number| partition.has(number as u64), &bar) {
        Ok(chosen) => chosen,
        Err(wrong) => return say_wrong(&wrong.to_string()),
    };
    bar.finish_and_clear();
    let folder = arguments.out.clone().unwrap_or_default();
    parts::leave(&folder, &arguments.file, partition, (asked, grid, &chosen))
}

/// What `--out` asks for.
fn keep(arguments: &Arguments, asked: &Asked<'_>, grid: &Grid, answer: &Answer) -> io::Result<()> {
    let Some(folder) = &arguments.out else { return Ok(()) };
    fs::create_dir_all(folder)?;
    let scenario = arguments.file.display().to_string();
    fs::write(folder.join("report.html"), page(&scenario, grid, answer))?;
    fs::write(folder.join("plan.json"), pretty(&document(answer))?)?;
    let best = answer.best.as_ref().and_then(|best| asked.scenario(&best.point.settings).ok());
    best.map_or(Ok(()), |best| fs::write(folder.join("recommended.toml"), best.resolved_toml()))
}

/// Puts metrics in the place of loads. Returns the length of the longest.
fn take_metrics(arguments: &Arguments, file: &mut Alternatives) -> Result<Option<SimDuration>, String> {
    let mut length = None;
    for given in &arguments.metrics {
        // A file's name may have an equals sign, a stream's may not.
        let (stream, path) = match given.split_once('=') {
            Some((stream, path)) if !Path::new(given).exists() => (Some(stream), path),
            _ => (None, given.as_str()),
        };
        let of = SimDuration::from_millis(file.put_metrics(stream, Path::new(path))?);
        length = length.max(Some(of));
    }
    if let Some(burstiness) = &arguments.burstiness {
        file.put_burstiness(burstiness)?;
    }
    Ok(length)
}

fn tell(arguments: &Arguments, answer: &Answer) -> io::Result<Exit> {
    give_answer(arguments.json.as_deref(), &|| document(answer), &|page| told(answer, page))?;
    Ok(if answer.holds() { Exit::Pass } else { Exit::Fail })
}
