//! Traffic from trace files: CSV in three forms that the header tells apart.
//!
//! | header | a row is | keys and sizes |
//! |---|---|---|
//! | `offset_ms,partition_key,size_bytes` | one record | in the file |
//! | `timestamp,KEY1,KEY2,...` | how many records each key has in the interval that begins then | sizes from settings |
//! | `timestamp,value` | how many records there are in the interval that begins then | both from settings |
//!
//! An interval lasts until the next row; the last one is as long as the one before it. An empty count is 0.
//! Kept in memory is the file, not the records: those are made when they are due ([`super::replay`]).
//! Not modelled: when within its interval a record really came; they are spread evenly.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crate::base::PartitionKey;

/// A trace that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    pub(super) rows: Rows,
}

/// The rows of a trace.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rows {
    /// A row per record, in order of time.
    Records { keys: Vec<PartitionKey>, records: Vec<TracedRecord> },
    /// Counts per interval: `starts_ms.len()` rows of `columns` counts.
    Counts {
        /// Keys of the columns; `None` for the one column without a key.
        keys: Option<Vec<PartitionKey>>,
        columns: usize,
        starts_ms: Vec<u64>,
        counts: Vec<u32>,
    },
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
    /// Its keys with their weights; none when the trace has none.
    pub(crate) keys: Vec<(PartitionKey, u64)>,
    /// Mean bytes of the data in thousandths, when the trace has sizes.
    pub(crate) size_milli: Option<u64>,
    /// Starts and ends in milliseconds, and the records between.
    pub(crate) rows: Vec<(u64, u64, u64)>,
}

/// The records of one key of a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyCount {
    /// The key; `None` when the trace has no keys.
    pub key: Option<PartitionKey>,
    /// Number of records.
    pub records: u64,
    /// The most in one row.
    pub peak: u32,
}

/// Why a file is not a trace. Lines are counted from 1, the header's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceError {
    /// The file cannot be read.
    Unreadable(Box<str>),
    /// The header is none of the three.
    UnknownHeader(Box<str>),
    /// Not CSV, not UTF-8, or a row with another number of columns than the header.
    Malformed {
        /// Line.
        line: u64,
        /// What the CSV reader says.
        problem: Box<str>,
    },
    /// Not a timestamp.
    BadTimestamp {
        /// Line.
        line: u64,
        /// What stands there.
        found: Box<str>,
    },
    /// Not a whole number, or one that is too large.
    BadNumber {
        /// Line.
        line: u64,
        /// Column.
        column: Box<str>,
        /// What stands there.
        found: Box<str>,
    },
    /// Not a partition key.
    BadKey {
        /// Line.
        line: u64,
        /// What stands there.
        found: Box<str>,
    },
    /// A row that is earlier than the one before, or an interval that begins with the one before.
    OutOfOrder {
        /// Line.
        line: u64,
    },
    /// No records, or a single interval.
    TooShort,
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(problem) => write!(f, "cannot read the trace: {problem}"),
            Self::UnknownHeader(found) => write!(
                f,
                "line 1: the header {found:?} is none of `offset_ms,partition_key,size_bytes`, `timestamp,value` \
                 and `timestamp,KEY1,KEY2,...`; write one of them as the first line"
            ),
            Self::Malformed { line, problem } => {
                write!(f, "line {line}: {problem}; give every row as many comma-separated fields as the header")
            }
            Self::BadTimestamp { line, found } => {
                write!(f, "line {line}: {found:?} is not a timestamp; write it like 2015-02-26 21:42:53")
            }
            Self::BadNumber { line, column, found } => write!(
                f,
                "line {line}, column {column}: {found:?} is not a whole number from 0 to 4294967295; \
                 write it like 94 or 94.0"
            ),
            Self::BadKey { line, found } => {
                write!(f, "line {line}: {found:?} is not a partition key; it must have 1 to 256 characters")
            }
            Self::OutOfOrder { line } => {
                write!(f, "line {line}: the row is not later than the one before; sort the file by its first column")
            }
            Self::TooShort => f.write_str(
                "the trace has too few rows; give at least one record, or two intervals (an interval lasts until \
                 the next row)",
            ),
        }
    }
}
impl std::error::Error for TraceError {}

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
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(csv);
        let header = reader.headers().map_err(malformed)?.clone();
        let names: Vec<&str> = header.iter().collect();
        let rows = match names[..] {
            ["offset_ms", "partition_key", "size_bytes"] => parse_records(&mut reader)?,
            ["timestamp", "value"] => parse_counts(&mut reader, &header, None)?,
            ["timestamp", _, ..] => {
                let keys: Result<_, _> = names[1..].iter().map(|name| partition_key(name, 1)).collect();
                parse_counts(&mut reader, &header, Some(keys?))?
            }
            _ => return Err(TraceError::UnknownHeader(names.join(",").into())),
        };
        Ok(Self { rows })
    }

    /// Number of rows after the header.
    pub fn rows(&self) -> usize {
        match &self.rows {
            Rows::Records { records, .. } => records.len(),
            Rows::Counts { starts_ms, .. } => starts_ms.len(),
        }
    }
    /// Number of records, before any scaling.
    pub fn records(&self) -> u64 {
        match &self.rows {
            Rows::Records { records, .. } => records.len() as u64,
            Rows::Counts { counts, .. } => counts.iter().map(|n| u64::from(*n)).sum(),
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
            Rows::Counts { keys, columns, counts, .. } => {
                let column = |c: usize| counts.iter().skip(c).step_by(*columns);
                let total_and_peak = |c| (column(c).map(|n| u64::from(*n)).sum(), column(c).max().map_or(0, |n| *n));
                let keys = keys.as_ref().map_or(vec![None], |keys| keys.iter().cloned().map(Some).collect());
                (keys, (0..*columns).map(total_and_peak).collect())
            }
        };
        keys.into_iter().zip(counts).map(|(key, (records, peak))| KeyCount { key, records, peak }).collect()
    }
    /// Returns whether partition keys come from the trace.
    pub fn has_keys(&self) -> bool {
        matches!(self.rows, Rows::Records { .. } | Rows::Counts { keys: Some(_), .. })
    }
    /// Returns whether sizes come from the trace.
    pub fn has_sizes(&self) -> bool {
        matches!(self.rows, Rows::Records { .. })
    }
    /// From the first record or interval to the end of the last, in milliseconds, before any change of speed.
    pub fn length_ms(&self) -> u64 {
        match &self.rows {
            Rows::Records { records, .. } => records.last().map_or(0, |last| last.offset_ms),
            Rows::Counts { starts_ms, .. } => self.interval_end_ms(starts_ms.len() - 1),
        }
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
                let rows = seconds.into_iter().map(|(second, count)| (second * 1000, second * 1000 + 1000, count));
                let size_milli = Some(bytes * 1000 / (records.len() as u64).max(1));
                vec![TraceFlow { keys: weights, size_milli, rows: rows.collect() }]
            }
            Rows::Counts { keys, columns, starts_ms, counts } => {
                let flow = |column: usize| {
                    let rows = (0..starts_ms.len()).map(|row| {
                        (starts_ms[row], self.interval_end_ms(row), u64::from(counts[row * columns + column]))
                    });
                    let keys = keys.iter().map(|keys| (keys[column].clone(), 1)).collect();
                    TraceFlow { keys, size_milli: None, rows: rows.collect() }
                };
                (0..*columns).map(flow).collect()
            }
        }
    }
    /// The end of an interval of a trace of counts.
    pub(super) fn interval_end_ms(&self, row: usize) -> u64 {
        let Rows::Counts { starts_ms, .. } = &self.rows else { unreachable!("only counts have intervals") };
        match starts_ms.get(row + 1) {
            Some(next) => *next,
            None => 2 * starts_ms[row] - starts_ms[row - 1],
        }
    }
}

fn parse_records(reader: &mut csv::Reader<&[u8]>) -> Result<Rows, TraceError> {
    let (mut keys, mut numbers) = (Vec::new(), BTreeMap::new());
    let mut records: Vec<TracedRecord> = Vec::new();
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row).map_err(malformed)? {
        let line = line_of(&row);
        let offset_ms = whole_number(&row[0], u64::MAX >> 24, "offset_ms", line)?;
        let key = match numbers.get(&row[1]) {
            Some(number) => *number,
            None => {
                keys.push(partition_key(&row[1], line)?);
                numbers.insert(row[1].to_owned(), keys.len() as u32 - 1);
                keys.len() as u32 - 1
            }
        };
        let size_bytes = whole_number(&row[2], u64::from(u32::MAX), "size_bytes", line)? as u32;
        if records.last().is_some_and(|before| before.offset_ms > offset_ms) {
            return Err(TraceError::OutOfOrder { line });
        }
        records.push(TracedRecord { offset_ms, key, size_bytes });
    }
    if records.is_empty() {
        return Err(TraceError::TooShort);
    }
    Ok(Rows::Records { keys, records })
}

fn parse_counts(
    reader: &mut csv::Reader<&[u8]>,
    header: &csv::StringRecord,
    keys: Option<Vec<PartitionKey>>,
) -> Result<Rows, TraceError> {
    let columns = header.len() - 1;
    let (mut starts_ms, mut counts) = (Vec::new(), Vec::new());
    let mut first = None;
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row).map_err(malformed)? {
        let line = line_of(&row);
        let at = timestamp(&row[0], line)?;
        let since_first = at.duration_since(*first.get_or_insert(at)).as_millis();
        let Ok(start_ms) = u64::try_from(since_first) else { return Err(TraceError::OutOfOrder { line }) };
        if starts_ms.last().is_some_and(|before| *before >= start_ms) {
            return Err(TraceError::OutOfOrder { line });
        }
        starts_ms.push(start_ms);
        for column in 1..=columns {
            let count = whole_number_or_empty(&row[column], &header[column], line)?;
            counts.push(count);
        }
    }
    if starts_ms.len() < 2 {
        return Err(TraceError::TooShort);
    }
    Ok(Rows::Counts { keys, columns, starts_ms, counts })
}

fn malformed(error: csv::Error) -> TraceError {
    let line = error.position().map_or(1, csv::Position::line);
    TraceError::Malformed { line, problem: error.to_string().into() }
}

fn line_of(row: &csv::StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}

fn partition_key(text: &str, line: u64) -> Result<PartitionKey, TraceError> {
    PartitionKey::new(text).map_err(|_| TraceError::BadKey { line, found: text.into() })
}

fn timestamp(text: &str, line: u64) -> Result<jiff::civil::DateTime, TraceError> {
    text.parse().map_err(|_| TraceError::BadTimestamp { line, found: text.into() })
}

fn whole_number_or_empty(text: &str, column: &str, line: u64) -> Result<u32, TraceError> {
    if text.is_empty() { Ok(0) } else { Ok(whole_number(text, u64::from(u32::MAX), column, line)? as u32) }
}

/// A whole number up to `max`; `94.0` is one, as spreadsheets and data frames write it.
fn whole_number(text: &str, max: u64, column: &str, line: u64) -> Result<u64, TraceError> {
    let digits = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|b| b == b'0') => whole,
        _ => text,
    };
    match digits.parse::<u64>() {
        Ok(number) if number <= max => Ok(number),
        _ => Err(TraceError::BadNumber { line, column: column.into(), found: text.into() }),
    }
}

#[cfg(test)]
mod tests;
