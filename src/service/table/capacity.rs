//! Capacity: how many units a call costs, and whether they are there.
//!
//! Units: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>; burst:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html>.
//!
//! Reads are counted in half units, because an eventually consistent read costs half of one. A call that costs more
//! than the bucket can ever hold (a large Scan of a small table) is let through by a full bucket, and leaves a debt.

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
/// What a new on-demand table serves at once.
const ON_DEMAND_READ_PER_S: u64 = 12_000;
/// What a new on-demand table serves at once.
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

/// A bucket of units and the ceiling of the partition behind it.
#[derive(Clone, Debug)]
struct Meter {
    table: TokenBucket,
    partition: TokenBucket,
}

impl Meter {
    fn new(rate: u64, depth: u64, partition: u64, starts_full: bool, now: SimTime) -> Self {
        let table = match starts_full {
            true => TokenBucket::full(rate, depth),
            false => TokenBucket::empty(rate, depth, now),
        };
        Self { table, partition: TokenBucket::full(partition, partition) }
    }
    fn can(&mut self, now: SimTime, units: u64) -> Result<(), Short> {
        let enough = |bucket: &mut TokenBucket| bucket.has(now, units) || bucket.is_brimming(now);
        if !enough(&mut self.partition) {
            return Err(Short::Partition);
        }
        if !enough(&mut self.table) {
            return Err(Short::Table);
        }
        Ok(())
    }
    fn take(&mut self, now: SimTime, units: u64) {
        self.table.take_as_debt(now, units);
        self.partition.take_as_debt(now, units);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Short {
    Table,
    Partition,
}

/// The capacity of a table or of an index.
#[derive(Clone, Debug)]
pub(super) struct Units {
    pub capacity: Capacity,
    reads: Meter,
    writes: Meter,
    /// On demand: the most units of any second so far, (read half units, write units).
    peak: OnDemandPeak,
}

#[derive(Clone, Debug, Default)]
struct OnDemandPeak {
    second: u64,
    reads: u64,
    writes: u64,
    reads_max: u64,
    writes_max: u64,
}

impl Units {
    pub fn new(capacity: Capacity, starts_full: bool, now: SimTime) -> Self {
        let (read, write, depth_s) = rates(capacity);
        Self {
            capacity,
            reads: Meter::new(2 * read, 2 * read * depth_s, 2 * PARTITION_READ_PER_S, starts_full || depth_s == 1, now),
            writes: Meter::new(write, write * depth_s, PARTITION_WRITE_PER_S, starts_full || depth_s == 1, now),
            peak: OnDemandPeak::default(),
        }
    }

    /// Changes capacity; what was saved for bursts stays up to the new bound.
    pub fn change(&mut self, capacity: Capacity, now: SimTime) {
        let (read, write, depth_s) = rates(capacity);
        self.capacity = capacity;
        self.reads.table.set_rate(2 * read, 2 * read * depth_s, now);
        self.writes.table.set_rate(write, write * depth_s, now);
    }

    pub fn can_read(&mut self, now: SimTime, half_units: u32) -> Result<(), TableThrottle> {
        self.reads.can(now, half_units.into()).map_err(|short| match short {
            Short::Table => TableThrottle::TableRead,
            Short::Partition => TableThrottle::PartitionRead,
        })
    }
    pub fn can_write(&mut self, now: SimTime, units: u32) -> Result<(), TableThrottle> {
        self.writes.can(now, units.into()).map_err(|short| match short {
            Short::Table => TableThrottle::TableWrite,
            Short::Partition => TableThrottle::PartitionWrite,
        })
    }
    pub fn take_read(&mut self, now: SimTime, half_units: u32) {
        self.reads.take(now, half_units.into());
        self.grow_on_demand(now, half_units.into(), 0);
    }
    pub fn take_write(&mut self, now: SimTime, units: u32) {
        self.writes.take(now, units.into());
        self.grow_on_demand(now, 0, units.into());
    }

    /// An on-demand table serves up to twice its previous peak.
    fn grow_on_demand(&mut self, now: SimTime, reads: u64, writes: u64) {
        if self.capacity != Capacity::OnDemand {
            return;
        }
        let peak = &mut self.peak;
        if peak.second != now.as_secs() {
            (peak.second, peak.reads, peak.writes) = (now.as_secs(), 0, 0);
        }
        peak.reads += reads;
        peak.writes += writes;
        if 2 * peak.reads > peak.reads_max.max(4 * ON_DEMAND_READ_PER_S) {
            peak.reads_max = 2 * peak.reads;
            self.reads.table.set_rate(peak.reads_max, peak.reads_max, now);
        }
        if 2 * peak.writes > peak.writes_max.max(2 * ON_DEMAND_WRITE_PER_S) {
            peak.writes_max = 2 * peak.writes;
            self.writes.table.set_rate(peak.writes_max, peak.writes_max, now);
        }
    }
}

/// Read units, write units and seconds of burst.
fn rates(capacity: Capacity) -> (u64, u64, u64) {
    match capacity {
        Capacity::OnDemand => (ON_DEMAND_READ_PER_S, ON_DEMAND_WRITE_PER_S, 1),
        Capacity::Provisioned { read, write } => (read.into(), write.into(), BURST_S),
    }
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
}
