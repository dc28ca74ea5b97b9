//! Floor 7: the report: terminal text, JSON, plots and the event export.
//!
//! Everything here is made from what folds have counted and checks have found; nothing here runs a simulation, reads a
//! clock or judges. What is written is the same bytes for the same run, except for the wall time that a caller may
//! give apart.

use crate::alarm::AlarmsReport;
use crate::base::Bug;
use crate::check::{CheckResult, Verdict};
use crate::measure::{Figures, Happening, Moment};
use crate::scenario::Which;

mod alarms;
mod columns;
mod cost;
mod deliveries;
pub(crate) mod diff;
pub(crate) mod events_file;
pub(crate) mod export;
pub mod files;
mod flow;
pub(crate) mod github;
pub(crate) mod html;
pub mod json;
pub(crate) mod junit;
#[cfg(feature = "parquet")]
pub(crate) mod parquet;
pub(crate) mod perfetto;
pub mod plots;
pub(crate) mod reading;
pub(crate) mod sinks;
mod style;
pub(crate) mod suites;
mod summary;
mod tables;
pub mod text;
mod words;

#[cfg(test)]
mod tests;

pub use text::{Page, Style};
pub(crate) use words::{count, cut, plural, wrap};

/// Everything that a report says about a run.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// The `name` that stands in the file.
    pub scenario: String,
    /// Where the scenario came from, as the user wrote it.
    pub source: String,
    /// Whether code of the user's own took part, which the command line cannot run.
    pub(crate) has_code: bool,
    /// What repeats the run, where that is told otherwise than of a scenario alone.
    pub(crate) again: Option<String>,
    /// The seed that the run had, or its timeline: the file's, or `--seed`.
    pub seed: crate::base::Seeds,
    /// What the seed has made of the scenario, when it is one of a swarm.
    pub(crate) swarm: Option<std::sync::Arc<[String]>>,
    /// The bug that is planted, where the file does not ask for it.
    pub(crate) asked_bug: Option<Bug>,
    /// The hash of all events.
    pub trace_hash: u64,
    /// The verdict over all checks and expectations, before `outcome` is compared.
    pub verdict: Verdict,
    /// Checks and expectations that the scenario says will fail; none when everything is to hold.
    pub(crate) declared_failing: Vec<String>,
    /// Whether exactly these failed, and nothing that the scenario wanted stayed undone or unjudged.
    pub is_as_declared: bool,
    /// Results of the checks.
    pub checks: Vec<CheckResult>,
    /// Results of the scenario's expectations.
    pub expectations: Vec<ExpectationResult>,
    /// Every fault and action, in order of time.
    pub(crate) happened: Vec<Happening>,
    /// Actions that went otherwise than the scenario wants: what was to be done and was not, and the other way round.
    pub(crate) surprises: Vec<String>,
    /// The first failures, each followed back to what it came from.
    pub(crate) timelines: Vec<Timeline>,
    /// What was counted of streams, consumers, producers and tables.
    pub figures: Figures,
    /// What became of the scenario's alarms, where it has any.
    pub(crate) alarms: Option<AlarmsReport>,
    /// Length of the run.
    pub simulated_seconds: f64,
    /// How many events the run had, each hashed.
    pub events: u64,
}

/// A failure followed back: what happened before it that it follows from, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Timeline {
    /// The check's name or the expectation's text.
    pub(crate) of: String,
    /// The failure is the last.
    pub(crate) moments: Vec<Moment>,
}

/// How one `[[expect]]` of the scenario was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectationResult {
    /// The expectation as the user wrote it.
    pub text: String,
    /// Unknown when nothing in its window can be measured.
    pub verdict: Verdict,
    /// One sentence with the number that was found.
    pub detail: String,
    /// Whether it may have nothing to judge.
    pub(crate) if_any: bool,
}

/// How a run came out: its headline and its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CameOut {
    /// Everything held.
    Pass,
    /// What the scenario says will fail has failed, and nothing else.
    FailAsDeclared,
    /// Something failed.
    Fail,
    /// The scenario says what will fail, and something else came out.
    NotAsDeclared,
    /// Something that was asked for could not be judged or was not done.
    Unknown,
}

impl CameOut {
    /// The first words of a report.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::FailAsDeclared => "fail as declared",
            Self::Fail => "fail",
            Self::NotAsDeclared => "not as declared",
            Self::Unknown => "unknown",
        }
    }
    /// The verdict that has this colour.
    const fn colour(self) -> Verdict {
        match self {
            Self::Pass | Self::FailAsDeclared => Verdict::Pass,
            Self::Fail | Self::NotAsDeclared => Verdict::Fail,
            Self::Unknown => Verdict::Unknown,
        }
    }
}

impl RunReport {
    /// How the run came out.
    pub(crate) fn came_out(&self) -> CameOut {
        match (self.verdict, self.declared_failing.is_empty(), self.is_as_declared) {
            (Verdict::Unknown, ..) => CameOut::Unknown,
            (Verdict::Pass, true, _) => CameOut::Pass,
            (Verdict::Fail, true, _) => CameOut::Fail,
            (_, false, true) => CameOut::FailAsDeclared,
            (_, false, false) => CameOut::NotAsDeclared,
        }
    }
    /// What repeats the run: a command, or with code of the user's own the beginning of a test.
    pub(crate) fn reproducing_line(&self) -> String {
        if let Some(again) = &self.again {
            return again.clone();
        }
        if self.has_code {
            return format!("Simulation::from_scenario({:?})?.seed({})", self.source, self.seed);
        }
        let which = Which { is_swarm: self.swarm.is_some(), bug: self.asked_bug, ..Which::default() };
        format!("kinesim run {}{} --seed {}", shell_word(&self.source), which.flags(), self.seed)
    }
}

/// The text as one word of a POSIX shell.
pub(crate) fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_string();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The word for a verdict.
pub(crate) const fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Unknown => "unknown",
        Verdict::Fail => "fail",
    }
}
