//! The worker's loops (the library's `Scheduler` and `LeaseCoordinator`): initial sync, taker, renewer, dispatch of
//! consumers, auditor, cleanup, shutdown.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::config::KclSettings;
use super::hole_auditor::HoleTracker;
use super::lease_cleanup::may_delete_completed;
use super::lease_refresher::{LeaseError, LeaseRefresher};
use super::lease_renewer::LeaseRenewer;
use super::lease_taker::{Choice, Observations, Round, choose};
use super::shard_consumer::{self, ConsumerControl};
use super::shard_syncer::{self, Listed, covers_hash_range};
use super::{leader, lease_taker};
use crate::aws::Cloud;
use crate::aws::kinesis::Request;
use crate::aws::kinesis::api::{Error, IteratorPosition, ListShards, Response, ShardFilter};
use crate::base::event::{LeaseGain, ProcessingEnd};
use crate::base::lease_row::{Checkpoint, Lease};
use crate::base::seed::Random;
use crate::base::{Event, ShardId, SimDuration, SimTime};
use crate::client::Cx;
use crate::client::mishaps::Mishaps;
use crate::client::sdk::{RetryMode, Sdk, SdkError};
use crate::world::Notify;

/// Each worker waits a random time in this range before it syncs an empty table.
const INITIAL_WAIT: (SimDuration, SimDuration) = (SimDuration::from_secs(1), SimDuration::from_secs(30));
/// Meanwhile it looks this often whether another worker did.
const INITIAL_POLL: SimDuration = SimDuration::from_secs(3);
/// ListShards over its quota: a fixed pause, so many times.
const LIST_SHARDS_BACKOFF: SimDuration = SimDuration::from_millis(1500);
const LIST_SHARDS_TRIES: u32 = 50;
/// Tries and pause of the first listing, which must cover the hash range.
const COVER_TRIES: u32 = 3;
const COVER_BACKOFF: SimDuration = SimDuration::from_secs(1);
/// The auditor first runs so long after the start.
const AUDITOR_DELAY: SimDuration = SimDuration::from_secs(60);
/// The leader is computed again so often, first after a minute.
const LEADER_PERIOD: SimDuration = SimDuration::from_mins(5);
/// Tries of a take when the table throttles.
const TAKE_TRIES: u32 = 3;
const SINK_TIMEOUT: SimDuration = SimDuration::from_secs(10);

/// How others ask a worker to shut down gracefully.
pub struct WorkerControl {
    is_requested: Cell<bool>,
    signal: Notify<Cloud>,
}

impl WorkerControl {
    /// A control for a worker on this host.
    pub fn new(cx: &Cx) -> Self {
        Self { is_requested: Cell::new(false), signal: Notify::new(cx) }
    }
    /// Asks for a graceful shutdown: processors may checkpoint; lease rows keep the worker's name until they expire.
    pub fn request_shutdown(&self) {
        self.is_requested.set(true);
        self.signal.notify();
    }
}

/// A KCL worker in one life of its host.
pub(super) struct Worker {
    pub cx: Cx,
    pub settings: Rc<KclSettings>,
    pub me: Arc<str>,
    pub kinesis: Rc<Sdk>,
    pub sink: Rc<Sdk>,
    pub refresher: Rc<LeaseRefresher>,
    pub renewer: Rc<LeaseRenewer>,
    pub mishaps: Rc<Mishaps>,
    pub random: RefCell<Random>,
    pub started_unix_ms: u64,
    /// Shards whose end this worker has checkpointed.
    pub ended: RefCell<BTreeSet<ShardId>>,
    control: Rc<WorkerControl>,
    observations: RefCell<Observations>,
    consumers: RefCell<BTreeMap<ShardId, (u64, Rc<ConsumerControl>)>>,
    leader: Cell<Option<(bool, SimTime)>>,
}

/// Starts the tasks of a worker's host.
pub fn boot_worker(cx: Cx, settings: Rc<KclSettings>, _worker_index: usize, control: Rc<WorkerControl>) {
    let sdk = |name: &str, mode, timeout| Sdk::new(cx.clone(), name, mode, timeout);
    let table = sdk("dynamodb", RetryMode::JavaDynamoDb, settings.table_timeout);
    let refresher = Rc::new(LeaseRefresher::new(table, settings.lease_table.clone(), settings.is_consistent_reads));
    let (consumer, failover) = (settings.consumer, settings.failover);
    let threads = settings.renewal_threads;
    let renewer = Rc::new(LeaseRenewer::new(cx.clone(), consumer, refresher.clone(), failover, threads));
    let worker = Rc::new(Worker {
        me: cx.name(),
        kinesis: Rc::new(sdk("kinesis", RetryMode::JavaLegacy, settings.get_records_timeout)),
        sink: Rc::new(sdk("store", RetryMode::Standard, SINK_TIMEOUT)),
        renewer,
        refresher,
        mishaps: Rc::new(Mishaps::new(&settings.processor)),
        random: RefCell::new(cx.random("kcl")),
        started_unix_ms: cx.wall_unix_ms(),
        ended: RefCell::default(),
        control,
        observations: RefCell::default(),
        consumers: RefCell::default(),
        leader: Cell::default(),
        settings,
        cx: cx.clone(),
    });
    cx.spawn(worker.run());
}

impl Worker {
    async fn run(self: Rc<Self>) {
        let (consumer, host) = self.identity();
        self.cx.emit(Event::WorkerStarted { consumer, host });
        self.refresher.create_table_and_wait(&self.cx, self.settings.lease_table_capacity).await;
        self.initial_sync().await;
        for shard in self.renewer.initialize(&self.me).await {
            self.emit_gained(shard, LeaseGain::Resumed, None);
        }
        let loops = [
            self.cx.spawn(self.clone().renew_loop()),
            self.cx.spawn(self.clone().take_loop()),
            self.cx.spawn(self.clone().audit_loop()),
            self.cx.spawn(self.clone().cleanup_loop()),
        ];
        self.dispatch_loop().await;
        loops.iter().for_each(crate::world::Task::abort);
        self.cx.emit(Event::WorkerStopped { consumer, host });
    }

    // ---- renewer and taker ----

    /// Fixed rate: a third of the failover time less epsilon.
    async fn renew_loop(self: Rc<Self>) {
        let period = (self.settings.failover / 3).saturating_sub(self.settings.epsilon);
        // Java counts this in whole milliseconds.
        let period = SimDuration::from_millis(period.as_millis().max(1));
        let mut next = self.cx.now();
        loop {
            self.renewer.renew_all().await;
            next = (next + period).max(self.cx.now());
            self.cx.sleep_until(next).await;
        }
    }

    /// Fixed delay: twice the failover time and epsilon.
    async fn take_loop(self: Rc<Self>) {
        loop {
            self.take_leases().await;
            self.cx.sleep((self.settings.failover + self.settings.epsilon) * 2).await;
        }
    }

    async fn take_leases(&self) {
        // A throttled scan is tried once more, then the round is left out.
        let mut listed = self.refresher.list().await;
        if listed == Err(LeaseError::Throttled) {
            listed = self.refresher.list().await;
        }
        let Ok(leases) = listed else { return };
        let scanned = self.cx.now();
        self.observations.borrow_mut().update(&leases, scanned);
        let choice = self.choose(&leases, scanned);
        for shard in &choice.shards {
            let Some(lease) = leases.iter().find(|lease| lease.shard == *shard) else { continue };
            self.take(lease.clone(), choice.how).await;
        }
    }

    fn choose(&self, leases: &[Lease], now: SimTime) -> Choice {
        let settings = &self.settings;
        let observations = self.observations.borrow();
        let is_available =
            |lease: &&Lease| lease.owner.is_none() || observations.is_expired(lease.shard, settings.failover, now);
        let available: Vec<ShardId> = leases.iter().filter(is_available).map(|lease| lease.shard).collect();
        let very_old_after = settings.failover * u64::from(settings.very_old_multiplier);
        let is_very_old =
            |shard: &&ShardId| lease_taker::is_expired(observations.changed(**shard), very_old_after, now);
        let very_old: Vec<ShardId> = match settings.is_priority_assignment {
            true => available.iter().filter(is_very_old).copied().collect(),
            false => Vec::new(),
        };
        let owners: Vec<_> = leases.iter().map(|lease| (lease.shard, lease.owner.clone())).collect();
        let round = Round {
            me: &self.me,
            leases: &owners,
            available: &available,
            very_old: &very_old,
            leases_max: settings.leases_max as usize,
            steal_max: settings.steal_max as usize,
        };
        choose(&round, &mut self.random.borrow_mut())
    }

    async fn take(&self, mut lease: Lease, how: LeaseGain) {
        let from = lease.owner.clone().filter(|owner| *owner != self.me);
        for _ in 0..TAKE_TRIES {
            match self.refresher.take(&mut lease, &self.me).await {
                Ok(true) => {
                    let shard = lease.shard;
                    self.observations.borrow_mut().note(shard, lease.counter, self.cx.now());
                    self.renewer.add(lease);
                    return self.emit_gained(shard, how, from);
                }
                Err(LeaseError::Throttled) => {}
                Ok(false) | Err(LeaseError::Dependency) => return,
            }
        }
    }

    fn emit_gained(&self, shard: ShardId, how: LeaseGain, from: Option<Arc<str>>) {
        let (consumer, host) = self.identity();
        self.cx.emit(Event::LeaseGained { consumer, host, shard, how, from });
    }

    // ---- dispatch ----

    /// Starts consumers of leases that are held, and stops those whose lease is gone, once a second.
    async fn dispatch_loop(self: &Rc<Self>) {
        let this = self.cx.clone();
        loop {
            if self.control.is_requested.get() {
                return self.shut_down_gracefully().await;
            }
            self.dispatch();
            self.control.signal.wait_until(&this, this.now() + self.settings.dispatch_poll).await;
        }
    }

    fn dispatch(self: &Rc<Self>) {
        let mut consumers = self.consumers.borrow_mut();
        for (shard, (token, consumer)) in consumers.iter() {
            if self.renewer.current(*shard).is_none_or(|held| held.token != *token) {
                consumer.stop(ProcessingEnd::LeaseLost);
            }
        }
        consumers.retain(|_, (_, consumer)| !consumer.is_done());
        for (shard, held) in self.renewer.held() {
            if consumers.contains_key(&shard) {
                continue;
            }
            let is_over = held.lease().checkpoint == Checkpoint::ShardEnd || self.ended.borrow().contains(&shard);
            if !is_over {
                let token = held.token;
                let control = shard_consumer::start(self, held);
                consumers.insert(shard, (token, control));
            }
        }
    }

    /// Every processor may checkpoint; leases are dropped from memory only.
    async fn shut_down_gracefully(&self) {
        let consumers: Vec<_> = self.consumers.borrow().values().map(|(_, c)| c.clone()).collect();
        consumers.iter().for_each(|consumer| consumer.stop(ProcessingEnd::Requested));
        // The library forces the end after the failover time.
        let deadline = self.cx.now() + self.settings.failover;
        while self.cx.now() < deadline && consumers.iter().any(|consumer| !consumer.is_done()) {
            self.cx.sleep(SimDuration::from_millis(100)).await;
        }
        for (shard, _) in self.renewer.held() {
            self.renewer.drop_lease(shard);
        }
    }

    // ---- shard sync ----

    /// Waits a random time for another worker to fill the table; then the leader does.
    async fn initial_sync(&self) {
        let wait = self.random.borrow_mut().duration(INITIAL_WAIT.0, INITIAL_WAIT.1);
        let deadline = self.cx.now() + wait;
        while self.refresher.is_empty().await != Ok(false) {
            if self.cx.now() >= deadline && self.sync_shards().await {
                return;
            }
            let left = deadline.since(self.cx.now());
            self.cx.sleep(if left.is_zero() { INITIAL_POLL } else { INITIAL_POLL.min(left) }).await;
        }
    }

    /// Creates the leases that the table lacks. Whether that succeeded.
    async fn sync_shards(&self) -> bool {
        let Ok(leases) = self.refresher.list().await else { return false };
        let position = shard_syncer::sentinel(self.settings.initial_position);
        let missing = match leases.is_empty() {
            true => match self.list_covering_shards().await {
                Some(shards) => shard_syncer::leases_for_empty_table(&shards, position),
                None => return false,
            },
            false => {
                let Some(shards) = self.list_shards(None).await else { return false };
                let leased: Vec<ShardId> = leases.iter().map(|lease| lease.shard).collect();
                let ignore = self.settings.is_ignore_unexpected_child_shards;
                match shard_syncer::leases_to_create(&shards, &leased, position, ignore) {
                    Ok(missing) => missing,
                    Err(_) => return false,
                }
            }
        };
        let mut created = 0;
        for lease in &missing {
            match self.refresher.create_if_absent(lease).await {
                Ok(is_new) => created += u32::from(is_new),
                Err(_) => return false,
            }
        }
        if created > 0 {
            self.emit_created(created);
        }
        true
    }

    /// The first listing, by the initial position; it must cover the whole hash range.
    async fn list_covering_shards(&self) -> Option<Vec<Listed>> {
        let filter = match self.settings.initial_position.position(self.started_unix_ms) {
            IteratorPosition::TrimHorizon => ShardFilter::AtTrimHorizon,
            IteratorPosition::AtTimestamp(time) => ShardFilter::AtTimestamp(time),
            _ => ShardFilter::AtLatest,
        };
        for _ in 0..COVER_TRIES {
            let shards = self.list_shards(Some(filter)).await?;
            if covers_hash_range(&shards) {
                return Some(shards);
            }
            self.cx.sleep(COVER_BACKOFF).await;
        }
        None
    }

    async fn list_shards(&self, filter: Option<ShardFilter>) -> Option<Vec<Listed>> {
        let mut shards = Vec::new();
        let first = ListShards { stream: Some(self.settings.stream.clone()), filter, ..ListShards::default() };
        let mut request = first;
        let mut tries = 0;
        loop {
            match self.kinesis.streams(Request::ListShards(request.clone())).await {
                Ok(Response::Shards { shards: page, next_token }) => {
                    shards.extend(page.iter().map(Listed::from));
                    match next_token {
                        Some(token) => request = ListShards { next_token: Some(token), ..ListShards::default() },
                        None => return Some(shards),
                    }
                }
                Ok(_) => unreachable!("ListShards answers shards"),
                Err(SdkError::Service(Error::LimitExceeded(_))) if tries < LIST_SHARDS_TRIES => {
                    tries += 1;
                    self.cx.sleep(LIST_SHARDS_BACKOFF).await;
                }
                Err(_) => return None,
            }
        }
    }

    // ---- leader's work ----

    /// Looks for holes, as the leader, and syncs when the same one is found often enough.
    async fn audit_loop(self: Rc<Self>) {
        self.cx.sleep(AUDITOR_DELAY).await;
        let mut tracker = HoleTracker::default();
        loop {
            if let Ok(leases) = self.refresher.list().await
                && self.is_leader(&leases)
            {
                self.fill_ranges(&leases).await;
                if tracker.audit(&leases, self.settings.auditor_threshold) {
                    let (consumer, host) = self.identity();
                    self.cx.emit(Event::LeaseHoleFound { consumer, host });
                    self.sync_shards().await;
                }
            }
            self.cx.sleep(self.settings.auditor_period).await;
        }
    }

    /// Rows that lack their hash range (written by old versions) get it from a listing.
    async fn fill_ranges(&self, leases: &[Lease]) {
        let is_missing = |lease: &&Lease| lease.range.is_none() && lease.checkpoint != Checkpoint::ShardEnd;
        if !leases.iter().any(|lease| is_missing(&lease)) {
            return;
        }
        let Some(shards) = self.list_shards(None).await else { return };
        for lease in leases.iter().filter(is_missing) {
            let range = shards.iter().find(|shard| shard.id == lease.shard).map(|shard| shard.range);
            let _ = self.refresher.update_range(&Lease { range, ..lease.clone() }).await;
        }
    }

    /// The elected leader is computed every five minutes.
    fn is_leader(&self, leases: &[Lease]) -> bool {
        if let Some((is_leader, until)) = self.leader.get()
            && self.cx.now() < until
        {
            return is_leader;
        }
        let is_leader = leader::is_leader(&self.me, leases.iter().filter_map(|lease| lease.owner.as_deref()));
        self.leader.set(Some((is_leader, self.cx.now() + LEADER_PERIOD)));
        is_leader
    }

    /// Deletes rows of ended shards that are no longer needed, and of shards that no longer exist.
    async fn cleanup_loop(self: Rc<Self>) {
        let (mut completed_at, mut garbage_at) = (self.cx.now(), self.cx.now());
        loop {
            self.cx.sleep(self.settings.cleanup_interval).await;
            let now = self.cx.now();
            let is_due = |last: SimTime, every: SimDuration| now.since(last) >= every;
            let completed = is_due(completed_at, self.settings.completed_cleanup_interval);
            let garbage = is_due(garbage_at, self.settings.garbage_cleanup_interval);
            if !completed && !garbage {
                continue;
            }
            let Ok(leases) = self.refresher.list().await else { continue };
            let mine = self.leases_to_clean(&leases);
            if completed {
                completed_at = now;
                for lease in mine.iter().filter(|_| self.settings.is_cleanup_enabled) {
                    if may_delete_completed(lease, &leases) {
                        self.delete(lease.shard).await;
                    }
                }
            }
            if garbage {
                garbage_at = now;
                self.delete_garbage(&mine).await;
            }
        }
    }

    /// Ended leases that this worker looks after: its own, and the leader those whose owner is gone.
    fn leases_to_clean(&self, leases: &[Lease]) -> Vec<Lease> {
        let is_leader = self.is_leader(leases);
        let is_mine = |lease: &&Lease| is_leader || lease.owner.as_ref() == Some(&self.me);
        leases.iter().filter(|l| l.checkpoint == Checkpoint::ShardEnd).filter(is_mine).cloned().collect()
    }

    async fn delete_garbage(&self, leases: &[Lease]) {
        if leases.is_empty() {
            return;
        }
        let Some(shards) = self.list_shards(None).await else { return };
        for lease in leases {
            if !shards.iter().any(|shard| shard.id == lease.shard) {
                self.delete(lease.shard).await;
            }
        }
    }

    async fn delete(&self, shard: ShardId) {
        if self.refresher.delete(shard).await.is_ok() {
            self.ended.borrow_mut().remove(&shard);
            self.renewer.drop_lease(shard);
        }
    }
}
