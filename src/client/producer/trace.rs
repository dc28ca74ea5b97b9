//! Traffic from trace files: CSV in three forms that the header tells apart.
//!
//! | header | a row is | keys and sizes |
//! |---|---|---|
//! | `offset_ms,partition_key,size_bytes` | one record | in the file |
//! | `timestamp,KEY1,KEY2,...` | how many records each key has in the interval that begins then | sizes from settings |
//! | `timestamp,value` | how many records there are in the interval that begins then | both from settings |
//!
//! An interval lasts until the next row; the last one is as long as the one before it. An empty count is 0.
//! Kept in memory is the file, not the records: those are made when they are due ([`super::replay`]). Metrics of
//! CloudWatch become counts as well (`exported`).
//! Not modelled: when within its interval a record really came; they are spread evenly.

mod error;
mod exported;
mod read;

use std::collections::BTreeMap;
use std::path::Path;

pub use error::TraceError;
pub(crate) use read::{Form, Row, RowReader};

use crate::aws::kinesis::capacity::WriteLoad;
use crate::base::partition_key::SALT;
use crate::base::{HashKeyRange, PartitionKey};
use crate::metrics::Observed;

/// A trace that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    pub(super) rows: Rows,
    /// What became of the traffic, where the file tells.
    pub(crate) told: Option<Told>,
}

/// What metrics tell besides the traffic.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    /// The begin of the first interval.
    pub(crate) from: String,
    /// Length of a datapoint.
    pub(crate) period_ms: u64,
    /// Length of all.
    pub(crate) length_ms: u64,
    /// How many are missing, and count as nothing.
    pub(crate) missing: usize,
    /// Whether seconds are those of the metrics: evenly spread.
    pub(crate) is_even: bool,
    /// Number of shards, where the metrics are theirs.
    pub(crate) shards: Option<usize>,
    /// Throttles and ages.
    pub(crate) observed: Observed,
}

/// The rows of a trace.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rows {
    /// A row per record, in order of time.
    Records { keys: Vec<PartitionKey>, records: Vec<TracedRecord> },
    /// Counts per interval.
    Counts(Counts),
}

/// Counts per interval: a row of counts for each start.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Counts {
    /// Whose they are.
    pub(super) of: Columns,
    pub(super) starts_ms: Vec<u64>,
    /// The end of the last interval.
    pub(super) end_ms: u64,
    pub(super) counts: Vec<u64>,
    /// The bytes of each count, keys included, where they are known.
    pub(super) bytes: Option<Vec<u64>>,
}

/// What the columns of counts are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Columns {
    /// One column, whose keys are drawn.
    Drawn,
    /// A key each.
    Keys(Vec<PartitionKey>),
    /// A part of the hash key space each.
    Ranges(Vec<HashKeyRange>),
}

impl Columns {
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Drawn => 1,
            Self::Keys(keys) => keys.len(),
            Self::Ranges(ranges) => ranges.len(),
        }
    }
}

impl Counts {
    /// The end of an interval.
    pub(super) fn interval_end_ms(&self, row: usize) -> u64 {
        self.starts_ms.get(row + 1).copied().unwrap_or(self.end_ms)
    }
    /// The counts of a row.
    pub(super) fn row(&self, row: usize) -> &[u64] {
        let columns = self.of.count();
        &self.counts[row * columns..][..columns]
    }
}

/// A record of a trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TracedRecord {
    pub(crate) offset_ms: u64,
    /// Number in the list of keys.
    pub key: u32,
    pub size_bytes: u32,
}

/// A part of a trace as rates.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TraceFlow {
    /// Where its records go.
    pub(crate) spread: Spread,
    /// Mean bytes of the data in thousandths, when the trace has sizes of records.
    pub(crate) size_milli: Option<u64>,
    /// Its intervals.
    pub(crate) rows: Vec<FlowRow>,
}

/// Where the records of a part of a trace go.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Spread {
    /// To keys that are drawn.
    Drawn,
    /// To these keys, by their weights.
    Keys(Vec<(PartitionKey, u64)>),
    /// Evenly over a part of the hash key space.
    Range(HashKeyRange),
}

/// An interval of a part of a trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct FlowRow {
    pub(crate) from_ms: u64,
    pub(crate) to_ms: u64,
    pub(crate) records: u64,
    /// Their bytes with keys, where the trace counts them.
    pub(crate) bytes: Option<u64>,
}

/// The records of one key of a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyCount {
    /// The key; `None` when the trace has no keys.
    pub key: Option<PartitionKey>,
    /// Number of records.
    pub records: u64,
    /// The most in one row.
    pub peak: u64,
}

impl Trace {
    /// Reads the trace file at `path`.
    ///
    /// # Errors
    /// What is wrong with the file, and on which line.
    pub fn read(path: &Path) -> Result<Self, TraceError> {
        let bytes = std::fs::read(path)
            .map_err(|error| TraceError::Unreadable(format!("{}: {error}", path.display()).into()))?;
        Self::parse(&bytes)
    }

    /// Reads a trace from the bytes of a CSV file.
    ///
    /// # Errors
    /// What is wrong with it, and on which line.
    pub fn parse(csv: &[u8]) -> Result<Self, TraceError> {
        let reader = RowReader::new(csv)?;
        let rows = match reader.form().clone() {
            Form::Records => records(reader)?,
            Form::Keys(keys) => Rows::Counts(counts(reader, Columns::Keys(keys))?),
            Form::Values => Rows::Counts(counts(reader, Columns::Drawn)?),
        };
        Ok(Self { rows, told: None })
    }

    /// The same with every key spread over `parts` keys in turn: `KEY#0`, `KEY#1`, ...; of counts each has an even
    /// part.
    ///
    /// # Errors
    /// A key is too long to be spread.
    pub(crate) fn salted(self, parts: u32) -> Result<Self, TraceError> {
        let parts = parts.max(1) as usize;
        if parts == 1 {
            return Ok(self);
        }
        let spread = |keys: &[PartitionKey]| {
            let names = keys.iter().flat_map(|key| (0..parts).map(move |part| format!("{key}{SALT}{part}")));
            names.map(|name| read::partition_key(&name, 1)).collect::<Result<Vec<_>, _>>()
        };
        let rows = match self.rows {
            Rows::Records { keys, mut records } => {
                let mut turns = vec![0; keys.len()];
                for record in &mut records {
                    let turn = &mut turns[record.key as usize];
                    record.key = record.key * parts as u32 + *turn;
                    *turn = (*turn + 1) % parts as u32;
                }
                Rows::Records { keys: spread(&keys)?, records }
            }
            Rows::Counts(Counts { of: Columns::Keys(keys), starts_ms, end_ms, counts, bytes }) => {
                let columns = keys.len();
                // Who has one more than the others goes round with the rows.
                let part = |(at, count): (usize, &u64)| {
                    let (count, all, row) = (*count, parts as u64, (at / columns) as u64);
                    (0..all).map(move |part| count / all + u64::from((part + row) % all < count % all))
                };
                let counts = counts.iter().enumerate().flat_map(part).collect();
                Rows::Counts(Counts { of: Columns::Keys(spread(&keys)?), starts_ms, end_ms, counts, bytes })
            }
            other @ Rows::Counts(_) => other,
        };
        Ok(Self { rows, ..self })
    }

    /// Number of rows after the header.
    pub fn rows(&self) -> usize {
        match &self.rows {
            Rows::Records { records, .. } => records.len(),
            Rows::Counts(counts) => counts.starts_ms.len(),
        }
    }
    /// Number of records, before any scaling.
    pub fn records(&self) -> u64 {
        match &self.rows {
            Rows::Records { records, .. } => records.len() as u64,
            Rows::Counts(counts) => counts.counts.iter().sum(),
        }
    }
    /// How the records are shared among keys, in the order of columns or of first appearance.
    pub fn counts_by_key(&self) -> Vec<KeyCount> {
        let (keys, counts): (Vec<_>, Vec<_>) = match &self.rows {
            Rows::Records { keys, records } => {
                let mut counts = vec![(0, 1); keys.len()];
                records.iter().for_each(|record| counts[record.key as usize].0 += 1);
                (keys.iter().cloned().map(Some).collect(), counts)
            }
            Rows::Counts(of) => {
                let columns = of.of.count();
                let column = |c: usize| of.counts.iter().skip(c).step_by(columns);
                let total_and_peak = |c| (column(c).sum(), column(c).max().map_or(0, |n| *n));
                let keys = match &of.of {
                    Columns::Keys(keys) => keys.iter().cloned().map(Some).collect(),
                    Columns::Drawn | Columns::Ranges(_) => vec![None; columns],
                };
                (keys, (0..columns).map(total_and_peak).collect())
            }
        };
        keys.into_iter().zip(counts).map(|(key, (records, peak))| KeyCount { key, records, peak }).collect()
    }
    /// Returns whether partition keys come from the trace.
    pub fn has_keys(&self) -> bool {
        match &self.rows {
            Rows::Records { .. } => true,
            Rows::Counts(counts) => matches!(counts.of, Columns::Keys(_)),
        }
    }
    /// Returns whether sizes come from the trace.
    pub fn has_sizes(&self) -> bool {
        match &self.rows {
            Rows::Records { .. } => true,
            Rows::Counts(counts) => counts.bytes.is_some(),
        }
    }
    /// From the first record or interval to the end of the last, in milliseconds, before any change of speed.
    pub fn length_ms(&self) -> u64 {
        match &self.rows {
            Rows::Records { records, .. } => records.last().map_or(0, |last| last.offset_ms),
            Rows::Counts(counts) => counts.end_ms,
        }
    }
    /// The load of the busiest interval, or of the busiest second where the trace has records; `record_bytes` are those
    /// of a record where the trace has none.
    pub(crate) fn highest(&self, record_bytes: f64) -> WriteLoad {
        let mut highest = WriteLoad::default();
        let mut see = |records: u64, bytes: f64, length_ms: u64| {
            let per_s = 1000.0 / length_ms.max(1) as f64;
            highest.records_per_s = highest.records_per_s.max(records as f64 * per_s);
            highest.bytes_per_s = highest.bytes_per_s.max(bytes * per_s);
        };
        match &self.rows {
            Rows::Records { records, .. } => {
                let (mut second, mut count, mut bytes) = (0, 0, 0);
                for record in records {
                    if record.offset_ms / 1000 != second {
                        see(count, bytes as f64, 1000);
                        (second, count, bytes) = (record.offset_ms / 1000, 0, 0);
                    }
                    (count, bytes) = (count + 1, bytes + u64::from(record.size_bytes));
                }
                see(count, bytes as f64, 1000);
            }
            Rows::Counts(counts) => {
                let columns = counts.of.count();
                for row in 0..counts.starts_ms.len() {
                    let records: u64 = counts.row(row).iter().sum();
                    let bytes =
                        counts.bytes.as_ref().map(|bytes| bytes[row * columns..][..columns].iter().sum::<u64>());
                    let bytes = bytes.map_or(records as f64 * record_bytes, |bytes| bytes as f64);
                    see(records, bytes, counts.interval_end_ms(row) - counts.starts_ms[row]);
                }
            }
        }
        highest
    }
    /// The trace as rates: for each spread of keys its counts over time. A row per record becomes counts a second.
    pub(crate) fn flows(&self) -> Vec<TraceFlow> {
        match &self.rows {
            Rows::Records { keys, records } => {
                let mut weights: Vec<(PartitionKey, u64)> = keys.iter().map(|key| (key.clone(), 0)).collect();
                let (mut seconds, mut bytes): (BTreeMap<u64, u64>, u64) = (BTreeMap::new(), 0);
                for record in records {
                    weights[record.key as usize].1 += 1;
                    *seconds.entry(record.offset_ms / 1000).or_default() += 1;
                    bytes += u64::from(record.size_bytes);
                }
                let row = |(second, records): (u64, u64)| {
                    let from_ms = second * 1000;
                    FlowRow { from_ms, to_ms: from_ms + 1000, records, bytes: None }
                };
                let rows = seconds.into_iter().map(row).collect();
                let size_milli = Some(bytes * 1000 / (records.len() as u64).max(1));
                vec![TraceFlow { spread: Spread::Keys(weights), size_milli, rows }]
            }
            Rows::Counts(counts) => {
                let columns = counts.of.count();
                let flow = |column: usize| {
                    let row = |row: usize| FlowRow {
                        from_ms: counts.starts_ms[row],
                        to_ms: counts.interval_end_ms(row),
                        records: counts.counts[row * columns + column],
                        bytes: counts.bytes.as_ref().map(|bytes| bytes[row * columns + column]),
                    };
                    let spread = match &counts.of {
                        Columns::Drawn => Spread::Drawn,
                        Columns::Keys(keys) => Spread::Keys(vec![(keys[column].clone(), 1)]),
                        Columns::Ranges(ranges) => Spread::Range(ranges[column]),
                    };
                    let rows = (0..counts.starts_ms.len()).map(row).collect();
                    TraceFlow { spread, size_milli: None, rows }
                };
                (0..columns).map(flow).collect()
            }
        }
    }
}

fn records(mut reader: RowReader<&[u8]>) -> Result<Rows, TraceError> {
    let (mut keys, mut numbers) = (Vec::new(), BTreeMap::new());
    let mut records: Vec<TracedRecord> = Vec::new();
    while let Some(row) = reader.next()? {
        let Row::Record { line, offset_ms, key, size_bytes } = row else { unreachable!("a row is of its form") };
        let key = match numbers.get(key) {
            Some(number) => *number,
            None => {
                keys.push(read::partition_key(key, line)?);
                numbers.insert(key.to_owned(), keys.len() as u32 - 1);
                keys.len() as u32 - 1
            }
        };
        records.push(TracedRecord { offset_ms, key, size_bytes });
    }
    if records.is_empty() {
        return Err(TraceError::TooShort);
    }
    Ok(Rows::Records { keys, records })
}

fn counts(mut reader: RowReader<&[u8]>, of: Columns) -> Result<Counts, TraceError> {
    let (mut starts_ms, mut all) = (Vec::new(), Vec::new());
    while let Some(row) = reader.next()? {
        let Row::Interval { start_ms, counts } = row else { unreachable!("a row is of its form") };
        starts_ms.push(start_ms);
        all.extend(counts.iter().map(|count| u64::from(*count)));
    }
    let [.., before, last] = starts_ms[..] else { return Err(TraceError::TooShort) };
    Ok(Counts { of, end_ms: 2 * last - before, starts_ms, counts: all, bytes: None })
}

#[cfg(test)]
mod tests;
