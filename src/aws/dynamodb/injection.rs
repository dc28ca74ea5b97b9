//! Faults begin, meet reads and writes, and end.

use super::api::{Error, Fault};
use super::faults::Injected;
use super::service::{At, DynamoDb};
use crate::base::event::TableThrottle;
use crate::base::{Event, SimTime, TableId};

impl DynamoDb {
    /// Lets a fault begin; [`DynamoDb::heal`] with the same `id` ends it.
    pub fn inject(&mut self, _now: SimTime, id: u32, fault: Fault, _events: &mut Vec<Event>) {
        self.faults.begin(id, fault);
    }
    /// Ends a fault.
    pub fn heal(&mut self, _now: SimTime, id: u32, events: &mut Vec<Event>) {
        events.extend(self.faults.end(id).then_some(Event::FaultMissed { fault: id }));
    }

    /// Refuses one read or write when a fault hits it. Returns true when it is to be carried out and its answer lost:
    /// half of the writes that meet an internal error are applied.
    pub(super) fn meet_fault(&mut self, at: &mut At<'_>, id: TableId) -> Result<bool, Error> {
        match self.faults.draw(Some(&self.tables[id.index()].name), at.operation) {
            None => Ok(false),
            Some(Injected::Throttle) => Err(at.throttled(id, TableThrottle::Injected, None)),
            Some(Injected::InternalError { is_applied }) if is_applied && !at.operation.is_read() => Ok(true),
            Some(Injected::InternalError { .. }) => Err(Error::InternalServerError),
        }
    }
}

/// What is answered to a write that was carried out before the internal error.
pub(super) fn lose_answer<T>(reply: Result<T, Error>) -> Result<T, Error> {
    match reply {
        Ok(_) | Err(Error::ConditionalCheckFailed(_)) => Err(Error::InternalServerError),
        refused => refused,
    }
}
