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
        self.advance(now, events);
        let operation = request.operation().name();
        let before = events.len();
        let reply = request.handle(self, &mut At { now, caller, events });
        if let Err(error) = &reply
            && events.len() == before
        {
            events.push(Event::CallRefused { service: "firehose", operation, host: caller, error: error.code() });
        }
        reply
    }
    #[inline]
    fn next_deadline(&self) -> Option<SimTime> {
        self.agenda.next_at().filter(|_| self.is_up)
    }
    fn advance(&mut self, now: SimTime, events: &mut Vec<Event>) {
        if self.is_up {
            self.do_due(now, events);
        }
    }
    #[inline]
    fn poll_call(&mut self, _: SimTime) -> Option<OwnCall<Ask>> {
        if self.is_up { self.agenda.next_call() } else { None }
    }
    fn answered(&mut self, now: SimTime, id: CallId, result: Result<Told, CallError>, events: &mut Vec<Event>) {
        if let Some(asker) = self.agenda.take_asker(id) {
            self.tell(now, events, asker, result);
        }
    }
    fn crashed(&mut self, _: SimTime) {
        self.is_up = false;
    }
    fn restarted(&mut self, now: SimTime) {
        self.is_up = true;
        self.go_on(now);
    }
}
