//! Floor 4: the promises. One invariant per file, each a fold over events with a verdict.
//!
//! Verdicts are three-valued: a check that saw nothing to judge is `unknown`, never `pass`.

mod all;
mod findings;
mod invariant;
mod lens;
pub mod liveness;
#[cfg(test)]
mod test_events;

use std::fmt;

use serde::Serialize;

pub use all::{CheckSettings, Checks};
pub use liveness::LivenessBounds;

use self::lens::Lens;
use crate::base::{Event, EventKind, SimTime};

/// How a check, an expectation or a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Held, and there was something to judge.
    Pass,
    /// There was nothing to judge.
    Unknown,
    /// Broken.
    Fail,
}

/// An event that shows a failure, as text, with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// When.
    pub at: SimTime,
    /// What happened, in words, with hosts, shards and positions by name.
    pub what: String,
}

impl fmt::Display for Evidence {
    /// `0:03:20.100 billing-2 stored checkpoint ...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.at, self.what)
    }
}

/// How a check judged the run, and what shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// The check's name, as scenario files and reports write it (`no-acknowledged-record-lost`).
    pub name: &'static str,
    /// Of the events up to where the result was asked for.
    pub verdict: Verdict,
    /// One sentence: what held and over how much, or what broke.
    pub detail: String,
    /// The events that show a failure, oldest first, a few at most.
    pub evidence: Vec<Evidence>,
}

/// An invariant at work.
pub(crate) trait Check {
    /// Takes the next event; the lens has heard it.
    fn on(&mut self, at: SimTime, event: &Event, lens: &Lens);
    /// The verdict over the events so far.
    fn result(&self, lens: &Lens) -> CheckResult;
}

/// What an invariant says of itself.
pub(crate) trait Invariant: Check + Sized + 'static {
    /// Its name, as scenario files and reports write it.
    const NAME: &'static str;
    /// What it promises, in one sentence that could go on a list.
    const PROMISE: &'static str;
    /// The events it judges; the lens hears others for it.
    const HEARS: &'static [EventKind];

    /// The check before any event.
    fn new(settings: &CheckSettings) -> Self;
    /// The events it judges in this run.
    fn hears(_: &CheckSettings) -> &'static [EventKind] {
        Self::HEARS
    }
}

/// An invariant as the list of all has it.
pub struct Registration {
    /// As scenario files and reports write it.
    pub name: &'static str,
    /// One sentence, for the list of checks.
    pub promise: &'static str,
    hears: fn(&CheckSettings) -> &'static [EventKind],
    begin: fn(&CheckSettings) -> Box<dyn Check>,
}

impl Registration {
    pub(crate) const fn of<I: Invariant>() -> Self {
        Self { name: I::NAME, promise: I::PROMISE, hears: I::hears, begin: |settings| Box::new(I::new(settings)) }
    }
}

/// Returns every invariant that runs are judged by, in order of report.
pub fn invariants() -> &'static [Registration] {
    invariant::ALL
}

/// Returns the list of all invariants, as the documentation has it.
pub fn listed() -> String {
    let row = |registered: &Registration| format!("- `{}`: {}\n", registered.name, registered.promise);
    invariants().iter().map(row).collect()
}
