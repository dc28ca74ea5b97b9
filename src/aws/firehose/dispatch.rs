//! What every request goes through, and what the service does by itself.

use super::api::Reply;
use super::control::{Became, Change};
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
        self.advance(now, events);
        let (operation, quota) = (request.operation(), request.quota());
        let before = events.len();
        let admitted = self.control.admit(now, operation, quota);
        let reply = admitted.and_then(|()| request.handle(self, &mut At { now, caller, events }));
        if let Err(error) = &reply {
            // Refusals of the data plane have events of their own.
            if events.len() == before {
                let operation = operation.name();
                events.push(Event::CallRefused { service: "firehose", operation, host: caller, error: error.code() });
            }
        }
        reply
    }
    fn next_deadline(&self) -> Option<SimTime> {
        self.control.next_deadline()
    }
    fn advance(&mut self, now: SimTime, _: &mut Vec<Event>) {
        for Became { at, name, what } in self.control.advance(now) {
            // The engine takes these up.
            let (Change::Active(_) | Change::Updated(..) | Change::Gone) = what;
            debug_assert!(at <= now, "{name} changes in time");
        }
    }
    fn poll_call(&mut self, _: SimTime) -> Option<OwnCall<Ask>> {
        self.ready.pop_front()
    }
    fn answered(&mut self, _: SimTime, _: CallId, _: Result<Told, CallError>, _: &mut Vec<Event>) {}
}
