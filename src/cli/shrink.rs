//! `kinesim shrink`: cuts a run that fails down to a small scenario file.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration as WallTime;

use clap::Args;

use super::interrupt::Interrupt;
use super::run::{Stopwatch, cores};
use super::terminal::{Exit, bug, load, print_diagnostics, spinner, wants_code};
use crate::base::written::Duration;
use crate::base::{Bug, Seeds};
use crate::explore::shrink::{Asked, Bounds, NotShrunk, Shrunk, shrink as cut_down};
use crate::explore::{Failure, Source};
use crate::scenario::Which;

/// More runs than these are not made, however much time there is.
const RUNS_MAX: u64 = 20_000;

#[derive(Args)]
pub(super) struct Arguments {
    /// A scenario file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The run that fails, such as `7` or `7@3m12s:41`; that of the file's own seed when not given.
    #[arg(long, value_name = "SEEDS")]
    seed: Option<Seeds>,
    /// Cut down what the seed draws of a swarm.
    #[arg(long)]
    swarm: bool,
    /// Plant this bug, as the key `bug` of a file does.
    #[arg(long, value_name = "BUG", value_parser = bug)]
    bug: Option<Bug>,
    /// Where to write the small file; standard output when not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The check, or the text of the expectation, whose failure is kept; the first that fails when not given.
    #[arg(long, value_name = "NAME")]
    check: Option<String>,
    /// Stop after this time with what is found by then.
    #[arg(long, value_name = "TIME", default_value = "60s")]
    within: Duration,
    /// So many runs at the same time; as many as there are cores when not given.
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
}

pub(super) fn shrink(arguments: &Arguments) -> io::Result<Exit> {
    let file = &arguments.file;
    let (seeds, is_swarm) = (arguments.seed.clone(), arguments.swarm);
    let which = Which { seeds, is_swarm, bug: arguments.bug, ..Which::default() };
    let source = match load(file, &which)? {
        Ok(scenario) if wants_code(file, &scenario)? => return Ok(Exit::Wrong),
        Ok(_) => Source { path: file.display().to_string(), text: fs::read_to_string(file)?, which },
        Err(diagnostics) => {
            print_diagnostics(&diagnostics)?;
            return Ok(Exit::Wrong);
        }
    };
    let watch = Stopwatch::start();
    let limit = WallTime::from_nanos(arguments.within.0.as_nanos());
    let interrupt = Interrupt::listen();
    let is_late = || interrupt.is_asked() || watch.elapsed() >= limit;
    let bar = spinner();
    let mut progress = |runs| bar.set_message(format!("{runs} runs, {:.0} s", watch.elapsed().as_secs_f64()));
    let bounds = Bounds { jobs: arguments.jobs.unwrap_or_else(cores), runs_max: RUNS_MAX, is_late: &is_late };
    let written = arguments.out.as_ref().map_or("FILE".to_owned(), |out| out.display().to_string());
    let asked = Asked { source: &source, seeds: arguments.seed.clone(), written: &written, bounds };
    let is_meant = |failure: &Failure| arguments.check.as_ref().is_none_or(|check| *check == failure.of);
    let shrunk = cut_down(&asked, is_meant, &mut progress);
    bar.finish_and_clear();
    match shrunk {
        Ok(shrunk) => tell(arguments, &shrunk, watch.elapsed()),
        Err(NotShrunk::Wrong(wrong)) => Err(io::Error::other(wrong.to_string())),
        Err(NotShrunk::Holds { failing }) => nothing_fails(arguments, failing),
    }
}

fn tell(arguments: &Arguments, shrunk: &Shrunk, took: WallTime) -> io::Result<Exit> {
    match &arguments.out {
        Some(out) => fs::write(out, &shrunk.text)?,
        None => io::stdout().lock().write_all(shrunk.text.as_bytes())?,
    }
    let (before, after) = shrunk.lines;
    let mut err = anstream::stderr().lock();
    writeln!(
        err,
        "{}: {before} lines cut down to {after} in {} runs, {:.1} s",
        shrunk.failure.of,
        shrunk.runs,
        took.as_secs_f64()
    )?;
    if shrunk.slips > 0 {
        writeln!(err, "{} runs failed the same check in another way; they were not taken", shrunk.slips)?;
    }
    if shrunk.is_cut_short {
        writeln!(err, "cut short: more time may make it smaller (--within)")?;
    }
    Ok(Exit::Pass)
}

/// Says that there is nothing to cut down.
fn nothing_fails(arguments: &Arguments, failing: Vec<String>) -> io::Result<Exit> {
    let mut err = anstream::stderr().lock();
    let file = arguments.file.display();
    match (&arguments.check, &failing[..]) {
        (Some(check), [_, ..]) => {
            writeln!(err, "{file}: `{check}` does not fail in this run; what does: {}", failing.join(", "))?
        }
        _ => writeln!(
            err,
            "{file}: nothing fails in this run; `kinesim explore` finds runs that do, name one by --seed"
        )?,
    }
    Ok(Exit::Wrong)
}
