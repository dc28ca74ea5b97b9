//! What is counted of a consumer.

use super::amount::Us;
use super::shard::minute_of;
use crate::measure::Histogram;

/// Counts of a consumer over all its shards.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) calls: u64,
    pub(super) bytes: u64,
    pub(super) processed: u64,
    /// Records processed before, by an owner that had not checkpointed them.
    pub(super) duplicates: u64,
    pub(super) unread_trimmed: u64,
    pub(super) reads_throttled: u64,
    pub(super) checkpoints: u64,
    /// Thousandths of checkpoints, of calm stretches.
    pub(super) checkpoints_milli: u64,
    /// For each downtime of the host, how many shards are at the tip again, and when the last came there.
    pub(super) caught_up: Vec<(u64, Us)>,
    pub(super) ages: Histogram,
    age_max: Option<(u64, Us)>,
    /// The greatest age of each minute, in milliseconds; `None` where nothing was seen.
    pub(super) minutes: Vec<Option<u64>>,
}

impl Tally {
    /// An age was seen so often, last at this time.
    #[inline]
    pub(super) fn age(&mut self, ms: u64, times: u64, at: Us) {
        self.ages.record_often(ms, times);
        if self.age_max.is_none_or(|(max, _)| ms > max) {
            self.age_max = Some((ms, at));
        }
        let minute = minute_of(at);
        if minute >= self.minutes.len() {
            self.minutes.resize(minute + 1, None);
        }
        self.minutes[minute] = self.minutes[minute].max(Some(ms));
    }
    /// When the greatest age was seen first.
    pub(super) fn age_max_at(&self) -> Option<Us> {
        self.age_max.map(|(_, at)| at)
    }
    /// All checkpoints.
    pub(super) fn all_checkpoints(&self) -> u64 {
        self.checkpoints + (self.checkpoints_milli + 500) / 1000
    }
}
