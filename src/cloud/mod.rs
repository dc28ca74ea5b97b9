//! The services of one account in one region, as one backend of the world.
//!
//! Three hosts stand for them on the network: [`KINESIS`], [`DYNAMODB`] and [`STORE`] (the application's own
//! store, where record processors put their effects).

mod caller;
mod door;

use std::sync::Arc;

pub use self::caller::Written;
pub use self::door::{Answer, Asked, Door, Subscribed};

use crate::base::{Event, HostId, Seed, SimTime};
use crate::service::Service;
use crate::service::sink::{self, SinkService};
use crate::service::streams::{self, StreamsService};
use crate::service::table::{self, TableService};
use crate::world::Backend;

/// The host that stands for the streams service.
pub const KINESIS: HostId = HostId(0);
/// The host that stands for the table service.
pub const DYNAMODB: HostId = HostId(1);
/// The host that stands for the application's own store.
pub const STORE: HostId = HostId(2);

/// A message to one of the services.
#[derive(Clone, Debug)]
pub enum Request {
    /// To Kinesis Data Streams.
    Streams(streams::api::Request),
    /// To DynamoDB. Boxed, because the far more frequent messages to streams are much smaller.
    Table(Box<table::api::Request>),
    /// To the application's store.
    Sink(sink::Request),
}

/// The answer of the service that was asked.
#[derive(Clone, Debug)]
pub enum Reply {
    /// From Kinesis Data Streams.
    Streams(streams::api::Reply),
    /// From DynamoDB.
    Table(table::api::Reply),
    /// From the application's store.
    Sink(sink::Reply),
}

/// All services behind the network.
pub struct Cloud {
    /// Kinesis Data Streams.
    pub streams: StreamsService,
    /// DynamoDB.
    pub tables: TableService,
    /// The application's store.
    pub sink: SinkService,
}

impl Cloud {
    /// Fresh services.
    pub fn new(streams: streams::api::Settings, tables: table::api::Settings, seed: Seed) -> Self {
        Self {
            streams: StreamsService::new(streams, seed.derive("streams")),
            tables: TableService::new(tables, seed.derive("tables")),
            sink: SinkService::new(),
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
            Request::Streams(_) => KINESIS.index(),
            Request::Table(_) => DYNAMODB.index(),
            Request::Sink(_) => STORE.index(),
        }
    }

    fn operation_of(request: &Request) -> &'static str {
        match request {
            Request::Streams(request) => request.operation(),
            Request::Table(request) => request.operation(),
            Request::Sink(request) => request.operation(),
        }
    }

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        match request {
            Request::Streams(request) => Reply::Streams(self.streams.handle(now, caller, request, events)),
            Request::Table(request) => Reply::Table(self.tables.handle(now, caller, *request, events)),
            Request::Sink(request) => Reply::Sink(self.sink.handle(now, caller, request, events)),
        }
    }

    fn next_deadline(&self) -> Option<SimTime> {
        let deadlines = [self.streams.next_deadline(), self.tables.next_deadline(), self.sink.next_deadline()];
        deadlines.into_iter().flatten().min()
    }

    fn advance(&mut self, now: SimTime, events: &mut Vec<Event>) {
        self.streams.advance(now, events);
        self.tables.advance(now, events);
        self.sink.advance(now, events);
    }
}
