//! Capacity: how many units a call costs, and whether they are there.
//!
//! Units: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>; burst:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html>; on demand:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html>.
//!
//! Reads are counted in half units, because an eventually consistent read costs half of one. A call on single items
//! needs all its units, or a bucket as full as it gets. A page of Query or Scan needs some: what it costs is known
//! only afterwards, so it may leave a debt, and the next call waits until that is paid.
//!
//! A provisioned table or index is one partition. One on demand has several (a new one has four, which is where its
//! first 4,000 write units come from), so there the ceiling of one partition is not a ceiling of the table.

use super::api::Capacity;
use crate::base::event::TableThrottle;
use crate::base::units::KIB;
use crate::base::{SimTime, TokenBucket};

/// Seconds of unused units that a provisioned table keeps for bursts.
const BURST_S: u64 = 300;
/// Read units a second of one partition.
const PARTITION_READ_PER_S: u64 = 3000;
/// Write units a second of one partition.
const PARTITION_WRITE_PER_S: u64 = 1000;
/// Read units a second of a new on-demand table.
const ON_DEMAND_READ_PER_S: u64 = 12_000;
/// Write units a second of a new on-demand table.
const ON_DEMAND_WRITE_PER_S: u64 = 4000;

/// Write units of an item of that size: one for each KB begun.
pub(super) fn write_units(size_bytes: u64) -> u32 {
    size_bytes.div_ceil(KIB).max(1) as u32
}

/// Half read units of that many bytes: one unit for each 4 KB begun, half of it when eventually consistent.
pub(super) fn read_half_units(size_bytes: u64, is_consistent: bool) -> u32 {
    let units = size_bytes.div_ceil(4 * KIB).max(1) as u32;
    if is_consistent { 2 * units } else { units }
}

/// A bucket of units and, where there is one partition, its ceiling.
#[derive(Clone, Debug)]
struct Meter {
    table: TokenBucket,
    partition: Option<TokenBucket>,
}

/// What a meter is made from, in units a second.
#[derive(Clone, Copy)]
struct Rates {
    rate: u64,
    burst_s: u64,
    /// The partition's ceiling.
    partition: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Short {
    Table,
    Partition,
}

impl Meter {
    fn new(rates: Rates, starts_full: bool, now: SimTime) -> Self {
        let Rates { rate, burst_s, partition } = rates;
        let table = match starts_full {
            true => TokenBucket::full(rate, rate * burst_s),
            false => TokenBucket::empty(rate, rate * burst_s, now),
        };
        Self { table, partition: partition.map(|ceiling| TokenBucket::full(ceiling, ceiling)) }
    }
    /// Changes the rates; what was saved for bursts stays, up to the new bound.
    fn change(&mut self, rates: Rates, now: SimTime) {
        self.table.set_rate(rates.rate, rates.rate * rates.burst_s, now);
        if self.partition.is_some() != rates.partition.is_some() {
            self.partition = rates.partition.map(|ceiling| TokenBucket::full(ceiling, ceiling));
        }
    }
    fn check(&mut self, enough: impl Fn(&mut TokenBucket) -> bool) -> Result<(), Short> {
        if self.partition.as_mut().is_some_and(|partition| !enough(partition)) {
            return Err(Short::Partition);
        }
        if !enough(&mut self.table) {
            return Err(Short::Table);
        }
        Ok(())
    }
    /// Whether there are units for a call on single items.
    fn can(&mut self, now: SimTime, units: u64) -> Result<(), Short> {
        self.check(|bucket| bucket.has(now, units) || bucket.is_brimming(now))
    }
    /// Whether a page may be read, whatever it costs.
    fn can_page(&mut self, now: SimTime) -> Result<(), Short> {
        self.check(|bucket| bucket.has(now, 1))
    }
    fn take(&mut self, now: SimTime, units: u64) {
        self.table.take_as_debt(now, units);
        if let Some(partition) = &mut self.partition {
            partition.take_as_debt(now, units);
        }
    }
    /// On demand: serves up to `rate` from here on.
    fn grow(&mut self, rate: u64, now: SimTime) {
        if rate > self.table.rate_per_s() {
            self.table.set_rate(rate, rate, now);
        }
    }
}

/// The capacity of a table or of an index.
#[derive(Clone, Debug)]
pub(super) struct Units {
    pub capacity: Capacity,
    reads: Meter,
    writes: Meter,
    second: Second,
}

/// What was consumed in the second `at`, in half read units and write units.
#[derive(Clone, Debug, Default)]
struct Second {
    at: u64,
    reads: u64,
    writes: u64,
}

impl Units {
    pub fn new(capacity: Capacity, burst_starts_full: bool, now: SimTime) -> Self {
        let (reads, writes) = rates(capacity);
        let starts_full = burst_starts_full || capacity == Capacity::OnDemand;
        Self {
            capacity,
            reads: Meter::new(reads, starts_full, now),
            writes: Meter::new(writes, starts_full, now),
            second: Second::default(),
        }
    }

    /// Changes capacity.
    pub fn change(&mut self, capacity: Capacity, now: SimTime) {
        let (reads, writes) = rates(capacity);
        self.capacity = capacity;
        self.second = Second::default();
        self.reads.change(reads, now);
        self.writes.change(writes, now);
    }

    /// Whether there are units for a read of a single item.
    pub fn can_read(&mut self, now: SimTime, half_units: u32) -> Result<(), TableThrottle> {
        self.grow_on_demand(now);
        self.reads.can(now, half_units.into()).map_err(read_throttle)
    }
    /// Whether a page of Query or Scan may be read.
    pub fn can_read_page(&mut self, now: SimTime) -> Result<(), TableThrottle> {
        self.grow_on_demand(now);
        self.reads.can_page(now).map_err(read_throttle)
    }
    /// Whether there are units for a write.
    pub fn can_write(&mut self, now: SimTime, units: u32) -> Result<(), TableThrottle> {
        self.grow_on_demand(now);
        self.writes.can(now, units.into()).map_err(|short| match short {
            Short::Table => TableThrottle::TableWrite,
            Short::Partition => TableThrottle::PartitionWrite,
        })
    }
    pub fn take_read(&mut self, now: SimTime, half_units: u32) {
        self.reads.take(now, half_units.into());
        self.second.reads += u64::from(half_units);
    }
    pub fn take_write(&mut self, now: SimTime, units: u32) {
        self.writes.take(now, units.into());
        self.second.writes += u64::from(units);
    }

    /// An on-demand table serves up to twice its peak, the most of any second that is over. (AWS asks for half an
    /// hour between doublings; that is not modelled.)
    fn grow_on_demand(&mut self, now: SimTime) {
        if self.capacity == Capacity::OnDemand && self.second.at != now.as_secs() {
            self.reads.grow(2 * self.second.reads, now);
            self.writes.grow(2 * self.second.writes, now);
            self.second = Second { at: now.as_secs(), ..Second::default() };
        }
    }
}

fn read_throttle(short: Short) -> TableThrottle {
    match short {
        Short::Table => TableThrottle::TableRead,
        Short::Partition => TableThrottle::PartitionRead,
    }
}

/// Rates of reads, in half units, and of writes.
fn rates(capacity: Capacity) -> (Rates, Rates) {
    let (read, write, burst_s, is_one_partition) = match capacity {
        Capacity::OnDemand => (ON_DEMAND_READ_PER_S, ON_DEMAND_WRITE_PER_S, 1, false),
        Capacity::Provisioned { read, write } => (read.into(), write.into(), BURST_S, true),
    };
    let ceiling = |units| is_one_partition.then_some(units);
    (
        Rates { rate: 2 * read, burst_s, partition: ceiling(2 * PARTITION_READ_PER_S) },
        Rates { rate: write, burst_s, partition: ceiling(PARTITION_WRITE_PER_S) },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_round_up_as_dynamodb_documents() {
        assert_eq!([0, 1, 1024, 1025, 3000].map(write_units), [1, 1, 1, 2, 3]);
        assert_eq!([0, 4096, 4097].map(|size| read_half_units(size, true)), [2, 2, 4]);
        assert_eq!([0, 4096, 4097].map(|size| read_half_units(size, false)), [1, 1, 2]);
    }

    #[test]
    fn an_empty_burst_bucket_gives_the_provisioned_rate_and_saves_what_is_not_used() {
        let mut units = Units::new(Capacity::Provisioned { read: 10, write: 10 }, false, SimTime::ZERO);
        assert_eq!(units.can_write(SimTime::ZERO, 1), Err(TableThrottle::TableWrite));
        let second = SimTime::from_secs(1);
        for _ in 0..10 {
            assert_eq!(units.can_write(second, 1), Ok(()));
            units.take_write(second, 1);
        }
        assert_eq!(units.can_write(second, 1), Err(TableThrottle::TableWrite));
        let later = SimTime::from_secs(1000);
        let burst =
            (0..).take_while(|_| units.can_write(later, 1).is_ok().then(|| units.take_write(later, 1)).is_some());
        assert_eq!(burst.count(), 1000, "the partition's ceiling cuts the burst of 3,000");
    }

    fn writes_accepted(units: &mut Units, now: SimTime) -> usize {
        (0..).take_while(|_| units.can_write(now, 1).is_ok().then(|| units.take_write(now, 1)).is_some()).count()
    }

    #[test]
    fn an_on_demand_table_serves_4000_writes_a_second_and_then_twice_its_peak() {
        let mut units = Units::new(Capacity::OnDemand, false, SimTime::ZERO);
        assert_eq!(writes_accepted(&mut units, SimTime::ZERO), 4000);
        assert_eq!(writes_accepted(&mut units, SimTime::from_millis(999)), 3996, "the same second: no growth yet");
        assert_eq!(writes_accepted(&mut units, SimTime::from_secs(1)), 4, "what came back in a millisecond");
        assert_eq!(writes_accepted(&mut units, SimTime::from_secs(2)), 2 * 7996);
    }

    #[test]
    fn a_page_may_leave_a_debt_that_later_reads_wait_for() {
        let mut units = Units::new(Capacity::Provisioned { read: 10, write: 10 }, false, SimTime::ZERO);
        assert_eq!(units.can_read_page(SimTime::ZERO), Err(TableThrottle::TableRead), "nothing saved, nothing served");
        let second = SimTime::from_secs(1);
        assert_eq!(units.can_read_page(second), Ok(()));
        units.take_read(second, 256);
        // 20 half units were there, 236 are owed, and 20 come every second.
        assert_eq!(units.can_read(SimTime::from_millis(12_800), 1), Err(TableThrottle::TableRead));
        assert_eq!(units.can_read(SimTime::from_millis(12_850), 1), Ok(()));
    }

    #[test]
    fn a_write_larger_than_the_bucket_waits_until_the_bucket_is_full() {
        let mut units = Units::new(Capacity::Provisioned { read: 1, write: 1 }, false, SimTime::ZERO);
        assert_eq!(units.can_write(SimTime::from_secs(299), 400), Err(TableThrottle::TableWrite));
        assert_eq!(units.can_write(SimTime::from_secs(300), 400), Ok(()));
    }

    #[test]
    fn more_capacity_counts_from_the_moment_of_the_change() {
        let mut units = Units::new(Capacity::Provisioned { read: 1, write: 1 }, false, SimTime::ZERO);
        units.change(Capacity::Provisioned { read: 1, write: 50 }, SimTime::from_secs(10));
        assert_eq!(writes_accepted(&mut units, SimTime::from_secs(10)), 10);
        assert_eq!(writes_accepted(&mut units, SimTime::from_secs(11)), 50);
    }
}
