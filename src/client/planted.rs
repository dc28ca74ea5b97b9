//! Where a planted bug changes what any client does: the questions that their rules ask.
//!
//! Without a bug every answer is what a right client does. What only the KCL asks is in [`kcl`](super::kcl).

use crate::aws::kinesis::api::IteratorPosition;
use crate::base::{Bug, Planted};

impl Planted {
    /// Where a reader that began at `start` asks for an iterator when the one it had has expired at `position`.
    pub(super) fn after_expiry(self, start: IteratorPosition, position: IteratorPosition) -> IteratorPosition {
        match start == IteratorPosition::Latest && self.is(Bug::LatestAskedAgain) {
            true => start,
            false => position,
        }
    }
    pub(super) fn is_empty_page_the_tip(self) -> bool {
        self.is(Bug::EmptyPageIsTip)
    }
    pub(super) fn is_old_iterator_kept(self) -> bool {
        self.is(Bug::OldIteratorKept)
    }
    pub(super) fn is_batch_read_again_after_throw(self) -> bool {
        !self.is(Bug::BatchSkippedUnseen)
    }
    pub(super) fn are_failed_entries_seen(self) -> bool {
        !self.is(Bug::FailedEntriesIgnored)
    }
}
