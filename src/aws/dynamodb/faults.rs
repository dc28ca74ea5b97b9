//! Injected faults: throttles, internal errors, unavailability.

use super::api::{Error, Fault, FaultTarget};
use crate::aws::protocol::operation::Operation;
use crate::base::seed::Random;
use crate::base::{Seed, TableName};

/// The faults in force, in the order in which they began.
pub(super) struct Faults {
    active: Vec<(u32, Fault)>,
    random: Random,
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
    pub(super) fn new(seed: Seed) -> Self {
        Self { active: Vec::new(), random: seed.stream("faults") }
    }
    pub(crate) fn are_any(&self) -> bool {
        !self.active.is_empty()
    }
    /// Lets a fault begin.
    pub(super) fn begin(&mut self, id: u32, fault: Fault) {
        self.active.push((id, fault));
    }
    /// Ends the fault of this `id`, if it is one of these.
    pub(super) fn end(&mut self, id: u32) {
        self.active.retain(|(active, _)| *active != id);
    }

    /// Refuses the whole call when a fault makes the service unavailable.
    pub(crate) fn check_available(&mut self, table: Option<&TableName>, operation: Operation) -> Result<(), Error> {
        let is_down = self.active.iter().any(|(_, fault)| match fault {
            Fault::Unavailable { target, rate } => target.hits(table, operation) && self.random.chance(*rate),
            Fault::Throttle { .. } | Fault::InternalError { .. } => false,
        });
        if is_down { Err(Error::ServiceUnavailable) } else { Ok(()) }
    }

    /// The fate of one read or write.
    pub(super) fn draw(&mut self, table: Option<&TableName>, operation: Operation) -> Option<Injected> {
        for (_, fault) in &self.active {
            match fault {
                Fault::Throttle { target, rate } if target.hits(table, operation) && self.random.chance(*rate) => {
                    return Some(Injected::Throttle);
                }
                Fault::InternalError { target, rate } if target.hits(table, operation) && self.random.chance(*rate) => {
                    return Some(Injected::InternalError { is_applied: self.random.chance(0.5) });
                }
                _ => {}
            }
        }
        None
    }
}
