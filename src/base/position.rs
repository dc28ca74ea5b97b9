//! Positions in a shard, as events name them.

use std::fmt;

use super::sequence_number::SequenceNumber;

/// Where a consumer reads a shard from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// The oldest record in retention.
    TrimHorizon,
    /// Records that arrive from now on.
    Latest,
    /// The first record at or after a time.
    AtTimestamp {
        /// The time, where it is known: a lease row only has the word.
        unix_ms: Option<u64>,
    },
    /// AT_SEQUENCE_NUMBER: this record is the first.
    AtSequenceNumber(SequenceNumber),
    /// The record after this one.
    AfterSequenceNumber(SequenceNumber),
    /// Everything through this record is processed, as a lease row says.
    Checkpoint(SequenceNumber),
    /// Wherever an iterator leads that was kept across a restart.
    SavedIterator,
    /// Behind the last record of a closed shard.
    ShardEnd,
}

impl fmt::Display for Position {
    /// AWS's word, with the argument that it has.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TrimHorizon => f.write_str("TRIM_HORIZON"),
            Self::Latest => f.write_str("LATEST"),
            Self::AtTimestamp { unix_ms: None } => f.write_str("AT_TIMESTAMP"),
            Self::AtTimestamp { unix_ms: Some(unix_ms) } => write!(f, "AT_TIMESTAMP {unix_ms}"),
            Self::AtSequenceNumber(number) => write!(f, "AT_SEQUENCE_NUMBER {number}"),
            Self::AfterSequenceNumber(number) => write!(f, "AFTER_SEQUENCE_NUMBER {number}"),
            Self::Checkpoint(number) => number.fmt(f),
            Self::SavedIterator => f.write_str("saved iterator"),
            Self::ShardEnd => f.write_str("SHARD_END"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ShardId;

    #[test]
    fn positions_are_shown_in_awss_words() {
        let number = SequenceNumber::new(ShardId(0), 1_500_000_000, 7, 1_500_000_001);
        for (position, text) in [
            (Position::TrimHorizon, "TRIM_HORIZON".to_owned()),
            (Position::Latest, "LATEST".to_owned()),
            (Position::AtTimestamp { unix_ms: None }, "AT_TIMESTAMP".to_owned()),
            (Position::AtTimestamp { unix_ms: Some(12) }, "AT_TIMESTAMP 12".to_owned()),
            (Position::AtSequenceNumber(number), format!("AT_SEQUENCE_NUMBER {number}")),
            (Position::AfterSequenceNumber(number), format!("AFTER_SEQUENCE_NUMBER {number}")),
            (Position::Checkpoint(number), number.to_string()),
            (Position::SavedIterator, "saved iterator".to_owned()),
            (Position::ShardEnd, "SHARD_END".to_owned()),
        ] {
            assert_eq!(position.to_string(), text);
        }
    }
}
