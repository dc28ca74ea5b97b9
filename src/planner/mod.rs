//! Floor 9: what-ifs: many configurations of one scenario, which of them keep the promises, and which is the cheapest.
//!
//! A configuration is the scenario file with other values at some of its keys. Each is carried out by an
//! [engine](point::Engine) and judged by the same expectations as a run. Not decided here: what an engine counts, and
//! what that costs.

mod advised;
mod alarmed;
mod answer;
mod axis;
mod confirm;
mod document;
mod engine;
mod formula;
mod headroom;
mod observed;
mod page;
mod part;
mod point;
mod search;
mod slo;
#[cfg(test)]
mod tests;
mod told;

pub(crate) use self::answer::{Answer, answer};
pub(crate) use self::axis::{Grid, NoGrid};
pub(crate) use self::confirm::confirm;
pub(crate) use self::document::document;
pub(crate) use self::engine::{by_rates, by_records, left_out};
pub(crate) use self::page::page;
pub(crate) use self::part::{Part, merge};
pub(crate) use self::point::Asked;
pub(crate) use self::search::{Chosen, Way, look};
pub(crate) use self::slo::Slo;
pub(crate) use self::told::told;
