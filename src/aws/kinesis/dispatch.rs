//! What every request goes through: its quota, the faults that are aimed at it, and what is told of a refusal.

use std::convert::Infallible;

use super::api::Reply;
use super::operations::Request;
use super::service::{At, Kinesis};
use crate::base::{Event, HostId, SimTime};
use crate::world::Service;

impl Kinesis {
    fn dispatch(&mut self, at: &mut At<'_>, request: Request) -> Reply {
        let (operation, quota) = (request.operation(), request.quota());
        self.quotas.admit(&self.settings, at.now, (operation, quota, request.aim()), &self.names)?;
        self.faults.whole_call(operation, quota, request.aim())?;
        request.handle(self, at)
    }
}

impl Service for Kinesis {
    type Request = Request;
    type Reply = Reply;
    type Ask = Infallible;
    type Told = Infallible;

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        self.advance(now, events);
        let operation = request.operation().name();
        let before = events.len();
        let reply = self.dispatch(&mut At { now, caller, events }, request);
        if let Err(error) = &reply {
            // Refusals of the data plane have events of their own.
            if events.len() == before {
                events.push(Event::CallRefused { service: "kinesis", operation, host: caller, error: error.code() });
            }
        }
        reply
    }

    fn next_deadline(&self) -> Option<SimTime> {
        (self.next_deadline != SimTime::MAX).then_some(self.next_deadline)
    }

    #[inline]
    fn poll_news(&mut self) -> Option<u64> {
        self.news.pop()
    }

    fn advance(&mut self, now: SimTime, events: &mut Vec<Event>) {
        if now < self.next_deadline {
            return;
        }
        self.next_deadline = SimTime::MAX;
        self.finish_transitions(now, events);
        self.rebuild_zones(now, events);
        self.forget_consumers(now, events);
        self.scale_on_demand(now, events);
        self.trim_all(now, events);
    }
}
