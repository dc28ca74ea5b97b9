//! Where a planted bug changes what the service does: the questions that its rules ask.
//!
//! Without a bug every answer is the service's.

use super::delivery_stream::HELD_MAX;
use super::transform::PAYLOAD_MAX_BYTES;
use crate::base::{Bug, Planted, SimDuration, SimTime};

/// Of the batches, one in so many is delivered twice.
const TWICE_ONE_IN: u64 = 5;
/// How many times its interval a buffer may be open.
const OPEN_FOR_TIMES: u64 = 8;

impl Planted {
    pub(super) fn are_failed_records_kept(self) -> bool {
        !self.is(Bug::FailedRecordsNotKept)
    }
    pub(super) fn are_missing_ids_told(self) -> bool {
        !self.is(Bug::MissingIdsIgnored)
    }
    pub(super) fn is_lost_answer_tried_again(self) -> bool {
        !self.is(Bug::LostAnswerTakenAsDelivered)
    }
    pub(super) fn is_delivered_twice(self, number: u64) -> bool {
        self.is(Bug::BatchDeliveredTwice) && number.is_multiple_of(TWICE_ONE_IN)
    }
    pub(super) fn are_children_read_whole(self) -> bool {
        !self.is(Bug::ChildShardFromLatest)
    }
    /// For how long a buffer may be open.
    pub(super) fn open_for(self, interval: SimDuration) -> SimDuration {
        if self.is(Bug::BufferBySizeOnly) { interval * OPEN_FOR_TIMES } else { interval }
    }
    /// Bytes that a function is given at once.
    pub(super) fn payload_max_bytes(self) -> u64 {
        if self.is(Bug::PayloadNotSplit) { u64::MAX } else { PAYLOAD_MAX_BYTES }
    }
    pub(super) fn are_partitions_counted(self) -> bool {
        !self.is(Bug::PartitionsWithoutQuota)
    }
    /// How long what was put directly is held.
    pub(super) fn held_max(self) -> SimDuration {
        if self.is(Bug::HeldTooShortly) { SimDuration::from_secs(60) } else { HELD_MAX }
    }
    /// The time that a batch is named after.
    pub(super) fn named_after(self, oldest: SimTime, now: SimTime) -> SimTime {
        if self.is(Bug::NamedByDeliveryTime) { now } else { oldest }
    }
    pub(super) fn are_partitions_kept_apart(self) -> bool {
        !self.is(Bug::PartitionsMixed)
    }
    pub(super) fn are_records_kept_whole(self) -> bool {
        !self.is(Bug::RecordCutInTwo)
    }
    /// Whether a buffer of which a delivery failed goes on afterwards.
    pub(super) fn goes_on_after_failure(self) -> bool {
        !self.is(Bug::StuckAfterFailure)
    }
}
