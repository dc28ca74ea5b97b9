//! The write side of a stream: its producers' rates over its shards, in one step as long as nothing is near a limit,
//! and in ticks where something is.

use super::amount::{MINUTE, Micro, ONE, Rate, SECOND, Us, amount, part_of, us};
use super::producer::Producer;
use super::shard::{Peak, Seen, Shard, Sum, Tick};
use super::source::{Source, sources};
use crate::aws::kinesis::api::{StreamMode, ThrottleWindow};
use crate::aws::kinesis::limits::ON_DEMAND_LOOK_EVERY;
use crate::aws::kinesis::{ReshardStep, is_split_on_demand, split_in_the_middle};
use crate::base::{HashKey, HashKeyRange, ShardId, StreamName};
use crate::scenario::plan::{Plan, StreamPlan};

/// A tick where something is near a limit.
const TICK: Us = SECOND / 10;

/// What was written in a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WriteMinute {
    /// Records taken.
    pub(crate) records: u64,
    /// Bytes taken.
    pub(crate) bytes: u64,
    /// Records refused for throughput, each try counted.
    pub(crate) throttled: u64,
    /// Records taken by the shard that took most.
    pub(crate) hottest_records: u64,
    /// Bytes taken by the shard that took most.
    pub(crate) hottest_bytes: u64,
    /// Records refused by the shard that refused most.
    pub(crate) hottest_throttled: u64,
}

/// A stream while the fluid runs.
pub(super) struct Stream {
    pub(super) name: StreamName,
    pub(super) retention: Us,
    pub(super) shards: Vec<Shard>,
    pub(super) producers: Vec<Producer>,
    /// Which producers of the plan these are.
    pub(super) producer_ids: Vec<usize>,
    sources: Vec<Source>,
    rates: Vec<Rate>,
    /// The rates that the shards' own were made of.
    spread: Vec<Rate>,
    /// The last rates that were not all zero, for what still waits after the end.
    last_rates: Vec<Rate>,
    now: Us,
    is_window: bool,
    is_limited: bool,
    pub(super) minutes: Vec<WriteMinute>,
    pub(super) throttled_peak: Peak,
    horizon: Us,
    is_on_demand: bool,
    shard_limit: usize,
}

impl Stream {
    pub(super) fn new(plan: &Plan, stream: &StreamPlan, one_way: Us) -> Self {
        let producer_ids: Vec<usize> =
            (0..plan.producers.len()).filter(|p| plan.producers[*p].is_to(&stream.name)).collect();
        let producers = producer_ids.iter().map(|p| Producer::new(&plan.producers[*p], 2 * one_way)).collect();
        let of = |(local, p): (usize, &usize)| sources(plan, (local, *p), one_way);
        let sources: Vec<Source> = producer_ids.iter().enumerate().flat_map(of).collect();
        let retention = u64::from(stream.of.retention_hours) * 60 * MINUTE;
        let count = sources.len();
        let shards = (0..).zip(HashKeyRange::uniform(stream.shards));
        let mut new = Self {
            name: stream.name.clone(),
            retention,
            shards: shards.map(|(id, range)| Shard::new(ShardId(id), range, 0)).collect(),
            producers,
            producer_ids,
            sources,
            rates: vec![0; count],
            spread: Vec::new(),
            last_rates: vec![0; count],
            now: 0,
            is_window: plan.services.kinesis.throttle_window == ThrottleWindow::FixedSecond,
            is_limited: plan.services.kinesis.data_plane_limits,
            minutes: Vec::new(),
            throttled_peak: Peak::default(),
            horizon: us(plan.duration).saturating_sub(retention),
            is_on_demand: stream.of.mode == StreamMode::OnDemand,
            shard_limit: plan.services.kinesis.shard_limit as usize,
        };
        new.share_out(0);
        new
    }

    /// Gives shards from this one on their parts of the sources.
    pub(super) fn share_out(&mut self, first: usize) {
        for shard in &mut self.shards[first..] {
            shard.shares = self.sources.iter().map(|source| source.mass.share(shard.range)).collect();
        }
        self.spread.clear();
    }

    /// When a rate changes next.
    pub(super) fn next_change(&self) -> Us {
        self.sources.iter().map(Source::next_change).min().unwrap_or(u64::MAX)
    }

    /// Takes in the rates that hold from now on.
    pub(super) fn turn(&mut self) {
        let mut is_resized = false;
        for (rate, source) in self.rates.iter_mut().zip(&mut self.sources) {
            let size = source.size_milli;
            *rate = source.rate_at(self.now);
            is_resized |= source.size_milli != size;
        }
        if self.rates.iter().any(|rate| *rate > 0) {
            self.last_rates.clone_from(&self.rates);
        }
        if self.spread == self.rates && !is_resized {
            return;
        }
        self.spread.clone_from(&self.rates);
        for shard in self.shards.iter_mut().filter(|shard| shard.closed.is_none()) {
            (shard.rate, shard.bytes_rate_milli) = (0, 0);
            for (source, rate) in self.rates.iter().enumerate() {
                let rate = shard.shares[source].of(*rate);
                shard.rate += rate;
                shard.bytes_rate_milli += part_of(rate, self.sources[source].size_milli, super::amount::ONE);
            }
        }
    }

    /// Goes on to `to`, while no rate changes.
    pub(super) fn advance(&mut self, to: Us) {
        let is_held_back =
            self.producers.iter().enumerate().any(|(p, producer)| producer.is_held_back(self.offered(p)));
        let is_strained = |shard: &Shard| shard.closed.is_none() && self.is_limited && shard.is_strained();
        let mut strained: Vec<usize> = Vec::new();
        for (at, shard) in self.shards.iter().enumerate() {
            if is_strained(shard) || (is_held_back && shard.closed.is_none()) {
                strained.push(at);
            }
        }
        if strained.is_empty() {
            for p in 0..self.producers.len() {
                self.producers[p].counts.ok += amount(self.offered(p), to - self.now);
            }
        } else {
            let finest = self.producers.iter().filter_map(Producer::finest_tick).min();
            let tick = if is_held_back { finest.unwrap_or(TICK).min(TICK) } else { TICK };
            self.tick_to(&strained, to, tick);
        }
        let mut next = 0;
        for (at, shard) in self.shards.iter_mut().enumerate() {
            if strained.get(next) == Some(&at) {
                next += 1;
            } else if shard.closed.is_none() {
                shard.take_all(to);
            }
            shard.note_trimmed(self.horizon);
        }
        self.now = to;
    }

    /// What a producer is asked to put in a second.
    fn offered(&self, producer: usize) -> Rate {
        self.of_producer(&self.rates, producer)
    }
    fn of_producer(&self, rates: &[Rate], producer: usize) -> Rate {
        self.sources.iter().zip(rates).filter(|(source, _)| source.producer == producer).map(|(_, rate)| rate).sum()
    }

    /// Ticks until `to`, or until every second is like the one before; then the rest in one step.
    fn tick_to(&mut self, strained: &[usize], to: Us, tick: Us) {
        let mut now = self.now;
        while now < to {
            let second_ends = ((now / SECOND) + 1) * SECOND;
            let backlogs: Vec<Micro> = self.producers.iter().map(|producer| producer.backlog).collect();
            let before: Vec<_> = self.producers.iter().map(|producer| producer.counts).collect();
            let end = second_ends.min(to);
            let long = end - now;
            while now < end {
                let step = tick.min(end - now);
                self.tick(strained, now, step);
                now += step;
            }
            let mut is_steady = long == SECOND;
            for at in strained {
                is_steady &= self.shards[*at].end_second(now);
            }
            is_steady &= self.producers.iter().zip(&backlogs).all(|(producer, before)| producer.backlog == *before);
            if is_steady && now < to {
                for (producer, before) in self.producers.iter_mut().zip(&before) {
                    producer.counts.ok += amount(producer.counts.ok - before.ok, to - now);
                    producer.counts.given_up += amount(producer.counts.given_up - before.given_up, to - now);
                }
                strained.iter().for_each(|at| self.shards[*at].go_on(to));
                return;
            }
        }
    }

    fn tick(&mut self, strained: &[usize], now: Us, step: Us) {
        let width = self.producers.iter().map(Producer::tries).max().unwrap_or(1);
        let mut seen = Seen::new(self.producers.iter().map(Producer::tries));
        let mut batches = Vec::with_capacity(self.producers.len());
        let mut sent = Vec::with_capacity(self.producers.len());
        let mut allowed = Vec::with_capacity(self.producers.len());
        for p in 0..self.producers.len() {
            let waiting: Micro = strained.iter().map(|at| self.shards[*at].waiting_of(p, width)).sum();
            let of_all = self.offered(p);
            let offered = amount(of_all, step);
            let producer = &mut self.producers[p];
            let sendable = producer.sendable_in(step, waiting);
            sent.push(producer.send(offered, sendable));
            allowed.push(producer.allowed(offered));
            batches.push((producer.batch(of_all), sent[p]));
        }
        let new: Vec<(Micro, u64, usize)> = (0..self.sources.len())
            .map(|at| {
                let source = &self.sources[at];
                let of_all = self.of_producer(&self.last_rates, source.producer);
                (part_of(sent[source.producer], self.last_rates[at], of_all), source.size_milli, source.producer)
            })
            .collect();
        let pauses: Vec<Vec<Us>> = self.producers.iter().map(|producer| producer.pauses.clone()).collect();
        let tick = Tick {
            from: now,
            long: step,
            new: &new,
            pauses: &pauses,
            allowed: &allowed,
            batches: &batches,
            is_window: self.is_window,
            is_limited: self.is_limited,
        };
        for at in strained {
            self.shards[*at].tick(&tick, &mut seen);
        }
        let Seen { mut tried, given_up, .. } = seen;
        for (p, producer) in self.producers.iter_mut().enumerate() {
            // What went to shards that are not strained was taken at the first try.
            let calm = sent[p].saturating_sub(tried[p][0].all);
            tried[p][0].all += calm;
            let ok: Vec<Micro> = tried[p].iter().map(|tried| tried.all - tried.refused).collect();
            let refused: Micro = tried[p].iter().map(|tried| tried.refused).sum();
            producer.counts.ok += ok.iter().sum::<Micro>();
            producer.counts.given_up += given_up[p];
            producer.settle(refused - given_up[p], ok[0], ok[1..].iter().sum());
            producer.see(&tried[p], part_of(sent[p], ONE, batches[p].0.max(1)), step);
        }
    }

    /// The open shard that owns a hash key.
    fn open_at(&self, key: HashKey) -> Option<usize> {
        self.shards.iter().rposition(|shard| shard.closed.is_none() && shard.range.contains(key))
    }

    /// The ranges of the open shards, in order.
    pub(super) fn open_ranges(&self) -> Vec<HashKeyRange> {
        let open = self.shards.iter().filter(|shard| shard.closed.is_none());
        let mut ranges: Vec<HashKeyRange> = open.map(|shard| shard.range).collect();
        ranges.sort();
        ranges
    }

    /// Splits and merges, now.
    pub(super) fn reshard(&mut self, steps: &[ReshardStep]) {
        let first = self.shards.len();
        for step in steps {
            let (key, is_split) = match step {
                ReshardStep::SplitAt(key) => (*key, true),
                ReshardStep::MergeAt(key) => (*key, false),
            };
            let below = HashKey::new(key.get().saturating_sub(1));
            let (Some(lower), Some(upper)) = (self.open_at(below), self.open_at(key)) else { continue };
            let (low, high) = (self.shards[lower].range, self.shards[upper].range);
            let ranges = match is_split {
                true => vec![HashKeyRange { start: low.start, end: below }, HashKeyRange { start: key, end: high.end }],
                false => vec![HashKeyRange { start: low.start, end: high.end }],
            };
            let parents = if lower == upper { vec![lower] } else { vec![lower, upper] };
            let waiting: Vec<Vec<Micro>> = parents.iter().map(|at| self.shards[*at].close(self.now)).collect();
            for range in &ranges {
                let mut shard = Shard::new(ShardId(self.shards.len() as u32), *range, self.now);
                shard.parents.clone_from(&parents);
                waiting.iter().for_each(|pools| shard.inherit(pools, 1, ranges.len() as u64));
                self.shards.push(shard);
            }
        }
        self.share_out(first);
    }

    /// What a stream that is on demand splits, when it looks.
    pub(super) fn split_on_demand(&mut self, now: Us) -> Vec<ReshardStep> {
        if !self.is_on_demand || !now.is_multiple_of(us(ON_DEMAND_LOOK_EVERY)) {
            return Vec::new();
        }
        let open = || self.shards.iter().filter(|shard| shard.closed.is_none());
        let busy = open().filter(|shard| {
            let (records, bytes_milli) = shard.since_look();
            shard.range.start < shard.range.end && is_split_on_demand(records / ONE, bytes_milli / 1000)
        });
        let steps: Vec<ReshardStep> = busy.map(|shard| split_in_the_middle(shard.range)).collect();
        let fits = open().count() + steps.len() <= self.shard_limit;
        self.shards.iter_mut().for_each(Shard::look);
        if fits { steps } else { Vec::new() }
    }

    /// Sets another retention, from now on.
    pub(super) fn set_retention(&mut self, hours: u32, end: Us) {
        self.retention = u64::from(hours) * 60 * MINUTE;
        self.horizon = end.saturating_sub(self.retention);
    }

    /// A minute is over.
    pub(super) fn end_minute(&mut self, began: Us) {
        let mut minute = WriteMinute::default();
        let mut sum = Sum::default();
        for shard in &mut self.shards {
            let of = shard.end_minute(began);
            sum.add(of);
            minute.hottest_records = minute.hottest_records.max(super::amount::whole(of.records));
            minute.hottest_bytes = minute.hottest_bytes.max(of.bytes_milli / 1000);
            minute.hottest_throttled = minute.hottest_throttled.max(super::amount::whole(of.throttled));
        }
        minute.records = super::amount::whole(sum.records);
        minute.bytes = sum.bytes_milli / 1000;
        minute.throttled = super::amount::whole(sum.throttled);
        self.throttled_peak.see(minute.throttled, began);
        self.minutes.push(minute);
    }
}
