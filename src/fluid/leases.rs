//! Who holds which lease when: the workers of KCL applications take leases round by round, by the library's own
//! assignment, with the chance that a run draws.
//!
//! Followed are the leases of the shards that a stream begins with, from an empty table on, through workers that start
//! later, are stopped, crash and come back. Rounds in which nothing can change are left out. Not followed: leases of
//! shards that are opened later, renewals that fail or are throttled, and hosts that stand still. More than a thousand
//! leases are balanced sooner than the library does it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;
use std::sync::Arc;

use super::amount::{Us, us};
use super::lives::{Lives, lives};
use super::startup::{Start, StartUp, registered, table_active, times};
use crate::base::event::LeaseGain;
use crate::base::host_name::host_name;
use crate::base::lease_row::{Checkpoint, Lease};
use crate::base::seed::Random;
use crate::base::{Chance, ShardId, SimDuration, SimTime};
use crate::client::kcl::assignment::LeaseAssignment;
use crate::client::kcl::assignment::kcl2::{Kcl2Assignment, kcl2_pause};
use crate::client::kcl::{CREATE_POLL, INITIAL_POLL, INITIAL_WAIT, KclSettings, renewal_period};
use crate::scenario::plan::Plan;

/// Of more leases than these a round steals so many more at once: they would be balanced for hours, and a round looks
/// at all of them.
const STOLEN_ONE_BY_ONE: usize = 1000;

/// The time for which a worker holds a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tenure {
    pub(super) worker: usize,
    pub(super) gained: Us,
    pub(super) how: LeaseGain,
    /// When its processor begins, and when its first call for records reaches the service.
    pub(super) begins: Us,
    pub(super) first_call: Us,
    /// When its renewals were begun, for their rhythm.
    jobs: Us,
    /// When it is over, and whether that was at a graceful stop.
    pub(super) ends: Us,
    /// For how long it goes on beside the next, because it has not seen yet that the lease was stolen.
    pub(super) overlap: Us,
    pub(super) is_stopped: bool,
}

/// What became of an application's leases.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) start_up: StartUp,
    /// By lease, in order of time.
    pub(super) tenures: Vec<Vec<Tenure>>,
}

impl Held {
    /// Renewals in a stretch of time.
    pub(super) fn renewals(&self, period: Us, from: Us, to: Us) -> u64 {
        let of = |tenure: &Tenure| times(tenure.jobs, period, from.max(tenure.gained), to.min(tenure.ends));
        self.tenures.iter().flatten().filter(|tenure| tenure.gained < to && tenure.ends > from).map(of).sum()
    }
    /// Leases gained in a stretch of time.
    pub(super) fn gained(&self, from: Us, to: Us) -> u64 {
        self.tenures.iter().flatten().filter(|tenure| (from..to).contains(&tenure.gained)).count() as u64
    }
}

/// What a worker does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Job {
    /// Looks whether the table has rows.
    Look,
    /// Fills the table.
    Fill,
    /// Takes over the rows with its name.
    Resume,
    /// Scans, and takes what the assignment chooses.
    Round,
    /// Reads the row of a lease that it has gained.
    ReadRow,
}

/// A row as it was written at a time.
#[derive(Clone, Copy, Debug)]
struct Version {
    at: Us,
    /// The worker and its life, with the beginning of its jobs: renewals keep their rhythm.
    owner: Option<(usize, usize, Us)>,
    counter: i64,
}

/// A worker in its present life.
struct Worker {
    name: Arc<str>,
    random: Random,
    assignment: Kcl2Assignment,
    life: usize,
    looks: u64,
    deadline: Us,
    jobs: Us,
    /// Rounds in which it took nothing.
    idle: u32,
}

struct Application<'a> {
    kcl: &'a KclSettings,
    lives: Vec<Lives>,
    /// Those that have begun, each in its latest life.
    workers: Vec<Option<Worker>>,
    starts: Vec<Start>,
    began: Us,
    first: usize,
    leases: usize,
    rows: Vec<Vec<Version>>,
    tenures: Vec<Vec<Tenure>>,
}

type Queue = BinaryHeap<Reverse<(Us, usize, usize, usize, Job)>>;

/// Follows the leases of all applications of a plan, with so many shards each.
pub(super) fn follow(plan: &Plan, shards: &[usize], one_way: Us) -> Vec<Held> {
    let chance = Chance::from(&plan.seed);
    let mut all = Following {
        plan,
        one_way,
        end: us(plan.duration),
        lag_max: plan.services.dynamodb.stale_read_lag_max,
        lags: chance.derive("tables").stream("stale reads"),
        world: chance.derive("world"),
        queue: Queue::new(),
    };
    let mut applications: Vec<Application<'_>> =
        plan.kcl.iter().zip(shards).map(|(kcl, shards)| Application::new(plan, kcl, *shards)).collect();
    for (at, application) in applications.iter().enumerate() {
        all.begin(at, application);
    }
    while let Some(Reverse((now, at, worker, life, job))) = all.queue.pop() {
        if now < all.end {
            all.go_on(now, (at, &mut applications[at]), (worker, life), job);
        }
    }
    let held = |application: Application<'_>| Held {
        start_up: StartUp { began: application.began, workers: application.starts, first: application.first },
        tenures: application.tenures,
    };
    applications.into_iter().map(held).collect()
}

struct Following<'a> {
    plan: &'a Plan,
    one_way: Us,
    end: Us,
    lag_max: SimDuration,
    lags: Random,
    world: Chance,
    queue: Queue,
}

impl<'a> Application<'a> {
    fn new(plan: &Plan, kcl: &'a KclSettings, leases: usize) -> Self {
        let lives = lives(plan, kcl);
        let workers = lives.len();
        Self {
            kcl,
            workers: (0..workers).map(|_| None).collect(),
            starts: vec![Start { jobs: u64::MAX, looks: 0 }; workers],
            began: kcl.worker_starts.iter().copied().min().map_or(0, us),
            first: 0,
            leases,
            lives,
            rows: vec![Vec::new(); leases],
            tenures: vec![Vec::new(); leases],
        }
    }

    /// When somebody's life begins or ends next.
    fn next_event(&self, now: Us) -> Option<Us> {
        self.lives.iter().flat_map(Lives::times).filter(|at| *at > now && *at < Us::MAX).min()
    }
    /// When one did last.
    fn last_event(&self, now: Us) -> Us {
        self.lives.iter().flat_map(Lives::times).filter(|at| *at <= now).max().unwrap_or(0)
    }

    /// What a worker does when it has looked whether the table has rows, and when.
    fn look(&mut self, reply: Us, seen_at: Us, (worker, life): (usize, usize)) -> Option<(Us, Job)> {
        let is_filled = self.rows.iter().any(|row| row.first().is_some_and(|row| row.at <= seen_at));
        let here = self.workers[worker].as_mut()?;
        here.looks += 1;
        if life == 0 {
            self.starts[worker].looks = here.looks;
        }
        Some(match (is_filled, here.deadline.saturating_sub(reply)) {
            (true, _) => (reply, Job::Resume),
            (false, 0) => (reply, Job::Fill),
            (false, left) => (reply + us(INITIAL_POLL).min(left), Job::Look),
        })
    }

    /// A row's state as of an instant.
    fn row(&self, lease: usize, at: Us) -> Option<(Version, i64)> {
        let version = *self.rows[lease].iter().rev().find(|version| version.at <= at)?;
        let Some((worker, life, jobs)) = version.owner else { return Some((version, version.counter)) };
        let until = at.min(self.lives[worker].ended(life));
        let renewed = times(jobs, us(renewal_period(self.kcl)).max(1), version.at, until) as i64;
        Some((version, version.counter + renewed))
    }

    /// What a scan at an instant shows.
    fn scan(&self, at: Us) -> Vec<Rc<Lease>> {
        let lease = |lease: usize| {
            let (version, counter) = self.row(lease, at)?;
            let mut row = Lease::new(ShardId(lease as u32), Checkpoint::TrimHorizon, Vec::new(), None);
            row.owner = version.owner.map(|(worker, ..)| host_name(&self.kcl.name, worker as u32 + 1).into());
            row.counter = counter;
            Some(Rc::new(row))
        };
        (0..self.leases).filter_map(lease).collect()
    }
}

impl Following<'_> {
    fn begin(&mut self, at: usize, application: &Application<'_>) {
        let round_trip = 2 * self.one_way;
        let goes_on = |start: Us| registered(self.plan, at, application.began, start, round_trip);
        let asked = |at: usize| {
            let began = self.plan.kcl[at].worker_starts.iter().copied().min().map_or(0, us);
            registered(self.plan, at, began, began, round_trip)
        };
        // Tables are made in the order in which they are asked for.
        let table = (0..self.plan.kcl.len()).filter(|other| (asked(*other), *other) < (asked(at), at)).count();
        let active = table_active(self.plan, table, asked(at) + 2 * round_trip);
        for worker in 0..application.lives.len() {
            for (life, (start, _)) in application.lives[worker].spans.iter().enumerate() {
                let described = goes_on(*start) + round_trip;
                let poll = us(CREATE_POLL) + round_trip;
                let first = described + round_trip + us(CREATE_POLL) + round_trip;
                let ready = match described >= active {
                    true => described,
                    false => first + active.saturating_sub(first).div_ceil(poll) * poll,
                };
                self.queue.push(Reverse((ready, at, worker, life, Job::Look)));
            }
        }
    }

    /// As of when a read that reaches the table now shows it.
    fn seen_at(&mut self, now: Us, is_consistent: bool) -> Us {
        let at = now + self.one_way;
        if is_consistent || self.lag_max.is_zero() {
            return at;
        }
        at.saturating_sub(us(self.lags.duration(SimDuration::ZERO, self.lag_max)))
    }

    fn go_on(&mut self, now: Us, (at, of): (usize, &mut Application<'_>), (worker, life): (usize, usize), job: Job) {
        if now >= of.lives[worker].ended(life) {
            return;
        }
        let round_trip = 2 * self.one_way;
        let seen_at = self.seen_at(now, of.kcl.is_consistent_reads);
        match job {
            Job::ReadRow => {}
            Job::Look => {
                if of.workers[worker].as_ref().is_none_or(|here| here.life != life) {
                    of.workers[worker] = Some(self.worker((of.kcl, of.leases), worker, life, now));
                }
                let next = of.look(now + round_trip, seen_at, (worker, life));
                self.queue.extend(next.map(|(when, job)| Reverse((when, at, worker, life, job))));
            }
            Job::Fill => {
                // A scan, a listing for every thousand shards, then row after row.
                let from = now + round_trip * (1 + (of.leases as u64).div_ceil(1000));
                if of.rows.iter().all(Vec::is_empty) {
                    of.first = worker;
                    for (lease, row) in of.rows.iter_mut().enumerate() {
                        let at = from + round_trip * lease as u64 + self.one_way;
                        row.push(Version { at, owner: None, counter: 0 });
                    }
                }
                let filled = from + round_trip * of.leases as u64;
                self.queue.push(Reverse((filled, at, worker, life, Job::Resume)));
            }
            Job::Resume => self.resume(now, seen_at, (at, of), (worker, life)),
            Job::Round => self.round(now, seen_at, (at, of), (worker, life)),
        }
    }

    fn worker(&self, (kcl, leases): (&KclSettings, usize), worker: usize, life: usize, now: Us) -> Worker {
        let name = host_name(&kcl.name, worker as u32 + 1);
        let mut random = self.world.stream(&format!("host/{name}/{}/kcl", life + 1));
        let wait = us(random.duration(INITIAL_WAIT.0, INITIAL_WAIT.1));
        let name: Arc<str> = name.into();
        let steal_max = kcl.steal_max.saturating_mul(leases.div_ceil(STOLEN_ONE_BY_ONE) as u32);
        let assignment = Kcl2Assignment::new(name.clone(), &KclSettings { steal_max, ..kcl.clone() });
        Worker { name, random, assignment, life, looks: 0, deadline: now + wait, jobs: Us::MAX, idle: 0 }
    }

    fn resume(
        &mut self,
        now: Us,
        seen_at: Us,
        (at, of): (usize, &mut Application<'_>),
        (worker, life): (usize, usize),
    ) {
        let round_trip = 2 * self.one_way;
        let is_mine = |lease: &usize| {
            of.row(*lease, seen_at).is_some_and(|(row, _)| row.owner.is_some_and(|(owner, ..)| owner == worker))
        };
        let mine: Vec<usize> = (0..of.leases).filter(is_mine).collect();
        let jobs = now + round_trip * (1 + mine.len() as u64);
        for (place, lease) in mine.into_iter().enumerate() {
            let written = now + round_trip * (1 + place as u64) + self.one_way;
            self.gain((at, of), (worker, life), (lease, written, jobs), LeaseGain::Resumed);
        }
        let Some(here) = &mut of.workers[worker] else { return };
        here.jobs = jobs;
        if life == 0 {
            of.starts[worker].jobs = jobs;
        }
        self.queue.push(Reverse((jobs, at, worker, life, Job::Round)));
    }

    /// A lease is the worker's from the write of its row on.
    fn gain(
        &mut self,
        (at, of): (usize, &mut Application<'_>),
        (worker, life): (usize, usize),
        (lease, written, jobs): (usize, Us, Us),
        how: LeaseGain,
    ) {
        let round_trip = 2 * self.one_way;
        let (ended, is_stopped) = (of.lives[worker].ended(life), of.lives[worker].is_stopped(life));
        let gained = written + self.one_way;
        let poll = us(of.kcl.dispatch_poll).max(1);
        let dispatched = jobs + gained.saturating_sub(jobs).div_ceil(poll) * poll;
        let begins = dispatched + round_trip;
        let first_call = begins + round_trip + self.one_way;
        if gained >= ended {
            return;
        }
        let counter = of.row(lease, written).map_or(0, |(_, counter)| counter);
        // What another was to take later fails, because the row is another by then.
        of.rows[lease].retain(|version| version.at <= written);
        of.tenures[lease].retain(|tenure| tenure.gained <= gained);
        of.rows[lease].push(Version { at: written, owner: Some((worker, life, jobs)), counter: counter + 1 });
        let period = us(renewal_period(of.kcl)).max(1);
        if let Some(before) = of.tenures[lease].last_mut().filter(|before| before.ends > gained) {
            // It finds out when it renews next.
            let found = before.jobs + written.saturating_sub(before.jobs).div_ceil(period) * period + self.one_way;
            let found = found.min(before.ends);
            (before.ends, before.is_stopped) = (found.min(first_call), false);
            before.overlap = found - before.ends;
        }
        let tenure = Tenure { worker, gained, how, begins, first_call, jobs, ends: ended, overlap: 0, is_stopped };
        of.tenures[lease].push(tenure);
        self.queue.push(Reverse((dispatched, at, worker, life, Job::ReadRow)));
    }

    fn round(&mut self, now: Us, seen_at: Us, (at, of): (usize, &mut Application<'_>), (worker, life): (usize, usize)) {
        let round_trip = 2 * self.one_way;
        let leases = of.scan(seen_at);
        let scanned = now + round_trip;
        let time = |at: Us| SimTime::from_nanos(at * 1000);
        let Some(mut here) = of.workers[worker].take() else { return };
        let choice = here.assignment.choose(&leases, time(scanned), &mut here.random);
        let mut reply = scanned;
        for shard in &choice.shards {
            let (lease, written) = (shard.index(), reply + self.one_way);
            reply += round_trip;
            let Some(seen) = leases.iter().find(|row| row.shard == *shard) else { continue };
            let present = of.row(lease, written).map(|(_, counter)| counter);
            if present != Some(seen.counter) {
                continue;
            }
            self.gain((at, of), (worker, life), (lease, written, here.jobs), choice.how);
            let mut taken = Lease::clone(seen);
            taken.counter += 1;
            taken.owner = Some(here.name.clone());
            here.assignment.taken(&taken, time(reply));
        }
        let took = !choice.shards.is_empty();
        here.idle = if took { 0 } else { here.idle + 1 };
        of.workers[worker] = Some(here);
        if took {
            of.workers.iter_mut().flatten().for_each(|worker| worker.idle = 0);
        }
        let pause = us(kcl2_pause(of.kcl.failover, of.kcl.epsilon));
        self.after_round(reply + pause, (at, of), (worker, life), pause + round_trip);
    }

    /// The next round, or, where nothing can change, those before the next time that something does.
    fn after_round(
        &mut self,
        next: Us,
        (at, of): (usize, &mut Application<'_>),
        (worker, life): (usize, usize),
        period: Us,
    ) {
        // Whose lease expires is not seen before the second round after that.
        let is_known = next > of.last_event(next) + 4 * period;
        let is_calm = is_known && of.workers.iter().flatten().all(|worker| worker.idle >= 3);
        let next = match (is_calm, of.next_event(next)) {
            (true, None) => return,
            (true, Some(event)) => next + event.saturating_sub(next + 3 * period) / period * period,
            (false, _) => next,
        };
        self.queue.push(Reverse((next, at, worker, life, Job::Round)));
    }
}
