//! What clients have asked and heard, and whether services that keep their word could have answered so.
//!
//! Other checks judge by events, which tell what services did. These judge as somebody who stands outside: by the
//! calls and their answers alone, whatever the services say of themselves. Calls of a user's own code inside the
//! simulation, which come over its network, are not seen, and batches and transactions are not followed: a table or a
//! stream that is written so is not judged, nor a table with a range key.

mod log;
mod row;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use self::log::{Acknowledged, Log, Page};
use self::row::{Answer, Caller, Row};
use super::findings::Findings;
use super::lens::Lens;
use crate::aws::dynamodb::{self, OneItem};
use crate::aws::kinesis::{self, api::ShardIterator};
use crate::aws::protocol::error::{AwsError, Retry};
use crate::aws::{Cloud, Reply, Request};
use crate::base::item::{AttributeName, AttributeValue, Item};
use crate::base::lease_row::LeaseRow;
use crate::base::{HostId, ShardId, SimDuration, SimTime, StreamName, TableName};
use crate::world::{Backend, Witness};

/// So many records are remembered; of what comes later nothing is judged.
const RECORDS_MAX: usize = 200_000;

/// The calls of a run, shared by who watches them and who judges them.
#[derive(Clone, Debug, Default)]
pub(crate) struct History(Rc<RefCell<Calls>>);

impl std::fmt::Debug for Calls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Calls").field("records", &self.records).finish_non_exhaustive()
    }
}

/// A call whose answer is awaited.
enum Asked {
    Row { table: TableName, key: Arc<str>, caller: Caller, is_read: bool },
    Put { stream: StreamName, records: u32 },
    Read { iterator: ShardIterator },
}

struct Waiting {
    host: HostId,
    operation: &'static str,
    /// In the order of all that was sent and heard.
    sent: u64,
    sent_at: SimTime,
    asked: Asked,
}

/// What a table's answers are judged by.
#[derive(Default)]
struct Table {
    hash_key: Option<AttributeName>,
    /// By the key of the item.
    rows: BTreeMap<Arc<str>, Row>,
    is_given_up: bool,
}

/// What a stream's answers are judged by.
#[derive(Default)]
struct Stream {
    /// By their numbers.
    shards: Vec<Option<Log>>,
    /// Records that may have been put without an acknowledgement.
    unheard: u64,
    is_written_by_others: bool,
    /// Acknowledgements and pages that it was judged by.
    judged: u64,
}

impl Stream {
    fn log(&mut self, shard: ShardId, visibility_lag: SimDuration) -> &mut Log {
        if self.shards.len() <= shard.index() {
            self.shards.resize_with(shard.index() + 1, || None);
        }
        self.shards[shard.index()].get_or_insert_with(|| Log::new(visibility_lag))
    }
}

/// An answer that no order of the calls on an item explains.
struct Contradiction {
    at: SimTime,
    caller: Caller,
    table: TableName,
    key: Arc<str>,
    heard: &'static str,
    present: Option<Arc<Item>>,
}

#[derive(Default)]
struct Calls {
    steps: u64,
    next: u32,
    waiting: BTreeMap<u32, Waiting>,
    callers: BTreeSet<HostId>,
    tables: BTreeMap<TableName, Table>,
    answers: u64,
    contradictions: Vec<Contradiction>,
    streams: BTreeMap<StreamName, Stream>,
    visibility_lag: SimDuration,
    /// Records that are remembered.
    records: usize,
}

/// `has leaseOwner billing-1 and leaseCounter 7`.
fn told(item: &Item) -> String {
    let row = LeaseRow(item);
    match row.counter() {
        Some(counter) => format!("has leaseOwner {} and leaseCounter {counter}", row.owner().unwrap_or("nobody")),
        None => "is there".to_owned(),
    }
}

/// What the end of a call says.
enum Heard<'a, T> {
    Answer(&'a T),
    /// That nothing was done.
    Nothing,
    /// That it may have been done, or not.
    Open,
}

/// A reply, or none, by whether its error can be one of a call that was carried out.
fn heard<T, E: AwsError>(reply: Option<&Result<T, E>>) -> Heard<'_, T> {
    match reply {
        Some(Ok(answer)) => Heard::Answer(answer),
        Some(Err(error)) if error.retry() != Retry::Transient => Heard::Nothing,
        Some(Err(_)) | None => Heard::Open,
    }
}

impl Calls {
    fn step(&mut self) -> u64 {
        self.steps += 1;
        self.steps
    }

    /// What is awaited of the answer to a request; `None` when it is not judged.
    fn asked(&mut self, request: &Request, caller: Caller, number: u32) -> Option<Asked> {
        if let Request::DynamoDb(request) = request {
            return self.of_table(request, caller, number);
        }
        let Request::Kinesis(request) = request else { return None };
        if let kinesis::Request::PutRecord(put) = request {
            return Some(Asked::Put { stream: put.stream.clone(), records: 1 });
        }
        if let kinesis::Request::PutRecords(put) = request {
            return Some(Asked::Put { stream: put.stream.clone(), records: put.entries.len() as u32 });
        }
        if let kinesis::Request::DeleteStream(delete) = request {
            self.streams.entry(delete.stream.clone()).or_default().is_written_by_others = true;
        }
        let kinesis::Request::GetRecords(get) = request else { return None };
        Some(Asked::Read { iterator: get.iterator.clone() })
    }

    fn of_table(&mut self, request: &dynamodb::Request, caller: Caller, number: u32) -> Option<Asked> {
        if let dynamodb::Request::CreateTable(create) = request {
            let table = self.tables.entry(create.table.clone()).or_default();
            let is_other = table.hash_key.as_ref().is_some_and(|key| *key != create.hash_key);
            table.is_given_up |= is_other || create.range_key.is_some();
            table.hash_key = Some(create.hash_key.clone());
        }
        if let dynamodb::Request::DeleteTable(delete) = request {
            self.tables.entry(delete.table.clone()).or_default().is_given_up = true;
        }
        let hash_key = |table: &TableName| self.tables.get(table).and_then(|table| table.hash_key.clone());
        let put = || {
            let dynamodb::Request::PutItem(put) = request else { return None };
            OneItem::put(request, &hash_key(&put.table)?)
        };
        let call = OneItem::of(request).or_else(put)?;
        let (_, AttributeValue::S(key)) = call.key.attributes().iter().next()? else { return None };
        let (name, key) = (call.table.clone(), key.clone());
        let table = self.tables.get_mut(&name).filter(|table| !table.is_given_up && table.hash_key.is_some())?;
        let is_read = call.is_read();
        table.rows.entry(key.clone()).or_insert_with(Row::new).sent(number, call);
        Some(Asked::Row { table: name, key, caller, is_read })
    }

    fn row_ended(&mut self, at: SimTime, number: u32, asked: &Asked, reply: Option<&Reply>) {
        let Asked::Row { table, key, caller, is_read } = asked else { return };
        let reply = match reply {
            Some(Reply::DynamoDb(reply)) => Some(reply),
            _ => None,
        };
        let is_refused = matches!(reply, Some(Err(dynamodb::api::Error::ConditionalCheckFailed(_))));
        let (answer, heard) = match heard(reply) {
            _ if is_refused => (Answer::Refused, "that its condition is false"),
            Heard::Answer(dynamodb::api::Response::Item(item, _)) if *is_read => {
                (Answer::Read(item.clone()), "another item")
            }
            Heard::Answer(_) => (Answer::Done, "that it was done"),
            Heard::Nothing => (Answer::Nothing, "an error, and that it was not done"),
            Heard::Open => {
                self.row(table, key, |row| row.unheard(number));
                return;
            }
        };
        self.answers += u64::from(self.row(table, key, |row| row.is_judged()) == Some(true));
        if let Some(Err(unexplained)) = self.row(table, key, |row| row.answered(number, &answer)) {
            let (caller, table, key, present) = (*caller, table.clone(), key.clone(), unexplained.present);
            self.contradictions.push(Contradiction { at, caller, table, key, heard, present });
        }
    }

    fn row<T>(&mut self, table: &TableName, key: &str, act: impl FnOnce(&mut Row) -> T) -> Option<T> {
        self.tables.get_mut(table).and_then(|table| table.rows.get_mut(key)).map(act)
    }

    fn put_ended(&mut self, at: SimTime, sent: u64, stream: &StreamName, records: u32, reply: Option<&Reply>) {
        let heard_at = self.step();
        let of = self.streams.entry(stream.clone()).or_default();
        let reply = match reply {
            Some(Reply::Kinesis(reply)) => Some(reply),
            _ => None,
        };
        let single;
        let results = match heard(reply) {
            Heard::Answer(kinesis::api::Response::RecordPut { placed, .. }) => {
                single = [Ok(*placed)];
                &single[..]
            }
            Heard::Answer(kinesis::api::Response::RecordsPut { results, .. }) => {
                let is_open = |result: &&Result<_, _>| matches!(result, Err(kinesis::api::PutFailure::InternalFailure));
                of.unheard += results.iter().filter(is_open).count() as u64;
                results
            }
            Heard::Answer(_) | Heard::Nothing => return,
            Heard::Open => {
                of.unheard += u64::from(records);
                return;
            }
        };
        if self.records >= RECORDS_MAX || of.is_written_by_others {
            return;
        }
        for placed in results.iter().flatten() {
            self.records += 1;
            of.judged += 1;
            let index = placed.sequence_number.index();
            let log = of.log(placed.shard, self.visibility_lag);
            log.acknowledge(Acknowledged { index, sent, heard: heard_at, heard_at: at });
        }
    }

    fn read_ended(&mut self, at: SimTime, asked: &Waiting, iterator: &ShardIterator, reply: Option<&Reply>) {
        let Some(Reply::Kinesis(Ok(kinesis::api::Response::Records(output)))) = reply else { return };
        let stream = self.streams.entry(iterator.stream.clone()).or_default();
        if self.records >= RECORDS_MAX || stream.is_written_by_others {
            return;
        }
        let Waiting { host, sent, sent_at, .. } = *asked;
        let indexes: Vec<u64> = output.records.iter().map(|record| record.sequence_number.index()).collect();
        let is_at_tip = output.millis_behind_latest == 0;
        let log = stream.log(iterator.shard, self.visibility_lag);
        let reading = log.goes_on(host, iterator);
        let is_judged = !indexes.is_empty() || (is_at_tip && reading.is_some());
        let unacknowledged = log.unacknowledged();
        let reading = log.read(&Page { host, reading, indexes, is_at_tip, sent, sent_at, at });
        self.records += log.unacknowledged() - unacknowledged;
        log.will_go_on(host, output.next.clone().zip(reading));
        stream.judged += u64::from(is_judged);
    }
}

impl Witness<Cloud> for History {
    fn sent(&self, at: SimTime, host: HostId, request: &Request) -> Option<u32> {
        let calls = &mut *self.0.borrow_mut();
        calls.callers.insert(host);
        let operation = Cloud::operation_of(request);
        let number = calls.next;
        let asked = calls.asked(request, Caller { host, operation }, number)?;
        let sent = calls.step();
        calls.next += 1;
        calls.waiting.insert(number, Waiting { host, operation, sent, sent_at: at, asked });
        Some(number)
    }

    fn ended(&self, at: SimTime, number: u32, reply: Option<&Reply>) {
        let calls = &mut *self.0.borrow_mut();
        let Some(waiting) = calls.waiting.remove(&number) else { return };
        match &waiting.asked {
            row @ Asked::Row { .. } => calls.row_ended(at, number, row, reply),
            Asked::Put { stream, records } => calls.put_ended(at, waiting.sent, stream, *records, reply),
            Asked::Read { iterator } => calls.read_ended(at, &waiting, iterator, reply),
        }
    }
}

impl History {
    /// Of a stream whose records readers may not see for so long after they were acknowledged.
    pub(crate) fn new(visibility_lag: SimDuration) -> Self {
        Self(Rc::new(RefCell::new(Calls { visibility_lag, ..Calls::default() })))
    }

    /// A request of that host was delivered twice: each that is on its way may have been the one.
    pub(super) fn duplicated(&self, host: HostId, operation: &'static str) {
        let calls = &mut *self.0.borrow_mut();
        let waiting = std::mem::take(&mut calls.waiting);
        for (number, waiting) in waiting.iter().filter(|(_, w)| (w.host, w.operation) == (host, operation)) {
            match &waiting.asked {
                Asked::Row { table, key, .. } => {
                    let again = calls.next;
                    calls.next += 1;
                    calls.row(table, key, |row| row.sent_again(*number, again));
                }
                Asked::Put { stream, records } => {
                    calls.streams.entry(stream.clone()).or_default().unheard += u64::from(*records);
                }
                Asked::Read { .. } => {}
            }
        }
        calls.waiting = waiting;
    }

    /// Returns whether the calls of this host are seen.
    pub(super) fn sees(&self, host: HostId) -> bool {
        self.0.borrow().callers.contains(&host)
    }

    /// A table is written by calls that are not seen, or not of one item.
    pub(super) fn table_is_written_otherwise(&self, table: &str) {
        // A table that nobody has declared has no calls either.
        let Ok(table) = table.parse() else { return };
        let calls = &mut *self.0.borrow_mut();
        *calls.tables.entry(table).or_default() = Table { is_given_up: true, ..Table::default() };
    }

    /// Records are put into a stream by somebody whose calls are not seen.
    pub(super) fn stream_is_written_by_others(&self, stream: &str) {
        let Ok(stream) = stream.parse() else { return };
        *self.0.borrow_mut().streams.entry(stream).or_default() =
            Stream { is_written_by_others: true, ..Stream::default() };
    }

    /// What contradicts itself in the answers of tables, and how many answers were judged.
    pub(super) fn of_rows(&self, lens: &Lens) -> (Findings, u64) {
        let calls = self.0.borrow();
        let mut findings = Findings::default();
        for found in &calls.contradictions {
            let Contradiction { at, caller, table, key, heard, present } = found;
            let (host, operation) = (lens.names.host(caller.host), caller.operation);
            let present = present.as_deref().map_or_else(|| "is not there".to_owned(), told);
            findings.fail(*at, || {
                format!(
                    "{operation} of {host} on {key} of table {table} heard {heard}; by all other calls it {present}"
                )
            });
        }
        (findings, calls.answers)
    }

    /// What no log answers, in the answers of streams, and how many acknowledgements and pages were judged.
    pub(super) fn of_logs(&self, lens: &Lens) -> (Findings, u64) {
        let calls = self.0.borrow();
        let (mut broken, mut judged) = (Vec::new(), 0);
        // Those whose answers are still on their way were not heard either.
        let on_their_way = calls.waiting.values().filter_map(|waiting| match waiting.asked {
            Asked::Put { records, .. } => Some(u64::from(records)),
            _ => None,
        });
        let on_their_way: u64 = on_their_way.sum();
        for stream in calls.streams.values().filter(|stream| !stream.is_written_by_others) {
            judged += stream.judged;
            let unheard = (calls.records < RECORDS_MAX).then_some(stream.unheard + on_their_way);
            for (shard, log) in (0..).map(ShardId).zip(&stream.shards) {
                let found = log.as_ref().map(|log| log.judge(unheard)).unwrap_or_default();
                broken.extend(found.into_iter().map(|broken| (shard, broken)));
            }
        }
        broken.sort_by_key(|(shard, broken)| (broken.at(), *shard));
        let mut findings = Findings::default();
        for (shard, broken) in broken {
            findings.fail(broken.at(), || broken.told(shard, |host| lens.names.host(host).to_string()));
        }
        (findings, judged)
    }
}
