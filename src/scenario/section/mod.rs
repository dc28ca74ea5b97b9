//! The sections of a scenario file, one a file: the keys with their defaults, and what they make a run do.

mod action;
mod again;
mod alarm;
mod assume;
mod consumer;
mod defaults;
mod expect;
mod explore;
mod fault;
mod kcl_options;
mod liveness;
pub(super) mod network;
mod outcome;
mod prices;
mod producer;
mod rolling_restart;
mod stream;

pub(crate) use action::Action;
pub(super) use action::actions;
pub(crate) use alarm::Alarm;
pub(super) use alarm::alarms;
pub(crate) use assume::Assume;
pub(crate) use consumer::{Consumer, Library};
pub(super) use consumer::{Consumers, KCL_IDLE, POLLER_IDLE};
pub(crate) use expect::Expect;
pub(super) use expect::expectations;
pub(crate) use explore::Explore;
pub(super) use fault::faults;
pub(crate) use liveness::Liveness;
pub(crate) use network::{Network, Transport};
pub(crate) use outcome::OutcomeWord;
pub(crate) use prices::PriceList;
pub(super) use prices::prices;
pub(crate) use producer::*;
pub(crate) use stream::Stream;
