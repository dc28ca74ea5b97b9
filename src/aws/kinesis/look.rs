//! What observers see of the service without calling it: nothing is counted, limited or told, and nothing changes.

use super::api::{ConsumerStatus, Record, StreamMode, StreamStatus};
use super::consumer::{Consumer, Pipe};
use super::limits::SUBSCRIPTION_LIFETIME;
use super::service::Kinesis;
use super::shard::Shard;
use super::stream::Stream;
use crate::base::{SequenceNumber, ShardId, SimTime, StreamId, StreamName};

/// A stream that exists.
pub(crate) struct Seen<'a> {
    pub(crate) id: StreamId,
    pub(crate) name: &'a StreamName,
    pub(crate) status: StreamStatus,
    pub(crate) mode: StreamMode,
    pub(crate) retention_hours: u32,
    pub(crate) is_encrypted: bool,
    /// Its consumers with enhanced fan-out.
    pub(crate) consumers: Vec<SeenConsumer<'a>>,
}

/// A consumer with enhanced fan-out.
pub(crate) struct SeenConsumer<'a> {
    pub(crate) name: &'a str,
    pub(crate) status: ConsumerStatus,
    /// Shards that it is subscribed to.
    pub(crate) subscriptions: usize,
}

/// Records that a reader has before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) records: u64,
    /// How long the first of them has been there; 0 when there is none.
    pub(crate) age_ms: u64,
}

impl Kinesis {
    /// The streams that exist, in order of their names.
    pub(crate) fn seen(&self, now: SimTime) -> impl Iterator<Item = Seen<'_>> {
        self.names.values().map(move |id| {
            let stream = self.stream(*id);
            let consumers = stream.consumers.iter().map(|(name, consumer)| consumer.seen(name, now)).collect();
            let (name, is_encrypted) = (&stream.name, stream.encryption_key_id.is_some());
            let (status, mode, retention_hours) = (stream.status, stream.options.mode, stream.retention_hours);
            Seen { id: *id, name, status, mode, retention_hours, is_encrypted, consumers }
        })
    }

    /// A shard's newest records that are in retention, the newest last; `None` without such a shard.
    pub(crate) fn newest(&self, stream: &StreamName, shard: ShardId, count: u64) -> Option<Vec<Record>> {
        let slot = self.stream(*self.names.get(stream)?).shard(shard)?;
        let end = slot.log.end();
        let from = end.saturating_sub(count).max(slot.log.first());
        Some(self.records_of(slot, from..end, u64::MAX))
    }

    /// What a reader has before it who has read everything below an ordinal.
    pub(crate) fn unread(&self, id: StreamId, shard: ShardId, below: u64, now: SimTime) -> Unread {
        let slot = self.streams.get(id.index()).and_then(|stream| stream.shard(shard));
        slot.map(|slot| slot.unread(below, now)).unwrap_or_default()
    }

    /// What a reader has before it who has read everything up to this record, and in which stream. `None` when no
    /// stream has it any more, or when it could be of several: those created in one second number their records alike.
    pub(crate) fn unread_after(&self, number: SequenceNumber, now: SimTime) -> Option<(&StreamName, Unread)> {
        let mut found = self.names.values().filter_map(|id| {
            let stream = self.stream(*id);
            Some((stream, stream.shard(number.shard())?.ordinal_of(number)?))
        });
        let (stream, ordinal): (&Stream, u64) = found.next()?;
        let is_only = found.next().is_none();
        is_only.then(|| (&stream.name, self.unread(stream.id, number.shard(), ordinal + 1, now)))
    }
}

impl Shard {
    fn unread(&self, below: u64, now: SimTime) -> Unread {
        let from = below.max(self.log.first());
        let records = self.log.end().saturating_sub(from);
        let age_ms = if records == 0 { 0 } else { now.since(self.log.get(from).arrived_at).as_millis() };
        Unread { records, age_ms }
    }

    fn ordinal_of(&self, number: SequenceNumber) -> Option<u64> {
        let ordinal = self.log.partition_point(|entry| entry.index < number.index());
        let entry = (ordinal < self.log.end()).then(|| self.log.get(ordinal))?;
        let is_it = entry.index == number.index() && self.created_unix_s == number.shard_created_unix_s();
        is_it.then_some(ordinal)
    }
}

impl Consumer {
    fn seen<'a>(&self, name: &'a str, now: SimTime) -> SeenConsumer<'a> {
        let is_on = |pipe: &&Pipe| pipe.current.as_ref().is_some_and(|s| now < s.started_at + SUBSCRIPTION_LIFETIME);
        SeenConsumer { name, status: self.status(now), subscriptions: self.pipes.values().filter(is_on).count() }
    }
}
