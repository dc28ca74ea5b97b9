//! A lease table: what an application asks of it, and what its units serve.

use std::rc::Rc;

use super::amount::{MINUTE, Micro, ONE, SECOND, Us, amount, part_of, us};
use super::leases::Held;
use super::startup::times;
use crate::aws::dynamodb::api::Capacity;
use crate::aws::dynamodb::capacity::{
    BURST_S, ON_DEMAND_BURST_S, PEAK_COUNTS_AFTER, read_half_units, served, write_units,
};
use crate::base::TableName;
use crate::client::capacity::leases::row_bytes;
use crate::client::kcl::assignment::kcl2::kcl2_pause;
use crate::client::kcl::{AUDITOR_DELAY, KclSettings, renewal_period};

/// About how often a write that is throttled is tried again, in the mean over the pauses of the SDK.
const TRY_EVERY: Us = 400_000;

/// What a lease table was asked and gave in a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TableMinute {
    /// Write units consumed.
    pub(crate) write_units: u64,
    /// Write units that were asked for, throttled ones too, each wanted write once.
    pub(crate) write_units_asked: u64,
    /// Half read units consumed.
    pub(crate) read_half_units: u64,
    /// Write units in the burst bucket at its end.
    pub(crate) burst_left: u64,
}

impl TableMinute {
    /// Write units that were wanted and not had.
    pub(crate) fn throttled(&self) -> u64 {
        self.write_units_asked.saturating_sub(self.write_units)
    }
}

/// A lease table while the fluid runs.
pub(super) struct Table {
    pub(super) name: TableName,
    pub(super) capacity: Capacity,
    renewal_period: Us,
    held: Rc<Held>,
    scan_periods: [(Us, Us); 3],
    write_rate: u64,
    burst: Micro,
    burst_max: Micro,
    is_limited: bool,
    pub(super) reads: u64,
    pub(super) writes: u64,
    pub(super) read_half_units: u64,
    pub(super) write_units: u64,
    pub(super) write_throttled: u64,
    minute: TableMinute,
    pub(super) minutes: Vec<TableMinute>,
    /// The least of a minute's units that was left, in millionths of what was provisioned, and when.
    pub(super) headroom: Option<(i64, Us)>,
    checkpoints_before: u64,
    is_started: bool,
    /// Writes that were asked for and not served yet.
    unserved: Micro,
    leases: u64,
    more_writes: u64,
    /// On demand: the most units of a second since the table last grew, and when that was.
    peak: u64,
    grown: Us,
}

impl Table {
    pub(super) fn new(kcl: &KclSettings, held: Rc<Held>, settings: (bool, bool), round_trip: Us) -> Self {
        let (is_limited, starts_full) = settings;
        let rate = served(kcl.lease_table_capacity).write_units;
        let on_demand = kcl.lease_table_capacity == Capacity::OnDemand;
        let burst_max = rate * if on_demand { ON_DEMAND_BURST_S } else { BURST_S } * ONE;
        let pause = us(kcl2_pause(kcl.failover, kcl.epsilon)) + round_trip;
        Self {
            name: kcl.lease_table.clone(),
            capacity: kcl.lease_table_capacity,
            renewal_period: us(renewal_period(kcl)),
            held,
            scan_periods: [
                (0, pause),
                (us(AUDITOR_DELAY), us(kcl.auditor_period) + round_trip),
                (us(kcl.completed_cleanup_interval), us(kcl.completed_cleanup_interval)),
            ],
            write_rate: rate * ONE,
            burst: if on_demand || starts_full { burst_max } else { 0 },
            burst_max,
            is_limited,
            reads: 0,
            writes: 0,
            read_half_units: 0,
            write_units: 0,
            write_throttled: 0,
            minute: TableMinute::default(),
            minutes: Vec::new(),
            headroom: None,
            checkpoints_before: 0,
            is_started: false,
            unserved: 0,
            leases: 0,
            more_writes: 0,
            peak: 0,
            grown: 0,
        }
    }

    /// Goes on to `to`. `leases` are the rows, `checkpoints` the application's in all.
    pub(super) fn advance(&mut self, from: Us, to: Us, leases: u64, checkpoints: u64) {
        let rows_half_units = u64::from(read_half_units(leases * row_bytes(), false));
        let mut writes = checkpoints - self.checkpoints_before;
        self.checkpoints_before = checkpoints;
        writes += self.renewals(from, to, leases);
        let start_up = self.held.start_up.clone();
        if !self.is_started && to > self.filled() {
            self.is_started = true;
            // Rows are made.
            writes += self.held.tenures.len() as u64;
            let looks: u64 = start_up.workers.iter().map(|start| start.looks).sum();
            self.read(looks, 1);
            self.read(1, 1);
            self.read(start_up.workers.len() as u64, rows_half_units);
        }
        // Leases are taken; each consumer reads its row.
        let gained = self.held.gained(from, to);
        writes += gained;
        self.read(gained, 1);
        let scans: u64 = start_up
            .workers
            .iter()
            .map(|start| {
                let of = |(first, period): &(Us, Us)| times(start.jobs.saturating_add(*first), *period, from, to);
                self.scan_periods.iter().map(of).sum::<u64>()
            })
            .sum();
        self.read(scans, rows_half_units);
        writes += std::mem::take(&mut self.more_writes);
        self.leases = leases;
        self.write(writes, to - from);
    }

    /// When the first worker's jobs begin, and the table is filled.
    fn filled(&self) -> Us {
        let start_up = &self.held.start_up;
        start_up.workers.get(start_up.first).map_or(Us::MAX, |start| start.jobs)
    }

    /// Renewals: in each round of a worker, the leases that it holds.
    fn renewals(&mut self, from: Us, to: Us, leases: u64) -> u64 {
        if self.unserved == 0 {
            let children = leases.saturating_sub(self.held.tenures.len() as u64);
            let of_children = children * times(self.filled(), self.renewal_period, from, to);
            return of_children + self.held.renewals(self.renewal_period, from, to);
        }
        // A round is over when its last renewal is served, and the next begins then.
        let period = self.renewal_period.max(self.wait());
        part_of(leases, to.saturating_sub(from.max(self.filled())), period)
    }

    /// How long a write waits for units: what waits before it, at the rate at which units come.
    pub(super) fn wait(&self) -> Us {
        if self.unserved == 0 { 0 } else { part_of(self.unserved, SECOND, self.write_rate.max(1)) }
    }
    /// Whether writes wait, or will when it goes on as it does.
    pub(super) fn is_short(&self) -> bool {
        self.unserved > 0 || self.burst < self.write_rate * 5 && self.burst_max > self.write_rate * 5
    }
    /// Rows were made for shards that were opened: each is created, taken, and noted by its parent, which ends.
    pub(super) fn add_children(&mut self, children: u64) {
        self.more_writes += 4 * children;
    }
    /// Other units from now on; what was saved for bursts stays, up to the new bound.
    pub(super) fn change(&mut self, capacity: Capacity) {
        self.capacity = capacity;
        let rate = served(capacity).write_units;
        self.write_rate = rate * ONE;
        self.burst_max = rate * if capacity == Capacity::OnDemand { ON_DEMAND_BURST_S } else { BURST_S } * ONE;
        self.burst = self.burst.min(self.burst_max);
    }

    fn read(&mut self, calls: u64, half_units: u64) {
        self.reads += calls;
        self.read_half_units += calls * half_units;
        self.minute.read_half_units += calls * half_units;
    }

    fn write(&mut self, writes: u64, long: Us) {
        let asked = writes * u64::from(write_units(row_bytes()));
        let there = self.burst + amount(self.write_rate, long);
        let wanted = self.unserved / ONE + asked;
        let given = if self.is_limited { (wanted * ONE).min(there) / ONE } else { wanted };
        self.burst = (there - (given * ONE).min(there)).min(self.burst_max);
        // A lease has one write at a time.
        self.unserved = ((wanted - given) * ONE).min(self.leases * ONE);
        self.writes += given;
        self.write_units += given;
        self.write_throttled += part_of(wanted - given, long, TRY_EVERY);
        self.minute.write_units += given;
        self.minute.write_units_asked += asked;
    }

    /// An on-demand table serves up to twice its previous peak, as the service has it. Of a minute in which nothing
    /// waited the mean is taken for its peak.
    fn grow_on_demand(&mut self, units: u64, now: Us, long: Us) {
        if self.capacity != Capacity::OnDemand {
            return;
        }
        let mean = part_of(units, SECOND, long.max(SECOND));
        self.peak = self.peak.max(if self.unserved > 0 { self.write_rate / ONE } else { mean });
        if now - self.grown >= us(PEAK_COUNTS_AFTER) {
            self.write_rate = self.write_rate.max(2 * std::mem::take(&mut self.peak) * ONE);
            self.burst_max = self.write_rate * ON_DEMAND_BURST_S;
            self.grown = now;
        }
    }

    /// A minute, or what there is of it, is over.
    pub(super) fn end_minute(&mut self, began: Us, long: Us) {
        let mut minute = std::mem::take(&mut self.minute);
        minute.burst_left = self.burst / ONE;
        self.grow_on_demand(minute.write_units, began + long, long);
        if let Capacity::Provisioned { write, .. } = self.capacity {
            let provisioned = i64::from(write) * long.min(MINUTE) as i64;
            let left = provisioned - (minute.write_units_asked * ONE) as i64;
            let left = left.saturating_mul(ONE as i64) / provisioned.max(1);
            if self.headroom.is_none_or(|(least, _)| left < least) {
                self.headroom = Some((left, began));
            }
        }
        self.minutes.push(minute);
    }
}
