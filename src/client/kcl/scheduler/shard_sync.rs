//! Job: sees to it that the table has a lease for every shard that needs one.
//!
//! Which shards those are is [`shard_syncer`]'s to say; this makes the calls.

use crate::aws::kinesis::Request;
use crate::aws::kinesis::api::{Error, IteratorPosition, ListShards, Response, ShardFilter};
use crate::base::{ShardId, SimDuration};
use crate::client::kcl::shard_syncer::{self, Listed, covers_hash_range};
use crate::client::kcl::worker::Worker;
use crate::client::sdk::SdkError;

/// Each worker waits a random time in this range before it syncs an empty table.
pub(crate) const INITIAL_WAIT: (SimDuration, SimDuration) = (SimDuration::from_secs(1), SimDuration::from_secs(30));
/// Meanwhile it looks this often whether another worker did.
pub(crate) const INITIAL_POLL: SimDuration = SimDuration::from_secs(3);
/// ListShards over its quota: a fixed pause, so many times.
const LIST_SHARDS_BACKOFF: SimDuration = SimDuration::from_millis(1500);
const LIST_SHARDS_TRIES: u32 = 50;
/// Tries and pause of the first listing, which must cover the hash range.
const COVER_TRIES: u32 = 3;
const COVER_BACKOFF: SimDuration = SimDuration::from_secs(1);

/// Waits a random time for another worker to fill the table, then fills it.
pub(crate) async fn initial_sync(worker: &Worker) {
    let wait = worker.random.borrow_mut().duration(INITIAL_WAIT.0, INITIAL_WAIT.1);
    let deadline = worker.cx.now() + wait;
    while worker.table.is_empty().await != Ok(false) {
        if worker.cx.now() >= deadline && sync_shards(worker).await {
            return;
        }
        let left = deadline.since(worker.cx.now());
        worker.cx.sleep(if left.is_zero() { INITIAL_POLL } else { INITIAL_POLL.min(left) }).await;
    }
}

/// Creates the leases that the table lacks; false when a call failed on the way.
pub(crate) async fn sync_shards(worker: &Worker) -> bool {
    let Ok(leases) = worker.table.list().await else { return false };
    let position = shard_syncer::sentinel(worker.settings.initial_position);
    let missing = match leases.is_empty() {
        true => match list_covering_shards(worker).await {
            Some(shards) => shard_syncer::leases_for_empty_table(&shards, position),
            None => return false,
        },
        false => {
            let Some(shards) = list_shards(worker, None).await else { return false };
            let leased: Vec<ShardId> = leases.iter().map(|lease| lease.shard).collect();
            let ignore = worker.settings.is_ignore_unexpected_child_shards;
            match shard_syncer::leases_to_create(&shards, &leased, position, ignore) {
                Ok(missing) => missing,
                Err(_) => return false,
            }
        }
    };
    let mut created = 0;
    for lease in &missing {
        match worker.table.create_if_absent(lease).await {
            Ok(is_new) => created += u32::from(is_new),
            Err(_) => return false,
        }
    }
    if created > 0 {
        worker.emit_created(created);
    }
    true
}

/// The first listing, by the initial position; it must cover the whole hash range.
async fn list_covering_shards(worker: &Worker) -> Option<Vec<Listed>> {
    let filter = match worker.settings.initial_position.position(worker.started_unix_ms) {
        IteratorPosition::TrimHorizon => ShardFilter::AtTrimHorizon,
        IteratorPosition::AtTimestamp(time) => ShardFilter::AtTimestamp(time),
        _ => ShardFilter::AtLatest,
    };
    for _ in 0..COVER_TRIES {
        let shards = list_shards(worker, Some(filter)).await?;
        if covers_hash_range(&shards) {
            return Some(shards);
        }
        worker.cx.sleep(COVER_BACKOFF).await;
    }
    None
}

/// The stream's shards, as far as `filter` lets them through; `None` when the listing failed.
pub(super) async fn list_shards(worker: &Worker, filter: Option<ShardFilter>) -> Option<Vec<Listed>> {
    let mut shards = Vec::new();
    let first = ListShards { stream: Some(worker.settings.stream.clone()), filter, ..ListShards::default() };
    let mut request = first;
    let mut tries = 0;
    loop {
        match worker.kinesis.kinesis(Request::ListShards(request.clone())).await {
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
                worker.cx.sleep(LIST_SHARDS_BACKOFF).await;
            }
            Err(_) => return None,
        }
    }
}
