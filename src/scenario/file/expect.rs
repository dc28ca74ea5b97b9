//! `[[expect]]`: what a run must come to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::written::Duration;
use crate::measure::Occurrence;

/// What must come out: one number or one `sometimes`, over all of the run or a part of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Path of a number in the JSON report, such as `streams.clicks.records_throttled`; `*` stands for any name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// What `number` must be, such as `"< 5s"`, with the unit that the number's name ends in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
    /// Share of records refused for throughput (WriteProvisionedThroughputExceeded).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttled_writes: Option<String>,
    /// GetRecords calls refused for throughput (ReadProvisionedThroughputExceeded).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttled_reads: Option<String>,
    /// Iterator age (GetRecords.IteratorAgeMilliseconds).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iterator_age: Option<AgeExpect>,
    /// Records processed more than once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicates: Option<String>,
    /// Records that the KCL skipped after the processor threw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// Records that left retention unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_trimmed: Option<String>,
    /// Records that producers gave up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up: Option<String>,
    /// Writes to lease tables that were throttled (WriteThrottleEvents).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_throttles: Option<String>,
    /// This has happened at least once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sometimes: Option<Occurrence>,
    /// Only this stream; each when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// Only this consumer; each when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// From this time on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Duration>,
    /// Only what happens before this time of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Duration>,
    /// `"faults heal"`: only what happens after the last fault has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Bounds of the iterator age.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgeExpect {
    /// Median.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50: Option<String>,
    /// 99th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99: Option<String>,
    /// Maximum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
}
