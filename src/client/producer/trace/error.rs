//! Why a file is not a trace, and on which line.

use std::fmt;

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
