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

    /// Refuses one read or write when a fault hits it. Returns what is to be answered to one that is carried out all
    /// the same: half of the writes that meet an internal error are applied.
    pub(super) fn meet_fault(&mut self, at: &mut At<'_>, id: TableId) -> Result<Option<Error>, Error> {
        let (error, is_carried_out) = match self.faults.draw(Some(&self.tables[id.index()].name), at.operation) {
            None => return Ok(None),
            Some(Injected::Throttle) => {
                let is_applied = !self.settings.planted.are_throttled_writes_left_undone();
                (at.throttled(id, TableThrottle::Injected, None), is_applied)
            }
            Some(Injected::InternalError { is_applied }) => (Error::InternalServerError, is_applied),
        };
        if is_carried_out && !at.operation.is_read() { Ok(Some(error)) } else { Err(error) }
    }
}

/// What is answered to a write that was carried out before it met `error`.
pub(super) fn lose_answer<T>(reply: Result<T, Error>, error: Error) -> Result<T, Error> {
    match reply {
        Ok(_) | Err(Error::ConditionalCheckFailed(_)) => Err(error),
        refused => refused,
    }
}
