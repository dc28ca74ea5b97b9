//! Figures over time, for plots: at most about 300 points, however long the run.

use super::backlog::{Backlog, LOOK_EVERY, Waiting};
use super::by_id::ById;
use super::flow::{Flow, Flows};
use super::happenings::{Happening, Happenings, Outcome};
use super::names::Names;
use super::numbers::ANY;
use crate::base::event::{Event, Fold, ProcessingEnd, ProcessorFault, WriteRefusal};
use crate::base::{ConsumerId, HostId, ShardId, SimDuration, SimTime, StreamId, StreamName};

const POINTS_MAX: u64 = 300;
/// Lengths of a point that people read easily, in seconds; longer ones are whole hours.
const STEPS_S: [u64; 13] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/// What plots show, over time.
pub struct Series {
    step: SimDuration,
    duration: SimDuration,
    point: usize,
    point_end: SimTime,
    names: Names,
    /// By stream, by shard.
    streams: ById<ById<ShardSeries>>,
    consumers: ById<Option<ConsumerSeries>>,
    flows: Flows,
    backlog: Backlog,
    happenings: Happenings,
    /// By point: how often a record processor threw.
    throws: Vec<u32>,
    backdrop: Backdrop,
}

/// What a plan knows of a run that plots show with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Backdrop {
    /// What disturbs the run besides faults: from when, until when, and how it is told.
    pub(crate) disturbances: Vec<(SimTime, SimTime, String)>,
    /// Bounds that expectations set on iterator ages, in milliseconds.
    pub(crate) age_bounds_ms: Vec<u64>,
    /// The same on the freshness of delivery streams, by their names.
    pub(crate) freshness_bounds_ms: Vec<(String, u64)>,
}

/// Something to be marked in a plot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) from: SimTime,
    /// `None` for what has no length.
    pub(crate) until: Option<SimTime>,
    pub(crate) what: String,
}

/// A shard's records over time.
#[derive(Clone, Debug, Default)]
pub struct ShardSeries {
    /// By point: records accepted.
    pub accepted: Vec<u32>,
    /// By point: their bytes.
    pub(crate) bytes: Vec<u64>,
    /// By point: records throttled.
    pub throttled: Vec<u32>,
    /// When it was opened.
    pub(crate) opened: SimTime,
    /// When it was closed, if it was.
    pub(crate) closed: Option<SimTime>,
}

/// A consumer over time.
#[derive(Clone, Debug)]
pub struct ConsumerSeries {
    /// The stream that it reads.
    pub stream: StreamName,
    /// By point: the greatest iterator age of its reads and of records that wait, if there was either.
    pub(crate) age_max_ms: Vec<Option<u64>>,
    /// By shard, in order of beginning: who had its lease.
    pub leases: Vec<Vec<LeaseSpan>>,
}

/// A time in which a worker had a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseSpan {
    /// The worker that held the lease.
    pub host: HostId,
    /// When it gained it.
    pub from: SimTime,
    /// When it lost or finished it, or another gained it, or it crashed; `None` when it has it at the end.
    pub until: Option<SimTime>,
}

/// The length of a point with which a run has at most so many.
pub(super) fn step_for(duration: SimDuration, points_max: u64) -> SimDuration {
    let least = duration.as_secs().div_ceil(points_max).max(1);
    SimDuration::from_secs(STEPS_S.into_iter().find(|s| *s >= least).unwrap_or(least.next_multiple_of(3600)))
}

impl Series {
    /// Series over a run of this length.
    pub fn new(duration: SimDuration) -> Self {
        let step = step_for(duration, POINTS_MAX);
        Self {
            step,
            duration,
            point: 0,
            point_end: SimTime::from_nanos(step.as_nanos()),
            names: Names::default(),
            streams: ById::default(),
            consumers: ById::default(),
            flows: Flows::default(),
            backlog: Backlog::default(),
            happenings: Happenings::default(),
            throws: Vec::new(),
            backdrop: Backdrop::default(),
        }
    }
    /// With what the plan knows.
    pub(crate) fn before(mut self, backdrop: Backdrop) -> Self {
        self.backdrop = backdrop;
        self
    }
    /// Bounds that expectations set on iterator ages, in milliseconds.
    pub(crate) fn age_bounds_ms(&self) -> &[u64] {
        &self.backdrop.age_bounds_ms
    }
    /// Bounds that expectations set on the freshness of a delivery stream, in milliseconds.
    pub(crate) fn freshness_bounds_ms(&self, delivery: &str) -> impl Iterator<Item = u64> {
        let bounds = self.backdrop.freshness_bounds_ms.iter();
        bounds.filter(move |(name, _)| name == delivery || name == ANY).map(|(_, bound)| *bound)
    }
    /// Faults and disturbances with their lengths, and actions, in order of time.
    pub(crate) fn marks(&self) -> Vec<Mark> {
        let end = SimTime::ZERO.saturating_add(self.duration);
        let happened = self.happenings.happened().iter().map(|happening| {
            let until = match happening.outcome {
                Outcome::InForce => Some(end),
                Outcome::Ended(until) | Outcome::Missed(until) => Some(until),
                Outcome::Done(_) | Outcome::UnderWay | Outcome::Refused(_) => None,
            };
            Mark { from: happening.at, until, what: happening.what.to_string() }
        });
        let planned = self.backdrop.disturbances.iter();
        let planned = planned.map(|(from, until, what)| Mark { from: *from, until: Some(*until), what: what.clone() });
        let mut marks: Vec<Mark> = happened.chain(planned).collect();
        marks.sort_by_key(|mark| mark.from);
        marks
    }
    /// Beginnings of the points in which record processors threw, in order of time.
    pub(crate) fn throws(&self) -> impl Iterator<Item = SimTime> {
        let step_ns = self.step.as_nanos();
        let points = (0..).zip(&self.throws).filter(|(_, count)| **count > 0);
        points.map(move |(point, _)| SimTime::from_nanos(point * step_ns))
    }
    /// Length of a point.
    pub fn step(&self) -> SimDuration {
        self.step
    }
    /// Length of the run.
    pub fn duration(&self) -> SimDuration {
        self.duration
    }
    /// What things are called.
    pub fn names(&self) -> &Names {
        &self.names
    }
    /// Streams with their shards, by number.
    pub fn streams(&self) -> impl Iterator<Item = (StreamId, &[ShardSeries])> {
        self.streams.iter().enumerate().map(|(id, shards)| (StreamId(id as u16), &**shards))
    }
    /// Returns the consumers that leases or ages were seen of, by number.
    pub fn consumers(&self) -> impl Iterator<Item = (ConsumerId, &ConsumerSeries)> {
        let consumers = self.consumers.iter().enumerate();
        consumers.filter_map(|(id, consumer)| Some((ConsumerId(id as u16), consumer.as_ref()?)))
    }
    /// Delivery streams, in the order of their declaration.
    pub(crate) fn flows(&self) -> impl Iterator<Item = &Flow> {
        self.flows.iter()
    }
    /// Every fault and action, in order of time.
    pub(crate) fn happened(&self) -> &[Happening] {
        self.happenings.happened()
    }

    #[inline]
    fn advance(&mut self, at: SimTime) {
        if at >= self.point_end {
            let ended = self.point;
            self.point = (at.as_nanos() / self.step.as_nanos()) as usize;
            self.flows.end(ended..self.point, self.step);
            self.point_end = SimTime::from_nanos((self.point as u64 + 1) * self.step.as_nanos());
        }
        if self.backlog.is_due(at) {
            let (consumers, step) = (&mut self.consumers, self.step);
            self.backlog.look(at, |waiting| {
                if let Some(consumer) = consumers.get_mut(waiting.consumer.index()).and_then(Option::as_mut) {
                    consumer.wait(waiting, step);
                }
            });
        }
    }

    fn consumer(&mut self, id: ConsumerId) -> Option<&mut ConsumerSeries> {
        self.consumers.get_mut(id.index())?.as_mut()
    }
    fn shard(&mut self, stream: StreamId, shard: ShardId) -> &mut ShardSeries {
        self.streams.slot(stream.index()).slot(shard.index())
    }

    fn on_rare(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::ConsumerDeclared { consumer, stream, .. } => {
                let (age_max_ms, leases) = (Vec::new(), Vec::new());
                *self.consumers.slot(consumer.index()) =
                    Some(ConsumerSeries { stream: stream.clone(), age_max_ms, leases });
            }
            Event::ShardOpened { stream, shard, .. } => self.shard(*stream, *shard).opened = at,
            Event::ShardClosed { stream, shard, .. } => {
                self.shard(*stream, *shard).closed.get_or_insert(at);
            }
            Event::FaultBegan { .. }
            | Event::FaultMissed { .. }
            | Event::FaultEnded { .. }
            | Event::ActionTaken { .. } => {
                self.happenings.on(at, event);
            }
            Event::RecordsSkipped { fault: ProcessorFault::Threw, .. } | Event::ProcessorThrew { .. } => {
                let point = self.point;
                ShardSeries::add(&mut self.throws, point, 1);
            }
            Event::LeaseGained { consumer, host, shard, .. } => {
                if let Some(consumer) = self.consumer(*consumer) {
                    consumer.gain(*shard, LeaseSpan { host: *host, from: at, until: None });
                }
            }
            Event::LeaseLost { consumer, host, shard }
            | Event::ProcessingEnded { consumer, host, shard, reason: ProcessingEnd::ShardEnd } => {
                if let Some(consumer) = self.consumer(*consumer) {
                    consumer.end(at, *host, Some(*shard));
                }
            }
            Event::WorkerStopped { host, .. } | Event::HostCrashed { host } => {
                self.consumers.iter_mut().flatten().for_each(|consumer| consumer.end(at, *host, None));
            }
            _ => self.flows.on(at, self.point, event),
        }
    }
}

impl ShardSeries {
    fn add<N: Copy + Default + std::ops::AddAssign>(points: &mut Vec<N>, point: usize, more: N) {
        if point >= points.len() {
            points.resize(point + 1, N::default());
        }
        points[point] += more;
    }
}

impl ConsumerSeries {
    fn age(&mut self, point: usize, age_ms: u64) {
        if point >= self.age_max_ms.len() {
            self.age_max_ms.resize(point + 1, None);
        }
        self.age_max_ms[point] = self.age_max_ms[point].max(Some(age_ms));
    }
    /// Records waited until a look or a read: they did so, a little younger, since the look before.
    fn wait(&mut self, waiting: Waiting, step: SimDuration) {
        let point_of = |at: SimTime| (at.as_nanos() / step.as_nanos()) as usize;
        let arrived = waiting.at.saturating_sub(SimDuration::from_millis(waiting.age_ms));
        let since = arrived.max(waiting.at.saturating_sub(LOOK_EVERY));
        for point in point_of(since)..=point_of(waiting.at) {
            let end = SimTime::from_nanos(step.as_nanos() * (point as u64 + 1)).min(waiting.at);
            self.age(point, end.since(arrived).as_millis());
        }
    }
    fn gain(&mut self, shard: ShardId, span: LeaseSpan) {
        if shard.index() >= self.leases.len() {
            self.leases.resize_with(shard.index() + 1, Vec::new);
        }
        let spans = &mut self.leases[shard.index()];
        match spans.last_mut() {
            // Its own lease again, without a gap: the same bar.
            Some(last) if last.until.is_none() && last.host == span.host => return,
            Some(last) if last.until.is_none() => last.until = Some(span.from),
            _ => {}
        }
        spans.push(span);
    }
    fn end(&mut self, at: SimTime, host: HostId, shard: Option<ShardId>) {
        for (id, spans) in self.leases.iter_mut().enumerate() {
            if shard.is_some_and(|shard| shard.index() != id) {
                continue;
            }
            if let Some(last) = spans.last_mut().filter(|s| s.until.is_none() && s.host == host) {
                last.until = Some(at);
            }
        }
    }
}

impl Fold for Series {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.advance(at);
        let point = self.point;
        match event {
            Event::RecordAccepted { stream, shard, size_bytes, .. } => {
                let shard = self.shard(*stream, *shard);
                ShardSeries::add(&mut shard.accepted, point, 1);
                ShardSeries::add(&mut shard.bytes, point, u64::from(*size_bytes));
            }
            Event::RecordRefused { stream, shard, reason, .. } if *reason != WriteRefusal::InternalFailure => {
                ShardSeries::add(&mut self.shard(*stream, *shard).throttled, point, 1);
            }
            Event::RecordsRead { shard, host, iterator_age_ms, .. }
            | Event::SubscriptionRead { shard, host, behind_latest_ms: iterator_age_ms, .. } => {
                let (waited, step) = (self.backlog.ended_by_read(at, *shard, *host), self.step);
                if let Some(waiting) = waited
                    && let Some(consumer) = self.consumer(waiting.consumer)
                {
                    consumer.wait(waiting, step);
                }
                if let Some(consumer) = self.backlog.consumer_of(*host).and_then(|id| self.consumer(id)) {
                    consumer.age(point, *iterator_age_ms);
                }
            }
            _ => {
                self.names.on(at, event);
                self.on_rare(at, event);
            }
        }
        self.backlog.on(at, event);
    }
}
