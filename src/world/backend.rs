//! Everything behind the network, as the world drives it.

use super::service::{CallError, CallId, OwnCall};
use crate::base::{Event, HostId, SimDuration, SimTime};

/// Everything behind the network, as one clockless value.
pub trait Backend: 'static {
    /// A message to a service.
    type Request: Clone;
    /// Its answer.
    type Reply;

    /// Returns which service a request goes to: an index into [`services`](super::Settings::services).
    fn service_of(request: &Self::Request) -> usize;
    /// The operation's name, for link rules and events.
    fn operation_of(request: &Self::Request) -> &'static str;
    /// Answers a request that has arrived.
    fn handle(&mut self, now: SimTime, caller: HostId, request: Self::Request, events: &mut Vec<Event>) -> Self::Reply;
    /// How long the service takes until a reply sets out: see [`super::Service::time_taken`].
    fn time_taken(_reply: &Self::Reply) -> SimDuration {
        SimDuration::ZERO
    }
    /// When a service next has something to do on its own.
    fn next_deadline(&self) -> Option<SimTime>;
    /// Does what is due.
    fn advance(&mut self, now: SimTime, events: &mut Vec<Event>);

    /// Hands out the next call that a service wants made, with the service: see [`super::Service::poll_call`].
    fn poll_call(&mut self, _now: SimTime) -> Option<(usize, OwnCall<Self::Request>)> {
        None
    }
    /// Brings a service what became of its call.
    fn answered(
        &mut self,
        _now: SimTime,
        _service: usize,
        _id: CallId,
        _result: Result<Self::Reply, CallError>,
        _events: &mut Vec<Event>,
    ) {
    }
    /// Hands out what has something to say since it was last asked, with its service: see
    /// [`super::Service::poll_news`].
    fn poll_news(&mut self) -> Option<(usize, u64)> {
        None
    }
    /// The host of a service crashed.
    fn crashed(&mut self, _now: SimTime, _service: usize) {}
    /// The host of a service is up again.
    fn restarted(&mut self, _now: SimTime, _service: usize) {}
}
