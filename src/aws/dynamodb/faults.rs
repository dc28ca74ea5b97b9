//! Injected faults: throttles, internal errors, unavailability.

use std::cell::Cell;

use super::api::{Error, Fault, FaultTarget};
use crate::aws::protocol::operation::Operation;
use crate::base::seed::Random;
use crate::base::{Chance, TableName};

/// The faults in force, in the order in which they began.
pub(super) struct Faults {
    active: Vec<Active>,
    random: Random,
}

/// A fault in force.
struct Active {
    id: u32,
    fault: Fault,
    /// Whether it has met a call.
    has_met: Cell<bool>,
}

/// What a fault does to one read or write, single or in a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Injected {
    Throttle,
    /// InternalServerError; `is_applied` for the half of the writes that are applied all the same.
    InternalError {
        is_applied: bool,
    },
}

impl FaultTarget {
    fn hits(&self, table: Option<&TableName>, operation: Operation) -> bool {
        self.table.as_ref().is_none_or(|only| table == Some(only))
            && self.operation.is_none_or(|only| only == operation)
    }
}

impl Faults {
    pub(super) fn new(chance: &Chance) -> Self {
        Self { active: Vec::new(), random: chance.stream("faults") }
    }
    pub(crate) fn are_any(&self) -> bool {
        !self.active.is_empty()
    }
    /// Lets a fault begin.
    pub(super) fn begin(&mut self, id: u32, fault: Fault) {
        self.active.push(Active { id, fault, has_met: Cell::new(false) });
    }
    /// Ends the fault of this `id`, if it is one of these. Returns whether it ended without having met anything.
    pub(super) fn end(&mut self, id: u32) -> bool {
        let has_missed = self.active.iter().any(|active| active.id == id && !active.has_met.get());
        self.active.retain(|active| active.id != id);
        has_missed
    }

    /// Refuses the whole call when a fault makes the service unavailable.
    pub(crate) fn check_available(&mut self, table: Option<&TableName>, operation: Operation) -> Result<(), Error> {
        let is_down = self.active.iter().any(|Active { fault, has_met, .. }| {
            let Fault::Unavailable { target, rate } = fault else { return false };
            let is_hit = target.hits(table, operation) && self.random.chance(*rate);
            has_met.set(has_met.get() || is_hit);
            is_hit
        });
        if is_down { Err(Error::ServiceUnavailable) } else { Ok(()) }
    }

    /// The fate of one read or write.
    pub(super) fn draw(&mut self, table: Option<&TableName>, operation: Operation) -> Option<Injected> {
        for Active { fault, has_met, .. } in &self.active {
            let (Fault::Throttle { target, rate } | Fault::InternalError { target, rate }) = fault else { continue };
            if !(target.hits(table, operation) && self.random.chance(*rate)) {
                continue;
            }
            has_met.set(true);
            return Some(match fault {
                Fault::InternalError { .. } => Injected::InternalError { is_applied: self.random.chance(0.5) },
                _ => Injected::Throttle,
            });
        }
        None
    }
}
