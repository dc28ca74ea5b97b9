//! The hole auditor: whether the active leases cover the hash range
//! (the library's `PeriodicShardSyncManager`).

use std::borrow::Borrow;

use crate::base::HashKeyRange;
use crate::base::lease_row::{Checkpoint, Lease};

/// A gap in the leases' ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hole {
    /// The range before the gap, if any.
    pub before: Option<HashKeyRange>,
    /// The range after the gap, if any.
    pub after: Option<HashKeyRange>,
}

/// The first hole in the ranges of leases that are not at SHARD_END. Overlaps are tolerated.
pub(crate) fn first_hole(leases: &[impl Borrow<Lease>]) -> Option<Hole> {
    let active = leases.iter().map(Borrow::borrow).filter(|lease| lease.checkpoint != Checkpoint::ShardEnd);
    let mut ranges: Vec<HashKeyRange> = active.filter_map(|lease| lease.range).collect();
    ranges.sort();
    let Some(first) = ranges.first() else { return Some(Hole { before: None, after: None }) };
    if first.start.get() != 0 {
        return Some(Hole { before: None, after: Some(*first) });
    }
    let mut reach = *first;
    for range in &ranges[1..] {
        if range.start > reach.end && !reach.is_followed_by(*range) {
            return Some(Hole { before: Some(reach), after: Some(*range) });
        }
        if range.end > reach.end {
            reach = *range;
        }
    }
    (reach.end.get() != u128::MAX).then_some(Hole { before: Some(reach), after: None })
}

/// Counts how often in a row the same hole was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct HoleTracker {
    last: Option<Hole>,
    times: u32,
}

impl HoleTracker {
    /// Takes in an audit. Returns whether the leases must be synced: the same hole `threshold` times in a row, or no
    /// lease.
    pub(crate) fn audit(&mut self, leases: &[impl Borrow<Lease>], threshold: u32) -> bool {
        if leases.is_empty() {
            return true;
        }
        let Some(hole) = first_hole(leases) else {
            *self = Self::default();
            return false;
        };
        self.times = if self.last == Some(hole) { self.times + 1 } else { 1 };
        self.last = Some(hole);
        let must_sync = self.times >= threshold;
        if must_sync {
            *self = Self::default();
        }
        must_sync
    }
}
