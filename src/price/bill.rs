//! A bill: lines with their quantity, price and rule, for a month of 730 hours at the rate of the usage.

use super::rules::{Counted, MONTH, Rule, of_delivery, of_shortfall, of_stream, of_table, of_workers};
use super::table::Prices;
use super::usage::Usage;
use super::usd::Usd;
use crate::base::SimDuration;

/// What usage costs a month.
#[derive(Debug, PartialEq)]
pub(crate) struct Bill {
    /// Streams, tables and workers in their order; what costs nothing because nothing of it was used is left out.
    pub(crate) lines: Vec<Line>,
}

/// A thing that is paid for.
#[derive(Debug, PartialEq)]
pub(crate) struct Line {
    /// Whose it is: `stream clicks`.
    pub(crate) of: String,
    /// What it is, and how it is counted.
    pub(crate) rule: &'static Rule,
    /// So much of it, in what the rule counts.
    counted: u128,
    /// What one unit costs.
    pub(crate) price: Usd,
    /// What all of it costs.
    pub(crate) cost: Usd,
}

impl Line {
    /// Units of it, of those that the price is of.
    pub(crate) fn units(&self) -> f64 {
        self.counted as f64 / self.rule.per as f64
    }
}

impl Bill {
    /// The bill of a month of 730 hours that goes on as the usage did.
    pub(crate) fn of(usage: &Usage, prices: &Prices) -> Self {
        Self::of_length(usage, prices, MONTH)
    }
    /// The bill of so long a time that goes on as the usage did; empty of a usage over no time.
    pub(super) fn of_length(usage: &Usage, prices: &Prices, length: SimDuration) -> Self {
        let mut lines = Vec::new();
        let span_ms = u128::from(usage.span.as_millis());
        if span_ms == 0 {
            return Self { lines };
        }
        let mut add = |of: String, counted: Vec<Counted>| {
            for (rule, quantity, price) in counted.into_iter().filter(|(_, quantity, _)| *quantity > 0) {
                let counted = (quantity * u128::from(length.as_millis()) + span_ms / 2) / span_ms;
                lines.push(Line { of: of.clone(), rule, counted, price, cost: price.times(counted, rule.per) });
            }
        };
        for stream in &usage.streams {
            add(format!("stream {}", stream.name), of_stream(prices, stream));
        }
        add("all streams on demand".to_owned(), of_shortfall(prices, usage));
        for delivery in &usage.deliveries {
            add(format!("delivery stream {}", delivery.name), of_delivery(prices, delivery));
        }
        for table in &usage.tables {
            add(format!("table {}", table.name), of_table(prices, table));
        }
        for workers in &usage.workers {
            add(format!("consumer {}", workers.consumer), of_workers(prices, workers));
        }
        Self { lines }
    }
    /// The sum of all lines.
    pub(crate) fn total(&self) -> Usd {
        self.lines.iter().map(|line| line.cost).sum()
    }
}
