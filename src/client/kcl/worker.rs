//! What all of a worker's jobs and all of its shards share, in one life of its host.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::config::KclSettings;
use super::lease::decoded::DecodedRows;
use super::lease::renewal::LeaseRenewer;
use super::lease::store::LeaseStore;
use crate::base::event::LeaseGain;
use crate::base::seed::Random;
use crate::base::{ConsumerId, Event, HostId, ShardId, SimDuration};
use crate::client::Cx;
use crate::client::mishaps::Mishaps;
use crate::client::sdk::{RetryMode, Sdk};

const STORE_TIMEOUT: SimDuration = SimDuration::from_secs(10);

/// A KCL worker.
pub(super) struct Worker {
    /// Its hold on the world: clock, calls, chance, events.
    pub cx: Cx,
    /// The application's settings.
    pub settings: Rc<KclSettings>,
    /// Its name, as it stands on lease rows.
    pub me: Arc<str>,
    /// The Kinesis client.
    pub kinesis: Rc<Sdk>,
    /// The client of the application's store.
    pub store: Rc<Sdk>,
    /// The lease table.
    pub table: Rc<LeaseStore>,
    /// The leases it holds.
    pub(crate) renewer: Rc<LeaseRenewer>,
    /// What goes wrong in the application's code.
    pub(crate) mishaps: Rc<Mishaps>,
    /// Its source of chance.
    pub random: RefCell<Random>,
    /// When it started, by its host's wall clock.
    pub(crate) started_unix_ms: u64,
    /// Shards whose end it has checkpointed.
    pub ended: RefCell<BTreeSet<ShardId>>,
}

impl Worker {
    /// A worker that holds nothing yet.
    pub(super) fn new(cx: Cx, settings: Rc<KclSettings>, decoded: Rc<DecodedRows>) -> Self {
        let sdk = |name: &str, mode, timeout| Sdk::new(cx.clone(), name, mode, timeout);
        let table = sdk("dynamodb", RetryMode::JavaDynamoDb, settings.table_timeout);
        let table = LeaseStore::new(table, settings.lease_table.clone(), settings.is_consistent_reads);
        let table = Rc::new(table.with(settings.planted, decoded));
        let renewer = LeaseRenewer::new(cx.clone(), table.clone(), &settings);
        Self {
            me: cx.name(),
            kinesis: Rc::new(sdk("kinesis", RetryMode::JavaLegacy, settings.get_records_timeout)),
            store: Rc::new(sdk("store", RetryMode::Standard, STORE_TIMEOUT)),
            renewer: Rc::new(renewer),
            table,
            mishaps: Rc::new(Mishaps::new(&settings.processor)),
            random: RefCell::new(cx.random("kcl")),
            started_unix_ms: cx.wall_unix_ms(),
            ended: RefCell::default(),
            settings,
            cx,
        }
    }

    /// The consumer and host that events name.
    pub(super) fn identity(&self) -> (ConsumerId, HostId) {
        (self.settings.consumer, self.cx.id())
    }

    /// Tells that the worker has gained a lease, and from whom.
    pub(crate) fn emit_gained(&self, shard: ShardId, how: LeaseGain, from: Option<Arc<str>>) {
        let (consumer, host) = self.identity();
        self.cx.emit(Event::LeaseGained { consumer, host, shard, how, from });
    }

    /// Tells that the worker has created so many leases.
    pub(crate) fn emit_created(&self, count: u32) {
        let (consumer, host) = self.identity();
        self.cx.emit(Event::LeasesCreated { consumer, host, count });
    }
}
