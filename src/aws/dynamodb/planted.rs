//! Where a planted bug changes what the service does: the questions that its rules ask.
//!
//! Without a bug every answer is the service's.

use crate::base::{Bug, Planted};

impl Planted {
    pub(super) fn are_consistent_reads_fresh(self) -> bool {
        !self.is(Bug::StaleConsistentRead)
    }
    pub(super) fn are_throttled_writes_left_undone(self) -> bool {
        !self.is(Bug::ThrottledWriteApplied)
    }
}
