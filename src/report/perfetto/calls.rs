//! Calls of built-in clients as their hosts see them, the processing of records, and what each came from.

use std::collections::{BTreeMap, VecDeque};
use std::io::Write;

use slab::Slab;

use super::course::Course;
use super::lanes::{Group, Lanes, Process};
use super::writer::{Part, Place, Value, Writer};
use crate::aws::dynamodb::OneItem;
use crate::aws::kinesis::{self, api::Response};
use crate::aws::{Cloud, Reply, Request};
use crate::base::item::AttributeValue;
use crate::base::{Event, HostId, ShardId, SimTime, StreamName};
use crate::world::Backend;

/// Puts and reads of a shard that flows may begin at. From older ones none do.
const SOURCES_MAX: usize = 10_000;

/// Where a flow begins: within a slice.
type Source = (Place, SimTime);

/// What a call is about, as far as anything follows from it.
enum About {
    Put(StreamName),
    Read(StreamName, ShardId),
    Other,
}

/// A call on its way.
struct Open {
    host: HostId,
    operation: &'static str,
    place: Place,
    from: SimTime,
    about: About,
    /// What the call was for, in a few words.
    of: String,
    cause: Option<(Source, &'static str)>,
}

/// Records that a call has put, or read.
struct Range {
    first: u64,
    last: u64,
    source: Source,
    until: SimTime,
}

/// The calls on their way, and what may follow from those that have ended.
#[derive(Default)]
pub(super) struct Calls {
    open: Slab<Open>,
    written: u64,
    /// By stream and shard, the sequence indexes that each call put, in their order.
    puts: BTreeMap<(StreamName, ShardId), VecDeque<Range>>,
    /// By reader and shard, the ordinals that each call read.
    reads: BTreeMap<(HostId, ShardId), VecDeque<Range>>,
    /// Until when a worker has processed a shard's records.
    processed: BTreeMap<(HostId, ShardId), (SimTime, Source)>,
    /// What the next call of a host about a shard comes from, if it is made at that time.
    causes: BTreeMap<(HostId, ShardId), (SimTime, Source, &'static str)>,
}

impl Calls {
    /// How many are in the trace.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    pub(super) fn on<W: Write>(
        &mut self,
        at: SimTime,
        event: &Event,
        course: &Course,
        lanes: &mut Lanes,
        writer: &mut Writer<W>,
    ) {
        match event {
            Event::RecordsProcessed { host, shard, from, to, .. } => {
                self.processed(at, (*host, *shard), (*from, *to), lanes, writer);
            }
            Event::CheckpointAttempted { host, shard, .. } => {
                if let Some((_, source)) = self.processed.get(&(*host, *shard)) {
                    self.causes.insert((*host, *shard), (at, *source, "checkpoint of"));
                }
            }
            Event::IteratorRequested { consumer, host, shard, .. } => {
                if let Some(lease) = course.lease(*consumer, *shard, *host) {
                    self.causes.insert((*host, *shard), (at, lease, "reads with"));
                }
            }
            Event::HostCrashed { host } => {
                self.reads.retain(|(of, _), _| of != host);
                self.processed.retain(|(of, _), _| of != host);
            }
            _ => {}
        }
    }

    fn processed<W: Write>(
        &mut self,
        at: SimTime,
        of: (HostId, ShardId),
        (from, to): (u64, u64),
        lanes: &mut Lanes,
        writer: &mut Writer<W>,
    ) {
        let Some(reads) = self.reads.get_mut(&of) else { return };
        while reads.front().is_some_and(|read| read.last < from) {
            reads.pop_front();
        }
        let Some(read) = reads.front().filter(|read| read.first <= from) else { return };
        let before = self.processed.get(&of).map_or(SimTime::ZERO, |(until, _)| *until);
        let begun = read.until.max(before).min(at);
        if !writer.has_room(Part::Calls, at) {
            return;
        }
        // One batch is processed after the other, so one track is enough, and it is always free.
        let (process, group) = (Process::Host(of.0), Group::Processing(of.1));
        let place = lanes.take(process, group, writer);
        lanes.free(process, group, place);
        let records = [("from", Value::Number(from)), ("to", Value::Number(to))];
        writer.slice(place, (begun, at), "processing", "process records", &records);
        writer.flow(read.source, (place, begun), "processed");
        self.processed.insert(of, (at, (place, begun)));
    }

    /// A call sets out. Returns its number.
    pub(super) fn sent<W: Write>(
        &mut self,
        at: SimTime,
        host: HostId,
        request: &Request,
        lanes: &mut Lanes,
        writer: &mut Writer<W>,
    ) -> u32 {
        let (about, of, shard) = about(request);
        let key = shard.map(|shard| (host, shard));
        let cause = key.and_then(|key| self.causes.get(&key)).filter(|(since, ..)| *since == at);
        let cause = cause.map(|(_, source, name)| (*source, *name));
        if let (Some(key), true) = (key, cause.is_some()) {
            self.causes.remove(&key);
        }
        let place = lanes.take(Process::Host(host), Group::Calls, writer);
        let operation = Cloud::operation_of(request);
        self.open.insert(Open { host, operation, place, from: at, about, of, cause }) as u32
    }

    /// A call has ended.
    pub(super) fn ended<W: Write>(
        &mut self,
        at: SimTime,
        number: u32,
        reply: Option<&Reply>,
        lanes: &mut Lanes,
        writer: &mut Writer<W>,
    ) {
        let Open { host, operation, place, from, about, of, cause } = self.open.remove(number as usize);
        lanes.free(Process::Host(host), Group::Calls, place);
        if !writer.has_room(Part::Calls, at) {
            return;
        }
        let came = came(reply);
        let values = [("of", Value::Text(&of)), ("answer", Value::Text(&came))];
        writer.slice(place, (from, at), "call", operation, &values[usize::from(of.is_empty())..]);
        self.written += 1;
        if let Some((source, name)) = cause {
            writer.flow(source, (place, from), name);
        }
        let source = (place, from);
        match (about, reply) {
            (About::Put(stream), Some(Reply::Kinesis(Ok(answer)))) => self.put(at, &stream, answer, source),
            (About::Read(stream, shard), Some(Reply::Kinesis(Ok(Response::Records(output))))) => {
                let (Some(first), Some(last)) = (output.records.first(), output.records.last()) else { return };
                let reads = self.reads.entry((host, shard)).or_default();
                push(reads, Range { first: first.ordinal, last: last.ordinal, source, until: at });
                let index = first.sequence_number.index();
                if let Some(put) = self.puts.get(&(stream, shard)).and_then(|puts| find(puts, index)) {
                    writer.flow(put, source, "read of");
                }
            }
            _ => {}
        }
    }

    fn put(&mut self, at: SimTime, stream: &StreamName, answer: &Response, source: Source) {
        let placed: Vec<_> = match answer {
            Response::RecordPut { placed, .. } => vec![*placed],
            Response::RecordsPut { results, .. } => results.iter().filter_map(|r| r.as_ref().ok().copied()).collect(),
            _ => return,
        };
        let mut by_shard: BTreeMap<ShardId, (u64, u64)> = BTreeMap::new();
        for placed in placed {
            let index = placed.sequence_number.index();
            let (first, last) = by_shard.entry(placed.shard).or_insert((index, index));
            (*first, *last) = ((*first).min(index), (*last).max(index));
        }
        for (shard, (first, last)) in by_shard {
            let puts = self.puts.entry((stream.clone(), shard)).or_default();
            push(puts, Range { first, last, source, until: at });
        }
    }
}

/// Adds a range in its order. Calls end in another order than they were carried out, but not by much.
fn push(ranges: &mut VecDeque<Range>, range: Range) {
    let place = ranges.iter().rposition(|other| other.first <= range.first).map_or(0, |before| before + 1);
    ranges.insert(place, range);
    if ranges.len() > SOURCES_MAX {
        ranges.pop_front();
    }
}

/// The call that put a record.
fn find(puts: &VecDeque<Range>, index: u64) -> Option<Source> {
    let after = puts.partition_point(|put| put.first <= index);
    let put = puts.get(after.checked_sub(1)?)?;
    (index <= put.last).then_some(put.source)
}

/// What a request is about: what may follow from it, that in words, and the shard that it reads or whose lease it
/// writes.
fn about(request: &Request) -> (About, String, Option<ShardId>) {
    if let Request::Kinesis(kinesis::Request::PutRecord(put)) = request {
        return (About::Put(put.stream.clone()), format!("{}, 1 record", put.stream), None);
    }
    if let Request::Kinesis(kinesis::Request::PutRecords(put)) = request {
        let text = format!("{}, {} records", put.stream, put.entries.len());
        return (About::Put(put.stream.clone()), text, None);
    }
    if let Request::Kinesis(kinesis::Request::GetRecords(get)) = request {
        let (stream, shard) = (get.iterator.stream.clone(), get.iterator.shard);
        let text = format!("{stream}, shard {}", shard.0);
        return (About::Read(stream, shard), text, Some(shard));
    }
    if let Request::Kinesis(kinesis::Request::GetShardIterator(get)) = request {
        return (About::Other, format!("{}, shard {}", get.stream, get.shard.0), Some(get.shard));
    }
    if let Request::DynamoDb(request) = request
        && let Some(call) = OneItem::of(request)
        && let Some((_, AttributeValue::S(key))) = call.key.attributes().iter().next()
    {
        return (About::Other, format!("{}, {key}", call.table), key.parse().ok());
    }
    (About::Other, String::new(), None)
}

/// What came of a call.
fn came(reply: Option<&Reply>) -> String {
    match reply {
        None => "none".into(),
        Some(Reply::Kinesis(Ok(Response::RecordsPut { failed, .. }))) if *failed > 0 => format!("{failed} failed"),
        Some(Reply::Kinesis(Ok(Response::Records(output)))) => format!("{} records", output.records.len()),
        Some(Reply::Kinesis(Err(error))) => error.code().into(),
        Some(Reply::DynamoDb(Err(error))) => error.code().into(),
        Some(_) => "ok".into(),
    }
}
