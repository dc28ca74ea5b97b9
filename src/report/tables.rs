//! The tables of the terminal report: streams with their shards, consumers with their leases, producers, tables.
//!
//! Headers are short; a line under each heading gives the names that CloudWatch has for the same figures
//! (<https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html>,
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html>).

use std::collections::BTreeMap;

use super::columns::{Columns, Sheet};
use super::cost;
use super::deliveries;
use super::words::{count, count_or_dash, cut, millis, percent, seconds, tenths};
use crate::base::units::ByteSize;
use crate::measure::cloudwatch::{consumer as kcl, stream as metric, table as dynamodb};
use crate::measure::{
    CatchUpFigures, ConsumerFigures, Figures, LeaseFigures, ShardFigures, ShardVerdict, StreamFigures,
};

/// How many rows of a table are shown; the rest is summed up.
const ROWS_MAX: usize = 10;
/// Longest text of a partition key in a table.
const KEY_CHARS: usize = 14;

/// All tables.
pub(super) fn figures(figures: &Figures, to: &mut dyn Sheet) {
    for (name, stream) in &figures.streams {
        stream_section(name, stream, to);
    }
    consumers(&figures.consumers, to);
    for (name, consumer) in figures.consumers.iter().filter(|(_, c)| c.lease_table.is_some() && !c.leases.is_empty()) {
        leases(name, consumer, to);
    }
    producers(figures, to);
    deliveries::write(&figures.deliveries, to);
    tables(figures, to);
    cost::write(&figures.cost, to);
}

fn stream_section(name: &str, stream: &StreamFigures, to: &mut dyn Sheet) {
    let legend = format!(
        "acked {} records ({}), throttled {} = {} % ({}), {} in the worst minute; reads throttled {} ({}), iterators \
         expired {}, records trimmed {}",
        count(stream.records_acked),
        metric::INCOMING_RECORDS.name,
        count(stream.records_throttled),
        percent(stream.throttled_percent),
        metric::WRITE_THROTTLED.name,
        count(stream.records_throttled_peak_per_minute),
        count(stream.reads_throttled),
        metric::READ_THROTTLED.name,
        count(stream.iterators_expired),
        count(stream.records_trimmed),
    );
    to.heading(&format!("Stream {name}: {} open", super::words::plural(stream.shards_open as usize, "shard")), &legend);
    let busiest = busiest(stream);
    let shown = &busiest[..busiest.len().min(ROWS_MAX)];
    let mut rows: Vec<_> = shown.iter().map(|(id, shard)| shard_row(short(id), shard)).collect();
    if let Some(rest) = rest_row(&busiest[shown.len()..]) {
        rows.push(rest);
    }
    let header = [
        "shard\nid",
        "\nstate",
        "keys\n%",
        "\nacked",
        "mean\n/s",
        "peak\n/s",
        "(peak s)\nrec %",
        "(peak s)\nbyte %",
        "peak m\n%",
        "throt-\ntled",
        "\n%",
        "hottest key\n(share)",
        "\nverdict",
    ];
    to.columns(&Columns { header: &header, texts: &[1, 11, 12], spare: &[2, 4, 8, 11, 7, 1, 5, 6, 10], rows });
    advice(shown, to);
    if stream.readers > 0 {
        to.line(&reads(stream));
    }
    if stream.fan_out_consumers > 0 || stream.fan_out_bytes > 0 {
        to.line(&pushed(stream));
    }
}

/// What helps each shard that is not fine. Where all are as busy one speaks for all.
fn advice(shown: &[(&String, &ShardFigures)], to: &mut dyn Sheet) {
    let alike = |verdict| matches!(verdict, ShardVerdict::TooFewShards | ShardVerdict::Bursts);
    let verdict_of = |(_, shard): &(&String, &ShardFigures)| shard.advice.verdict;
    for (n, told) in shown.iter().enumerate().filter(|(_, shard)| verdict_of(shard) != ShardVerdict::Fine) {
        let (id, shard) = *told;
        let same = |shards: &[(&String, &ShardFigures)]| {
            shards.iter().filter(|other| alike(verdict_of(told)) && verdict_of(other) == verdict_of(told)).count()
        };
        if same(&shown[..n]) > 0 {
            continue;
        }
        let others = match same(&shown[n + 1..]) {
            0 => String::new(),
            others => format!(" (and {others} more)"),
        };
        let advice = format!("{id}{others}, {}: {}", shard.advice.verdict.as_str(), shard.advice.remedy);
        to.line(&advice);
    }
}

/// What its readers asked of the busiest shard, and what helps.
fn reads(stream: &StreamFigures) -> String {
    let asked = format!(
        "reads by {}: {} % of the 5 calls/s and {} % of the 2 MiB/s of the busiest shard in its busiest minute",
        super::words::plural(stream.readers as usize, "application"),
        percent(stream.read_calls_limit_peak_minute_percent),
        percent(stream.read_bytes_limit_peak_minute_percent),
    );
    match &stream.read_remedy {
        Some(remedy) => format!("{asked}, too much: {remedy}"),
        None => asked,
    }
}

/// What went out by enhanced fan-out.
fn pushed(stream: &StreamFigures) -> String {
    let consumers = super::words::plural(stream.fan_out_consumers as usize, "consumer");
    format!("enhanced fan-out to {consumers}: {} pushed", ByteSize(stream.fan_out_bytes))
}

/// Shards by records put to them, most first.
fn busiest(stream: &StreamFigures) -> Vec<(&String, &ShardFigures)> {
    let mut shards: Vec<_> = stream.shards.iter().collect();
    if shards.len() > ROWS_MAX {
        shards.sort_by_key(|(id, s)| (std::cmp::Reverse(s.records_acked + s.records_throttled), *id));
    }
    shards
}

fn shard_row(id: String, shard: &ShardFigures) -> Vec<String> {
    let minute = shard.records_limit_peak_minute_percent.max(shard.bytes_limit_peak_minute_percent);
    // A key of less than one percent is not what makes the shard busy.
    let key = shard.hottest_keys.first().filter(|key| key.share_percent >= 1.0);
    vec![
        id,
        shard.state.into(),
        tenths(shard.hash_range_share_percent),
        count(shard.records_acked),
        count(shard.records_per_s_mean.round() as u64),
        count(shard.records_per_s_peak),
        percent(shard.records_limit_peak_percent),
        percent(shard.bytes_limit_peak_percent),
        percent(minute),
        count_or_dash(shard.records_throttled),
        if shard.records_throttled == 0 { "-".into() } else { percent(shard.throttled_percent) },
        key.map_or("-".into(), |k| format!("{} ({:.0} %)", cut(&k.key, KEY_CHARS), k.share_percent)),
        shard.advice.verdict.as_str().into(),
    ]
}

fn rest_row(rest: &[(&String, &ShardFigures)]) -> Option<Vec<String>> {
    if rest.is_empty() {
        return None;
    }
    let sum = |of: fn(&ShardFigures) -> u64| rest.iter().map(|(_, s)| of(s)).sum::<u64>();
    let most =
        |of: fn(&ShardFigures) -> f64| format!("≤{}", percent(rest.iter().map(|(_, s)| of(s)).fold(0.0, f64::max)));
    let unwell = rest.iter().filter(|(_, s)| s.advice.verdict != ShardVerdict::Fine).count();
    let (acked, throttled) = (sum(|s| s.records_acked), sum(|s| s.records_throttled));
    let tries = acked + throttled + sum(|s| s.records_failed);
    // Shares of the key space and means over times in which shards were open do not add up.
    Some(vec![
        format!("+{}", rest.len()),
        "others".into(),
        "-".into(),
        count(acked),
        "-".into(),
        format!("≤{}", count(rest.iter().map(|(_, s)| s.records_per_s_peak).max().unwrap_or(0))),
        most(|s| s.records_limit_peak_percent),
        most(|s| s.bytes_limit_peak_percent),
        most(|s| s.records_limit_peak_minute_percent.max(s.bytes_limit_peak_minute_percent)),
        count_or_dash(throttled),
        if throttled == 0 { "-".into() } else { percent(100.0 * throttled as f64 / tries as f64) },
        "-".into(),
        if unwell == 0 { "fine".into() } else { format!("{unwell} not fine") },
    ])
}

/// `shardId-000000000012` as `12`.
fn short(id: &str) -> String {
    let digits = id.trim_start_matches("shardId-").trim_start_matches('0');
    if digits.is_empty() { "0".into() } else { digits.into() }
}

fn consumers(consumers: &BTreeMap<String, ConsumerFigures>, to: &mut dyn Sheet) {
    if consumers.is_empty() {
        return;
    }
    let legend = format!(
        "iterator age: {}, and that of shards which nobody reads; behind: {}; leases lost: {}; unowned: longest time \
         without a worker",
        kcl::ITERATOR_AGE.name,
        kcl::BEHIND_LATEST.name,
        kcl::LOST_LEASES.name,
    );
    to.heading("Consumers", &legend);
    let row = |(name, c): (&String, &ConsumerFigures)| {
        vec![
            name.clone(),
            c.workers.to_string(),
            count(c.records_processed),
            count_or_dash(c.duplicates),
            count_or_dash(c.records_skipped),
            count_or_dash(c.unread_records_trimmed),
            millis(c.iterator_age_p50_ms),
            millis(c.iterator_age_p99_ms),
            millis(c.iterator_age_max_ms),
            millis(c.millis_behind_latest_max_ms),
            count_or_dash(c.leases_moved),
            count_or_dash(c.leases_lost),
            seconds(c.unowned_s_max),
        ]
    };
    let header = [
        "\nconsumer",
        "\nworkers",
        "\nprocessed",
        "\nduplicate",
        "\nskipped",
        "trimmed\nunread",
        "(age)\np50",
        "(age)\np99",
        "(age)\nmax",
        "behind\nmax",
        "(leases)\nmoved",
        "(leases)\nlost",
        "unowned\nmax",
    ];
    let rows = consumers.iter().map(row).collect();
    let spare = &[6, 1, 9, 10, 4, 5, 11, 8];
    to.columns(&Columns { header: &header, texts: &[0], spare, rows });
    consumers.iter().for_each(|(name, consumer)| caught_up(name, consumer, to));
}

/// Faults after which a consumer needed longest.
const CATCH_UPS_MAX: usize = 5;

fn caught_up(name: &str, consumer: &ConsumerFigures, to: &mut dyn Sheet) {
    let mut all: Vec<_> = consumer.catch_ups.iter().collect();
    let took = |catch_up: &CatchUpFigures| catch_up.catch_up_s.unwrap_or(f64::INFINITY);
    all.sort_by(|a, b| took(b).total_cmp(&took(a)));
    for catch_up in all.iter().take(CATCH_UPS_MAX) {
        let line = match catch_up.catch_up_s {
            Some(s) => format!("{name} was at the tip again {} after: {}", seconds(s), catch_up.after),
            None => format!("{name} was not at the tip again when the run ended, after: {}", catch_up.after),
        };
        to.line(&line);
    }
}

fn leases(name: &str, consumer: &ConsumerFigures, to: &mut dyn Sheet) {
    let table_name = consumer.lease_table.as_deref().unwrap_or("-");
    let legend = format!(
        "at the end; checkpoints {} (refused {}), renewals failed {} ({} 0), leases stolen {}",
        count(consumer.checkpoints),
        count(consumer.checkpoints_refused),
        count(consumer.renewals_failed),
        kcl::RENEWALS_FAILED.name,
        count(consumer.leases_stolen),
    );
    to.heading(&format!("Leases of {name}, table {table_name}"), &legend);
    let mut all: Vec<_> = consumer.leases.iter().collect();
    let behind = |lease: &LeaseFigures| lease.end.saturating_sub(lease.checkpoint);
    if all.len() > ROWS_MAX {
        all.sort_by_key(|(id, lease)| (std::cmp::Reverse(behind(lease)), *id));
    }
    let row = |(id, lease): &(&String, &LeaseFigures)| {
        let checkpoint = if lease.is_finished { "SHARD_END".into() } else { count(lease.checkpoint) };
        vec![
            short(id),
            lease.owner.clone().unwrap_or("-".into()),
            checkpoint,
            count_or_dash(behind(lease)),
            lease.taken.to_string(),
            count_or_dash(lease.moved),
            seconds(lease.unowned_s),
        ]
    };
    let (shown, rest) = all.split_at(all.len().min(ROWS_MAX));
    let header = ["shard id", "owner", "checkpoint", "records behind", "taken", "moved", "unowned in all"];
    let rows = shown.iter().map(row).collect();
    to.columns(&Columns { header: &header, texts: &[1], spare: &[4, 2], rows });
    if !rest.is_empty() {
        let behind: u64 = rest.iter().map(|(_, lease)| behind(lease)).sum();
        let owners = rest.iter().filter(|(_, lease)| lease.owner.is_some()).count();
        let others = format!("+{} others, {owners} of them owned, {} records behind", rest.len(), count(behind));
        to.line(&others);
    }
}

fn producers(figures: &Figures, to: &mut dyn Sheet) {
    if figures.producers.is_empty() {
        return;
    }
    to.heading("Producers", "latency: from a put's beginning to its end, with retries");
    let rows = figures.producers.iter().map(|(name, p)| {
        vec![
            name.clone(),
            if p.delivery.is_empty() { p.stream.clone() } else { p.delivery.clone() },
            p.hosts.to_string(),
            count(p.records_offered),
            count(p.records_ok),
            count_or_dash(p.records_given_up),
            if p.records_given_up == 0 { "-".into() } else { percent(p.given_up_percent) },
            count(p.attempts),
            millis(p.put_latency_p50_ms),
            millis(p.put_latency_p99_ms),
            millis(p.put_latency_max_ms),
        ]
    });
    let header = [
        "\nproducer",
        "\nstream",
        "\nhosts",
        "\noffered",
        "\nok",
        "given\nup",
        "\n%",
        "\ncalls",
        "(latency)\np50",
        "(latency)\np99",
        "(latency)\nmax",
    ];
    let columns = Columns { header: &header, texts: &[0, 1], spare: &[2, 8, 1, 7, 6, 10], rows: rows.collect() };
    to.columns(&columns);
}

fn tables(figures: &Figures, to: &mut dyn Sheet) {
    if figures.tables.is_empty() {
        return;
    }
    let legend = format!(
        "units: {}, {}; mean and peak a second: {}, {}; throttled: {}, {}; conditions failed: {}; headroom: \
         provisioned write units left in the worst minute, throttled writes counted",
        dynamodb::READ_PROVISIONED.name,
        dynamodb::WRITE_PROVISIONED.name,
        dynamodb::READ_UNITS.name,
        dynamodb::WRITE_UNITS.name,
        dynamodb::READ_THROTTLED.name,
        dynamodb::WRITE_THROTTLED.name,
        dynamodb::CONDITIONS_FAILED.name,
    );
    to.heading("Tables", &legend);
    let units = |n: u64| if n == 0 { "on demand".to_string() } else { count(n) };
    let rows = figures.tables.iter().map(|(name, t)| {
        vec![
            name.clone(),
            count(t.items),
            units(t.read_units_provisioned),
            format!("{:.1}", t.read_units_per_s_mean),
            count_or_dash(t.read_throttled),
            units(t.write_units_provisioned),
            format!("{:.1}", t.write_units_per_s_mean),
            count(t.write_units_per_s_peak),
            t.write_headroom_percent.map_or("-".into(), |p| format!("{} %", percent(p))),
            count_or_dash(t.write_throttled),
            count_or_dash(t.conditions_failed),
            count_or_dash(t.stale_reads),
        ]
    });
    let header = [
        "\ntable",
        "\nitems",
        "(read)\nunits",
        "(read)\nmean",
        "(read)\nthrottled",
        "(write)\nunits",
        "(write)\nmean",
        "(write)\npeak",
        "(write)\nheadroom",
        "(write)\nthrottled",
        "cond.\nfailed",
        "stale\nreads",
    ];
    let columns = Columns { header: &header, texts: &[0], spare: &[11, 10, 1, 3, 6, 7, 2, 4], rows: rows.collect() };
    to.columns(&columns);
    for (name, table) in figures.tables.iter().filter(|(_, t)| !t.throttled_by.is_empty()) {
        let reasons: Vec<_> = table.throttled_by.iter().map(|(why, n)| format!("{why} {}", count(*n))).collect();
        to.line(&format!("{name} throttled by {}", reasons.join(", ")));
    }
}
