//! Floor 4: the promises. One invariant per file, each a fold over events with a verdict.
//!
//! Verdicts are three-valued: a check that saw nothing to judge is `unknown`, never `pass`.

mod all;
mod contract;
mod findings;
mod history;
mod invariant;
mod lens;
pub(crate) mod liveness;
mod settings;
mod shape;
#[cfg(test)]
mod test_events;
mod verdict;

use crate::base::SimDuration;

pub(crate) use all::Checks;
pub use contract::Registration;
pub(crate) use contract::{Check, Invariant};
pub(crate) use history::History;
pub(crate) use lens::deliveries::on_its_way_max;
pub(crate) use liveness::LivenessBounds;
pub(crate) use settings::{CheckSettings, Pace};
pub(crate) use shape::shape;
pub(crate) use verdict::Evidence;
use verdict::NOTHING_TO_JUDGE;
pub use verdict::{CheckResult, Verdict};

/// Returns every invariant that runs are judged by, in order of report.
pub(crate) fn invariants() -> &'static [Registration] {
    invariant::ALL
}

/// The names of the checks that a run cannot show which is calm for only so long at its end, with what each needs.
pub(crate) fn too_short_for(calm: SimDuration, bounds: &LivenessBounds) -> Vec<(&'static str, SimDuration)> {
    invariant::calm_needed(bounds).into_iter().filter(|(_, needed)| calm < *needed).collect()
}

/// Returns the list of all invariants, as the documentation has it.
pub fn listed() -> String {
    let row = |registered: &Registration| format!("- `{}`: {}\n", registered.name, registered.promise);
    invariants().iter().map(row).collect()
}
