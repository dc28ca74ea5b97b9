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
    /// Now and then an invocation takes longer: one in four twice as long as `time`, one in four of those twice as long
    /// again, and so on up to this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time_tail: Option<Duration>,
    /// What an invocation takes longer that is the first, or comes after a rest.
    pub(crate) cold_start: Duration,
    /// When Lambda ends an invocation, up to 15 minutes. Firehose waits for 5.
    pub(crate) timeout: Duration,
    /// Share of records that it drops.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dropped: Option<Share>,
    /// Share of records that it says it failed for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<Share>,
    /// What it makes of a record's size: `1.5` is half as much again.
    pub(crate) size_factor: f64,
    /// Share of invocations that throw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) throws: Option<Share>,
    /// Share of answers that nobody can read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) junk: Option<Share>,
    /// Share of answers that are larger than 6 MB, whatever they answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) too_large: Option<Share>,
    /// From so many records on, its answer is larger than 6 MB, whatever their sizes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) too_large_from: Option<u32>,
    /// Share of answers in which one record's id is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lost_id: Option<Share>,
    /// Share of answers in which one record's id stands twice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) doubled_id: Option<Share>,
    /// Share of answers in which one id is none that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unknown_id: Option<Share>,
    /// The partition key that it gives records, for dynamic partitioning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) partition_key: Option<FunctionKey>,
}

/// A partition key that a function gives records: the same record always has the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FunctionKey {
    /// Its name: prefixes write it `!{partitionKeyFromLambda:NAME}`.
    pub(crate) name: String,
    /// How many values it has, 1 to 1,000,000: `NAME-0`, `NAME-1` and so on.
    pub(crate) values: u32,
    /// Zipf weights with this exponent; all values are as frequent when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) zipf: Option<f64>,
}

/// More values of a key are a mistake.
const VALUES_MAX: u32 = 1_000_000;
/// Lambda's longest time-out (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
const TIMEOUT_MAX: SimDuration = SimDuration::from_mins(15);

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
            time_tail: None,
            cold_start: Duration(range(function.cold_start).1),
            timeout: Duration(function.timeout),
            dropped: None,
            failed: None,
            size_factor: function.size_factor,
            throws: None,
            junk: None,
            too_large: None,
            too_large_from: None,
            lost_id: None,
            doubled_id: None,
            unknown_id: None,
            partition_key: None,
        }
    }
}

impl Compiler<'_> {
    /// The function of this name.
    pub(crate) fn function(&mut self, name: &str, function: &Function) -> lambda::Function {
        let at = |key: &str| file_path!["function", name, key];
        let (dropped, failed) = (fraction(function.dropped), fraction(function.failed));
        self.need(dropped + failed <= 1.0, at("failed"), "shares of records are at most 100% together", "");
        let is_factor = function.size_factor >= 0.0 && function.size_factor <= 1000.0;
        self.need(is_factor, at("size_factor"), "a size factor is from 0 to 1000", "1.0 leaves records as they are");
        let DurationRange(low, high) = function.time;
        let is_quick = high <= TIMEOUT_MAX;
        self.need(is_quick, at("time"), "a function runs for 15 minutes at most", "Firehose waits for 5 minutes");
        let title = "a function runs for 15 minutes at most";
        let is_in_range = (SimDuration::from_secs(1)..=TIMEOUT_MAX).contains(&function.timeout.0);
        self.need(is_in_range, at("timeout"), title, "write 1s to 15m");
        let is_longer = function.time_tail.is_none_or(|tail| tail.0 >= high);
        self.need(is_longer, at("time_tail"), "the longest time is at least the usual one", "it goes on from `time`");
        lambda::Function {
            per_record: (function.time_per_record.0, function.time_per_record.1).into(),
            per_invocation: match function.time_tail {
                Some(Duration(max)) => lambda::Spread::LongTail { low, high, max },
                None => (low, high).into(),
            },
            cold_start: function.cold_start.0.into(),
            timeout: function.timeout.0,
            dropped,
            failed,
            size_factor: function.size_factor,
            wrongs: function.wrongs(),
            keys: function.partition_key.as_ref().map(|key| self.function_key(name, key)),
            code: None,
        }
    }

    fn function_key(&mut self, function: &str, key: &FunctionKey) -> lambda::Keys {
        let at = |key: &str| file_path!["function", function, "partition_key", key];
        let is_possible = (1..=VALUES_MAX).contains(&key.values);
        self.need(is_possible, at("values"), "a partition key has 1 to 1,000,000 values", "");
        let is_exponent = key.zipf.is_none_or(|exponent| exponent > 0.0 && exponent <= 10.0);
        self.need(is_exponent, at("zipf"), "a zipf exponent is above 0 and at most 10", "leave it out for even values");
        lambda::Keys { name: key.name.as_str().into(), values: key.values.clamp(1, VALUES_MAX), zipf: key.zipf }
    }
}

impl Function {
    fn wrongs(&self) -> lambda::Wrongs {
        lambda::Wrongs {
            throws: fraction(self.throws),
            junk: fraction(self.junk),
            too_large: fraction(self.too_large),
            lost_id: fraction(self.lost_id),
            duplicated_id: fraction(self.doubled_id),
            unknown_id: fraction(self.unknown_id),
            too_large_from: self.too_large_from,
        }
    }
}

fn fraction(share: Option<Share>) -> f64 {
    share.map_or(0.0, Share::fraction)
}
