//! How a worker sees that a lease has expired.
//!
//! Rows hold no times. A worker remembers for each lease the counter it last saw and when it saw it change, by its own
//! monotonic clock; so two workers may see the same lease expire at different times.

use std::borrow::Borrow;

use crate::base::lease_row::Lease;
use crate::base::{Planted, ShardId, SimDuration, SimTime};

/// What a worker remembers of the leases it has seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observations {
    /// By shard; those of an earlier scan are forgotten.
    seen: Vec<Option<Seen>>,
    scans: u64,
    planted: Planted,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    counter: i64,
    scan: u64,
    /// When the counter was seen to change; `None` for a lease that had no owner when it was first seen.
    changed: Option<SimTime>,
}

impl Observations {
    /// Nothing was seen yet.
    pub(crate) fn new(planted: Planted) -> Self {
        Self { planted, ..Self::default() }
    }

    /// Takes in a scan that ended at `scanned`, and forgets leases that are gone.
    pub(crate) fn update(&mut self, leases: &[impl Borrow<Lease>], scanned: SimTime) {
        self.scans += 1;
        let scan = self.scans;
        for lease in leases.iter().map(Borrow::borrow) {
            let before = self.place(lease.shard).filter(|before| before.scan + 1 == scan);
            let changed = match before {
                Some(before) if before.counter == lease.counter => before.changed,
                Some(_) => Some(scanned),
                None if self.planted.is_expired_at_first_sight() => None,
                // First sight: an owner gets a full failover time.
                None => lease.owner.as_ref().map(|_| scanned),
            };
            *self.place(lease.shard) = Some(Seen { counter: lease.counter, scan, changed });
        }
    }

    fn place(&mut self, shard: ShardId) -> &mut Option<Seen> {
        if self.seen.len() <= shard.index() {
            self.seen.resize(shard.index() + 1, None);
        }
        &mut self.seen[shard.index()]
    }

    /// Returns whether the lease's counter has stood still for longer than `failover`.
    pub(crate) fn is_expired(&self, shard: ShardId, failover: SimDuration, now: SimTime) -> bool {
        is_expired(self.changed(shard), failover, now)
    }

    /// When the counter was last seen to change.
    pub(crate) fn changed(&self, shard: ShardId) -> Option<SimTime> {
        self.seen.get(shard.index()).copied().flatten().filter(|seen| seen.scan == self.scans)?.changed
    }

    /// Notes the worker's own write, so that its next scan does not mistake it for another's.
    pub(crate) fn note(&mut self, shard: ShardId, counter: i64, now: SimTime) {
        *self.place(shard) = Some(Seen { counter, scan: self.scans, changed: Some(now) });
    }
}

/// Strictly longer than the failover time; a lease never seen to change is expired.
pub(crate) fn is_expired(changed: Option<SimTime>, failover: SimDuration, now: SimTime) -> bool {
    changed.is_none_or(|changed| now.since(changed) > failover)
}
