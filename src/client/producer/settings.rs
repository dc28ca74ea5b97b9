//! What a producer is told to do.

use std::sync::Arc;

use crate::base::{DeliveryName, HashKey, Planted, SimDuration, StreamName};
use crate::client::sdk::RetryMode;

/// A producer: one or more hosts that write to a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct ProducerSettings {
    /// Name, also the prefix of its hosts' names (`web-1`, `web-2`, ...).
    pub name: Arc<str>,
    /// Where records are put.
    pub to: Target,
    /// Number of hosts, which share the load evenly.
    pub hosts: u32,
    /// When its hosts begin to put.
    pub start: SimDuration,
    /// When it stops offering records (what is buffered is still sent).
    pub stop: SimDuration,
    /// Where records come from.
    pub load: Load,
    /// PutRecord, or PutRecords with a buffer.
    pub(crate) batching: Batching,
    /// Retries of the SDK.
    pub retry: RetryMode,
    /// Whether the failed entries of a PutRecords are sent again, and how often at most.
    pub(crate) resend_failed_max: u32,
    /// Records that may be waiting before new ones are dropped (a real application blocks or drops too).
    /// Dropped records count as given up after no attempt.
    pub(crate) backlog_max: u32,
    /// Whether each PutRecord carries SequenceNumberForOrdering of the one before (serial writers, so that
    /// only one is in flight, whatever `in_flight_max` says). PutRecords has no such parameter.
    pub(crate) is_ordered: bool,
    /// What a record's data is, with `{key}` and `{number}` for its partition key and number; letters when absent.
    /// Records of a template are as long as it makes them, and do not bear their numbers as others do.
    pub(crate) template: Option<Arc<str>>,
    /// The bug that is planted.
    pub(crate) planted: Planted,
}

/// Where a producer's records are put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To a stream, with PutRecord and PutRecords.
    Stream(StreamName),
    /// To a delivery stream, with Firehose's PutRecord and PutRecordBatch.
    Delivery(DeliveryName),
}

impl ProducerSettings {
    /// The stream that records are put to, if it is one.
    pub fn stream(&self) -> Option<&StreamName> {
        match &self.to {
            Target::Stream(stream) => Some(stream),
            Target::Delivery(_) => None,
        }
    }
    /// Returns whether records are put to this stream.
    pub(crate) fn is_to(&self, stream: &StreamName) -> bool {
        self.stream() == Some(stream)
    }
}

/// Where a producer's records come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Load {
    /// Made up.
    Generated {
        /// Records per second, over time, of all hosts together.
        rate: Rate,
        /// Sizes of the data.
        size: SizeDistribution,
        /// Partition keys.
        keys: KeyDistribution,
    },
    /// From a trace file that was read when the scenario was.
    Trace {
        /// The trace.
        trace: Arc<super::trace::Trace>,
        /// Its time is divided by this: 60 plays an hour in a minute.
        speed: f64,
        /// Its counts are multiplied by this; remainders are carried, so that totals are right.
        scale: f64,
        /// Sizes of the data, when the trace has none.
        size: SizeDistribution,
        /// Partition keys, when the trace has none.
        keys: KeyDistribution,
    },
}

/// Records per second over time.
#[derive(Clone, Debug, PartialEq)]
pub enum Rate {
    /// Always the same.
    Constant {
        /// Records per second.
        per_s: f64,
    },
    /// From one rate to another over the producer's time.
    Ramp {
        /// Records per second at the start.
        from_per_s: f64,
        /// Records per second at the end.
        to_per_s: f64,
    },
    /// A sine wave of one period a day, lowest at the start.
    Daily {
        /// Lowest records per second.
        low_per_s: f64,
        /// Highest records per second.
        high_per_s: f64,
        /// Length of the day.
        period: SimDuration,
    },
    /// A base rate, and bursts. Each period begins quietly and ends with its burst.
    Bursts {
        /// Records per second between bursts.
        base_per_s: f64,
        /// Records per second during a burst.
        burst_per_s: f64,
        /// From the start of one burst to the next.
        every: SimDuration,
        /// Length of a burst.
        length: SimDuration,
    },
}

/// Sizes of records' data, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum SizeDistribution {
    /// All the same.
    Fixed(u32),
    /// Uniform in a range, inclusive.
    Uniform(u32, u32),
}

/// Partition keys of records.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyDistribution {
    /// `key-0` to `key-(count-1)`, all equally likely.
    Uniform {
        /// Number of keys.
        count: u32,
    },
    /// The same keys with Zipf weights `1 / rank^exponent`.
    Zipf {
        /// Number of keys.
        count: u32,
        /// Exponent, above 0.
        exponent: f64,
    },
    /// One key with a share of the records; the rest uniform over `key-0` to `key-(count-1)`.
    Hot {
        /// The hot key.
        key: Arc<str>,
        /// Its share, 0 to 1.
        share: f64,
        /// Number of other keys.
        count: u32,
    },
    /// These keys, equally likely.
    List(Vec<Arc<str>>),
    /// A new key for every record: `PRODUCER-0`, `PRODUCER-1`, ...
    Unique,
    /// These explicit hash keys, equally likely, with `key-i` as the partition key.
    ExplicitHash(Vec<HashKey>),
    /// Each key of another distribution as several: `KEY#0`, `KEY#1`, ..., equally likely. What is done about a hot
    /// key; the order of its records is lost.
    Salted {
        /// The other distribution: keys that are known beforehand.
        of: Box<Self>,
        /// How many keys one becomes.
        parts: u32,
    },
}

/// How records are put.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Batching {
    /// PutRecord for each, at most so many in flight per host.
    Single {
        /// Calls in flight per host.
        in_flight_max: u32,
    },
    /// PutRecords from a buffer that is sent when any bound is reached.
    Buffered {
        /// Records, 1 to 500.
        records_max: u32,
        /// Bytes with keys, up to 10 MiB.
        bytes_max: u64,
        /// Age of the oldest record.
        linger: SimDuration,
        /// Calls in flight per host.
        in_flight_max: u32,
    },
}
