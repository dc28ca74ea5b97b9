//! The reader of one shard, for as long as its worker holds the lease.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::types::{Record, ShardIteratorType};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::leases::{Lease, Leases, SHARD_END, TRIM_HORIZON, Write};
use crate::{Checkpoint, Handler, Settings};

/// A lease that this worker holds.
pub(crate) struct Held {
    lease: RefCell<Lease>,
    renewed_at: Cell<Instant>,
    /// Whether it was lost, or the shard is done.
    pub is_over: Cell<bool>,
    /// Writes of the row take turns: each is conditional on the one before.
    pub turn: Mutex<()>,
}

impl Held {
    pub fn new(lease: Lease, since: Instant) -> Self {
        let (lease, renewed_at) = (RefCell::new(lease), Cell::new(since));
        Self { lease, renewed_at, is_over: Cell::new(false), turn: Mutex::new(()) }
    }
    pub fn lease(&self) -> Lease {
        self.lease.borrow().clone()
    }
    /// A write that began then was carried out.
    pub fn renewed(&self, checkpoint: &str, began: Instant) {
        let mut lease = self.lease.borrow_mut();
        lease.count += 1;
        lease.checkpoint = checkpoint.to_owned();
        self.renewed_at.set(began);
    }
    pub fn is_expired(&self, lasts: Duration) -> bool {
        self.renewed_at.get().elapsed() > lasts
    }
}

pub(crate) struct Reader<H> {
    pub kinesis: Client,
    pub leases: Leases,
    pub settings: Rc<Settings>,
    pub handler: H,
    pub held: Rc<Held>,
    pub iterator: RefCell<Option<String>>,
}

impl<H: Handler> Reader<H> {
    /// Reads, processes and checkpoints until the lease is lost or the shard is at its end.
    pub async fn read(self) {
        while !self.is_over() {
            if let Some(records) = self.next_batch().await {
                self.work_on(&records).await;
                if self.is_at_end() {
                    self.store(SHARD_END).await;
                    self.held.is_over.set(true);
                }
            }
            tokio::time::sleep(self.settings.read_every).await;
        }
        // A renewal that comes late may still succeed: a lease without a reader must not be kept by it.
        self.held.is_over.set(true);
    }

    /// A lease that was not renewed for too long may be another's by now.
    fn is_over(&self) -> bool {
        self.held.is_over.get() || self.held.is_expired(self.settings.lease_lasts)
    }

    fn is_at_end(&self) -> bool {
        self.iterator.borrow().as_deref() == Some(SHARD_END)
    }

    /// The next records; `None` when they cannot be had now. At the end of the shard the iterator becomes `SHARD_END`.
    async fn next_batch(&self) -> Option<Vec<Record>> {
        let iterator = match self.iterator.take() {
            Some(iterator) => iterator,
            None => self.iterator_at(&self.held.lease()).await?,
        };
        match self.kinesis.get_records().shard_iterator(&iterator).send().await {
            Ok(batch) => {
                let next = batch.next_shard_iterator().unwrap_or(SHARD_END);
                self.iterator.replace(Some(next.to_owned()));
                Some(batch.records().to_vec())
            }
            Err(error) => {
                let is_expired = error.as_service_error().is_some_and(|e| e.is_expired_iterator_exception());
                // Throttled or unreachable: the same iterator works later. Expired: a new one from the checkpoint.
                self.iterator.replace((!is_expired).then_some(iterator));
                None
            }
        }
    }

    async fn iterator_at(&self, lease: &Lease) -> Option<String> {
        let request = self.kinesis.get_shard_iterator().stream_name(&self.settings.stream).shard_id(&lease.shard);
        let request = match &*lease.checkpoint {
            TRIM_HORIZON => request.shard_iterator_type(ShardIteratorType::TrimHorizon),
            number => {
                request.shard_iterator_type(ShardIteratorType::AfterSequenceNumber).starting_sequence_number(number)
            }
        };
        Some(request.send().await.ok()?.shard_iterator()?.to_owned())
    }

    async fn work_on(&self, records: &[Record]) {
        let Some(last) = records.last() else { return };
        let checkpoint = last.sequence_number();
        if self.settings.checkpoint == Checkpoint::BeforeProcessing {
            self.store(checkpoint).await;
        }
        let shard = self.held.lease().shard;
        for record in records {
            self.handler.handle(&shard, record).await;
        }
        if self.settings.checkpoint == Checkpoint::AfterProcessing {
            self.store(checkpoint).await;
        }
    }

    /// Stores how far the shard is processed, until that is done or the lease is lost.
    async fn store(&self, checkpoint: &str) {
        while !self.is_over() {
            let _turn = self.held.turn.lock().await;
            let began = Instant::now();
            match self.leases.checkpoint(&self.held.lease(), checkpoint).await {
                Write::Done => return self.held.renewed(checkpoint, began),
                Write::Lost => self.held.is_over.set(true),
                Write::Failed => tokio::time::sleep(Duration::from_millis(500)).await,
            }
        }
    }
}
