//! The records of a trace, made in order of time when they are due.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::trace::{Columns, Rows, Trace, TracedRecord};
use crate::base::{HashKeyRange, PartitionKey, SimDuration};

/// Factors are kept in millionths, so that replaying is integer arithmetic.
const MICRO: u128 = 1_000_000;

/// A trace being replayed.
pub struct Replay {
    trace: Arc<Trace>,
    speed_micro: u128,
    scale_micro: u128,
    /// What scaling has left over, per key column (in millionths of a record).
    carried: Vec<u128>,
    /// The next row to look at.
    row: usize,
    /// Start and end of the present interval, in nanoseconds of the run.
    interval_ns: (u64, u64),
    /// The next record of every column of the present interval; of equal times the first column's comes first.
    due: BinaryHeap<Reverse<Spread>>,
    /// Copies of the present record that are still to come (traces with a row per record).
    copies: u128,
}

/// Records of one column, spread over one interval.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Spread {
    next_ns: u64,
    column: usize,
    done: u64,
    count: u64,
    /// All their bytes, keys included, where the trace counts them.
    bytes: Option<u64>,
}

/// A record of a trace that is due. What the trace does not say is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed {
    /// Time since the trace began.
    pub after: SimDuration,
    /// Absent when the trace has no keys: then the producer draws one.
    pub key: Option<PartitionKey>,
    /// Length of its data.
    pub size_bytes: Option<u32>,
    /// Length of its data and its key.
    pub(super) whole_bytes: Option<u32>,
    /// The part of the hash key space that it goes to, anywhere in it.
    pub(super) range: Option<HashKeyRange>,
}

impl Replay {
    /// Replays `trace` with time divided by `speed` and counts multiplied by `scale`.
    pub fn new(trace: Arc<Trace>, speed: f64, scale: f64) -> Self {
        let columns = match &trace.rows {
            Rows::Records { .. } => 1,
            Rows::Counts(counts) => counts.of.count(),
        };
        Self {
            trace,
            speed_micro: ((speed * 1e6 + 0.5) as u128).max(1),
            scale_micro: (scale * 1e6 + 0.5) as u128,
            carried: vec![0; columns],
            row: 0,
            interval_ns: (0, 0),
            due: BinaryHeap::with_capacity(columns),
            copies: 0,
        }
    }

    /// How many records `count` of them become, with what was left over before.
    fn scaled(&mut self, column: usize, count: u64) -> u64 {
        let micro = u128::from(count) * self.scale_micro + self.carried[column];
        self.carried[column] = micro % MICRO;
        (micro / MICRO) as u64
    }

    /// Time of the trace in nanoseconds of the run.
    fn run_ns(&self, trace_ms: u64) -> u64 {
        (u128::from(trace_ms) * 1_000_000 * MICRO / self.speed_micro) as u64
    }

    /// Spreads the counts of the next interval. Returns whether there was one.
    fn enter_next_interval(&mut self) -> bool {
        let trace = self.trace.clone();
        let Rows::Counts(counts) = &trace.rows else { return false };
        let row = self.row;
        let Some(start_ms) = counts.starts_ms.get(row) else { return false };
        self.row += 1;
        self.interval_ns = (self.run_ns(*start_ms), self.run_ns(counts.interval_end_ms(row)));
        let columns = counts.of.count();
        for (column, of) in counts.row(row).iter().enumerate() {
            let count = self.scaled(column, *of);
            if count > 0 {
                let next_ns = nth_ns(self.interval_ns, 0, count);
                let bytes = counts.bytes.as_ref().map(|bytes| bytes[row * columns + column]);
                let bytes = bytes.map(|bytes| (u128::from(bytes) * u128::from(count) / u128::from(*of).max(1)) as u64);
                self.due.push(Reverse(Spread { next_ns, column, done: 0, count, bytes }));
            }
        }
        true
    }

    fn next_counted(&mut self) -> Option<Replayed> {
        while self.due.is_empty() {
            if !self.enter_next_interval() {
                return None;
            }
        }
        let mut first = self.due.peek_mut()?;
        let spread = &mut first.0;
        let (after, column) = (SimDuration::from_nanos(spread.next_ns), spread.column);
        let whole_bytes = spread.bytes.map(|all| {
            // Whole bytes, of which none is lost over the interval.
            let up_to = |n: u64| u128::from(all) * u128::from(n) / u128::from(spread.count);
            u32::try_from(up_to(spread.done + 1) - up_to(spread.done)).unwrap_or(u32::MAX)
        });
        spread.done += 1;
        if spread.done < spread.count {
            spread.next_ns = nth_ns(self.interval_ns, spread.done, spread.count);
            drop(first);
        } else {
            std::collections::binary_heap::PeekMut::pop(first);
        }
        let Rows::Counts(counts) = &self.trace.rows else { unreachable!("intervals come from counts") };
        let (key, range) = match &counts.of {
            Columns::Drawn => (None, None),
            Columns::Keys(keys) => (Some(keys[column].clone()), None),
            Columns::Ranges(ranges) => (None, Some(ranges[column])),
        };
        Some(Replayed { after, key, size_bytes: None, whole_bytes, range })
    }

    fn next_recorded(&mut self) -> Option<Replayed> {
        while self.copies == 0 {
            self.record(self.row)?;
            self.row += 1;
            self.copies = u128::from(self.scaled(0, 1));
        }
        self.copies -= 1;
        let (record, key) = self.record(self.row - 1)?;
        let after = SimDuration::from_nanos(self.run_ns(record.offset_ms));
        let (key, size_bytes) = (Some(key.clone()), Some(record.size_bytes));
        Some(Replayed { after, key, size_bytes, whole_bytes: None, range: None })
    }

    fn record(&self, row: usize) -> Option<(TracedRecord, &PartitionKey)> {
        let Rows::Records { keys, records } = &self.trace.rows else { unreachable!("rows are records") };
        records.get(row).map(|record| (*record, &keys[record.key as usize]))
    }
}

impl Iterator for Replay {
    type Item = Replayed;

    fn next(&mut self) -> Option<Replayed> {
        match self.trace.rows {
            Rows::Records { .. } => self.next_recorded(),
            Rows::Counts(_) => self.next_counted(),
        }
    }
}

/// When the `n`-th of `count` comes in an interval: in the middle of the `n`-th of `count` equal parts.
fn nth_ns((start_ns, end_ns): (u64, u64), n: u64, count: u64) -> u64 {
    start_ns + (u128::from(end_ns - start_ns) * (2 * u128::from(n) + 1) / (2 * u128::from(count))) as u64
}
