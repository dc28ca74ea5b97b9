//! The greatest value of something, with its time and place.

use crate::base::{HostId, ShardId, SimTime};

/// The greatest value seen, and where and when; of equal values the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Peak {
    seen: Option<Seen>,
}

/// A value with its time and place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) value: u64,
    pub(crate) at: SimTime,
    pub(crate) shard: Option<ShardId>,
    pub(crate) host: Option<HostId>,
}

impl Peak {
    #[inline]
    pub(super) fn see(&mut self, value: u64, at: SimTime, shard: Option<ShardId>, host: Option<HostId>) {
        if self.seen.is_none_or(|seen| value > seen.value) {
            self.seen = Some(Seen { value, at, shard, host });
        }
    }
    /// What was seen, if anything.
    pub(super) fn seen(&self) -> Option<Seen> {
        self.seen
    }
    /// The value.
    pub(super) fn value(&self) -> Option<u64> {
        self.seen.map(|seen| seen.value)
    }
    /// When it was seen, in seconds from the start.
    pub(super) fn at_s(&self) -> Option<f64> {
        self.seen.map(|seen| super::figures::seconds_of(seen.at))
    }
}
