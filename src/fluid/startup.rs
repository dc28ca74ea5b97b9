//! When the workers of a KCL application have their leases: the library's start, with the chance that a run draws.

use super::amount::{Us, us};
use crate::base::host_name::host_name;
use crate::base::{Chance, SimDuration};
use crate::client::kcl::assignment::kcl2::target;
use crate::client::kcl::{CREATE_POLL, INITIAL_POLL, INITIAL_WAIT, KclSettings};
use crate::scenario::plan::Plan;

/// A worker's start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    /// When its jobs begin: renewing, taking, auditing.
    pub(super) jobs: Us,
    /// Looks at an empty table until then.
    pub(super) looks: u64,
}

/// How an application starts.
#[derive(Clone, Debug)]
pub(super) struct StartUp {
    /// When its first worker begins, which is when records begin to wait for it.
    pub(super) began: Us,
    pub(super) workers: Vec<Start>,
    /// The worker that fills the table and takes every lease.
    pub(super) first: usize,
}

/// The start of an application whose stream has so many shards. `table` is its place among the tables of the run.
pub(super) fn start_up(plan: &Plan, kcl: &KclSettings, shards: u64, table: usize, round_trip: Us) -> StartUp {
    let began = kcl.worker_starts.iter().copied().min().map_or(0, us);
    let active = table_active(plan, table, began + 2 * round_trip);
    let world = Chance::from(&plan.seed).derive("world");
    // When each worker would fill the table: after its wait, or when it has looked.
    let ready = |start: &SimDuration| {
        let described = us(*start) + round_trip;
        if described >= active {
            return described;
        }
        let poll = us(CREATE_POLL) + round_trip;
        let first = described + round_trip + us(CREATE_POLL) + round_trip;
        first + active.saturating_sub(first).div_ceil(poll) * poll
    };
    let fills: Vec<(Us, Us)> = (0..)
        .zip(&kcl.worker_starts)
        .map(|(index, start)| {
            let mut random = world.stream(&format!("host/{}/1/kcl", host_name(&kcl.name, index + 1)));
            let wait = us(random.duration(INITIAL_WAIT.0, INITIAL_WAIT.1));
            (ready(start), ready(start) + wait + round_trip)
        })
        .collect();
    let first = (0..fills.len()).min_by_key(|worker| fills[*worker].1).unwrap_or(0);
    let filled_from = fills.get(first).map_or(0, |fill| fill.1);
    // A scan, a listing for every thousand shards, then row after row.
    let filled = filled_from + (1 + shards.div_ceil(1000) + shards) * round_trip;
    let poll = us(INITIAL_POLL) + round_trip;
    let workers = (0..).zip(&fills).map(|(worker, (ready, fill))| {
        let seen = if worker == first { filled } else { seen(*ready, *fill, filled_from, poll, round_trip) };
        let looks = 1 + (seen.min(filled_from).saturating_sub(*ready)) / poll;
        Start { jobs: seen + round_trip, looks }
    });
    StartUp { began, workers: workers.collect(), first }
}

/// When a worker that looks again and again sees that the table is filled.
fn seen(ready: Us, fill: Us, filled_from: Us, poll: Us, round_trip: Us) -> Us {
    if ready >= filled_from {
        return ready + round_trip;
    }
    let looks = (filled_from - ready).div_ceil(poll);
    (ready + looks * poll).min(fill) + round_trip
}

/// When a table that is asked for at this time is there.
fn table_active(plan: &Plan, table: usize, asked: Us) -> Us {
    let mut durations = Chance::from(&plan.seed).derive("tables").stream("transitions");
    let (low, high) = plan.services.dynamodb.transition;
    let mut takes = SimDuration::ZERO;
    for _ in 0..=table {
        takes = durations.duration(low, high);
    }
    asked + us(takes)
}

impl StartUp {
    /// When the first call for a shard's records reaches the service: after its lease was taken in its turn, the next
    /// round of the dispatcher, its row and its iterator.
    pub(super) fn first_call(&self, turn: u64, dispatch_poll: Us, round_trip: Us) -> Us {
        let jobs = self.workers.get(self.first).map_or(0, |start| start.jobs);
        let gained = (turn + 2) * round_trip;
        jobs + gained.div_ceil(dispatch_poll.max(1)) * dispatch_poll.max(1) + 2 * round_trip + round_trip / 2
    }
    /// When the lease of a turn is gained.
    pub(super) fn gained(&self, turn: u64, round_trip: Us) -> Us {
        self.workers.get(self.first).map_or(0, |start| start.jobs) + (turn + 2) * round_trip
    }
}

/// A lease that another worker steals from the first: whose turn it was, and when it is gained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Steal {
    /// The lease's turn among those of the stream.
    pub(super) turn: usize,
    pub(super) gained: Us,
    /// When the new owner's first call reaches the service.
    pub(super) first_call: Us,
}

impl StartUp {
    /// The steals until leases are balanced: round after round of each worker, as the library chooses, with whichever
    /// lease of the most loaded worker.
    pub(super) fn steals(&self, leases: usize, kcl: &KclSettings, period: Us, round_trip: Us) -> Vec<Steal> {
        let mut owned: Vec<Vec<usize>> = vec![Vec::new(); self.workers.len()];
        let Some(first) = owned.get_mut(self.first) else { return Vec::new() };
        first.extend(0..leases);
        let mut steals = Vec::new();
        let mut rounds: Vec<(Us, usize)> = (0..).zip(&self.workers).map(|(w, start)| (start.jobs, w)).collect();
        let all_taken = self.gained(leases as u64, round_trip);
        let mut idle = 0;
        while idle < 2 * rounds.len() && steals.len() < leases {
            rounds.sort_unstable();
            let (at, worker) = rounds[0];
            rounds[0].0 = at + period;
            let known = owned.iter().enumerate().filter(|(w, of)| *w == worker || !of.is_empty()).count();
            let (target, _) = target(leases, known, kcl.leases_max as usize);
            let (victim, most) = (0..owned.len())
                .map(|w| (w, owned[w].len()))
                .max_by_key(|(w, n)| (*n, w.abs_diff(usize::MAX)))
                .unwrap_or((0, 0));
            let need = target.saturating_sub(owned[worker].len());
            let spare = most.saturating_sub(target);
            let take = match (need, spare) {
                (0, _) => 0,
                (need, 0) if need > 1 && most >= target => 1,
                (need, spare) => need.min(spare),
            };
            let take = take.min(kcl.steal_max as usize);
            if at < all_taken || take == 0 || most < target || victim == worker {
                idle += usize::from(at >= all_taken);
                continue;
            }
            idle = 0;
            for _ in 0..take {
                let Some(turn) = owned[victim].pop() else { break };
                owned[worker].push(turn);
                let jobs = self.workers[worker].jobs;
                let poll = us(kcl.dispatch_poll).max(1);
                let gained = at + 2 * round_trip;
                let dispatched = jobs + gained.saturating_sub(jobs).div_ceil(poll) * poll;
                steals.push(Steal { turn, gained, first_call: dispatched + 2 * round_trip + round_trip / 2 });
            }
        }
        steals
    }
}

/// Times of something that is done at `first` and every `period` from then on, in a stretch.
pub(super) fn times(first: Us, period: Us, from: Us, to: Us) -> u64 {
    let before = |time: Us| if time <= first { 0 } else { (time - first - 1) / period.max(1) + 1 };
    before(to) - before(from.min(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_at_an_instant_belongs_to_the_stretch_that_begins_with_it() {
        assert_eq!(times(10, 5, 0, 10), 0);
        assert_eq!(times(10, 5, 10, 11), 1);
        assert_eq!(times(10, 5, 0, 21), 3);
        assert_eq!(times(10, 5, 11, 16), 1);
    }
}
