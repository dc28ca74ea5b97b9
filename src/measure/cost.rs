//! What a run costs a month: its usage, priced.
//!
//! A run of minutes is drawn out to a month as if it went on so. A stream is billed by the mode that it has at the end.
//! Consumers with enhanced fan-out are billed while they are registered, whoever registered them.

use super::delivery::DeliveryMeasure;
use super::figures::{CostFigures, CostLine, rounded};
use super::stream::{Span, StreamMeasure};
use super::table::TableMeasure;
use crate::price::{Bill, Line, Prices, Usage, WorkerUsage};

/// The figures of a usage's bill.
pub(crate) fn cost(usage: &Usage, prices: &Prices) -> CostFigures {
    let bill = Bill::of(usage, prices);
    let per_month = bill.total();
    CostFigures {
        region: prices.region.clone(),
        prices_of: prices.date.clone(),
        prices_from: prices.source.clone(),
        per_month_usd: rounded(per_month.dollars(), 100.0),
        per_month,
        lines: bill.lines.iter().map(line).collect(),
    }
}

fn line(of: &Line) -> CostLine {
    CostLine {
        of: of.of.clone(),
        what: of.rule.what,
        units: rounded(of.units(), 1e6),
        unit: of.rule.unit,
        price_usd: of.price.dollars(),
        per_month_usd: rounded(of.cost.dollars(), 1e4),
        rule: of.rule.rule,
    }
}

/// What was used of everything that is paid for. Consumers come with how many hosts they had.
pub(super) fn usage<'a>(
    span: Span,
    streams: &[Option<StreamMeasure>],
    tables: &[Option<TableMeasure>],
    deliveries: &[Option<DeliveryMeasure>],
    consumers: impl Iterator<Item = (&'a str, usize)>,
) -> Usage {
    let length = span.to.since(span.from);
    let workers = |(consumer, hosts): (&str, usize)| WorkerUsage {
        consumer: consumer.to_owned(),
        worker_ms: hosts as u64 * length.as_millis(),
    };
    Usage {
        span: length,
        streams: streams.iter().flatten().map(|stream| stream.usage(span.to)).collect(),
        tables: tables.iter().flatten().map(|table| table.usage(span.to)).collect(),
        deliveries: deliveries.iter().flatten().map(DeliveryMeasure::usage).collect(),
        workers: consumers.map(workers).collect(),
    }
}
