//! What is counted of a delivery stream.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::delivery_figures::DeliveryFigures;
use super::histogram::Histogram;
use super::peak::Peak;
use super::undelivered::Undelivered;
use crate::base::done_records::Inserted;
use crate::base::event::{FailedAs, Output, PutKind, SinkKind, Stage};
use crate::base::{DoneRecords, Event, ShardId, SimTime, StreamName};
use crate::price::DeliveryUsage;

/// Firehose's code for records that find no partition.
const OVER_PARTITIONS: &str = "DynamicPartitioning.ActivePartitionsLimitExceeded";
/// How Firehose's codes for COPY begin; a delivery to Redshift may also fail on its way through S3.
const OF_COPY: &str = "Redshift.";

pub(crate) struct DeliveryMeasure {
    pub(crate) name: Arc<str>,
    put: PutKind,
    stream: Option<StreamName>,
    sink: SinkKind,
    undelivered: Undelivered,
    /// By lane: ordinals that came to the destination.
    delivered: BTreeMap<u32, DoneRecords>,
    counts: Counts,
}

/// What is counted anew when a window begins.
#[derive(Default)]
struct Counts {
    figures: DeliveryFigures,
    function_took_ms: Histogram,
    delivery_took_ms: Histogram,
    freshness_ms: Histogram,
    freshness_most: Peak,
    backup_freshness_most: Peak,
    behind_latest_most: Peak,
}

impl DeliveryMeasure {
    pub(super) fn new(name: Arc<str>, put: PutKind, stream: Option<StreamName>, sink: SinkKind) -> Self {
        let (undelivered, delivered, counts) = Default::default();
        Self { name, put, stream, sink, undelivered, delivered, counts }
    }

    /// What is billed of it.
    pub(super) fn usage(&self) -> DeliveryUsage {
        DeliveryUsage { name: self.name.to_string(), billed_bytes: self.counts.figures.bytes_billed }
    }

    /// Forgets what was counted.
    pub(super) fn restart(&mut self) {
        self.counts = Counts::default();
    }

    /// Whether it reads this stream.
    pub(super) fn reads(&self, stream: &StreamName) -> bool {
        self.stream.as_ref() == Some(stream)
    }
    /// The source answered, so far behind its newest record.
    pub(super) fn read(&mut self, at: SimTime, behind_latest_ms: u64) {
        self.counts.behind_latest_most.see(behind_latest_ms, at, None, None);
    }
    /// The source refused a call.
    pub(super) fn refuse_read(&mut self) {
        self.counts.figures.reads_throttled += 1;
    }

    pub(super) fn on(&mut self, at: SimTime, event: &Event) {
        self.undelivered.on(at, event);
        match *event {
            Event::DeliveryAccepted { .. } | Event::DeliveryRefused { .. } | Event::DeliveryPutAnswered { .. } => {
                self.counts.figures.take(event);
            }
            Event::BufferClosed { stage: Stage::Deliver, .. } => self.counts.figures.batches += 1,
            Event::DeliveryAttempted { .. } | Event::DeliveryAttemptFailed { .. } => self.counts.figures.attempt(event),
            Event::DeliverySucceeded { .. } => self.counts.succeed(at, event),
            Event::FunctionReturned { took, ok, dropped, returned_bytes, .. } => {
                self.counts.function_took_ms.record(took.as_millis());
                self.counts.figures.records_transformed += u64::from(ok + dropped);
                self.counts.figures.bytes_transformed += returned_bytes;
            }
            Event::RecordsDropped { from, to, .. } => self.counts.figures.records_dropped += to - from,
            Event::RecordsFailed { from, to, failed_as, error, .. } => {
                self.counts.figures.fail(to - from, failed_as, error);
            }
            Event::RecordsExpired { from, to, .. } => self.counts.figures.records_lost += to - from,
            Event::RecordTakenApart { lane, ordinal, parts, .. } => {
                self.delivered.entry(lane).or_default().take_apart(ordinal, parts);
            }
            Event::RecordsArrived { output, lane, from, to, part, .. } => self.arrive(output, lane, from..to, part),
            Event::PartitionsActive { active, quota, .. } => {
                let figures = &mut self.counts.figures;
                figures.partitions_max = figures.partitions_max.max(active.into());
                figures.partitions_quota = quota.into();
            }
            _ => {}
        }
    }

    fn arrive(&mut self, output: Output, lane: u32, records: Range<u64>, part: u32) {
        let counts = &mut self.counts.figures;
        let count = records.end - records.start;
        match output {
            Output::Destination => {
                let Inserted { newly, again } = self.delivered.entry(lane).or_default().insert(records, part);
                counts.records_delivered += newly;
                counts.records_delivered_again += again;
            }
            Output::Errors => counts.records_in_error_output += count,
            Output::Backup => counts.records_copied += count,
            Output::Staged => counts.records_staged += count,
        }
    }

    /// The figures at a time.
    pub(super) fn figures(&self, now: SimTime) -> DeliveryFigures {
        let Counts { function_took_ms, delivery_took_ms, freshness_ms, .. } = &self.counts;
        DeliveryFigures {
            source: match &self.stream {
                Some(stream) => stream.to_string(),
                None => self.put.to_string(),
            },
            destination: self.sink.to_string(),
            millis_behind_latest_max_ms: self.counts.behind_latest_most.value(),
            records_waiting: self.undelivered.records(),
            oldest_waiting_ms: self.undelivered.oldest().map(|since| now.since(since.min(now)).as_millis()),
            function_time_p50_ms: function_took_ms.percentile(50),
            function_time_p99_ms: function_took_ms.percentile(99),
            function_time_max_ms: function_took_ms.max(),
            delivery_time_p50_ms: delivery_took_ms.percentile(50),
            delivery_time_max_ms: delivery_took_ms.max(),
            freshness_p50_ms: freshness_ms.percentile(50),
            freshness_p99_ms: freshness_ms.percentile(99),
            freshness_max_ms: freshness_ms.max(),
            freshness_max_at_s: self.counts.freshness_most.at_s(),
            backup_freshness_max_ms: self.counts.backup_freshness_most.value(),
            ..self.counts.figures.clone()
        }
    }
}

impl Counts {
    fn succeed(&mut self, at: SimTime, event: &Event) {
        let Event::DeliverySucceeded { lane, stage, records, bytes, age_max, took, .. } = *event else { return };
        if records == 0 {
            return;
        }
        let (age_ms, lane) = (age_max.as_millis(), Some(ShardId(lane)));
        match stage {
            Stage::Deliver => {
                self.figures.deliveries_succeeded += 1;
                self.figures.bytes_delivered += bytes;
                self.delivery_took_ms.record(took.as_millis());
                self.freshness_ms.record(age_ms);
                self.freshness_most.see(age_ms, at, lane, None);
            }
            _ => {
                self.figures.backup_records += u64::from(records);
                self.figures.backup_bytes += bytes;
                self.backup_freshness_most.see(age_ms, at, lane, None);
            }
        }
    }
}

impl DeliveryFigures {
    fn take(&mut self, event: &Event) {
        match *event {
            Event::DeliveryAccepted { from, to, bytes, billed_bytes, .. } => {
                self.records_in += to - from;
                self.bytes_in += bytes;
                self.bytes_billed += billed_bytes;
            }
            Event::DeliveryRefused { records, .. } => self.records_throttled += u64::from(records),
            Event::DeliveryPutAnswered { is_batch: false, bytes, .. } => {
                self.put_record_calls += 1;
                self.put_record_bytes += bytes;
            }
            Event::DeliveryPutAnswered { is_batch: true, records, failed, bytes, .. } => {
                self.put_batch_calls += 1;
                self.put_batch_records += u64::from(records - failed);
                self.put_batch_bytes += bytes;
            }
            _ => {}
        }
    }
    fn attempt(&mut self, event: &Event) {
        match *event {
            Event::DeliveryAttempted { stage: Stage::Transform, .. } => self.function_calls += 1,
            Event::DeliveryAttempted { stage: Stage::Deliver, records, bytes, .. } => {
                self.delivery_attempts += 1;
                self.records_attempted += u64::from(records);
                self.bytes_attempted += bytes;
            }
            Event::DeliveryAttempted { .. } => self.backup_attempts += 1,
            Event::DeliveryAttemptFailed { stage: Stage::Transform, .. } => self.function_calls_failed += 1,
            Event::DeliveryAttemptFailed { stage: Stage::Deliver, error, .. } => {
                self.delivery_attempts_failed += 1;
                self.copies_failed += u64::from(error.starts_with(OF_COPY));
            }
            Event::DeliveryAttemptFailed { .. } => self.backup_attempts_failed += 1,
            _ => {}
        }
    }
    fn fail(&mut self, records: u64, failed_as: FailedAs, error: &str) {
        self.records_failed += records;
        if failed_as == FailedAs::Conversion {
            self.records_failed_conversion += records;
        }
        if error == OVER_PARTITIONS {
            self.records_over_partitions += records;
        }
    }
}
