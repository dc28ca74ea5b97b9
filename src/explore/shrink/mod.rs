//! Cuts a run that fails down to a file that fails for the same reason and is short enough to read aloud.
//!
//! The file is cut as its types have it, never its text, by the passes of [`pass`], again and again until none of them
//! goes further. Here is no clock: who has no more time says so. What is found is small, not the smallest: no step of
//! any pass goes further, two at once may.

mod cut;
mod fit;
mod judge;
mod ladder;
mod lean;
mod pass;
#[cfg(test)]
mod tests;
mod told;

use self::cut::Cut;
pub(crate) use self::judge::Bounds;
use self::judge::Judge;
use self::pass::PASSES;
use super::one::{Failure, Source, failures};
use super::runs::{BuiltIn, Runs};
use crate::base::Seeds;
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::file::File;
use crate::scenario::{self, Drafting, Which};

/// A run that is to be cut down.
pub(crate) struct Asked<'a> {
    pub(crate) source: &'a Source,
    /// Which of its runs; as the file says when not given.
    pub(crate) seeds: Option<Seeds>,
    /// The file that is written, as the line that repeats the run names it.
    pub(crate) written: &'a str,
    pub(crate) bounds: Bounds<'a>,
}

/// A run that was cut down.
#[derive(Clone, Debug)]
pub(crate) struct Shrunk {
    /// The scenario file.
    pub(crate) text: String,
    /// How it fails.
    pub(crate) failure: Failure,
    pub(crate) runs: u64,
    /// Lines of the file with its random faults written out, and of what is left of it.
    pub(crate) lines: (usize, usize),
    /// Runs in which the check failed in another way; they were not taken.
    pub(crate) slips: u64,
    /// Whether the bound was met before nothing more could be cut.
    pub(crate) is_cut_short: bool,
}

/// Why nothing was cut down.
#[derive(Clone, Debug)]
pub(crate) enum NotShrunk {
    /// The file is wrong.
    Wrong(Diagnostics),
    /// The run does not fail, or not so: what does.
    Holds { failing: Vec<String> },
}

/// The passes as a list for the documentation.
pub fn listed() -> String {
    pass::listed()
}

/// Cuts a run down that fails, whether or not the file declares it: so that the first failure that is meant stays.
pub(crate) fn shrink(
    asked: &Asked<'_>,
    is_meant: impl Fn(&Failure) -> bool,
    progress: &mut dyn FnMut(u64),
) -> Result<Shrunk, NotShrunk> {
    shrink_by(&BuiltIn, asked, is_meant, progress)
}

/// The same, with runs that `by` carries out.
pub(crate) fn shrink_by(
    by: &dyn Runs,
    asked: &Asked<'_>,
    is_meant: impl Fn(&Failure) -> bool,
    progress: &mut dyn FnMut(u64),
) -> Result<Shrunk, NotShrunk> {
    let Source { text, path, which } = asked.source;
    let which = Which { seeds: asked.seeds.clone(), ..which.clone() };
    let draft = scenario::draft(text, path, &which).map_err(NotShrunk::Wrong)?;
    // What it declares to fail is what is cut down, too.
    let before = File { outcome: Default::default(), failing: Vec::new(), ..draft.file };
    let failures = failures_of(by, &before, &draft.drafting);
    let Some(meant) = failures.iter().find(|failure| is_meant(failure)).cloned() else {
        return Err(NotShrunk::Holds { failing: failures.into_iter().map(|failure| failure.of).collect() });
    };
    let mut judge = Judge::new(by, &draft.drafting, meant, asked.bounds, progress);
    let after = cut_down(before.clone(), &draft.drafting, &mut judge);
    let Judge { runs, slips, is_cut_short, shown: failure, .. } = judge;
    let body = lean::text(&after);
    let lines = (lean::line_count(&lean::text(&before)), lean::line_count(&body));
    let of = by.again(path, &which, Some(&before.seed));
    let again = by.again(asked.written, &Which::default(), None);
    let told = told::Told { before: &before, after: &after, lines, failure: &failure, of: &of, again: &again };
    let text = format!("{}\n{body}", told::told(&told));
    Ok(Shrunk { text, failure, runs, lines, slips, is_cut_short })
}

/// Goes through the passes until a whole round changes nothing.
fn cut_down(file: File, drafting: &Drafting, judge: &mut Judge<'_>) -> File {
    let mut failing_seed = |file: &File| judge.failing_seed(file);
    let mut cut = Cut::new(file, drafting, &mut failing_seed);
    loop {
        let before = cut.file().clone();
        PASSES.iter().for_each(|pass| (pass.go)(&mut cut));
        if *cut.file() == before {
            return before;
        }
    }
}

fn failures_of(by: &dyn Runs, file: &File, drafting: &Drafting) -> Vec<Failure> {
    let plan = drafting.plan(file);
    plan.map_or(Vec::new(), |plan| failures(&by.run(&plan, Vec::new())))
}
