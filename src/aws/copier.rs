//! A service that calls, for tests: it copies one stream into another, through GetShardIterator, GetRecords and
//! PutRecord.
//!
//! It shows how such a service is written: what it has outstanding and what it waits for is memory, and lost in a
//! crash; how far it has come is durable, and moves only when the copy was acknowledged. So every record arrives at
//! least once, in the order of its shard but for repeats.

use std::collections::{BTreeMap, VecDeque};

use super::kinesis::api::{IteratorPosition, PutEntry, Record, Response, ShardIterator};
use super::kinesis::{GetRecords, GetShardIterator, PutRecord};
use super::protocol::operation::Operation;
use super::{Reply as Told, Request as Ask, kinesis};
use crate::base::{Chance, Event, HostId, PartitionKey, SequenceNumber, ShardId, SimDuration, SimTime, StreamName};
use crate::world::{CallError, CallId, OwnCall, Service};

const TIMEOUT: SimDuration = SimDuration::from_secs(2);
const RETRY_AFTER: SimDuration = SimDuration::from_millis(200);
const COPY: Operation = Operation::write("Copy");

pub(crate) const OPERATIONS: &[Operation] = &[COPY];

/// Copy these shards of a stream into another stream, from now on.
#[derive(Clone, Debug)]
pub struct Request {
    pub from: StreamName,
    pub shards: u32,
    pub to: StreamName,
}

impl Request {
    pub const fn operation(&self) -> Operation {
        COPY
    }
}

/// It will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply;

#[derive(Clone, Debug, Default)]
pub struct Settings;

#[derive(Clone, Debug, PartialEq)]
pub enum Fault {}

/// What is done about a shard; all of it is memory.
#[derive(Default)]
struct Working {
    iterator: Option<ShardIterator>,
    /// Read and not yet copied.
    waiting: VecDeque<Record>,
    outstanding: Option<CallId>,
    /// When it next does something.
    due: SimTime,
}

/// The service.
#[derive(Default)]
pub struct Copier {
    job: Option<Request>,
    /// The last record of each shard whose copy was acknowledged: durable.
    copied: BTreeMap<ShardId, SequenceNumber>,
    working: BTreeMap<ShardId, Working>,
    calls: u64,
    ready: VecDeque<OwnCall<Ask>>,
    is_up: bool,
}

impl Copier {
    pub fn new(_: Settings, _: Chance) -> Self {
        Self { is_up: true, ..Self::default() }
    }
    pub fn inject(&mut self, _: SimTime, _: u32, fault: Fault, _: &mut Vec<Event>) {
        match fault {}
    }
    pub fn heal(&mut self, _: SimTime, _: u32, _: &mut Vec<Event>) {}

    fn begin(&mut self) {
        let shards = self.job.as_ref().map_or(0, |job| job.shards);
        self.working = (0..shards).map(|shard| (ShardId(shard), Working::default())).collect();
    }

    /// The call that takes a shard further.
    fn next_call(&self, shard: ShardId) -> Option<kinesis::Request> {
        let (job, working) = (self.job.as_ref()?, self.working.get(&shard)?);
        Some(match (working.waiting.front(), &working.iterator) {
            (Some(record), _) => {
                let entry = PutEntry {
                    partition_key: PartitionKey::new(record.partition_key.as_str()).expect("a key that was accepted"),
                    explicit_hash_key: None,
                    data: record.data.clone(),
                };
                PutRecord { stream: job.to.clone(), entry, sequence_number_for_ordering: None }.into()
            }
            (None, Some(iterator)) => GetRecords { iterator: iterator.clone(), limit: None }.into(),
            (None, None) => {
                let position = self
                    .copied
                    .get(&shard)
                    .copied()
                    .map_or(IteratorPosition::TrimHorizon, IteratorPosition::AfterSequenceNumber);
                GetShardIterator { stream: job.from.clone(), shard, position }.into()
            }
        })
    }

    /// Makes a call for every shard whose time has come.
    fn look(&mut self, now: SimTime) {
        let is_due = |working: &Working| working.outstanding.is_none() && working.due <= now;
        let due: Vec<ShardId> = self.working.iter().filter(|(_, of)| is_due(of)).map(|(shard, _)| *shard).collect();
        for shard in due {
            let Some(request) = self.next_call(shard) else { continue };
            self.calls += 1;
            let id = CallId(self.calls);
            self.ready.push_back(OwnCall { id, request: Ask::Kinesis(request), timeout: TIMEOUT });
            if let Some(working) = self.working.get_mut(&shard) {
                working.outstanding = Some(id);
            }
        }
    }

    fn take(&mut self, shard: ShardId, response: Response) {
        let Some(working) = self.working.get_mut(&shard) else { return };
        match response {
            Response::ShardIterator(iterator) => working.iterator = Some(iterator),
            Response::Records(read) => {
                working.iterator = read.next;
                working.waiting.extend(read.records);
            }
            Response::RecordPut { .. } => {
                if let Some(record) = working.waiting.pop_front() {
                    self.copied.insert(shard, record.sequence_number);
                }
            }
            other => unreachable!("nothing was asked that is answered so: {other:?}"),
        }
    }
}

impl Service for Copier {
    type Request = Request;
    type Reply = Reply;
    type Ask = Ask;
    type Told = Told;

    fn handle(&mut self, now: SimTime, _: HostId, request: Request, _: &mut Vec<Event>) -> Reply {
        self.job = Some(request);
        self.begin();
        self.look(now);
        Reply
    }
    fn next_deadline(&self) -> Option<SimTime> {
        let waits = |working: &&Working| working.outstanding.is_none();
        self.working.values().filter(waits).map(|working| working.due).min()
    }
    fn advance(&mut self, now: SimTime, _: &mut Vec<Event>) {
        self.look(now);
    }

    fn poll_call(&mut self, _: SimTime) -> Option<OwnCall<Ask>> {
        self.ready.pop_front()
    }
    fn answered(&mut self, now: SimTime, id: CallId, result: Result<Told, CallError>, _: &mut Vec<Event>) {
        assert!(self.is_up, "nothing is answered while the host is down");
        let of = self.working.iter_mut().find(|(_, working)| working.outstanding == Some(id));
        let Some((shard, working)) = of else { unreachable!("call {id:?} is not one of this life's") };
        let shard = *shard;
        working.outstanding = None;
        match result {
            Ok(Told::Kinesis(Ok(response))) => {
                let is_tip = matches!(&response, Response::Records(read) if read.records.is_empty());
                working.due = if is_tip { now + RETRY_AFTER } else { now };
                self.take(shard, response);
            }
            // A throttle, an iterator that has expired, an answer that was lost.
            Ok(_) | Err(CallError::TimedOut) => {
                working.due = now + RETRY_AFTER;
                if working.waiting.is_empty() {
                    working.iterator = None;
                }
            }
        }
        self.look(now);
    }
    fn crashed(&mut self, _: SimTime) {
        self.is_up = false;
        self.working.clear();
        self.ready.clear();
    }
    fn restarted(&mut self, now: SimTime) {
        self.is_up = true;
        self.begin();
        self.look(now);
    }
}

mod tests;
