//! Where a planted bug changes what the service does: the questions that its rules ask.
//!
//! Without a bug every answer is the service's.

use crate::base::{Bug, Planted, SimTime};

/// Of the empty answers, those given in one of so many milliseconds lack the next iterator.
const FALSE_END_ONE_IN_MS: u64 = 16;

impl Planted {
    pub(super) fn are_limits_asked_for_each_record(self) -> bool {
        !self.is(Bug::LimitsByRequest)
    }
    /// Zones that must hold a record before it is acknowledged, where `quorum` is right.
    pub(super) fn zones_needed(self, quorum: usize) -> usize {
        if self.is(Bug::AcknowledgedInOneZone) { 1 } else { quorum }
    }
    /// Records that are trimmed besides those whose time has come.
    pub(super) fn trimmed_besides(self) -> u64 {
        u64::from(self.is(Bug::TrimmedOneTooMany))
    }
    /// Hash keys between the children of a split.
    pub(super) fn hole_of_split(self) -> u128 {
        u128::from(self.is(Bug::SplitLeavesHole))
    }
    /// Whether an answer of an open shard without records lacks the next iterator.
    pub(super) fn is_false_end(self, now: SimTime) -> bool {
        self.is(Bug::NullIteratorTrusted) && now.as_millis().is_multiple_of(FALSE_END_ONE_IN_MS)
    }
}
