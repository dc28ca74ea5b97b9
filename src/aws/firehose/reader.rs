//! A Kinesis stream as source: Firehose reads it as a consumer with GetRecords, from its own host, at the shards' read
//! limits as everybody.
//!
//! It begins at LATEST when the delivery stream is created, goes on in the children of shards that end, and tries
//! again without end (<https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html>). How far it
//! has read is durable, as is what it has read.

use super::agenda::{Asker, Cx, Due};
use super::delivery_stream::DeliveryStream;
use super::reading::{At, Listing, Reader};
use super::record::Carried;
use crate::aws::firehose::asking::{Ask, Told};
use crate::aws::kinesis::DescribeStream;
use crate::aws::kinesis::api::{
    ChildShard, GetRecordsOutput, IteratorPosition, Record, Response, Shard, ShardIterator,
};
use crate::aws::lambda;
use crate::base::{ShardId, SimDuration};
use crate::world::CallError;
use std::sync::Arc;

/// Longest wait for an answer of Kinesis. An assumption.
const TIMEOUT: SimDuration = SimDuration::from_secs(10);

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
        cx.ask(Ask::Kinesis(describe.into()), TIMEOUT, self.id, Asker::Listing);
    }

    pub(super) fn listed(&mut self, cx: &mut Cx<'_>, reply: Result<Told, CallError>) {
        let Some(reader) = &mut self.reader else { return };
        let Ok(Told::Kinesis(Ok(Response::StreamDescription(description)))) = reply else {
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
        cx.ask(Ask::Kinesis(request), TIMEOUT, self.id, Asker::Shard(shard));
    }

    pub(super) fn shard_answered(&mut self, cx: &mut Cx<'_>, shard: ShardId, reply: Result<Told, CallError>) {
        let Some(reading) = self.reader.as_mut().and_then(|reader| reader.shards.get_mut(&shard)) else { return };
        reading.is_out = false;
        match reply {
            Ok(Told::Kinesis(Ok(Response::ShardIterator(iterator)))) => {
                (reading.iterator, reading.failures, reading.due) = (Some(iterator), 0, cx.now);
            }
            Ok(Told::Kinesis(Ok(Response::Records(read)))) => return self.take_read(cx, shard, read),
            Ok(Told::Kinesis(Err(error))) => {
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
        self.accept(cx, None, shard.0, carried);
    }
}

fn carry(shard: ShardId, record: Record, keeps_source: bool) -> Carried {
    let Record { sequence_number, arrived_at, partition_key, data, ordinal } = record;
    let source = keeps_source.then(|| Arc::new(lambda::Source { shard, partition_key, sequence_number }));
    Carried { data, source, arrived: arrived_at, ordinal, lane: shard.0, part: 0 }
}
