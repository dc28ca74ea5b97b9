//! Which leases a worker takes: expired ones, very old ones, and stolen ones to balance.
//!
//! Expiry is observed locally: a worker remembers for each lease the counter it last saw and when it saw it change, by
//! its own monotonic clock. Rows hold no times.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::event::LeaseGain;
use crate::base::lease_row::Lease;
use crate::base::seed::Random;
use crate::base::{ShardId, SimDuration, SimTime};

/// What a worker remembers of the leases it has seen.
#[derive(Clone, Debug, Default)]
pub struct Observations {
    seen: BTreeMap<ShardId, Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    counter: i64,
    /// When the counter was seen to change; `None` for a lease that had no owner when it was first seen.
    changed: Option<SimTime>,
}

impl Observations {
    /// Takes in a scan that ended at `scanned`, and forgets leases that are gone.
    pub fn update(&mut self, leases: &[Lease], scanned: SimTime) {
        let mut seen = BTreeMap::new();
        for lease in leases {
            let changed = match self.seen.get(&lease.shard) {
                Some(before) if before.counter == lease.counter => before.changed,
                Some(_) => Some(scanned),
                // First sight: an owner gets a full failover time.
                None => lease.owner.as_ref().map(|_| scanned),
            };
            seen.insert(lease.shard, Seen { counter: lease.counter, changed });
        }
        self.seen = seen;
    }

    /// Whether the lease's counter has stood still for longer than `failover`.
    pub fn is_expired(&self, shard: ShardId, failover: SimDuration, now: SimTime) -> bool {
        is_expired(self.changed(shard), failover, now)
    }

    /// When the counter was last seen to change.
    pub fn changed(&self, shard: ShardId) -> Option<SimTime> {
        self.seen.get(&shard).and_then(|seen| seen.changed)
    }

    /// Notes the worker's own write, so that its next scan does not mistake it for another's.
    pub fn note(&mut self, shard: ShardId, counter: i64, now: SimTime) {
        self.seen.insert(shard, Seen { counter, changed: Some(now) });
    }
}

/// Strictly longer than the failover time; a lease never seen to change is expired.
pub fn is_expired(changed: Option<SimTime>, failover: SimDuration, now: SimTime) -> bool {
    changed.is_none_or(|changed| now.since(changed) > failover)
}

/// What a round of the taker looks at.
#[derive(Clone, Debug)]
pub struct Round<'a> {
    /// This worker.
    pub me: &'a str,
    /// Every lease with its owner, ended ones included.
    pub leases: &'a [(ShardId, Option<Arc<str>>)],
    /// Leases without owner, or expired.
    pub available: &'a [ShardId],
    /// Leases of the priority step; empty when it is switched off.
    pub very_old: &'a [ShardId],
    /// `maxLeasesForWorker`.
    pub leases_max: usize,
    /// `maxLeasesToStealAtOneTime`.
    pub steal_max: usize,
}

/// What a round comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// How the leases are come by, if any are.
    pub how: LeaseGain,
    /// The leases to take.
    pub shards: Vec<ShardId>,
    /// From whom they are stolen.
    pub victim: Option<Arc<str>>,
}

/// How many leases each worker should have, and how many that is too many for `max` (LeaseSpillover).
pub fn target(leases: usize, workers: usize, max: usize) -> (usize, usize) {
    let target = if workers >= leases { 1 } else { leases.div_ceil(workers) };
    (target.min(max), target.saturating_sub(max))
}

/// Leases of each worker, by the leases that are not available. A null owner counts as a worker.
pub fn count_by_worker<'a>(round: &Round<'a>) -> BTreeMap<Option<&'a str>, usize> {
    let mut counts = BTreeMap::from([(Some(round.me), 0)]);
    for (shard, owner) in round.leases {
        if !round.available.contains(shard) {
            *counts.entry(owner.as_deref()).or_default() += 1;
        }
    }
    counts
}

/// The leases that this round takes.
pub fn choose(round: &Round<'_>, random: &mut Random) -> Choice {
    let nothing = Choice { how: LeaseGain::Available, shards: Vec::new(), victim: None };
    let counts = count_by_worker(round);
    let mine = counts.get(&Some(round.me)).copied().unwrap_or(0);
    let (target, _spillover) = target(round.leases.len(), counts.len(), round.leases_max);
    let take = |shards: &[ShardId], most: usize, random: &mut Random| {
        let mut shuffled = shards.to_vec();
        random.shuffle(&mut shuffled);
        shuffled.truncate(most);
        shuffled
    };
    // The priority step ends the round, even when it takes nothing.
    if !round.very_old.is_empty() {
        let shards = take(round.very_old, round.leases_max.saturating_sub(mine), random);
        return Choice { how: LeaseGain::VeryOld, shards, ..nothing };
    }
    let Some(need) = target.checked_sub(mine).filter(|need| *need > 0) else { return nothing };
    if !round.available.is_empty() {
        return Choice { shards: take(round.available, need, random), ..nothing };
    }
    steal(round, &counts, target, need, random).unwrap_or(nothing)
}

/// From the single most loaded worker, and only if it has at least the target.
fn steal(
    round: &Round<'_>,
    counts: &BTreeMap<Option<&str>, usize>,
    target: usize,
    need: usize,
    random: &mut Random,
) -> Option<Choice> {
    let most = counts.values().copied().max()?;
    let (victim, count) = counts.iter().find(|(_, count)| **count == most)?;
    let victim = (*victim)?;
    if *count < target {
        return None;
    }
    let mut steal = need.min(count - target);
    if need > 1 && steal == 0 {
        steal = 1;
    }
    steal = steal.min(round.steal_max);
    if steal == 0 {
        return None;
    }
    let mut owned: Vec<ShardId> =
        round.leases.iter().filter(|(_, owner)| owner.as_deref() == Some(victim)).map(|(shard, _)| *shard).collect();
    random.shuffle(&mut owned);
    owned.truncate(steal);
    Some(Choice { how: LeaseGain::Stolen, shards: owned, victim: Some(victim.into()) })
}
