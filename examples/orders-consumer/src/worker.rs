//! A worker: looks at the shards and the leases every few seconds, renews what it holds, and takes its share.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::types::Shard;
use tokio::time::Instant;

use crate::leases::{Lease, Leases, SHARD_END, Write};
use crate::reader::{Held, Reader};
use crate::{Error, Handler, Settings};

/// A worker of the consumer.
pub(crate) struct Worker<H> {
    kinesis: Client,
    leases: Leases,
    settings: Rc<Settings>,
    handler: H,
    /// Leases of others: their count, and since when this worker has seen it stand still.
    seen: BTreeMap<String, (u64, Instant)>,
    held: BTreeMap<String, Rc<Held>>,
}

impl<H: Handler> Worker<H> {
    pub fn new(kinesis: Client, leases: Leases, settings: Settings, handler: H) -> Self {
        let (seen, held) = Default::default();
        Self { kinesis, leases, settings: Rc::new(settings), handler, seen, held }
    }

    pub async fn work(mut self) -> Result<(), Error> {
        loop {
            self.renew().await;
            if let Some(leases) = self.leases.list().await {
                self.create_missing(&leases).await;
                self.take_share(&leases).await;
            }
            tokio::time::sleep(self.settings.round_every).await;
        }
    }

    /// Renews every lease that is held. One that was lost, or could not be renewed for too long, is given up.
    async fn renew(&mut self) {
        let held: Vec<_> = self.held.values().cloned().collect();
        for held in held {
            if held.is_over.get() {
                self.held.remove(&held.lease().shard);
                continue;
            }
            let _turn = held.turn.lock().await;
            let lease = held.lease();
            // The clock starts before the call: others may have seen the count change at any time since.
            let began = Instant::now();
            match self.leases.renew(&lease).await {
                Write::Done => held.renewed(&lease.checkpoint, began),
                Write::Lost => held.is_over.set(true),
                Write::Failed if held.is_expired(self.settings.lease_lasts) => held.is_over.set(true),
                Write::Failed => {}
            }
        }
    }

    /// Adds leases of shards whose parents are processed to their end, so that each key's records stay in order.
    async fn create_missing(&self, leases: &[Lease]) {
        let Some(shards) = self.shards().await else { return };
        let listed: BTreeSet<&str> = shards.iter().map(Shard::shard_id).collect();
        let checkpoints: BTreeMap<&str, &str> = leases.iter().map(|l| (&*l.shard, &*l.checkpoint)).collect();
        for shard in shards.iter().filter(|shard| !checkpoints.contains_key(shard.shard_id())) {
            let mut parents = shard.parent_shard_id().into_iter().chain(shard.adjacent_parent_shard_id());
            let is_done = |parent: &str| !listed.contains(parent) || checkpoints.get(parent) == Some(&SHARD_END);
            if parents.all(is_done) {
                self.leases.create(shard.shard_id()).await;
            }
        }
    }

    async fn shards(&self) -> Option<Vec<Shard>> {
        let first = self.kinesis.list_shards().stream_name(&self.settings.stream).send().await.ok()?;
        let (mut shards, mut next) = (first.shards().to_vec(), first.next_token().map(str::to_owned));
        while let Some(token) = next {
            let page = self.kinesis.list_shards().next_token(token).send().await.ok()?;
            shards.extend_from_slice(page.shards());
            next = page.next_token().map(str::to_owned);
        }
        Some(shards)
    }

    /// Takes one lease that nobody renews, while this worker has less than its share.
    async fn take_share(&mut self, leases: &[Lease]) {
        let now = Instant::now();
        let open: Vec<&Lease> = leases.iter().filter(|lease| lease.checkpoint != SHARD_END).collect();
        for lease in &open {
            let seen = self.seen.entry(lease.shard.clone()).or_insert((lease.count, now));
            if seen.0 != lease.count {
                *seen = (lease.count, now);
            }
        }
        let lasts = self.settings.lease_lasts;
        let is_free = |lease: &&&Lease| lease.owner.is_empty() || now - self.seen[&lease.shard].1 > lasts;
        let me = self.settings.worker.clone();
        let mut workers: BTreeSet<&str> = BTreeSet::from([&*me]);
        workers.extend(open.iter().filter(|lease| !is_free(lease)).map(|lease| &*lease.owner));
        let share = open.len().div_ceil(workers.len());
        let free: Vec<&Lease> =
            open.iter().filter(is_free).filter(|lease| !self.held.contains_key(&lease.shard)).copied().collect();
        let wanted = share.saturating_sub(self.held.len());
        for lease in free.into_iter().take(wanted) {
            let began = Instant::now();
            if self.leases.take(lease, &me).await == Write::Done {
                let lease = Lease { owner: me.clone(), count: lease.count + 1, ..lease.clone() };
                self.read(Rc::new(Held::new(lease, began)));
            }
        }
    }

    /// Begins to read a shard whose lease was taken.
    fn read(&mut self, held: Rc<Held>) {
        self.held.insert(held.lease().shard, held.clone());
        let reader = Reader {
            kinesis: self.kinesis.clone(),
            leases: self.leases.clone(),
            settings: self.settings.clone(),
            handler: self.handler.clone(),
            held,
            iterator: RefCell::default(),
        };
        tokio::task::spawn_local(reader.read());
    }
}
