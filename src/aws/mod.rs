//! The services of one account in one region, as one backend of the world.
//!
//! Three hosts stand for them on the network: [`KINESIS`], [`DYNAMODB`] and [`STORE`] (the application's own
//! store, where record processors put their effects).

mod account;
mod caller;
mod door;
pub mod dynamodb;
pub mod kinesis;
pub mod protocol;
mod service;
pub mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use self::account::Account;
pub use self::caller::Written;
pub use self::door::{Answer, Asked, Door, Subscribed};
pub use self::service::Service;

use self::dynamodb::DynamoDb;
use self::kinesis::Kinesis;
use self::protocol::operation::Operation;
use self::store::Store;
use crate::base::{Event, HostId, Seed, SimTime};
use crate::world::Backend;

/// The host that stands for the streams service.
pub const KINESIS: HostId = HostId(0);
/// The host that stands for the table service.
pub const DYNAMODB: HostId = HostId(1);
/// The host that stands for the application's own store.
pub const STORE: HostId = HostId(2);

/// Every operation of every service.
pub fn operations() -> impl Iterator<Item = Operation> {
    [kinesis::OPERATIONS, dynamodb::OPERATIONS, store::OPERATIONS].into_iter().flatten().copied()
}

/// A message to one of the services.
#[derive(Clone, Debug)]
pub enum Request {
    /// To Kinesis Data Streams.
    Kinesis(kinesis::Request),
    /// To DynamoDB. Boxed, because the far more frequent messages to streams are much smaller.
    DynamoDb(Box<dynamodb::Request>),
    /// To the application's store.
    Store(store::Request),
}

/// The answer of the service that was asked.
#[derive(Clone, Debug)]
pub enum Reply {
    /// From Kinesis Data Streams.
    Kinesis(kinesis::api::Reply),
    /// From DynamoDB.
    DynamoDb(dynamodb::api::Reply),
    /// From the application's store.
    Store(store::Reply),
}

/// All services behind the network.
pub struct Cloud {
    /// Kinesis Data Streams.
    pub kinesis: Kinesis,
    /// DynamoDB.
    pub dynamodb: DynamoDb,
    /// The application's store.
    pub store: Store,
}

impl Cloud {
    /// Fresh services.
    pub fn new(kinesis: kinesis::api::Settings, dynamodb: dynamodb::api::Settings, seed: Seed) -> Self {
        Self {
            kinesis: Kinesis::new(kinesis, seed.derive("streams")),
            dynamodb: DynamoDb::new(dynamodb, seed.derive("tables")),
            store: Store::new(),
        }
    }
    /// Names of the hosts that stand for the services, in the order of their numbers.
    pub fn hosts() -> Vec<Arc<str>> {
        vec!["kinesis".into(), "dynamodb".into(), "store".into()]
    }
}

impl Backend for Cloud {
    type Request = Request;
    type Reply = Reply;

    fn service_of(request: &Request) -> usize {
        match request {
            Request::Kinesis(_) => KINESIS.index(),
            Request::DynamoDb(_) => DYNAMODB.index(),
            Request::Store(_) => STORE.index(),
        }
    }

    fn operation_of(request: &Request) -> &'static str {
        match request {
            Request::Kinesis(request) => request.operation().name(),
            Request::DynamoDb(request) => request.operation().name(),
            Request::Store(request) => request.operation().name(),
        }
    }

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        match request {
            Request::Kinesis(request) => Reply::Kinesis(self.kinesis.handle(now, caller, request, events)),
            Request::DynamoDb(request) => Reply::DynamoDb(self.dynamodb.handle(now, caller, *request, events)),
            Request::Store(request) => Reply::Store(self.store.handle(now, caller, request, events)),
        }
    }

    fn next_deadline(&self) -> Option<SimTime> {
        let deadlines = [self.kinesis.next_deadline(), self.dynamodb.next_deadline(), self.store.next_deadline()];
        deadlines.into_iter().flatten().min()
    }

    fn advance(&mut self, now: SimTime, events: &mut Vec<Event>) {
        self.kinesis.advance(now, events);
        self.dynamodb.advance(now, events);
        self.store.advance(now, events);
    }
}
