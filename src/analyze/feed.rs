//! The rows of a trace, given on one by one: records, and what each key has of an interval.

use std::fmt;
use std::io::Read;

use crate::base::{HashKey, SimDuration, SimTime};
use crate::client::producer::trace::{Form, Row, RowReader, TraceError};

/// How a trace is taken.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Counts are multiplied by so many millionths; remainders are carried.
    pub(crate) scale_micro: u64,
    /// Bytes of a record's data, where the trace has none.
    pub(crate) record_bytes: u64,
    /// Keys that are counted.
    pub(crate) counters: usize,
}

/// Why a trace is not analyzed.
#[derive(Debug)]
pub(crate) enum AnalyzeError {
    /// It is no trace.
    Trace(TraceError),
    /// It has counts without keys.
    NoKeys,
}

impl fmt::Display for AnalyzeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trace(wrong) => wrong.fmt(f),
            Self::NoKeys => f.write_str(
                "`timestamp,value` has no keys, and hot keys are what is looked for: name a key in each column, or \
                 give a row for each record (offset_ms,partition_key,size_bytes)",
            ),
        }
    }
}
impl std::error::Error for AnalyzeError {}

impl From<TraceError> for AnalyzeError {
    fn from(wrong: TraceError) -> Self {
        Self::Trace(wrong)
    }
}

/// A key and where it goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'a> {
    pub(super) text: &'a str,
    pub(super) hash: HashKey,
}

/// Who is given the rows. Bytes are those of data and keys.
pub(super) trait Sink {
    /// A record.
    fn record(&mut self, at: SimTime, key: Key<'_>, bytes: u64);
    /// What a key has of an interval.
    fn part(&mut self, within: (SimTime, SimTime), key: Key<'_>, records: u64, bytes: u64);
    /// The interval is read.
    fn settle(&mut self, from: SimTime, to: SimTime);
}

const MICRO: u128 = 1_000_000;

/// What scaling has left over.
#[derive(Clone, Copy, Default)]
struct Carried(u128);

impl Carried {
    fn scaled(&mut self, count: u64, options: &Options) -> u64 {
        let micro = u128::from(count) * u128::from(options.scale_micro) + self.0;
        self.0 = micro % MICRO;
        (micro / MICRO) as u64
    }
}

/// Reads a trace and gives on what it has.
pub(super) fn feed(from: impl Read, options: &Options, sink: &mut impl Sink) -> Result<(), AnalyzeError> {
    let reader = RowReader::new(from)?;
    match reader.form().clone() {
        Form::Records => records(reader, options, sink),
        Form::Keys(keys) => {
            let keys: Vec<_> = keys.iter().map(|key| (key.as_str().to_owned(), key.hash_key())).collect();
            intervals(reader, &keys, options, sink)
        }
        Form::Values => Err(AnalyzeError::NoKeys),
    }
}

fn records(mut reader: RowReader<impl Read>, options: &Options, sink: &mut impl Sink) -> Result<(), AnalyzeError> {
    let (mut carried, mut found) = (Carried::default(), false);
    while let Some(row) = reader.next()? {
        let Row::Record { offset_ms, key, size_bytes, .. } = row else { unreachable!("a row is of its form") };
        let (at, bytes) = (SimTime::from_millis(offset_ms), u64::from(size_bytes) + key.len() as u64);
        let key = Key { text: key, hash: HashKey::of_partition_key(key) };
        (0..carried.scaled(1, options)).for_each(|_| sink.record(at, key, bytes));
        found = true;
    }
    if found { Ok(()) } else { Err(TraceError::TooShort.into()) }
}

fn intervals(
    mut reader: RowReader<impl Read>,
    keys: &[(String, HashKey)],
    options: &Options,
    sink: &mut impl Sink,
) -> Result<(), AnalyzeError> {
    let mut carried = vec![Carried::default(); keys.len()];
    let mut before: Option<u64> = None;
    let mut counts: Vec<u32> = Vec::new();
    let mut length = SimDuration::ZERO;
    let mut interval = |counts: &[u32], from: SimTime, to: SimTime| {
        for ((count, (text, hash)), carried) in counts.iter().zip(keys).zip(&mut carried) {
            let records = carried.scaled(u64::from(*count), options);
            if records > 0 {
                let bytes = records * (options.record_bytes + text.len() as u64);
                sink.part((from, to), Key { text, hash: *hash }, records, bytes);
            }
        }
        sink.settle(from, to);
    };
    // An interval ends where the next begins.
    while let Some(row) = reader.next()? {
        let Row::Interval { start_ms, counts: next } = row else { unreachable!("a row is of its form") };
        if let Some(before) = before {
            let (from, to) = (SimTime::from_millis(before), SimTime::from_millis(start_ms));
            interval(&counts, from, to);
            length = to.since(from);
        }
        before = Some(start_ms);
        counts.clear();
        counts.extend_from_slice(next);
    }
    let from = before.filter(|_| !length.is_zero()).ok_or(TraceError::TooShort)?;
    let from = SimTime::from_millis(from);
    interval(&counts, from, from.saturating_add(length));
    Ok(())
}
