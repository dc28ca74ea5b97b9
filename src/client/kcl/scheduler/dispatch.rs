//! Job: runs a consumer for every lease that is held, and ends those whose lease is gone, until the worker is asked to
//! stop.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::aws::Cloud;
use crate::base::event::ProcessingEnd;
use crate::base::{ShardId, SimDuration};
use crate::client::kcl::shard_consumer::{self, ConsumerControl};
use crate::client::kcl::worker::Worker;
use crate::client::{Cx, Stop};
use crate::world::Notify;

/// How others ask a worker to shut down gracefully.
pub(crate) struct WorkerControl {
    is_requested: Cell<bool>,
    signal: Notify<Cloud>,
}

impl WorkerControl {
    /// A control for a worker on this host.
    pub(crate) fn new(cx: &Cx) -> Self {
        Self { is_requested: Cell::new(false), signal: Notify::new(cx) }
    }
}

impl Stop for WorkerControl {
    /// Processors may checkpoint; lease rows keep the worker's name until they expire.
    fn request_shutdown(&self) {
        self.is_requested.set(true);
        self.signal.notify();
    }
}

/// The consumers of one worker.
pub(crate) struct Dispatcher {
    worker: Rc<Worker>,
    control: Rc<WorkerControl>,
    /// By shard: the consumer, and the holding of the lease that it consumes for.
    consumers: BTreeMap<ShardId, (u64, Rc<ConsumerControl>)>,
}

impl Dispatcher {
    /// A dispatcher that runs nothing yet.
    pub(super) fn new(worker: Rc<Worker>, control: Rc<WorkerControl>) -> Self {
        Self { worker, control, consumers: BTreeMap::new() }
    }

    /// Starts consumers of leases that are held, and stops those whose lease is gone, once a second.
    pub(super) async fn run(mut self) {
        let worker = self.worker.clone();
        loop {
            if self.control.is_requested.get() {
                return self.shut_down_gracefully().await;
            }
            self.dispatch();
            let next = worker.cx.now() + worker.settings.dispatch_poll;
            self.control.signal.wait_until(&worker.cx, next).await;
        }
    }

    fn dispatch(&mut self) {
        let worker = &self.worker;
        for (shard, (token, consumer)) in &self.consumers {
            if worker.renewer.current(*shard).is_none_or(|held| held.token != *token) {
                consumer.stop(ProcessingEnd::LeaseLost);
            }
        }
        self.consumers.retain(|_, (_, consumer)| !consumer.is_done());
        for (shard, held) in worker.renewer.held() {
            if self.consumers.contains_key(&shard) {
                continue;
            }
            let is_over = held.is_ended() || worker.ended.borrow().contains(&shard);
            if !is_over {
                let token = held.token;
                let control = shard_consumer::start(worker, held);
                self.consumers.insert(shard, (token, control));
            }
        }
    }

    /// Every processor may checkpoint; leases are dropped from memory only.
    async fn shut_down_gracefully(&self) {
        let consumers: Vec<_> = self.consumers.values().map(|(_, c)| c.clone()).collect();
        consumers.iter().for_each(|consumer| consumer.stop(ProcessingEnd::Requested));
        let worker = &self.worker;
        if worker.settings.planted.are_leases_given_up_first() {
            self.give_leases_up();
        }
        // The library forces the end after the failover time.
        let deadline = worker.cx.now() + worker.settings.failover;
        while worker.cx.now() < deadline && consumers.iter().any(|consumer| !consumer.is_done()) {
            worker.cx.sleep(SimDuration::from_millis(100)).await;
        }
        self.give_leases_up();
    }

    fn give_leases_up(&self) {
        for (shard, _) in self.worker.renewer.held() {
            self.worker.renewer.drop_lease(shard);
        }
    }
}
