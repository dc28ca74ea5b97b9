//! The metrics that alarms can look at, under CloudWatch's names, and whose they are.

use std::fmt;

use crate::base::{ShardId, StreamName, TableName};
use crate::measure::cloudwatch::{consumer, stream, table};

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Metric {
    /// GetRecords calls: 1 that was answered, 0 that was refused.
    GetRecordsSuccess,
    /// Age of the last record of each answer of GetRecords.
    IteratorAge,
    /// Bytes of each record acknowledged.
    IncomingBytes,
    /// Records acknowledged.
    IncomingRecords,
    /// GetRecords calls: 1 that was throttled, 0 that was answered.
    ReadThrottled,
    /// Records put: 1 that was throttled, 0 that was acknowledged.
    WriteThrottled,
    /// Iterators that were too old.
    ExpiredIterator,
    /// Leases lost.
    LostLeases,
    /// How far each answer was behind the newest record.
    BehindLatest,
    /// Records of each batch processed.
    RecordsProcessed,
    /// Conditional writes whose condition was false.
    ConditionsFailed,
    /// Read units of each request.
    ReadUnits,
    /// Write units of each request.
    WriteUnits,
    /// Reads throttled.
    TableReadThrottled,
    /// Writes throttled.
    TableWriteThrottled,
}

/// Whose metric an alarm looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// A stream's, of all its shards.
    Stream(StreamName),
    /// A shard's: enhanced shard-level monitoring.
    Shard(StreamName, ShardId),
    /// A consumer's.
    Consumer(String),
    /// A table's.
    Table(TableName),
}

impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(name) => write!(f, "stream {name}"),
            Self::Shard(name, shard) => write!(f, "{shard} of stream {name}"),
            Self::Consumer(name) => write!(f, "consumer {name}"),
            Self::Table(name) => write!(f, "table {name}"),
        }
    }
}

/// The key that says whose a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dimension {
    /// `stream`, and `shard`.
    Stream,
    /// `consumer`.
    Consumer,
    /// `table`.
    Table,
}

const STREAM: Dimension = Dimension::Stream;
const CONSUMER: Dimension = Dimension::Consumer;
const TABLE: Dimension = Dimension::Table;
const METRICS: &[(Metric, Dimension, &str)] = &[
    (Metric::GetRecordsSuccess, STREAM, stream::GET_RECORDS_SUCCESS.name),
    (Metric::IteratorAge, STREAM, consumer::ITERATOR_AGE.name),
    (Metric::IncomingBytes, STREAM, stream::INCOMING_BYTES.name),
    (Metric::IncomingRecords, STREAM, stream::INCOMING_RECORDS.name),
    (Metric::ReadThrottled, STREAM, stream::READ_THROTTLED.name),
    (Metric::WriteThrottled, STREAM, stream::WRITE_THROTTLED.name),
    (Metric::ExpiredIterator, CONSUMER, consumer::ITERATORS_EXPIRED.name),
    (Metric::LostLeases, CONSUMER, consumer::LOST_LEASES.name),
    (Metric::BehindLatest, CONSUMER, consumer::BEHIND_LATEST.name),
    (Metric::RecordsProcessed, CONSUMER, consumer::RECORDS_PROCESSED.name),
    (Metric::ConditionsFailed, TABLE, table::CONDITIONS_FAILED.name),
    (Metric::ReadUnits, TABLE, table::READ_UNITS.name),
    (Metric::WriteUnits, TABLE, table::WRITE_UNITS.name),
    (Metric::TableReadThrottled, TABLE, table::READ_THROTTLED.name),
    (Metric::TableWriteThrottled, TABLE, table::WRITE_THROTTLED.name),
];
/// A shard's name for what a stream has under another.
const OF_SHARD: &str = "IteratorAgeMilliseconds";

/// The names of all metrics.
pub(crate) fn metric_names() -> impl Iterator<Item = &'static str> {
    METRICS.iter().map(|(.., name)| *name)
}

/// The metric of this name.
pub(crate) fn metric(name: &str) -> Option<Metric> {
    let name = if name == OF_SHARD { Metric::IteratorAge.name() } else { name };
    METRICS.iter().find(|(.., known)| *known == name).map(|(metric, ..)| *metric)
}

impl Dimension {
    /// What it is called in sentences.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Stream => "stream",
            Self::Consumer => "consumer",
            Self::Table => "table",
        }
    }
}

impl Metric {
    /// CloudWatch's name, a stream's where shards have another.
    pub(crate) fn name(self) -> &'static str {
        self.row().1
    }
    /// Whose it is.
    pub(crate) fn dimension(self) -> Dimension {
        self.row().0
    }
    fn row(self) -> (Dimension, &'static str) {
        let row = METRICS.iter().find(|(metric, ..)| *metric == self);
        row.map(|(_, dimension, name)| (*dimension, *name)).unwrap_or_else(|| unreachable!("every metric has a row"))
    }
}
