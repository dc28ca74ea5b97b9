//! Floor 4: the promises. One invariant per file, each a fold over events with a verdict.
//!
//! Verdicts are three-valued: a check that saw nothing to judge is `unknown`, never `pass`.

pub mod all;
pub mod balance_converges;
pub mod bounded_double_processing;
pub mod checkpoint_never_goes_back;
pub mod checkpoint_only_by_lease_holder;
pub mod every_open_shard_owned;
pub mod exactly_once_effects;
mod findings;
mod grid;
pub mod iterator_age_recovers;
pub mod iterators_live_300_s;
pub mod key_order_across_resharding;
pub mod lease_deleted_only_when_allowed;
pub mod lease_row;
pub mod leases_cover_hash_range;
pub mod limits_never_exceeded;
pub mod liveness;
pub mod names;
pub mod no_acknowledged_record_lost;
pub mod nothing_below_checkpoint_unprocessed;
mod sessions;
pub mod shard_order;
mod shards;
mod starts;
#[cfg(test)]
mod test_events;
mod workers;

use std::fmt;

use serde::Serialize;

pub use all::{CheckSettings, Checks};
pub use liveness::LivenessBounds;

use crate::base::{Fold, SimTime};

/// What a check, an expectation or a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Held, and there was something to judge.
    Pass,
    /// There was nothing to judge.
    Unknown,
    /// Broken.
    Fail,
}

/// An event that shows a failure, as text, with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// When.
    pub at: SimTime,
    /// What happened, in words, with hosts, shards and positions by name.
    pub what: String,
}

impl fmt::Display for Evidence {
    /// `0:03:20.100 billing-2 stored checkpoint ...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.at, self.what)
    }
}

/// A check's result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// The check's name, as scenario files and reports write it (`no-acknowledged-record-lost`).
    pub name: &'static str,
    /// The verdict.
    pub verdict: Verdict,
    /// One sentence: what held and over how much, or what broke.
    pub detail: String,
    /// The events that show a failure, oldest first, a few at most.
    pub evidence: Vec<Evidence>,
}

/// An invariant over the event stream.
pub trait Check: Fold {
    /// The check's name.
    fn name(&self) -> &'static str;
    /// The verdict over the events so far.
    fn result(&self) -> CheckResult;
}
