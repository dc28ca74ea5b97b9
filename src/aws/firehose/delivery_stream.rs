//! A delivery stream: what it holds, and the way of records through it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::agenda::{Cx, Due};
use super::api::Settings;
use super::buffer::{Buffer, BufferKey};
use super::chain;
use super::lane::Lane;
use super::pipeline::{Pipeline, Processing};
use super::quotas::Quotas;
use super::reading::Reader;
use super::record::Carried;
use super::work::Work;
use crate::base::event::Stage;
use crate::base::units::KIB;
use crate::base::{DeliveryId, DeliveryName, Event, HostId, Run, SimDuration, SimTime};

/// How long what was put directly is held
/// (<https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html>).
pub(super) const HELD_MAX: SimDuration = SimDuration::from_hours(24);
/// How often it is looked whether something was held for too long.
const EXPIRY_EVERY: SimDuration = SimDuration::from_secs(600);
/// Each record is billed in steps of this (<https://aws.amazon.com/firehose/pricing/>).
const BILLED_STEP_BYTES: u64 = 5 * KIB;

/// A delivery stream that is there.
pub(super) struct DeliveryStream {
    pub(super) id: DeliveryId,
    pub(super) name: DeliveryName,
    pub(super) arn: Arc<str>,
    /// `sourceKinesisStreamArn`.
    pub(super) source_arn: Option<Arc<str>>,
    pub(super) pipeline: Arc<Pipeline>,
    pub(super) processing: Arc<Processing>,
    /// VersionId of its configuration.
    pub(super) version: u32,
    pub(super) quotas: Quotas,
    /// What was accepted directly, ever: the next ordinal.
    pub(super) accepted: u64,
    pub(super) reader: Option<Reader>,
    pub(super) lanes: BTreeMap<u32, Lane>,
    pub(super) buffers: BTreeMap<BufferKey, Buffer>,
    pub(super) works: BTreeMap<u64, Work>,
    /// Batches and invocations that there were.
    pub(super) numbers: u64,
    /// Partitions that have records here.
    pub(super) active_partitions: u32,
    expiry_at: Option<SimTime>,
    /// Gone, and only its number is left.
    pub(super) is_deleted: bool,
}

/// What the service bills for a record.
pub(super) fn billed_bytes(bytes: u64) -> u64 {
    bytes.div_ceil(BILLED_STEP_BYTES).max(1) * BILLED_STEP_BYTES
}

impl DeliveryStream {
    pub(super) fn new(
        id: DeliveryId,
        name: DeliveryName,
        pipeline: Pipeline,
        now: SimTime,
        settings: &Settings,
    ) -> Self {
        let Settings { region, account, .. } = settings;
        let arn = format!("arn:aws:firehose:{region}:{account}:deliverystream/{name}").into();
        let stream = pipeline.source.stream();
        let source_arn = stream.map(|stream| format!("arn:aws:kinesis:{region}:{account}:stream/{stream}").into());
        Self {
            id,
            name,
            arn,
            source_arn,
            reader: stream.map(|stream| Reader::new(stream.clone(), now)),
            processing: Arc::new(pipeline.processing.clone()),
            pipeline: Arc::new(pipeline),
            version: 1,
            quotas: Quotas::new(settings),
            accepted: 0,
            lanes: BTreeMap::new(),
            buffers: BTreeMap::new(),
            works: BTreeMap::new(),
            numbers: 0,
            active_partitions: 0,
            expiry_at: None,
            is_deleted: false,
        }
    }
    /// Works by another configuration from now on. What is under way ends as it began.
    pub(super) fn change(&mut self, cx: &mut Cx<'_>, pipeline: Pipeline, version: u32) {
        self.processing = Arc::new(pipeline.processing.clone());
        self.pipeline = Arc::new(pipeline);
        self.version = version;
        self.tell_hints(cx.events);
        // A shorter interval counts at once.
        let buffers = self
            .buffers
            .iter()
            .filter_map(|(key, buffer)| Some((buffer.due(self.pipeline.hints(key.stage))?, Due::Buffer(key.clone()))));
        let hints = self.processing.function.as_ref().map(|function| function.hints);
        let lanes = self.lanes.iter().filter_map(|(lane, of)| {
            // Without a function what waits for it goes on at once.
            let due = hints.map_or(Some(cx.now), |hints| of.waiting.due(hints))?;
            Some((due, Due::Transform(*lane)))
        });
        let due: Vec<_> = buffers.chain(lanes).collect();
        due.into_iter().for_each(|(at, what)| cx.at(at.max(cx.now), self.id, what));
    }
    /// It is deleted, with whatever it held.
    pub(super) fn end_all(&mut self, cx: &mut Cx<'_>) {
        self.is_deleted = true;
        self.lanes.clear();
        self.buffers.clear();
        self.works.clear();
        self.reader = None;
        cx.events.push(Event::DeliveryDeleted { delivery: self.id });
    }
    /// Tells when its buffers are closed, and how long its stages try their best.
    pub(super) fn tell_hints(&self, events: &mut Vec<Event>) {
        events.extend(self.pipeline.stages().map(|(stage, hints, tries_for)| Event::HintsDeclared {
            delivery: self.id,
            stage,
            size_bytes: hints.size_bytes,
            interval: hints.interval,
            tries_for,
        }));
    }
    /// Returns whether records are put to it, rather than read.
    pub(super) fn is_direct(&self) -> bool {
        self.reader.is_none()
    }

    /// Takes over records, in the order of their lane; all of them are its own from here on.
    pub(super) fn accept(&mut self, cx: &mut Cx<'_>, host: Option<HostId>, lane: u32, records: Vec<Carried>) {
        // A source that lost records on the way has gaps. Objects are named by the second in which a record came.
        let second_of = |record: &Carried| record.arrived.as_millis() / 1000;
        let is_run =
            |one: &Carried, next: &Carried| one.ordinal + 1 == next.ordinal && second_of(one) == second_of(next);
        for run in records.chunk_by(is_run) {
            cx.events.push(Event::DeliveryAccepted {
                delivery: self.id,
                lane,
                from: run[0].ordinal,
                to: run[0].ordinal + run.len() as u64,
                bytes: run.iter().map(Carried::size_bytes).sum(),
                billed_bytes: run.iter().map(|record| billed_bytes(record.size_bytes())).sum(),
                host,
                age: cx.now.since(run[0].arrived.min(cx.now)),
            });
        }
        if self.is_direct() && self.expiry_at.is_none() {
            self.expect_expiry(cx);
        }
        if self.pipeline.backup.is_of_all {
            self.add(cx, &BufferKey::plain(Stage::Backup, lane), records.clone());
        }
        let mut parts = Vec::with_capacity(records.len());
        for record in records {
            let (ordinal, begin) = (record.ordinal, parts.len());
            chain::take_apart(&self.processing, record, &mut parts);
            let made = (parts.len() - begin) as u32;
            if made != 1 {
                cx.events.push(Event::RecordTakenApart { delivery: self.id, lane, ordinal, parts: made });
            }
        }
        if self.processing.function.is_some() {
            self.give_to_function(cx, lane, parts);
        } else {
            self.sort(cx, lane, parts.into_iter().map(|record| (record, Default::default())));
        }
    }

    fn expect_expiry(&mut self, cx: &mut Cx<'_>) {
        let at = cx.now.saturating_add(EXPIRY_EVERY);
        self.expiry_at = Some(at);
        cx.at(at, self.id, Due::Expiry);
    }

    /// Loses what was held for as long as the service holds it.
    pub(super) fn expire(&mut self, cx: &mut Cx<'_>) {
        self.expiry_at = None;
        let run_for = cx.now.since(SimTime::ZERO);
        if run_for >= HELD_MAX {
            let bound = SimTime::ZERO.saturating_add(run_for - HELD_MAX);
            let mut gone: Vec<Carried> = Vec::new();
            self.lanes.values_mut().for_each(|lane| gone.extend(lane.waiting.expire(bound)));
            for (key, buffer) in &mut self.buffers {
                let expired = buffer.expire(bound);
                // A copy that is lost, or a report, is no record that is lost.
                gone.extend(expired.into_iter().filter(|_| key.stage != Stage::Backup));
            }
            self.tell_runs(cx, &gone, |Run { delivery, lane, from, to, part }| Event::RecordsExpired {
                delivery,
                lane,
                from,
                to,
                part,
            });
        }
        let holds_any = !self.works.is_empty()
            || self.buffers.values().any(|buffer| !buffer.is_empty())
            || self.lanes.values().any(|lane| !lane.is_idle());
        if holds_any {
            self.expect_expiry(cx);
        }
    }

    /// Tells something of records, run by run.
    pub(super) fn tell_runs(&self, cx: &mut Cx<'_>, records: &[Carried], event: impl Fn(Run) -> Event) {
        let holds = super::record::holds(self.id, records);
        cx.events.extend(holds.0.iter().map(|run| event(*run)));
    }

    /// Bytes of a lane that wait here or are under way.
    pub(super) fn held_bytes(&self, lane: u32) -> u64 {
        let buffers = self.buffers.iter().filter(|(key, _)| key.lane == lane).map(|(_, buffer)| buffer.bytes());
        let works = self.works.values().filter(|work| work.batch.lane == lane).map(|work| work.batch.bytes);
        let transforming = self.lanes.get(&lane).map_or(0, Lane::held_bytes);
        buffers.sum::<u64>() + works.sum::<u64>() + transforming
    }
}
