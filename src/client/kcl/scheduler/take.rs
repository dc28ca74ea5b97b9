//! Job: scans the lease table and takes the leases that the assignment chooses.

use std::rc::Rc;

use crate::base::SimTime;
use crate::base::event::LeaseGain;
use crate::base::lease_row::Lease;
use crate::client::kcl::assignment::LeaseAssignment;
use crate::client::kcl::lease::store::LeaseError;
use crate::client::kcl::worker::Worker;

/// Tries of a take when the table throttles.
const TAKE_TRIES: u32 = 3;

/// What takes leases for a worker, by one assignment.
pub(crate) struct Taker<A> {
    worker: Rc<Worker>,
    assignment: A,
}

impl<A: LeaseAssignment> Taker<A> {
    /// A taker that has seen nothing yet.
    pub(super) fn new(worker: Rc<Worker>, assignment: A) -> Self {
        Self { worker, assignment }
    }

    /// Takes for ever, with a fixed pause between rounds.
    pub(super) async fn run(mut self) {
        loop {
            self.round().await;
            self.worker.cx.sleep(self.assignment.pause()).await;
        }
    }

    fn clock(&self) -> SimTime {
        self.worker.settings.planted.lease_clock(&self.worker.cx)
    }

    async fn round(&mut self) {
        // A throttled scan is tried once more, then the round is left out.
        let mut listed = self.worker.table.list().await;
        if listed == Err(LeaseError::Throttled) {
            listed = self.worker.table.list().await;
        }
        let Ok(leases) = listed else { return };
        let scanned = self.clock();
        let choice = self.assignment.choose(&leases, scanned, &mut self.worker.random.borrow_mut());
        for shard in &choice.shards {
            let Some(lease) = leases.iter().find(|lease| lease.shard == *shard) else { continue };
            self.take(Lease::clone(lease), choice.how).await;
        }
    }

    async fn take(&mut self, mut lease: Lease, how: LeaseGain) {
        let worker = &self.worker;
        let from = lease.owner.clone().filter(|owner| *owner != worker.me);
        for _ in 0..TAKE_TRIES {
            match worker.table.take(&mut lease, &worker.me).await {
                Ok(true) => {
                    let now = worker.settings.planted.lease_clock(&worker.cx);
                    self.assignment.taken(&lease, now);
                    let shard = lease.shard;
                    worker.renewer.add(lease);
                    return worker.emit_gained(shard, how, from);
                }
                Err(LeaseError::Throttled) => {}
                Ok(false) | Err(LeaseError::Dependency) => return,
            }
        }
    }
}
