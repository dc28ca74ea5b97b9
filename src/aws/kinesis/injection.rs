//! Faults begin and end.

use super::api::Fault;
use super::service::Kinesis;
use crate::base::{Event, SimTime};

impl Kinesis {
    /// Lets a fault begin; [`Self::heal`] with the same `id` ends it.
    pub fn inject(&mut self, _now: SimTime, id: u32, fault: Fault, events: &mut Vec<Event>) {
        if let Fault::ZoneOutage { zone, wipe } = fault {
            self.lose_zone(id, zone, wipe, events);
        }
        self.faults.begin(id, fault);
    }

    /// Ends a fault.
    pub fn heal(&mut self, now: SimTime, id: u32, events: &mut Vec<Event>) {
        events.extend(self.faults.end(id).then_some(Event::FaultMissed { fault: id }));
        self.restore_zone(id, now, events);
    }
}
