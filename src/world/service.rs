//! What lives behind the network: a service as a clockless state machine.
//!
//! A service is a value. [`Service::handle`] takes (now, caller, request) and gives a reply; everything that
//! happened is appended to `events`. [`Service::next_deadline`] says when the service has something to do on
//! its own, and [`Service::advance`] does it. The contract: call `advance(now)` before `handle(now, ..)`;
//! `next_deadline` may change with every call of either.
//!
//! A service that needs another one asks in the same manner, without a network of its own: after every call of
//! `handle`, `advance` or `answered`, [`Service::poll_call`] hands out the calls that it wants made, and
//! [`Service::answered`] brings what became of each. The world carries them from the service's own host, so latency,
//! faults on links, throttles and crashes meet them as they meet everybody's.
//!
//! No service has a clock, a socket, a task or a source of chance (a seed arrives at construction), and none
//! iterates an unordered collection.

use std::fmt;

use crate::base::{Event, HostId, SimDuration, SimTime};

/// Which of a service's own calls; the service chooses the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallId(pub u64);

/// A call that a service wants made.
#[derive(Clone, Debug)]
pub struct OwnCall<R> {
    /// Comes back with what became of it.
    pub id: CallId,
    /// What is asked.
    pub request: R,
    /// When the service stops waiting, counted from now.
    pub timeout: SimDuration,
}

/// Why a call has no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallError {
    /// No reply within the timeout. The request may or may not have been applied.
    TimedOut,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no reply within the timeout; the request may have been applied")
    }
}

impl std::error::Error for CallError {}

/// A value that answers requests and owns no clock, socket or chance.
pub trait Service {
    /// What a caller may ask.
    type Request;
    /// What it is told.
    type Reply;
    /// What the service itself asks of others; [`std::convert::Infallible`] for one that never does.
    type Ask;
    /// What it is told by them.
    type Told;

    /// Answers one request at `now`, which never goes back.
    fn handle(&mut self, now: SimTime, caller: HostId, request: Self::Request, events: &mut Vec<Event>) -> Self::Reply;
    /// When the service next has something to do without being asked.
    fn next_deadline(&self) -> Option<SimTime>;
    /// Does everything that is due at or before `now`.
    fn advance(&mut self, now: SimTime, events: &mut Vec<Event>);

    /// How long it takes until this reply sets out: nothing, of services that work as they are asked. What the request
    /// does is done when it arrives.
    fn time_taken(_reply: &Self::Reply) -> SimDuration {
        SimDuration::ZERO
    }

    /// Hands out the next call that the service wants made; `None` until `handle`, `advance`, `answered` or `restarted`
    /// is called again.
    fn poll_call(&mut self, _now: SimTime) -> Option<OwnCall<Self::Ask>> {
        None
    }
    /// Brings what became of a call: the reply, or that none came in time; the request may have been applied all the
    /// same. Calls that were out when the host crashed are never answered.
    fn answered(
        &mut self,
        _now: SimTime,
        id: CallId,
        _result: Result<Self::Told, CallError>,
        _events: &mut Vec<Event>,
    ) {
        unreachable!("this service makes no calls, so call {id:?} is not its own");
    }
    /// Hands out the number of something that somebody waits to hear of, and that has something to say since it was
    /// last asked, such as a subscription; `None` until the service is called again. The service chooses the numbers.
    fn poll_news(&mut self) -> Option<u64> {
        None
    }
    /// The service's host crashed: what was in memory is gone, what the service calls durable is not. Until it restarts
    /// requests to it are lost, and it has neither calls to make nor a deadline.
    fn crashed(&mut self, _now: SimTime) {}
    /// The service's host is up again.
    fn restarted(&mut self, _now: SimTime) {}
}
