//! The plain poller: reads every shard without leases.
//!
//! One task lists the shards, and one task for each shard reads it (`reader`): children after their parents
//! (`lineage`). Positions are kept in memory, and across a restart of the host as [`Resume`] says (`saved`).
//! Not modelled: several hosts that share the shards, enhanced fan-out, and a graceful shutdown.

mod lineage;
mod reader;
mod saved;

pub use self::saved::SavedPositions;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use self::lineage::Lineage;
use super::Cx;
use super::mishaps::Mishaps;
use super::processor::ProcessorSettings;
use super::sdk::{RetryMode, Sdk};
use crate::aws::kinesis::Request;
use crate::aws::kinesis::api::{IteratorPosition, ListShards, Response, Shard, ShardFilter};
use crate::base::{ConsumerId, Event, SimDuration, SimTime, StreamName};

/// How long a call may take; the Java SDK's default read timeout.
const CALL_TIMEOUT: SimDuration = SimDuration::from_secs(30);
/// Time until the shards are listed again after that failed.
const LIST_AGAIN_AFTER: SimDuration = SimDuration::from_secs(1);

/// A plain consumer of every shard, on one host.
#[derive(Clone, Debug, PartialEq)]
pub struct PollerSettings {
    /// Number among the consumers of the scenario.
    pub consumer: ConsumerId,
    /// Name, also of its host (`NAME-1`).
    pub name: Arc<str>,
    /// The stream.
    pub stream: StreamName,
    /// When it begins.
    pub start: SimDuration,
    /// Where it begins.
    pub initial_position: InitialPosition,
    /// What it remembers across a restart of its host.
    pub resume: Resume,
    /// Time between two GetRecords of a shard.
    pub idle: SimDuration,
    /// Limit of GetRecords, 1 to 10,000.
    pub records_max: u32,
    /// What it does with records.
    pub processor: ProcessorSettings,
}

/// Where a consumer begins when it has no position of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InitialPosition {
    /// The oldest record in retention.
    #[default]
    TrimHorizon,
    /// Records that arrive from now on.
    Latest,
    /// The first record at or after this time before its first start.
    AtTimestampAgo(SimDuration),
}

/// What a poller remembers across a restart of its host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resume {
    /// Nothing: it begins at the initial position again.
    Nothing,
    /// The last shard iterator, which may have expired.
    Iterator,
    /// The sequence number of the last record it processed and saved (per the checkpoint policy).
    #[default]
    Position,
}

/// Starts the tasks of a poller's host. `saved` is what the host remembers of its earlier lives.
pub fn boot_poller(cx: Cx, settings: Rc<PollerSettings>, saved: Rc<RefCell<SavedPositions>>) {
    let poller = Rc::new(Poller {
        sdk: Sdk::new(cx.clone(), "kinesis", RetryMode::Standard, CALL_TIMEOUT),
        store: Sdk::new(cx.clone(), "store", RetryMode::Standard, CALL_TIMEOUT),
        mishaps: Mishaps::new(&settings.processor),
        lineage: RefCell::default(),
        saved,
        settings,
        cx: cx.clone(),
    });
    cx.spawn(async move {
        poller.cx.sleep_until(SimTime::ZERO.saturating_add(poller.settings.start)).await;
        let Poller { cx, settings, saved, .. } = &*poller;
        cx.emit(Event::WorkerStarted { consumer: settings.consumer, host: cx.id() });
        saved.borrow_mut().first_started_at.get_or_insert(cx.wall_unix_ms());
        poller.read_listed_shards().await;
    });
}

/// A poller in one life of its host.
struct Poller {
    cx: Cx,
    settings: Rc<PollerSettings>,
    sdk: Sdk,
    /// The way to the application's store.
    store: Sdk,
    mishaps: Mishaps,
    lineage: RefCell<Lineage>,
    saved: Rc<RefCell<SavedPositions>>,
}

impl Poller {
    /// The position that the settings' initial position stands for.
    fn initial_position(&self) -> IteratorPosition {
        let first_started_at = self.saved.borrow().first_started_at;
        self.settings.initial_position.position(first_started_at.unwrap_or_else(|| self.cx.wall_unix_ms()))
    }

    /// Lists the shards and reads those that are not read yet.
    async fn read_listed_shards(self: &Rc<Self>) {
        let listed = loop {
            match self.list_shards().await {
                Some(listed) => break listed,
                None => self.cx.sleep(LIST_AGAIN_AFTER).await,
            }
        };
        self.lineage.borrow_mut().adopt(&listed, &self.saved.borrow(), self.initial_position());
        self.read_ready_shards();
    }

    /// ListShards, page by page; `None` when a call failed.
    async fn list_shards(&self) -> Option<Vec<Shard>> {
        let (mut listed, mut next_token) = (Vec::new(), None);
        loop {
            let is_first = next_token.is_none();
            let stream = is_first.then(|| self.settings.stream.clone());
            let filter = is_first.then(|| self.shard_filter());
            let request = Request::ListShards(ListShards { stream, filter, next_token, ..ListShards::default() });
            let Ok(Response::Shards { shards, next_token: next }) = self.sdk.streams(request).await else {
                return None;
            };
            listed.extend(shards);
            if next.is_none() {
                return Some(listed);
            }
            next_token = next;
        }
    }

    /// A poller with a past must see all shards between where it was and now.
    fn shard_filter(&self) -> ShardFilter {
        match self.initial_position() {
            IteratorPosition::Latest if self.saved.borrow().shards.is_empty() && self.lineage.borrow().is_empty() => {
                ShardFilter::AtLatest
            }
            _ => ShardFilter::FromTrimHorizon,
        }
    }

    /// Starts a task for every shard that can be read now.
    fn read_ready_shards(self: &Rc<Self>) {
        let ready = self.lineage.borrow_mut().take_ready();
        for (shard, beginning) in ready {
            self.cx.spawn(reader::read_shard(self.clone(), shard, beginning));
        }
    }
}

#[cfg(test)]
mod tests;
