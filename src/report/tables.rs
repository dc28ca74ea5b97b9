//! The tables of the terminal report: streams with their shards, consumers with their leases, producers, tables.
//!
//! Headers are short; a line under each heading gives the names that CloudWatch has for the same figures
//! (<https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html>,
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html>).

use std::collections::BTreeMap;
use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};

use super::style::{Style, WIDTH};
use super::words::{count, count_or_dash, cut, millis, percent, seconds, tenths, wrap};
use crate::measure::cloudwatch::{consumer as kcl, stream as metric, table as dynamodb};
use crate::measure::{ConsumerFigures, Figures, LeaseFigures, ShardFigures, ShardVerdict, StreamFigures};

/// How many rows of a table are shown; the rest is summed up.
const ROWS_MAX: usize = 10;
/// Longest text of a partition key in a table.
const KEY_CHARS: usize = 14;

/// All tables.
pub(super) fn figures(figures: &Figures, style: Style, out: &mut String) {
    for (name, stream) in &figures.streams {
        stream_section(name, stream, style, out);
    }
    consumers(&figures.consumers, style, out);
    for (name, consumer) in figures.consumers.iter().filter(|(_, c)| c.lease_table.is_some() && !c.leases.is_empty()) {
        leases(name, consumer, style, out);
    }
    producers(figures, style, out);
    tables(figures, style, out);
}

fn heading(title: &str, legend: &str, style: Style, out: &mut String) {
    let _ = writeln!(out, "\n{}", style.bold(title));
    for line in wrap(legend, 2, WIDTH).lines() {
        let _ = writeln!(out, "{}", style.dim(line));
    }
}

/// A table with its numbers to the right; `texts` are the columns that are not numbers.
fn table(header: &[&str], texts: &[usize], rows: Vec<Vec<String>>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING.header_separator(comfy_table::LineStyle::none().fill('─').junction('─')));
    table.set_header(header.to_vec());
    table.add_rows(rows);
    for (index, column) in table.column_iter_mut().enumerate() {
        let is_text = texts.contains(&index);
        column.set_cell_alignment(if is_text { CellAlignment::Left } else { CellAlignment::Right });
        column.set_padding((if index == 0 { 2 } else { 0 }, if index + 1 == header.len() { 0 } else { 1 }));
    }
    table
}

fn write_table(table: &Table, style: Style, out: &mut String) {
    for line in table.lines() {
        let line = line.trim_end();
        let verdict = WARNINGS.iter().find_map(|word| Some((line.strip_suffix(word)?, word)));
        let _ = match verdict {
            Some((start, word)) => writeln!(out, "{start}{}", style.warn(word)),
            None => writeln!(out, "{line}"),
        };
    }
}

const WARNINGS: [&str; 3] =
    [ShardVerdict::HotKey.as_str(), ShardVerdict::HotShard.as_str(), ShardVerdict::UnevenRanges.as_str()];

fn stream_section(name: &str, stream: &StreamFigures, style: Style, out: &mut String) {
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
    heading(
        &format!("Stream {name}: {} open", super::words::plural(stream.shards_open as usize, "shard")),
        &legend,
        style,
        out,
    );
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
        "peak s\nrec %",
        "\nbyte %",
        "peak m\n%",
        "throt-\ntled",
        "\n%",
        "hottest key\n(share)",
        "\nverdict",
    ];
    write_table(&table(&header, &[1, 11, 12], rows), style, out);
    for (id, shard) in shown.iter().filter(|(_, shard)| shard.advice.verdict != ShardVerdict::Fine) {
        let advice = format!("{}, {}: {}", id, shard.advice.verdict.as_str(), shard.advice.remedy);
        let _ = writeln!(out, "{}", wrap(&advice, 2, WIDTH));
    }
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
    let most = |of: fn(&ShardFigures) -> f64| rest.iter().map(|(_, s)| of(s)).fold(0.0, f64::max);
    let unwell = rest.iter().filter(|(_, s)| s.advice.verdict != ShardVerdict::Fine).count();
    let (acked, throttled) = (sum(|s| s.records_acked), sum(|s| s.records_throttled));
    Some(vec![
        format!("+{}", rest.len()),
        "others".into(),
        tenths(rest.iter().map(|(_, s)| s.hash_range_share_percent).sum()),
        count(acked),
        count(rest.iter().map(|(_, s)| s.records_per_s_mean).sum::<f64>().round() as u64),
        count(rest.iter().map(|(_, s)| s.records_per_s_peak).max().unwrap_or(0)),
        percent(most(|s| s.records_limit_peak_percent)),
        percent(most(|s| s.bytes_limit_peak_percent)),
        percent(most(|s| s.records_limit_peak_minute_percent).max(most(|s| s.bytes_limit_peak_minute_percent))),
        count_or_dash(throttled),
        if throttled == 0 { "-".into() } else { percent(100.0 * throttled as f64 / (acked + throttled) as f64) },
        "-".into(),
        if unwell == 0 { "fine".into() } else { format!("{unwell} not fine") },
    ])
}

/// `shardId-000000000012` as `12`.
fn short(id: &str) -> String {
    let digits = id.trim_start_matches("shardId-").trim_start_matches('0');
    if digits.is_empty() { "0".into() } else { digits.into() }
}

fn consumers(consumers: &BTreeMap<String, ConsumerFigures>, style: Style, out: &mut String) {
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
    heading("Consumers", &legend, style, out);
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
        "age\np50",
        "\np99",
        "\nmax",
        "behind\nmax",
        "leases\nmoved",
        "\nlost",
        "unowned\nmax",
    ];
    write_table(&table(&header, &[0], consumers.iter().map(row).collect()), style, out);
}

fn leases(name: &str, consumer: &ConsumerFigures, style: Style, out: &mut String) {
    let table_name = consumer.lease_table.as_deref().unwrap_or("-");
    let legend = format!(
        "at the end; checkpoints {} (refused {}), renewals failed {} ({} 0), leases stolen {}",
        count(consumer.checkpoints),
        count(consumer.checkpoints_refused),
        count(consumer.renewals_failed),
        kcl::RENEWALS_FAILED.name,
        count(consumer.leases_stolen),
    );
    heading(&format!("Leases of {name}, table {table_name}"), &legend, style, out);
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
    let header = ["shard id", "owner", "checkpoint", "records behind", "taken", "moved", "unowned"];
    write_table(&table(&header, &[1], shown.iter().map(row).collect()), style, out);
    if !rest.is_empty() {
        let behind: u64 = rest.iter().map(|(_, lease)| behind(lease)).sum();
        let owners = rest.iter().filter(|(_, lease)| lease.owner.is_some()).count();
        let _ = writeln!(out, "  +{} others, {owners} of them owned, {} records behind", rest.len(), count(behind));
    }
}

fn producers(figures: &Figures, style: Style, out: &mut String) {
    if figures.producers.is_empty() {
        return;
    }
    heading("Producers", "latency: from a put's beginning to its end, with retries", style, out);
    let rows = figures.producers.iter().map(|(name, p)| {
        vec![
            name.clone(),
            p.stream.clone(),
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
    let header =
        ["producer", "stream", "hosts", "offered", "ok", "given up", "%", "calls", "latency p50", "p99", "max"];
    write_table(&table(&header, &[0, 1], rows.collect()), style, out);
}

fn tables(figures: &Figures, style: Style, out: &mut String) {
    if figures.tables.is_empty() {
        return;
    }
    let legend = format!(
        "units: {}, {}; mean: {}, {}; throttled: {}, {}; conditions failed: {}; headroom: provisioned write units left \
         in the worst minute, throttled writes counted",
        dynamodb::READ_PROVISIONED.name,
        dynamodb::WRITE_PROVISIONED.name,
        dynamodb::READ_UNITS.name,
        dynamodb::WRITE_UNITS.name,
        dynamodb::READ_THROTTLED.name,
        dynamodb::WRITE_THROTTLED.name,
        dynamodb::CONDITIONS_FAILED.name,
    );
    heading("Tables", &legend, style, out);
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
        "read\nunits",
        "mean\n/s",
        "\nthrottled",
        "write\nunits",
        "mean\n/s",
        "peak\n/s",
        "\nheadroom",
        "\nthrottled",
        "cond.\nfailed",
        "stale\nreads",
    ];
    write_table(&table(&header, &[0], rows.collect()), style, out);
    for (name, table) in figures.tables.iter().filter(|(_, t)| !t.throttled_by.is_empty()) {
        let reasons: Vec<_> = table.throttled_by.iter().map(|(why, n)| format!("{why} {}", count(*n))).collect();
        let _ = writeln!(out, "  {name} throttled by {}", reasons.join(", "));
    }
}
