//! Which lease rows may be deleted (the library's `LeaseCleanupManager`).

use std::borrow::Borrow;

use crate::base::ShardId;
use crate::base::lease_row::{Checkpoint, Lease};

/// Returns whether the row of an ended shard may go: all its children have rows, none of them is still to begin, and
/// its own parents' rows are gone. A child at LATEST counts as begun.
pub(crate) fn may_delete_completed(lease: &Lease, leases: &[impl Borrow<Lease>]) -> bool {
    let row = |shard: &ShardId| leases.iter().map(Borrow::borrow).find(|lease| lease.shard == *shard);
    let has_begun = |child: &ShardId| {
        row(child).is_some_and(|child| !matches!(child.checkpoint, Checkpoint::TrimHorizon | Checkpoint::AtTimestamp))
    };
    lease.checkpoint == Checkpoint::ShardEnd
        && !lease.children.is_empty()
        && lease.children.iter().all(has_begun)
        && lease.parents.iter().all(|parent| row(parent).is_none())
}

/// Returns whether a shard must wait for its parents: a parent's row is there and not at SHARD_END. A missing row
/// does not block.
pub(crate) fn is_blocked_on_parents<'a>(parents: impl IntoIterator<Item = Option<&'a Lease>>) -> bool {
    parents.into_iter().flatten().any(|parent| parent.checkpoint != Checkpoint::ShardEnd)
}
