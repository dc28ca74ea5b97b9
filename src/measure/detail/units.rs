//! Units of tables over time: what was consumed and throttled, against the capacity and what is saved for bursts.
//!
//! The bucket is counted here by the service's rule from what the events tell. Debts of pages and the ceilings of
//! partitions are not in it.

use crate::aws::dynamodb::capacity::BURST_S;
use crate::base::event::{Event, Fold, TableThrottle};
use crate::base::{SimDuration, SimTime, TableId, TableName, TokenBucket};
use crate::measure::by_id::ById;

/// What happened to a table in a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct UnitsPoint {
    /// Half read units consumed.
    pub(crate) read_halves: u64,
    /// Write units consumed.
    pub(crate) writes: u64,
    /// Calls throttled for want of write units, of read units, and by faults.
    pub(crate) throttled: u64,
    /// What the burst bucket for writes had at the end of the point; `None` where nothing happened.
    pub(crate) saved: Option<u64>,
}

/// A table over time.
#[derive(Clone, Debug)]
pub(crate) struct TableUnits {
    pub(crate) table: TableId,
    pub(crate) name: TableName,
    /// From when how many write units a second, 0 when on demand.
    pub(crate) write_capacity: Vec<(SimTime, u32)>,
    /// From when how many read units a second, 0 when on demand.
    pub(crate) read_capacity: Vec<(SimTime, u32)>,
    pub(crate) points: Vec<UnitsPoint>,
    bucket: TokenBucket,
}

/// All tables.
pub(super) struct Units {
    step: SimDuration,
    burst_starts_full: bool,
    tables: Vec<TableUnits>,
    /// By table, its place.
    places: ById<Option<usize>>,
}

impl Units {
    pub(super) fn new(step: SimDuration, burst_starts_full: bool) -> Self {
        Self { step, burst_starts_full, tables: Vec::new(), places: ById::default() }
    }
    pub(super) fn tables(&self) -> &[TableUnits] {
        &self.tables
    }

    fn declare(&mut self, at: SimTime, table: TableId, name: &TableName, read: u32, write: u32) {
        let (rate, depth) = (u64::from(write), u64::from(write) * BURST_S);
        let bucket = match self.burst_starts_full {
            true => TokenBucket::full(rate, depth),
            false => TokenBucket::empty(rate, depth, at),
        };
        *self.places.slot(table.index()) = Some(self.tables.len());
        self.tables.push(TableUnits {
            table,
            name: name.clone(),
            write_capacity: vec![(at, write)],
            read_capacity: vec![(at, read)],
            points: Vec::new(),
            bucket,
        });
    }

    fn table(&mut self, table: TableId) -> Option<&mut TableUnits> {
        let place = self.places.get(table.index()).copied().flatten()?;
        self.tables.get_mut(place)
    }
}

impl TableUnits {
    fn point(&mut self, at: SimTime, step: SimDuration) -> &mut UnitsPoint {
        let point = (at.as_nanos() / step.as_nanos()) as usize;
        if point >= self.points.len() {
            self.points.resize(point + 1, UnitsPoint::default());
        }
        let saved = self.bucket.tokens(at);
        self.points[point].saved = Some(saved);
        &mut self.points[point]
    }
}

impl Fold for Units {
    fn on(&mut self, at: SimTime, event: &Event) {
        let step = self.step;
        match event {
            Event::TableDeclared { table, name, read_units, write_units } => {
                self.declare(at, *table, name, *read_units, *write_units);
            }
            Event::TableCapacityChanged { table, read_units, write_units } => {
                let Some(table) = self.table(*table) else { return };
                table.read_capacity.push((at, *read_units));
                table.write_capacity.push((at, *write_units));
                table.bucket.set_rate(u64::from(*write_units), u64::from(*write_units) * BURST_S, at);
            }
            Event::UnitsConsumed { table, read_half_units, write_units, .. } => {
                let Some(table) = self.table(*table) else { return };
                table.bucket.take_as_debt(at, u64::from(*write_units));
                let point = table.point(at, step);
                point.read_halves += u64::from(*read_half_units);
                point.writes += u64::from(*write_units);
            }
            Event::TableThrottled { table, reason, .. } if *reason != TableThrottle::Injected => {
                let Some(table) = self.table(*table) else { return };
                table.point(at, step).throttled += 1;
            }
            _ => {}
        }
    }
}
