//! What is left of a run.

use crate::measure::Series;
use crate::report::RunReport;
use crate::report::sinks::LeftObject;

/// What a run leaves behind: for reports, for plots.
pub struct RunResult {
    /// Verdicts and figures, for every form of report.
    pub report: RunReport,
    /// Values over time, for plots; no report has them.
    pub series: Series,
    /// The objects in S3 at its end, in order of bucket and key; none of a run that is looked at before.
    pub(crate) objects: Vec<LeftObject>,
}
