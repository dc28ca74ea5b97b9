//! The tables of delivery streams in the terminal report: what went in, what became of it, how fresh it was.

use std::collections::BTreeMap;

use super::columns::{Columns, Sheet};
use super::words::{count, count_or_dash, millis};
use crate::base::units::ByteSize;
use crate::measure::DeliveryFigures;
use crate::measure::cloudwatch::delivery as metric;

/// The sections of delivery streams.
pub(super) fn write(deliveries: &BTreeMap<String, DeliveryFigures>, to: &mut dyn Sheet) {
    if deliveries.is_empty() {
        return;
    }
    records(deliveries, to);
    calls(deliveries, to);
    for (name, delivery) in deliveries {
        remedies(name, delivery).iter().for_each(|remedy| to.line(remedy));
    }
}

fn records(deliveries: &BTreeMap<String, DeliveryFigures>, to: &mut dyn Sheet) {
    let legend = format!(
        "records: what became of those that went in ({}, {}); throttled: {}; billed: each in steps of 5 KB",
        metric::INCOMING_RECORDS.name,
        metric::SOURCE_RECORDS.name,
        metric::THROTTLED_RECORDS.name,
    );
    to.heading("Delivery streams", &legend);
    let rows = deliveries.iter().map(|(name, d)| {
        vec![
            name.clone(),
            d.source.clone(),
            d.destination.clone(),
            count(d.records_in),
            count_or_dash(d.records_throttled),
            count(d.records_delivered),
            count_or_dash(d.records_delivered_again),
            count_or_dash(d.records_dropped),
            count_or_dash(d.records_failed),
            count_or_dash(d.records_lost),
            count_or_dash(d.records_waiting),
            ByteSize(d.bytes_in).to_string(),
            ByteSize(d.bytes_billed).to_string(),
        ]
    });
    let header = [
        "\nname",
        "\nsource",
        "\ndestination",
        "\nin",
        "\nthrottled",
        "\ndelivered",
        "\nagain",
        "\ndropped",
        "\nfailed",
        "\nlost",
        "\nwaiting",
        "(bytes)\nin",
        "(bytes)\nbilled",
    ];
    let columns = Columns { header: &header, texts: &[0, 1, 2], spare: &[11, 12, 1, 4, 6], rows: rows.collect() };
    to.columns(&columns);
}

fn calls(deliveries: &BTreeMap<String, DeliveryFigures>, to: &mut dyn Sheet) {
    let legend = format!(
        "calls with retries; freshness: age of a delivery's oldest record (DataFreshness); function: an invocation \
         ({})",
        metric::PROCESSING_DURATION.name,
    );
    to.heading("Deliveries", &legend);
    let rows = deliveries.iter().map(|(name, d)| {
        vec![
            name.clone(),
            count(d.batches),
            count(d.delivery_attempts),
            count_or_dash(d.delivery_attempts_failed),
            count_or_dash(d.backup_attempts),
            count_or_dash(d.backup_attempts_failed),
            millis(d.freshness_p50_ms),
            millis(d.freshness_p99_ms),
            millis(d.freshness_max_ms),
            count_or_dash(d.function_calls),
            count_or_dash(d.function_calls_failed),
            millis(d.function_time_p50_ms),
            millis(d.function_time_max_ms),
            count_or_dash(d.partitions_max),
        ]
    });
    let header = [
        "\nname",
        "\nbatches",
        "(destination)\ncalls",
        "(destination)\nfailed",
        "(backup)\ncalls",
        "(backup)\nfailed",
        "(freshness)\np50",
        "(freshness)\np99",
        "(freshness)\nmax",
        "(function)\ncalls",
        "(function)\nfailed",
        "(function)\np50",
        "(function)\nmax",
        "\npartitions",
    ];
    let spare = &[13, 11, 4, 5, 6, 1];
    to.columns(&Columns { header: &header, texts: &[0], spare, rows: rows.collect() });
}

/// A bill of so many times what went in is worth a word.
const BILLED_TIMES: u64 = 3;

/// What would help, where something is known to.
fn remedies(name: &str, d: &DeliveryFigures) -> Vec<String> {
    let mut remedies = Vec::new();
    if d.records_in > 0 && d.bytes_billed > BILLED_TIMES * d.bytes_in {
        let (mean, times) = (ByteSize(d.bytes_in / d.records_in), d.bytes_billed / d.bytes_in.max(1));
        remedies.push(format!(
            "{name}: records of {mean} are billed as 5 KB each, {times} times what they are; put several \
             into one"
        ));
    }
    if d.reads_throttled > 0 {
        remedies.push(format!(
            "{name}: {} of Firehose's reads of {} were throttled ({}), and it was up to {} behind ({})",
            count(d.reads_throttled),
            d.source,
            metric::THROTTLED_GET_RECORDS.name,
            millis(d.millis_behind_latest_max_ms),
            metric::BEHIND_LATEST.name,
        ));
    }
    let slowest = d.function_time_max_ms.unwrap_or(0).max(d.function_time_p99_ms.unwrap_or(0));
    if d.function_calls_failed > 0 {
        let failed = count(d.function_calls_failed);
        remedies.push(format!(
            "{name}: {failed} invocations failed, the longest took {}; give the function less at once \
             (`function_buffer`), or let it run for longer",
            millis(Some(slowest))
        ));
    }
    remedies
}
