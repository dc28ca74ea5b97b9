//! How long consumers need after each fault until they are at the tip again.
//!
//! A consumer has caught up when, after the fault's end, it has made a read of every shard that was then open with
//! nothing left behind it, but for less than a second (MillisBehindLatest). Shards that are opened later do not count:
//! they are read when their parents are done. What a fault did to nobody is caught up at the next reads.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::by_id::ById;
use super::figures::{CatchUpFigures, rounded, seconds_of};
use super::stream::Span;
use crate::base::event::{Event, Fold};
use crate::base::{ConsumerId, HostId, ShardId, SimDuration, SimTime, StreamName};

/// Closer to the tip than this is at the tip.
const AT_TIP_MS: u64 = 1000;
/// More faults than these are not followed, for each consumer.
const FAULTS_MAX: usize = 200;

/// Follows every fault's end until each consumer has caught up.
#[derive(Default)]
pub(super) struct CatchUps {
    in_force: Vec<(u32, Arc<str>)>,
    open: Vec<(StreamName, BTreeSet<ShardId>)>,
    streams: ById<Option<usize>>,
    consumers: ById<Option<Consumer>>,
    consumer_of_host: ById<Option<ConsumerId>>,
}

struct Consumer {
    stream: StreamName,
    has_begun: bool,
    followed: Vec<CatchUp>,
    /// Places of those that go on.
    going_on: Vec<usize>,
}

/// A fault that ended, and when the consumer had caught up.
#[derive(Clone, Debug)]
struct CatchUp {
    fault: Arc<str>,
    ended: SimTime,
    took: Option<SimDuration>,
    left: BTreeSet<ShardId>,
}

impl CatchUps {
    /// What a consumer needed after each fault that ended in `span`, and the longest of it.
    pub(super) fn figures(&self, consumer: ConsumerId, span: Span) -> (Vec<CatchUpFigures>, Option<f64>) {
        let seconds = |time: SimDuration| rounded(time.as_secs_f64(), 1000.0);
        let followed = || self.of(consumer, span.from);
        let longest = followed().map(|f| seconds(f.took.unwrap_or(span.to.since(f.ended)))).reduce(f64::max);
        let figures = followed().map(|f| CatchUpFigures {
            after: f.fault.to_string(),
            fault_ended_at_s: seconds_of(f.ended),
            catch_up_s: f.took.map(seconds),
        });
        (figures.collect(), longest)
    }

    fn of(&self, consumer: ConsumerId, from: SimTime) -> impl Iterator<Item = &CatchUp> {
        let consumer = self.consumers.get(consumer.index()).and_then(Option::as_ref);
        let followed = consumer.into_iter().flat_map(|consumer| &consumer.followed);
        followed.filter(move |followed| followed.ended >= from)
    }

    fn end(&mut self, at: SimTime, number: u32) {
        let Some(place) = self.in_force.iter().position(|(fault, _)| *fault == number) else { return };
        let (_, fault) = self.in_force.remove(place);
        for consumer in self.consumers.iter_mut().flatten().filter(|c| c.has_begun && c.followed.len() < FAULTS_MAX) {
            let open = self.open.iter().rfind(|(name, _)| *name == consumer.stream);
            let left = open.map_or(BTreeSet::new(), |(_, open)| open.clone());
            consumer.going_on.push(consumer.followed.len());
            consumer.followed.push(CatchUp { fault: fault.clone(), ended: at, took: None, left });
        }
    }

    #[inline]
    pub(super) fn read(&mut self, at: SimTime, host: HostId, shard: ShardId, behind_latest_ms: u64) {
        let id = self.consumer_of_host.get(host.index()).copied().flatten();
        let consumer = id.and_then(|id| self.consumers.get_mut(id.index())).and_then(Option::as_mut);
        if let Some(consumer) = consumer.filter(|c| behind_latest_ms < AT_TIP_MS && !c.going_on.is_empty()) {
            consumer.at_tip(at, shard);
        }
    }

    fn open_of(&mut self, stream: usize) -> Option<&mut BTreeSet<ShardId>> {
        let place = self.streams.get(stream).copied().flatten()?;
        self.open.get_mut(place).map(|(_, open)| open)
    }
}

impl Consumer {
    fn at_tip(&mut self, at: SimTime, shard: ShardId) {
        let followed = &mut self.followed;
        self.going_on.retain(|place| {
            let going_on = &mut followed[*place];
            going_on.left.remove(&shard);
            let is_done = going_on.left.is_empty();
            if is_done {
                going_on.took = Some(at.since(going_on.ended));
            }
            !is_done
        });
    }
}

impl Fold for CatchUps {
    fn on(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::FaultBegan { fault, what } => self.in_force.push((*fault, what.clone())),
            Event::FaultEnded { fault } => self.end(at, *fault),
            Event::StreamDeclared { stream, name, .. } => {
                *self.streams.slot(stream.index()) = Some(self.open.len());
                self.open.push((name.clone(), BTreeSet::new()));
            }
            Event::ShardOpened { stream, shard, .. } => {
                self.open_of(stream.index()).map(|open| open.insert(*shard));
            }
            Event::ShardClosed { stream, shard, .. } => {
                self.open_of(stream.index()).map(|open| open.remove(shard));
            }
            Event::ConsumerDeclared { consumer, stream, .. } => {
                let (stream, followed, going_on) = (stream.clone(), Vec::new(), Vec::new());
                *self.consumers.slot(consumer.index()) =
                    Some(Consumer { stream, has_begun: false, followed, going_on });
            }
            Event::WorkerStarted { consumer, host } => {
                *self.consumer_of_host.slot(host.index()) = Some(*consumer);
                if let Some(consumer) = self.consumers.get_mut(consumer.index()).and_then(Option::as_mut) {
                    consumer.has_begun = true;
                }
            }
            _ => {}
        }
    }
}
