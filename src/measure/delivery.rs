//! What is counted of a delivery stream.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::figures::{DeliveryFigures, seconds_of};
use super::histogram::Histogram;
use super::peak::Peak;
use crate::base::done_records::Inserted;
use crate::base::event::{Output, PutKind, SinkKind, Stage};
use crate::base::{DoneRecords, Event, ShardId, SimTime, StreamName};
use crate::price::DeliveryUsage;

pub(crate) struct DeliveryMeasure {
    pub(crate) name: Arc<str>,
    put: PutKind,
    stream: Option<StreamName>,
    sink: SinkKind,
    figures: DeliveryFigures,
    lanes: BTreeMap<u32, Lane>,
    function_took_ms: Histogram,
    freshness_ms: Histogram,
    freshness_most: Peak,
}

/// Records of a shard of the source, or those that were put.
#[derive(Default)]
struct Lane {
    accepted: u64,
    /// Delivered, failed, dropped or lost.
    done: DoneRecords,
    done_count: u64,
    delivered: DoneRecords,
}

impl Lane {
    fn finish(&mut self, records: Range<u64>, part: u32) {
        self.done_count += self.done.insert(records, part).newly;
    }
}

impl DeliveryMeasure {
    pub(super) fn new(name: Arc<str>, put: PutKind, stream: Option<StreamName>, sink: SinkKind) -> Self {
        Self {
            name,
            put,
            stream,
            sink,
            figures: DeliveryFigures::default(),
            lanes: BTreeMap::new(),
            function_took_ms: Histogram::default(),
            freshness_ms: Histogram::default(),
            freshness_most: Peak::default(),
        }
    }

    /// What is billed of it.
    pub(super) fn usage(&self) -> DeliveryUsage {
        DeliveryUsage { name: self.name.to_string(), billed_bytes: self.figures.bytes_billed }
    }

    pub(super) fn on(&mut self, at: SimTime, event: &Event) {
        let counts = &mut self.figures;
        match *event {
            Event::DeliveryAccepted { lane, from, to, bytes, billed_bytes, .. } => {
                counts.records_in += to - from;
                counts.bytes_in += bytes;
                counts.bytes_billed += billed_bytes;
                self.lanes.entry(lane).or_default().accepted += to - from;
            }
            Event::DeliveryRefused { records, .. } => counts.records_throttled += u64::from(records),
            Event::BufferClosed { stage: Stage::Deliver, .. } => counts.batches += 1,
            Event::DeliveryAttempted { stage, .. } => *self.attempts(stage) += 1,
            Event::DeliveryAttemptFailed { stage, .. } => *self.failures(stage) += 1,
            Event::DeliverySucceeded { lane, stage: Stage::Deliver, records, bytes, age_max, .. } => {
                counts.bytes_delivered += bytes;
                if records > 0 {
                    self.freshness_ms.record(age_max.as_millis());
                    self.freshness_most.see(age_max.as_millis(), at, Some(ShardId(lane)), None);
                }
            }
            Event::RecordTakenApart { lane, ordinal, parts, .. } => {
                let lane = self.lanes.entry(lane).or_default();
                lane.done.take_apart(ordinal, parts);
                lane.delivered.take_apart(ordinal, parts);
            }
            Event::RecordsDropped { lane, from, to, part, .. } => {
                counts.records_dropped += to - from;
                self.lanes.entry(lane).or_default().finish(from..to, part);
            }
            Event::RecordsFailed { lane, from, to, part, .. } => {
                counts.records_failed += to - from;
                self.lanes.entry(lane).or_default().finish(from..to, part);
            }
            Event::RecordsExpired { lane, from, to, part, .. } => {
                counts.records_lost += to - from;
                self.lanes.entry(lane).or_default().finish(from..to, part);
            }
            Event::FunctionReturned { took, .. } => self.function_took_ms.record(took.as_millis()),
            Event::RecordsArrived { output, lane, from, to, part, .. } => self.arrive(output, lane, from..to, part),
            Event::PartitionsActive { active, .. } => {
                counts.partitions_max = counts.partitions_max.max(active.into());
            }
            _ => {}
        }
    }

    fn arrive(&mut self, output: Output, lane: u32, records: Range<u64>, part: u32) {
        let count = records.end - records.start;
        let counts = &mut self.figures;
        let lane = self.lanes.entry(lane).or_default();
        match output {
            Output::Destination => {
                let Inserted { newly, again } = lane.delivered.insert(records.clone(), part);
                counts.records_delivered += newly;
                counts.records_delivered_again += again;
                lane.finish(records, part);
            }
            Output::Errors => counts.records_in_error_output += count,
            Output::Backup => counts.records_copied += count,
            Output::Staged => {}
        }
    }

    fn attempts(&mut self, stage: Stage) -> &mut u64 {
        match stage {
            Stage::Transform => &mut self.figures.function_calls,
            Stage::Deliver => &mut self.figures.delivery_attempts,
            Stage::Errors | Stage::Backup | Stage::Partition | Stage::Convert => &mut self.figures.backup_attempts,
        }
    }
    fn failures(&mut self, stage: Stage) -> &mut u64 {
        match stage {
            Stage::Transform => &mut self.figures.function_calls_failed,
            Stage::Deliver => &mut self.figures.delivery_attempts_failed,
            Stage::Errors | Stage::Backup | Stage::Partition | Stage::Convert => {
                &mut self.figures.backup_attempts_failed
            }
        }
    }

    pub(super) fn figures(&self) -> DeliveryFigures {
        let waiting = self.lanes.values().map(|lane| lane.accepted.saturating_sub(lane.done_count));
        DeliveryFigures {
            source: match &self.stream {
                Some(stream) => stream.to_string(),
                None => self.put.to_string(),
            },
            destination: self.sink.to_string(),
            records_waiting: waiting.sum(),
            function_time_p50_ms: self.function_took_ms.percentile(50),
            function_time_p99_ms: self.function_took_ms.percentile(99),
            function_time_max_ms: self.function_took_ms.max(),
            freshness_p50_ms: self.freshness_ms.percentile(50),
            freshness_p99_ms: self.freshness_ms.percentile(99),
            freshness_max_ms: self.freshness_ms.max(),
            freshness_max_at_s: self.freshness_most.seen().map(|seen| seconds_of(seen.at)),
            ..self.figures.clone()
        }
    }
}
