//! `kinesim run`: runs scenarios and reports.

mod again;
mod arguments;
mod exports;
mod one;
mod timed;

pub(super) use self::timed::Stopwatch;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(super) use self::arguments::{Arguments, cores};
#[cfg(feature = "watch")]
pub(super) use self::one::exit_of;
use self::one::run_one;
#[cfg(feature = "serve")]
pub(super) use self::one::write_attachments;
use super::surroundings::tell_github;
use super::terminal::{Exit, STDIN, load, print_diagnostics, scenario_files, wants_code};
use crate::report::suites::Suite;
use crate::report::{files, junit};
use crate::run::in_order;
use crate::scenario::Scenario;

pub(super) fn run(arguments: &Arguments) -> io::Result<Exit> {
    // Every file is read before any is run.
    let mut scenarios = Vec::new();
    let mut is_wrong = false;
    let files = scenario_files(&arguments.files)?;
    for file in &files {
        match load(file, &arguments.which())? {
            Ok(scenario) => scenarios.push((file, scenario)),
            Err(diagnostics) => {
                print_diagnostics(&diagnostics)?;
                is_wrong = true;
            }
        }
    }
    for (file, scenario) in &scenarios {
        is_wrong |= wants_code(file, scenario)?;
    }
    if is_wrong {
        return Ok(Exit::Wrong);
    }
    if let Some(why) = cannot(arguments, scenarios.len()) {
        writeln!(anstream::stderr(), "kinesim: {why}")?;
        return Ok(Exit::Wrong);
    }
    run_all(arguments, scenarios)
}

/// Why so many scenarios cannot be run as it was asked.
fn cannot(arguments: &Arguments, scenarios: usize) -> Option<&'static str> {
    let is_one = scenarios == 1;
    match arguments {
        Arguments { html: Some(_), .. } if !is_one => {
            Some("--html writes one page: name a single scenario, or use --out DIR")
        }
        Arguments { perfetto: Some(_), .. } if !is_one => {
            Some("--perfetto writes the trace of one run: name a single scenario")
        }
        Arguments { parquet: Some(_), .. } if cfg!(not(feature = "parquet")) => {
            Some("this build writes no Parquet: build with `--features parquet`, or use --out DIR for events as JSON")
        }
        Arguments { parquet: Some(_), .. } if !is_one => {
            Some("--parquet writes the tables of one run: name a single scenario")
        }
        _ => None,
    }
}

/// Runs what was read, and prints each report as soon as those before it are printed.
fn run_all(arguments: &Arguments, scenarios: Vec<(&PathBuf, Scenario)>) -> io::Result<Exit> {
    let folders = folders_of(scenarios.iter().map(|(file, _)| file.as_path()));
    let count = scenarios.len();
    let runs = scenarios.into_iter().zip(folders).map(|((file, scenario), folder)| {
        let out = arguments.out.as_ref().map(|dir| if count == 1 { dir.clone() } else { dir.join(folder) });
        // What came from standard input has no lines that anybody could look at.
        let source = std::fs::read_to_string(file).unwrap_or_default();
        (scenario, source, out)
    });
    let (mut exit, mut suites) = (Exit::Pass, Vec::new());
    in_order(
        runs,
        arguments.jobs().min(count),
        |(scenario, source, out)| run_one(arguments, &scenario, &source, out.as_deref()),
        |told| {
            let told = told?;
            exit = exit.and(told.exit);
            suites.push(told.suite);
            io::stdout().lock().write_all(told.out.as_bytes())?;
            io::stderr().lock().write_all(told.err.as_bytes())
        },
    )?;
    tell_builds(arguments, &suites)?;
    Ok(exit)
}

/// Tells build servers.
fn tell_builds(arguments: &Arguments, suites: &[Suite]) -> io::Result<()> {
    if let Some(path) = &arguments.junit {
        files::write_named(path, junit::render("kinesim run", suites))?;
    }
    let failed = suites.iter().filter(|suite| suite.failed() > 0).count();
    let verdict = format!("{failed} of {} scenarios failed", suites.len());
    // Commands to GitHub are read wherever they are written; JSON may have nothing beside it.
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    let to: &mut dyn Write = if arguments.json { &mut err } else { &mut out };
    tell_github("kinesim run", suites, &verdict, to)
}

/// A folder name for each file: its stem, with a number where another file has the same.
fn folders_of<'a>(files: impl Iterator<Item = &'a Path>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let of = |file: &Path| match file.to_str() == Some(STDIN) {
        true => "stdin".to_owned(),
        false => file.file_stem().unwrap_or(file.as_os_str()).to_string_lossy().into_owned(),
    };
    let free = |stem: String| {
        let numbered = (2..).map(|n| format!("{stem}-{n}"));
        let mut names = [stem.clone()].into_iter().chain(numbered);
        names.find(|name| taken.insert(name.clone())).unwrap_or(stem.clone())
    };
    files.map(of).map(free).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_with_one_stem_have_folders_of_their_own() {
        let files = ["a/x.toml", "b/x.toml", "y.toml", "c/x.toml", "-"].map(Path::new);
        assert_eq!(folders_of(files.into_iter()), ["x", "x-2", "y", "x-3", "stdin"]);
    }
}
