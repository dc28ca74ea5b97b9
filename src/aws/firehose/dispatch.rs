//! What every request goes through, and what the service does by itself.

use super::api::{Error, Reply};
use super::operations::Request;
use super::service::{At, Firehose};
use crate::aws::firehose::asking::{Ask, Told};
use crate::aws::protocol::fault_points::Trouble;
use crate::base::{DeliveryName, Event, HostId, SimTime};
use crate::world::{CallError, CallId, OwnCall, Service};

impl Firehose {
    /// Refuses a call of the control plane when a fault hits it; what is put is met record by record.
    fn meet_fault(&mut self, request: &Request) -> Result<(), Error> {
        if !self.faults.are_any() || matches!(request, Request::PutRecord(_) | Request::PutRecordBatch(_)) {
            return Ok(());
        }
        let name = request.aim().map_or("", DeliveryName::as_str);
        match self.faults.draw(name, request.operation()) {
            None => Ok(()),
            Some((Trouble::Throttle, _)) => Err(Error::LimitExceeded("Rate exceeded".into())),
            Some((Trouble::Unavailable, _)) => Err(Error::ServiceUnavailable),
            Some(_) => Err(Error::InternalFailure),
        }
    }
}

impl Service for Firehose {
    type Request = Request;
    type Reply = Reply;
    type Ask = Ask;
    type Told = Told;

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        self.advance(now, events);
        let (operation, quota) = (request.operation(), request.quota());
        let before = events.len();
        let admitted = self.control.admit(now, operation, quota).and_then(|()| self.meet_fault(&request));
        let reply = admitted.and_then(|()| request.handle(self, &mut At { now, caller, events }));
        if let Err(error) = &reply
            && events.len() == before
        {
            let operation = operation.name();
            events.push(Event::CallRefused { service: "firehose", operation, host: caller, error: error.code() });
        }
        reply
    }
    #[inline]
    fn next_deadline(&self) -> Option<SimTime> {
        let due = self.agenda.next_at().filter(|_| self.is_up);
        due.into_iter().chain(self.control.next_deadline()).min()
    }
    fn advance(&mut self, now: SimTime, events: &mut Vec<Event>) {
        for change in self.control.advance(now) {
            self.take_up(now, change, events);
        }
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
