//! What a search leaves: of each kind of failure the scenario that its seed drew, and one that is short enough to read
//! aloud.

use std::io;
use std::path::Path;
use std::time::Duration as WallTime;

use super::arguments::Arguments;
use crate::cli::interrupt::Interrupt;
use crate::cli::run::Stopwatch;
use crate::cli::terminal::spinner;
use crate::explore::shrink::{Asked, Bounds, shrink};
use crate::explore::{
    Failure, Findings, Group, Left, NAMELESS, Small, Source, line_of, resolved_path, small_path, small_text,
};
use crate::report::files;
use crate::scenario::{self, Which};

/// More kinds of failures than these are not cut down: somebody has to read them.
const FILES_MAX: usize = 20;
/// More runs than these are not made for one.
const RUNS_MAX: u64 = 20_000;

/// Makes of the groups, in their order, what is left of them.
pub(super) fn make(arguments: &Arguments, findings: &mut Findings, sources: &[Source], interrupt: &Interrupt) {
    for (number, group) in findings.groups_mut().take(FILES_MAX).enumerate() {
        let source = &sources[group.source];
        let which = Which { is_swarm: group.is_swarm, ..source.which.clone() };
        let source = Source { which, ..source.clone() };
        let small = (!arguments.shrink_within.0.is_zero())
            .then(|| cut_down(arguments, number + 1, group, &source, interrupt))
            .flatten();
        group.left = Left { line: Some(line_of(&source, &group.first.of)), resolved: resolved(group, &source), small };
    }
}

/// What the seed of a swarm drew.
fn resolved(group: &Group, source: &Source) -> Option<String> {
    let which = Which { seeds: Some(group.seeds.clone()), ..source.which.clone() };
    let scenario = group.is_swarm.then(|| scenario::load(&source.text, &source.path, &which))?;
    // It was read a moment ago: only a trace file that is gone since makes a difference.
    scenario.ok().map(|scenario| scenario.resolved_toml())
}

fn cut_down(
    arguments: &Arguments,
    number: usize,
    group: &Group,
    source: &Source,
    interrupt: &Interrupt,
) -> Option<Small> {
    let watch = Stopwatch::start();
    let limit = WallTime::from_nanos(arguments.shrink_within.0.as_nanos());
    let is_late = || interrupt.is_asked() || watch.elapsed() >= limit;
    let asked = Asked {
        source,
        seeds: Some(group.seeds.clone()),
        written: NAMELESS,
        bounds: Bounds { jobs: arguments.jobs(), runs_max: RUNS_MAX, is_late: &is_late },
    };
    let is_meant = |failure: &Failure| failure.of == group.first.of && failure.shape == group.first.shape;
    let bar = spinner();
    let mut progress = |runs| bar.set_message(format!("cutting failure {number} down: {runs} runs"));
    let shrunk = shrink(&asked, is_meant, &mut progress);
    bar.finish_and_clear();
    // A failure that is not there again is one that the search tells anyway: as a run that was not the same twice.
    let shrunk = shrunk.ok()?;
    Some(Small { text: shrunk.text, lines: shrunk.lines.1, is_cut_short: shrunk.is_cut_short })
}

/// Writes the files of all groups that have some. Nothing is written when nothing failed.
pub(super) fn write(findings: &Findings, folder: &Path) -> io::Result<()> {
    for (number, group) in findings.groups().enumerate().map(|(number, group)| (number + 1, group)) {
        let resolved = group.left.resolved.iter().map(|text| (resolved_path(folder, number, group), text.clone()));
        let small = group.left.small.iter().map(|small| {
            let path = small_path(folder, number, group);
            let text = small_text(small, &path);
            (path, text)
        });
        for (path, text) in resolved.chain(small) {
            files::make_folder(folder)?;
            files::write(&path, text)?;
        }
    }
    Ok(())
}
