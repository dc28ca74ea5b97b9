//! Injected faults: throttles, internal errors, unavailability.

use super::api::{Error, Fault, FaultTarget};
use super::{At, DynamoDb};
use crate::base::seed::Random;
use crate::base::{Event, Seed, SimTime, TableName};

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
    fn hits(&self, table: &TableName, operation: &str) -> bool {
        self.table.as_ref().is_none_or(|t| t == table) && self.operation.as_deref().is_none_or(|o| o == operation)
    }
}

impl Faults {
    pub fn new(seed: Seed) -> Self {
        Self { active: Vec::new(), random: seed.stream("faults") }
    }

    /// Whether the whole call finds the service unavailable.
    pub fn is_unavailable(&mut self, table: &TableName, operation: &str) -> bool {
        self.active.iter().any(|(_, fault)| match fault {
            Fault::Unavailable { target, rate } => target.hits(table, operation) && self.random.chance(*rate),
            _ => false,
        })
    }

    /// The fate of one read or write.
    pub fn draw(&mut self, table: &TableName, operation: &str) -> Option<Injected> {
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

impl DynamoDb {
    /// Injected faults of a call that creates, describes, changes or deletes a table.
    pub(super) fn fail_control(&mut self, at: &At<'_>, table: &TableName) -> Result<(), Error> {
        if self.faults.is_unavailable(table, at.operation) {
            return Err(Error::ServiceUnavailable);
        }
        match self.faults.draw(table, at.operation) {
            Some(Injected::Throttle) => Err(Error::Throttling),
            Some(Injected::InternalError { .. }) => Err(Error::InternalServerError),
            None => Ok(()),
        }
    }
    /// Lets a fault begin; `id` tells it from others.
    pub fn inject(&mut self, _now: SimTime, id: u32, fault: Fault, _events: &mut Vec<Event>) {
        self.faults.active.push((id, fault));
    }
    /// Ends a fault.
    pub fn heal(&mut self, _now: SimTime, id: u32, _events: &mut Vec<Event>) {
        self.faults.active.retain(|(active, _)| *active != id);
    }
}
