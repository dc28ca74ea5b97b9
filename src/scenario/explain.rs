//! Says what a scenario means, with the arithmetic that tells whether it can go well.

use super::plan::{AppPlan, Plan};
use crate::aws::dynamodb::api::Capacity;
use crate::base::units::ByteSize;
use crate::client::processor::CheckpointPolicy;
use crate::client::producer::{KeyDistribution, Load, ProducerSettings, Rate, SizeDistribution};

/// A few lines about a plan.
pub fn explain(plan: &Plan) -> String {
    let mut lines = vec![format!("{}: {} of simulated time, seed {}", plan.name, plan.duration, plan.seed.0)];
    for stream in &plan.streams {
        let limit = ByteSize(u64::from(stream.shards) << 20);
        lines.push(format!(
            "stream {}: {} shards ({} records/s and {limit}/s in all), retention {} h",
            stream.name,
            stream.shards,
            stream.shards * 1000,
            stream.retention_hours
        ));
    }
    lines.extend(plan.producers.iter().map(|producer| explain_producer(plan, producer)));
    lines.extend(plan.kcl.iter().map(|kcl| explain_kcl(plan, kcl)));
    for poller in &plan.pollers {
        lines.push(format!("consumer {}: reads every shard of {} without leases", poller.name, poller.stream));
    }
    for app in &plan.apps {
        let AppPlan { name, workers, stream, .. } = app;
        lines.push(format!("consumer {name}: code of yours on {workers} host(s), reads {stream}"));
    }
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    lines.push(format!(
        "{}, {}, {}",
        count(plan.faults.len(), "fault"),
        count(plan.actions.len(), "action"),
        count(plan.expectations.len(), "expectation")
    ));
    for fault in &plan.faults {
        lines.push(format!("  {} {}", fault.at, fault.text));
    }
    for action in &plan.actions {
        lines.push(format!("  {} {}", action.at, action.text));
    }
    lines.join("\n") + "\n"
}

fn explain_producer(plan: &Plan, producer: &ProducerSettings) -> String {
    let head = format!("producer {}: {} host(s) to {}", producer.name, producer.hosts, producer.stream);
    let Load::Generated { rate, size, keys } = &producer.load else {
        return format!("{head}, from a trace");
    };
    let (per_s, shape) = match *rate {
        Rate::Constant { per_s } => (per_s, "at"),
        Rate::Ramp { from_per_s, to_per_s } => (from_per_s.max(to_per_s), "up to"),
        Rate::Daily { high_per_s, .. } => (high_per_s, "up to"),
        Rate::Bursts { burst_per_s, .. } => (burst_per_s, "in bursts of"),
    };
    let bytes = match *size {
        SizeDistribution::Fixed(bytes) => f64::from(bytes),
        SizeDistribution::Uniform(low, high) => (f64::from(low) + f64::from(high)) / 2.0,
    };
    let Some(stream) = plan.streams.iter().find(|stream| stream.name == producer.stream) else { return head };
    let shards = f64::from(stream.shards);
    let of_records = per_s / (shards * 1000.0) * 100.0;
    let of_bytes = per_s * bytes / (shards * 1_048_576.0) * 100.0;
    let mut text = format!(
        "{head}, {shape} {per_s} records/s: {} of the stream's record limit, {} of its byte limit",
        percent(of_records),
        percent(of_bytes)
    );
    if let KeyDistribution::Hot { key, share, .. } = keys {
        let hot = per_s * share / 1000.0 * 100.0;
        let hot_bytes = per_s * share * bytes / 1_048_576.0 * 100.0;
        text.push_str(&format!("; key {key:?} alone needs {} of one shard", percent(hot.max(hot_bytes))));
    }
    text
}

/// Whole percents, and tenths of small ones.
fn percent(percent: f64) -> String {
    let decimals = usize::from(percent < 9.95);
    format!("{percent:.decimals$} %")
}

fn explain_kcl(plan: &Plan, kcl: &crate::client::kcl::KclSettings) -> String {
    let workers = kcl.worker_starts.len();
    let head = format!("consumer {}: KCL 2.x, {workers} worker(s), lease table {}", kcl.name, kcl.lease_table);
    let Some(stream) = plan.streams.iter().find(|stream| stream.name == kcl.stream) else { return head };
    let renew_s = (kcl.failover.as_millis() / 3).saturating_sub(kcl.epsilon.as_millis()) as f64 / 1000.0;
    let renewals = f64::from(stream.shards) / renew_s.max(0.001);
    let checkpoints = match kcl.processor.checkpoint {
        CheckpointPolicy::Every(time) => f64::from(stream.shards) / time.as_secs_f64(),
        CheckpointPolicy::EveryBatch => f64::from(stream.shards) / kcl.idle_between_reads.as_secs_f64(),
        _ => 0.0,
    };
    let need = renewals + checkpoints;
    let capacity = match kcl.lease_table_capacity {
        Capacity::OnDemand => "on demand".to_owned(),
        Capacity::Provisioned { write, .. } if need > f64::from(write) => format!("{write} provisioned: too few"),
        Capacity::Provisioned { write, .. } => format!("{write} provisioned"),
    };
    format!("{head}: {renewals:.0} renewals/s + {checkpoints:.0} checkpoints/s = {need:.0} write units/s ({capacity})")
}
