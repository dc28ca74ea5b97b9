//! The fold that counts everything that reports and expectations show.
//!
//! RecordAccepted comes millions of times in a wall-clock second: its path indexes vectors and allocates nothing but
//! for a partition key's first record.

mod deliveries;
mod reads;

use std::sync::Arc;

use super::backlog::Backlog;
use super::by_id::ById;
use super::catch_up::CatchUps;
use super::consumer::{ConsumerCounts, ConsumerMeasure};
use super::cost::{cost, usage};
use super::delivery::DeliveryMeasure;
use super::figures::Figures;
use super::names::{Names, insert};
use super::occurrence::{Occurrence, Occurrences};
use super::producer::{ProducerCounts, ProducerMeasure};
use super::stream::{ShardMeasure, Span, StreamMeasure};
use super::table::TableMeasure;
use super::window::Restart;
use crate::base::event::{Event, Fold, StreamStatus, WriteRefusal, ZoneState};
use crate::base::{ConsumerId, DeliveryName, HostId, Position, ShardId, SimTime, StreamId, StreamName, TableId};
use crate::price::{Prices, Usage};

/// The fold that all figures come from.
#[derive(Default)]
pub(crate) struct Measures {
    prices: Arc<Prices>,
    from: SimTime,
    now: SimTime,
    names: Names,
    streams: ById<Option<StreamMeasure>>,
    tables: ById<Option<TableMeasure>>,
    consumers: ById<Option<ConsumerMeasure>>,
    producers: Vec<ProducerMeasure>,
    deliveries: ById<Option<DeliveryMeasure>>,
    producer_of_host: ById<Option<usize>>,
    backlog: Backlog,
    catch_ups: CatchUps,
    zones: ById<Option<ZoneState>>,
    occurrences: Occurrences,
}

impl Measures {
    /// Nothing counted, from the start of the run.
    pub(crate) fn new(prices: Arc<Prices>) -> Self {
        Self { prices, ..Self::default() }
    }
    /// How often something happened.
    pub(crate) fn occurrences(&self, what: Occurrence) -> u64 {
        self.occurrences.count(what)
    }
    /// The figures of the events so far.
    pub(crate) fn figures(&self) -> Figures {
        let span = Span { from: self.from, to: self.now };
        let mut figures = Figures { cost: cost(&self.usage(), &self.prices), ..Figures::default() };
        for stream in self.streams.iter().flatten() {
            let figured = stream.figures(span, self.given_up(&stream.name), self.readers(&stream.name));
            insert(&mut figures.streams, stream.name.as_str(), figured);
        }
        for (id, consumer) in self.consumers.iter().enumerate() {
            let Some(consumer) = consumer else { continue };
            let stream = self.streams.iter().flatten().rfind(|s| s.name == consumer.stream);
            let end_of =
                |shard: usize| stream.map_or(0, |s| s.shards.get(shard).and_then(Option::as_ref).map_or(0, |s| s.end));
            let name = self.names.consumer(ConsumerId(id as u16));
            let mut figured = consumer.figures(span, &self.names, end_of);
            (figured.catch_ups, figured.catch_up_s_max) = self.catch_ups.figures(ConsumerId(id as u16), span);
            insert(&mut figures.consumers, name, figured);
        }
        for producer in &self.producers {
            insert(&mut figures.producers, &producer.name, producer.figures());
        }
        for delivery in self.deliveries.iter().flatten() {
            insert(&mut figures.deliveries, &delivery.name, delivery.figures(span.to));
        }
        for table in self.tables.iter().flatten() {
            insert(&mut figures.tables, table.name.as_str(), table.figures(span));
        }
        figures
    }
    /// What was used of everything that is paid for.
    pub(super) fn usage(&self) -> Usage {
        let consumers = self.consumers().map(|(id, consumer)| (self.names.consumer(id), consumer.hosts.len()));
        usage(Span { from: self.from, to: self.now }, &self.streams, &self.tables, &self.deliveries, consumers)
    }

    /// Records that the producers of a stream gave up, when any of them was done with any record.
    fn given_up(&self, stream: &StreamName) -> Option<u64> {
        let counts = || self.producers.iter().filter(|p| p.stream.as_ref() == Some(stream)).map(|p| &p.counts);
        let is_known = counts().any(|counts| counts.attempts > 0);
        is_known.then(|| counts().map(|counts| counts.given_up).sum())
    }

    /// Applications that read a stream with GetRecords.
    fn readers(&self, stream: &StreamName) -> u64 {
        let reads = |consumer: &&ConsumerMeasure| consumer.stream == *stream && consumer.is_reading();
        self.consumers.iter().flatten().filter(reads).count() as u64
    }

    #[inline]
    fn stream(&mut self, id: StreamId) -> Option<&mut StreamMeasure> {
        self.streams.get_mut(id.index())?.as_mut()
    }
    #[inline]
    fn shard(&mut self, stream: StreamId, shard: ShardId) -> Option<&mut ShardMeasure> {
        self.stream(stream)?.shard(shard)
    }
    fn table(&mut self, id: TableId) -> Option<&mut TableMeasure> {
        self.tables.get_mut(id.index())?.as_mut()
    }
    fn consumer(&mut self, id: ConsumerId) -> Option<&mut ConsumerMeasure> {
        self.consumers.get_mut(id.index())?.as_mut()
    }
    fn consumer_counts(&mut self, id: ConsumerId) -> Option<&mut ConsumerCounts> {
        self.consumer(id).map(|consumer| &mut consumer.counts)
    }
    fn counts_of_host(&mut self, host: HostId) -> Option<&mut ConsumerCounts> {
        self.backlog.consumer_of(host).and_then(|consumer| self.consumer_counts(consumer))
    }
    fn producer_counts(&mut self, host: HostId) -> Option<&mut ProducerCounts> {
        let producer = self.producer_of_host.get(host.index()).copied().flatten()?;
        self.producers.get_mut(producer).map(|producer| &mut producer.counts)
    }
    /// From when on things are counted.
    pub(crate) fn from(&self) -> SimTime {
        self.from
    }
    /// Up to when things are counted.
    pub(crate) fn now(&self) -> SimTime {
        self.now
    }
    pub(super) fn names(&self) -> &Names {
        &self.names
    }
    pub(super) fn producers(&self) -> impl Iterator<Item = &ProducerMeasure> {
        self.producers.iter()
    }
    pub(super) fn consumers(&self) -> impl Iterator<Item = (ConsumerId, &ConsumerMeasure)> {
        let consumers = self.consumers.iter().enumerate();
        consumers.filter_map(|(id, consumer)| Some((ConsumerId(id as u16), consumer.as_ref()?)))
    }
    fn happened(&mut self, what: Occurrence, count: u64) {
        self.occurrences.add(what, count);
    }

    fn look_at_backlog(&mut self, at: SimTime) {
        let consumers = &mut self.consumers;
        self.backlog.look(at, |waiting| {
            if let Some(consumer) = consumers.get_mut(waiting.consumer.index()).and_then(Option::as_mut) {
                consumer.counts.age(waiting.age_ms, waiting.at, waiting.shard, None);
            }
        });
    }

    fn on_any(&mut self, at: SimTime, event: &Event) {
        self.declare(at, event);
        self.names.on(at, event);
        self.on_stream(at, event);
        self.on_table(at, event);
        self.on_producer(at, event);
        self.on_delivery(at, event);
        self.on_lease(at, event);
        self.on_processing(at, event);
        self.backlog.on(at, event);
        self.catch_ups.on(at, event);
    }

    fn on_stream(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::StreamDeclared { stream, name, retention_hours } => {
                *self.streams.slot(stream.index()) = Some(StreamMeasure::new(name.clone(), *retention_hours, at));
                let consumers = self.consumers.iter_mut().flatten();
                consumers.filter(|c| c.stream == *name).for_each(ConsumerMeasure::begin_anew);
            }
            Event::ShardOpened { stream, shard, range, parent, .. } => {
                self.stream(*stream).into_iter().for_each(|stream| stream.open(*shard, *range, at));
                self.happened(Occurrence::Resharded, parent.is_some().into());
            }
            Event::ShardClosed { stream, shard, .. } => self.close(at, *stream, *shard),
            Event::FanOutConsumersChanged { stream, consumers } => {
                self.stream(*stream).into_iter().for_each(|stream| stream.register((*consumers).into(), at));
            }
            Event::RetentionChanged { stream, retention_hours } => {
                self.stream(*stream).into_iter().for_each(|stream| stream.retain(*retention_hours, at));
            }
            Event::StreamModeChanged { stream, is_on_demand } => {
                self.stream(*stream).into_iter().for_each(|stream| stream.change_mode(*is_on_demand));
            }
            Event::StreamStatusChanged { stream, status: StreamStatus::Deleted } => {
                let shards = self.stream(*stream).map_or(0, |stream| stream.shards.len() as u32);
                (0..shards).for_each(|shard| self.close(at, *stream, ShardId(shard)));
                self.stream(*stream).into_iter().for_each(|stream| stream.end(at));
            }
            Event::ShardExpired { stream, shard } => {
                self.shard(*stream, *shard).into_iter().for_each(ShardMeasure::expire);
            }
            Event::RecordRefused { stream, shard, key, size_bytes, reason, .. } => {
                if let Some(stream) = self.stream(*stream) {
                    stream.refuse(at, *shard, key, *size_bytes, *reason);
                }
                let failed = *reason == WriteRefusal::InternalFailure;
                self.happened(if failed { Occurrence::WriteFailed } else { Occurrence::WriteThrottled }, 1);
            }
            Event::PutAnswered { stream, .. } => {
                if let Some(stream) = self.stream(*stream) {
                    stream.counts.put_calls += 1;
                }
            }
            Event::RecordsTrimmed { stream, shard, to } => self.trim(*stream, *shard, *to),
            Event::CallRefused { operation, error, .. } => {
                let failed = *error == "InternalFailure" && operation.starts_with("PutRecord");
                self.happened(Occurrence::KmsRefused, error.starts_with("KMS").into());
                self.happened(Occurrence::WriteFailed, failed.into());
            }
            Event::ZoneChanged { zone, state } => {
                let before = self.zones.slot((*zone).into()).replace(*state);
                let rebuilt = before == Some(ZoneState::Rebuilding) && *state == ZoneState::Up;
                self.happened(Occurrence::ZoneRebuilt, rebuilt.into());
            }
            _ => self.on_read(at, event),
        }
    }

    fn close(&mut self, at: SimTime, stream: StreamId, shard: ShardId) {
        let Some(stream) = self.stream(stream) else { return };
        stream.close(shard, at);
        let name = stream.name.clone();
        for consumer in self.consumers.iter_mut().flatten().filter(|c| c.stream == name) {
            consumer.shards.slot(shard.index()).close(at);
        }
    }

    fn trim(&mut self, stream: StreamId, shard: ShardId, to: u64) {
        for (consumer, unread) in self.backlog.unread_below(stream, shard, to) {
            if let Some(counts) = self.consumer_counts(consumer) {
                counts.unread_trimmed += unread;
            }
            self.happened(Occurrence::UnreadRecordTrimmed, unread);
        }
        if let Some(shard) = self.shard(stream, shard) {
            shard.trim(to);
        }
    }

    fn on_table(&mut self, at: SimTime, event: &Event) {
        let (Event::TableCapacityChanged { table, .. }
        | Event::UnitsConsumed { table, .. }
        | Event::TableThrottled { table, .. }
        | Event::ConditionFailed { table, .. }
        | Event::ItemWritten { table, .. }
        | Event::StaleRead { table, .. }) = event
        else {
            return;
        };
        let Some(table) = self.table(*table) else { return };
        match event {
            Event::TableCapacityChanged { read_units, write_units, .. } => {
                table.set_capacity(at, *read_units, *write_units);
            }
            Event::UnitsConsumed { read_half_units, write_units, .. } => {
                table.consume(at, *read_half_units, *write_units);
            }
            Event::TableThrottled { operation, reason, .. } => {
                table.throttle(at, *reason, operation);
                self.happened(Occurrence::TableThrottled, 1);
            }
            Event::ConditionFailed { .. } => {
                table.counts.conditions_failed += 1;
                self.happened(Occurrence::ConditionFailed, 1);
            }
            Event::ItemWritten { before, after, .. } => table.write(before.is_some(), after.is_some()),
            Event::StaleRead { .. } => {
                table.counts.stale_reads += 1;
                self.happened(Occurrence::StaleRead, 1);
            }
            _ => {}
        }
    }

    fn on_producer(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::ProducerDeclared { host, producer, stream, delivery } => {
                self.declare_producer(*host, producer, (stream, delivery));
            }
            Event::PutFinished { host, records_ok, records_given_up, attempts, took_ms } => {
                if let Some(counts) = self.producer_counts(*host) {
                    counts.ok += u64::from(*records_ok);
                    counts.given_up += u64::from(*records_given_up);
                    counts.attempts += u64::from(*attempts);
                    counts.took_ms.record(*took_ms);
                    counts.took_most.see(*took_ms, at, None, Some(*host));
                }
                self.happened(Occurrence::RecordGivenUp, u64::from(*records_given_up));
            }
            _ => {}
        }
    }

    fn declare_producer(
        &mut self,
        host: HostId,
        name: &Arc<str>,
        (stream, delivery): (&Option<StreamName>, &Option<DeliveryName>),
    ) {
        let index = self.producers.iter().position(|p| p.name == *name).unwrap_or_else(|| {
            let counts = ProducerCounts::default();
            let (name, stream, delivery) = (name.clone(), stream.clone(), delivery.clone());
            self.producers.push(ProducerMeasure { name, stream, delivery, hosts: 0, counts });
            self.producers.len() - 1
        });
        // A host that restarts may declare itself again.
        if self.producer_of_host.slot(host.index()).replace(index).is_none() {
            self.producers[index].hosts += 1;
        }
    }

    fn on_lease(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::WorkerStarted { consumer, host } => {
                if let Some(consumer) = self.consumer(*consumer).filter(|c| !c.hosts.contains(host)) {
                    consumer.hosts.push(*host);
                }
            }
            Event::LeaseGained { consumer, host, shard, how, .. } => {
                let moved = self.consumer(*consumer).is_some_and(|c| c.gain(*shard, *host, *how));
                self.happened(Occurrence::LeaseMoved, moved.into());
                self.happened(Occurrence::LeaseStolen, (*how == crate::base::event::LeaseGain::Stolen).into());
            }
            Event::LeaseLost { consumer, host, shard } => {
                if let Some(consumer) = self.consumer(*consumer) {
                    consumer.counts.lost += 1;
                    consumer.shards.slot(shard.index()).lose(*host);
                }
                self.happened(Occurrence::LeaseLost, 1);
            }
            Event::LeaseRenewalFailed { consumer, .. } => {
                if let Some(counts) = self.consumer_counts(*consumer) {
                    counts.renewals_failed += 1;
                }
            }
            Event::LeaseHoleFound { .. } => self.happened(Occurrence::LeaseHoleRepaired, 1),
            Event::ProcessingStarted { consumer, host, shard, .. } => {
                if let Some(consumer) = self.consumer(*consumer) {
                    consumer.shards.slot(shard.index()).start(at, *host);
                }
            }
            Event::ProcessingEnded { consumer, host, shard, .. } => {
                if let Some(consumer) = self.consumer(*consumer) {
                    consumer.shards.slot(shard.index()).end(at, *host);
                }
            }
            Event::HostCrashed { host } => self.consumers.iter_mut().flatten().for_each(|c| c.crash(at, *host)),
            _ => {}
        }
    }

    fn on_processing(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::RecordsProcessed { consumer, host, shard, from, to } => {
                let duplicates = self.consumer(*consumer).map_or(0, |c| c.process(at, *host, *shard, *from..*to));
                self.happened(Occurrence::DuplicateProcessed, duplicates);
            }
            Event::IteratorRequested { consumer, host, shard, position: Position::Latest } => {
                self.consumer(*consumer).into_iter().for_each(|c| c.ask_for_latest(*shard, *host));
            }
            Event::RecordsSkipped { consumer, from, to, .. } => {
                if let Some(counts) = self.consumer_counts(*consumer) {
                    counts.skipped += to - from;
                }
                self.happened(Occurrence::RecordsSkipped, to - from);
            }
            Event::CheckpointAttempted { consumer, host, shard, sequence_number, to } => {
                if let Some(consumer) = self.consumer(*consumer) {
                    consumer.counts.checkpoints_attempted += 1;
                    let shard = consumer.shards.slot(shard.index());
                    shard.attempt_checkpoint(*host, *to, sequence_number.is_none());
                }
            }
            Event::CheckpointRefused { consumer, host, shard } => {
                if let Some(consumer) = self.consumer(*consumer) {
                    consumer.counts.checkpoints_refused += 1;
                    consumer.shards.slot(shard.index()).refuse_checkpoint(*host);
                }
                self.happened(Occurrence::CheckpointRefused, 1);
            }
            Event::EffectsApplied { consumer, from, to, duplicates, .. } => {
                if let Some(counts) = self.consumer_counts(*consumer) {
                    counts.effects_applied += to - from;
                    counts.effects_duplicate += u64::from(*duplicates);
                }
            }
            Event::EffectsFenced { consumer, .. } => {
                if let Some(counts) = self.consumer_counts(*consumer) {
                    counts.effects_fenced += 1;
                }
                self.happened(Occurrence::EffectsFenced, 1);
            }
            _ => {}
        }
    }

    fn declare(&mut self, at: SimTime, event: &Event) {
        match event {
            Event::TableDeclared { table, name, read_units, write_units } => {
                let declared = TableMeasure::new(name.clone(), *read_units, *write_units, at);
                *self.tables.slot(table.index()) = Some(declared);
            }
            Event::ConsumerDeclared { consumer, stream, library, store, lease_table, .. } => {
                *self.consumers.slot(consumer.index()) = Some(ConsumerMeasure {
                    stream: stream.clone(),
                    library: *library,
                    store: *store,
                    lease_table: lease_table.clone(),
                    hosts: Vec::new(),
                    shards: ById::default(),
                    counts: ConsumerCounts::default(),
                });
            }
            _ => {}
        }
    }
}

impl Fold for Measures {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.now = at;
        if self.backlog.is_due(at) {
            self.look_at_backlog(at);
        }
        // What comes often goes only to those that count it.
        match event {
            Event::RecordAccepted { stream, shard, ordinal, key, size_bytes, .. } => {
                if let Some(shard) = self.shard(*stream, *shard) {
                    shard.accept(at, *ordinal, key, *size_bytes);
                }
                self.backlog.on(at, event);
            }
            Event::RecordsRead { .. } | Event::SubscriptionRead { .. } => {
                self.on_read(at, event);
                self.backlog.on(at, event);
            }
            Event::UnitsConsumed { .. } | Event::ItemWritten { .. } => self.on_table(at, event),
            Event::RecordsProcessed { .. } | Event::EffectsApplied { .. } => self.on_processing(at, event),
            Event::PutFinished { .. } => self.on_producer(at, event),
            _ => self.on_any(at, event),
        }
    }
}

impl Restart for Measures {
    fn restart(&mut self, at: SimTime) {
        self.pass_to(at);
        self.from = at;
        self.occurrences = Occurrences::default();
        self.streams.iter_mut().flatten().for_each(|stream| stream.restart(at));
        self.tables.iter_mut().flatten().for_each(|table| table.restart(at));
        self.consumers.iter_mut().flatten().for_each(|consumer| consumer.restart(at));
        self.producers.iter_mut().for_each(|producer| producer.counts = ProducerCounts::default());
        self.deliveries.iter_mut().flatten().for_each(DeliveryMeasure::restart);
    }
    fn pass_to(&mut self, at: SimTime) {
        self.look_at_backlog(at);
        self.now = at;
    }
}
