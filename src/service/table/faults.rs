//! Injected faults: throttles, internal errors, unavailability.

use super::TableService;
use super::api::{Error, Fault, FaultTarget};
use crate::base::seed::Random;
use crate::base::{Event, Seed, SimTime, TableName};

/// The faults in force, in the order in which they began.
pub(super) struct Faults {
    active: Vec<(u32, Fault)>,
    random: Random,
}

/// What a fault does to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Injected {
    Throttle,
    /// The call fails with InternalServerError before anything is applied.
    FailBefore,
    /// The write is applied, and then the call fails with InternalServerError.
    FailAfter,
    Unavailable,
}

impl Injected {
    /// The error that the caller sees.
    pub fn error(self) -> Error {
        match self {
            Self::Throttle => Error::ProvisionedThroughputExceeded,
            Self::FailBefore | Self::FailAfter => Error::InternalServerError,
            Self::Unavailable => Error::ServiceUnavailable,
        }
    }
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

    /// The fate of a call.
    pub fn draw(&mut self, table: &TableName, operation: &str) -> Option<Injected> {
        for (_, fault) in &self.active {
            match fault {
                Fault::Throttle { target, rate } if target.hits(table, operation) && self.random.chance(*rate) => {
                    return Some(Injected::Throttle);
                }
                Fault::InternalError { target, rate } if target.hits(table, operation) && self.random.chance(*rate) => {
                    return Some(if self.random.chance(0.5) { Injected::FailAfter } else { Injected::FailBefore });
                }
                Fault::Unavailable { target, rate } if target.hits(table, operation) && self.random.chance(*rate) => {
                    return Some(Injected::Unavailable);
                }
                _ => {}
            }
        }
        None
    }
}

impl TableService {
    /// Lets a fault begin; `id` tells it from others.
    pub fn inject(&mut self, _now: SimTime, id: u32, fault: Fault, _events: &mut Vec<Event>) {
        self.faults.active.push((id, fault));
    }
    /// Ends a fault.
    pub fn heal(&mut self, _now: SimTime, id: u32, _events: &mut Vec<Event>) {
        self.faults.active.retain(|(active, _)| *active != id);
    }
}
