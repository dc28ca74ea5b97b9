//! Deliveries: batches, their attempts, and what becomes of records that are not taken.

use std::collections::BTreeMap;

use super::agenda::{Asker, Cx, Due};
use super::buffer::BufferKey;
use super::chain::{self, Partition, error_record};
use super::delivery_stream::DeliveryStream;
use super::driver::{Batch, Failed, Means, Step, driver_for};
use super::pipeline::Hints;
use super::record::Carried;
use super::work::{Reason, Work};
use crate::aws::firehose::asking::Told;
use crate::base::event::{FailedAs, SinkKind, Stage};
use crate::base::{Event, Payload, Run, SimDuration, SimTime};
use crate::world::CallError;

/// Active partitions of a delivery stream
/// (<https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html>).
pub(super) const PARTITIONS_MAX: u32 = 500;

/// Deliveries of one buffer that may be under way at once. An assumption, but for Redshift: AWS documents that a COPY
/// begins when the former has ended.
fn at_once(stage: Stage, kind: SinkKind) -> u32 {
    match (stage, kind) {
        (Stage::Deliver, SinkKind::Splunk) => 10,
        (Stage::Deliver, SinkKind::Redshift | SinkKind::OpenSearch | SinkKind::HttpEndpoint) => 1,
        _ => 4,
    }
}

impl DeliveryStream {
    /// Sorts records into the buffers of their partitions.
    pub(super) fn sort(
        &mut self,
        cx: &mut Cx<'_>,
        lane: u32,
        records: impl Iterator<Item = (Carried, BTreeMap<Box<str>, Box<str>>)>,
    ) {
        let prefix = match &self.pipeline.destination {
            super::pipeline::Destination::S3(s3) if s3.partitioning => s3.prefix.clone(),
            _ => {
                let records: Vec<Carried> = records.map(|(record, _)| record).collect();
                return self.add(cx, &BufferKey::plain(Stage::Deliver, lane), records);
            }
        };
        let (mut failed, mut before) = (Vec::new(), None);
        for (record, by_function) in records {
            let fail = |error, message: Box<str>| Reason::new(FailedAs::Partitioning, error, message, 1);
            match chain::partition_of(&self.processing, &prefix, &record.data, &by_function) {
                Err(message) => failed.push((record, fail("DynamicPartitioning.MetadataExtractionFailed", message))),
                Ok(partition) => {
                    self.tell_partition(cx, &record, &partition);
                    let mut key = BufferKey { partition, ..BufferKey::plain(Stage::Deliver, lane) };
                    if !cx.settings.planted.are_partitions_kept_apart() && !self.buffers.contains_key(&key) {
                        key = before.take().unwrap_or(key);
                    }
                    if self.open_partition(cx, &key) {
                        self.add(cx, &key, vec![record]);
                        before = Some(key);
                    } else {
                        let message = format!("more than {PARTITIONS_MAX} partitions are active");
                        failed
                            .push((record, fail("DynamicPartitioning.ActivePartitionsLimitExceeded", message.into())));
                    }
                }
            }
        }
        self.fail(cx, lane, failed);
    }

    fn tell_partition(&self, cx: &mut Cx<'_>, record: &Carried, partition: &Partition) {
        let values: String = partition.iter().flat_map(|(_, value)| ["/", value]).collect();
        let Carried { lane, ordinal, part, .. } = *record;
        let (delivery, partition) = (self.id, values.into());
        cx.events.push(Event::RecordPartitioned { delivery, lane, ordinal, part, partition });
    }

    /// Returns whether a partition is active, or may be from now on.
    fn open_partition(&mut self, cx: &mut Cx<'_>, key: &BufferKey) -> bool {
        if self.buffers.contains_key(key) {
            return true;
        }
        if self.active_partitions >= PARTITIONS_MAX && cx.settings.planted.are_partitions_counted() {
            return false;
        }
        self.active_partitions += 1;
        let active = self.active_partitions;
        cx.events.push(Event::PartitionsActive { delivery: self.id, active, quota: PARTITIONS_MAX });
        true
    }

    /// Lets records wait for their delivery.
    pub(super) fn add(&mut self, cx: &mut Cx<'_>, key: &BufferKey, records: Vec<Carried>) {
        if records.is_empty() {
            return;
        }
        let hints = self.pipeline.hints(key.stage);
        let buffer = match self.buffers.get_mut(key) {
            Some(buffer) => buffer,
            None => self.buffers.entry(key.clone()).or_default(),
        };
        for record in records {
            if buffer.push(cx.now, record) {
                cx.at(cx.now.saturating_add(hints.interval), self.id, Due::Buffer(key.clone()));
            }
        }
        self.close(cx, key);
    }

    /// Begins deliveries from a buffer, as far as it is time and they may.
    pub(super) fn close(&mut self, cx: &mut Cx<'_>, key: &BufferKey) {
        let Hints { size_bytes, interval } = self.pipeline.hints(key.stage);
        let hints = Hints { size_bytes, interval: cx.settings.planted.open_for(interval) };
        // A batch may grow while the one before it is under way.
        let bytes_max = hints.size_bytes.saturating_mul(cx.settings.growth_max.max(1));
        while self.may_begin(key) {
            let Some(buffer) = self.buffers.get_mut(key) else { return };
            if buffer.due(hints).is_none_or(|due| due > cx.now) {
                if let Some(due) = buffer.due(hints).filter(|_| hints.interval != interval) {
                    cx.at(due, self.id, Due::Buffer(key.clone()));
                }
                return;
            }
            let (waited, is_behind) = (cx.now.since(buffer.opened()), buffer.bytes() > bytes_max);
            let records = match cx.settings.planted.are_records_kept_whole() {
                true => buffer.close(if is_behind { bytes_max } else { u64::MAX }),
                false => buffer.cut(hints.size_bytes),
            };
            buffer.under_way += 1;
            if !buffer.is_empty() {
                cx.at(buffer.due(hints).unwrap_or(cx.now).max(cx.now), self.id, Due::Buffer(key.clone()));
            }
            self.begin(cx, key, records, waited);
        }
    }

    /// Returns whether another delivery from a buffer may begin. When the backup bucket cannot be reached, none does:
    /// what cannot be delivered would have nowhere to go.
    fn may_begin(&self, key: &BufferKey) -> bool {
        let kind = self.pipeline.destination.kind();
        let under_way = match (key.stage, kind) {
            (Stage::Deliver, SinkKind::Redshift) => {
                self.works.values().filter(|work| work.key.stage == key.stage).count()
            }
            _ => self.buffers.get(key).map_or(0, |buffer| buffer.under_way as usize),
        };
        let is_stopped = || self.works.values().any(|work| work.is_failing && work.key.stage != Stage::Deliver);
        under_way < at_once(key.stage, kind) as usize && !(key.stage == Stage::Deliver && is_stopped())
    }

    fn begin(&mut self, cx: &mut Cx<'_>, key: &BufferKey, records: Vec<Carried>, waited: SimDuration) {
        let bytes = records.iter().map(Carried::size_bytes).sum();
        let oldest = records.iter().map(|record| record.arrived).min().unwrap_or(cx.now);
        let oldest = cx.settings.planted.named_after(oldest, cx.now);
        let (stage, lane, count) = (key.stage, key.lane, records.len() as u32);
        cx.events.push(Event::BufferClosed { delivery: self.id, lane, stage, records: count, bytes, waited });
        let batch = Batch { delivery: self.id, lane, records, partition: key.partition.clone(), oldest, bytes };
        let driver = driver_for(&self.pipeline, &self.processing, stage, key.failed_as, cx.settings);
        let number = self.numbers;
        self.numbers += 1;
        let (key, sent_at) = (key.clone(), cx.now);
        let work = Work { key, batch, driver, attempts: 0, sent_at, is_failing: false, is_again: false };
        self.works.insert(number, work);
        self.go_on(cx, number);
    }

    /// Asks a delivery's driver what it wants.
    pub(super) fn go_on(&mut self, cx: &mut Cx<'_>, number: u64) {
        let Some(mut work) = self.works.remove(&number) else { return };
        let step = work.driver.next(&work.batch, &mut self.means(cx));
        self.works.insert(number, work);
        self.take_step(cx, number, step);
    }

    /// Tells a delivery's driver what became of its call.
    pub(super) fn work_answered(&mut self, cx: &mut Cx<'_>, number: u64, reply: Result<Told, CallError>) {
        let Some(mut work) = self.works.remove(&number) else { return };
        if reply.is_err() && !cx.settings.planted.is_lost_answer_tried_again() {
            self.works.insert(number, work);
            return self.take_step(cx, number, Step::Done { failed: Vec::new() });
        }
        let step = work.driver.told(&work.batch, reply, &mut self.means(cx));
        self.works.insert(number, work);
        self.take_step(cx, number, step);
    }

    fn means<'a>(&'a self, cx: &'a mut Cx<'_>) -> Means<'a> {
        Means {
            now: cx.now,
            epoch_unix_ms: cx.settings.epoch_unix_ms,
            call: cx.agenda.next_call_id(),
            random: cx.random,
            name: self.name.as_str(),
            version: self.version,
            arn: &self.arn,
        }
    }

    fn take_step(&mut self, cx: &mut Cx<'_>, number: u64, step: Step) {
        let Some(work) = self.works.get_mut(&number) else { return };
        let (delivery, lane, stage) = (self.id, work.batch.lane, work.key.stage);
        let records = work.batch.records.len() as u32;
        match step {
            Step::Ask { request, timeout, is_attempt } => {
                if is_attempt {
                    work.attempts += 1;
                    work.sent_at = cx.now;
                    let (bytes, attempt) = (work.batch.bytes, work.attempts);
                    cx.events.push(Event::DeliveryAttempted { delivery, lane, stage, records, bytes, attempt });
                }
                cx.ask(request, timeout, self.id, Asker::Work(number));
            }
            Step::Retry { at, error } => {
                let attempt = work.attempts;
                cx.events.push(Event::DeliveryAttemptFailed { delivery, lane, stage, records, attempt, error });
                work.is_failing = true;
                if self.has_expired(number, cx.now, cx.settings.planted.held_max()) {
                    return self.lose(cx, number);
                }
                cx.at(at, self.id, Due::Work(number));
            }
            Step::Wait { at } => cx.at(at, self.id, Due::Work(number)),
            Step::Done { .. } if cx.settings.planted.is_delivered_twice(number) && !work.is_again => {
                work.is_again = true;
                work.driver = driver_for(&self.pipeline, &self.processing, stage, work.key.failed_as, cx.settings);
                self.go_on(cx, number);
            }
            Step::Done { failed } => self.finish(cx, number, failed),
            Step::Refused { failed_as, error, message, is_kept } => {
                let attempt = work.attempts;
                cx.events.push(Event::DeliveryAttemptFailed { delivery, lane, stage, records, attempt, error });
                self.refuse(cx, number, &Reason::new(failed_as, error, message, attempt), is_kept);
            }
        }
    }

    /// Returns whether all of a batch that was put directly has been held for too long: its records stay together, so
    /// the older ones are held a little longer.
    fn has_expired(&self, number: u64, now: SimTime, held_max: SimDuration) -> bool {
        let newest = self.works.get(&number).and_then(|work| work.batch.records.iter().map(|of| of.arrived).max());
        self.is_direct() && newest.is_some_and(|newest| now.since(newest.min(now)) >= held_max)
    }

    /// Gives up a batch that was held for as long as the service holds it.
    fn lose(&mut self, cx: &mut Cx<'_>, number: u64) {
        let Some(work) = self.end(number) else { return };
        if work.key.stage != Stage::Backup {
            self.tell_runs(cx, &work.batch.records, |Run { delivery, lane, from, to, part }| Event::RecordsExpired {
                delivery,
                lane,
                from,
                to,
                part,
            });
        }
        self.close_again(cx, &work.key);
    }

    fn end(&mut self, number: u64) -> Option<Work> {
        let work = self.works.remove(&number)?;
        if let Some(buffer) = self.buffers.get_mut(&work.key) {
            buffer.under_way -= 1;
        }
        Some(work)
    }

    fn finish(&mut self, cx: &mut Cx<'_>, number: u64, failed: Vec<Failed>) {
        let Some(work) = self.end(number) else { return };
        let Work { key, batch, attempts, sent_at, is_failing, .. } = work;
        let failed_bytes: u64 = failed.iter().map(|of| batch.records[of.index].size_bytes()).sum();
        cx.events.push(Event::DeliverySucceeded {
            delivery: self.id,
            lane: key.lane,
            stage: key.stage,
            records: (batch.records.len() - failed.len()) as u32,
            bytes: batch.bytes - failed_bytes,
            age_max: cx.now.since(batch.oldest),
            took: cx.now.since(sent_at),
            had_failed: is_failing,
        });
        let reasons = failed.into_iter().map(|of| {
            let Failed { index, failed_as, error, message, besides, is_kept } = of;
            (batch.records[index].clone(), Reason { failed_as, error, message, attempts, besides, is_kept })
        });
        self.fail(cx, key.lane, reasons);
        if attempts == 1 || cx.settings.planted.goes_on_after_failure() {
            self.close_again(cx, &key);
        } else if let Some(buffer) = self.buffers.get_mut(&key) {
            // As if more were under way than there ever may be.
            buffer.under_way += 1 << 16;
        }
    }

    fn refuse(&mut self, cx: &mut Cx<'_>, number: u64, reason: &Reason, is_kept: bool) {
        let Some(work) = self.end(number) else { return };
        let delivery = self.id;
        let reasons = work.batch.records.iter().map(|record| {
            let besides = work.driver.besides(delivery, record);
            (record.clone(), Reason { besides, is_kept, ..reason.clone() })
        });
        self.fail(cx, work.key.lane, reasons);
        self.close_again(cx, &work.key);
    }

    /// Goes on with a buffer of which a delivery has ended, and with others that waited for it.
    fn close_again(&mut self, cx: &mut Cx<'_>, key: &BufferKey) {
        self.close(cx, key);
        let is_over = self.buffers.get(key).is_some_and(|buffer| buffer.is_empty() && buffer.under_way == 0);
        if is_over && !key.partition.is_empty() {
            self.buffers.remove(key);
            self.active_partitions -= 1;
        }
        let waits_for_others = |of: &&BufferKey| *of != key && of.stage == Stage::Deliver;
        let frees_others = key.stage != Stage::Deliver || self.pipeline.destination.kind() == SinkKind::Redshift;
        if frees_others {
            let others: Vec<BufferKey> = self.buffers.keys().filter(waits_for_others).cloned().collect();
            others.iter().for_each(|other| self.close(cx, other));
        }
    }

    /// Sends records to the error output.
    pub(super) fn fail(&mut self, cx: &mut Cx<'_>, lane: u32, failed: impl IntoIterator<Item = (Carried, Reason)>) {
        let function = self.processing.function.as_ref();
        let lambda_arn = function.map(|function| {
            let (region, account) = (&cx.settings.region, &cx.settings.account);
            format!("arn:aws:lambda:{region}:{account}:function:{}", function.name)
        });
        for (record, reason) in failed {
            let Reason { failed_as, error, message, attempts, besides, is_kept } = reason;
            cx.events.push(Event::RecordsFailed {
                delivery: self.id,
                lane: record.lane,
                from: record.ordinal,
                to: record.ordinal + 1,
                part: record.part,
                failed_as,
                error,
                is_kept,
            });
            let told = error_record::Told {
                failed_as,
                attempts,
                error,
                message: &message,
                ended_unix_ms: cx.settings.epoch_unix_ms + cx.now.as_nanos() / 1_000_000,
                epoch_unix_ms: cx.settings.epoch_unix_ms,
                lambda_arn: lambda_arn.as_deref().filter(|_| failed_as == FailedAs::Processing),
                besides: &besides,
            };
            if !(is_kept && cx.settings.planted.are_failed_records_kept()) {
                continue;
            }
            let data = Payload::from(error_record::line(&record, &told));
            self.add(cx, &BufferKey::errors(lane, failed_as), vec![Carried { data, ..record }]);
        }
    }

    /// After a crash: what was asked is asked again.
    pub(super) fn deliver_again(&mut self, cx: &mut Cx<'_>, number: u64) {
        cx.at(cx.now, self.id, Due::Work(number));
    }
}
