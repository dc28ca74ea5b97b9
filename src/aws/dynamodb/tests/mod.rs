//! The promises of the table service.

mod capacity;
mod collections;
mod documents;
mod index;
mod items;
mod laws;
mod pages;
mod stale;
mod states;
mod transactions;

use crate::aws::dynamodb::Request;
use std::sync::Arc;

use super::DynamoDb;
use super::api::*;
use crate::aws::dynamodb::operations::{DeleteItem, GetItem, PutItem, Query, Scan, UpdateItem};
use crate::base::event::TableThrottle;
use crate::base::{Event, HostId, Seed, SimDuration, SimTime, TableName};
use crate::world::Service;

/// A service with a clock that tests move, and everything it told.
struct Bench {
    service: DynamoDb,
    now: SimTime,
    events: Vec<Event>,
}

const ON_DEMAND: Capacity = Capacity::OnDemand;

fn provisioned(read: u32, write: u32) -> Capacity {
    Capacity::Provisioned { read, write }
}

fn name(text: &str) -> TableName {
    text.parse().expect("a table name")
}

fn leases() -> TableName {
    name("leases")
}

fn owner_index(capacity: Option<Capacity>) -> IndexSchema {
    IndexSchema {
        is_local: false,
        name: "by-owner".into(),
        hash_key: "leaseOwner".into(),
        range_key: Some("leaseKey".into()),
        capacity,
        warm: None,
        projection: Projection::KeysOnly,
    }
}

fn lease(key: &str, owner: &str, counter: i64) -> Item {
    let item = Item::new().with("leaseKey", AttributeValue::s(key)).with("leaseCounter", AttributeValue::n(counter));
    item.with("leaseOwner", AttributeValue::s(owner))
}

/// A lease of that many bytes.
fn lease_of(key: &str, size_bytes: u64) -> Item {
    let item = Item::new().with("leaseKey", AttributeValue::s(key));
    let padding = size_bytes - item.size_bytes() - 1;
    item.with("p", AttributeValue::s(&"x".repeat(padding as usize)))
}

fn key_of(key: &str) -> Key {
    Key::of("leaseKey", AttributeValue::s(key))
}

fn counter_is(counter: i64) -> Condition {
    Condition::compare("leaseCounter", Comparator::Eq, AttributeValue::n(counter))
}

fn put(item: Item) -> Request {
    Request::PutItem(PutItem { table: leases(), item, condition: None, returns: Returns::default() })
}

fn get(key: &str, consistent: bool) -> Request {
    Request::GetItem(GetItem { table: leases(), key: key_of(key), consistent, shown: Vec::new() })
}

fn update(key: &str, updates: Vec<Update>, condition: Option<Condition>) -> Request {
    let returns = Returns { new: true, ..Returns::default() };
    Request::UpdateItem(UpdateItem { table: leases(), key: key_of(key), updates, is_older: false, condition, returns })
}

fn delete(key: &str) -> Request {
    let returns = Returns { old: true, ..Returns::default() };
    Request::DeleteItem(DeleteItem { table: leases(), key: key_of(key), condition: None, returns })
}

fn scan(page: Page) -> Request {
    Request::Scan(Scan { table: leases(), index: None, filter: None, segment: None, page })
}

fn query_owner(owner: &str, page: Page) -> Request {
    Request::Query(Query {
        table: leases(),
        index: Some("by-owner".into()),
        keys: vec![("leaseOwner".into(), KeyCondition::Compare(Comparator::Eq, AttributeValue::s(owner)))],
        filter: None,
        forward: true,
        page,
    })
}

fn consistent() -> Page {
    Page { consistent: true, ..Page::default() }
}

impl Bench {
    /// A service whose table `leases` is active.
    fn new(settings: Settings, capacity: Capacity, indexes: Vec<IndexSchema>) -> Self {
        let service = DynamoDb::new(settings, Seed(1));
        let mut bench = Self { service, now: SimTime::ZERO, events: Vec::new() };
        let create = CreateTable { indexes, ..CreateTable::plain(leases(), "leaseKey".into(), capacity) };
        bench.ok(Request::CreateTable(create));
        bench.settle();
        bench
    }
    /// An on-demand table without an index, whose reads are never stale.
    fn plain() -> Self {
        Self::new(exact(), ON_DEMAND, Vec::new())
    }
    fn ask(&mut self, request: Request) -> Reply {
        self.service.handle(self.now, HostId(7), request, &mut self.events)
    }
    fn ok(&mut self, request: Request) -> Response {
        self.ask(request).expect("the request succeeds")
    }
    fn item(&mut self, request: Request) -> Option<Arc<Item>> {
        match self.ok(request) {
            Response::Item(item, _) => item,
            other => panic!("not an item: {other:?}"),
        }
    }
    /// Items of a page as lease keys, and where the next page starts.
    fn page(&mut self, request: Request) -> (Vec<String>, Option<Key>) {
        match self.ok(request) {
            Response::Items { items, last_evaluated, .. } => {
                let key = |item: &Arc<Item>| item.get_s("leaseKey").expect("a lease").to_string();
                (items.iter().map(key).collect(), last_evaluated)
            }
            other => panic!("not a page: {other:?}"),
        }
    }
    fn pass(&mut self, time: SimDuration) {
        self.now += time;
    }
    /// Lets every transition end.
    fn settle(&mut self) {
        while let Some(deadline) = self.service.next_deadline() {
            self.now = self.now.max(deadline);
            self.service.advance(self.now, &mut self.events);
        }
    }
    /// The events since the last call of this.
    fn told(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }
    /// Read half units and write units that calls told of since.
    fn units(&mut self) -> Vec<(u32, u32)> {
        let of = |event: &Event| match event {
            Event::UnitsConsumed { read_half_units, write_units, .. } => Some((*read_half_units, *write_units)),
            _ => None,
        };
        self.told().iter().filter_map(of).collect()
    }
    /// What a call that is throttled says of the reason.
    fn throttled(&mut self, request: Request) -> Option<String> {
        match self.ask(request) {
            Err(Error::ProvisionedThroughputExceeded(reason)) => reason.map(|reason| reason.to_string()),
            other => panic!("not throttled: {other:?}"),
        }
    }
    fn throttles(&mut self) -> Vec<TableThrottle> {
        let of = |event: &Event| match event {
            Event::TableThrottled { reason, .. } => Some(*reason),
            _ => None,
        };
        self.told().iter().filter_map(of).collect()
    }
}

/// Settings without stale reads.
/// Reads are never stale, and new tables bring no burst units along.
fn exact() -> Settings {
    Settings { stale_read_lag_max: SimDuration::ZERO, burst_starts_full: false, ..Settings::default() }
}
