//! Floor 3: CloudWatch metrics as people export them: the JSON of `aws cloudwatch get-metric-data` and of
//! `get-metric-statistics`, and CSV.
//!
//! What is read: IncomingRecords, IncomingBytes, WriteProvisionedThroughputExceeded and the iterator age, of a stream
//! or of its shards, with any period and in any order. Other metrics of the file are passed over.
//!
//! | file | what it does |
//! |---|---|
//! | `json`, `document` | what the AWS CLI prints: pages, series, datapoints, shards, each with its line |
//! | `table` | CSV |
//! | `name` | which metric of which shard a label or a column means |
//! | `series` | datapoints in order of time, without gaps |
//! | `traffic` | what comes of them |
//! | `burst` | seconds within an interval, which a metric does not have |
//!
//! Where a datapoint is missing nothing was put: CloudWatch has none then. Incoming metrics count what was accepted;
//! what was refused and never came again is in no metric. Not modelled: metric math, and percentiles.

pub(crate) mod burst;
mod document;
mod error;
mod json;
mod name;
mod series;
mod table;
#[cfg(test)]
mod tests;
mod traffic;

pub(crate) use self::burst::Burstiness;
pub(crate) use self::document::shard_ranges;
pub(crate) use self::error::MetricsError;
pub(crate) use self::traffic::{Metrics, Observed};

impl Metrics {
    /// Reads an exported file. `period_ms` is for files with too few datapoints to tell it.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub(crate) fn parse(text: &str, period_ms: Option<u64>) -> Result<Self, MetricsError> {
        let gathered = match text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']) {
            true => document::gather(text)?,
            false => table::gather(text)?,
        };
        gathered.metrics(period_ms)
    }
}
