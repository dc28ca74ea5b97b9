//! `kinesim exec`: a command of any language in a consumer's place, seed after seed.

mod arguments;
mod told;

use std::fs;
use std::io::{self, Write};
use std::path::Path;

pub(super) use self::arguments::Arguments;
use self::told::{Counts, Seed};
use super::run::write_attachments;
use super::terminal::{Exit, load, print_diagnostics};
use crate::report::files;
use crate::run::in_order;
use crate::scenario::{Scenario, Which};
use crate::serve::{self, Ended, ExecError, Execution, RECORDING, Settings};

/// Runs the command under each seed, and says what came of it.
pub(super) fn exec(arguments: &Arguments) -> io::Result<Exit> {
    let scenario = match load(&arguments.file, &Which::default())? {
        Ok(scenario) => scenario,
        Err(diagnostics) => return print_diagnostics(&diagnostics).map(|()| Exit::Wrong),
    };
    let consumer = match consumer(arguments, &scenario) {
        Ok(consumer) => consumer,
        Err(problem) => return writeln!(anstream::stderr(), "kinesim: {problem}").map(|()| Exit::Wrong),
    };
    tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_writer(io::stderr).with_ansi(false).init();
    let mut counts = Counts::default();
    let seeds = (arguments.from..=u64::MAX).take(usize::try_from(arguments.seeds).unwrap_or(usize::MAX));
    let mut exit = Exit::Pass;
    let mut out = anstream::stdout();
    let ended = in_order(
        seeds,
        arguments.jobs.get(),
        |seed| one(arguments, &consumer, seed),
        |one: Result<Seed, Failed>| match one {
            Ok(seed) => {
                if counts.is_empty() {
                    seed.preface(&consumer, &mut out)?;
                }
                exit = exit.and(counts.count(&seed));
                seed.tell(arguments, &mut out)?;
                // What comes after an interruption would be interrupted too.
                if seed.is_interrupted() { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
            }
            Err(failed) => {
                exit = Exit::Wrong;
                failed.tell()?;
                Err(io::ErrorKind::Interrupted.into())
            }
        },
    );
    match ended {
        Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
        _ => {}
    }
    if exit != Exit::Wrong {
        counts.tell(&mut out)?;
    }
    Ok(exit)
}

/// The consumer whose place the command takes.
fn consumer(arguments: &Arguments, scenario: &Scenario) -> Result<String, String> {
    let all: Vec<(&str, bool)> = scenario.consumers().collect();
    let names = || all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let file = arguments.file.display();
    if let Some(name) = &arguments.consumer {
        let is_there = all.iter().any(|(known, _)| known == name);
        return is_there
            .then(|| name.clone())
            .ok_or_else(|| format!("{file} has no consumer {name}; it has: {}", names()));
    }
    let own: Vec<&str> = all.iter().filter(|(_, is_own)| *is_own).map(|(name, _)| *name).collect();
    match (&all[..], &own[..]) {
        ([], _) => Err(format!("{file} has no consumer whose place the command could take: write a [consumer.NAME]")),
        ([(only, _)], _) | (_, [only]) => Ok((*only).to_owned()),
        _ => {
            Err(format!("{file} has several consumers: say with --consumer whose place the command takes: {}", names()))
        }
    }
}

/// Why a seed was not run.
enum Failed {
    Io(io::Error),
    Scenario(Box<crate::scenario::diagnostic::Diagnostics>),
    Exec(ExecError),
}

impl Failed {
    fn tell(&self) -> io::Result<()> {
        let mut out = anstream::stderr();
        match self {
            Self::Io(error) => writeln!(out, "kinesim: {error}"),
            Self::Scenario(diagnostics) => print_diagnostics(diagnostics),
            Self::Exec(error) => writeln!(out, "kinesim: {error}"),
        }
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Runs a seed. What it leaves stays where the run has failed.
fn one(arguments: &Arguments, consumer: &str, seed: u64) -> Result<Seed, Failed> {
    let which = Which { seeds: Some(seed.into()), brought: Some(consumer.into()), ..Which::default() };
    let scenario = load(&arguments.file, &which)?.map_err(|problems| Failed::Scenario(Box::new(problems)))?;
    let (resolved, not_carried_out) = (scenario.resolved_toml(), scenario.not_carried_out(consumer));
    let attachments = scenario.attachments().to_vec();
    let folder = arguments.folder(seed);
    begin_folder(&folder)?;
    let settings = Settings { pace: arguments.clock, ..Settings::default() };
    let execution = Execution {
        words: arguments.words.clone(),
        consumer: consumer.to_owned(),
        grace: arguments.grace.0,
        folder: folder.clone(),
    };
    let mut run = match serve::exec(&settings, scenario, seed, &execution) {
        Ok(run) => run,
        Err(error) => {
            fs::remove_dir_all(&folder)?;
            let _ = fs::remove_dir(&arguments.out);
            return Err(Failed::Exec(error));
        }
    };
    run.result.report.again = Some(arguments.again(seed));
    let seed = Seed::new(seed, consumer, &run, not_carried_out);
    if seed.exit() == Exit::Pass && run.ended != Ended::Interrupted {
        fs::remove_dir_all(&folder)?;
        // Fails where there is something else in it.
        let _ = fs::remove_dir(&arguments.out);
    } else {
        files::write_all(&folder, &run.result.report, None, &run.result.series, None, &resolved)?;
        write_attachments(&folder, &attachments)?;
    }
    Ok(seed)
}

/// A folder without what an earlier run left in it.
fn begin_folder(folder: &Path) -> io::Result<()> {
    files::make_folder(folder)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_log = path.extension().is_some_and(|extension| extension == "log");
        if is_log || path.file_name().is_some_and(|name| name == RECORDING) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
