//! `kinesim explore`: searches many runs of scenarios for failures.

mod arguments;
mod found;

use std::io::{self, Write};
use std::time::Duration as WallTime;

pub(super) use self::arguments::Arguments;
use super::interrupt::Interrupt;
use super::run::Stopwatch;
use super::terminal::{Exit, load, print_diagnostics, scenario_files, spinner, terminal_columns, wants_code};
use crate::explore::{Findings, Search, Source, explore_one, in_order, told};

/// So many runs are decided on at a time; what they reach decides the next.
const ROUND: u64 = 24;
/// What a report is as wide as where no terminal says it.
const WIDTH: usize = 100;

pub(super) fn explore(arguments: &Arguments) -> io::Result<Exit> {
    let mut sources = Vec::new();
    for file in scenario_files(&arguments.files)? {
        match load(&file, &arguments.which(arguments.from))? {
            Ok(scenario) if wants_code(&file, &scenario)? => return Ok(Exit::Wrong),
            Ok(_) => sources.push(Source {
                path: file.display().to_string(),
                text: std::fs::read_to_string(&file)?,
                which: arguments.which(arguments.from),
            }),
            Err(diagnostics) => {
                print_diagnostics(&diagnostics)?;
                return Ok(Exit::Wrong);
            }
        }
    }
    let interrupt = Interrupt::listen();
    let mut findings = search(arguments, &sources, &interrupt)?;
    found::make(arguments, &mut findings, &sources, &interrupt);
    found::write(&findings, &arguments.out)?;
    let width = terminal_columns().unwrap_or(WIDTH);
    io::stdout().lock().write_all(told(&findings, &sources, &arguments.out, width).as_bytes())?;
    Ok(match findings.is_clean() {
        false => Exit::Fail,
        true if findings.judged_runs() == 0 => Exit::Unknown,
        true => Exit::Pass,
    })
}

/// Runs round after round, until the seeds, the time or what the user wants to see is there.
fn search(arguments: &Arguments, sources: &[Source], interrupt: &Interrupt) -> io::Result<Findings> {
    let watch = Stopwatch::start();
    let limit = arguments.time.map(|time| WallTime::from_nanos(time.0.as_nanos()));
    let is_late = || interrupt.is_asked() || limit.is_some_and(|limit| watch.elapsed() >= limit);
    let mut left = if limit.is_some() { u64::MAX } else { arguments.seeds.saturating_mul(sources.len() as u64) };
    let jobs = arguments.jobs();
    let mut search = Search::new(arguments.wanted(sources.len()));
    let mut findings = Findings::default();
    let bar = spinner();
    let mut is_over = false;
    while left > 0 && !is_over && !is_late() {
        let round = search.round(left.min(ROUND) as usize);
        left -= round.len() as u64;
        let round = round.into_iter().take_while(|_| !is_late());
        let done = in_order(
            round,
            jobs,
            |task| explore_one(&task, sources),
            |explored| {
                let explored = explored.map_err(|wrong| io::Error::other(wrong.to_string()))?;
                search.learn(&explored);
                findings.take(explored);
                bar.set_message(progress(&findings, watch.elapsed()));
                is_over = arguments.stop_on.is_over(&findings);
                if is_over { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
            },
        );
        done.or_else(|error| if is_over { Ok(()) } else { Err(error) })?;
    }
    bar.finish_and_clear();
    if interrupt.is_asked() {
        writeln!(anstream::stderr(), "kinesim: cut short; this is what was found so far")?;
    }
    Ok(findings)
}

/// How far the search is.
fn progress(findings: &Findings, elapsed: WallTime) -> String {
    let Findings { runs, failed, .. } = findings;
    let speed = *runs as f64 / elapsed.as_secs_f64().max(0.001);
    let (distinct, reached) = (findings.distinct(), findings.reached_count());
    format!("{runs} runs, {speed:.0} a second; {failed} failed in {distinct} ways; {reached} situations")
}
