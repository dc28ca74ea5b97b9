//! One run: carried out, its files written, its report ready to be printed.

use std::cell::RefCell;
use std::io;
use std::path::{Component, Path};
use std::rc::Rc;

use super::again::check_determinism;
use super::arguments::{Arguments, EventsWord};
use super::exports::{Exports, alone};
use super::timed::timed_run;
use crate::base::Fold;
use crate::cli::terminal::{Exit, takes_colour, terminal_columns};
use crate::report::events_file::{self, EventsFile, EventsKept};
use crate::report::suites::{self, Suite};
use crate::report::{CameOut, Page, RunReport, Style, files, html, json, sinks, text};
use crate::scenario::Scenario;

/// What a run has to say, and how it ended.
pub(super) struct Told {
    pub(super) out: String,
    pub(super) err: String,
    pub(super) exit: Exit,
    /// The same for build servers.
    pub(super) suite: Suite,
}

/// Runs a scenario of this text, and leaves its files in `out`.
pub(super) fn run_one(
    arguments: &Arguments,
    scenario: &Scenario,
    source: &str,
    out: Option<&Path>,
) -> io::Result<Told> {
    let events = match out {
        Some(dir) => create_events(dir, EventsWord::kept(arguments.events))?,
        None => None,
    };
    let watched = (out.is_some() || arguments.html.is_some()).then(|| Rc::new(RefCell::new(watched(scenario))));
    let listeners = events.clone().map(|events| events as Rc<RefCell<dyn Fold>>).into_iter();
    let listeners = listeners.chain(watched.clone().map(|watched| watched as Rc<RefCell<dyn Fold>>));
    let exports = Exports::create(arguments)?;
    let listeners = listeners.chain(exports.listeners()).collect();
    let (result, wall_seconds) = timed_run(arguments, scenario, listeners, exports.calls());
    let mut notes = vec![text::performance_line(&result.report, wall_seconds)];
    notes.extend(exports.finish(arguments)?);
    if let Some(watched) = watched {
        let page = html::of_run(&result.report, &result.series, &watched.borrow());
        let beside = out.map(|dir| dir.join(html::FILE_NAME));
        for path in beside.iter().chain(&arguments.html) {
            files::write_named(path, &page)?;
        }
        notes.extend(arguments.html.iter().map(|path| format!("page: {}", path.display())));
    }
    if let Some(dir) = out {
        let kept = events.map(finish_events).transpose()?;
        let (report, resolved) = (&result.report, scenario.resolved_toml());
        files::write_all(dir, report, Some(wall_seconds), &result.series, kept.as_deref(), &resolved)?;
        write_attachments(dir, scenario.attachments())?;
        sinks::write(dir, &result.objects)?;
        notes.push(format!("left in {}: report.html, report, resolved scenario and plots", dir.display()));
        if !result.objects.is_empty() {
            notes.push(format!("objects in S3: {} in {}", result.objects.len(), dir.join(sinks::FOLDER).display()));
        }
        notes.push(match kept {
            Some(kept) => format!("events: {kept} (`kinesim events {}` reads them)", dir.display()),
            None => "events: none".to_owned(),
        });
    }
    let out = told(arguments, &result.report, wall_seconds, notes);
    let (exit, suite) = (exit_of(&result.report), suites::of_run(&result.report, source));
    if !arguments.check_determinism {
        return Ok(Told { out, err: String::new(), exit, suite });
    }
    let (again, err) = check_determinism(arguments, scenario, &result.report);
    Ok(Told { out, err, exit: exit.and(again), suite })
}

/// What a page is made from.
fn watched(scenario: &Scenario) -> html::Watched {
    let plan = scenario.plan();
    html::Watched::new(plan.duration, plan.services.dynamodb.burst_starts_full)
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
    alone(events).finish()
}

/// Puts the trace files that the resolved scenario names beside it. Those outside the scenario's folder keep their
/// place.
pub(in crate::cli) fn write_attachments(dir: &Path, attachments: &[(String, Vec<u8>)]) -> io::Result<()> {
    for (name, bytes) in attachments {
        let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if is_inside {
            let path = dir.join(name);
            files::make_folder(path.parent().unwrap_or(dir))?;
            files::write(&path, bytes)?;
        }
    }
    Ok(())
}

/// How a run that came out so ends.
pub(in crate::cli) fn exit_of(report: &RunReport) -> Exit {
    match report.came_out() {
        CameOut::Pass | CameOut::FailAsDeclared => Exit::Pass,
        CameOut::Fail | CameOut::NotAsDeclared => Exit::Fail,
        CameOut::Unknown => Exit::Unknown,
    }
}

fn told(arguments: &Arguments, report: &RunReport, wall_seconds: f64, notes: Vec<String>) -> String {
    let stdout = io::stdout();
    let style = if takes_colour(&stdout) { Style::Coloured } else { Style::Plain };
    if arguments.json {
        return format!("{}\n", json::render(report, Some(wall_seconds)).trim_end());
    }
    if arguments.quiet {
        return format!("{}\n", text::quiet_line(report));
    }
    text::render(report, Page::new(style, terminal_columns(), notes))
}
