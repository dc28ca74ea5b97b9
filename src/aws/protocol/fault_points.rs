//! Fault points of services that have neither shards nor tables: what befalls calls, at a rate, by the operation and by
//! the name of what they are about (a bucket, a function, an endpoint, a delivery stream).

use super::operation::Operation;
use crate::base::seed::Random;
use crate::base::{Chance, Event};

/// What befalls a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It is refused because there are too many.
    Throttle,
    /// It fails, and half of the time was carried out all the same.
    InternalError,
    /// It fails and was not carried out: the service is down.
    Unavailable,
    /// It is refused for good: access is denied, a key disabled, a schema or table missing.
    Denied,
    /// It is carried out, and no answer ever comes.
    NoAnswer,
    /// It is carried out and answered, and what it promised to tell later is never told (Splunk's acknowledgement).
    NoAcknowledgement,
}

/// A fault in a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What befalls calls.
    pub(crate) trouble: Trouble,
    /// Only those about what has this name.
    pub name: Option<Box<str>>,
    /// Only those of this operation.
    pub operation: Option<Operation>,
    /// Share of them, 0 to 1.
    pub rate: f64,
}

struct Active {
    id: u32,
    fault: Fault,
    has_met: bool,
}

/// The faults in force, in the order in which they began.
pub(crate) struct FaultPoints {
    active: Vec<Active>,
    random: Random,
}

impl FaultPoints {
    /// None.
    pub(crate) fn new(chance: &Chance) -> Self {
        Self { active: Vec::new(), random: chance.stream("faults") }
    }
    /// Returns whether any is in force.
    pub(crate) fn are_any(&self) -> bool {
        !self.active.is_empty()
    }
    /// Lets a fault begin.
    pub(crate) fn begin(&mut self, id: u32, fault: Fault) {
        self.active.push(Active { id, fault, has_met: false });
    }
    /// Ends the fault of this `id`, if it is one of these, and tells when it has met nothing.
    pub(crate) fn end(&mut self, id: u32, events: &mut Vec<Event>) {
        let has_missed = self.active.iter().any(|active| active.id == id && !active.has_met);
        events.extend(has_missed.then_some(Event::FaultMissed { fault: id }));
        self.active.retain(|active| active.id != id);
    }
    /// What befalls a call, and whether it is carried out all the same.
    pub(crate) fn draw(&mut self, name: &str, operation: Operation) -> Option<(Trouble, bool)> {
        for Active { fault, has_met, .. } in &mut self.active {
            let is_aimed_at = fault.name.as_deref().is_none_or(|only| only == name)
                && fault.operation.is_none_or(|only| only == operation);
            if !(is_aimed_at && self.random.chance(fault.rate)) {
                continue;
            }
            *has_met = true;
            let is_carried_out = match fault.trouble {
                Trouble::Throttle | Trouble::Unavailable | Trouble::Denied => false,
                Trouble::InternalError => self.random.chance(0.5),
                Trouble::NoAnswer | Trouble::NoAcknowledgement => true,
            };
            return Some((fault.trouble, is_carried_out));
        }
        None
    }
}

/// Lets faults begin and end in a service whose `faults` are fault points and nothing else.
macro_rules! met_by_faults {
    ($service:ident) => {
        impl $service {
            /// Lets a fault begin; `heal` with the same `id` ends it.
            pub fn inject(
                &mut self,
                _: $crate::base::SimTime,
                id: u32,
                fault: $crate::aws::protocol::fault_points::Fault,
                _: &mut Vec<$crate::base::Event>,
            ) {
                self.faults.begin(id, fault);
            }
            /// Ends a fault.
            pub fn heal(&mut self, _: $crate::base::SimTime, id: u32, events: &mut Vec<$crate::base::Event>) {
                self.faults.end(id, events);
            }
        }
    };
}
pub(crate) use met_by_faults;
