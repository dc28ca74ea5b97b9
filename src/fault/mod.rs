//! Floor 4: what goes wrong on purpose: one file for each kind of fault.
//!
//! A kind has its key in scenario files, what is written there, how it is drawn at random, how it begins and ends, and
//! the promise that must still hold. One line in the list of [`kind`] registers it; help texts, the schema, random
//! faults, the endpoint's page and the lists in the documentation come from there.
//!
//! A fault acts through the world (hosts, links, clocks) or a service's fault points, and through nothing else.

mod about;
mod cast;
mod drawing;
mod form;
pub mod kind;
mod listed;
mod random;
mod registry;
mod stage;

pub use about::{About, Ends, Kind, Made};
pub(crate) use cast::placeholder;
pub use cast::{Cast, Group, LeaseTable, Problem, Problems, Standing};
pub(crate) use cast::{Live, StreamCast};
pub(crate) use form::{Form, forms};
pub use kind::{Fault, KINDS, RandomFaults, drawings};
pub use listed::{listed_as_drawn, listed_with_meanings, listed_with_promises};
pub(crate) use random::FAULT_MAX;
pub(crate) use random::draw;
pub use stage::{Claims, Effect, FaultPlan, Stage};
