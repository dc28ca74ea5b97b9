//! The leases that this worker holds: renewal, self-fencing, and the copy that checkpoints are written with.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::expiry::is_expired;
use super::store::{LeaseError, LeaseStore};
use crate::aws::Cloud;
use crate::base::lease_row::{Checkpoint, Lease};
use crate::base::{ConsumerId, Event, Planted, ShardId, SimDuration, SimTime};
use crate::client::Cx;
use crate::client::kcl::config::KclSettings;
use crate::world::Lock;

/// Tries of one renewal in one round.
const RENEW_TRIES: u32 = 2;

/// A lease that is held.
pub struct Held {
    /// Number of this holding: when a lease is lost and gained again, the number is another.
    pub token: u64,
    lease: RefCell<Lease>,
    renewed: std::cell::Cell<SimTime>,
    /// Whether the copy has a checkpoint whose write failed: the row may be behind it.
    is_ahead: std::cell::Cell<bool>,
    /// Renewals and checkpoints of a lease take turns, or they would fail each other's conditions.
    turn: Lock<Cloud>,
}

impl Held {
    /// The worker's copy of the row.
    pub fn lease(&self) -> Lease {
        self.lease.borrow().clone()
    }
    /// Whether the shard is done, by the row. Whose checkpoint at SHARD_END failed is begun again: the library makes a
    /// new consumer for a lease that came back, and that ends the shard once more.
    pub(crate) fn is_ended(&self) -> bool {
        self.lease.borrow().checkpoint == Checkpoint::ShardEnd && !self.is_ahead.get()
    }
}

/// What became of a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// It is stored.
    Yes,
    /// The lease is lost (ShutdownException).
    LeaseLost,
    /// The table throttled (ThrottlingException), or failed: it may be tried again.
    TryAgain,
}

/// The leases held by one worker.
pub(crate) struct LeaseRenewer {
    cx: Cx,
    consumer: ConsumerId,
    table: Rc<LeaseStore>,
    failover: SimDuration,
    threads: usize,
    /// The planted bug: a checkpoint whose write failed is taken back in memory.
    is_failed_checkpoint_undone: bool,
    planted: Planted,
    held: RefCell<BTreeMap<ShardId, Rc<Held>>>,
    tokens: std::cell::Cell<u64>,
}

impl LeaseRenewer {
    /// A worker of an application with these settings that holds nothing yet.
    pub(crate) fn new(cx: Cx, table: Rc<LeaseStore>, settings: &KclSettings) -> Self {
        Self {
            cx,
            consumer: settings.consumer,
            table,
            failover: settings.failover,
            threads: settings.renewal_threads as usize,
            is_failed_checkpoint_undone: settings.is_failed_checkpoint_undone,
            planted: settings.planted,
            held: RefCell::default(),
            tokens: std::cell::Cell::default(),
        }
    }

    /// Holds a lease from now on.
    pub(crate) fn add(&self, lease: Lease) {
        let token = self.tokens.get() + 1;
        self.tokens.set(token);
        let held = Held {
            token,
            is_ahead: std::cell::Cell::default(),
            renewed: std::cell::Cell::new(self.clock()),
            turn: Lock::new(&self.cx),
            lease: RefCell::new(lease.clone()),
        };
        self.held.borrow_mut().insert(lease.shard, Rc::new(held));
    }

    /// By which this worker judges how old a lease is.
    fn clock(&self) -> SimTime {
        self.planted.lease_clock(&self.cx)
    }

    /// Leases that are held and, by this worker's clock, not expired.
    pub(crate) fn held(&self) -> Vec<(ShardId, Rc<Held>)> {
        let now = self.clock();
        let held = self.held.borrow();
        held.iter().filter(|(_, h)| !self.has_expired(h, now)).map(|(s, h)| (*s, h.clone())).collect()
    }

    /// One held lease, unless it has expired by this worker's clock: the self-fencing.
    pub(crate) fn current(&self, shard: ShardId) -> Option<Rc<Held>> {
        let held = self.held.borrow().get(&shard).cloned();
        held.filter(|held| !self.has_expired(held, self.clock()))
    }

    /// Drops a lease from memory; the row stays as it is.
    pub(crate) fn drop_lease(&self, shard: ShardId) {
        self.held.borrow_mut().remove(&shard);
    }

    fn has_expired(&self, held: &Held, now: SimTime) -> bool {
        self.planted.does_look_at_own_leases() && is_expired(Some(held.renewed.get()), self.failover, now)
    }

    fn lose(&self, shard: ShardId, token: u64) {
        let mut held = self.held.borrow_mut();
        if held.get(&shard).is_some_and(|h| h.token == token) {
            held.remove(&shard);
            drop(held);
            self.cx.emit(Event::LeaseLost { consumer: self.consumer, host: self.cx.id(), shard });
        }
    }

    /// Renews every held lease, side by side.
    pub(crate) async fn renew_all(self: &Rc<Self>) {
        let all: Vec<(ShardId, Rc<Held>)> = self.held.borrow().iter().map(|(s, h)| (*s, h.clone())).collect();
        let this = self.clone();
        let renewal = move |(shard, held)| {
            let this = this.clone();
            async move { this.renew(shard, held).await }
        };
        self.cx.run_side_by_side(all, self.threads, renewal).await;
    }

    async fn renew(&self, shard: ShardId, held: Rc<Held>) {
        let _turn = held.turn.lock().await;
        if self.has_expired(&held, self.clock()) {
            return self.lose(shard, held.token);
        }
        for _ in 0..RENEW_TRIES {
            let mut lease = held.lease();
            match self.table.renew(&mut lease).await {
                Ok(true) => {
                    held.lease.borrow_mut().counter = lease.counter;
                    held.renewed.set(self.clock());
                    return;
                }
                Ok(false) => return self.lose(shard, held.token),
                Err(LeaseError::Throttled | LeaseError::Dependency) => {}
            }
        }
        // Neither renewed nor lost: the copy ages towards its expiry.
        self.cx.emit(Event::LeaseRenewalFailed { consumer: self.consumer, host: self.cx.id(), shard });
    }

    /// Stores a checkpoint with the held copy, which must still be the holding that `token` names.
    ///
    /// The copy takes the checkpoint before the write, and keeps it when the write fails, because the write may have
    /// been done all the same: the library's `LeaseRenewer.updateLease` updates its authoritative lease first.
    /// Releases with its pull requests 1354 and 1788 take the copy back then. When the write had been done, the next
    /// renewal takes its counter for its own, and whatever is written next with the copy's checkpoint, as a prepared
    /// one is, puts the older checkpoint back, even over SHARD_END.
    pub(crate) async fn store(
        &self,
        shard: ShardId,
        token: u64,
        checkpoint: Checkpoint,
        pending: Option<(Checkpoint, Arc<[u8]>)>,
    ) -> Stored {
        let Some(held) = self.current(shard).filter(|held| held.token == token) else { return Stored::LeaseLost };
        let _turn = held.turn.lock().await;
        if self.current(shard).is_none_or(|held| held.token != token) {
            return Stored::LeaseLost;
        }
        let mut lease = held.lease();
        match self.table.update_lease(&mut lease, checkpoint, pending.clone()).await {
            Ok(true) => {
                *held.lease.borrow_mut() = lease;
                held.renewed.set(self.clock());
                held.is_ahead.set(false);
                Stored::Yes
            }
            Ok(false) => {
                self.lose(shard, token);
                Stored::LeaseLost
            }
            Err(LeaseError::Throttled | LeaseError::Dependency) => {
                if !self.is_failed_checkpoint_undone {
                    let mut copy = held.lease.borrow_mut();
                    (copy.checkpoint, copy.pending) = (checkpoint, pending);
                    held.is_ahead.set(true);
                }
                held.lease.borrow_mut().counter += self.planted.counted_by_failed_checkpoint();
                Stored::TryAgain
            }
        }
    }

    /// Takes over the rows that still have this worker's name, even expired ones, and returns their shards.
    pub(crate) async fn initialize(&self, me: &str) -> Vec<ShardId> {
        let Ok(leases) = self.table.list().await else { return Vec::new() };
        let mut resumed = Vec::new();
        for lease in leases.into_iter().filter(|lease| lease.owner.as_deref() == Some(me)) {
            let mut lease = Lease::clone(&lease);
            if let Ok(true) = self.table.renew(&mut lease).await {
                resumed.push(lease.shard);
                self.add(lease);
            }
        }
        resumed
    }
}
