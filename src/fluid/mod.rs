//! Floor 8: carries out a plan by rates instead of records, for systems whose records would be too many.
//!
//! [`flow`] goes from one change of a rate to the next. What happens in between is worked out per shard: in one step
//! where nothing is near a limit and everybody keeps up, in ticks where something is refused, and call by call where
//! records wait. All state is in whole numbers; limits, units, pauses and periods are the services' and clients' own.
//! What it gives are the [`Figures`] of a run, so that expectations, prices and alarms judge it as they judge a run.
//!
//! | file | what it does |
//! |---|---|
//! | `amount` | fixed point |
//! | `source`, `mass` | what producers offer, and where their keys' hashes put it |
//! | `producer`, `stream`, `shard` | what is sent, taken, refused and tried again |
//! | `curve` | the records of a shard over time |
//! | `reader`, `calm`, `pushed`, `pipe`, `side` | who reads a shard, by polling and by fan-out |
//! | `consumer`, `tally` | from when on, and how old records are then |
//! | `lives`, `leases`, `startup` | the workers of KCL applications, and which leases each has when |
//! | `table` | what a lease table is asked and gives |
//! | `operator` | actions, and what auto scaling asks for |
//! | `figured`, `usage` | the figures, and what they cost |
//!
//! Not modelled, and told in [`Flow::left_out`] where a plan has it: faults, but for workers that crash, for the only
//! host of a consumer that stands still for a time, and for one zone of Kinesis at a time; actions on lease rows, keys
//! and whole streams; consumers whose code the user brings; processor scripts. Not modelled at all, and left at nothing
//! in the figures: single records (so no skips, effects and hot keys, and no duplicates but those of leases that change
//! hands), advice on shards, calls of producers and their latency, who holds the leases of shards that are opened
//! later, leases that expire because renewals are throttled, `InternalFailure`, and chance within a second: which shard
//! a record falls on is a share and never luck.

mod amount;
mod calm;
mod consumer;
mod curve;
mod figured;
mod leases;
mod lives;
mod mass;
mod operator;
mod pipe;
mod producer;
mod pushed;
mod reader;
mod shard;
mod side;
mod source;
mod startup;
mod stream;
mod table;
mod tally;
#[cfg(test)]
mod tests;
mod usage;

use std::collections::BTreeMap;
use std::rc::Rc;

pub(crate) use self::operator::Happened;
pub(crate) use self::stream::WriteMinute;
pub(crate) use self::table::TableMinute;

use self::amount::{MINUTE, ONE, Us, part_of, us};
use self::consumer::{Consumer, Kind, Taking, is_roomy};
use self::figured::Flowed;
use self::lives::is_crash_of_worker;
use self::operator::{Done, Operator};
use self::pipe::Puts;
use self::reader::{Reader, Rule};
use self::shard::minute_of;
use self::side::{Calm, ReadSide};
use self::stream::Stream;
use self::table::Table;
use self::tally::Tally;
use crate::base::SimTime;
use crate::base::host_name::host_name;
use crate::client::autoscaling::{Autoscaler, Autoscaling, StreamMinute};
use crate::client::kcl::KclSettings;
use crate::fault::FaultPlan;
use crate::measure::{Figures, cost, rounded};
use crate::scenario::plan::{ActionKind, ActionPlan, Plan};

const HOUR_MS: f64 = 3_600_000.0;

/// What came of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// As a run's, as far as rates can tell.
    pub figures: Figures,
    /// The same, with the iterator ages that were seen after the start-up alone: when every shard that was there has
    /// been read by each consumer that began with the run.
    pub(crate) after_start_up: Figures,
    /// When the start-up was over.
    pub(crate) started: SimTime,
    /// By stream, its minutes in order.
    pub(crate) writes: BTreeMap<String, Vec<WriteMinute>>,
    /// By consumer, the greatest iterator age of each minute in milliseconds; `None` where none was seen.
    pub(crate) ages_ms: BTreeMap<String, Vec<Option<u64>>>,
    /// By lease table, its minutes in order.
    pub(crate) tables: BTreeMap<String, Vec<TableMinute>>,
    /// Changes of streams' shard counts that were asked for, in order of time.
    pub(crate) happened: Vec<Happened>,
    /// What the plan has and this engine leaves out, each told as the plan does.
    pub(crate) left_out: Vec<String>,
}

impl Flow {
    /// By consumer of a stream, the greatest iterator age of each minute.
    pub(crate) fn ages_of(&self, stream: &str) -> impl Iterator<Item = &Vec<Option<u64>>> {
        let of_it = self.figures.consumers.iter().filter(move |(_, of)| of.stream == stream);
        of_it.filter_map(|(name, _)| self.ages_ms.get(name))
    }
    /// How many minutes the start-up belongs to, wholly or in part.
    pub(crate) fn minutes_of_start_up(&self) -> usize {
        minute_of(us(self.started.since(SimTime::ZERO))) + 1
    }
}

/// Carries out `plan` by rates.
pub fn flow(plan: &Plan) -> Flow {
    let mut fluid = Fluid::new(plan);
    let end = us(plan.duration);
    while fluid.now < end {
        fluid.step(end);
    }
    fluid.end(plan)
}

/// All that flows.
struct Fluid {
    now: Us,
    one_way: Us,
    streams: Vec<Stream>,
    sides: Vec<Vec<ReadSide>>,
    consumers: Vec<Consumer>,
    tables: Vec<Table>,
    /// The consumer of each table.
    table_of: Vec<usize>,
    operator: Operator,
    /// When the start-up is over.
    started: Us,
    /// Auto scaling, with the stream that each is for.
    scalers: Vec<(usize, Autoscaler)>,
    left_out: Vec<String>,
}

impl Fluid {
    fn new(plan: &Plan) -> Self {
        let one_way = us((plan.latency.0 + plan.latency.1) / 2);
        let streams: Vec<Stream> = plan.streams.iter().map(|stream| Stream::new(plan, stream, one_way)).collect();
        let sides = streams.iter().map(|stream| stream.shards.iter().map(|_| ReadSide::default()).collect()).collect();
        let mut new = Self {
            now: 0,
            one_way,
            streams,
            sides,
            consumers: Vec::new(),
            tables: Vec::new(),
            table_of: Vec::new(),
            operator: Operator::new(plan, one_way),
            started: 0,
            scalers: scalers(plan),
            left_out: left_out(plan),
        };
        new.add_consumers(plan);
        new.started = new.consumers.iter().filter_map(Consumer::started).max().unwrap_or(0);
        new
    }

    fn add_consumers(&mut self, plan: &Plan) {
        let shards = |kcl: &KclSettings| {
            let stream = self.streams.iter().find(|stream| stream.name == kcl.stream);
            stream.map_or(0, |stream| stream.shards.len())
        };
        let shards: Vec<usize> = plan.kcl.iter().map(shards).collect();
        let held = leases::follow(plan, &shards, self.one_way);
        for (at, (kcl, held)) in plan.kcl.iter().zip(held).enumerate() {
            let held = Rc::new(held);
            let settings = (plan.services.dynamodb.capacity_limits, plan.services.dynamodb.burst_starts_full);
            self.tables.push(Table::new(kcl, held.clone(), settings, 2 * self.one_way));
            self.table_of.push(self.consumers.len());
            self.consumers.push(Consumer::kcl(plan, at, held, self.one_way));
        }
        for at in 0..plan.pollers.len() {
            self.consumers.push(Consumer::poller(plan, at, self.one_way));
        }
        for consumer in &mut self.consumers {
            let down = plan.faults.iter().filter_map(|fault| downtime(plan, fault));
            consumer.rule.down = down.filter(|down| down.0 == consumer.kind).map(|down| (down.1, down.2)).collect();
            let faults = plan.faults.iter().filter(|fault| befalls(plan, fault, consumer.kind));
            let span = |fault: &FaultPlan| {
                let from = fault.at.as_nanos() / 1000;
                fault.lasts.map(|lasts| (from, from + us(lasts)))
            };
            consumer.rule.faults = faults.filter_map(span).collect();
            let stream = self.streams.iter().find(|stream| stream.name == consumer.stream);
            stream.iter().flat_map(|stream| &stream.shards).for_each(|_| consumer.add_first());
        }
    }

    /// Goes on to the next change, or the end of the minute.
    fn step(&mut self, end: Us) {
        for done in self.operator.act(self.now, &self.streams) {
            self.carry_out(done, end);
        }
        self.streams.iter_mut().for_each(Stream::turn);
        let minute_ends = (self.now / MINUTE + 1) * MINUTE;
        let change = self.streams.iter().map(Stream::next_change).min().unwrap_or(u64::MAX);
        let soon = self.tables.iter().filter_map(|table| table.look_again(self.now)).min().unwrap_or(u64::MAX);
        let started = if self.now < self.started { self.started } else { u64::MAX };
        let next = self.operator.next().max(self.now + 1).min(started);
        let to = end.min(minute_ends).min(change).min(soon).min(next);
        self.streams.iter_mut().for_each(|stream| stream.advance(to));
        self.read(to);
        for (table, consumer) in self.tables.iter_mut().zip(&self.table_of) {
            let consumer = &mut self.consumers[*consumer];
            let leases = consumer.readers.len() as u64;
            table.advance(self.now, to, leases, consumer.table_writes());
            consumer.rule.checkpoint_wait = table.wait();
        }
        if to == minute_ends || to == end {
            self.end_minute(minute_ends - MINUTE, to);
        }
        self.now = to;
        if to == self.started {
            self.consumers.iter_mut().for_each(|consumer| consumer.tally.end_start_up());
        }
    }

    fn carry_out(&mut self, done: Done, end: Us) {
        match done {
            Done::Resharded(at, steps) => {
                let stream = &mut self.streams[at];
                let before = stream.shards.len();
                stream.reshard(&steps);
                let more = stream.shards.len() - before;
                self.sides[at].extend((0..more).map(|_| ReadSide::default()));
                for consumer in self.consumers.iter_mut().filter(|consumer| consumer.stream == stream.name) {
                    (0..more).for_each(|_| consumer.add_child(self.now));
                }
                for (table, consumer) in self.tables.iter_mut().zip(&self.table_of) {
                    if self.consumers[*consumer].stream == stream.name {
                        table.add_children(more as u64);
                    }
                }
            }
            Done::Retention(at, hours) => self.streams[at].set_retention(hours, end),
            Done::Capacity(name, capacity) => {
                self.tables.iter_mut().filter(|table| table.name == name).for_each(|table| table.change(capacity));
            }
            Done::LeftOut(what) => self.left_out.push(what),
        }
    }

    fn read(&mut self, to: Us) {
        for (stream, sides) in self.streams.iter_mut().zip(&mut self.sides) {
            let retention = stream.retention;
            let total: u64 = stream.shards.iter().map(|shard| shard.rate).sum();
            let puts = Puts::of(&stream.producers, total);
            let mut of: Vec<Reading<'_>> = Vec::new();
            for consumer in self.consumers.iter_mut().filter(|consumer| consumer.stream == stream.name) {
                of.push(Reading {
                    rule: &consumer.rule,
                    readers: &mut consumer.readers[..],
                    tally: &mut consumer.tally,
                    taking: &consumer.taking,
                });
            }
            let rules: Vec<&Rule> = of.iter().map(|reading| reading.rule).collect();
            for (at, (shard, side)) in stream.shards.iter_mut().zip(sides).enumerate() {
                let (rate, from) = shard.curve.present();
                let is_roomy = is_roomy(&rules, shard.bytes_rate_milli);
                let share = part_of(shard.rate, ONE, total);
                let is_closed = shard.closed.is_some();
                let calm = Calm { curve: &shard.curve, rate, share, puts, from, to, is_roomy, is_closed };
                of.iter_mut().for_each(|reading| reading.begin_child(at, &shard.parents));
                read_shard(&mut of, at, &calm, side, retention);
                let read_by_all = of.iter().map(|reading| reading.readers[at].position).min();
                shard.curve.forget_below(read_by_all.unwrap_or(u64::MAX));
            }
        }
    }

    fn end_minute(&mut self, began: Us, to: Us) {
        self.streams.iter_mut().for_each(|stream| stream.end_minute(began));
        if to.is_multiple_of(MINUTE) {
            self.autoscale(to);
            for (at, stream) in self.streams.iter_mut().enumerate() {
                let steps = stream.split_on_demand(to);
                if !steps.is_empty() {
                    self.operator.split_at_once(to, at, steps);
                }
            }
        }
        self.sides.iter_mut().flatten().for_each(|side| side.end_minute(began));
        self.tables.iter_mut().for_each(|table| table.end_minute(began, to - began));
    }

    /// Lets every policy look at the minute that is over.
    fn autoscale(&mut self, now: Us) {
        for (at, scaler) in &mut self.scalers {
            let stream = &self.streams[*at];
            let written = stream.minutes.last().copied().unwrap_or_default();
            let minute = StreamMinute {
                now: now / MINUTE,
                records: written.records,
                bytes: written.bytes,
                read_bytes: self.sides[*at].iter().map(|side| side.minute.1).sum(),
                shards: stream.open_ranges().len() as u32,
                is_active: !self.operator.is_busy(*at, now),
            };
            if let Some(target) = scaler.decide(&minute) {
                let text = Autoscaling::told(&stream.name, minute.shards, target).into();
                let what = ActionKind::UpdateShardCount { stream: stream.name.clone(), target };
                let at = SimTime::from_nanos(now * 1000);
                self.operator.ask(now, ActionPlan { at, what, text, expect_refusal: false });
            }
        }
    }

    fn end(mut self, plan: &Plan) -> Flow {
        for consumer in &mut self.consumers {
            let Some(stream) = self.streams.iter().find(|stream| stream.name == consumer.stream) else { continue };
            let horizon = self.now.saturating_sub(stream.retention);
            for (reader, shard) in consumer.readers.iter_mut().zip(&stream.shards) {
                reader.trim(&shard.curve, horizon, &mut consumer.tally);
            }
        }
        let Self { streams, sides, consumers, tables, .. } = &self;
        let mut figures = figured::figures(plan, &Flowed { streams, sides, consumers, tables });
        let usage = usage::usage(plan, streams, &figures);
        for of in &usage.streams {
            if let Some(figured) = figures.streams.get_mut(&of.name) {
                figured.put_payload_units = of.put_payload_units;
                figured.shard_hours = rounded(of.shard_ms as f64 / HOUR_MS, 1000.0);
            }
        }
        figures.cost = cost(&usage, &plan.prices);
        let after_start_up = figured::after_start_up(plan, &figures, consumers);
        let started = SimTime::from_millis(self.started / 1000);
        let streams = self.streams.iter_mut();
        let writes = streams.map(|stream| (stream.name.to_string(), std::mem::take(&mut stream.minutes))).collect();
        let ages =
            self.consumers.iter().map(|consumer| (consumer.name(plan).to_owned(), consumer.tally.minutes.clone()));
        let tables = self.tables.iter().map(|table| (table.name.to_string(), table.minutes.clone()));
        let (ages_ms, tables, happened) = (ages.collect(), tables.collect(), self.operator.happened);
        Flow { figures, after_start_up, started, writes, ages_ms, tables, happened, left_out: self.left_out }
    }
}

fn scalers(plan: &Plan) -> Vec<(usize, Autoscaler)> {
    let at = |policy: &Autoscaling| plan.streams.iter().position(|stream| stream.name == policy.stream);
    plan.autoscaling.iter().filter_map(|policy| Some((at(policy)?, Autoscaler::new(policy.clone())))).collect()
}

/// A consumer of a stream, while its shards are read.
struct Reading<'a> {
    rule: &'a Rule,
    readers: &'a mut [Reader],
    tally: &'a mut Tally,
    taking: &'a Option<Taking>,
}

impl Reading<'_> {
    /// A shard whose parents are done is begun.
    fn begin_child(&mut self, at: usize, parents: &[usize]) {
        if !self.readers[at].is_waiting {
            return;
        }
        let done: Option<Vec<Us>> = parents.iter().map(|parent| self.readers[*parent].done_at).collect();
        if let Some(last) = done.and_then(|done| done.into_iter().max()) {
            self.readers[at].begin_child(Consumer::child_call(self.rule, self.taking, last));
        }
    }
}

/// All calls for one shard's records before the stretch ends, in order of time.
fn read_shard(of: &mut [Reading<'_>], at: usize, calm: &Calm<'_>, side: &mut ReadSide, retention: Us) {
    for reading in of.iter_mut() {
        reading.readers[at].skip(reading.rule, calm, side, reading.tally);
    }
    loop {
        let next = of.iter_mut().min_by_key(|reading| reading.readers[at].next);
        let Some(reading) = next.filter(|reading| reading.readers[at].next < calm.to) else { break };
        let reader = &mut reading.readers[at];
        let horizon = reader.next.saturating_sub(retention);
        reader.call(reading.rule, calm, side, horizon, reading.tally);
        reader.skip(reading.rule, calm, side, reading.tally);
    }
    for reading in of.iter_mut() {
        reading.readers[at].look_until(calm.to - 1, calm.curve, reading.tally);
    }
}

/// A fault that keeps the only host of a consumer from its work, and takes no lease from it: which consumer, from when
/// until when.
fn downtime(plan: &Plan, fault: &FaultPlan) -> Option<(Kind, Us, Us)> {
    let host = fault.effect.keeps_down()?;
    let is = |name: &str| host_name(name, 1) == host;
    let (from, lasts) = (fault.at.as_nanos() / 1000, us(fault.lasts?));
    let poller = plan.pollers.iter().position(|poller| is(&poller.name)).map(Kind::Poller);
    // Whose lease expires meanwhile must take it again.
    let stays = lasts < plan.kcl.iter().map(|kcl| us(kcl.failover) * 9 / 10).min().unwrap_or(0);
    let holds = |kcl: &KclSettings| is(&kcl.name) && kcl.worker_starts.len() == 1;
    let is_pause = fault.effect.crashes().is_none() && stays;
    let kcl = || plan.kcl.iter().position(holds).filter(|_| is_pause).map(Kind::Kcl);
    let kind = poller.or_else(kcl)?;
    Some((kind, from, from + lasts))
}

/// How long a zone that is back may copy what it missed.
const REBUILT_WITHIN: Us = 60 * MINUTE;

/// A zone of Kinesis is away, and no other meanwhile: service goes on as if nothing were.
fn is_survived(plan: &Plan, fault: &FaultPlan) -> bool {
    let span = |fault: &FaultPlan| {
        let from = fault.at.as_nanos() / 1000;
        (from, fault.lasts.map_or(Us::MAX, |lasts| from + us(lasts) + REBUILT_WITHIN))
    };
    let Some(zone) = fault.effect.loses_zone() else { return false };
    let (from, to) = span(fault);
    let others = plan.faults.iter().filter(|other| other.effect.loses_zone().is_some_and(|other| other != zone));
    others.map(span).all(|(other_from, other_to)| other_to < from || to < other_from)
}

/// Whether a fault that is carried out befalls a host of a consumer.
fn befalls(plan: &Plan, fault: &FaultPlan, kind: Kind) -> bool {
    let of_worker = |kcl: usize| is_crash_of_worker(&plan.kcl[kcl], fault);
    downtime(plan, fault).is_some_and(|down| down.0 == kind) || matches!(kind, Kind::Kcl(kcl) if of_worker(kcl))
}

/// What this engine does not do of a plan.
fn left_out(plan: &Plan) -> Vec<String> {
    let is_crash = |fault: &FaultPlan| plan.kcl.iter().any(|kcl| is_crash_of_worker(kcl, fault));
    let is_done = |fault: &FaultPlan| downtime(plan, fault).is_some() || is_crash(fault) || is_survived(plan, fault);
    let faults = plan.faults.iter().filter(|fault| !is_done(fault));
    let faults = faults.map(|fault| format!("the fault {}", fault.text));
    let apps = plan.apps.iter().map(|app| format!("consumer {}, whose code the user brings", app.name));
    let scripted = plan.kcl.iter().map(|kcl| (&kcl.name, &kcl.processor));
    let scripted = scripted.chain(plan.pollers.iter().map(|poller| (&poller.name, &poller.processor)));
    let scripted = scripted.filter(|(_, processor)| !processor.faults.is_empty());
    let scripts = scripted.map(|(name, _)| format!("what goes wrong in the code of {name}"));
    faults.chain(apps).chain(scripts).collect()
}
