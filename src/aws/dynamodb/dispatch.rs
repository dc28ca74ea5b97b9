//! What every request goes through: the faults that are aimed at its tables, and what is told of a refusal.

use std::convert::Infallible;

use super::api::{Error, Reply};
use super::faults::Injected;
use super::injection::lose_answer;
use super::operations::Request;
use super::operations::row::Plane;
use super::service::{At, DynamoDb};
use crate::base::{Event, HostId, SimTime, TableId};
use crate::world::Service;

impl DynamoDb {
    fn dispatch(&mut self, at: &mut At<'_>, request: Request) -> Reply {
        if !self.faults.are_any() {
            return request.handle(self, at);
        }
        match request.plane() {
            Plane::Control => self.fail_control(at, &request)?,
            Plane::Batch => self.fail_batch(at, &request)?,
            Plane::Items => {
                let ids = self.serving_all(&request)?;
                return self.under_faults(at, &ids, |service, at| request.handle(service, at));
            }
        }
        request.handle(self, at)
    }

    /// Faults of a call about tables themselves, which need not exist.
    fn fail_control(&mut self, at: &At<'_>, request: &Request) -> Result<(), Error> {
        let table = request.tables().first().copied();
        self.faults.check_available(table, at.operation)?;
        match self.faults.draw(table, at.operation) {
            Some(Injected::Throttle) => Err(Error::Throttling),
            Some(Injected::InternalError { .. }) => Err(Error::InternalServerError),
            None => Ok(()),
        }
    }

    /// Unavailability, drawn once for each table of a batch; what else may happen to its parts is theirs.
    fn fail_batch(&mut self, at: &At<'_>, request: &Request) -> Result<(), Error> {
        let mut ids = self.serving_all(request)?;
        ids.sort();
        ids.dedup();
        ids.into_iter()
            .try_for_each(|id| self.faults.check_available(Some(&self.tables[id.index()].name), at.operation))
    }

    fn serving_all(&self, request: &Request) -> Result<Vec<TableId>, Error> {
        request.tables().into_iter().map(|table| self.serving(table)).collect()
    }

    /// Does what a call asks of items in these tables, with the faults that are aimed at it.
    fn under_faults(
        &mut self,
        at: &mut At<'_>,
        ids: &[TableId],
        act: impl FnOnce(&mut Self, &mut At<'_>) -> Reply,
    ) -> Reply {
        let mut answer = None;
        for id in ids {
            self.faults.check_available(Some(&self.tables[id.index()].name), at.operation)?;
            answer = self.meet_fault(at, *id)?.or(answer);
        }
        let reply = act(self, at);
        match answer {
            Some(error) => lose_answer(reply, error),
            None => reply,
        }
    }
}

impl Service for DynamoDb {
    type Request = Request;
    type Reply = Reply;
    type Ask = Infallible;
    type Told = Infallible;

    fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        self.advance(now, events);
        let operation = request.operation();
        let reply = self.dispatch(&mut At { now, caller, operation, events }, request);
        match &reply {
            // These have events of their own.
            Ok(_) | Err(Error::ConditionalCheckFailed(_) | Error::ProvisionedThroughputExceeded(_)) => {}
            Err(error) => {
                events.push(Event::CallRefused {
                    service: "dynamodb",
                    operation: operation.name(),
                    host: caller,
                    error: error.code(),
                });
            }
        }
        reply
    }

    fn next_deadline(&self) -> Option<SimTime> {
        (self.next_deadline != SimTime::MAX).then_some(self.next_deadline)
    }

    fn advance(&mut self, now: SimTime, events: &mut Vec<Event>) {
        if now >= self.next_deadline {
            self.next_deadline = SimTime::MAX;
            self.finish_transitions(now, events);
        }
    }
}
