//! What a check says in the end: a verdict, and the events that show a failure.

use std::fmt;

use serde::Serialize;

use crate::base::SimTime;

/// What a check says that met nothing which it judges.
pub(super) const NOTHING_TO_JUDGE: &str = "there was nothing to judge";

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
pub(crate) struct Evidence {
    /// Since when it was so; the same as `at` for what failed at one time.
    pub from: SimTime,
    /// When it was seen.
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
    pub(crate) evidence: Vec<Evidence>,
}

impl CheckResult {
    /// Returns whether it met nothing that it judges.
    pub(crate) fn is_idle(&self) -> bool {
        self.verdict == Verdict::Unknown && self.detail.starts_with(NOTHING_TO_JUDGE)
    }
}
