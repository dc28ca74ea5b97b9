//! Floor 2: AWS Lambda, as far as functions that transform records for Firehose need it.
//!
//! A function is simulated from what a scenario says of it ([`Function`]): how long it takes, what it makes of records,
//! and what it does wrong.
//!
//! Not modelled: concurrency of the account, versions and aliases, asynchronous invocation.

mod api;
mod simulated;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

pub use self::api::{Answer, Error, OPERATIONS, Reply, Request, Returned, Source, ToTransform, Transformed, Verdict};
pub use self::simulated::Function;
pub use super::protocol::fault_points::Fault;

use super::protocol::fault_points::{FaultPoints, Trouble};
use crate::base::seed::Random;
use crate::base::{Chance, Event, HostId, SimDuration, SimTime};
use crate::world::Service;

/// The functions there are.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// By name.
    pub functions: BTreeMap<Arc<str>, Function>,
}

/// The service.
pub struct Lambda {
    functions: BTreeMap<Arc<str>, Function>,
    /// When each was invoked last: one that rested starts cold.
    last: BTreeMap<Arc<str>, SimTime>,
    faults: FaultPoints,
    random: Random,
}

impl Lambda {
    /// The service with these functions.
    pub fn new(settings: Settings, chance: impl Into<Chance>) -> Self {
        let chance = chance.into();
        Self {
            functions: settings.functions,
            last: BTreeMap::new(),
            faults: FaultPoints::new(&chance),
            random: chance.stream("functions"),
        }
    }
    /// Lets a fault begin; [`Lambda::heal`] with the same `id` ends it.
    pub fn inject(&mut self, _: SimTime, id: u32, fault: Fault, _: &mut Vec<Event>) {
        self.faults.begin(id, fault);
    }
    /// Ends a fault.
    pub fn heal(&mut self, _: SimTime, id: u32, events: &mut Vec<Event>) {
        self.faults.end(id, events);
    }

    fn invoke(&mut self, now: SimTime, request: &Request) -> Reply {
        let Some(function) = self.functions.get(&request.function) else {
            return Err(Error::ResourceNotFound(format!("Function not found: {}", request.function).into()));
        };
        let rested = self.last.insert(request.function.clone(), now).map(|last| now.since(last));
        Ok(function.transform(&request.records, rested, &mut self.random))
    }
}

/// What a call that meets a trouble is told, unless it is the function's own answer.
fn told(trouble: Trouble) -> Option<Reply> {
    match trouble {
        Trouble::Throttle => Some(Err(Error::TooManyRequests)),
        Trouble::InternalError | Trouble::Unavailable => Some(Err(Error::Service)),
        Trouble::Denied => Some(Err(Error::AccessDenied)),
        Trouble::NoAnswer => Some(Ok(Returned { answer: Answer::Records(Vec::new()), took: SimDuration::MAX })),
        Trouble::NoAcknowledgement => None,
    }
}

impl Service for Lambda {
    type Request = Request;
    type Reply = Reply;
    type Ask = Infallible;
    type Told = Infallible;

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        let met = self.faults.draw(&request.function, request.operation());
        let reply = met.and_then(|(trouble, _)| told(trouble)).unwrap_or_else(|| self.invoke(now, &request));
        if let Err(error) = &reply {
            events.push(Event::SinkRefused { service: "lambda", host: caller, error: error.code() });
        }
        reply
    }
    fn time_taken(reply: &Reply) -> SimDuration {
        reply.as_ref().map_or(SimDuration::ZERO, |returned| returned.took)
    }
    fn next_deadline(&self) -> Option<SimTime> {
        None
    }
    fn advance(&mut self, _: SimTime, _: &mut Vec<Event>) {}
}
