//! The rows of a trace file, one after the other; memory is for one row, however long the file is.

use std::io::Read;

use super::TraceError;
use crate::base::PartitionKey;

/// What the header says that a row is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Form {
    /// One record.
    Records,
    /// Counts of these keys in an interval.
    Keys(Vec<PartitionKey>),
    /// A count in an interval.
    Values,
}

/// A row.
#[derive(Debug, PartialEq)]
pub(crate) enum Row<'a> {
    /// One record.
    Record {
        /// From 1, the header's.
        line: u64,
        offset_ms: u64,
        /// As it stands there.
        key: &'a str,
        size_bytes: u32,
    },
    /// Counts in the interval that begins then, until the next row.
    Interval {
        /// From the first row on.
        start_ms: u64,
        /// One for each column.
        counts: &'a [u32],
    },
}

/// Reads a trace row by row.
pub(crate) struct RowReader<R> {
    csv: csv::Reader<R>,
    form: Form,
    header: csv::StringRecord,
    row: csv::StringRecord,
    first: Option<jiff::civil::DateTime>,
    before_ms: Option<u64>,
    counts: Vec<u32>,
}

impl<R: Read> RowReader<R> {
    /// Begins to read.
    ///
    /// # Errors
    /// The header is none of a trace.
    pub(crate) fn new(from: R) -> Result<Self, TraceError> {
        let mut csv = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(from);
        let header = csv.headers().map_err(malformed)?.clone();
        let names: Vec<&str> = header.iter().collect();
        let form = match names[..] {
            ["offset_ms", "partition_key", "size_bytes"] => Form::Records,
            ["timestamp", "value"] => Form::Values,
            ["timestamp", _, ..] => {
                let keys: Result<_, _> = names[1..].iter().map(|name| partition_key(name, 1)).collect();
                Form::Keys(keys?)
            }
            _ => return Err(TraceError::UnknownHeader(names.join(",").into())),
        };
        let row = csv::StringRecord::new();
        Ok(Self { csv, form, header, row, first: None, before_ms: None, counts: Vec::new() })
    }

    /// What a row is.
    pub(crate) fn form(&self) -> &Form {
        &self.form
    }

    /// The next row.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>, TraceError> {
        if !self.csv.read_record(&mut self.row).map_err(malformed)? {
            return Ok(None);
        }
        let line = self.row.position().map_or(0, csv::Position::line);
        if self.form == Form::Records {
            return self.record(line).map(Some);
        }
        let at: jiff::civil::DateTime =
            self.row[0].parse().map_err(|_| TraceError::BadTimestamp { line, found: self.row[0].into() })?;
        let since_first = at.duration_since(*self.first.get_or_insert(at)).as_millis();
        let start_ms = u64::try_from(since_first).map_err(|_| TraceError::OutOfOrder { line })?;
        if self.before_ms.is_some_and(|before| before >= start_ms) {
            return Err(TraceError::OutOfOrder { line });
        }
        self.before_ms = Some(start_ms);
        self.counts.clear();
        for column in 1..self.header.len() {
            let count = whole_number_or_empty(&self.row[column], &self.header[column], line)?;
            self.counts.push(count);
        }
        Ok(Some(Row::Interval { start_ms, counts: &self.counts }))
    }

    fn record(&mut self, line: u64) -> Result<Row<'_>, TraceError> {
        let offset_ms = whole_number(&self.row[0], u64::MAX >> 24, "offset_ms", line)?;
        let key = &self.row[1];
        if !PartitionKey::is_right(key) {
            return Err(TraceError::BadKey { line, found: key.into() });
        }
        let size_bytes = whole_number(&self.row[2], u64::from(u32::MAX), "size_bytes", line)? as u32;
        if self.before_ms.is_some_and(|before| before > offset_ms) {
            return Err(TraceError::OutOfOrder { line });
        }
        self.before_ms = Some(offset_ms);
        Ok(Row::Record { line, offset_ms, key, size_bytes })
    }
}

fn malformed(error: csv::Error) -> TraceError {
    let line = error.position().map_or(1, csv::Position::line);
    TraceError::Malformed { line, problem: error.to_string().into() }
}

/// The key with this text.
pub(super) fn partition_key(text: &str, line: u64) -> Result<PartitionKey, TraceError> {
    PartitionKey::new(text).map_err(|_| TraceError::BadKey { line, found: text.into() })
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
