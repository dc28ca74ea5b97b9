//! Amazon DynamoDB, as far as a lease table needs it: typed tables with capacity, conditions and an index.
//!
//! [`api`] has the requests, replies, errors and settings; [`DynamoDb`] is the state machine. Where to find a
//! rule: units and throttling in `capacity.rs`, conditions in `conditions.rs`, updates in `updates.rs` (both as trees in
//! `expressions.rs`), stored items
//! and stale reads in `store.rs`, indexes in `indexes.rs`, single-item calls in `items.rs`, Query and Scan in
//! `pages.rs`, batches in `batches.rs`, transactions in `transactions.rs` and `idempotency.rs`, table
//! states in `tables.rs`, injected faults in `faults.rs`.
//!
//! Not modelled: local indexes, the deletion of what TTL says has expired, backups, streams, auto scaling, and partitions
//! that split by size or by heat: their number follows from the capacity.
//!
//! [`Event::UnitsConsumed`] counts the table's own units. An index has its own, which show only when they run out.

pub mod api;
mod batches;
mod capacity;
mod conditions;
mod expressions;
mod extras;
mod faults;
mod idempotency;
mod indexes;
mod items;
mod pages;
mod store;
mod tables;
#[cfg(test)]
mod tests;
mod transactions;
mod updates;
pub mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::aws::Service;
use crate::base::seed::Random;
use crate::base::{Event, HostId, Seed, SimTime, TableId, TableName};
use api::{Error, Item, Reply, Request, Settings};
use faults::Faults;
use idempotency::Tokens;
use tables::Table;

/// The service: all tables of one account in one region.
pub struct DynamoDb {
    settings: Settings,
    tables: Vec<Table>,
    /// Tables that exist, by name.
    names: BTreeMap<TableName, TableId>,
    faults: Faults,
    tokens: Tokens,
    durations: Random,
    lags: Random,
    next_deadline: SimTime,
}

/// What a request needs besides the service.
struct At<'a> {
    now: SimTime,
    caller: HostId,
    operation: &'static str,
    events: &'a mut Vec<Event>,
}

impl DynamoDb {
    /// An account without tables.
    pub fn new(settings: Settings, seed: Seed) -> Self {
        Self {
            settings,
            tables: Vec::new(),
            names: BTreeMap::new(),
            faults: Faults::new(seed),
            tokens: Tokens::default(),
            durations: seed.stream("transitions"),
            lags: seed.stream("stale reads"),
            next_deadline: SimTime::MAX,
        }
    }

    fn find(&self, name: &TableName) -> Result<TableId, Error> {
        self.names.get(name).copied().ok_or(Error::ResourceNotFound)
    }

    /// Names of the tables that exist.
    pub fn table_names(&self) -> impl Iterator<Item = &TableName> {
        self.names.keys()
    }

    /// The items of a table as they are now, in scan order; for tests and inspection.
    pub fn items(&self, name: &TableName) -> Vec<Arc<Item>> {
        let Ok(id) = self.find(name) else { return Vec::new() };
        self.tables[id.index()].store.present().cloned().collect()
    }

    fn dispatch(&mut self, at: &mut At<'_>, request: Request) -> Reply {
        match request {
            Request::UpdateItem { table, key, updates, condition, returns } => {
                self.update_item(at, &table, &key, &updates, condition.as_ref(), returns)
            }
            Request::GetItem { table, key, consistent } => self.get_item(at, &table, &key, consistent),
            Request::PutItem { table, item, condition, returns } => {
                self.put_item(at, &table, item, condition.as_ref(), returns)
            }
            Request::DeleteItem { table, key, condition, returns } => {
                self.delete_item(at, &table, &key, condition.as_ref(), returns)
            }
            Request::Scan { table, index, filter, segment, page } => {
                self.scan(at, &table, index.as_deref(), filter.as_ref(), segment, &page)
            }
            Request::Query { table, index, keys, filter, forward, page } => {
                let query = pages::Query { index, keys, filter, forward, page };
                self.query(at, &table, &query)
            }
            Request::BatchGetItem { gets } => self.batch_get_item(at, gets),
            Request::BatchWriteItem { writes } => self.batch_write_item(at, writes),
            Request::CreateTable(request) => self.create_table(at, request),
            Request::DescribeTable { table } => self.describe_table(at, &table),
            Request::UpdateTable(request) => self.update_table(at, request),
            Request::DeleteTable { table } => self.delete_table(at, &table),
            Request::ListTables { exclusive_start, limit } => self.list_tables(exclusive_start.as_ref(), limit),
            Request::TransactWriteItems { writes, token } => self.transact_write_items(at, writes, token),
            Request::UpdateTimeToLive { table, attribute } => self.set_time_to_live(at, &table, attribute),
            Request::DescribeTimeToLive { table } => self.time_to_live(at, &table),
            Request::UpdateContinuousBackups { table, is_enabled } => self.set_recovery(at, &table, is_enabled),
            Request::DescribeContinuousBackups { table } => self.recovery(at, &table),
            Request::TagResource { table, tags } => self.tag(at, &table, tags),
            Request::UntagResource { table, keys } => self.untag(at, &table, &keys),
            Request::ListTagsOfResource { table } => self.tags(at, &table),
        }
    }
}

impl Service for DynamoDb {
    type Request = Request;
    type Reply = Reply;

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        self.advance(now, events);
        let operation = request.operation();
        let reply = self.dispatch(&mut At { now, caller, operation, events }, request);
        match &reply {
            // These have events of their own.
            Ok(_) | Err(Error::ConditionalCheckFailed(_) | Error::ProvisionedThroughputExceeded(_)) => {}
            Err(error) => {
                events.push(Event::CallRefused { service: "dynamodb", operation, host: caller, error: error.code() });
            }
        }
        reply
    }

    fn next_deadline(&self) -> Option<SimTime> {
        (self.next_deadline != SimTime::MAX).then_some(self.next_deadline)
    }

    fn advance(&mut self, now: SimTime, events: &mut Vec<Event>) {
        if now >= self.next_deadline {
            self.next_deadline = SimTime::MAX;
            self.finish_transitions(now, events);
        }
    }
}
