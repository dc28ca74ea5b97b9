//! Floor 6: the report: terminal text, JSON, plots and the event export.
//!
//! Everything here is made from what folds have counted and checks have found; nothing here runs a simulation, reads a
//! clock or judges. What is written is the same bytes for the same run, except for the wall time that a caller may give.

use std::sync::Arc;

use crate::base::{Seed, SimDuration};
use crate::check::{CheckResult, Verdict};
use crate::measure::Figures;

pub mod export;
pub mod files;
pub mod json;
pub mod plots;
mod tables;
pub mod text;
mod words;

#[cfg(test)]
mod tests;

pub use text::Style;

/// Everything that a report says about a run.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// The scenario's name.
    pub scenario: Arc<str>,
    /// Where the scenario came from, as the user wrote it.
    pub source: Arc<str>,
    /// The seed.
    pub seed: Seed,
    /// The hash of all events.
    pub trace_hash: u64,
    /// What the run came to.
    pub verdict: Verdict,
    /// What the scenario says it is there to show.
    pub declared: DeclaredOutcome,
    /// Results of the checks.
    pub checks: Vec<CheckResult>,
    /// Results of the scenario's expectations.
    pub expectations: Vec<ExpectationResult>,
    /// What was counted.
    pub figures: Figures,
    /// Length of the run.
    pub simulated: SimDuration,
    /// Number of events.
    pub events: u64,
    /// What the run took on the wall clock, if the caller measured it.
    pub wall_seconds: Option<f64>,
}

/// The outcome that the scenario declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredOutcome {
    /// Checks and expectations that are to fail; none when everything is to hold.
    pub failing: Vec<Arc<str>>,
    /// Whether it came so.
    pub is_met: bool,
}

/// An expectation's result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectationResult {
    /// The expectation as the user wrote it.
    pub text: Arc<str>,
    /// The verdict.
    pub verdict: Verdict,
    /// One sentence with the number that was found.
    pub detail: String,
}

impl RunReport {
    /// The command that repeats the run.
    pub fn reproducing_line(&self) -> String {
        format!("kinesim run {} --seed {}", shell_word(&self.source), self.seed.0)
    }
}

/// The text as one word of a POSIX shell.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_string();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The word for a verdict.
const fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Unknown => "unknown",
        Verdict::Fail => "fail",
    }
}
