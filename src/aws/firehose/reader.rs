//! A Kinesis stream as source: Firehose reads it as a consumer with GetRecords, from its own host, at the shards' read
//! limits as everybody.
//!
//! It begins at LATEST when the delivery stream is created, goes on in the children of shards that end, and tries
//! again without end (<https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html>). How far it
//! has read is durable, as is what it has read.

use std::collections::BTreeMap;

use super::agenda::{Asker, Cx, Due};
use super::delivery_stream::DeliveryStream;
use super::record::Carried;
use crate::aws::kinesis::api::{
    ChildShard, GetRecordsOutput, IteratorPosition, Record, Response, Shard, ShardIterator,
};
use crate::aws::kinesis::{DescribeStream, GetRecords, GetShardIterator, Request as ToKinesis};
use crate::aws::{FIREHOSE, Reply, Request, lambda};
use crate::base::{SequenceNumber, ShardId, SimDuration, SimTime, StreamName};
use crate::world::CallError;
use std::sync::Arc;

/// Longest wait for an answer of Kinesis. An assumption.
const TIMEOUT: SimDuration = SimDuration::from_secs(10);

/// How a source is read.
pub(super) struct Reader {
    stream: StreamName,
    /// When the delivery stream was created: where it begins if the first iterator is lost.
    created: SimTime,
    listing: Listing,
    shards: BTreeMap<ShardId, Reading>,
    failures: u32,
}

/// How far the shards of the beginning are known.
enum Listing {
    /// After this one.
    From(Option<ShardId>),
    Done,
}

/// How a shard is read.
struct Reading {
    position: At,
    /// Gone in a crash.
    iterator: Option<ShardIterator>,
    parents: Vec<ShardId>,
    is_out: bool,
    is_ended: bool,
    failures: u32,
    due: SimTime,
}

/// How far a shard was read: durable.
#[derive(Clone, Copy)]
enum At {
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
    fn fail(&mut self, cx: &Cx<'_>) {
        self.due = cx.retry_at(self.failures);
        self.failures += 1;
    }
}

impl Reader {
    pub(super) fn new(stream: StreamName, now: SimTime) -> Self {
        let listing = Listing::From(None);
        Self { stream, created: now, listing, shards: BTreeMap::new(), failures: 0 }
    }

    fn begin(&mut self, shards: &[Shard], now: SimTime) {
        for shard in shards.iter().filter(|shard| shard.ending_sequence_number.is_none()) {
            self.shards.entry(shard.id).or_insert_with(|| Reading::new(At::Latest, Vec::new(), now));
        }
    }

    fn adopt(&mut self, children: Vec<ChildShard>, is_whole: bool, now: SimTime) {
        let from = if is_whole { At::TrimHorizon } else { At::Latest };
        for ChildShard { id, parents, .. } in children {
            self.shards.entry(id).or_insert_with(|| Reading::new(from, parents, now));
        }
    }

    /// Returns whether a shard may be read: its parents, as far as they are read here, have come to their end.
    fn may_read(&self, reading: &Reading) -> bool {
        reading.parents.iter().all(|parent| self.shards.get(parent).is_none_or(|parent| parent.is_ended))
    }

    fn next_call(&self, reading: &Reading, shard: ShardId, epoch_unix_ms: u64) -> ToKinesis {
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

impl DeliveryStream {
    /// Begins to read the source, or goes on after a restart.
    pub(super) fn begin_reading(&mut self, cx: &mut Cx<'_>) {
        let Some(reader) = &mut self.reader else { return };
        for (shard, reading) in &mut reader.shards {
            (reading.iterator, reading.is_out) = (None, false);
            if matches!(reading.position, At::Latest) {
                reading.position = At::Created;
            }
            if !reading.is_ended {
                cx.at(cx.now, self.id, Due::Shard(*shard));
            }
        }
        self.list_shards(cx);
    }

    /// DescribeStream, as long as not all shards of the beginning are known.
    pub(super) fn list_shards(&mut self, cx: &mut Cx<'_>) {
        let Some(Reader { stream, listing: Listing::From(after), .. }) = &self.reader else { return };
        let describe = DescribeStream { stream: stream.clone(), exclusive_start: *after, limit: None };
        cx.ask(Request::Kinesis(describe.into()), TIMEOUT, self.id, Asker::Listing);
    }

    pub(super) fn listed(&mut self, cx: &mut Cx<'_>, reply: Result<Reply, CallError>) {
        let Some(reader) = &mut self.reader else { return };
        let Ok(Reply::Kinesis(Ok(Response::StreamDescription(description)))) = reply else {
            let at = cx.retry_at(reader.failures);
            reader.failures += 1;
            cx.at(at, self.id, Due::Listing);
            return;
        };
        reader.failures = 0;
        reader.begin(&description.shards, cx.now);
        reader.listing = match description.shards.last() {
            Some(last) if description.has_more_shards => Listing::From(Some(last.id)),
            _ => Listing::Done,
        };
        for shard in &description.shards {
            cx.at(cx.now, self.id, Due::Shard(shard.id));
        }
        self.list_shards(cx);
    }

    /// Reads a shard, if its time has come and there is room for what it has.
    pub(super) fn read_shard(&mut self, cx: &mut Cx<'_>, shard: ShardId) {
        let is_full = self.held_bytes(shard.0) >= cx.settings.held_bytes_max;
        let Some(reader) = &mut self.reader else { return };
        let Some(reading) = reader.shards.get(&shard) else { return };
        if reading.is_out || reading.is_ended || reading.due > cx.now || !reader.may_read(reading) {
            return;
        }
        let request = reader.next_call(reading, shard, cx.settings.epoch_unix_ms);
        let Some(reading) = reader.shards.get_mut(&shard) else { return };
        if is_full {
            reading.due = cx.now.saturating_add(cx.settings.read_every);
            cx.at(reading.due, self.id, Due::Shard(shard));
            return;
        }
        reading.is_out = true;
        cx.ask(Request::Kinesis(request), TIMEOUT, self.id, Asker::Shard(shard));
    }

    pub(super) fn shard_answered(&mut self, cx: &mut Cx<'_>, shard: ShardId, reply: Result<Reply, CallError>) {
        let Some(reading) = self.reader.as_mut().and_then(|reader| reader.shards.get_mut(&shard)) else { return };
        reading.is_out = false;
        match reply {
            Ok(Reply::Kinesis(Ok(Response::ShardIterator(iterator)))) => {
                (reading.iterator, reading.failures, reading.due) = (Some(iterator), 0, cx.now);
            }
            Ok(Reply::Kinesis(Ok(Response::Records(read)))) => return self.take_read(cx, shard, read),
            Ok(Reply::Kinesis(Err(error))) => {
                reading.fail(cx);
                if error.code() == "ExpiredIteratorException" {
                    reading.iterator = None;
                    reading.due = cx.now;
                }
            }
            Ok(_) | Err(CallError::TimedOut) => reading.fail(cx),
        }
        if reading.iterator.is_none() && matches!(reading.position, At::Latest) && reading.failures > 0 {
            reading.position = At::Created;
        }
        let due = reading.due;
        cx.at(due, self.id, Due::Shard(shard));
    }

    fn take_read(&mut self, cx: &mut Cx<'_>, shard: ShardId, read: GetRecordsOutput) {
        let GetRecordsOutput { records, next, child_shards, .. } = read;
        let keeps_source = self.processing.function.is_some() || self.processing.convert.is_some();
        let Some(reader) = self.reader.as_mut() else { return };
        let Some(reading) = reader.shards.get_mut(&shard) else { return };
        reading.failures = 0;
        if let Some(last) = records.last() {
            reading.position = At::After(last.sequence_number);
        }
        reading.is_ended = next.is_none();
        reading.iterator = next;
        reading.due = cx.now.saturating_add(cx.settings.read_every);
        let due = reading.due;
        if reading.is_ended {
            reader.adopt(child_shards, cx.settings.planted.are_children_read_whole(), cx.now);
            // Of a merge, the child may have waited for this parent.
            let waiting: Vec<ShardId> = reader.shards.keys().copied().collect();
            waiting.into_iter().for_each(|child| cx.at(cx.now, self.id, Due::Shard(child)));
        } else {
            cx.at(due, self.id, Due::Shard(shard));
        }
        let carried = records.into_iter().map(|record| carry(shard, record, keeps_source)).collect();
        self.accept(cx, FIREHOSE, shard.0, carried);
    }
}

fn carry(shard: ShardId, record: Record, keeps_source: bool) -> Carried {
    let Record { sequence_number, arrived_at, partition_key, data, ordinal } = record;
    let source = keeps_source.then(|| Arc::new(lambda::Source { shard, partition_key, sequence_number }));
    Carried { data, source, arrived: arrived_at, ordinal, lane: shard.0, part: 0 }
}
