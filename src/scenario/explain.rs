//! Says in words what a scenario means, and with [`Demand`]'s figures whether it can go well.
//!
//! Words only: the arithmetic is [`client::capacity`](crate::client::capacity)'s.

use super::explain_delivery;
use super::percent::percent;
use super::plan::{AppPlan, Disturbance, Plan};
use crate::aws::dynamodb::api::Capacity;
use crate::aws::kinesis::limits::CONSUMERS_MAX;
use crate::base::SimTime;
use crate::base::units::ByteSize;
use crate::check::too_short_for;
use crate::client::autoscaling::{Autoscaling, Scale};
use crate::client::capacity::{Demand, StreamDemand};
use crate::client::kcl::KclSettings;
use crate::client::producer::{Load, ProducerSettings, Rate, Target};
use crate::measure::cure_reads;

/// A few lines about a plan.
pub fn explain(plan: &Plan) -> String {
    let mut lines = vec![format!("{}: {} of simulated time, seed {}", plan.name, plan.duration, plan.seed)];
    lines.extend(plan.services.kinesis.planted.0.map(|bug| format!("planted bug {}: {}", bug.word(), bug.told())));
    let demand = with_deliveries(plan);
    for (stream, asked) in plan.streams.iter().zip(&demand.streams) {
        lines.push(format!(
            "stream {}: {} shards ({} records/s and {}/s in all), retention {} h",
            stream.name,
            stream.shards,
            asked.limit.records_per_s,
            ByteSize(asked.limit.bytes_per_s as u64),
            stream.of.retention_hours
        ));
    }
    lines.extend(plan.producers.iter().map(|producer| explain_producer(&demand, producer)));
    lines.extend(explain_delivery::lines(plan));
    lines.extend(plan.kcl.iter().map(|kcl| explain_kcl(&demand, kcl)));
    for poller in &plan.pollers {
        lines.push(format!("consumer {}: reads every shard of {} without leases", poller.name, poller.stream));
    }
    for app in &plan.apps {
        let AppPlan { name, starts, stream, .. } = app;
        let workers = starts.len();
        lines.push(format!("consumer {name}: code of yours on {workers} host(s), reads {stream}"));
    }
    lines.extend(demand.streams.iter().filter_map(explain_writes));
    lines.extend(demand.streams.iter().filter_map(explain_reads));
    lines.extend(demand.streams.iter().filter_map(explain_fan_out));
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
    for Disturbance { from, until, text } in &plan.disturbances {
        lines.push(format!("  {from} {text}, until {until}"));
    }
    for action in &plan.actions {
        lines.push(format!("  {} {}", action.at, action.text));
    }
    lines.extend(plan.autoscaling.iter().map(explain_autoscaling));
    lines.extend(explain_too_short(plan));
    lines.join("\n") + "\n"
}

/// What all clients ask, delivery streams among them.
fn with_deliveries(plan: &Plan) -> Demand {
    let mut demand = plan.demand();
    for delivery in &plan.deliveries {
        let Some(source) = delivery.pipeline.source.stream() else { continue };
        let name = format!("delivery stream {}", delivery.name).into();
        let stream = demand.streams.iter_mut().find(|stream| stream.name == *source);
        stream.into_iter().for_each(|stream| stream.add_reader(&name, plan.services.firehose.read_every));
    }
    demand
}

/// `autoscaling of orders, 2 to 32 shards: up above 70 % in 3 minutes, down below 63 % in 15 minutes`.
fn explain_autoscaling(of: &Autoscaling) -> String {
    let way = |scale: &Option<Scale>, word: &str| {
        let told = |scale: &Scale| {
            let percent = f64::from(scale.threshold_tenths) / 10.0;
            format!("{word} {percent} % in {} minutes", scale.after_min)
        };
        scale.as_ref().map(told)
    };
    let ways: Vec<String> = way(&of.up, "up above").into_iter().chain(way(&of.down, "down below")).collect();
    format!("autoscaling of {}, {} to {} shards: {}", of.stream, of.shards_min, of.shards_max, ways.join(", "))
}

/// Which checks the run cannot show, because it ends too soon after the last that disturbs it.
fn explain_too_short(plan: &Plan) -> Option<String> {
    let faults = plan.faults.iter().map(|fault| fault.at.saturating_add(fault.lasts.unwrap_or_default()));
    let disturbed =
        faults.chain(plan.disturbances.iter().map(|disturbance| disturbance.until)).max().unwrap_or(SimTime::ZERO);
    let calm = plan.duration.saturating_sub(disturbed.since(SimTime::ZERO));
    let has_consumers = !(plan.kcl.is_empty() && plan.pollers.is_empty() && plan.apps.is_empty());
    let short = if has_consumers { too_short_for(calm, &plan.liveness) } else { Vec::new() };
    let names = short.iter().map(|(name, needed)| format!("{name} ({needed})"));
    let names: Vec<String> = names.chain(explain_delivery::too_short(plan, calm)).collect();
    let from = if disturbed == SimTime::ZERO { "lasts" } else { "is undisturbed at its end for" };
    (!names.is_empty()).then(|| format!("the run {from} {}, too short for {}", calm.told(), names.join(", ")))
}

fn explain_producer(demand: &Demand, producer: &ProducerSettings) -> String {
    let to = match &producer.to {
        Target::Stream(stream) => stream.to_string(),
        Target::Delivery(delivery) => format!("delivery stream {delivery}"),
    };
    let head = format!("producer {}: {} host(s) to {to}", producer.name, producer.hosts);
    let Load::Generated { rate, .. } = &producer.load else {
        return format!("{head}, from a trace");
    };
    let shape = match rate {
        Rate::Constant { .. } => "at",
        Rate::Ramp { .. } | Rate::Daily { .. } => "up to",
        Rate::Bursts { .. } => "in bursts of",
    };
    let stream = demand.streams.iter().find(|stream| producer.is_to(&stream.name));
    let asked = demand.producer(&producer.name);
    let Some((stream, asked, writes)) = stream.zip(asked).and_then(|(s, a)| Some((s, a, a.writes?))) else {
        return head;
    };
    let share = writes.of(stream.shards);
    let mut text = format!(
        "{head}, {shape} {} records/s: {} of the stream's record limit, {} of its byte limit",
        writes.records_per_s,
        percent(share.count),
        percent(share.bytes)
    );
    if let Some(hot) = &asked.hot_key {
        let alone = percent(hot.writes.of(1).larger());
        text.push_str(&format!("; key {:?} alone needs {alone} of one shard", hot.key));
    }
    text
}

/// What several producers ask together.
fn explain_writes(stream: &StreamDemand) -> Option<String> {
    let share = (stream.producers.len() > 1).then(|| stream.write_share())??;
    let remedy = if share.larger() > 1.0 { ": too much" } else { "" };
    let (name, records, bytes) = (&stream.name, percent(share.count), percent(share.bytes));
    Some(format!("writes of {name} in all: {records} of its record limit, {bytes} of its byte limit{remedy}"))
}

/// What all readers ask of each shard; fan-out has a share of its own and is not among them.
fn explain_reads(stream: &StreamDemand) -> Option<String> {
    let share = (!stream.readers.is_empty()).then(|| stream.read_share())?;
    let cure = cure_reads(stream.readers.len(), share, u64::from(stream.shards));
    let remedy = cure.map_or(String::new(), |cure| format!(": too much. {cure}"));
    let names: Vec<&str> = stream.readers.iter().map(|reader| &*reader.name).collect();
    Some(format!(
        "reads of {} by {}: {} of each shard's calls, {} of its bytes{remedy}",
        stream.name,
        names.join(", "),
        percent(share.count),
        percent(share.bytes)
    ))
}

/// What is pushed to each consumer with enhanced fan-out, and whether a stream may have so many.
fn explain_fan_out(stream: &StreamDemand) -> Option<String> {
    let names: Vec<&str> = stream.fan_out.iter().map(|name| &**name).collect();
    let is_too_many = names.len() > CONSUMERS_MAX;
    let remedy = if is_too_many { format!(": too many, a stream has {CONSUMERS_MAX}") } else { String::new() };
    let share = stream.fan_out_share().map_or("a share".to_owned(), percent);
    (!names.is_empty()).then(|| {
        format!(
            "enhanced fan-out of {} to {}: {share} of the 2 MiB/s of each shard that is each one's own{remedy}",
            stream.name,
            names.join(", ")
        )
    })
}

fn explain_kcl(demand: &Demand, kcl: &KclSettings) -> String {
    let workers = kcl.worker_starts.len();
    let head = format!("consumer {}: KCL 2.x, {workers} worker(s), lease table {}", kcl.name, kcl.lease_table);
    let Some(asked) = demand.lease_table(&kcl.name) else { return head };
    let capacity = match (asked.capacity, asked.has_enough_write_units()) {
        (Capacity::OnDemand, _) => "on demand".to_owned(),
        (Capacity::Provisioned { write, .. }, Some(false)) => format!("{write} provisioned: too few"),
        (Capacity::Provisioned { write, .. }, _) => format!("{write} provisioned"),
    };
    let shares =
        format!("{} of its writes, {} of its reads", percent(asked.write_share()), percent(asked.read_share()));
    let (renewals, checkpoints) = (asked.writes.renewals_per_s, asked.writes.checkpoints_per_s);
    let need = asked.write_units_per_s();
    let (renewals, checkpoints, need) = (per_s(renewals), per_s(checkpoints), per_s(need));
    let rates = format!("{renewals} renewals/s + {checkpoints} checkpoints/s = {need} write units/s");
    format!("{head}: {rates} ({capacity}; {shares})")
}

/// A rate as precisely as its sums can be followed.
fn per_s(rate: f64) -> String {
    if rate < 20.0 && rate.fract() != 0.0 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}
