//! How far a source was read: its shards, where each of them is read next, and by which call.

use std::collections::BTreeMap;

use super::agenda::Cx;
use crate::aws::kinesis::api::{ChildShard, IteratorPosition, Shard, ShardIterator};
use crate::aws::kinesis::{GetRecords, GetShardIterator, Request as ToKinesis};
use crate::base::{SequenceNumber, ShardId, SimTime, StreamName};

/// How a source is read.
pub(super) struct Reader {
    pub(super) stream: StreamName,
    /// When the delivery stream was created: where it begins if the first iterator is lost.
    pub(super) created: SimTime,
    pub(super) listing: Listing,
    pub(super) shards: BTreeMap<ShardId, Reading>,
    pub(super) failures: u32,
}

/// How far the shards of the beginning are known.
pub(super) enum Listing {
    /// After this one.
    From(Option<ShardId>),
    Done,
}

/// How a shard is read.
pub(super) struct Reading {
    pub(super) position: At,
    /// Gone in a crash.
    pub(super) iterator: Option<ShardIterator>,
    parents: Vec<ShardId>,
    pub(super) is_out: bool,
    pub(super) is_ended: bool,
    pub(super) failures: u32,
    pub(super) due: SimTime,
}

/// How far a shard was read: durable.
#[derive(Clone, Copy)]
pub(super) enum At {
    Latest,
    /// Where LATEST was.
    Created,
    TrimHorizon,
    After(SequenceNumber),
}

impl Reading {
    fn new(position: At, parents: Vec<ShardId>, now: SimTime) -> Self {
        Self { position, iterator: None, parents, is_out: false, is_ended: false, failures: 0, due: now }
    }
    pub(super) fn fail(&mut self, cx: &Cx<'_>) {
        self.due = cx.retry_at(self.failures);
        self.failures += 1;
    }
}

impl Reader {
    pub(super) fn new(stream: StreamName, now: SimTime) -> Self {
        let listing = Listing::From(None);
        Self { stream, created: now, listing, shards: BTreeMap::new(), failures: 0 }
    }

    pub(super) fn begin(&mut self, shards: &[Shard], now: SimTime) {
        for shard in shards.iter().filter(|shard| shard.ending_sequence_number.is_none()) {
            self.shards.entry(shard.id).or_insert_with(|| Reading::new(At::Latest, Vec::new(), now));
        }
    }

    pub(super) fn adopt(&mut self, children: Vec<ChildShard>, is_whole: bool, now: SimTime) {
        let from = if is_whole { At::TrimHorizon } else { At::Latest };
        for ChildShard { id, parents, .. } in children {
            self.shards.entry(id).or_insert_with(|| Reading::new(from, parents, now));
        }
    }

    /// Returns whether a shard may be read: its parents, as far as they are read here, have come to their end.
    pub(super) fn may_read(&self, reading: &Reading) -> bool {
        reading.parents.iter().all(|parent| self.shards.get(parent).is_none_or(|parent| parent.is_ended))
    }

    pub(super) fn next_call(&self, reading: &Reading, shard: ShardId, epoch_unix_ms: u64) -> ToKinesis {
        if let Some(iterator) = &reading.iterator {
            return GetRecords { iterator: iterator.clone(), limit: None }.into();
        }
        let position = match reading.position {
            At::Latest => IteratorPosition::Latest,
            At::Created => IteratorPosition::AtTimestamp(epoch_unix_ms + self.created.as_nanos() / 1_000_000),
            At::TrimHorizon => IteratorPosition::TrimHorizon,
            At::After(number) => IteratorPosition::AfterSequenceNumber(number),
        };
        GetShardIterator { stream: self.stream.clone(), shard, position }.into()
    }
}
