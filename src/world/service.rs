//! A service: a clockless state machine that the world drives.
//!
//! A service is a value. [`Service::handle`] takes (now, caller, request) and gives a reply; everything that
//! happened is appended to `events`. [`Service::next_deadline`] says when the service has something to do on
//! its own, and [`Service::advance`] does it. The contract: call `advance(now)` before `handle(now, ..)`;
//! `next_deadline` may change with every call of either.
//!
//! No service has a clock, a socket, a task or a source of chance (a seed arrives at construction), and none
//! iterates an unordered collection.

use crate::base::{Event, HostId, SimTime};

/// A value that answers requests and owns no clock, socket or chance.
pub trait Service {
    /// What a caller may ask.
    type Request;
    /// What it is told.
    type Reply;

    /// Answers one request at `now`, which never goes back.
    fn handle(&mut self, now: SimTime, caller: HostId, request: Self::Request, events: &mut Vec<Event>) -> Self::Reply;
    /// When the service next has something to do without being asked.
    fn next_deadline(&self) -> Option<SimTime>;
    /// Does everything that is due at or before `now`.
    fn advance(&mut self, now: SimTime, events: &mut Vec<Event>);
}
