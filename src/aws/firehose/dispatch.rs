//! What every request goes through, and what the service does by itself.

use super::api::Reply;
use super::operations::Request;
use super::service::{At, Firehose};
use crate::aws::{Reply as Told, Request as Ask};
use crate::base::{Event, HostId, SimTime};
use crate::world::{CallError, CallId, OwnCall, Service};

impl Service for Firehose {
    type Request = Request;
    type Reply = Reply;
    type Ask = Ask;
    type Told = Told;

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        request.handle(self, &mut At { now, caller, events })
    }
    fn next_deadline(&self) -> Option<SimTime> {
        None
    }
    fn advance(&mut self, _: SimTime, _: &mut Vec<Event>) {}
    fn poll_call(&mut self, _: SimTime) -> Option<OwnCall<Ask>> {
        self.ready.pop_front()
    }
    fn answered(&mut self, _: SimTime, _: CallId, _: Result<Told, CallError>, _: &mut Vec<Event>) {}
}
