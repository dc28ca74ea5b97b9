//! What a flow uses of what is paid for.
//!
//! As a run counts it, with two means in place of single records: the PUT payload units of a record, by the sizes of
//! the producers, and the bytes that are read, by the bytes that are written.

use std::collections::BTreeMap;

use super::amount::us;
use super::shard::Shard;
use super::stream::Stream;
use crate::aws::dynamodb::api::Capacity;
use crate::aws::kinesis::api::StreamMode;
use crate::base::SimDuration;
use crate::client::Retrieval;
use crate::client::capacity::ProducerDemand;
use crate::client::kcl::KclSettings;
use crate::client::producer::{Load, ProducerSettings, SizeDistribution};
use crate::measure::Figures;
use crate::price::{Mode, StreamUsage, TableUsage, Usage, WorkerUsage, billed_kib, put_payload_units};
use crate::scenario::plan::{Plan, StreamPlan};

/// What was used over the plan's duration.
pub(super) fn usage(plan: &Plan, streams: &[Stream], figures: &Figures) -> Usage {
    let span = plan.duration;
    let workers = |name: &str, hosts: usize| WorkerUsage {
        consumer: name.to_owned(),
        worker_ms: hosts as u64 * span.as_millis(),
    };
    let of_kcl = plan.kcl.iter().map(|kcl| workers(&kcl.name, kcl.worker_starts.len()));
    let of_pollers = plan.pollers.iter().map(|poller| workers(&poller.name, 1));
    // Applications that name the same table share it.
    let tables: BTreeMap<String, &KclSettings> =
        plan.kcl.iter().rev().map(|kcl| (kcl.lease_table.to_string(), kcl)).collect();
    let tables = tables.into_iter();
    Usage {
        span,
        streams: plan.streams.iter().zip(streams).map(|(of, flowed)| of_stream(plan, of, flowed, figures)).collect(),
        tables: tables.map(|(name, kcl)| of_table(&name, kcl, figures, span)).collect(),
        deliveries: Vec::new(),
        workers: of_kcl.chain(of_pollers).collect(),
    }
}

fn of_stream(plan: &Plan, stream: &StreamPlan, flowed: &Stream, figures: &Figures) -> StreamUsage {
    let name = stream.name.as_str().to_owned();
    let counted = figures.streams.get(&name);
    let (records, bytes) = counted.map_or((0, 0), |counted| (counted.records_acked, counted.bytes_acked));
    let mean_bytes = bytes as f64 / records.max(1) as f64;
    let producers = || plan.producers.iter().filter(|producer| producer.is_to(&stream.name));
    let mean = |of: fn(u64) -> u64| {
        let weighted = producers().map(|producer| {
            let records_per_s = ProducerDemand::of(producer).writes.map_or(1.0, |writes| writes.records_per_s);
            (records_per_s, mean_units(producer, mean_bytes, of))
        });
        let (all, units) = weighted.fold((0.0, 0.0), |(all, sum), (weight, mean)| (all + weight, sum + weight * mean));
        if all > 0.0 { units / all } else { 0.0 }
    };
    let kcl = || plan.kcl.iter().filter(|kcl| kcl.stream == stream.name);
    let fan_out = || kcl().filter(|kcl| kcl.retrieval == Retrieval::FanOut);
    let readers = kcl().filter(|kcl| kcl.retrieval == Retrieval::Polling).count()
        + plan.pollers.iter().filter(|poller| poller.stream == stream.name).count();
    let end = us(plan.duration);
    let shard_ms = flowed.shards.iter().map(|shard| (shard.closed.unwrap_or(end) - shard.opened) / 1000).sum();
    let registered = |kcl: &KclSettings| -> u64 {
        let began = kcl.worker_starts.iter().copied().min().map_or(0, us);
        let of = |shard: &Shard| shard.closed.unwrap_or(end).saturating_sub(shard.opened.max(began)) / 1000;
        flowed.shards.iter().map(of).sum()
    };
    let retention_hours = stream.of.retention_hours;
    let mut usage = StreamUsage {
        name,
        mode: match stream.of.mode {
            StreamMode::Provisioned => Mode::Provisioned,
            StreamMode::OnDemand => Mode::OnDemand,
        },
        stream_ms: plan.duration.as_millis(),
        shard_ms,
        extended_shard_ms: if StreamUsage::is_extended(retention_hours) { shard_ms } else { 0 },
        put_payload_units: (records as f64 * mean(put_payload_units)).round() as u64,
        in_kib: (records as f64 * mean(billed_kib)).round() as u64,
        out_bytes: bytes * readers as u64,
        fan_out_consumer_shard_ms: fan_out().map(registered).sum(),
        fan_out_bytes: counted.map_or(0, |counted| counted.fan_out_bytes),
        ..StreamUsage::default()
    };
    usage.keep(bytes, retention_hours);
    usage
}

/// Mean units of a producer's records. What a record has beyond its data is its partition key.
fn mean_units(producer: &ProducerSettings, mean_bytes: f64, of: fn(u64) -> u64) -> f64 {
    let size = match &producer.load {
        // Of sizes that come from a trace the mean is known.
        Load::Trace { trace, .. } if trace.has_sizes() => return of(mean_bytes.round() as u64) as f64,
        Load::Generated { size, .. } | Load::Trace { size, .. } => size,
    };
    match *size {
        SizeDistribution::Fixed(data) => {
            // Whatever else writes to the stream, a key has 256 bytes at most.
            let key = (mean_bytes - f64::from(data)).clamp(0.0, 256.0);
            of(u64::from(data) + key.round() as u64) as f64
        }
        SizeDistribution::Uniform(low, high) => {
            let key = (mean_bytes - (f64::from(low) + f64::from(high)) / 2.0).clamp(0.0, 256.0).round() as u64;
            let step = ((high - low) / 1000).max(1);
            let sizes = (low..=high).step_by(step as usize);
            let (count, units) = sizes.fold((0u64, 0u64), |(n, sum), size| (n + 1, sum + of(u64::from(size) + key)));
            units as f64 / count.max(1) as f64
        }
    }
}

fn of_table(name: &str, kcl: &KclSettings, figures: &Figures, span: SimDuration) -> TableUsage {
    let counted = figures.tables.get(name);
    let mut usage = TableUsage { name: name.to_owned(), ..TableUsage::default() };
    match kcl.lease_table_capacity {
        Capacity::Provisioned { read, write } => {
            usage.read_unit_ms = u64::from(read) * span.as_millis();
            usage.write_unit_ms = u64::from(write) * span.as_millis();
        }
        Capacity::OnDemand => {
            usage.write_request_units = counted.map_or(0, |counted| counted.write_units_consumed);
            usage.read_request_half_units = counted.map_or(0, |counted| (counted.read_units_consumed * 2.0) as u64);
        }
    }
    usage
}
