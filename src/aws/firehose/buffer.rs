//! Buffers: records that wait until they are many or old enough.
//!
//! A buffer is closed when it holds as much as its size hint or its first record has waited for its interval, whichever
//! is first, and never in the middle of a record
//! (<https://docs.aws.amazon.com/firehose/latest/dev/buffering-hints.html>). While as many deliveries of it are under
//! way as there may be, it stays open and grows.

use super::chain::Partition;
use super::pipeline::Hints;
use super::record::Carried;
use crate::base::event::{FailedAs, Stage};
use crate::base::{Payload, SimTime};

/// Which buffer of a delivery stream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BufferKey {
    /// What happens to records that wait here: they are delivered, copied, or told as failed.
    pub(super) stage: Stage,
    /// The shard that they come from.
    pub(super) lane: u32,
    /// Why they failed.
    pub(super) failed_as: Option<FailedAs>,
    /// With dynamic partitioning.
    pub(super) partition: Partition,
}

impl BufferKey {
    /// A buffer without partition.
    pub(super) fn plain(stage: Stage, lane: u32) -> Self {
        Self { stage, lane, failed_as: None, partition: Partition::default() }
    }
    /// That of records that failed.
    pub(super) fn errors(lane: u32, failed_as: FailedAs) -> Self {
        Self { failed_as: Some(failed_as), ..Self::plain(Stage::Errors, lane) }
    }
}

/// Records that wait.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    records: Vec<Carried>,
    bytes: u64,
    /// When the first of them came here.
    opened: SimTime,
    /// Deliveries of records from here that are under way.
    pub(super) under_way: u32,
}

impl Buffer {
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }
    pub(super) fn opened(&self) -> SimTime {
        self.opened
    }
    /// Takes a record in. Returns whether it is the first.
    pub(super) fn push(&mut self, now: SimTime, record: Carried) -> bool {
        let is_first = self.records.is_empty();
        if is_first {
            self.opened = now;
        }
        self.bytes += record.size_bytes();
        self.records.push(record);
        is_first
    }
    /// When it is to be closed, if deliveries may begin.
    pub(super) fn due(&self, hints: Hints) -> Option<SimTime> {
        match self.records.is_empty() {
            true => None,
            false if self.bytes >= hints.size_bytes => Some(self.opened),
            false => Some(self.opened.saturating_add(hints.interval)),
        }
    }
    /// Takes out records of up to so many bytes, one at least; what is left counts as having come when the buffer was
    /// opened.
    pub(super) fn close(&mut self, bytes_max: u64) -> Vec<Carried> {
        if self.bytes <= bytes_max {
            self.bytes = 0;
            return std::mem::take(&mut self.records);
        }
        let mut taken_bytes = 0;
        let mut fits = |record: &Carried| {
            let before = taken_bytes;
            taken_bytes += record.size_bytes();
            before == 0 || taken_bytes <= bytes_max
        };
        let count = self.records.iter().take_while(|record| fits(record)).count().max(1);
        let rest = self.records.split_off(count);
        let taken = std::mem::replace(&mut self.records, rest);
        self.bytes -= taken.iter().map(Carried::size_bytes).sum::<u64>();
        taken
    }
    /// Takes out exactly so many bytes, with the beginning of a record at their end: what no buffer does, unless that
    /// is planted.
    pub(super) fn cut(&mut self, bytes_max: u64) -> Vec<Carried> {
        let mut taken = self.close(bytes_max);
        let room = bytes_max.saturating_sub(taken.iter().map(Carried::size_bytes).sum());
        if let Some(next) = self.records.first_mut().filter(|_| room > 0) {
            let bytes = next.data.bytes().into_owned();
            let (begin, rest) = bytes.split_at(bytes.len().min(room as usize));
            taken.push(Carried { data: Payload::from(begin.to_vec()), ..next.clone() });
            next.data = Payload::from(rest.to_vec());
            self.bytes -= begin.len() as u64;
        }
        taken
    }
    /// Takes out what arrived before `bound`.
    pub(super) fn expire(&mut self, bound: SimTime) -> Vec<Carried> {
        if !self.records.iter().any(|record| record.arrived < bound) {
            return Vec::new();
        }
        let (gone, kept) = std::mem::take(&mut self.records).into_iter().partition(|record| record.arrived < bound);
        self.records = kept;
        self.bytes = self.records.iter().map(Carried::size_bytes).sum();
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimDuration;

    const HINTS: Hints = Hints { size_bytes: 1000, interval: SimDuration::from_secs(60) };

    fn record(len: u32) -> Carried {
        let data = Payload::Synthetic { seed: 0, len };
        Carried { data, source: None, arrived: SimTime::ZERO, ordinal: 0, lane: 0, part: 0 }
    }

    #[test]
    fn size_or_interval_closes_it_whichever_is_first() {
        let mut buffer = Buffer::default();
        assert_eq!(buffer.due(HINTS), None);
        assert!(buffer.push(SimTime::from_secs(5), record(600)));
        assert_eq!(buffer.due(HINTS), Some(SimTime::from_secs(65)));
        assert!(!buffer.push(SimTime::from_secs(9), record(400)));
        assert_eq!(buffer.due(HINTS), Some(SimTime::from_secs(5)));
    }

    #[test]
    fn a_batch_holds_whole_records_up_to_a_bound_and_one_at_least() {
        let mut buffer = Buffer::default();
        for len in [600, 400, 300, 5000, 10] {
            buffer.push(SimTime::ZERO, record(len));
        }
        let mut batches = Vec::new();
        while !buffer.is_empty() {
            batches.push(buffer.close(1000).iter().map(Carried::size_bytes).collect::<Vec<_>>());
        }
        assert_eq!(batches, [vec![600, 400], vec![300], vec![5000], vec![10]]);
        assert_eq!(buffer.bytes(), 0);
    }
}
