//! What shards take and give, and what a load is against that: the arithmetic over the numbers in `limits.rs`.
//!
//! Averages over time and over shards. Bursts within a second, hot keys and uneven ranges are for a run to show.

use super::limits;

/// Records a second that a shard takes.
pub(crate) const SHARD_RECORDS_PER_S: f64 = limits::WRITE_RECORDS_PER_S as f64;
/// Bytes a second that a shard takes: data and partition keys.
pub(crate) const SHARD_BYTES_PER_S: f64 = limits::WRITE_BYTES_PER_S as f64;

/// A load against its two limits; 1 is all of a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// Of the limit on records (writes) or calls (reads).
    pub count: f64,
    /// Of the limit on bytes.
    pub bytes: f64,
}

impl Share {
    /// The share of the limit that is reached first.
    pub(crate) fn larger(self) -> f64 {
        self.count.max(self.bytes)
    }
}

/// What is written each second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WriteLoad {
    /// Records.
    pub(crate) records_per_s: f64,
    /// Their bytes.
    pub(crate) bytes_per_s: f64,
}

impl WriteLoad {
    /// All that this many shards take.
    pub fn limit(shards: u32) -> Self {
        let shards = f64::from(shards);
        Self { records_per_s: shards * SHARD_RECORDS_PER_S, bytes_per_s: shards * SHARD_BYTES_PER_S }
    }
    /// What the load is of all that this many shards take, if it is spread evenly.
    pub fn of(self, shards: u32) -> Share {
        let limit = Self::limit(shards);
        Share { count: self.records_per_s / limit.records_per_s, bytes: self.bytes_per_s / limit.bytes_per_s }
    }
    /// A part of the load.
    pub fn part(self, share: f64) -> Self {
        Self { records_per_s: self.records_per_s * share, bytes_per_s: self.bytes_per_s * share }
    }
    /// Both loads together.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            records_per_s: self.records_per_s + other.records_per_s,
            bytes_per_s: self.bytes_per_s + other.bytes_per_s,
        }
    }
}

/// What is read from one shard each second, by GetRecords.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReadLoad {
    /// Calls.
    pub(crate) calls_per_s: f64,
    /// Bytes returned.
    pub(crate) bytes_per_s: f64,
}

impl ReadLoad {
    /// What the load is of all that a shard gives to all who read it with GetRecords.
    pub(crate) fn of_shard(self) -> Share {
        let (calls, bytes) = (limits::READ_CALLS_PER_S as f64, limits::READ_BYTES_PER_S as f64);
        Share { count: self.calls_per_s / calls, bytes: self.bytes_per_s / bytes }
    }
    /// Both loads together.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self { calls_per_s: self.calls_per_s + other.calls_per_s, bytes_per_s: self.bytes_per_s + other.bytes_per_s }
    }
}

/// The fewest shards that are each asked for no more than `target_percent` of their limits, when all that is asked is
/// `asked_percent` of one shard's.
pub(crate) fn shards_needed(asked_percent: f64, target_percent: f64) -> f64 {
    (asked_percent / target_percent).ceil()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_measured_against_records_and_bytes() {
        let load = WriteLoad { records_per_s: 2000.0, bytes_per_s: 3.0 * 1_048_576.0 };
        assert_eq!(load.of(4), Share { count: 0.5, bytes: 0.75 });
        assert_eq!(load.of(4).larger(), 0.75);
        assert_eq!(WriteLoad::limit(3).of(3), Share { count: 1.0, bytes: 1.0 });
        assert_eq!(load.part(0.5).plus(load.part(0.5)), load);
    }

    #[test]
    fn five_readers_at_a_call_a_second_use_a_shard_up() {
        let reader = ReadLoad { calls_per_s: 1.0, bytes_per_s: 209_715.2 };
        let all = (0..5).fold(ReadLoad::default(), |sum, _| sum.plus(reader));
        assert_eq!(all.of_shard(), Share { count: 1.0, bytes: 0.5 });
    }

    #[test]
    fn shards_are_needed_in_whole_numbers() {
        assert_eq!([100.0, 160.0, 161.0].map(|asked| shards_needed(asked, 80.0)), [2.0, 2.0, 3.0]);
    }
}
