//! `[producer.NAME]`: what puts records, how many of which size and key, and how it sends them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults::{a_day, one_u32};
use crate::base::SimDuration;
use crate::base::written::{Duration, Rate, Share, Size, SizeRange};

/// A producer: hosts `NAME-1`, `NAME-2`, ... that put records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Producer {
    /// The stream it writes to.
    pub stream: String,
    /// Number of hosts, which share the load.
    #[serde(default = "one_u32")]
    pub hosts: u32,
    /// When it begins, counted from the start of the run.
    #[serde(default)]
    pub start: Duration,
    /// When it stops; the end of the run when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Duration>,
    /// Records per second of all hosts together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// A rate that grows or shrinks evenly over the producer's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp: Option<Ramp>,
    /// A rate that follows a wave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily: Option<Daily>,
    /// A rate with bursts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bursts: Option<Bursts>,
    /// Records from a trace file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<TraceInput>,
    /// Size of the records' data.
    #[serde(default = "one_kib")]
    pub record_size: SizeRange,
    /// How partition keys are drawn.
    #[serde(default)]
    pub keys: Keys,
    /// How records are gathered into PutRecords calls; `records = 1` uses PutRecord.
    #[serde(default)]
    pub batch: Batch,
    /// Retries of the SDK.
    #[serde(default)]
    pub retry: Retry,
    /// How often the failed entries of a PutRecords are sent again at most.
    #[serde(default = "three")]
    pub resend_failed: u32,
    /// Records that may wait on a host before new ones are dropped.
    #[serde(default = "backlog")]
    pub backlog: u32,
    /// Whether each PutRecord carries SequenceNumberForOrdering of the one before.
    #[serde(default)]
    pub ordered: bool,
}

fn three() -> u32 {
    3
}
fn backlog() -> u32 {
    100_000
}
fn one_kib() -> SizeRange {
    SizeRange(1024, 1024)
}

/// A rate that grows or shrinks evenly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ramp {
    /// Rate at the start.
    pub from: Rate,
    /// Rate at the end.
    pub to: Rate,
}

/// A wave of one period a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Daily {
    /// Lowest rate, at the start.
    pub low: Rate,
    /// Highest rate.
    pub high: Rate,
    /// Length of the day.
    #[serde(default = "a_day")]
    pub period: Duration,
}

/// A base rate with bursts, each at the end of its period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bursts {
    /// Rate between bursts.
    pub base: Rate,
    /// Rate during a burst.
    pub burst: Rate,
    /// From the start of one burst to the next.
    pub every: Duration,
    /// Length of a burst.
    pub length: Duration,
}

/// Records, or counts of them, from a CSV file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TraceInput {
    /// CSV file, relative to the scenario file.
    pub file: String,
    /// Its time is divided by this.
    #[serde(default = "unit")]
    pub speed: f64,
    /// Its counts are multiplied by this.
    #[serde(default = "unit")]
    pub scale: f64,
}

fn unit() -> f64 {
    1.0
}

/// Partition keys: one of `uniform`, `zipf` with `count`, `hot` with `share`, `list`, `unique`, `explicit_hash`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// So many keys, equally likely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uniform: Option<u32>,
    /// Zipf weights with this exponent over `count` keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zipf: Option<f64>,
    /// Number of (other) keys for `zipf` and `hot`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// One key with a share of the records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hot: Option<String>,
    /// The hot key's share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// These keys, equally likely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Vec<String>>,
    /// A new key for every record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique: Option<bool>,
    /// These explicit hash keys (decimal), equally likely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explicit_hash: Option<Vec<String>>,
}

/// How records are gathered into calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Batch {
    /// Records of a call, 1 to 500; 1 uses PutRecord.
    pub records: u32,
    /// Bytes of a call.
    pub bytes: Size,
    /// Longest wait of a record for its batch.
    pub linger: Duration,
    /// Calls in flight per host.
    pub in_flight: u32,
}

impl Default for Batch {
    fn default() -> Self {
        let linger = Duration(SimDuration::from_millis(100));
        Self { records: 500, bytes: Size(5 * crate::base::units::MIB), linger, in_flight: 8 }
    }
}

/// Retries of the SDK.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// Standard mode: 3 attempts.
    #[default]
    SdkStandard,
    /// The Java SDK's legacy mode: 4 attempts.
    JavaLegacy,
    /// One attempt: every error reaches the producer.
    None,
}
