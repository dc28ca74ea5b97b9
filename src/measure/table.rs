//! What is counted of a table.

use std::collections::BTreeMap;

use super::figures::{TableFigures, percent, rounded, seconds_of};
use super::integral::Integral;
use super::meter::Meter;
use super::stream::Span;
use crate::base::event::TableThrottle;
use crate::base::{SimTime, TableName};
use crate::price::TableUsage;

const MINUTE_S: u64 = 60;

pub(crate) struct TableMeasure {
    pub name: TableName,
    read_units: u32,
    write_units: u32,
    read_capacity: Integral,
    write_capacity: Integral,
    items: u64,
    pub counts: TableCounts,
}

#[derive(Default)]
pub(super) struct TableCounts {
    reads: u64,
    write_calls: u64,
    writes: Meter,
    read_half_units: u64,
    /// Those of requests while the table was on demand.
    on_demand_read_half_units: u64,
    on_demand_write_units: u64,
    read_throttled: u64,
    write_throttled: u64,
    throttled_by: BTreeMap<TableThrottle, u64>,
    pub conditions_failed: u64,
    pub(crate) stale_reads: u64,
    demand: Demand,
}

/// Write units asked for, by minute, against what was provisioned.
#[derive(Default)]
struct Demand {
    minute: u64,
    units: u64,
    /// Of the minute that had least, and when it began; of equal ones the first.
    least: Option<Headroom>,
}

#[derive(Clone, Copy)]
struct Headroom {
    percent: f64,
    minute: u64,
}

impl TableMeasure {
    pub(super) fn new(name: TableName, read_units: u32, write_units: u32, at: SimTime) -> Self {
        let counts = TableCounts::default();
        let [mut read_capacity, mut write_capacity] = [Integral::default(); 2];
        read_capacity.set(at, read_units.into());
        write_capacity.set(at, write_units.into());
        Self { name, read_units, write_units, read_capacity, write_capacity, items: 0, counts }
    }
    pub(crate) fn set_capacity(&mut self, at: SimTime, read_units: u32, write_units: u32) {
        self.ask(at, 0);
        (self.read_units, self.write_units) = (read_units, write_units);
        self.read_capacity.set(at, read_units.into());
        self.write_capacity.set(at, write_units.into());
    }
    pub(crate) fn consume(&mut self, at: SimTime, read_half_units: u32, write_units: u32) {
        self.counts.read_half_units += u64::from(read_half_units);
        if self.write_units == 0 {
            self.counts.on_demand_read_half_units += u64::from(read_half_units);
            self.counts.on_demand_write_units += u64::from(write_units);
        }
        self.counts.reads += u64::from(read_half_units > 0);
        self.counts.write_calls += u64::from(write_units > 0);
        if write_units > 0 {
            self.counts.writes.add(at, write_units.into(), 0);
            self.ask(at, write_units.into());
        }
    }
    pub(super) fn throttle(&mut self, at: SimTime, reason: TableThrottle, operation: &str) {
        *self.counts.throttled_by.entry(reason).or_default() += 1;
        if is_throttled_write(reason, operation) {
            self.counts.write_throttled += 1;
            self.ask(at, 1);
        } else {
            self.counts.read_throttled += 1;
        }
    }
    pub(super) fn write(&mut self, existed: bool, exists: bool) {
        self.items = self.items + u64::from(exists && !existed) - u64::from(existed && !exists).min(self.items);
    }
    pub(super) fn restart(&mut self, at: SimTime) {
        self.counts = TableCounts::default();
        self.read_capacity.restart(at);
        self.write_capacity.restart(at);
    }
    /// What is paid for, until `at`.
    pub(super) fn usage(&self, at: SimTime) -> TableUsage {
        TableUsage {
            name: self.name.as_str().to_owned(),
            write_unit_ms: self.write_capacity.unit_ms(at),
            read_unit_ms: self.read_capacity.unit_ms(at),
            write_request_units: self.counts.on_demand_write_units,
            read_request_half_units: self.counts.on_demand_read_half_units,
        }
    }

    fn ask(&mut self, at: SimTime, units: u64) {
        let minute = at.as_secs() / MINUTE_S;
        if minute != self.counts.demand.minute {
            self.counts.demand.least = self.headroom(MINUTE_S as f64);
            (self.counts.demand.minute, self.counts.demand.units) = (minute, 0);
        }
        self.counts.demand.units += units;
    }

    /// The least headroom of all minutes and the present one, which lasts `seconds`.
    fn headroom(&self, seconds: f64) -> Option<Headroom> {
        let demand = &self.counts.demand;
        if self.write_units == 0 {
            return demand.least;
        }
        let provisioned = f64::from(self.write_units) * seconds;
        let present =
            Headroom { percent: percent(provisioned - demand.units as f64, provisioned), minute: demand.minute };
        Some(demand.least.filter(|least| least.percent <= present.percent).unwrap_or(present))
    }

    pub(super) fn figures(&self, span: Span) -> TableFigures {
        let counts = &self.counts;
        let (written, peak) = (counts.writes.total().count, counts.writes.second_peak());
        let headroom = self.headroom(span.minute_s());
        let read = counts.read_half_units as f64 / 2.0;
        let per_s = |units: f64| rounded(units / span.seconds().max(1.0), 1000.0);
        let by_reason = counts.throttled_by.iter().map(|(reason, count)| (reason.as_str().to_string(), *count));
        TableFigures {
            read_units_provisioned: self.read_units.into(),
            write_units_provisioned: self.write_units.into(),
            reads: counts.reads,
            writes: counts.write_calls,
            read_units_consumed: read,
            write_units_consumed: written,
            read_units_per_s_mean: per_s(read),
            write_units_per_s_mean: per_s(written as f64),
            write_units_per_s_peak: peak.count,
            write_units_per_s_peak_at_s: peak.count_at.map(seconds_of),
            write_headroom_percent: headroom.map(|least| least.percent),
            write_headroom_at_s: headroom.map(|least| (least.minute * MINUTE_S) as f64),
            read_throttled: counts.read_throttled,
            write_throttled: counts.write_throttled,
            throttled_by: by_reason.collect(),
            conditions_failed: counts.conditions_failed,
            stale_reads: counts.stale_reads,
            items: self.items,
        }
    }
}

/// Whether a throttled call was one that writes.
pub(crate) fn is_throttled_write(reason: TableThrottle, operation: &str) -> bool {
    match reason {
        TableThrottle::TableWrite | TableThrottle::PartitionWrite | TableThrottle::IndexWrite => true,
        TableThrottle::TableRead | TableThrottle::PartitionRead | TableThrottle::IndexRead => false,
        TableThrottle::Injected => {
            ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"].contains(&operation)
        }
    }
}
