//! One shard, read in a loop of GetRecords until its end.

use std::rc::Rc;

use super::lineage::Beginning;
use super::saved::SavedPosition;
use super::settings::Resume;
use super::worker::Worker;
use crate::aws::kinesis::Request;
use crate::aws::kinesis::api::{
    ChildShard, Error, GetRecordsOutput, IteratorPosition, Record, Response, ShardIterator,
};
use crate::aws::kinesis::{GetRecords, GetShardIterator};
use crate::aws::store;
use crate::base::event::StoreKind;
use crate::base::{Event, Position, SequenceNumber, ShardId, SimDuration, SimTime};
use crate::client::processor::{CheckpointPolicy, ProcessorMishap};
use crate::client::sdk::SdkError;

/// Shortest time between two calls, lest a poller without idle time spin at one instant.
const IDLE_MIN: SimDuration = SimDuration::from_millis(1);

/// Reads a shard from `beginning` to its end.
pub(super) async fn read_shard(worker: Rc<Worker>, shard: ShardId, beginning: Beginning) -> End {
    let start = match beginning.iterator {
        Some(_) => Position::SavedIterator,
        None => beginning.position.into(),
    };
    let (consumer, host) = (worker.settings.consumer, worker.cx.id());
    worker.cx.emit(Event::ProcessingStarted { consumer, host, shard, start });
    let mut reader = Reader {
        shard,
        start: beginning.position,
        position: beginning.position,
        iterator: beginning.iterator,
        saved: beginning.position,
        saved_at: worker.cx.now(),
        records_since_saved: 0,
        last_record: None,
        done_to: None,
        worker: worker.clone(),
    };
    reader.open_store().await;
    let end = loop {
        if let Some(end) = reader.read_once().await {
            break end;
        }
        worker.cx.sleep(worker.settings.idle.max(IDLE_MIN)).await;
    };
    reader.save_end();
    end
}

/// How a shard ended.
pub(super) enum End {
    /// Every record was read; these follow.
    Children(Vec<ChildShard>),
    /// The shard left retention, or the stream was deleted.
    Gone,
}

/// Reading one shard.
struct Reader {
    worker: Rc<Worker>,
    shard: ShardId,
    /// The iterator to use next, when there is one.
    iterator: Option<ShardIterator>,
    /// Where it began.
    start: IteratorPosition,
    /// Where to ask for a new iterator: after the last record that was processed.
    position: IteratorPosition,
    /// The last position that was saved, in this life at least.
    saved: IteratorPosition,
    saved_at: SimTime,
    records_since_saved: u32,
    last_record: Option<SequenceNumber>,
    /// One past its ordinal.
    done_to: Option<u64>,
}

impl Reader {
    /// One round: an iterator if there is none, GetRecords, and processing. The end, when it was reached.
    async fn read_once(&mut self) -> Option<End> {
        let iterator = match self.iterator.clone() {
            Some(iterator) => iterator,
            None => match self.request_iterator().await {
                Ok(iterator) => iterator,
                Err(Error::ResourceNotFound(_)) => return Some(End::Gone),
                Err(_) => return None,
            },
        };
        let request = Request::GetRecords(GetRecords {
            iterator: iterator.clone(),
            limit: Some(self.worker.settings.records_max),
        });
        self.iterator = Some(iterator);
        match self.worker.sdk.kinesis(request).await {
            Ok(Response::Records(output)) => self.take(output).await,
            Err(SdkError::Service(Error::ExpiredIterator(_))) => {
                self.position = self.worker.settings.planted.after_expiry(self.start, self.position);
                self.iterator = None;
                None
            }
            Err(SdkError::Service(Error::ResourceNotFound(_))) => Some(End::Gone),
            // Throttled, timed out or refused even after the SDK's retries: the same again in the next round.
            _ => None,
        }
    }

    async fn request_iterator(&self) -> Result<ShardIterator, Error> {
        let Worker { settings, cx, sdk, .. } = &*self.worker;
        let (consumer, host, shard) = (settings.consumer, cx.id(), self.shard);
        cx.emit(Event::IteratorRequested { consumer, host, shard, position: self.position.into() });
        let request = Request::GetShardIterator(GetShardIterator {
            stream: settings.stream.clone(),
            shard,
            position: self.position,
        });
        match sdk.kinesis(request).await {
            Ok(Response::ShardIterator(iterator)) => Ok(iterator),
            Err(SdkError::Service(error)) => Err(error),
            _ => Err(Error::ServiceUnavailable),
        }
    }

    /// Processes an answer of GetRecords.
    async fn take(&mut self, output: GetRecordsOutput) -> Option<End> {
        let GetRecordsOutput { records, next, child_shards, .. } = output;
        if let (Some(first), IteratorPosition::Latest) = (records.first(), self.saved) {
            // What LATEST meant is known from here on.
            self.saved = IteratorPosition::AtSequenceNumber(first.sequence_number);
        }
        let planted = self.worker.settings.planted;
        if self.process(&records).await.is_err() && planted.is_batch_read_again_after_throw() {
            let (consumer, host, shard) = (self.worker.settings.consumer, self.worker.cx.id(), self.shard);
            self.worker.cx.emit(Event::ProcessorThrew { consumer, host, shard });
            self.position = self.saved;
            self.iterator = None;
            return None;
        }
        if let Some(last) = records.last() {
            self.last_record = Some(last.sequence_number);
            self.done_to = Some(last.ordinal + 1);
            self.position = IteratorPosition::AfterSequenceNumber(last.sequence_number);
            self.records_since_saved = self.records_since_saved.saturating_add(records.len() as u32);
        }
        let Some(next) = next else { return Some(End::Children(child_shards)) };
        self.go_on(next, records.is_empty());
        if self.is_save_due() {
            self.save();
        }
        None
    }

    /// Takes the next iterator, or what a planted bug takes instead after an empty answer.
    fn go_on(&mut self, next: ShardIterator, was_empty: bool) {
        let planted = self.worker.settings.planted;
        if was_empty && planted.is_empty_page_the_tip() {
            (self.iterator, self.position) = (None, IteratorPosition::Latest);
        } else if !(was_empty && planted.is_old_iterator_kept()) {
            self.iterator = Some(next);
        }
    }

    fn is_save_due(&self) -> bool {
        match self.worker.settings.processor.checkpoint {
            CheckpointPolicy::EveryBatch => true,
            CheckpointPolicy::EveryRecords(records) => self.records_since_saved >= records,
            CheckpointPolicy::Every(time) => self.worker.cx.now().since(self.saved_at) >= time,
            CheckpointPolicy::AtEnd | CheckpointPolicy::Never => false,
        }
    }

    fn save(&mut self) {
        self.saved = self.position;
        self.saved_at = self.worker.cx.now();
        self.records_since_saved = 0;
        let remembered = match self.worker.settings.resume {
            Resume::Nothing => None,
            Resume::Iterator => self.iterator.clone().map(SavedPosition::Iterator),
            Resume::Position => self.last_record.map(SavedPosition::After),
        };
        if let (Resume::Position, Some(to)) = (self.worker.settings.resume, self.done_to) {
            let (consumer, host, shard) = (self.worker.settings.consumer, self.worker.cx.id(), self.shard);
            self.worker.cx.emit(Event::PositionSaved { consumer, host, shard, to });
        }
        if let Some(remembered) = remembered {
            self.worker.saved.borrow_mut().shards.insert(self.shard, remembered);
        }
    }

    fn save_end(&self) {
        let Worker { settings, saved, .. } = &*self.worker;
        if settings.resume != Resume::Nothing && settings.processor.checkpoint != CheckpointPolicy::Never {
            saved.borrow_mut().shards.insert(self.shard, SavedPosition::End);
        }
    }

    /// Runs the application over a batch. An error means that it threw.
    async fn process(&mut self, records: &[Record]) -> Result<(), Threw> {
        let worker = self.worker.clone();
        let Worker { mishaps, cx, .. } = &*worker;
        let mut rest = records;
        while !rest.is_empty() {
            let stretch = mishaps.next_stretch(rest.len() as u64, cx.now());
            let (well, after) = rest.split_at(stretch.well as usize);
            self.process_well(well).await?;
            rest = after;
            match stretch.mishap {
                None => {}
                Some(ProcessorMishap::Throw) => return Err(Threw),
                Some(ProcessorMishap::Hang(time) | ProcessorMishap::Slow(time)) => {
                    let (hit, after) = rest.split_at(1);
                    cx.sleep(time).await;
                    self.process_well(hit).await?;
                    rest = after;
                }
            }
        }
        Ok(())
    }

    /// Processes records that go well, and puts their effects into the application's store.
    async fn process_well(&mut self, records: &[Record]) -> Result<(), Threw> {
        let (Some(first), Some(last)) = (records.first(), records.last()) else { return Ok(()) };
        let worker = self.worker.clone();
        let Worker { mishaps, cx, settings, .. } = &*worker;
        cx.sleep(mishaps.time_of(records.len() as u64)).await;
        self.apply(first, last).await?;
        let (consumer, host, shard) = (settings.consumer, cx.id(), self.shard);
        cx.emit(Event::RecordsProcessed { consumer, host, shard, from: first.ordinal, to: last.ordinal + 1 });
        Ok(())
    }

    /// Puts the effects of `first` to `last` into the application's store. An error means that they may be there or
    /// not: the application throws.
    async fn apply(&mut self, first: &Record, last: &Record) -> Result<(), Threw> {
        let (kind, to) = (self.worker.settings.processor.store, last.ordinal + 1);
        let sequence_number = Some(last.sequence_number);
        let is_transactional = kind == StoreKind::Transactional;
        let commit = is_transactional.then_some(store::Position { sequence_number, next_ordinal: to });
        let (consumer, shard, fence) = (self.worker.settings.consumer, self.shard, self.fence());
        let request = store::Request::Apply { consumer, shard, kind, from: first.ordinal, to, fence, commit };
        match self.worker.store.store(request).await {
            Ok(store::Reply::Applied) => {
                if is_transactional {
                    self.saved = IteratorPosition::AfterSequenceNumber(last.sequence_number);
                }
                Ok(())
            }
            _ => Err(Threw),
        }
    }

    /// A transactional store knows best how far the shard was processed, and from here on refuses what an earlier
    /// life of this host still has under way.
    async fn open_store(&mut self) {
        let (consumer, shard, kind) = (self.worker.settings.consumer, self.shard, self.worker.settings.processor.store);
        if kind != StoreKind::Transactional {
            return;
        }
        let request = store::Request::Open { consumer, shard, kind, fence: self.fence() };
        let position = loop {
            match self.worker.store.store(request.clone()).await {
                Ok(store::Reply::Opened { position }) => break position,
                _ => self.worker.cx.sleep(self.worker.settings.idle.max(IDLE_MIN)).await,
            }
        };
        if let Some(last) = position.and_then(|position| position.sequence_number) {
            self.position = IteratorPosition::AfterSequenceNumber(last);
            self.saved = self.position;
            self.iterator = None;
        }
    }

    /// Grows with every life of the host.
    fn fence(&self) -> store::Fence {
        store::Fence { incarnation: 0, counter: u64::from(self.worker.cx.boots()) }
    }
}

/// The application threw an exception.
struct Threw;
