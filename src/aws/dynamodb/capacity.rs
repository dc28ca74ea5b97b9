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
//! A table or index has as many partitions as its units need, 3,000 read and 1,000 write units a second each, and never
//! fewer again; a new one on demand has four, which is where its first 4,000 write units come from. Keys are spread
//! over them by hash. A page of Query or Scan counts toward the partition in which it begins.

use super::api::{Capacity, Settings};
use crate::base::event::TableThrottle;
use crate::base::units::KIB;
use crate::base::{SimDuration, SimTime, TokenBucket};

/// Seconds of unused units that a provisioned table keeps for bursts.
pub(crate) const BURST_S: u64 = 300;
/// A table on demand saves nothing beyond a second's worth.
pub(crate) const ON_DEMAND_BURST_S: u64 = 1;
/// Read units a second of one partition.
const PARTITION_READ_PER_S: u64 = 3000;
/// Write units a second of one partition.
const PARTITION_WRITE_PER_S: u64 = 1000;
/// Read units a second of a new on-demand table.
const ON_DEMAND_READ_PER_S: u64 = 12_000;
/// Write units a second of a new on-demand table.
const ON_DEMAND_WRITE_PER_S: u64 = 4000;
/// An on-demand table serves up to twice its previous peak; a new peak counts as that after this time.
pub(crate) const PEAK_COUNTS_AFTER: SimDuration = SimDuration::from_mins(30);

/// Write units of an item of that size: one for each KB begun.
pub(crate) fn write_units(size_bytes: u64) -> u32 {
    size_bytes.div_ceil(KIB).max(1) as u32
}

/// Half read units of that many bytes: one unit for each 4 KB begun, half of it when eventually consistent.
pub(crate) fn read_half_units(size_bytes: u64, is_consistent: bool) -> u32 {
    let units = size_bytes.div_ceil(4 * KIB).max(1) as u32;
    if is_consistent { 2 * units } else { units }
}

/// A bucket of units for the whole, and the ceilings of its partitions.
#[derive(Clone, Debug)]
struct Meter {
    table: TokenBucket,
    partitions: Vec<TokenBucket>,
}

/// What a meter is made from, in units a second.
#[derive(Clone, Copy)]
struct Rates {
    rate: u64,
    burst_s: u64,
    /// Number of partitions, and the ceiling of each.
    partitions: u64,
    ceiling: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Short {
    Table,
    Partition,
}

impl Meter {
    fn new(rates: Rates, starts_full: bool, now: SimTime) -> Self {
        let Rates { rate, burst_s, .. } = rates;
        let table = match starts_full {
            true => TokenBucket::full(rate, rate * burst_s),
            false => TokenBucket::empty(rate, rate * burst_s, now),
        };
        let mut meter = Self { table, partitions: Vec::new() };
        meter.split(rates);
        meter
    }
    /// Changes the rates; what was saved for bursts stays, up to the new bound.
    fn change(&mut self, rates: Rates, now: SimTime) {
        self.table.set_rate(rates.rate, rates.rate * rates.burst_s, now);
        self.split(rates);
    }
    /// Adds the partitions that the rates need.
    fn split(&mut self, rates: Rates) {
        let count = self.partitions.len().max(rates.partitions as usize);
        self.partitions.resize(count, TokenBucket::full(rates.ceiling, rates.ceiling));
    }
    fn partition(&mut self, hash: u64) -> &mut TokenBucket {
        let at = (u128::from(hash) * self.partitions.len() as u128) >> 64;
        &mut self.partitions[at as usize]
    }
    fn check(&mut self, hash: u64, enough: impl Fn(&mut TokenBucket) -> bool) -> Result<(), Short> {
        if !enough(self.partition(hash)) {
            return Err(Short::Partition);
        }
        if !enough(&mut self.table) {
            return Err(Short::Table);
        }
        Ok(())
    }
    /// Returns whether there are units for a call on single items.
    fn can(&mut self, now: SimTime, hash: u64, units: u64) -> Result<(), Short> {
        self.check(hash, |bucket| bucket.has(now, units) || bucket.is_brimming(now))
    }
    /// Returns whether a page may be read, whatever it costs.
    fn can_page(&mut self, now: SimTime, hash: u64) -> Result<(), Short> {
        self.check(hash, |bucket| bucket.has(now, 1))
    }
    fn take(&mut self, now: SimTime, hash: u64, units: u64) {
        self.table.take_as_debt(now, units);
        self.partition(hash).take_as_debt(now, units);
    }
}

/// The capacity of a table or of an index.
#[derive(Clone, Debug)]
pub(super) struct Units {
    pub capacity: Capacity,
    /// Whether anything is ever throttled.
    is_limited: bool,
    reads: Meter,
    writes: Meter,
    /// The second that is being counted, and what was consumed in it so far.
    second: (u64, Consumed),
    /// The most in a second since the last growth, and when that was.
    peak: Consumed,
    grown: SimTime,
}

/// Half read units and write units.
#[derive(Clone, Copy, Debug, Default)]
struct Consumed {
    reads: u64,
    writes: u64,
}

impl Units {
    pub(super) fn new(capacity: Capacity, settings: &Settings, now: SimTime) -> Self {
        let (reads, writes) = rates(capacity);
        let starts_full = settings.burst_starts_full || capacity == Capacity::OnDemand;
        Self {
            capacity,
            is_limited: settings.capacity_limits,
            reads: Meter::new(reads, starts_full, now),
            writes: Meter::new(writes, starts_full, now),
            second: (0, Consumed::default()),
            peak: Consumed::default(),
            grown: now,
        }
    }

    /// Applies an UpdateTable's capacity from `now` on.
    pub(super) fn change(&mut self, capacity: Capacity, now: SimTime) {
        let (reads, writes) = rates(capacity);
        self.capacity = capacity;
        (self.second, self.peak, self.grown) = ((0, Consumed::default()), Consumed::default(), now);
        self.reads.change(reads, now);
        self.writes.change(writes, now);
    }

    /// Returns whether there are units for a read of a single item; `hash` is that of its key.
    pub(crate) fn can_read(&mut self, now: SimTime, hash: u64, half_units: u32) -> Result<(), TableThrottle> {
        self.grow_on_demand(now);
        if !self.is_limited {
            return Ok(());
        }
        self.reads.can(now, hash, half_units.into()).map_err(read_throttle)
    }
    /// Returns whether a page of Query or Scan may be read.
    pub(crate) fn can_read_page(&mut self, now: SimTime, hash: u64) -> Result<(), TableThrottle> {
        self.grow_on_demand(now);
        if !self.is_limited {
            return Ok(());
        }
        self.reads.can_page(now, hash).map_err(read_throttle)
    }
    /// Returns whether there are units for a write.
    pub(crate) fn can_write(&mut self, now: SimTime, hash: u64, units: u32) -> Result<(), TableThrottle> {
        self.grow_on_demand(now);
        if !self.is_limited {
            return Ok(());
        }
        self.writes.can(now, hash, units.into()).map_err(|short| match short {
            Short::Table => TableThrottle::TableWrite,
            Short::Partition => TableThrottle::PartitionWrite,
        })
    }
    pub(crate) fn take_read(&mut self, now: SimTime, hash: u64, half_units: u32) {
        self.reads.take(now, hash, half_units.into());
        self.second.1.reads += u64::from(half_units);
    }
    pub(crate) fn take_write(&mut self, now: SimTime, hash: u64, units: u32) {
        self.writes.take(now, hash, units.into());
        self.second.1.writes += u64::from(units);
    }

    /// An on-demand table serves up to twice its previous peak: the most of any second that is over, once half an hour
    /// has passed since it grew or was made.
    fn grow_on_demand(&mut self, now: SimTime) {
        let (second, consumed) = self.second;
        if self.capacity != Capacity::OnDemand || second == now.as_secs() {
            return;
        }
        self.second = (now.as_secs(), Consumed::default());
        self.peak.reads = self.peak.reads.max(consumed.reads);
        self.peak.writes = self.peak.writes.max(consumed.writes);
        if now.since(self.grown) >= PEAK_COUNTS_AFTER {
            let Consumed { reads, writes } = std::mem::take(&mut self.peak);
            let (reads, writes) = (2 * reads, 2 * writes);
            let (reads, writes) =
                (reads.max(self.reads.table.rate_per_s()), writes.max(self.writes.table.rate_per_s()));
            let (reads, writes) = rates_of(reads, writes, ON_DEMAND_BURST_S);
            self.reads.change(reads, now);
            self.writes.change(writes, now);
            self.grown = now;
        }
    }
}

fn read_throttle(short: Short) -> TableThrottle {
    match short {
        Short::Table => TableThrottle::TableRead,
        Short::Partition => TableThrottle::PartitionRead,
    }
}

/// What a new table of a capacity serves each second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Served {
    /// Read units.
    pub read_units: u64,
    /// Write units.
    pub write_units: u64,
}

/// What a new table of this capacity serves each second, without saved bursts.
pub(crate) fn served(capacity: Capacity) -> Served {
    let (reads, writes) = rates(capacity);
    Served { read_units: reads.rate / 2, write_units: writes.rate }
}

fn rates(capacity: Capacity) -> (Rates, Rates) {
    match capacity {
        Capacity::OnDemand => rates_of(2 * ON_DEMAND_READ_PER_S, ON_DEMAND_WRITE_PER_S, ON_DEMAND_BURST_S),
        Capacity::Provisioned { read, write } => rates_of(2 * u64::from(read), write.into(), BURST_S),
    }
}

/// Rates of reads, in half units, and of writes.
fn rates_of(half_reads: u64, writes: u64, burst_s: u64) -> (Rates, Rates) {
    let (read_ceiling, write_ceiling) = (2 * PARTITION_READ_PER_S, PARTITION_WRITE_PER_S);
    let partitions = half_reads.div_ceil(read_ceiling).max(writes.div_ceil(write_ceiling)).max(1);
    let rates = |rate, ceiling| Rates { rate, burst_s, partitions, ceiling };
    (rates(half_reads, read_ceiling), rates(writes, write_ceiling))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// New tables bring no burst units along.
    fn empty() -> Settings {
        Settings { burst_starts_full: false, ..Settings::default() }
    }

    #[test]
    fn a_table_serves_what_is_provisioned_and_a_new_one_on_demand_what_it_starts_with() {
        let provisioned = Served { read_units: 10, write_units: 1001 };
        assert_eq!(served(Capacity::Provisioned { read: 10, write: 1001 }), provisioned);
        let on_demand = Served { read_units: 12_000, write_units: 4000 };
        assert_eq!(served(Capacity::OnDemand), on_demand);
    }

    #[test]
    fn units_round_up_as_dynamodb_documents() {
        assert_eq!([0, 1, 1024, 1025, 3000].map(write_units), [1, 1, 1, 2, 3]);
        assert_eq!([0, 4096, 4097].map(|size| read_half_units(size, true)), [2, 2, 4]);
        assert_eq!([0, 4096, 4097].map(|size| read_half_units(size, false)), [1, 1, 2]);
    }

    #[test]
    fn an_empty_burst_bucket_gives_the_provisioned_rate_and_saves_what_is_not_used() {
        let mut units = Units::new(Capacity::Provisioned { read: 10, write: 10 }, &empty(), SimTime::ZERO);
        assert_eq!(units.can_write(SimTime::ZERO, 0, 1), Err(TableThrottle::TableWrite));
        let second = SimTime::from_secs(1);
        for _ in 0..10 {
            assert_eq!(units.can_write(second, 0, 1), Ok(()));
            units.take_write(second, 0, 1);
        }
        assert_eq!(units.can_write(second, 0, 1), Err(TableThrottle::TableWrite));
        let later = SimTime::from_secs(1000);
        let burst =
            (0..).take_while(|_| units.can_write(later, 0, 1).is_ok().then(|| units.take_write(later, 0, 1)).is_some());
        assert_eq!(burst.count(), 1000, "the partition's ceiling cuts the burst of 3,000");
    }

    /// Writes of one unit that go through at one time, to keys spread over the partitions.
    fn writes_accepted(units: &mut Units, now: SimTime) -> usize {
        let mut accepted = 0;
        // Some partition is full before the others are, so refusals are no end yet.
        for n in 0..40_000u64 {
            let hash = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            if units.can_write(now, hash, 1).is_ok() {
                units.take_write(now, hash, 1);
                accepted += 1;
            }
        }
        accepted
    }

    #[test]
    fn an_on_demand_table_serves_4000_writes_a_second_and_after_half_an_hour_twice_its_peak() {
        let mut units = Units::new(Capacity::OnDemand, &Settings::default(), SimTime::ZERO);
        assert_eq!(writes_accepted(&mut units, SimTime::ZERO), 4000);
        assert_eq!(writes_accepted(&mut units, SimTime::from_millis(999)), 3996, "the same second");
        assert_eq!(writes_accepted(&mut units, SimTime::from_secs(2)), 4000);
        assert_eq!(writes_accepted(&mut units, SimTime::from_secs(1799)), 4000, "the peak does not count yet");
        let later = SimTime::from_secs(1801);
        assert_eq!(units.can_write(later, 0, 1), Ok(()));
        assert_eq!(units.writes.table.rate_per_s(), 2 * 7996);
        assert_eq!(units.writes.partitions.len(), 16);
    }

    #[test]
    fn a_hot_key_stays_under_the_ceiling_of_its_partition() {
        for capacity in [Capacity::OnDemand, Capacity::Provisioned { read: 9000, write: 4000 }] {
            let full = Settings { burst_starts_full: true, ..Settings::default() };
            let mut units = Units::new(capacity, &full, SimTime::ZERO);
            for _ in 0..1000 {
                assert_eq!(units.can_write(SimTime::ZERO, 7, 1), Ok(()));
                units.take_write(SimTime::ZERO, 7, 1);
            }
            assert_eq!(units.can_write(SimTime::ZERO, 7, 1), Err(TableThrottle::PartitionWrite));
            assert_eq!(units.can_write(SimTime::ZERO, u64::MAX, 1), Ok(()), "another partition has room");
        }
    }

    #[test]
    fn a_page_may_leave_a_debt_that_later_reads_wait_for() {
        let mut units = Units::new(Capacity::Provisioned { read: 10, write: 10 }, &empty(), SimTime::ZERO);
        assert_eq!(
            units.can_read_page(SimTime::ZERO, 0),
            Err(TableThrottle::TableRead),
            "nothing saved, nothing served"
        );
        let second = SimTime::from_secs(1);
        assert_eq!(units.can_read_page(second, 0), Ok(()));
        units.take_read(second, 0, 256);
        // 20 half units were there, 236 are owed, and 20 come every second.
        assert_eq!(units.can_read(SimTime::from_millis(12_800), 0, 1), Err(TableThrottle::TableRead));
        assert_eq!(units.can_read(SimTime::from_millis(12_850), 0, 1), Ok(()));
    }

    #[test]
    fn a_write_larger_than_the_bucket_waits_until_the_bucket_is_full() {
        let mut units = Units::new(Capacity::Provisioned { read: 1, write: 1 }, &empty(), SimTime::ZERO);
        assert_eq!(units.can_write(SimTime::from_secs(299), 0, 400), Err(TableThrottle::TableWrite));
        assert_eq!(units.can_write(SimTime::from_secs(300), 0, 400), Ok(()));
    }

    #[test]
    fn more_capacity_counts_from_the_moment_of_the_change() {
        let mut units = Units::new(Capacity::Provisioned { read: 1, write: 1 }, &empty(), SimTime::ZERO);
        units.change(Capacity::Provisioned { read: 1, write: 50 }, SimTime::from_secs(10));
        assert_eq!(writes_accepted(&mut units, SimTime::from_secs(10)), 10);
        assert_eq!(writes_accepted(&mut units, SimTime::from_secs(11)), 50);
    }
}
