//! Whether a file still fails as the one did that is cut down, and with which seed.
//!
//! A cut shifts the times of everything behind it, so that the seed of a failure no longer meets it although nothing
//! that it needs is gone. A file is therefore run with its own seed first and then with small ones, and gets the first
//! that fails. The failure must be the same: one check and one shape of what shows it.

use std::collections::BTreeSet;
use std::io;

use super::super::one::{Failure, failures};
use super::super::runs::Runs;
use crate::base::Seeds;
use crate::run::in_order;
use crate::scenario::Drafting;
use crate::scenario::file::File;

/// Tried besides the seed that a file has.
const SMALL_SEEDS: std::ops::RangeInclusive<u64> = 1..=9;

/// The failure that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    /// The check's name, or the expectation's text.
    pub(super) of: String,
    /// What shows it, without what differs from run to run.
    pub(super) shape: String,
}

impl From<&Failure> for Kept {
    fn from(failure: &Failure) -> Self {
        Self { of: failure.of.clone(), shape: failure.shape.clone() }
    }
}

/// How much may be done.
#[derive(Clone, Copy)]
pub(crate) struct Bounds<'a> {
    /// Runs at the same time.
    pub(crate) jobs: usize,
    pub(crate) runs_max: u64,
    /// Whether there is no time left.
    pub(crate) is_late: &'a dyn Fn() -> bool,
}

/// Runs files and says which still fail.
pub(super) struct Judge<'a> {
    carried_out_by: &'a dyn Runs,
    drafting: &'a Drafting,
    kept: Kept,
    bounds: Bounds<'a>,
    on_run: &'a mut dyn FnMut(u64),
    /// Files that do not fail with any of their seeds.
    refused: BTreeSet<String>,
    /// The failure of the file that failed last.
    pub(super) shown: Failure,
    pub(super) runs: u64,
    /// Runs in which the check failed in another way, and not in this.
    pub(super) slips: u64,
    /// Whether a file was not judged because no run or no time was left.
    pub(super) is_cut_short: bool,
}

/// How one run came out.
enum Came {
    Fails(Failure),
    FailsOtherwise,
    Holds,
}

impl<'a> Judge<'a> {
    /// For files that are to fail like this.
    pub(super) fn new(
        carried_out_by: &'a dyn Runs,
        drafting: &'a Drafting,
        shown: Failure,
        bounds: Bounds<'a>,
        on_run: &'a mut dyn FnMut(u64),
    ) -> Self {
        let (kept, refused) = (Kept::from(&shown), BTreeSet::new());
        let (runs, slips, is_cut_short) = (0, 0, false);
        Self { carried_out_by, drafting, kept, bounds, on_run, refused, shown, runs, slips, is_cut_short }
    }

    /// The first seed with which the file fails.
    pub(super) fn failing_seed(&mut self, file: &File) -> Option<Seeds> {
        let name = toml::to_string(file).unwrap_or_default();
        if self.refused.contains(&name) {
            return None;
        }
        let found = self.first_of(file, &seeds(file));
        if found.is_none() && !self.is_cut_short {
            self.refused.insert(name);
        }
        found
    }

    /// What is taken of many runs is taken in their order, so that it does not matter how many run at a time.
    fn first_of(&mut self, file: &File, seeds: &[Seeds]) -> Option<Seeds> {
        if self.is_over() {
            return None;
        }
        let (by, drafting, kept, mut found) = (self.carried_out_by, self.drafting, self.kept.clone(), None);
        let mut order = seeds.iter();
        let work = |seed| came(by, drafting, &kept, file, seed);
        let stopped = in_order(seeds.iter(), self.bounds.jobs, work, |came| {
            let seed = order.next();
            self.runs += 1;
            (self.on_run)(self.runs);
            match came {
                Came::Fails(failure) => {
                    found = seed.cloned();
                    self.shown = failure;
                }
                Came::FailsOtherwise => self.slips += 1,
                Came::Holds => {}
            }
            let is_done = found.is_some() || self.is_over();
            if is_done { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
        });
        self.is_cut_short |= stopped.is_err() && found.is_none();
        found
    }

    /// Whether the bound is reached; from then on nothing is judged.
    fn is_over(&mut self) -> bool {
        self.is_cut_short |= self.runs >= self.bounds.runs_max || (self.bounds.is_late)();
        self.is_cut_short
    }
}

/// The file's own seed, then small ones.
fn seeds(file: &File) -> Vec<Seeds> {
    let others = SMALL_SEEDS.map(Seeds::from).filter(|seed| *seed != file.seed);
    std::iter::once(file.seed.clone()).chain(others).collect()
}

fn came(by: &dyn Runs, drafting: &Drafting, kept: &Kept, file: &File, seed: &Seeds) -> Came {
    let Some(plan) = drafting.plan(&File { seed: seed.clone(), ..file.clone() }) else { return Came::Holds };
    let mut failures = failures(&by.run(&plan, Vec::new()));
    if let Some(place) = failures.iter().position(|failure| Kept::from(failure) == *kept) {
        return Came::Fails(failures.swap_remove(place));
    }
    match failures.iter().any(|failure| failure.of == kept.of) {
        true => Came::FailsOtherwise,
        false => Came::Holds,
    }
}
