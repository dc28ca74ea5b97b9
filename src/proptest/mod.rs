//! Floor 11: strategies for [proptest](https://docs.rs/proptest): workloads, schedules of faults, whole scenarios.
//!
//! ```
//! use kinesim::check::Verdict;
//! use kinesim::proptest::scenarios;
//! use proptest::prelude::*;
//! use proptest::test_runner::TestRunner;
//!
//! // In a test: `proptest! { #[test] fn nothing_is_lost(scenario in scenarios(), seed in 0..1000u64) { ... } }`
//! let mut runner = TestRunner::new(ProptestConfig::with_cases(5));
//! runner.run(&(scenarios(), 0..1000u64), |(scenario, seed)| {
//!     let report = scenario.run(seed);
//!     prop_assert!(report.checks.iter().all(|check| check.verdict != Verdict::Fail));
//!     Ok(())
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What is drawn are small values, and what they stand for is the text of a scenario file: it is what proptest prints
//! of a case that fails, so that `kinesim run` can go on from there. Values shrink towards one shard, few records, one
//! worker and no fault, and a schedule shrinks by leaving out one fault after the other; every file along the way is a
//! right one. Where a test has a file of its own, [`schedules`] draws what to append to it.
//!
//! Chance within a run comes from the run's seed alone. A fault that is left out does not change what is drawn for
//! others, but it changes what happens, and with that when things are drawn; `kinesim shrink` therefore tries several
//! seeds for each cut, which proptest does not.
//!
//! Not drawn: the settings of clients beyond those below, extended retention, encryption, apps.

mod scenario;
mod schedule;
mod workload;

#[cfg(test)]
mod tests;

pub use self::scenario::{Consumer, Library, Scenario, scenarios, scenarios_of};
pub use self::schedule::{Disturbance, Happening, Schedule, schedules};
pub use self::workload::{Keys, Workload, workloads};
