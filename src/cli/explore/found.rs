//! What a search leaves: of each kind of failure a scenario file that is short enough to read aloud.

use std::io;
use std::time::Duration as WallTime;

use super::arguments::Arguments;
use crate::cli::interrupt::Interrupt;
use crate::cli::run::Stopwatch;
use crate::cli::terminal::spinner;
use crate::explore::shrink::{Asked, Bounds, shrink};
use crate::explore::{Failure, Findings, Group, Left, Source};
use crate::report::files;

/// More kinds of failures than these are not cut down: somebody has to read them.
const FILES_MAX: usize = 20;
/// More runs than these are not made for one.
const RUNS_MAX: u64 = 20_000;

/// Cuts the groups down, in their order; what was left for each, where something was.
pub(super) fn write(
    arguments: &Arguments,
    findings: &Findings,
    sources: &[Source],
    interrupt: &Interrupt,
) -> io::Result<Vec<Option<Left>>> {
    if arguments.shrink_within.0.is_zero() {
        return Ok(Vec::new());
    }
    let groups = findings.groups().take(FILES_MAX).enumerate();
    groups.map(|(number, group)| write_one(arguments, number + 1, group, sources, interrupt)).collect()
}

fn write_one(
    arguments: &Arguments,
    number: usize,
    group: &Group,
    sources: &[Source],
    interrupt: &Interrupt,
) -> io::Result<Option<Left>> {
    let watch = Stopwatch::start();
    let limit = WallTime::from_nanos(arguments.shrink_within.0.as_nanos());
    let is_late = || interrupt.is_asked() || watch.elapsed() >= limit;
    let file = arguments.out.join(format!("{number}-{}.toml", name_of(&group.first.of)));
    let written = file.display().to_string();
    let asked = Asked {
        source: &sources[group.source],
        seeds: Some(group.seeds.clone()),
        written: &written,
        bounds: Bounds { jobs: arguments.jobs(), runs_max: RUNS_MAX, is_late: &is_late },
    };
    let is_meant = |failure: &Failure| failure.of == group.first.of && failure.shape == group.first.shape;
    let bar = spinner();
    let mut progress = |runs| bar.set_message(format!("cutting failure {number} down: {runs} runs"));
    let shrunk = shrink(&asked, is_meant, &mut progress);
    bar.finish_and_clear();
    // A failure that is not there again is one that the search tells anyway: as a run that was not the same twice.
    let Ok(shrunk) = shrunk else { return Ok(None) };
    files::make_folder(&arguments.out)?;
    files::write(&file, shrunk.text.as_bytes())?;
    Ok(Some(Left { path: written, lines: shrunk.lines.1, is_cut_short: shrunk.is_cut_short }))
}

/// A check's name; of an expectation what a file may be called.
fn name_of(failing: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = failing.chars().map(plain).take(60).collect();
    name.trim_matches('-').to_owned()
}
