//! What goes through delivery streams over time, stage by stage, for plots.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::by_id::ById;
use super::undelivered::Undelivered;
use crate::base::done_records::Inserted;
use crate::base::event::{Event, FailedAs, Output, Stage};
use crate::base::{DoneRecords, SimDuration, SimTime, StreamName};

/// A delivery stream over time.
#[derive(Clone)]
pub(crate) struct Flow {
    pub(crate) name: Arc<str>,
    /// The stream that it reads, if it does.
    pub(crate) source: Option<StreamName>,
    /// What its destination is.
    pub(crate) destination: &'static str,
    /// By point. What happened after the last of them is nothing.
    pub(crate) points: Vec<FlowPoint>,
    undelivered: Undelivered,
    /// By lane: ordinals that came to the destination.
    arrived: BTreeMap<u32, DoneRecords>,
}

/// Records and calls of a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FlowPoint {
    /// Records that were put and accepted, or read from the source.
    pub(crate) taken: u64,
    /// Records of puts that were refused.
    pub(crate) throttled: u64,
    /// Records that the function gave back.
    pub(crate) transformed: u64,
    /// Records that it dropped.
    pub(crate) dropped: u64,
    /// Records that it failed, or that failed with it.
    pub(crate) failed_processing: u64,
    /// Records that came to the destination for the first time.
    pub(crate) delivered: u64,
    /// Records that came there once more.
    pub(crate) again: u64,
    /// Records that came to the error output.
    pub(crate) errors: u64,
    /// Records that are lost.
    pub(crate) lost: u64,
    /// Invocations of the function that failed.
    pub(crate) function_failures: u64,
    /// Calls to the destination that failed.
    pub(crate) delivery_failures: u64,
    /// Puts of error output and copies that failed.
    pub(crate) backup_failures: u64,
    /// Records on their way at its end.
    pub(crate) waiting: u64,
    /// Age of the oldest of them, or of what was delivered in it.
    pub(crate) oldest_ms: Option<u64>,
}

impl Flow {
    /// The greatest value of a point.
    pub(crate) fn most(&self, of: impl Fn(&FlowPoint) -> u64) -> u64 {
        self.points.iter().map(of).max().unwrap_or(0)
    }
    fn point(&mut self, point: usize) -> &mut FlowPoint {
        if point >= self.points.len() {
            self.points.resize(point + 1, FlowPoint::default());
        }
        &mut self.points[point]
    }

    fn on(&mut self, at: SimTime, point: usize, event: &Event) {
        self.undelivered.on(at, event);
        let Inserted { newly, again } = match *event {
            Event::RecordsArrived { output: Output::Destination, lane, from, to, part, .. } => {
                self.arrived.entry(lane).or_default().insert(from..to, part)
            }
            Event::RecordTakenApart { lane, ordinal, parts, .. } => {
                self.arrived.entry(lane).or_default().take_apart(ordinal, parts);
                Inserted::default()
            }
            _ => Inserted::default(),
        };
        let counts = self.point(point);
        match *event {
            Event::DeliveryAccepted { from, to, .. } => counts.taken += to - from,
            Event::DeliveryRefused { records, .. } => counts.throttled += u64::from(records),
            Event::FunctionReturned { ok, .. } => counts.transformed += u64::from(ok),
            Event::RecordsDropped { from, to, .. } => counts.dropped += to - from,
            Event::RecordsFailed { from, to, failed_as: FailedAs::Processing, .. } => {
                counts.failed_processing += to - from;
            }
            Event::RecordsExpired { from, to, .. } => counts.lost += to - from,
            Event::RecordsArrived { output: Output::Destination, .. } => {
                counts.delivered += newly;
                counts.again += again;
            }
            Event::RecordsArrived { output: Output::Errors, from, to, .. } => counts.errors += to - from,
            Event::DeliveryAttemptFailed { stage, .. } => match stage {
                Stage::Transform => counts.function_failures += 1,
                Stage::Deliver => counts.delivery_failures += 1,
                Stage::Partition | Stage::Convert | Stage::Backup | Stage::Errors => counts.backup_failures += 1,
            },
            Event::DeliverySucceeded { stage: Stage::Deliver, records, age_max, .. } if records > 0 => {
                counts.oldest_ms = counts.oldest_ms.max(Some(age_max.as_millis()));
            }
            _ => {}
        }
    }

    /// A point is over.
    fn end(&mut self, point: usize, end: SimTime) {
        let (waiting, oldest) = (self.undelivered.records(), self.undelivered.oldest());
        let counts = self.point(point);
        counts.waiting = waiting;
        counts.oldest_ms = counts.oldest_ms.max(oldest.map(|since| end.since(since.min(end)).as_millis()));
    }
}

/// All delivery streams over time.
#[derive(Default)]
pub(super) struct Flows(ById<Option<Flow>>);

impl Flows {
    /// In the order of their declaration.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Flow> {
        self.0.iter().flatten()
    }
    /// Points are over, of this length.
    pub(super) fn end(&mut self, points: std::ops::Range<usize>, step: SimDuration) {
        for point in points {
            let end = SimTime::from_nanos(step.as_nanos() * (point as u64 + 1));
            self.0.iter_mut().flatten().for_each(|flow| flow.end(point, end));
        }
    }
    /// Learns from an event that is none of streams, consumers and tables.
    pub(super) fn on(&mut self, at: SimTime, point: usize, event: &Event) {
        match event {
            Event::DeliveryDeclared { delivery, name, stream, sink, .. } => {
                *self.0.slot(delivery.index()) = Some(Flow {
                    name: name.clone(),
                    source: stream.clone(),
                    destination: sink.as_str(),
                    points: Vec::new(),
                    undelivered: Undelivered::default(),
                    arrived: BTreeMap::new(),
                });
            }
            Event::DeliveryDeleted { delivery }
            | Event::DeliveryAccepted { delivery, .. }
            | Event::DeliveryRefused { delivery, .. }
            | Event::FunctionReturned { delivery, .. }
            | Event::RecordsDropped { delivery, .. }
            | Event::RecordsFailed { delivery, .. }
            | Event::RecordsExpired { delivery, .. }
            | Event::RecordTakenApart { delivery, .. }
            | Event::RecordsArrived { delivery, .. }
            | Event::DeliveryAttemptFailed { delivery, .. }
            | Event::DeliverySucceeded { delivery, .. } => {
                if let Some(flow) = self.0.get_mut(delivery.index()).and_then(Option::as_mut) {
                    flow.on(at, point, event);
                }
            }
            _ => {}
        }
    }
}
