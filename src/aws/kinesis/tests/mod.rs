//! The promises of the streams service.

mod consumers;
mod formulas;
mod laws;
mod lifecycle;
mod listing;
mod look;
mod modes;
mod reading;
mod subscriptions;
mod zones;

use super::Kinesis;
use super::api::{
    CreateStream, Error, Fault, GetRecordsOutput, IteratorPosition, PutEntry, PutFailure, Response, Settings, Shard,
    ShardIterator, Transitions,
};
use crate::aws::kinesis::operations::Request;
use crate::aws::kinesis::operations::{GetRecords, GetShardIterator, PutRecord, PutRecords};
use crate::base::{Event, HostId, PartitionKey, Payload, Seed, ShardId, SimDuration, SimTime, StreamName};
use crate::world::Service;

const CALLER: HostId = HostId(9);

/// A service with an ACTIVE stream called `s`, and the events so far.
struct Bench {
    service: Kinesis,
    events: Vec<Event>,
    now: SimTime,
}

fn name() -> StreamName {
    "s".parse().expect("a name")
}

fn key(text: &str) -> PartitionKey {
    PartitionKey::new(text).expect("a key")
}

/// A record whose data and key together have this size.
fn entry(partition_key: &PartitionKey, size_bytes: u32) -> PutEntry {
    let len = size_bytes - partition_key.size_bytes();
    let data = Payload::Synthetic { seed: 0, len };
    PutEntry { partition_key: partition_key.clone(), explicit_hash_key: None, data }
}

/// Transitions that take no time.
fn quick() -> Transitions {
    let none = (SimDuration::ZERO, SimDuration::ZERO);
    Transitions {
        create: none,
        delete: none,
        reshard: none,
        encryption: none,
        update_shard_count: none,
        update_shard_count_step: SimDuration::ZERO,
        update: none,
        consumer: none,
    }
}

impl Bench {
    fn new(shards: u32) -> Self {
        Self::with(shards, Settings::default())
    }
    /// Transitions take no time, so that tests read plainly.
    fn quick(shards: u32) -> Self {
        Self::with(shards, Settings { transitions: quick(), control_plane_quotas: false, ..Settings::default() })
    }
    fn with(shards: u32, settings: Settings) -> Self {
        let (mut service, mut events) = (Kinesis::new(settings, Seed(1)), Vec::new());
        service.provision(SimTime::ZERO, &name(), shards, Default::default(), &mut events);
        Self { service, events, now: SimTime::ZERO }
    }
    fn at_ms(&mut self, ms: u64) -> &mut Self {
        self.now = SimTime::from_millis(ms);
        self.service.advance(self.now, &mut self.events);
        self
    }
    fn after(&mut self, duration: SimDuration) -> &mut Self {
        self.now += duration;
        self.service.advance(self.now, &mut self.events);
        self
    }
    fn ask(&mut self, request: Request) -> Result<Response, Error> {
        let reply = self.service.handle(self.now, CALLER, request, &mut self.events);
        self.service.advance(self.now, &mut self.events);
        reply
    }
    fn put(&mut self, text: &str, size_bytes: u32) -> Result<Response, Error> {
        let entry = entry(&key(text), size_bytes);
        self.ask(Request::PutRecord(PutRecord { stream: name(), entry, sequence_number_for_ordering: None }))
    }
    /// Results of a PutRecords.
    fn put_all(&mut self, entries: Vec<PutEntry>) -> Vec<Result<super::api::Placed, PutFailure>> {
        match self.ask(Request::PutRecords(PutRecords { stream: name(), entries: entries.into() })) {
            Ok(Response::RecordsPut { results, failed, .. }) => {
                let errors = results.iter().filter(|result| result.is_err()).count();
                assert_eq!(failed as usize, errors, "FailedRecordCount counts the entries with an ErrorCode");
                results
            }
            other => panic!("{other:?}"),
        }
    }
    fn iterator(&mut self, shard: u32, position: IteratorPosition) -> Result<ShardIterator, Error> {
        match self.ask(Request::GetShardIterator(GetShardIterator {
            stream: name(),
            shard: ShardId(shard),
            position,
        }))? {
            Response::ShardIterator(iterator) => Ok(iterator),
            other => panic!("{other:?}"),
        }
    }
    fn get(&mut self, iterator: &ShardIterator) -> Result<GetRecordsOutput, Error> {
        match self.ask(Request::GetRecords(GetRecords { iterator: iterator.clone(), limit: None }))? {
            Response::Records(output) => Ok(output),
            other => panic!("{other:?}"),
        }
    }
    fn read(&mut self, shard: u32, position: IteratorPosition) -> GetRecordsOutput {
        let iterator = self.iterator(shard, position).expect("an iterator");
        self.get(&iterator).expect("records")
    }
    fn open(&mut self) -> Vec<Shard> {
        let open = self.listed().into_iter();
        open.filter(|shard| shard.ending_sequence_number.is_none()).collect()
    }
    fn listed(&mut self) -> Vec<Shard> {
        let request = super::api::ListShards { stream: Some(name()), ..Default::default() };
        match self.ask(Request::ListShards(request)) {
            Ok(Response::Shards { shards, .. }) => shards,
            other => panic!("{other:?}"),
        }
    }
    fn inject(&mut self, id: u32, fault: Fault) {
        self.service.inject(self.now, id, fault, &mut self.events);
    }
    fn heal(&mut self, id: u32) {
        self.service.heal(self.now, id, &mut self.events);
    }
}

fn create(stream: StreamName, shards: u32) -> Request {
    Request::CreateStream(Box::new(CreateStream::provisioned(stream, shards)))
}

/// The code of an error.
fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    result.expect_err("an error").code()
}
