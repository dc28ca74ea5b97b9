//! What is left of a run.

use crate::measure::Series;
use crate::report::RunReport;

/// What a run leaves behind: for reports, for plots.
pub struct RunResult {
    /// Verdicts and figures, for every form of report.
    pub report: RunReport,
    /// Values over time, for plots; no report has them.
    pub series: Series,
}
