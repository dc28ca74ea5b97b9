//! What is counted of a consumer.

use super::amount::Us;
use super::shard::minute_of;
use crate::measure::Histogram;

/// Iterator ages that were seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Ages {
    pub(super) seen: Histogram,
    /// The greatest, and when it was seen first.
    max: Option<(u64, Us)>,
}

impl Ages {
    #[inline]
    fn see(&mut self, ms: u64, times: u64, at: Us) {
        self.seen.record_often(ms, times);
        if self.max.is_none_or(|(max, _)| ms > max) {
            self.max = Some((ms, at));
        }
    }
    /// When the greatest age was seen first.
    pub(super) fn max_at(&self) -> Option<Us> {
        self.max.map(|(_, at)| at)
    }
    fn and(&self, later: &Self) -> Self {
        let mut all = self.clone();
        all.seen.add(&later.seen);
        if later.max.is_some_and(|(of_later, _)| self.max.is_none_or(|(max, _)| of_later > max)) {
            all.max = later.max;
        }
        all
    }
}

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
    /// Since the start-up was over.
    pub(super) ages: Ages,
    ages_of_start_up: Ages,
    /// The greatest age of each minute, in milliseconds; `None` where nothing was seen.
    pub(super) minutes: Vec<Option<u64>>,
}

impl Tally {
    /// An age was seen so often, last at this time.
    #[inline]
    pub(super) fn age(&mut self, ms: u64, times: u64, at: Us) {
        self.ages.see(ms, times, at);
        let minute = minute_of(at);
        if minute >= self.minutes.len() {
            self.minutes.resize(minute + 1, None);
        }
        self.minutes[minute] = self.minutes[minute].max(Some(ms));
    }
    /// What comes from now on is not of the start-up.
    pub(super) fn end_start_up(&mut self) {
        self.ages_of_start_up = std::mem::take(&mut self.ages);
    }
    /// Those of the start-up among them.
    pub(super) fn all_ages(&self) -> Ages {
        self.ages_of_start_up.and(&self.ages)
    }
    /// All checkpoints.
    pub(super) fn all_checkpoints(&self) -> u64 {
        self.checkpoints + (self.checkpoints_milli + 500) / 1000
    }
}
