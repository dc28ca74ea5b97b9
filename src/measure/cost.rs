//! What a run costs a month: its usage, priced.
//!
//! A run of minutes is drawn out to a month as if it went on so. Not billed, because events do not tell of it: modes of
//! streams that real clients change, and consumers that they register for enhanced fan-out.

use schemars::JsonSchema;
use serde::Serialize;

use super::consumer::ConsumerMeasure;
use super::figures::rounded;
use super::measures::Measures;
use crate::base::ConsumerId;
use crate::price::{Bill, Line, Prices, Usage, Usd, WorkerUsage};

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

impl CostFigures {
    /// The bill of a usage.
    pub(crate) fn of(usage: &Usage, prices: &Prices) -> Self {
        let bill = Bill::of(usage, prices);
        let per_month = bill.total();
        Self {
            region: prices.region.clone(),
            prices_of: prices.date.clone(),
            prices_from: prices.source.clone(),
            per_month_usd: rounded(per_month.dollars(), 100.0),
            per_month,
            lines: bill.lines.iter().map(CostLine::of).collect(),
        }
    }
}

impl CostLine {
    fn of(line: &Line) -> Self {
        Self {
            of: line.of.clone(),
            what: line.rule.what,
            units: rounded(line.units(), 1e6),
            unit: line.rule.unit,
            price_usd: line.price.dollars(),
            per_month_usd: rounded(line.cost.dollars(), 1e4),
            rule: line.rule.rule,
        }
    }
}

impl Measures {
    /// What was used of everything that is paid for.
    pub(crate) fn usage(&self) -> Usage {
        let (span, now) = (self.now().since(self.from()), self.now());
        let workers = |(id, consumer): (ConsumerId, &ConsumerMeasure)| WorkerUsage {
            consumer: self.names().consumer(id).to_owned(),
            worker_ms: consumer.hosts.len() as u64 * span.as_millis(),
        };
        Usage {
            span,
            streams: self.streams.iter().flatten().map(|stream| stream.usage(now)).collect(),
            tables: self.tables.iter().flatten().map(|table| table.usage(now)).collect(),
            workers: self.consumers().map(workers).collect(),
        }
    }
}
