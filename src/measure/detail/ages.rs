//! Iterator ages over time, with their percentiles: of reads, and of records that wait where nobody reads.

use crate::base::event::{Event, Fold};
use crate::base::{ConsumerId, SimDuration, SimTime};
use crate::measure::backlog::{Backlog, LOOK_EVERY};
use crate::measure::by_id::ById;
use crate::measure::histogram::Histogram;

/// Ages of all consumers.
pub(crate) struct Ages {
    step: SimDuration,
    /// By consumer, by point.
    consumers: ById<Vec<Histogram>>,
    backlog: Backlog,
}

/// Ages in a point, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AgePoint {
    pub(crate) p50: u64,
    pub(crate) p99: u64,
    pub(crate) max: u64,
}

impl Ages {
    pub(super) fn new(step: SimDuration) -> Self {
        // In a shorter point there would be reads or a look at what waits, and not both.
        let step = step.max(LOOK_EVERY);
        Self { step, consumers: ById::default(), backlog: Backlog::default() }
    }
    /// Length of a point.
    pub(crate) fn step(&self) -> SimDuration {
        self.step
    }
    /// A consumer's ages by point. A point in which nothing was seen has those of the one before, for as long as looks
    /// at waiting records are apart.
    pub(crate) fn of(&self, consumer: ConsumerId) -> Vec<Option<AgePoint>> {
        let held = (LOOK_EVERY.as_nanos() / self.step.as_nanos()) as usize + 1;
        let points = self.consumers.get(consumer.index()).map_or(&[][..], |points| points);
        let mut last: Option<(usize, AgePoint)> = None;
        let shown = points.iter().enumerate().map(|(at, histogram)| {
            match age_of(histogram) {
                Some(age) => last = Some((at, age)),
                None => last = last.filter(|(seen, _)| at - seen <= held),
            }
            last.map(|(_, age)| age)
        });
        shown.collect()
    }

    fn record(consumers: &mut ById<Vec<Histogram>>, consumer: ConsumerId, point: usize, age_ms: u64) {
        let points = consumers.slot(consumer.index());
        if point >= points.len() {
            points.resize_with(point + 1, Histogram::default);
        }
        points[point].record(age_ms);
    }
}

fn age_of(histogram: &Histogram) -> Option<AgePoint> {
    let (p50, p99, max) = (histogram.percentile(50)?, histogram.percentile(99)?, histogram.max()?);
    Some(AgePoint { p50, p99, max })
}

impl Fold for Ages {
    fn on(&mut self, at: SimTime, event: &Event) {
        let step_ns = self.step.as_nanos();
        let point_of = |at: SimTime| (at.as_nanos() / step_ns) as usize;
        if self.backlog.is_due(at) {
            let consumers = &mut self.consumers;
            self.backlog.look(at, |waiting| {
                Self::record(consumers, waiting.consumer, point_of(waiting.at), waiting.age_ms);
            });
        }
        if let Event::RecordsRead { shard, host, iterator_age_ms, .. }
        | Event::SubscriptionRead { shard, host, behind_latest_ms: iterator_age_ms, .. } = event
        {
            if let Some(waited) = self.backlog.ended_by_read(at, *shard, *host) {
                Self::record(&mut self.consumers, waited.consumer, point_of(waited.at), waited.age_ms);
            }
            if let Some(consumer) = self.backlog.consumer_of(*host) {
                Self::record(&mut self.consumers, consumer, point_of(at), *iterator_age_ms);
            }
        }
        self.backlog.on(at, event);
    }
}
