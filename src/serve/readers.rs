//! How far clients have read each shard, with GetRecords and through subscriptions.
//!
//! Clients do not say who they are. But a reader goes on where it stopped: a read from where an earlier one ended is of
//! the same reader, any other of a new one. Two that stand at the same place are one until they part.

use std::collections::BTreeMap;

use crate::base::{Event, Fold, ShardId, SimDuration, SimTime, StreamId};

/// A reader that has read nothing for so long, while others have, is gone: its worker lost the lease, or began anew.
const GONE_AFTER: SimDuration = SimDuration::from_secs(30);
/// More readers of a shard than these are not told apart.
const READERS_MAX: usize = 32;

/// All reads of a shard in one way.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    /// Calls or events answered.
    pub(super) answers: u64,
    /// Records given.
    pub(super) records: u64,
    /// When the last answer was given.
    pub(super) last_at: SimTime,
    /// Where each reader stands, and since when.
    positions: Vec<(u64, SimTime)>,
}

/// Reads of a shard.
#[derive(Clone, Debug, Default)]
pub(super) struct ShardReads {
    /// With GetRecords.
    pub(super) polled: Reads,
    /// Through subscriptions.
    pub(super) pushed: Reads,
}

/// Reads of all shards.
#[derive(Debug, Default)]
pub(super) struct Readers(BTreeMap<(StreamId, ShardId), ShardReads>);

impl Readers {
    /// The shards of a stream that somebody has read.
    pub(super) fn of(&self, stream: StreamId) -> impl Iterator<Item = (ShardId, &ShardReads)> {
        let shards = self.0.range((stream, ShardId(0))..=(stream, ShardId(u32::MAX)));
        shards.map(|((_, shard), reads)| (*shard, reads))
    }
}

impl Reads {
    fn on(&mut self, at: SimTime, from: u64, to: u64) {
        self.answers += 1;
        self.records += to - from;
        self.last_at = at;
        self.positions.retain(|(place, since)| ![from, to].contains(place) && at.since(*since) < GONE_AFTER);
        if self.positions.len() == READERS_MAX {
            self.positions.remove(0);
        }
        self.positions.push((to, at));
    }

    /// The ordinal below which the slowest reader has read everything. The last reader stands there even when it is
    /// gone: what it left unread still waits.
    pub(super) fn slowest(&self) -> Option<u64> {
        self.positions.iter().map(|(place, _)| *place).min()
    }
}

impl Fold for Readers {
    fn on(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::RecordsRead { stream, shard, from, to, .. } => {
                self.0.entry((*stream, *shard)).or_default().polled.on(at, *from, *to);
            }
            Event::SubscriptionRead { stream, shard, from, to, .. } => {
                self.0.entry((*stream, *shard)).or_default().pushed.on(at, *from, *to);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(of: &[(u64, u64, u64)]) -> Reads {
        let mut reads = Reads::default();
        of.iter().for_each(|(at_s, from, to)| reads.on(SimTime::from_secs(*at_s), *from, *to));
        reads
    }

    #[test]
    fn a_reader_that_goes_on_leaves_nothing_behind() {
        let reads = reads(&[(0, 0, 10), (0, 10, 20), (1, 20, 20)]);
        assert_eq!((reads.slowest(), reads.records, reads.answers), (Some(20), 20, 3));
    }

    #[test]
    fn the_slowest_of_several_counts_until_it_is_gone() {
        assert_eq!(reads(&[(0, 0, 10), (1, 0, 50), (2, 50, 60)]).slowest(), Some(10));
        assert_eq!(reads(&[(0, 0, 10), (1, 0, 50), (31, 50, 60)]).slowest(), Some(60));
        assert_eq!(reads(&[(0, 0, 10)]).slowest(), Some(10), "nobody else has read");
        assert_eq!(reads(&[]).slowest(), None);
    }
}
