//! The sections of a scenario file, one a file: the keys with their defaults, and what they make a run do.

mod action;
mod assume;
mod consumer;
mod defaults;
mod expect;
mod fault;
mod kcl_options;
mod liveness;
pub(super) mod network;
mod outcome;
mod producer;
mod stream;

pub use action::Action;
pub(super) use action::actions;
pub use assume::{Assume, ThrottleWindow};
pub use consumer::{Consumer, LeaseTable, Library, Mishap, Resume, Store};
pub(super) use consumer::{Consumers, KCL_IDLE, POLLER_IDLE};
pub(super) use expect::expectations;
pub use expect::{AgeExpect, Expect};
pub(super) use fault::faults;
pub use kcl_options::KclOptions;
pub use liveness::Liveness;
pub use network::{Network, Transport};
pub use outcome::OutcomeWord;
pub use producer::*;
pub use stream::Stream;
