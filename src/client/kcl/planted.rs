//! Where a planted bug changes what the library does: the questions that its rules ask.
//!
//! Without a bug every answer is the library's.

use std::sync::Arc;

use crate::base::{Bug, Planted, SimDuration, SimTime};
use crate::client::Cx;

/// What must hold for a checkpoint to be written.
#[derive(Clone, Debug)]
pub(super) enum CheckpointCondition {
    /// The counter is the one that the worker knows.
    Counter,
    /// The lease is this worker's.
    Owner(Option<Arc<str>>),
    /// There is a row.
    Nothing,
}

impl Planted {
    pub(super) fn checkpoint_condition(self, owner: &Option<Arc<str>>) -> CheckpointCondition {
        match self.0 {
            Some(Bug::CheckpointWithoutCondition) => CheckpointCondition::Nothing,
            Some(Bug::CheckpointConditionOnOwner) => CheckpointCondition::Owner(owner.clone()),
            _ => CheckpointCondition::Counter,
        }
    }
    /// What a failed checkpoint adds to the counter in the worker's memory.
    pub(super) fn counted_by_failed_checkpoint(self) -> i64 {
        i64::from(self.is(Bug::LeaseCounterTooHigh))
    }
    pub(super) fn does_look_at_own_leases(self) -> bool {
        !self.is(Bug::NoLookAtOwnLeases)
    }
    pub(super) fn is_own_renewal_known(self) -> bool {
        !self.is(Bug::OwnRenewalNotKnown)
    }
    /// The clock that ages of leases are counted by.
    pub(super) fn lease_clock(self, cx: &Cx) -> SimTime {
        match self.is(Bug::ExpiryByWallClock) {
            true => SimTime::from_millis(cx.wall_unix_ms()),
            false => cx.now(),
        }
    }
    pub(super) fn is_expired_at_first_sight(self) -> bool {
        self.is(Bug::FirstSightIsExpiry)
    }
    /// The fewest leases that one steals, whatever the victim has to spare.
    pub(super) fn least_stolen(self) -> usize {
        usize::from(self.is(Bug::StealWithoutSurplus))
    }
    pub(super) fn does_wait_for_parents(self) -> bool {
        !self.is(Bug::ChildBeforeParent)
    }
    pub(super) fn does_wait_for_children(self) -> bool {
        !self.is(Bug::ParentDeletedTooEarly)
    }
    pub(super) fn is_end_without_children_believed(self) -> bool {
        self.is(Bug::NullIteratorTrusted)
    }
    pub(super) fn are_children_seen_at_end(self) -> bool {
        !self.is(Bug::ChildLeasesMissing)
    }
    pub(super) fn is_checkpoint_ahead_of_work(self) -> bool {
        self.is(Bug::CheckpointAheadOfWork)
    }
    pub(super) fn does_checkpoint_after_end(self) -> bool {
        self.is(Bug::ShardEndOverwritten)
    }
    pub(super) fn is_throttle_survived(self) -> bool {
        !self.is(Bug::ThrottleEndsConsumer)
    }
    pub(super) fn does_drop_batches_of_lost_leases(self) -> bool {
        !self.is(Bug::BatchesAfterLeaseLoss)
    }
    pub(super) fn does_checkpoint_at_stop(self) -> bool {
        !self.is(Bug::NoCheckpointAtStop)
    }
    pub(super) fn are_leases_given_up_first(self) -> bool {
        self.is(Bug::LeaseGivenUpFirst)
    }
}

/// Waits for what never comes.
pub(super) async fn never(cx: &Cx) {
    loop {
        cx.sleep(SimDuration::from_hours(1)).await;
    }
}
