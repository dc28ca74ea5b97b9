//! Job: deletes rows of ended shards that are no longer needed, and of shards that no longer exist.

use std::rc::Rc;

use super::leadership::Leadership;
use super::shard_sync::list_shards;
use crate::base::lease_row::{Checkpoint, Lease};
use crate::base::{ShardId, SimDuration, SimTime};
use crate::client::kcl::lease_cleanup::may_delete_completed;
use crate::client::kcl::worker::Worker;

/// Cleans up for ever.
pub(crate) async fn clean_up_for_ever(worker: Rc<Worker>, leadership: Rc<Leadership>) {
    let settings = worker.settings.clone();
    let (mut completed_at, mut garbage_at) = (worker.cx.now(), worker.cx.now());
    loop {
        worker.cx.sleep(settings.cleanup_interval).await;
        let now = worker.cx.now();
        let is_due = |last: SimTime, every: SimDuration| now.since(last) >= every;
        let completed = is_due(completed_at, settings.completed_cleanup_interval);
        let garbage = is_due(garbage_at, settings.garbage_cleanup_interval);
        if !completed && !garbage {
            continue;
        }
        let Ok(leases) = worker.table.list().await else { continue };
        let mine = ended_leases(&worker, &leases, leadership.is_mine(&leases));
        if completed {
            completed_at = now;
            for lease in mine.iter().filter(|_| settings.is_cleanup_enabled) {
                if may_delete_completed(lease, &leases) || !settings.planted.does_wait_for_children() {
                    delete(&worker, lease.shard).await;
                }
            }
        }
        if garbage {
            garbage_at = now;
            delete_garbage(&worker, &mine).await;
        }
    }
}

/// Ended leases that this worker looks after: its own, and as the leader everybody's.
fn ended_leases(worker: &Worker, leases: &[Rc<Lease>], is_leader: bool) -> Vec<Rc<Lease>> {
    let is_mine = |lease: &&Rc<Lease>| is_leader || lease.owner.as_ref() == Some(&worker.me);
    leases.iter().filter(|l| l.checkpoint == Checkpoint::ShardEnd).filter(is_mine).cloned().collect()
}

async fn delete_garbage(worker: &Worker, leases: &[Rc<Lease>]) {
    if leases.is_empty() {
        return;
    }
    let Some(shards) = list_shards(worker, None).await else { return };
    for lease in leases {
        if !shards.iter().any(|shard| shard.id == lease.shard) {
            delete(worker, lease.shard).await;
        }
    }
}

async fn delete(worker: &Worker, shard: ShardId) {
    if worker.table.delete(shard).await.is_ok() {
        worker.ended.borrow_mut().remove(&shard);
        worker.renewer.drop_lease(shard);
    }
}
