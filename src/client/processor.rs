//! The scripted record processor: the application code that a consumer runs.

use std::rc::Rc;

use super::Cx;
pub(crate) use super::application::{CheckpointPolicy, ProcessorMishap, ProcessorScript, ProcessorSettings};
use super::mishaps::Mishaps;
use super::sdk::Sdk;
use crate::aws::kinesis::api::Record;
use crate::aws::store::{self, Fence, Position};
use crate::base::event::ProcessorFault;
pub(crate) use crate::base::event::StoreKind;
use crate::base::{ConsumerId, Event, ShardId, SimTime};

/// The record processor of one shard on one KCL worker, while it runs.
pub(crate) struct RecordProcessor {
    cx: Cx,
    settings: ProcessorSettings,
    of: (ConsumerId, ShardId),
    store: Rc<Sdk>,
    fence: Fence,
    mishaps: Rc<Mishaps>,
    records_since_checkpoint: u64,
    checkpointed_at: SimTime,
    /// Where the transactional store says that processing goes on.
    store_position: Option<Position>,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Processed {
    /// All of it, or (after it threw) a part of it, with the rest skipped.
    Done,
    /// The store knows a newer owner of the shard.
    Fenced,
}

impl RecordProcessor {
    /// The application's `initialize`.
    pub(crate) async fn initialize(
        cx: Cx,
        settings: ProcessorSettings,
        of: (ConsumerId, ShardId),
        store: Rc<Sdk>,
        fence: Fence,
        mishaps: Rc<Mishaps>,
    ) -> Option<Self> {
        let checkpointed_at = cx.now();
        let mut processor = Self {
            cx,
            settings,
            of,
            store,
            fence,
            mishaps,
            records_since_checkpoint: 0,
            checkpointed_at,
            store_position: None,
        };
        if processor.settings.store == StoreKind::Transactional {
            let (consumer, shard) = of;
            let kind = StoreKind::Transactional;
            match processor.store(store::Request::Open { consumer, shard, kind, fence }).await {
                store::Reply::Opened { position } => processor.store_position = position,
                store::Reply::Applied | store::Reply::Incarnation(_) | store::Reply::Fenced => return None,
            }
        }
        Some(processor)
    }

    /// The application's `processRecords`. When it throws, the KCL logs that and goes on with the next batch.
    pub(crate) async fn process_records(&mut self, records: &[Record]) -> Processed {
        let records = self.without_stored(records);
        let mut at = 0;
        while at < records.len() {
            let stretch = self.mishaps.next_stretch((records.len() - at) as u64, self.cx.now());
            let mut end = at + stretch.well as usize;
            self.cx.sleep(self.mishaps.time_of(stretch.well)).await;
            let throws = stretch.mishap == Some(ProcessorMishap::Throw);
            if let Some(ProcessorMishap::Hang(time) | ProcessorMishap::Slow(time)) = stretch.mishap {
                self.cx.sleep(time + self.mishaps.time_of(1)).await;
                end += 1;
            }
            if self.apply(&records[at..end]).await == Processed::Fenced {
                return Processed::Fenced;
            }
            if throws {
                self.skip(&records[end..]);
                break;
            }
            at = end;
        }
        Processed::Done
    }

    /// A transactional store has its own position: what it has is not processed again.
    fn without_stored<'a>(&self, records: &'a [Record]) -> &'a [Record] {
        let done = self.store_position.map_or(0, |position| position.next_ordinal);
        &records[records.partition_point(|record| record.ordinal < done)..]
    }

    /// Effects of records that were processed.
    async fn apply(&mut self, records: &[Record]) -> Processed {
        let (Some(first), Some(last)) = (records.first(), records.last()) else { return Processed::Done };
        let (consumer, shard) = self.of;
        let (from, to, kind, fence) = (first.ordinal, last.ordinal + 1, self.settings.store, self.fence);
        let position = Position { sequence_number: Some(last.sequence_number), next_ordinal: to };
        let commit = (kind == StoreKind::Transactional).then_some(position);
        let request = store::Request::Apply { consumer, shard, kind, from, to, fence, commit };
        if self.store(request).await == store::Reply::Fenced {
            return Processed::Fenced;
        }
        self.store_position = commit.or(self.store_position);
        self.records_since_checkpoint += to - from;
        self.cx.emit(Event::RecordsProcessed { consumer, host: self.cx.id(), shard, from, to });
        Processed::Done
    }

    fn skip(&self, records: &[Record]) {
        if let (Some(first), Some(last)) = (records.first(), records.last()) {
            let (consumer, shard) = self.of;
            let (host, from, to, fault) = (self.cx.id(), first.ordinal, last.ordinal + 1, ProcessorFault::Threw);
            self.cx.emit(Event::RecordsSkipped { consumer, host, shard, from, to, fault });
        }
    }

    /// A call to the store, until it answers.
    async fn store(&self, request: store::Request) -> store::Reply {
        loop {
            if let Ok(reply) = self.store.store(request.clone()).await {
                return reply;
            }
        }
    }

    /// Returns whether the policy asks for a checkpoint after this batch.
    pub(crate) fn wants_checkpoint(&self) -> bool {
        match self.settings.checkpoint {
            CheckpointPolicy::EveryBatch => true,
            CheckpointPolicy::EveryRecords(records) => self.records_since_checkpoint >= records.into(),
            CheckpointPolicy::Every(time) => self.cx.now().since(self.checkpointed_at) >= time,
            CheckpointPolicy::AtEnd | CheckpointPolicy::Never => false,
        }
    }
    /// Returns whether it checkpoints when it is asked to shut down, and at the end of a shard.
    pub(crate) fn checkpoints_at_end(&self) -> bool {
        self.settings.checkpoint != CheckpointPolicy::Never
    }
    /// A checkpoint was stored.
    pub(crate) fn checkpointed(&mut self) {
        self.records_since_checkpoint = 0;
        self.checkpointed_at = self.cx.now();
    }
}
