//! What a shard gives to all who read it with GetRecords, and the stretch of time in which they do.

use super::amount::{Us, instant};
use super::curve::Curve;
use super::pipe::Puts;
use super::shard::Peak;
use crate::aws::kinesis::ReadLimit;
use crate::aws::kinesis::limits::READ_CALLS_PER_S;
use crate::base::TokenBucket;

/// What all who read a shard share.
#[derive(Debug)]
pub(super) struct ReadSide {
    calls: TokenBucket,
    bytes: ReadLimit,
    pub(super) calls_made: u64,
    pub(super) throttled: u64,
    pub(super) minute: (u64, u64),
    pub(super) peak: (Peak, Peak),
}

impl Default for ReadSide {
    fn default() -> Self {
        Self {
            calls: TokenBucket::full(READ_CALLS_PER_S, READ_CALLS_PER_S),
            bytes: ReadLimit::new(),
            calls_made: 0,
            throttled: 0,
            minute: (0, 0),
            peak: Default::default(),
        }
    }
}

impl ReadSide {
    /// Whether a call is answered.
    pub(super) fn admits(&mut self, at: Us) -> bool {
        let now = instant(at);
        let is_admitted = self.calls.try_take(now, 1) && self.bytes.admits(now);
        self.minute.0 += 1;
        self.throttled += u64::from(!is_admitted);
        is_admitted
    }
    /// What an answer had.
    pub(super) fn give(&mut self, at: Us, bytes: u64) {
        self.bytes.take(instant(at), bytes);
        self.calls_made += 1;
        self.minute.1 += bytes;
    }
    /// So many calls were answered, with so much in all.
    pub(super) fn skip(&mut self, calls: u64, bytes: u64) {
        self.calls_made += calls;
        self.minute.0 += calls;
        self.minute.1 += bytes;
    }
    /// The end of a minute.
    pub(super) fn end_minute(&mut self, began: Us) {
        let (calls, bytes) = std::mem::take(&mut self.minute);
        self.peak.0.see(calls, began);
        self.peak.1.see(bytes, began);
    }
}

/// A stretch in which a shard's rate does not change.
#[derive(Clone, Copy)]
pub(super) struct Calm<'a> {
    pub(super) curve: &'a Curve,
    pub(super) rate: u64,
    /// The shard's part of its stream's records, in millionths.
    pub(super) share: u64,
    /// When the stream's records come.
    pub(super) puts: Puts,
    pub(super) from: Us,
    pub(super) to: Us,
    /// Whether all readers together are far from what the shard gives.
    pub(super) is_roomy: bool,
    /// Whether the shard takes no more records.
    pub(super) is_closed: bool,
}
