//! Why a file is no export of CloudWatch, and where.

use std::fmt;

/// What is wrong. Lines and columns are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MetricsError {
    /// Neither JSON nor CSV as it should be.
    Malformed { line: usize, column: usize, problem: String },
    /// JSON that none of the commands prints.
    UnknownDocument { line: usize },
    /// Timestamps and values of a series that do not pair up.
    Unpaired { line: usize, series: String, timestamps: usize, values: usize },
    /// A datapoint that cannot be used.
    BadPoint { line: usize, series: String, number: usize, problem: String },
    /// Two values for one instant.
    TwoValues { line: usize, other: usize, series: String, at: String },
    /// A distance between datapoints that is no multiple of the period.
    Uneven { line: usize, series: String, at: String, apart_ms: u64, period_ms: u64 },
    /// One of the two incoming metrics has a datapoint where the other has none.
    Half { line: usize, has: String, lacks: String, at: String },
    /// No series of IncomingRecords.
    NoTraffic { found: Vec<String> },
    /// A single interval, whose length nothing tells.
    NoPeriod,
    /// No list of shards, or a shard without its range.
    NoShards { line: usize },
    /// Ranges that do not have every hash key once.
    NotTiled,
    /// Seconds of all shards are too many to keep.
    TooFine { seconds: u64 },
}

impl fmt::Display for MetricsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { line, column, problem } => write!(f, "line {line}, column {column}: {problem}"),
            Self::UnknownDocument { line } => write!(
                f,
                "line {line}: neither MetricDataResults nor Datapoints: save what `aws cloudwatch get-metric-data` or \
                 `get-metric-statistics` prints with --output json"
            ),
            Self::Unpaired { line, series, timestamps, values } => write!(
                f,
                "line {line}, {series}: {timestamps} timestamps and {values} values; each datapoint has one of both"
            ),
            Self::BadPoint { line, series, number, problem } => {
                write!(f, "line {line}, {series}, datapoint {number}: {problem}")
            }
            Self::TwoValues { line, other, series, at } => write!(
                f,
                "line {line}, {series}: another value for {at} than on line {other}; one file has one stream, and each \
                 metric once"
            ),
            Self::Uneven { line, series, at, apart_ms, period_ms } => write!(
                f,
                "line {line}, {series}: {at} lies {} s from another datapoint, which is no multiple of the period of \
                 {} s; export with one period",
                *apart_ms as f64 / 1000.0,
                *period_ms as f64 / 1000.0
            ),
            Self::Half { line, has, lacks, at } => write!(
                f,
                "line {line}: {has} has a datapoint at {at}, and {lacks} has none; export both for the same time"
            ),
            Self::NoTraffic { found } if found.is_empty() => {
                f.write_str("no IncomingRecords: export at least IncomingRecords, better IncomingBytes as well")
            }
            Self::NoTraffic { found } => write!(
                f,
                "no IncomingRecords: the file has {}; a label, an id or a column names the metric, and for a shard its \
                 id as well",
                found.join(", ")
            ),
            Self::NoPeriod => f.write_str(
                "one datapoint does not tell its period; export more, or write `period = \"1m\"` beside `file`",
            ),
            Self::NoShards { line } => write!(
                f,
                "line {line}: no shard with its HashKeyRange: save what `aws kinesis list-shards` prints with --output \
                 json"
            ),
            Self::NotTiled => f.write_str(
                "the open shards do not have every hash key once; list all of them, at one time (every page, no \
                 filter)",
            ),
            Self::TooFine { seconds } => write!(
                f,
                "{seconds} seconds of shards are too many to draw one by one; export the stream instead of its shards, \
                 or fewer days, or give `burstiness` as a factor"
            ),
        }
    }
}
impl std::error::Error for MetricsError {}
