//! A stream and what is written into it.

use std::fmt;
use std::ops::RangeInclusive;

use proptest::prelude::*;

/// Which partition keys records have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// So many, equally likely.
    Uniform(u32),
    /// So many, by Zipf's law with exponent 1: some are hot.
    Zipf(u32),
}

/// A stream with one producer. Its text is that of the sections `[stream.orders]` and `[producer.shop]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Shards at the start, 1 or more.
    pub shards: u32,
    /// Records a second, 1 or more.
    pub rate_per_s: u32,
    /// Bytes of each record's data.
    pub record_bytes: u32,
    /// Records of a PutRecords request, 1 to 500.
    pub batch_records: u32,
    /// Which keys records have.
    pub keys: Keys,
}

/// The name of the stream that a workload has.
pub(super) const STREAM: &str = "orders";

const SHARDS: RangeInclusive<u32> = 1..=4;
const RATE_PER_S: RangeInclusive<u32> = 1..=50;
const RECORD_BYTES: RangeInclusive<u32> = 50..=2000;
const BATCH_RECORDS: RangeInclusive<u32> = 1..=100;
const KEYS: RangeInclusive<u32> = 1..=500;

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shards, rate_per_s, record_bytes, batch_records, keys } = self;
        let keys = match keys {
            Keys::Uniform(count) => format!("{{ uniform = {count} }}"),
            Keys::Zipf(count) => format!("{{ zipf = 1.0, count = {count} }}"),
        };
        write!(
            f,
            "[stream.{STREAM}]\nshards = {shards}\n\n[producer.shop]\nstream = \"{STREAM}\"\n\
             rate = \"{rate_per_s}/s\"\nrecord_size = \"{record_bytes} B\"\n\
             batch = {{ records = {batch_records} }}\nkeys = {keys}\n"
        )
    }
}

/// Up to 4 shards and 50 records of up to 2,000 bytes a second, within the stream's limits.
pub fn workloads() -> impl Strategy<Value = Workload> {
    let keys = prop_oneof![KEYS.prop_map(Keys::Uniform), KEYS.prop_map(Keys::Zipf)];
    (SHARDS, RATE_PER_S, RECORD_BYTES, BATCH_RECORDS, keys).prop_map(
        |(shards, rate_per_s, record_bytes, batch_records, keys)| Workload {
            shards,
            rate_per_s,
            record_bytes,
            batch_records,
            keys,
        },
    )
}
