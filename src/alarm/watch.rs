//! The fold that makes datapoints of events and lets alarms judge them.
//!
//! Periods begin with the run. A sample is a record, a call or a batch, as the metric says; the sums are CloudWatch's.

use std::sync::Arc;

use super::course::Course;
use super::harm::Harms;
use super::metric::{Metric, Of};
use super::outcome::AlarmsReport;
use super::rule::{Alarm, Unwatched};
use super::samples::Samples;
use crate::base::event::{Event, Fold, WriteRefusal};
use crate::base::{ConsumerId, HostId, ShardId, SimDuration, SimTime, StreamId, TableId};
use crate::measure::is_throttled_write;

/// All alarms of a run.
pub(crate) struct Alarms {
    watches: Vec<Watch>,
    harms: Harms,
    /// The consumer that runs on a host.
    workers: Vec<(HostId, ConsumerId)>,
    /// When the first period ends of those that go on.
    next_end: SimTime,
}

/// One alarm with the samples of its present period.
struct Watch {
    course: Course,
    samples: Samples,
    /// What it looks at, once that is there.
    source: Option<Source>,
}

/// Whose a sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Stream(StreamId),
    Consumer(ConsumerId),
    Table(TableId),
}

impl Alarms {
    /// Records are late when they wait longer than `late_after`.
    pub(crate) fn new(alarms: &[Arc<Alarm>], late_after: SimDuration) -> Self {
        let watch = |alarm: &Arc<Alarm>| {
            let course = Course::new(alarm.clone());
            Watch { course, samples: Samples::default(), source: None }
        };
        let watches: Vec<Watch> = alarms.iter().map(watch).collect();
        let next_end = next_end(&watches);
        Self { watches, harms: Harms::new(late_after), workers: Vec::new(), next_end }
    }

    /// What became of each alarm, with those that are not evaluated.
    pub(crate) fn report(&self, unwatched: &[Unwatched]) -> AlarmsReport {
        AlarmsReport {
            late_after: self.harms.late_after(),
            alarms: self.watches.iter().map(|watch| watch.course.report(&self.harms)).collect(),
            unwatched: unwatched.to_vec(),
        }
    }

    fn pass_to(&mut self, at: SimTime) {
        if at < self.next_end {
            return;
        }
        for watch in &mut self.watches {
            while at >= watch.course.period_end() {
                watch.end_period();
            }
        }
        self.next_end = next_end(&self.watches);
    }

    #[inline]
    fn sample(&mut self, source: Source, shard: Option<ShardId>, metric: Metric, value: f64) {
        for watch in &mut self.watches {
            watch.sample(source, shard, metric, value);
        }
    }

    fn of_consumer_on(&mut self, host: HostId, metric: Metric, value: f64) {
        if let Some((_, consumer)) = self.workers.iter().find(|(known, _)| *known == host) {
            self.sample(Source::Consumer(*consumer), None, metric, value);
        }
    }

    fn resolve(&mut self, source: Source, is_it: impl Fn(&Of) -> bool) {
        for watch in self.watches.iter_mut().filter(|watch| is_it(&watch.course.alarm().of)) {
            watch.source = Some(source);
        }
    }

    fn on_declared(&mut self, event: &Event) {
        match event {
            Event::StreamDeclared { stream, name, .. } => self.resolve(Source::Stream(*stream), |of| match of {
                Of::Stream(known) | Of::Shard(known, _) => known == name,
                Of::Consumer(_) | Of::Table(_) => false,
            }),
            Event::TableDeclared { table, name, .. } => {
                self.resolve(Source::Table(*table), |of| matches!(of, Of::Table(known) if known == name));
            }
            Event::ConsumerDeclared { consumer, name, .. } => {
                self.resolve(Source::Consumer(*consumer), |of| matches!(of, Of::Consumer(known) if **known == **name));
            }
            Event::WorkerStarted { consumer, host } if !self.workers.contains(&(*host, *consumer)) => {
                self.workers.push((*host, *consumer));
            }
            _ => {}
        }
    }

    fn on_stream(&mut self, event: &Event) {
        match event {
            Event::RecordAccepted { stream, shard, size_bytes, .. } => {
                let (stream, shard) = (Source::Stream(*stream), Some(*shard));
                self.sample(stream, shard, Metric::IncomingRecords, 1.0);
                self.sample(stream, shard, Metric::IncomingBytes, f64::from(*size_bytes));
                self.sample(stream, shard, Metric::WriteThrottled, 0.0);
            }
            Event::RecordRefused { stream, shard, reason, .. } if *reason != WriteRefusal::InternalFailure => {
                self.sample(Source::Stream(*stream), Some(*shard), Metric::WriteThrottled, 1.0);
            }
            Event::RecordsRead { stream, shard, host, iterator_age_ms, behind_latest_ms, .. } => {
                let (stream, shard) = (Source::Stream(*stream), Some(*shard));
                self.sample(stream, shard, Metric::GetRecordsSuccess, 1.0);
                self.sample(stream, shard, Metric::ReadThrottled, 0.0);
                self.sample(stream, shard, Metric::IteratorAge, *iterator_age_ms as f64);
                self.of_consumer_on(*host, Metric::BehindLatest, *behind_latest_ms as f64);
            }
            Event::ReadRefused { stream, shard, .. } => {
                let (stream, shard) = (Source::Stream(*stream), Some(*shard));
                self.sample(stream, shard, Metric::GetRecordsSuccess, 0.0);
                self.sample(stream, shard, Metric::ReadThrottled, 1.0);
            }
            Event::IteratorExpired { host, .. } => self.of_consumer_on(*host, Metric::ExpiredIterator, 1.0),
            _ => self.on_consumer_or_table(event),
        }
    }

    fn on_consumer_or_table(&mut self, event: &Event) {
        match event {
            Event::RecordsProcessed { consumer, from, to, .. } => {
                self.sample(Source::Consumer(*consumer), None, Metric::RecordsProcessed, (to - from) as f64);
            }
            Event::LeaseLost { consumer, .. } => {
                self.sample(Source::Consumer(*consumer), None, Metric::LostLeases, 1.0);
            }
            Event::UnitsConsumed { table, read_half_units, write_units, .. } => {
                let table = Source::Table(*table);
                if *read_half_units > 0 {
                    self.sample(table, None, Metric::ReadUnits, f64::from(*read_half_units) / 2.0);
                }
                if *write_units > 0 {
                    self.sample(table, None, Metric::WriteUnits, f64::from(*write_units));
                }
            }
            Event::TableThrottled { table, operation, reason, .. } => {
                let is_write = is_throttled_write(*reason, operation);
                let metric = if is_write { Metric::TableWriteThrottled } else { Metric::TableReadThrottled };
                self.sample(Source::Table(*table), None, metric, 1.0);
            }
            Event::ConditionFailed { table, .. } => {
                self.sample(Source::Table(*table), None, Metric::ConditionsFailed, 1.0);
            }
            _ => self.on_declared(event),
        }
    }
}

/// The end of the period that ends first.
fn next_end(watches: &[Watch]) -> SimTime {
    watches.iter().map(|watch| watch.course.period_end()).min().unwrap_or(SimTime::MAX)
}

impl Fold for Alarms {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.pass_to(at);
        self.harms.on(at, event);
        self.on_stream(event);
    }
}

impl Watch {
    #[inline]
    fn sample(&mut self, source: Source, shard: Option<ShardId>, metric: Metric, value: f64) {
        let alarm = self.course.alarm();
        let is_of_shard = match alarm.of {
            Of::Shard(_, of) => shard == Some(of),
            Of::Stream(_) | Of::Consumer(_) | Of::Table(_) => true,
        };
        if alarm.metric == metric && self.source == Some(source) && is_of_shard {
            self.samples.add(value, alarm.statistic);
        }
    }

    fn end_period(&mut self) {
        let samples = std::mem::take(&mut self.samples);
        self.course.take(samples.datapoint(self.course.alarm().statistic));
    }
}
