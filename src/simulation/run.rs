//! The result of a run with applications.

use std::fmt;

use crate::check::Verdict;
use crate::measure::Series;
use crate::report::{RunReport, Style, text};
use crate::run::RunResult;

/// What a run with applications found, and the mistakes of the applications.
pub struct Run {
    /// Verdicts and figures, as the command line reports them.
    pub report: RunReport,
    /// Values over time, for plots; no report has them.
    pub series: Series,
    /// What applications did that no application may: panics, errors they ended with, records they made up. Each with
    /// its time and host.
    pub mistakes: Vec<String>,
}

impl Run {
    pub(super) fn new(result: RunResult, mistakes: Vec<String>) -> Self {
        Self { report: result.report, series: result.series, mistakes }
    }

    /// Returns whether every check and expectation held (or, in a scenario with `outcome = "fail"`, exactly those
    /// failed that it names), and no application made a mistake.
    pub fn has_passed(&self) -> bool {
        let held = self.report.is_as_declared && self.report.verdict != Verdict::Unknown;
        held && self.mistakes.is_empty()
    }

    /// The hash of all events: the same for the same scenario, seed and code.
    pub fn trace_hash(&self) -> u64 {
        self.report.trace_hash
    }

    /// Ends the test unless the run has passed.
    ///
    /// # Panics
    /// With the report, when it has not.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.has_passed(), "the run has not passed\n\n{self}");
    }
}

impl fmt::Display for Run {
    /// The report in words, the applications' mistakes, and the seed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::render(&self.report, Style::Plain))?;
        for mistake in &self.mistakes {
            writeln!(f, "  mistake  {mistake}")?;
        }
        write!(f, "seed {}, trace {:016x}", self.report.seed, self.report.trace_hash)
    }
}
