//! One shard: its range, its records, its limits.

use super::api;
use super::limits;
use super::log::Log;
use super::zones::ShardReplicas;
use crate::base::{HashKeyRange, SequenceNumber, ShardId, SimTime, TokenBucket};

/// A shard, open, closed or expired.
#[derive(Debug)]
pub(super) struct Shard {
    pub id: ShardId,
    pub range: HashKeyRange,
    pub parent: Option<ShardId>,
    pub adjacent_parent: Option<ShardId>,
    pub(crate) created_unix_s: u32,
    pub(crate) opened_at: SimTime,
    pub(crate) closed_at: Option<SimTime>,
    pub is_expired: bool,
    pub children: Vec<ShardId>,
    pub(crate) log: Log,
    pub(crate) replicas: ShardReplicas,
    /// Sequence index of the newest record.
    pub(crate) last_index: u64,
    pub write: WriteLimit,
    pub(crate) read_bytes: ReadLimit,
    pub(crate) read_calls: TokenBucket,
    pub(crate) iterator_calls: TokenBucket,
    /// Subscriptions that had nothing to say when they were last asked.
    pub(super) silent: Vec<u64>,
}

impl Shard {
    pub(super) fn new(id: ShardId, range: HashKeyRange, created_unix_s: u32, opened_at: SimTime) -> Self {
        Self {
            id,
            range,
            parent: None,
            adjacent_parent: None,
            created_unix_s,
            opened_at,
            closed_at: None,
            is_expired: false,
            children: Vec::new(),
            log: Log::default(),
            replicas: ShardReplicas::default(),
            last_index: 0,
            write: WriteLimit::new(),
            read_bytes: ReadLimit::new(),
            read_calls: TokenBucket::full(limits::READ_CALLS_PER_S, limits::READ_CALLS_PER_S),
            iterator_calls: TokenBucket::full(limits::ITERATOR_CALLS_PER_S, limits::ITERATOR_CALLS_PER_S),
            silent: Vec::new(),
        }
    }
    pub(crate) fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }
    pub(super) fn starting_sequence_number(&self) -> SequenceNumber {
        SequenceNumber::new(self.id, self.created_unix_s, 0, self.created_unix_s)
    }
    pub(super) fn sequence_number(&self, index: u64, unix_s: u32) -> SequenceNumber {
        SequenceNumber::new(self.id, self.created_unix_s, index, unix_s)
    }
    /// As listings show it. `unix_s` turns an instant into a Unix second.
    pub(super) fn describe(&self, unix_s: impl Fn(SimTime) -> u32) -> api::Shard {
        let ending = |at| self.sequence_number(SequenceNumber::INDEX_MAX, unix_s(at));
        api::Shard {
            id: self.id,
            parent: self.parent,
            adjacent_parent: self.adjacent_parent,
            range: self.range,
            starting_sequence_number: self.starting_sequence_number(),
            ending_sequence_number: self.closed_at.map(ending),
        }
    }
}

/// The bytes that a shard gives to readers: 2 MiB a second, as a debt.
///
/// An answer may be larger than what is left; then the shard is blocked until the debt is paid and a second's worth
/// is there again. So an answer of 10 MiB blocks for 5 s, as the API reference says
/// (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html>).
#[derive(Debug)]
pub(crate) struct ReadLimit {
    bytes: TokenBucket,
    is_blocked: bool,
}

impl ReadLimit {
    /// A shard that has given nothing yet.
    pub(crate) fn new() -> Self {
        let bytes = TokenBucket::full(limits::READ_BYTES_PER_S, limits::READ_BYTES_PER_S);
        Self { bytes, is_blocked: false }
    }
    /// Returns whether the shard answers now.
    pub(crate) fn admits(&mut self, now: SimTime) -> bool {
        self.is_blocked = self.is_blocked && !self.bytes.is_brimming(now);
        !self.is_blocked
    }
    /// An answer of that size was given.
    pub(crate) fn take(&mut self, now: SimTime, bytes: u64) {
        self.bytes.take_as_debt(now, bytes);
        self.is_blocked = self.bytes.in_debt(now);
    }
}

/// The write limit of a shard, in the shape that the settings choose.
#[derive(Debug)]
pub(crate) struct WriteLimit {
    records: TokenBucket,
    bytes: TokenBucket,
    window_start: Option<SimTime>,
    window_records: u64,
    window_bytes: u64,
}

/// Which limit a record would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OverLimit {
    Records,
    Bytes,
}

impl WriteLimit {
    /// Of a shard that has taken nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            records: TokenBucket::full(limits::WRITE_RECORDS_PER_S, limits::WRITE_RECORDS_PER_S),
            bytes: TokenBucket::full(limits::WRITE_BYTES_PER_S, limits::WRITE_BYTES_PER_S),
            window_start: None,
            window_records: 0,
            window_bytes: 0,
        }
    }

    /// Changes how many bytes a burst may have; the rate stays.
    pub(crate) fn set_depth_bytes(&mut self, depth: u64, now: SimTime) {
        self.bytes.set_rate(limits::WRITE_BYTES_PER_S, depth.max(limits::WRITE_BYTES_PER_S), now);
    }

    /// Takes a record of that size, or says which limit it would break; then nothing is taken.
    pub(crate) fn admit(&mut self, window: api::ThrottleWindow, now: SimTime, bytes: u64) -> Result<(), OverLimit> {
        match window {
            api::ThrottleWindow::TokenBucket => {
                if !self.records.has(now, 1) {
                    return Err(OverLimit::Records);
                }
                if !self.bytes.try_take(now, bytes) {
                    return Err(OverLimit::Bytes);
                }
                self.records.take_as_debt(now, 1);
            }
            api::ThrottleWindow::FixedSecond => {
                self.roll_window(now);
                if self.window_records + 1 > limits::WRITE_RECORDS_PER_S {
                    return Err(OverLimit::Records);
                }
                // A record that is larger than a window takes a whole one.
                if self.window_bytes > 0 && self.window_bytes + bytes > limits::WRITE_BYTES_PER_S {
                    return Err(OverLimit::Bytes);
                }
                self.window_records += 1;
                self.window_bytes += bytes;
            }
        }
        Ok(())
    }

    /// Windows follow one another from the first use on.
    fn roll_window(&mut self, now: SimTime) {
        const SECOND: u64 = 1_000_000_000;
        let first = self.window_start.get_or_insert(now);
        let passed = now.since(*first).as_nanos() / SECOND;
        if passed > 0 {
            *first = SimTime::from_nanos(first.as_nanos() + passed * SECOND);
            self.window_records = 0;
            self.window_bytes = 0;
        }
    }
}
