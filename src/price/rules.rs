//! The rules of a bill: what is counted, in which unit, at which price.

use super::table::Prices;
use super::usage::{DeliveryUsage, Mode, StreamUsage, TableUsage, Usage, WorkerUsage};
use super::usd::Usd;
use crate::base::SimDuration;

/// A month as AWS's calculator has it.
pub(super) const MONTH: SimDuration = SimDuration::from_hours(MONTH_HOURS);
const MONTH_HOURS: u64 = 730;

const HOUR: u128 = 3_600_000;
const MILLION: u128 = 1_000_000;
const GB: u128 = 1 << 30;
const GB_IN_KIB: u128 = 1 << 20;
const GB_MONTH: u128 = GB * MONTH_HOURS as u128;

/// A rule of a bill.
#[derive(Debug, PartialEq)]
pub(crate) struct Rule {
    /// What is paid for: `shards`.
    pub(crate) what: &'static str,
    /// The unit that the price is of: `shard hour`.
    pub(crate) unit: &'static str,
    /// How it is counted.
    pub(crate) rule: &'static str,
    /// What is counted, such as milliseconds, of one unit.
    pub(super) per: u128,
}

/// A line that may come into a bill: a rule, how much was used, and the price.
pub(super) type Counted = (&'static Rule, u128, Usd);

/// Makes constants of rules.
macro_rules! rules {
    ($($name:ident = $what:literal, $unit:literal, $per:expr, $rule:expr;)*) => {
        $(const $name: Rule = Rule { what: $what, unit: $unit, rule: $rule, per: $per };)*
    };
}

rules! {
    SHARDS = "shards", "shard hour", HOUR, "open shards, by the hour";
    PUT_UNITS = "PUT payload units", "million units", MILLION, "each record in steps of 25 KB, begun ones counted";
    EXTENDED_SHARDS = "extended retention", "shard hour", HOUR,
        "open shards while records are kept for more than 24 hours";
    LONG_TERM = "long-term retention", "GB month", GB_MONTH, "what is kept for more than 7 days";
    LONG_TERM_READ = "long-term retrieval", "GB", GB, "bytes read that are older than 7 days";
    FAN_OUT_SHARDS = "enhanced fan-out", "consumer-shard hour", HOUR, "open shards times registered consumers";
    FAN_OUT = "enhanced fan-out data", "GB", GB, "bytes pushed to registered consumers";
    STREAM = "stream on demand", "stream hour", HOUR, "the stream, by the hour";
    IN = "data in", "GB", GB_IN_KIB, "each record rounded up to 1 KB";
    OUT = "data out", "GB", GB, "bytes that GetRecords gave";
    EXTENDED = "extended retention", "GB month", GB_MONTH, "what is kept for more than 24 hours, up to 7 days";
    SHORT_IN = "data in up to 25 MiB/s", "GB", GB, "On-demand Advantage: what all streams take less than 25 MiB/s";
    SHORT_OUT = "data out up to 25 MiB/s", "GB", GB, "On-demand Advantage: what all streams give less than 25 MiB/s";
    DELIVERED = "data in", "GB", GB, "each record rounded up to 5 KB";
    WRITE_UNITS = "write capacity", "WCU hour", HOUR, "provisioned write units, used or not, by the hour";
    READ_UNITS = "read capacity", "RCU hour", HOUR, "provisioned read units, used or not, by the hour";
    WRITE_REQUESTS = "write requests", "million request units", MILLION, "each write in steps of 1 KB";
    READ_REQUESTS = "read requests", "million request units", 2 * MILLION,
        "each read in steps of 4 KB, half of it when eventually consistent";
    WORKERS = "workers", "worker hour", HOUR, "hosts of the consumer, each by the hour";
}

/// What a stream is billed by.
pub(super) fn of_stream(prices: &Prices, used: &StreamUsage) -> Vec<Counted> {
    let retained = |extended: Usd, long_term: Usd| {
        [(&EXTENDED, used.extended_byte_hours, extended), (&LONG_TERM, used.long_term_byte_hours, long_term)]
    };
    let retrieved = |price: Usd| (&LONG_TERM_READ, u128::from(used.long_term_read_bytes), price);
    let fan_out = |price: Usd| (&FAN_OUT, u128::from(used.fan_out_bytes), price);
    let moved =
        |input: Usd, output: Usd| [(&IN, u128::from(used.in_kib), input), (&OUT, u128::from(used.out_bytes), output)];
    match used.mode {
        Mode::Provisioned => {
            let of = &prices.kinesis.provisioned;
            vec![
                (&SHARDS, used.shard_ms.into(), of.shard_hour),
                (&PUT_UNITS, used.put_payload_units.into(), of.million_put_payload_units),
                (&EXTENDED_SHARDS, used.extended_shard_ms.into(), of.extended_retention_shard_hour),
                (&LONG_TERM, used.long_term_byte_hours, of.long_term_retention_gb_month),
                retrieved(of.long_term_retrieval_gb),
                (&FAN_OUT_SHARDS, used.fan_out_consumer_shard_ms.into(), of.fan_out_consumer_shard_hour),
                fan_out(of.fan_out_gb),
            ]
        }
        Mode::OnDemand => {
            let of = &prices.kinesis.on_demand;
            let mut all = vec![(&STREAM, used.stream_ms.into(), of.stream_hour)];
            all.extend(moved(of.in_gb, of.out_gb));
            all.extend(retained(of.extended_retention_gb_month, of.long_term_retention_gb_month));
            all.extend([retrieved(of.long_term_retrieval_gb), fan_out(of.fan_out_gb)]);
            all
        }
        Mode::OnDemandAdvantage => {
            let of = &prices.kinesis.on_demand_advantage;
            let mut all = Vec::from(moved(of.in_gb, of.out_gb));
            all.extend(retained(of.extended_retention_gb_month, of.long_term_retention_gb_month));
            all.extend([retrieved(of.long_term_retrieval_gb), fan_out(of.fan_out_gb)]);
            all
        }
    }
}

/// Bytes a second that On-demand Advantage is paid for at least, of what goes in and of what goes out.
const COMMITTED_BYTES_PER_S: u128 = 25 << 20;

/// What an account with On-demand Advantage pays beyond what it used.
pub(super) fn of_shortfall(prices: &Prices, usage: &Usage) -> Vec<Counted> {
    let advantage = || usage.streams.iter().filter(|stream| stream.mode == Mode::OnDemandAdvantage);
    if advantage().next().is_none() {
        return Vec::new();
    }
    let committed = COMMITTED_BYTES_PER_S * u128::from(usage.span.as_millis()) / 1000;
    let input: u128 = advantage().map(|stream| u128::from(stream.in_kib) << 10).sum();
    let output: u128 = advantage().map(|stream| u128::from(stream.out_bytes) + u128::from(stream.fan_out_bytes)).sum();
    let of = &prices.kinesis.on_demand_advantage;
    vec![
        (&SHORT_IN, committed.saturating_sub(input), of.in_gb),
        (&SHORT_OUT, committed.saturating_sub(output), of.out_gb),
    ]
}

/// What a table is billed by.
pub(super) fn of_table(prices: &Prices, used: &TableUsage) -> Vec<Counted> {
    let (provisioned, on_demand) = (&prices.dynamodb.provisioned, &prices.dynamodb.on_demand);
    vec![
        (&WRITE_UNITS, used.write_unit_ms.into(), provisioned.write_unit_hour),
        (&READ_UNITS, used.read_unit_ms.into(), provisioned.read_unit_hour),
        (&WRITE_REQUESTS, used.write_request_units.into(), on_demand.million_write_request_units),
        (&READ_REQUESTS, used.read_request_half_units.into(), on_demand.million_read_request_units),
    ]
}

/// What a delivery stream is billed by.
pub(super) fn of_delivery(prices: &Prices, used: &DeliveryUsage) -> Vec<Counted> {
    vec![(&DELIVERED, used.billed_bytes.into(), prices.firehose.in_gb)]
}

/// What a consumer's hosts are billed by, where they have a price.
pub(super) fn of_workers(prices: &Prices, used: &WorkerUsage) -> Vec<Counted> {
    let hours = |price| (&WORKERS, u128::from(used.worker_ms), price);
    prices.worker_hour.map(hours).into_iter().collect()
}
