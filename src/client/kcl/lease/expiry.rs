//! How a worker sees that a lease has expired.
//!
//! Rows hold no times. A worker remembers for each lease the counter it last saw and when it saw it change, by its own
//! monotonic clock; so two workers may see the same lease expire at different times.

use std::collections::BTreeMap;

use crate::base::lease_row::Lease;
use crate::base::{Planted, ShardId, SimDuration, SimTime};

/// What a worker remembers of the leases it has seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observations {
    seen: BTreeMap<ShardId, Seen>,
    planted: Planted,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    counter: i64,
    /// When the counter was seen to change; `None` for a lease that had no owner when it was first seen.
    changed: Option<SimTime>,
}

impl Observations {
    /// Nothing was seen yet.
    pub(crate) fn new(planted: Planted) -> Self {
        Self { planted, ..Self::default() }
    }

    /// Takes in a scan that ended at `scanned`, and forgets leases that are gone.
    pub(crate) fn update(&mut self, leases: &[Lease], scanned: SimTime) {
        let mut seen = BTreeMap::new();
        for lease in leases {
            let changed = match self.seen.get(&lease.shard) {
                Some(before) if before.counter == lease.counter => before.changed,
                Some(_) => Some(scanned),
                None if self.planted.is_expired_at_first_sight() => None,
                // First sight: an owner gets a full failover time.
                None => lease.owner.as_ref().map(|_| scanned),
            };
            seen.insert(lease.shard, Seen { counter: lease.counter, changed });
        }
        self.seen = seen;
    }

    /// Returns whether the lease's counter has stood still for longer than `failover`.
    pub(crate) fn is_expired(&self, shard: ShardId, failover: SimDuration, now: SimTime) -> bool {
        is_expired(self.changed(shard), failover, now)
    }

    /// When the counter was last seen to change.
    pub(crate) fn changed(&self, shard: ShardId) -> Option<SimTime> {
        self.seen.get(&shard).and_then(|seen| seen.changed)
    }

    /// Notes the worker's own write, so that its next scan does not mistake it for another's.
    pub(crate) fn note(&mut self, shard: ShardId, counter: i64, now: SimTime) {
        self.seen.insert(shard, Seen { counter, changed: Some(now) });
    }
}

/// Strictly longer than the failover time; a lease never seen to change is expired.
pub(crate) fn is_expired(changed: Option<SimTime>, failover: SimDuration, now: SimTime) -> bool {
    changed.is_none_or(|changed| now.since(changed) > failover)
}
