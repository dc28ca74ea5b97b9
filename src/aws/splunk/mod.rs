//! Floor 2: Splunk's HTTP event collector, with indexer acknowledgement.

use std::convert::Infallible;

pub use super::protocol::fault_points::Fault;

use super::protocol::fault_points::FaultPoints;
use super::protocol::operation::Operation;
use crate::base::{Chance, Event, HostId, SimTime};
use crate::world::Service;

/// Every operation.
pub const OPERATIONS: &[Operation] = &[];

/// A request.
#[derive(Clone, Debug)]
pub enum Request {}

impl Request {
    /// Returns which operation this asks for.
    pub const fn operation(&self) -> Operation {
        match *self {}
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub enum Reply {}

/// Nothing about it can be set.
#[derive(Clone, Debug, Default)]
pub struct Settings;

/// The service.
pub struct Splunk {
    faults: FaultPoints,
}

impl Splunk {
    /// Nothing in it.
    pub fn new(_: Settings, chance: impl Into<Chance>) -> Self {
        Self { faults: FaultPoints::new(&chance.into()) }
    }
    /// Lets a fault begin; [`Splunk::heal`] with the same `id` ends it.
    pub fn inject(&mut self, _: SimTime, id: u32, fault: Fault, _: &mut Vec<Event>) {
        self.faults.begin(id, fault);
    }
    /// Ends a fault.
    pub fn heal(&mut self, _: SimTime, id: u32, events: &mut Vec<Event>) {
        self.faults.end(id, events);
    }
}

impl Service for Splunk {
    type Request = Request;
    type Reply = Reply;
    type Ask = Infallible;
    type Told = Infallible;

    fn handle(&mut self, _: SimTime, _: HostId, request: Request, _: &mut Vec<Event>) -> Reply {
        match request {}
    }
    fn next_deadline(&self) -> Option<SimTime> {
        None
    }
    fn advance(&mut self, _: SimTime, _: &mut Vec<Event>) {}
}
