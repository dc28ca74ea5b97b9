//! The plain poller: reads every shard without leases.
//!
//! One task lists the shards, and one task for each shard reads it (`reader`): children after their parents
//! (`lineage`). Positions are kept in memory, and across a restart of the host as [`Resume`] says (`saved`).
//! Not modelled: several hosts that share the shards, enhanced fan-out, and a graceful shutdown.

mod lineage;
mod reader;
mod saved;
mod settings;
mod worker;

use self::saved::SavedPositions;
pub(crate) use self::settings::InitialPosition;
pub use self::settings::PollerSettings;
pub(crate) use self::settings::Resume;

use std::cell::RefCell;
use std::rc::Rc;

use self::lineage::{Beginning, Lineage};
use self::reader::End;
use self::worker::Worker;
use super::mishaps::Mishaps;
use super::sdk::{RetryMode, Sdk};
use super::{Cx, HostGroup, Stop};
use crate::aws::kinesis::Request;
use crate::aws::kinesis::api::{IteratorPosition, ListShards, Response, Shard, ShardFilter};
use crate::base::event::{ConsumerLibrary, HostRole, ProcessingEnd};
use crate::base::{Event, HostId, ShardId, SimDuration, SimTime};

/// How long a call may take; the Java SDK's default read timeout.
const CALL_TIMEOUT: SimDuration = SimDuration::from_secs(30);
/// Time until the shards are listed again after that failed.
const LIST_AGAIN_AFTER: SimDuration = SimDuration::from_secs(1);

/// The host of a poller.
pub(crate) struct PollerHost {
    settings: Rc<PollerSettings>,
    /// What the host remembers of its earlier lives.
    saved: Rc<RefCell<SavedPositions>>,
}

impl PollerHost {
    /// The host of the poller with these settings.
    pub(crate) fn new(settings: PollerSettings) -> Self {
        Self { settings: Rc::new(settings), saved: Rc::default() }
    }
}

impl HostGroup for PollerHost {
    fn name(&self) -> &str {
        &self.settings.name
    }
    fn role(&self) -> HostRole {
        HostRole::Consumer
    }
    fn starts(&self) -> Vec<SimDuration> {
        vec![self.settings.start]
    }
    fn declared(&self, _: u32, _: HostId) -> Option<Event> {
        Some(Event::ConsumerDeclared {
            consumer: self.settings.consumer,
            name: self.settings.name.clone(),
            stream: self.settings.stream.clone(),
            library: ConsumerLibrary::Poller,
            store: self.settings.processor.store,
            lease_table: None,
            failover_ms: 0,
            start: self.settings.initial_position.declared(),
        })
    }
    fn boot(&self, cx: Cx, _: u32) -> Option<Rc<dyn Stop>> {
        boot(cx, self.settings.clone(), self.saved.clone());
        None
    }
}

fn boot(cx: Cx, settings: Rc<PollerSettings>, saved: Rc<RefCell<SavedPositions>>) {
    let worker = Worker {
        sdk: Sdk::new(cx.clone(), "kinesis", RetryMode::Standard, CALL_TIMEOUT),
        store: Sdk::new(cx.clone(), "store", RetryMode::Standard, CALL_TIMEOUT),
        mishaps: Mishaps::new(&settings.processor),
        saved,
        settings,
        cx: cx.clone(),
    };
    let poller = Rc::new(Poller { worker: Rc::new(worker), lineage: RefCell::default() });
    cx.spawn(async move {
        let Worker { cx, settings, saved, .. } = &*poller.worker;
        cx.sleep_until(SimTime::ZERO.saturating_add(settings.start)).await;
        cx.emit(Event::WorkerStarted { consumer: settings.consumer, host: cx.id() });
        saved.borrow_mut().first_started_at.get_or_insert(cx.wall_unix_ms());
        poller.read_listed_shards().await;
    });
}

/// A poller in one life of its host.
struct Poller {
    worker: Rc<Worker>,
    lineage: RefCell<Lineage>,
}

impl Poller {
    /// The position that the settings' initial position stands for.
    fn initial_position(&self) -> IteratorPosition {
        let first_started_at = self.worker.saved.borrow().first_started_at;
        self.worker
            .settings
            .initial_position
            .position(first_started_at.unwrap_or_else(|| self.worker.cx.wall_unix_ms()))
    }

    /// Lists the shards and reads those that are not read yet.
    async fn read_listed_shards(self: &Rc<Self>) {
        let listed = loop {
            match self.list_shards().await {
                Some(listed) => break listed,
                None => self.worker.cx.sleep(LIST_AGAIN_AFTER).await,
            }
        };
        self.lineage.borrow_mut().adopt(&listed, &self.worker.saved.borrow(), self.initial_position());
        self.read_ready_shards();
    }

    /// ListShards, page by page; `None` when a call failed.
    async fn list_shards(&self) -> Option<Vec<Shard>> {
        let (mut listed, mut next_token) = (Vec::new(), None);
        loop {
            let is_first = next_token.is_none();
            let stream = is_first.then(|| self.worker.settings.stream.clone());
            let filter = is_first.then(|| self.shard_filter());
            let request = Request::ListShards(ListShards { stream, filter, next_token, ..ListShards::default() });
            let Ok(Response::Shards { shards, next_token: next }) = self.worker.sdk.kinesis(request).await else {
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
            IteratorPosition::Latest
                if self.worker.saved.borrow().shards.is_empty() && self.lineage.borrow().is_empty() =>
            {
                ShardFilter::AtLatest
            }
            _ => ShardFilter::FromTrimHorizon,
        }
    }

    /// Starts a task for every shard that can be read now.
    fn read_ready_shards(self: &Rc<Self>) {
        let ready = self.lineage.borrow_mut().take_ready();
        for (shard, beginning) in ready {
            self.worker.cx.spawn(self.clone().read_shard(shard, beginning));
        }
    }

    /// Reads a shard to its end, then lets its children be read.
    async fn read_shard(self: Rc<Self>, shard: ShardId, beginning: Beginning) {
        let end = reader::read_shard(self.worker.clone(), shard, beginning).await;
        match end {
            End::Children(children) => {
                let (consumer, host) = (self.worker.settings.consumer, self.worker.cx.id());
                let reason = ProcessingEnd::ShardEnd;
                self.worker.cx.emit(Event::ProcessingEnded { consumer, host, shard, reason });
                self.lineage.borrow_mut().end(shard, &children);
                self.read_ready_shards();
            }
            End::Gone => {
                self.lineage.borrow_mut().end(shard, &[]);
                self.read_listed_shards().await;
            }
        }
    }
}

#[cfg(test)]
mod tests;
