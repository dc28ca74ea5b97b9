//! Polling with prefetch (the library's `PrefetchRecordsPublisher` and `KinesisDataFetcher`).
//!
//! One task per shard calls GetRecords, at most once per idle time, and puts batches into a bounded cache. A throttled
//! call is tried again after the idle time; an expired iterator is replaced by one after the last record delivered, or
//! by the initial position again when none was.

use std::cell::Cell;
use std::rc::Rc;

use super::config::{EVENTS_MAX, KclSettings};
use crate::aws::Cloud;
use crate::aws::kinesis::Request;
use crate::aws::kinesis::api::{ChildShard, Error, IteratorPosition, Record, Response, ShardIterator};
use crate::aws::kinesis::{GetRecords, GetShardIterator};
use crate::base::lease_row::Checkpoint;
use crate::base::{Event, ShardId, SimDuration};
use crate::client::poller::InitialPosition;
use crate::client::sdk::{Sdk, SdkError};
use crate::client::{Cx, Retrieval};
use crate::world::Queue;

/// What the fetcher hands to the shard's consumer.
#[derive(Debug)]
pub(crate) enum Fetched {
    /// Records, in order; never empty.
    Batch(Vec<Record>),
    /// The shard's end, with its children.
    ShardEnd(Vec<ChildShard>),
    /// The shard no longer exists (ResourceNotFound): an end without children.
    ShardGone,
}

/// The cache between a fetcher and a consumer.
pub(crate) struct Cache {
    /// What was fetched.
    pub(crate) queue: Queue<Cloud, Fetched>,
    bytes: Cell<u64>,
    records: Cell<u64>,
    room: crate::world::Notify<Cloud>,
}

impl Cache {
    /// An empty cache.
    pub(crate) fn new(cx: &Cx, settings: &KclSettings) -> Self {
        let batches = match settings.retrieval {
            Retrieval::Polling => settings.prefetch_batches_max.max(1) as usize,
            Retrieval::FanOut => EVENTS_MAX,
        };
        let (bytes, records) = (Cell::new(0), Cell::new(0));
        Self { queue: Queue::new(cx, batches), bytes, records, room: crate::world::Notify::new(cx) }
    }
    pub(super) fn count(&self, batch: &[Record], is_added: bool) {
        let bytes = batch.iter().map(|record| u64::from(record.data.len())).sum::<u64>();
        let records = batch.len() as u64;
        match is_added {
            true => {
                self.bytes.set(self.bytes.get() + bytes);
                self.records.set(self.records.get() + records);
            }
            false => {
                self.bytes.set(self.bytes.get() - bytes);
                self.records.set(self.records.get() - records);
                self.room.notify();
            }
        }
    }
    /// Tells the cache that a batch has left it.
    pub(crate) fn left(&self, batch: &[Record]) {
        self.count(batch, false);
    }
    async fn wait_for_room(&self, settings: &KclSettings) {
        self.queue.wait_for_room().await;
        while self.bytes.get() >= settings.prefetch_bytes_max || self.records.get() >= settings.prefetch_records_max {
            self.room.wait().await;
        }
    }
}

/// How long to sleep before the next call: the idle time less what has passed since the last one, by wall clock.
pub(crate) fn sleep_before_next_call(idle_ms: u64, last_call_unix_ms: Option<u64>, now_unix_ms: u64) -> SimDuration {
    let wait_ms = match last_call_unix_ms {
        None => idle_ms,
        // A last call in the future (the clock was set back) counts as just now.
        Some(last) if last > now_unix_ms => idle_ms.min(last - now_unix_ms),
        Some(last) => idle_ms.saturating_sub(now_unix_ms - last),
    };
    SimDuration::from_millis(wait_ms)
}

/// Fetches one shard into a cache until its end.
pub(crate) struct Fetcher {
    /// The worker's host.
    pub cx: Cx,
    /// The Kinesis client.
    pub kinesis: Rc<Sdk>,
    /// The application's settings.
    pub settings: Rc<KclSettings>,
    /// The shard that records are fetched from.
    pub shard: ShardId,
    /// Wall-clock time that `InitialPosition::AtTimestampAgo` counts back from.
    pub(crate) started_unix_ms: u64,
}

impl Fetcher {
    /// Fetches from `start` on.
    pub(crate) async fn run(self, start: Checkpoint, cache: Rc<Cache>) {
        let start = position_of(start, &self.settings, self.started_unix_ms);
        let mut position = start;
        let mut iterator = None;
        let mut last_call = None;
        let planted = self.settings.planted;
        loop {
            cache.wait_for_room(&self.settings).await;
            let Some(present) = iterator.take() else {
                match self.iterator(position).await {
                    Ok(new) => iterator = Some(new),
                    Err(SdkError::Service(Error::ResourceNotFound(_))) => {
                        cache.queue.push(Fetched::ShardGone).await;
                        return;
                    }
                    Err(_) => self.cx.sleep(self.settings.idle_between_reads).await,
                }
                continue;
            };
            if last_call.is_some() {
                let idle_ms = self.settings.idle_between_reads.as_millis();
                self.cx.sleep(sleep_before_next_call(idle_ms, last_call, self.cx.wall_unix_ms())).await;
            }
            let request =
                Request::GetRecords(GetRecords { iterator: present.clone(), limit: Some(self.settings.records_max) });
            let answer = self.kinesis.kinesis(request).await;
            last_call = Some(self.cx.wall_unix_ms());
            match answer {
                Ok(Response::Records(output)) => {
                    let is_empty = output.records.is_empty();
                    if let Some(last) = output.records.last() {
                        position = IteratorPosition::AfterSequenceNumber(last.sequence_number);
                        cache.count(&output.records, true);
                        cache.queue.push(Fetched::Batch(output.records)).await;
                    }
                    match output.next {
                        Some(_) if is_empty && planted.is_empty_page_the_tip() => position = IteratorPosition::Latest,
                        Some(_) if is_empty && planted.is_old_iterator_kept() => iterator = Some(present),
                        Some(next) => iterator = Some(next),
                        None => {
                            cache.queue.push(Fetched::ShardEnd(output.child_shards)).await;
                            return;
                        }
                    }
                }
                Ok(_) => unreachable!("GetRecords answers records"),
                // A new iterator from the last position.
                Err(SdkError::Service(Error::ExpiredIterator(_) | Error::InvalidArgument(_))) => {
                    position = planted.after_expiry(start, position);
                }
                Err(SdkError::Service(Error::ResourceNotFound(_))) => {
                    cache.queue.push(Fetched::ShardGone).await;
                    return;
                }
                // Throttled, timed out, or failed: the same iterator again after the idle time.
                Err(_) => iterator = Some(present),
            }
        }
    }

    async fn iterator(&self, position: IteratorPosition) -> Result<ShardIterator, SdkError<Error>> {
        let (consumer, host, shard) = (self.settings.consumer, self.cx.id(), self.shard);
        self.cx.emit(Event::IteratorRequested { consumer, host, shard, position: position.into() });
        let request =
            Request::GetShardIterator(GetShardIterator { stream: self.settings.stream.clone(), shard, position });
        match self.kinesis.kinesis(request).await? {
            Response::ShardIterator(iterator) => Ok(iterator),
            _ => unreachable!("GetShardIterator answers an iterator"),
        }
    }
}

/// Where a checkpoint begins to read. Records up to the checkpoint are dropped by the consumer.
pub(super) fn position_of(start: Checkpoint, settings: &KclSettings, started_unix_ms: u64) -> IteratorPosition {
    match start {
        Checkpoint::At(number) => IteratorPosition::AtSequenceNumber(number),
        Checkpoint::Latest => IteratorPosition::Latest,
        Checkpoint::TrimHorizon | Checkpoint::ShardEnd => IteratorPosition::TrimHorizon,
        Checkpoint::AtTimestamp => match settings.initial_position {
            InitialPosition::AtTimestampAgo(ago) => {
                IteratorPosition::AtTimestamp(started_unix_ms.saturating_sub(ago.as_millis()))
            }
            _ => IteratorPosition::TrimHorizon,
        },
    }
}
