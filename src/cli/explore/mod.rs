//! `kinesim explore`: searches many runs of scenarios for failures.

mod arguments;
mod found;
mod regressions;
mod searching;

use std::io::{self, Write};

pub(super) use self::arguments::Arguments;
use self::regressions::Regressions;
use super::interrupt::Interrupt;
use super::terminal::{Exit, load, print_diagnostics, scenario_files, terminal_columns, wants_code};
use crate::explore::{Findings, Page, Source, told};

/// What a report is as wide as where no terminal says it.
const WIDTH: usize = 100;

pub(super) fn explore(arguments: &Arguments) -> io::Result<Exit> {
    let Some(sources) = sources(arguments)? else { return Ok(Exit::Wrong) };
    let regressions = Regressions::read(arguments)?;
    let first = regressions.as_ref().map_or(Vec::new(), |regressions| regressions.first(&sources));
    let interrupt = Interrupt::listen();
    let mut findings = searching::search(arguments, &sources, &first, &interrupt)?;
    found::make(arguments, &mut findings, &sources, &interrupt);
    found::write(&findings, &arguments.out)?;
    let width = terminal_columns().unwrap_or(WIDTH);
    let page = Page { folder: &arguments.out, regressions: &arguments.regressions, width };
    io::stdout().lock().write_all(told(&findings, &sources, &page).as_bytes())?;
    if let Some(regressions) = regressions {
        keep(&regressions, &findings, &sources)?;
    }
    Ok(exit_of(&findings))
}

/// The scenarios, if nothing is wrong with them.
fn sources(arguments: &Arguments) -> io::Result<Option<Vec<Source>>> {
    let mut sources = Vec::new();
    for file in scenario_files(&arguments.files)? {
        match load(&file, &arguments.which(arguments.from))? {
            Ok(scenario) if wants_code(&file, &scenario)? => return Ok(None),
            Ok(_) => sources.push(Source {
                path: file.display().to_string(),
                text: std::fs::read_to_string(&file)?,
                which: arguments.which(arguments.from),
            }),
            Err(diagnostics) => {
                print_diagnostics(&diagnostics)?;
                return Ok(None);
            }
        }
    }
    Ok(Some(sources))
}

/// Keeps what failed, and says so.
fn keep(regressions: &Regressions, findings: &Findings, sources: &[Source]) -> io::Result<()> {
    let (new, path) = (regressions.keep(findings, sources)?, regressions.path().display());
    let mut err = anstream::stderr().lock();
    match new {
        0 => Ok(()),
        1 => writeln!(err, "kinesim: kept 1 failing timeline in {path}; it runs first the next time"),
        _ => writeln!(err, "kinesim: kept {new} failing timelines in {path}; they run first the next time"),
    }
}

fn exit_of(findings: &Findings) -> Exit {
    match findings.is_clean() {
        false => Exit::Fail,
        true if findings.judged_runs() == 0 => Exit::Unknown,
        true => Exit::Pass,
    }
}
