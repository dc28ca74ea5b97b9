//! The figures of a run: the `streams`, `consumers`, `producers` and `tables` of the JSON report, and what
//! expectations name by path. Units are in the names. What nothing was seen of is `null`, never 0.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::delivery_figures::DeliveryFigures;
use super::verdict::Advice;
use crate::base::SimTime;
use crate::price::Usd;

/// Everything that was counted, by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Figures {
    /// By stream name. A stream created again under an old name is `name#2`, and so on.
    pub streams: BTreeMap<String, StreamFigures>,
    /// By name, as the scenario or a declaration gives it.
    pub consumers: BTreeMap<String, ConsumerFigures>,
    /// By producer name.
    pub producers: BTreeMap<String, ProducerFigures>,
    /// By table name. A table created again under an old name is `name#2`, and so on.
    pub tables: BTreeMap<String, TableFigures>,
    /// By the name of a delivery stream. One that is created again under an old name is `name#2`, and so on.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub deliveries: BTreeMap<String, DeliveryFigures>,
    /// What it costs a month at this rate.
    pub(crate) cost: CostFigures,
}

/// A stream's figures. Sums over its shards unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct StreamFigures {
    /// Shards that take records at the end.
    pub(crate) shards_open: u64,
    /// Hours that shards were open, summed over shards.
    pub(crate) shard_hours: f64,
    /// PUT payload units: each record acknowledged, in steps of 25 KB.
    pub(crate) put_payload_units: u64,
    /// Records acknowledged: CloudWatch's IncomingRecords.
    pub records_acked: u64,
    /// Bytes acknowledged (data and partition keys): CloudWatch's IncomingBytes.
    pub bytes_acked: u64,
    /// Records refused for throughput, each try counted: CloudWatch's WriteProvisionedThroughputExceeded.
    pub records_throttled: u64,
    /// Records refused with InternalFailure.
    pub(crate) records_failed: u64,
    /// Throttled records of all that were put, each try counted.
    pub throttled_percent: f64,
    /// Records throttled in the worst minute.
    pub(crate) records_throttled_peak_per_minute: u64,
    /// When that minute began, from the start of the run.
    pub(crate) records_throttled_peak_per_minute_at_s: Option<f64>,
    /// PutRecord and PutRecords calls answered.
    pub(crate) put_calls: u64,
    /// GetRecords calls answered.
    pub get_records_calls: u64,
    /// GetRecords calls refused for throughput: CloudWatch's ReadProvisionedThroughputExceeded.
    pub reads_throttled: u64,
    /// Applications that called GetRecords.
    pub(crate) readers: u64,
    /// What they together asked of the busiest shard in its busiest minute, of the 5 calls a second that it answers.
    /// Refused calls count.
    pub(crate) read_calls_limit_peak_minute_percent: f64,
    /// When that minute began, from the start of the run.
    pub(crate) read_calls_limit_peak_minute_at_s: Option<f64>,
    /// The same of the 2 MiB a second that it gives: what was read, or what was written once for each reader.
    pub(crate) read_bytes_limit_peak_minute_percent: f64,
    /// When that minute began, from the start of the run.
    pub(crate) read_bytes_limit_peak_minute_at_s: Option<f64>,
    /// What these say, and what helps; absent when reads fit.
    pub(crate) read_remedy: Option<String>,
    /// Consumers that are registered for enhanced fan-out at the end.
    pub(crate) fan_out_consumers: u64,
    /// Bytes pushed to them: CloudWatch's SubscribeToShardEvent.Bytes.
    pub(crate) fan_out_bytes: u64,
    /// GetRecords calls refused with ExpiredIteratorException.
    pub iterators_expired: u64,
    /// Records that left retention.
    pub(crate) records_trimmed: u64,
    /// By shard id, of all shards that the stream had.
    pub shards: BTreeMap<String, ShardFigures>,
}

/// What was counted of one shard, open or closed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct ShardFigures {
    /// `open`, `closed` or `expired`.
    pub state: &'static str,
    /// Part of the hash key space that the shard owns.
    pub(crate) hash_range_share_percent: f64,
    /// Records acknowledged.
    pub records_acked: u64,
    /// Bytes acknowledged.
    pub bytes_acked: u64,
    /// Records acknowledged a second, over the time in which the shard was open.
    pub(crate) records_per_s_mean: f64,
    /// Records acknowledged in the busiest second.
    pub(crate) records_per_s_peak: u64,
    /// When that second began, from the start of the run.
    pub(crate) records_per_s_peak_at_s: Option<f64>,
    /// Bytes acknowledged in the busiest second.
    pub(crate) bytes_per_s_peak: u64,
    /// When that second began, from the start of the run.
    pub(crate) bytes_per_s_peak_at_s: Option<f64>,
    /// The busiest second's records against 1,000 a second.
    pub(crate) records_limit_peak_percent: f64,
    /// The busiest second's bytes against 1 MiB a second.
    pub(crate) bytes_limit_peak_percent: f64,
    /// The busiest minute's records against 1,000 a second: what a minute metric shows.
    pub(crate) records_limit_peak_minute_percent: f64,
    /// When that minute began, from the start of the run.
    pub(crate) records_limit_peak_minute_at_s: Option<f64>,
    /// The busiest minute's bytes against 1 MiB a second: what a minute metric shows.
    pub(crate) bytes_limit_peak_minute_percent: f64,
    /// When that minute began, from the start of the run.
    pub(crate) bytes_limit_peak_minute_at_s: Option<f64>,
    /// Records refused for throughput, each try counted.
    pub records_throttled: u64,
    /// Records refused with InternalFailure.
    pub(crate) records_failed: u64,
    /// Throttled records of all that were put, each try counted.
    pub throttled_percent: f64,
    /// GetRecords calls refused for throughput.
    pub reads_throttled: u64,
    /// Calls asked for in the busiest minute, refused ones too, of the 5 a second that the shard answers.
    pub(crate) read_calls_limit_peak_minute_percent: f64,
    /// When that minute began, from the start of the run.
    pub(crate) read_calls_limit_peak_minute_at_s: Option<f64>,
    /// Bytes asked for in the busiest minute of the 2 MiB a second that it gives: see the stream's.
    pub(crate) read_bytes_limit_peak_minute_percent: f64,
    /// When that minute began, from the start of the run.
    pub(crate) read_bytes_limit_peak_minute_at_s: Option<f64>,
    /// Records that left retention.
    pub(crate) records_trimmed: u64,
    /// The three partition keys with most records.
    pub(crate) hottest_keys: Vec<KeyFigures>,
    /// What the figures say about the shard, and what helps.
    #[serde(flatten)]
    pub(crate) advice: Advice,
}

/// A partition key's figures.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct KeyFigures {
    /// As producers put it.
    pub key: String,
    /// Records put with it, accepted or throttled, each try counted.
    pub records: u64,
    /// Their part of all records put to the shard.
    pub(crate) share_percent: f64,
}

/// What was counted of one consumer, over all its workers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct ConsumerFigures {
    /// The stream that it reads.
    pub stream: String,
    /// `kcl-2`, `poller` or `app`.
    pub library: &'static str,
    /// Where its effects go.
    // `sink` is its name in the JSON report, which does not change.
    #[serde(rename = "sink")]
    pub store: &'static str,
    /// Name of the KCL application's lease table; absent for pollers.
    pub lease_table: Option<String>,
    /// Hosts that ran a worker.
    pub workers: u64,
    /// Records that a record processor finished, each time counted.
    pub records_processed: u64,
    /// Records passed over after a record processor failed.
    pub(crate) records_skipped: u64,
    /// Records passed over because a shard was begun at LATEST again before any position of it was stored: by the next
    /// owner of a lease, or a poller without a memory.
    pub(crate) records_skipped_at_latest: u64,
    /// Records processed that this consumer had processed before.
    pub duplicates: u64,
    /// Age of the last record of a GetRecords answer, and of records that wait for one, also where nobody reads.
    pub(crate) iterator_age_p50_ms: Option<u64>,
    /// See `iterator_age_p50_ms`.
    pub(crate) iterator_age_p99_ms: Option<u64>,
    /// See `iterator_age_p50_ms`.
    pub iterator_age_max_ms: Option<u64>,
    /// When that was, from the start of the run.
    pub(crate) iterator_age_max_at_s: Option<f64>,
    /// The shard that it was seen at.
    pub(crate) iterator_age_max_shard: Option<String>,
    /// The largest MillisBehindLatest of an answer.
    pub millis_behind_latest_max_ms: Option<u64>,
    /// When that was, from the start of the run.
    pub(crate) millis_behind_latest_max_at_s: Option<f64>,
    /// Its GetRecords calls that were refused for throughput.
    pub(crate) reads_throttled: u64,
    /// Its calls to one shard in the busiest minute, refused ones too, of the 5 a second that the shard answers to all.
    pub(crate) read_calls_limit_peak_minute_percent: f64,
    /// When that minute began, from the start of the run.
    pub(crate) read_calls_limit_peak_minute_at_s: Option<f64>,
    /// Bytes that it was given of one shard in the busiest minute, of the 2 MiB a second that it gives to all.
    pub(crate) read_bytes_limit_peak_minute_percent: f64,
    /// When that minute began, from the start of the run.
    pub(crate) read_bytes_limit_peak_minute_at_s: Option<f64>,
    /// Events of enhanced fan-out that it was sent: CloudWatch's SubscribeToShardEvent.Success.
    pub(crate) fan_out_events: u64,
    /// Bytes that were pushed to it of one shard in the busiest minute, of the 2 MiB a second that it has for itself.
    pub(crate) fan_out_bytes_limit_peak_minute_percent: f64,
    /// When that minute began, from the start of the run.
    pub(crate) fan_out_bytes_limit_peak_minute_at_s: Option<f64>,
    /// Leases gained, in any way.
    pub(crate) leases_taken: u64,
    /// Leases stolen to balance.
    pub(crate) leases_stolen: u64,
    /// Leases gained by another worker than the last one that had it.
    pub(crate) leases_moved: u64,
    /// Leases that a worker found to be no longer its own.
    pub leases_lost: u64,
    /// Lease renewals that did not happen.
    pub renewals_failed: u64,
    /// Checkpoints attempted and not refused.
    pub checkpoints: u64,
    /// Checkpoints attempted and not stored.
    pub(crate) checkpoints_refused: u64,
    /// Longest time in which an open shard, once processed, had no worker that processes it. A paused worker counts
    /// as processing, a crashed one does not.
    pub(crate) unowned_s_max: f64,
    /// When that began, from the start of the run.
    pub(crate) unowned_max_at_s: Option<f64>,
    /// All such time, summed over shards.
    pub(crate) unowned_s_total: f64,
    /// Longest time in which a shard had several workers that process it.
    pub(crate) double_processing_s_max: f64,
    /// When that began, from the start of the run.
    pub(crate) double_processing_max_at_s: Option<f64>,
    /// All such time, summed over shards.
    pub(crate) double_processing_s_total: f64,
    /// Faults that ended, and how long the consumer then needed to be at the tip of every shard again.
    pub(crate) catch_ups: Vec<CatchUpFigures>,
    /// The longest time after a fault's end until the consumer was at the tip again, or how long that has lasted at the
    /// end; absent without faults that ended.
    pub(crate) catch_up_s_max: Option<f64>,
    /// GetRecords calls refused with ExpiredIteratorException.
    pub iterators_expired: u64,
    /// Records that left retention before this consumer had read them.
    pub(crate) unread_records_trimmed: u64,
    /// Effects that the application's store took.
    pub(crate) effects_applied: u64,
    /// Effects among them that it had already.
    pub(crate) effects_duplicate: u64,
    /// Times that the application's store refused a writer that was no longer the lease holder.
    pub(crate) effects_fenced: u64,
    /// By shard id: who has its lease at the end.
    #[serde(skip)]
    pub leases: BTreeMap<String, LeaseFigures>,
}

/// How long a consumer needed after a fault.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct CatchUpFigures {
    /// The fault, as the scenario tells it.
    pub(crate) after: String,
    /// When it ended, from the start of the run.
    pub(crate) fault_ended_at_s: f64,
    /// From then until every shard had been read to less than a second from its tip; absent when it never was.
    pub(crate) catch_up_s: Option<f64>,
}

/// A lease's figures. Shown in the terminal report only.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaseFigures {
    /// The worker that last gained it, unless it has lost or finished it since.
    pub owner: Option<String>,
    /// Times it was gained.
    pub taken: u64,
    /// Times it changed its owner.
    pub(crate) moved: u64,
    /// Every ordinal below this is claimed to be processed.
    pub checkpoint: u64,
    /// Records acknowledged in the shard.
    pub end: u64,
    /// Whether the shard's end is checkpointed.
    pub(crate) is_finished: bool,
    /// Time without a worker that processes it.
    pub(crate) unowned_s: f64,
}

/// A producer's figures, over all its hosts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct ProducerFigures {
    /// The stream that it writes to.
    pub stream: String,
    /// The delivery stream that it writes to, where that is no stream.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) delivery: String,
    /// How many hosts share the load.
    pub hosts: u64,
    /// Records that it was done with, in either way.
    pub(crate) records_offered: u64,
    /// Records that it knows to be stored.
    pub records_ok: u64,
    /// Records that it gave up.
    pub records_given_up: u64,
    /// Their part of all that it was done with.
    pub(crate) given_up_percent: f64,
    /// Calls of PutRecord and PutRecords, retries counted.
    pub attempts: u64,
    /// Time from a put's beginning to its end, with retries.
    pub(crate) put_latency_p50_ms: Option<u64>,
    /// See `put_latency_p50_ms`.
    pub(crate) put_latency_p99_ms: Option<u64>,
    /// See `put_latency_p50_ms`.
    pub(crate) put_latency_max_ms: Option<u64>,
    /// When that put ended, from the start of the run.
    pub(crate) put_latency_max_at_s: Option<f64>,
}

/// What was counted of one table over the run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct TableFigures {
    /// Read units a second at the end, 0 when on demand: CloudWatch's ProvisionedReadCapacityUnits.
    pub read_units_provisioned: u64,
    /// Write units a second at the end, 0 when on demand: CloudWatch's ProvisionedWriteCapacityUnits.
    pub write_units_provisioned: u64,
    /// Calls that read.
    pub(crate) reads: u64,
    /// Calls that wrote, conditional ones whose condition was false included.
    pub(crate) writes: u64,
    /// CloudWatch's ConsumedReadCapacityUnits.
    pub read_units_consumed: f64,
    /// CloudWatch's ConsumedWriteCapacityUnits.
    pub write_units_consumed: u64,
    /// Read units consumed a second, over the run.
    pub(crate) read_units_per_s_mean: f64,
    /// Write units consumed a second, over the run.
    pub(crate) write_units_per_s_mean: f64,
    /// Write units consumed in the busiest second.
    pub(crate) write_units_per_s_peak: u64,
    /// When that second began, from the start of the run.
    pub(crate) write_units_per_s_peak_at_s: Option<f64>,
    /// What is left of the provisioned write units in the minute that had least, after what was consumed and one unit
    /// for every throttled write (a lease row is one). Negative: short by that much. `null` when on demand.
    pub(crate) write_headroom_percent: Option<f64>,
    /// When that minute began, from the start of the run.
    pub(crate) write_headroom_at_s: Option<f64>,
    /// CloudWatch's ReadThrottleEvents.
    pub read_throttled: u64,
    /// CloudWatch's WriteThrottleEvents.
    pub write_throttled: u64,
    /// Throttled calls by reason.
    pub(crate) throttled_by: BTreeMap<String, u64>,
    /// CloudWatch's ConditionalCheckFailedRequests.
    pub conditions_failed: u64,
    /// Eventually consistent reads that returned an older version.
    pub(crate) stale_reads: u64,
    /// Items at the end.
    pub items: u64,
}

/// What a month of 730 hours costs that goes on as the run did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct CostFigures {
    /// AWS's name of the region whose prices are taken.
    pub(crate) region: String,
    /// Of when the prices are.
    pub(crate) prices_of: String,
    /// Where the prices stand.
    pub(crate) prices_from: String,
    /// All of it.
    pub(crate) per_month_usd: f64,
    /// All of it, exactly.
    #[serde(skip)]
    pub(crate) per_month: Usd,
    /// What it consists of.
    pub(crate) lines: Vec<CostLine>,
}

/// One thing that is paid for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct CostLine {
    /// Whose it is: a stream, a table, a consumer.
    pub(crate) of: String,
    /// What it is.
    pub(crate) what: &'static str,
    /// Units a month.
    pub(crate) units: f64,
    /// What the price is of.
    pub(crate) unit: &'static str,
    /// The price of a unit.
    pub(crate) price_usd: f64,
    /// What they cost a month.
    pub(crate) per_month_usd: f64,
    /// How it is counted.
    pub(crate) rule: &'static str,
}

/// `part` of `whole` in percent, to two decimals; 0 of nothing.
pub(crate) fn percent(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { rounded(100.0 * part / whole, 100.0) }
}

/// The JSON Schema of the figures: what each number means.
pub(crate) fn figures_schema() -> serde_json::Value {
    serde_json::to_value(schemars::schema_for!(Figures))
        .unwrap_or_else(|error| unreachable!("a schema is JSON: {error}"))
}

/// A time in seconds from the start of the run.
pub(super) fn seconds_of(at: SimTime) -> f64 {
    rounded(at.as_nanos() as f64 / 1e9, 1000.0)
}

/// `value` to the given fraction (100.0 for two decimals), so that reports stay short.
pub(crate) fn rounded(value: f64, per_unit: f64) -> f64 {
    (value * per_unit).round() / per_unit
}
