//! One shard's life on one worker (the library's `ShardConsumer` and its tasks).
//!
//! WAITING_ON_PARENT, INITIALIZING, PROCESSING, then SHUTTING_DOWN for one of three reasons: the lease was lost, the
//! shard has ended, or the worker was asked to stop. One task at a time; an exception of the record processor is
//! logged and its batch is skipped.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use super::checkpointer::{Checkpointer, ToStore};
use super::fan_out::FanOut;
use super::fetcher::{Cache, Fetched, Fetcher};
use super::lease::renewal::{Held, Stored};
use super::lease::store::{LeaseError, Owned};
use super::lease_cleanup::is_blocked_on_parents;
use super::planted::never;
use super::worker::Worker;
use crate::aws::Cloud;
use crate::aws::kinesis::api::{ChildShard, Record};
use crate::aws::store::{self, Fence};
use crate::base::event::ProcessingEnd;
use crate::base::lease_row::{Checkpoint, Lease};
use crate::base::{Event, ShardId, SimDuration};
use crate::client::Retrieval;
use crate::client::processor::{Processed, RecordProcessor, StoreKind};
use crate::world::Task;

/// Pause of an application before it tries a throttled checkpoint again, as in AWS's sample applications.
const CHECKPOINT_BACKOFF: SimDuration = SimDuration::from_secs(3);
/// A merged shard's end with only one parent's lease: so often out of this many tries the lease is dropped.
const MISSING_PARENT_DROP_ONE_IN: u64 = 30;

/// How the worker's loop talks to a consumer.
pub(super) struct ConsumerControl {
    stop: Cell<Option<ProcessingEnd>>,
    is_done: Cell<bool>,
    cache: Rc<Cache>,
}

impl ConsumerControl {
    /// Asks for an end; a stronger reason replaces a weaker one (requested < shard end < lease lost).
    pub(super) fn stop(&self, reason: ProcessingEnd) {
        self.stop.set(Some(stronger(self.stop.get(), reason)));
        self.cache.queue.poke();
    }
    /// Returns whether the consumer has ended.
    pub(super) fn is_done(&self) -> bool {
        self.is_done.get()
    }
}

/// The stronger of two reasons to end.
pub(super) fn stronger(present: Option<ProcessingEnd>, asked: ProcessingEnd) -> ProcessingEnd {
    let rank = |reason: &ProcessingEnd| match reason {
        ProcessingEnd::Requested => 1,
        ProcessingEnd::ShardEnd => 2,
        ProcessingEnd::LeaseLost => 3,
    };
    present.filter(|present| rank(present) >= rank(&asked)).unwrap_or(asked)
}

/// Starts the consumer of a lease that was gained.
pub(super) fn start(worker: &Rc<Worker>, held: Rc<Held>) -> Rc<ConsumerControl> {
    let cache = Rc::new(Cache::new(&worker.cx, &worker.settings));
    let control = Rc::new(ConsumerControl { stop: Cell::default(), is_done: Cell::default(), cache });
    let consumer = Consumer { worker: worker.clone(), shard: held.lease().shard, held, control: control.clone() };
    worker.cx.spawn(async move {
        consumer.run().await;
        consumer.control.is_done.set(true);
    });
    control
}

struct Consumer {
    worker: Rc<Worker>,
    shard: ShardId,
    held: Rc<Held>,
    control: Rc<ConsumerControl>,
}

/// What a processing consumer carries along.
struct Session {
    processor: RecordProcessor,
    checkpointer: Checkpointer,
    /// One past the ordinal of the last record delivered.
    delivered_to: u64,
    start: Checkpoint,
}

impl Consumer {
    async fn run(&self) {
        if !self.block_on_parents().await {
            return;
        }
        let Some(mut session) = self.initialize().await else { return };
        let fetch = self.retrieve(session.start);
        let reason = self.process(&mut session).await;
        fetch.abort();
        let (consumer, host) = self.worker.identity();
        self.worker.cx.emit(Event::ProcessingEnded { consumer, host, shard: self.shard, reason });
    }

    /// Begins to fill the cache.
    fn retrieve(&self, start: Checkpoint) -> Task<Cloud> {
        let Worker { cx, kinesis, settings, started_unix_ms, .. } = &*self.worker;
        let (cache, shard, started_unix_ms) = (self.control.cache.clone(), self.shard, *started_unix_ms);
        let (spawning, cx, kinesis, settings) = (cx, cx.clone(), kinesis.clone(), settings.clone());
        match settings.retrieval {
            Retrieval::Polling => {
                spawning.spawn(Fetcher { cx, kinesis, settings, shard, started_unix_ms }.run(start, cache))
            }
            Retrieval::FanOut => {
                spawning.spawn(FanOut { cx, kinesis, settings, shard, started_unix_ms }.run(start, cache))
            }
        }
    }

    /// BlockOnParentShardTask. False when the consumer was stopped meanwhile.
    async fn block_on_parents(&self) -> bool {
        let lease = self.held.lease();
        let must_wait = self.worker.settings.planted.does_wait_for_parents();
        loop {
            if self.control.stop.get().is_some() {
                return false;
            }
            let mut rows = Vec::new();
            let mut is_known = true;
            for parent in &lease.parents {
                match self.worker.table.get(*parent).await {
                    Ok(row) => rows.push(row),
                    Err(_) => is_known = false,
                }
            }
            if is_known && !(must_wait && is_blocked_on_parents(rows.iter().map(Option::as_ref))) {
                return true;
            }
            self.worker.cx.sleep(self.worker.settings.parent_shard_poll).await;
        }
    }

    /// InitializeTask: reads the checkpoint and initialises the record processor.
    async fn initialize(&self) -> Option<Session> {
        let row = loop {
            if self.control.stop.get().is_some() {
                return None;
            }
            match self.worker.table.get(self.shard).await {
                Ok(row) => break row,
                Err(LeaseError::Throttled) if !self.worker.settings.planted.is_throttle_survived() => {
                    never(&self.worker.cx).await;
                }
                Err(_) => self.worker.cx.sleep(self.worker.settings.task_backoff).await,
            }
        };
        // An eventually consistent read may miss a row that is brand new; the held copy knows it.
        let start = row.map_or_else(|| self.held.lease().checkpoint, |row| row.checkpoint);
        if start == Checkpoint::ShardEnd {
            // A write that failed for all the worker knows was done.
            self.worker.ended.borrow_mut().insert(self.shard);
            return None;
        }
        let (consumer, host) = self.worker.identity();
        let shard = self.shard;
        let fence = self.fence().await?;
        let processor = RecordProcessor::initialize(
            self.worker.cx.clone(),
            self.worker.settings.processor.clone(),
            (consumer, shard),
            self.worker.store.clone(),
            fence,
            self.worker.mishaps.clone(),
        )
        .await?;
        self.worker.cx.emit(Event::ProcessingStarted { consumer, host, shard, start: start.into() });
        let last = match start {
            Checkpoint::At(number) => Some(number),
            _ => None,
        };
        Some(Session { processor, checkpointer: Checkpointer::new(last), delivered_to: 0, start })
    }

    /// What a record processor with a transactional store does in its `initialize`: it reads the lease's row for
    /// itself, consistently, and goes on only where that has its name. A row without a number gets one from the store,
    /// on the condition that it still has none and the same owner, so one who comes late cannot number another's.
    async fn fence(&self) -> Option<Fence> {
        let Worker { settings, table, store, me, cx, .. } = &*self.worker;
        if settings.processor.store != StoreKind::Transactional {
            return Some(Fence::default());
        }
        let (consumer, shard) = (settings.consumer, self.shard);
        while self.control.stop.get().is_none() {
            match table.owned(shard, me).await {
                Ok(Some(Owned { incarnation: Some(incarnation), counter })) => {
                    return Some(Fence { incarnation, counter });
                }
                Ok(Some(Owned { incarnation: None, .. })) => {
                    let request = store::Request::NextIncarnation { consumer, shard };
                    if let Ok(store::Reply::Incarnation(number)) = store.store(request).await {
                        // Whatever becomes of it, the next look tells.
                        let _ = table.incarnate(shard, me, number).await;
                    }
                }
                // The row is another's, or gone. The library will see that too.
                Ok(None) => return None,
                Err(_) => cx.sleep(settings.task_backoff).await,
            }
        }
        None
    }

    async fn process(&self, session: &mut Session) -> ProcessingEnd {
        loop {
            if let Some(end) = self.asked_to_end(session).await {
                return end;
            }
            match self.control.cache.queue.pop_or_poke().await {
                None => {}
                Some(Fetched::Batch(records)) => {
                    self.control.cache.left(&records);
                    if let Some(end) = self.process_batch(session, &records).await {
                        return end;
                    }
                }
                Some(Fetched::ShardEnd(children)) => return self.end_shard(session, &children, false).await,
                Some(Fetched::ShardGone) => return self.end_shard(session, &[], true).await,
            }
        }
    }

    /// What keeps the consumer from going on.
    async fn asked_to_end(&self, session: &mut Session) -> Option<ProcessingEnd> {
        if !self.worker.settings.planted.does_drop_batches_of_lost_leases() && !self.control.cache.queue.is_empty() {
            return None;
        }
        if let Some(reason) = self.control.stop.get() {
            return Some(self.shut_down(session, reason).await);
        }
        let is_lost = self.worker.renewer.current(self.shard).is_none_or(|held| held.token != self.held.token);
        is_lost.then_some(ProcessingEnd::LeaseLost)
    }

    async fn process_batch(&self, session: &mut Session, records: &[Record]) -> Option<ProcessingEnd> {
        // Reading began at the checkpoint itself: what it covers was processed.
        let covered = session.checkpointer.last();
        let records = &records[records.partition_point(|r| Some(r.sequence_number) <= covered)..];
        let last = records.last()?;
        session.checkpointer.delivered(last.sequence_number);
        session.delivered_to = last.ordinal + 1;
        if self.worker.settings.planted.is_checkpoint_ahead_of_work() && !self.checkpoint(session).await {
            return Some(ProcessingEnd::LeaseLost);
        }
        if session.processor.process_records(records).await == Processed::Fenced {
            return Some(ProcessingEnd::LeaseLost);
        }
        match session.processor.wants_checkpoint() && !self.checkpoint(session).await {
            true => Some(ProcessingEnd::LeaseLost),
            false => None,
        }
    }

    /// Checkpoints all that was delivered. False when the lease is lost.
    async fn checkpoint(&self, session: &mut Session) -> bool {
        let what = session.checkpointer.check_all();
        let (checkpoint, sequence_number) = match what {
            ToStore::Nothing => return true,
            ToStore::Number(number) => (Checkpoint::At(number), Some(number)),
            ToStore::ShardEnd => (Checkpoint::ShardEnd, None),
        };
        if self.worker.settings.processor.is_checkpoint_prepared {
            let pending = Some((checkpoint, Arc::from(&[][..])));
            match self.store(self.held.lease().checkpoint, pending, || {}).await {
                Stored::Yes => {}
                stored => return stored != Stored::LeaseLost,
            }
        }
        let (consumer, host) = self.worker.identity();
        let (shard, to) = (self.shard, session.delivered_to);
        let attempted = Event::CheckpointAttempted { consumer, host, shard, sequence_number, to };
        let stored = self.store(checkpoint, None, || self.worker.cx.emit(attempted.clone())).await;
        if stored == Stored::Yes {
            session.checkpointer.stored(what);
            session.processor.checkpointed();
        }
        // When the table throttled every try, the application goes on until its next checkpoint.
        stored != Stored::LeaseLost
    }

    /// Stores a checkpoint, or a prepared one, as often as the application tries. `attempt` tells of every try.
    async fn store(
        &self,
        checkpoint: Checkpoint,
        pending: Option<(Checkpoint, Arc<[u8]>)>,
        attempt: impl Fn(),
    ) -> Stored {
        let (consumer, host) = self.worker.identity();
        let shard = self.shard;
        for _ in 0..self.worker.settings.processor.checkpoint_tries {
            attempt();
            let stored = self.worker.renewer.store(shard, self.held.token, checkpoint, pending.clone()).await;
            if stored == Stored::Yes {
                return stored;
            }
            self.worker.cx.emit(Event::CheckpointRefused { consumer, host, shard });
            if stored == Stored::LeaseLost {
                return stored;
            }
            self.worker.cx.sleep(CHECKPOINT_BACKOFF).await;
        }
        Stored::TryAgain
    }

    /// ShutdownTask for a lost lease or a request.
    async fn shut_down(&self, session: &mut Session, reason: ProcessingEnd) -> ProcessingEnd {
        if reason == ProcessingEnd::Requested
            && session.processor.checkpoints_at_end()
            && self.worker.settings.planted.does_checkpoint_at_stop()
            && !self.checkpoint(session).await
        {
            return ProcessingEnd::LeaseLost;
        }
        reason
    }

    /// ShutdownTask at the end of a shard: child leases, the children on the parent's row, the application's
    /// `shardEnded` with its checkpoint; tried again until it is done or the lease is lost.
    async fn end_shard(&self, session: &mut Session, children: &[ChildShard], is_gone: bool) -> ProcessingEnd {
        session.checkpointer.shard_ended();
        loop {
            if self.control.stop.get() == Some(ProcessingEnd::LeaseLost)
                || self.worker.renewer.current(self.shard).is_none_or(|held| held.token != self.held.token)
            {
                return ProcessingEnd::LeaseLost;
            }
            match self.prepare_children(children, is_gone).await {
                Children::Ready if session.processor.checkpoints_at_end() => {
                    if !self.checkpoint(session).await {
                        return ProcessingEnd::LeaseLost;
                    }
                    if session.checkpointer.check_all() == ToStore::Nothing {
                        self.checkpoint_late(session).await;
                        // The lease is still held and renewed until its row is cleaned up.
                        self.worker.ended.borrow_mut().insert(self.shard);
                        return ProcessingEnd::ShardEnd;
                    }
                }
                Children::Ready | Children::NotYet => {}
                Children::DropLease => {
                    self.worker.renewer.drop_lease(self.shard);
                    return ProcessingEnd::LeaseLost;
                }
            }
            self.worker.cx.sleep(self.worker.settings.task_backoff).await;
        }
    }

    /// The checkpoint of a batch whose work went on beside the shard's end.
    async fn checkpoint_late(&self, session: &Session) {
        if let Some(last) =
            session.checkpointer.last().filter(|_| self.worker.settings.planted.does_checkpoint_after_end())
        {
            self.store(Checkpoint::At(last), None, || {}).await;
        }
    }

    /// Creates leases of the children and writes them on the parent's row.
    async fn prepare_children(&self, children: &[ChildShard], is_gone: bool) -> Children {
        let planted = self.worker.settings.planted;
        if !planted.are_children_seen_at_end() {
            return Children::Ready;
        }
        // No children are believed only of a shard that no longer exists.
        if children.is_empty() {
            return if is_gone || planted.is_end_without_children_believed() {
                Children::Ready
            } else {
                Children::NotYet
            };
        }
        for child in children {
            if let Some(verdict) = self.missing_parent(child).await {
                return verdict;
            }
            let lease = Lease::new(child.id, Checkpoint::TrimHorizon, child.parents.clone(), Some(child.range));
            match self.worker.table.create_if_absent(&lease).await {
                Ok(true) => self.worker.emit_created(1),
                Ok(false) => {}
                Err(_) => return Children::NotYet,
            }
        }
        let ids: Vec<ShardId> = children.iter().map(|child| child.id).collect();
        match self.worker.table.update_children(&self.held.lease(), &ids).await {
            Ok(_) => Children::Ready,
            Err(_) => Children::NotYet,
        }
    }

    /// After a merge the other parent should have a lease too; if it has none, mostly wait.
    async fn missing_parent(&self, child: &ChildShard) -> Option<Children> {
        for parent in child.parents.iter().filter(|parent| **parent != self.shard) {
            match self.worker.table.get(*parent).await {
                Ok(Some(_)) => {}
                Ok(None) => {
                    // A parent that was processed and cleaned up before has left its child's lease behind.
                    if matches!(self.worker.table.get(child.id).await, Ok(Some(_))) {
                        continue;
                    }
                    let drops = self.worker.random.borrow_mut().below(MISSING_PARENT_DROP_ONE_IN) == 0;
                    return Some(if drops { Children::DropLease } else { Children::NotYet });
                }
                Err(_) => return Some(Children::NotYet),
            }
        }
        None
    }
}

/// How far the children of an ended shard are.
enum Children {
    Ready,
    NotYet,
    DropLease,
}
