//! `kinesim run`: runs scenarios and reports.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::terminal::{Exit, print_diagnostics, scenario_files, takes_colour, terminal_columns};
use crate::base::{Event, Fold, SimTime};
use crate::report::events_file::{self, EventsFile, EventsKept};
use crate::report::{CameOut, Page, RunReport, Style, files, json, text};
use crate::run::{Engine, Options, RunResult, run as carry_out};
use crate::scenario::{self, Scenario};

#[derive(Args)]
pub(super) struct Arguments {
    /// Scenario files, or folders of them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Seed of the run, instead of the file's.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Print one JSON document (one for each file) instead of the report.
    #[arg(long)]
    json: bool,
    /// Leave report.txt, report.json, events.ndjson.lz4, scenario.resolved.toml and plots in DIR
    /// (in DIR/NAME for each of several files).
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Which events `--out` leaves. Without this all of them up to 1 GB of text, from then on marks only.
    #[arg(long, value_enum, value_name = "WHICH", requires = "out")]
    events: Option<EventsWord>,
    /// Print nothing but the verdict.
    #[arg(long, short)]
    quiet: bool,
    /// Run twice, and say where the runs differ if they do.
    #[arg(long)]
    check_determinism: bool,
    /// What executes the world. Both give the same trace hash.
    #[arg(long, value_enum, default_value_t = EngineWord::Bare)]
    engine: EngineWord,
}

/// Which events are left.
#[derive(Clone, Copy, ValueEnum)]
enum EventsWord {
    /// No file of events.
    None,
    /// What happened to streams, shards, hosts, leases and sessions, but no single call or record.
    Marks,
    /// Every event, however many.
    All,
}

impl EventsWord {
    /// What a file is to have; `None` when there is to be none.
    const fn kept(word: Option<Self>) -> Option<EventsKept> {
        match word {
            None => Some(EventsKept::Fitting),
            Some(Self::None) => None,
            Some(Self::Marks) => Some(EventsKept::Marks),
            Some(Self::All) => Some(EventsKept::All),
        }
    }
}

/// What executes the world.
#[derive(Clone, Copy, ValueEnum)]
enum EngineWord {
    /// The world's own executor.
    Bare,
    /// The same inside a turmoil simulation.
    #[cfg(feature = "turmoil")]
    Turmoil,
}

impl From<EngineWord> for Engine {
    fn from(word: EngineWord) -> Self {
        match word {
            EngineWord::Bare => Self::Bare,
            #[cfg(feature = "turmoil")]
            EngineWord::Turmoil => Self::Turmoil,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> io::Result<Exit> {
    // Every file is read before any is run.
    let mut scenarios = Vec::new();
    let mut is_wrong = false;
    let files = scenario_files(&arguments.files)?;
    for file in &files {
        match scenario::load_file(file, &file.to_string_lossy(), arguments.seed) {
            Ok(scenario) => scenarios.push((file, scenario)),
            Err(diagnostics) => {
                print_diagnostics(&diagnostics)?;
                is_wrong = true;
            }
        }
    }
    for (file, scenario) in &scenarios {
        if let Some(app) = scenario.plan().apps.first() {
            let mut out = anstream::stderr().lock();
            writeln!(out, "{}: the code of consumer `{}` is yours (`library = \"app\"`):", file.display(), app.name)?;
            writeln!(out, "give it to kinesim::Simulation in a test; the command line has no code to run")?;
            is_wrong = true;
        }
    }
    if is_wrong {
        return Ok(Exit::Wrong);
    }
    let mut exit = Exit::Pass;
    let folders = folders_of(scenarios.iter().map(|(file, _)| file.as_path()));
    for ((_, scenario), folder) in scenarios.iter().zip(folders) {
        let folder = (scenarios.len() > 1).then_some(folder.as_str());
        exit = exit.and(run_one(arguments, scenario, folder)?);
    }
    Ok(exit)
}

/// A folder name for each file: its stem, with a number where another file has the same.
fn folders_of<'a>(files: impl Iterator<Item = &'a Path>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let of = |file: &Path| file.file_stem().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
    let free = |stem: String| {
        let numbered = (2..).map(|n| format!("{stem}-{n}"));
        let mut names = [stem.clone()].into_iter().chain(numbered);
        names.find(|name| taken.insert(name.clone())).unwrap_or(stem.clone())
    };
    files.map(of).map(free).collect()
}

/// `folder` is where in `--out` the run's files go, when there are several runs.
fn run_one(arguments: &Arguments, scenario: &Scenario, folder: Option<&str>) -> io::Result<Exit> {
    let out = arguments.out.as_ref().map(|dir| match folder {
        None => dir.clone(),
        Some(folder) => dir.join(folder),
    });
    let events = match &out {
        Some(dir) => create_events(dir, EventsWord::kept(arguments.events))?,
        None => None,
    };
    let (result, wall_seconds) =
        timed_run(arguments, scenario, events.clone().map(|events| events as Rc<RefCell<dyn Fold>>));
    let mut notes = vec![text::performance_line(&result.report, wall_seconds)];
    if let Some(dir) = &out {
        let kept = events.map(finish_events).transpose()?;
        let (report, resolved) = (&result.report, scenario.resolved_toml());
        files::write_all(dir, report, Some(wall_seconds), &result.series, kept.as_deref(), &resolved)?;
        write_attachments(dir, scenario)?;
        notes.push(format!("left in {}: report, resolved scenario and plots", dir.display()));
        notes.push(match kept {
            Some(kept) => format!("events: {kept} (`kinesim events {}` reads them)", dir.display()),
            None => "events: none".to_owned(),
        });
    }
    print_report(arguments, &result.report, wall_seconds, notes)?;
    let mut exit = exit_of(&result.report);
    if arguments.check_determinism {
        exit = exit.and(check_determinism(arguments, scenario, &result.report)?);
    }
    Ok(exit)
}

/// Begins the events' file, if there is to be one.
fn create_events(dir: &Path, kept: Option<EventsKept>) -> io::Result<Option<Rc<RefCell<EventsFile>>>> {
    match kept {
        Some(kept) => Ok(Some(Rc::new(RefCell::new(EventsFile::create(dir, kept)?)))),
        None => events_file::remove(dir).map(|()| None),
    }
}

/// Ends the events' file, and says what it has.
fn finish_events(events: Rc<RefCell<EventsFile>>) -> io::Result<String> {
    let Ok(events) = Rc::try_unwrap(events) else { unreachable!("the run is over, nobody else writes events") };
    events.into_inner().finish()
}

/// Puts the trace files that the resolved scenario names beside it. Those outside the scenario's folder keep their
/// place.
fn write_attachments(dir: &Path, scenario: &Scenario) -> io::Result<()> {
    for (name, bytes) in scenario.attachments() {
        let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if is_inside {
            let path = dir.join(name);
            files::make_folder(path.parent().unwrap_or(dir))?;
            files::write(&path, bytes)?;
        }
    }
    Ok(())
}

fn exit_of(report: &RunReport) -> Exit {
    match report.came_out() {
        CameOut::Pass | CameOut::FailAsDeclared => Exit::Pass,
        CameOut::Fail | CameOut::NotAsDeclared => Exit::Fail,
        CameOut::Unknown => Exit::Unknown,
    }
}

/// Runs, with a progress bar on a terminal when it takes over a second. The result, and the seconds it took.
fn timed_run(arguments: &Arguments, scenario: &Scenario, listener: Option<Rc<RefCell<dyn Fold>>>) -> (RunResult, f64) {
    let plan = scenario.plan();
    let started = Instant::now();
    let mut bar: Option<ProgressBar> = None;
    let is_shown = io::stderr().is_terminal() && !arguments.quiet;
    let total = plan.duration.as_millis();
    let mut progress = |at: SimTime| {
        if is_shown && bar.is_none() && started.elapsed() > Duration::from_secs(1) {
            bar = Some(progress_bar(total));
        }
        if let Some(bar) = &bar {
            bar.set_position(at.as_millis());
            let left = started.elapsed().as_secs_f64() * (total.saturating_sub(at.as_millis())) as f64;
            let left_s = left / (at.as_millis().max(1)) as f64;
            bar.set_message(format!("{at} simulated, {left_s:.0} s to go"));
        }
    };
    let engine = arguments.engine.into();
    let options = Options { engine, listeners: listener.into_iter().collect(), progress: Some(&mut progress) };
    let result = carry_out(&plan, options);
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    (result, started.elapsed().as_secs_f64())
}

fn progress_bar(total_ms: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {percent:>3}% {msg}");
    ProgressBar::new(total_ms).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn print_report(arguments: &Arguments, report: &RunReport, wall_seconds: f64, notes: Vec<String>) -> io::Result<()> {
    let stdout = io::stdout();
    let style = if takes_colour(&stdout) { Style::Coloured } else { Style::Plain };
    let mut stdout = stdout.lock();
    if arguments.json {
        return writeln!(stdout, "{}", json::render(report, Some(wall_seconds)).trim_end());
    }
    if arguments.quiet {
        return writeln!(stdout, "{}", text::quiet_line(report));
    }
    write!(stdout, "{}", text::render(report, Page::new(style, terminal_columns(), notes)))
}

/// Runs again and compares; on a mismatch runs a third time to find the first event that differs.
fn check_determinism(arguments: &Arguments, scenario: &Scenario, first: &RunReport) -> io::Result<Exit> {
    let kept = Rc::new(RefCell::new(Keep::default()));
    let (second, _) = timed_run(arguments, scenario, Some(kept.clone()));
    let mut stderr = anstream::stderr();
    if second.report.trace_hash == first.trace_hash {
        if !arguments.json {
            writeln!(stderr, "deterministic: two runs, {} events, hash {:016x}", first.events, first.trace_hash)?;
        }
        return Ok(Exit::Pass);
    }
    let events = std::mem::take(&mut kept.borrow_mut().0);
    let compare = Rc::new(RefCell::new(Compare { with: events, at: 0, difference: None }));
    timed_run(arguments, scenario, Some(compare.clone()));
    let difference = compare.borrow().difference.clone();
    writeln!(stderr, "NOT deterministic: hash {:016x}, then {:016x}", first.trace_hash, second.report.trace_hash)?;
    match difference {
        Some(difference) => writeln!(stderr, "{difference}")?,
        None => writeln!(stderr, "a third run agreed with the second: the difference comes and goes")?,
    }
    Ok(Exit::Fail)
}

#[derive(Default)]
struct Keep(Vec<(SimTime, Event)>);

impl Fold for Keep {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.0.push((at, event.clone()));
    }
}

/// Finds the first event that differs from those of an earlier run.
struct Compare {
    with: Vec<(SimTime, Event)>,
    at: usize,
    difference: Option<String>,
}

impl Fold for Compare {
    fn on(&mut self, at: SimTime, event: &Event) {
        if self.difference.is_none() {
            let expected = self.with.get(self.at);
            if expected != Some(&(at, event.clone())) {
                let before = expected.map_or("nothing more".to_owned(), |(at, event)| format!("{at} {event:?}"));
                self.difference = Some(format!("event {}: first {before}\nthen {at} {event:?}", self.at));
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_with_one_stem_have_folders_of_their_own() {
        let files = ["a/x.toml", "b/x.toml", "y.toml", "c/x.toml"].map(Path::new);
        assert_eq!(folders_of(files.into_iter()), ["x", "x-2", "y", "x-3"]);
    }
}
