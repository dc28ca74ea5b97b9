//! `[function.NAME]`: a function that transforms records for delivery streams.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::lambda;
use crate::base::SimDuration;
use crate::base::written::{Duration, DurationRange, Share};
use crate::file_path;
use crate::scenario::compiler::Compiler;

/// A function in AWS Lambda.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Function {
    /// Time for each record.
    pub(crate) time_per_record: DurationRange,
    /// Time for each invocation besides.
    pub(crate) time: DurationRange,
    /// What an invocation takes longer that is the first, or comes after a rest.
    pub(crate) cold_start: Duration,
    /// Share of records that it drops.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dropped: Option<Share>,
    /// Share of records that it says it failed for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<Share>,
    /// What it makes of a record's size: `1.5` is half as much again.
    pub(crate) size_factor: f64,
    /// The partition key that it gives records, for dynamic partitioning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) partition_key: Option<PartitionKey>,
    /// Share of invocations whose answer leaves a record out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lost_ids: Option<Share>,
}

/// A partition key that a function gives records. What value a record has follows from its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartitionKey {
    /// The key's name, as prefixes have it: `!{partitionKeyFromLambda:NAME}`.
    pub(crate) name: String,
    /// How many values there are.
    pub(crate) values: u32,
    /// How uneven they are: value `n` is `1 / (n + 1)^zipf` as frequent as the first; all are as frequent when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) zipf: Option<f64>,
}

impl Default for Function {
    fn default() -> Self {
        let function = lambda::Function::default();
        let range = |spread| match spread {
            lambda::Spread::Fixed(time) => DurationRange(time, time),
            lambda::Spread::Uniform(low, high) | lambda::Spread::LongTail { low, high, .. } => DurationRange(low, high),
        };
        Self {
            time_per_record: range(function.per_record),
            time: range(function.per_invocation),
            cold_start: Duration(range(function.cold_start).1),
            dropped: None,
            failed: None,
            size_factor: function.size_factor,
            partition_key: None,
            lost_ids: None,
        }
    }
}

impl Compiler<'_> {
    /// The function of this name.
    pub(crate) fn function(&mut self, name: &str, function: &Function) -> lambda::Function {
        let at = |key: &str| file_path!["function", name, key];
        let share = |share: Option<Share>| share.map_or(0.0, Share::fraction);
        let (dropped, failed) = (share(function.dropped), share(function.failed));
        self.need(dropped + failed <= 1.0, at("failed"), "shares of records are at most 100% together", "");
        let is_factor = function.size_factor >= 0.0 && function.size_factor <= 1000.0;
        self.need(is_factor, at("size_factor"), "a size factor is from 0 to 1000", "1.0 leaves records as they are");
        let is_quick = function.time.1 <= SimDuration::from_secs(900);
        self.need(is_quick, at("time"), "a function runs for 15 minutes at most", "Firehose waits for 5 minutes");
        let keys = function.partition_key.as_ref().map(|key| {
            let is_right = key.values > 0 && key.zipf.is_none_or(|zipf| (0.0..=10.0).contains(&zipf));
            let title = "a key has one value at least, and is uneven by 0 to 10";
            self.need(is_right, at("partition_key"), title, "write: { name = \"customer\", values = 100 }");
            lambda::Keys { name: key.name.as_str().into(), values: key.values.max(1), zipf: key.zipf }
        });
        lambda::Function {
            per_record: (function.time_per_record.0, function.time_per_record.1).into(),
            per_invocation: (function.time.0, function.time.1).into(),
            cold_start: function.cold_start.0.into(),
            dropped,
            failed,
            size_factor: function.size_factor,
            wrongs: lambda::Wrongs { lost_id: share(function.lost_ids), ..lambda::Wrongs::default() },
            keys,
            ..lambda::Function::default()
        }
    }
}
