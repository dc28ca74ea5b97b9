//! A shard's records: metadata in fixed chunks, addressed by ordinal.
//!
//! Chunks never grow by doubling and are given back as records are trimmed, so a retained record costs 48 bytes.

use std::collections::VecDeque;

use crate::base::{KeyText, Payload, SimTime};

/// A stored record.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Sequence index.
    pub index: u64,
    /// When the service took it.
    pub(crate) arrived_at: SimTime,
    /// Partition key.
    pub key: KeyText,
    /// The record's data, without its key.
    pub data: Payload,
}

impl Entry {
    /// Bytes that count toward throughput.
    pub(super) fn size_bytes(&self) -> u64 {
        u64::from(self.data.len()) + u64::from(self.key.size_bytes())
    }
}

const CHUNK: usize = 256;

/// Records with ordinals `first()..end()`.
#[derive(Debug, Default)]
pub(super) struct Log {
    chunks: VecDeque<Vec<Entry>>,
    /// Ordinal of the first entry of the first chunk.
    base: u64,
    /// Ordinals below this are trimmed, although their chunk may still be here.
    first: u64,
    end: u64,
    /// When the record at `first` arrived: every read asks, and its chunk is far from those that are read.
    oldest_arrived_at: SimTime,
}

impl Log {
    /// The oldest ordinal that is not trimmed.
    pub(super) fn first(&self) -> u64 {
        self.first
    }
    /// One past the newest ordinal.
    pub(super) fn end(&self) -> u64 {
        self.end
    }
    /// When the oldest record arrived that is not trimmed.
    pub(super) fn oldest_arrived_at(&self) -> Option<SimTime> {
        (self.first < self.end).then_some(self.oldest_arrived_at)
    }
    /// Adds a record and returns its ordinal.
    pub(super) fn push(&mut self, entry: Entry) -> u64 {
        if self.first == self.end {
            self.oldest_arrived_at = entry.arrived_at;
        }
        match self.chunks.back_mut() {
            Some(chunk) if chunk.len() < CHUNK => chunk.push(entry),
            Some(_) => self.push_chunk(entry, CHUNK),
            // A shard's first chunk grows as needed: most shards of small runs hold few records.
            None => {
                self.base = self.end;
                self.push_chunk(entry, 0);
            }
        }
        self.end += 1;
        self.end - 1
    }

    fn push_chunk(&mut self, entry: Entry, capacity: usize) {
        let mut chunk = Vec::with_capacity(capacity);
        chunk.push(entry);
        self.chunks.push_back(chunk);
    }

    /// The record with that ordinal, which must be there.
    pub(super) fn get(&self, ordinal: u64) -> &Entry {
        assert!((self.first..self.end).contains(&ordinal), "ordinal {ordinal} is not in {}..{}", self.first, self.end);
        let at = (ordinal - self.base) as usize;
        &self.chunks[at / CHUNK][at % CHUNK]
    }
    /// Records from that ordinal on.
    pub(crate) fn iter_from(&self, ordinal: u64) -> impl Iterator<Item = &Entry> {
        let from = ordinal.max(self.first);
        let at = (from - self.base) as usize;
        let (chunk, within) = (at / CHUNK, at % CHUNK);
        let first = self.chunks.get(chunk).map_or(&[][..], |c| &c[within.min(c.len())..]);
        first.iter().chain(self.chunks.iter().skip(chunk + 1).flatten())
    }
    /// The lowest ordinal whose record does not satisfy `before`, which must hold for a prefix.
    pub(crate) fn partition_point(&self, before: impl Fn(&Entry) -> bool) -> u64 {
        let (mut low, mut high) = (self.first, self.end);
        while low < high {
            let middle = low + (high - low) / 2;
            match before(self.get(middle)) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        low
    }
    /// Forgets records below `ordinal`.
    pub(super) fn trim(&mut self, ordinal: u64) {
        self.first = self.first.max(ordinal.min(self.end));
        while self.first - self.base >= CHUNK as u64 || (self.first == self.end && !self.chunks.is_empty()) {
            let Some(gone) = self.chunks.pop_front() else { break };
            self.base += gone.len() as u64;
        }
        if self.first < self.end {
            self.oldest_arrived_at = self.get(self.first).arrived_at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::PartitionKey;

    #[test]
    fn entries_are_small() {
        assert_eq!(size_of::<Entry>(), 48);
    }

    #[test]
    fn records_are_found_by_ordinal_before_and_after_trimming() {
        let mut log = Log::default();
        let key = PartitionKey::new("k").expect("a key").text().clone();
        for n in 0..1000u64 {
            let data = Payload::Synthetic { seed: n as u32, len: 1 };
            let entry = Entry { index: 2 * n, arrived_at: SimTime::from_nanos(n), key: key.clone(), data };
            assert_eq!(log.push(entry), n);
        }
        log.trim(600);
        assert_eq!((log.first(), log.end()), (600, 1000));
        assert_eq!((log.get(600).index, log.oldest_arrived_at()), (1200, Some(SimTime::from_nanos(600))));
        assert_eq!(log.iter_from(0).count(), 400);
        assert_eq!(log.iter_from(999).map(|e| e.index).collect::<Vec<_>>(), [1998]);
        assert_eq!(log.partition_point(|e| e.index < 1501), 751);
        log.trim(5000);
        assert_eq!((log.first(), log.end(), log.iter_from(0).count()), (1000, 1000, 0));
        assert_eq!(log.oldest_arrived_at(), None);
        let entry = Entry { index: 9999, arrived_at: SimTime::ZERO, key, data: Payload::Synthetic { seed: 0, len: 0 } };
        assert_eq!(log.push(entry), 1000);
        assert_eq!((log.get(1000).index, log.oldest_arrived_at()), (9999, Some(SimTime::ZERO)));
    }
}
