//! Traffic as metrics have it: what was put in each interval, and what became of it.

use crate::base::HashKeyRange;

/// Metrics of a stream, in equal intervals.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Metrics {
    /// The begin of the first interval, as `2026-03-02T10:00:00Z`.
    pub(crate) from: String,
    /// Length of an interval.
    pub(crate) period_ms: u64,
    /// Number of intervals.
    pub(crate) intervals: usize,
    /// Intervals of all columns without a datapoint, which count as nothing.
    pub(crate) missing: usize,
    /// What was put to each shard, or to the stream as a whole.
    pub(crate) columns: Vec<Column>,
    /// What came of it.
    pub(crate) observed: Observed,
}

/// What was put in each interval.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    /// The hash keys of the shard; of the whole stream when absent.
    pub(crate) range: Option<HashKeyRange>,
    /// Records of each interval.
    pub(crate) records: Vec<u64>,
    /// Their bytes, data and partition keys; empty when the file has none.
    pub(crate) bytes: Vec<u64>,
}

/// What became of the traffic, as far as the file tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Observed {
    /// Records that were accepted.
    pub(crate) records: u64,
    /// Records that were refused for throughput, each try counted.
    pub(crate) throttled: Option<u64>,
    /// The greatest iterator age.
    pub(crate) age_max_ms: Option<u64>,
}

impl Observed {
    /// The part of all tries that was refused, as a run reports it.
    pub(crate) fn throttled_percent(&self) -> Option<f64> {
        let throttled = self.throttled?;
        let all = (throttled + self.records).max(1);
        Some(100.0 * throttled as f64 / all as f64)
    }
}

impl Metrics {
    /// How long the metrics are.
    pub(crate) fn length_ms(&self) -> u64 {
        self.period_ms * self.intervals as u64
    }
}
