//! The assignment of KCL 2.x: each worker takes for itself what has expired, and steals to balance (the library's
//! `DynamoDBLeaseTaker`).
//!
//! No worker knows what another one decides; that two do not take the same lease is the lease counter's work.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::{Choice, LeaseAssignment};
use crate::base::event::LeaseGain;
use crate::base::lease_row::Lease;
use crate::base::seed::Random;
use crate::base::{Planted, ShardId, SimDuration, SimTime};
use crate::client::kcl::config::KclSettings;
use crate::client::kcl::lease::expiry::{Observations, is_expired};

/// One worker's side of the assignment.
pub(crate) struct Kcl2Assignment {
    me: Arc<str>,
    failover: SimDuration,
    epsilon: SimDuration,
    /// `None` when `enablePriorityLeaseAssignment` is off.
    very_old_after: Option<SimDuration>,
    leases_max: usize,
    steal_max: usize,
    observations: Observations,
    planted: Planted,
}

impl Kcl2Assignment {
    /// A worker that has seen no lease yet.
    pub(crate) fn new(me: Arc<str>, settings: &KclSettings) -> Self {
        let very_old_after = settings.failover * u64::from(settings.very_old_multiplier);
        Self {
            me,
            failover: settings.failover,
            epsilon: settings.epsilon,
            very_old_after: settings.is_priority_assignment.then_some(very_old_after),
            leases_max: settings.leases_max as usize,
            steal_max: settings.steal_max as usize,
            observations: Observations::new(settings.planted),
            planted: settings.planted,
        }
    }
}

impl LeaseAssignment for Kcl2Assignment {
    fn pause(&self) -> SimDuration {
        kcl2_pause(self.failover, self.epsilon)
    }

    fn choose(&mut self, leases: &[Rc<Lease>], scanned: SimTime, random: &mut Random) -> Choice {
        self.observations.update(leases, scanned);
        let seen = &self.observations;
        let is_available =
            |lease: &&Rc<Lease>| lease.owner.is_none() || seen.is_expired(lease.shard, self.failover, scanned);
        let available: Vec<ShardId> = leases.iter().filter(is_available).map(|lease| lease.shard).collect();
        let very_old: Vec<ShardId> = match self.very_old_after {
            Some(after) => {
                let is_very_old = |shard: &&ShardId| is_expired(seen.changed(**shard), after, scanned);
                available.iter().filter(is_very_old).copied().collect()
            }
            None => Vec::new(),
        };
        let owners: Vec<_> = leases.iter().map(|lease| (lease.shard, lease.owner.as_deref())).collect();
        let round = Round {
            me: &self.me,
            leases: &owners,
            available: &available,
            very_old: &very_old,
            leases_max: self.leases_max,
            steal_max: self.steal_max,
            steal_least: self.planted.least_stolen(),
        };
        choose(&round, random)
    }

    fn taken(&mut self, lease: &Lease, now: SimTime) {
        self.observations.note(lease.shard, lease.counter, now);
    }
}

/// Time between a worker's rounds: twice the failover time and epsilon.
pub(crate) fn kcl2_pause(failover: SimDuration, epsilon: SimDuration) -> SimDuration {
    (failover + epsilon) * 2
}

/// What a round of the taker looks at.
#[derive(Clone, Debug)]
pub(crate) struct Round<'a> {
    /// This worker.
    pub me: &'a str,
    /// Every lease with its owner, ended ones included.
    pub leases: &'a [(ShardId, Option<&'a str>)],
    /// Leases without owner, or expired.
    pub(crate) available: &'a [ShardId],
    /// Leases of the priority step; empty when it is switched off.
    pub(crate) very_old: &'a [ShardId],
    /// `maxLeasesForWorker`.
    pub(crate) leases_max: usize,
    /// `maxLeasesToStealAtOneTime`.
    pub(crate) steal_max: usize,
    /// Leases that are stolen of a worker that has none to spare.
    pub(crate) steal_least: usize,
}

/// How many leases each worker should have, and how many that is too many for `max` (LeaseSpillover).
pub(crate) fn target(leases: usize, workers: usize, max: usize) -> (usize, usize) {
    let target = if workers >= leases { 1 } else { leases.div_ceil(workers) };
    (target.min(max), target.saturating_sub(max))
}

/// Leases of each worker, by the leases that are not available. A null owner counts as a worker.
pub(crate) fn count_by_worker<'a>(round: &Round<'a>) -> BTreeMap<Option<&'a str>, usize> {
    let available: BTreeSet<ShardId> = round.available.iter().copied().collect();
    // Counted by where the name lies first, which compares no text: rows of a worker mostly share its name.
    let mut by_place = BTreeMap::new();
    for (shard, owner) in round.leases {
        if !available.contains(shard) {
            let place = owner.map(|name| (name.as_ptr().addr(), name.len()));
            by_place.entry(place).or_insert((*owner, 0)).1 += 1;
        }
    }
    let mut counts = BTreeMap::from([(Some(round.me), 0)]);
    for (owner, count) in by_place.into_values() {
        *counts.entry(owner).or_default() += count;
    }
    counts
}

/// The leases that this round takes.
pub(crate) fn choose(round: &Round<'_>, random: &mut Random) -> Choice {
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
    steal = steal.max(round.steal_least).min(round.steal_max);
    if steal == 0 {
        return None;
    }
    let mut owned: Vec<ShardId> =
        round.leases.iter().filter(|(_, owner)| *owner == Some(victim)).map(|(shard, _)| *shard).collect();
    random.shuffle(&mut owned);
    owned.truncate(steal);
    Some(Choice { how: LeaseGain::Stolen, shards: owned, victim: Some(victim.into()) })
}
