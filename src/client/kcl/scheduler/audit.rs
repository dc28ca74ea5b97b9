//! Job, the leader's: looks for holes in the leases' hash ranges and repairs them.

use std::rc::Rc;

use super::leadership::Leadership;
use super::shard_sync::{list_shards, sync_shards};
use crate::base::lease_row::{Checkpoint, Lease};
use crate::base::{Event, SimDuration};
use crate::client::kcl::hole_auditor::HoleTracker;
use crate::client::kcl::worker::Worker;

/// The auditor first runs so long after the start.
pub(crate) const AUDITOR_DELAY: SimDuration = SimDuration::from_secs(60);

/// Audits for ever, and syncs when the same hole is found often enough.
pub(crate) async fn audit_for_ever(worker: Rc<Worker>, leadership: Rc<Leadership>) {
    worker.cx.sleep(AUDITOR_DELAY).await;
    let mut tracker = HoleTracker::default();
    loop {
        if let Ok(leases) = worker.table.list().await
            && leadership.is_mine(&leases)
        {
            fill_ranges(&worker, &leases).await;
            if tracker.audit(&leases, worker.settings.auditor_threshold) {
                let (consumer, host) = worker.identity();
                worker.cx.emit(Event::LeaseHoleFound { consumer, host });
                sync_shards(&worker).await;
            }
        }
        worker.cx.sleep(worker.settings.auditor_period).await;
    }
}

/// Rows that lack their hash range (written by old versions) get it from a listing.
async fn fill_ranges(worker: &Worker, leases: &[Rc<Lease>]) {
    let is_missing = |lease: &&Rc<Lease>| lease.range.is_none() && lease.checkpoint != Checkpoint::ShardEnd;
    if !leases.iter().any(|lease| is_missing(&lease)) {
        return;
    }
    let Some(shards) = list_shards(worker, None).await else { return };
    for lease in leases.iter().filter(is_missing) {
        let range = shards.iter().find(|shard| shard.id == lease.shard).map(|shard| shard.range);
        let _ = worker.table.update_range(&Lease { range, ..Lease::clone(lease) }).await;
    }
}
