//! Which leases a listing of shards calls for (the library's `HierarchicalShardSyncer`).

use std::collections::BTreeMap;

use crate::aws::kinesis::api::Shard;
use crate::base::lease_row::{Checkpoint, Lease};
use crate::base::{HashKey, HashKeyRange, SequenceNumber, ShardId};
use crate::client::poller::InitialPosition;

/// A shard as the algorithm looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// As ListShards names it.
    pub id: ShardId,
    /// Its parents: none, one after a split, two after a merge.
    pub parents: Vec<ShardId>,
    /// Whether it is open.
    pub(crate) is_open: bool,
    /// The hash keys whose records it takes.
    pub range: HashKeyRange,
    /// Order in which leases are written.
    pub starts: Option<SequenceNumber>,
}

impl From<&Shard> for Listed {
    fn from(shard: &Shard) -> Self {
        Self {
            id: shard.id,
            parents: [shard.parent, shard.adjacent_parent].into_iter().flatten().collect(),
            is_open: shard.ending_sequence_number.is_none(),
            range: shard.range,
            starts: Some(shard.starting_sequence_number),
        }
    }
}

/// The listing contradicts itself: an open shard has an open parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Inconsistent {
    /// The open shard whose parent is open too.
    pub child: ShardId,
}

/// The sentinel that a configured initial position stands for.
pub(crate) fn sentinel(position: InitialPosition) -> Checkpoint {
    match position {
        InitialPosition::TrimHorizon => Checkpoint::TrimHorizon,
        InitialPosition::Latest => Checkpoint::Latest,
        InitialPosition::AtTimestampAgo(_) => Checkpoint::AtTimestamp,
    }
}

/// Returns whether ranges cover the whole hash key space.
pub(crate) fn covers_hash_range(shards: &[Listed]) -> bool {
    let mut ranges: Vec<HashKeyRange> = shards.iter().map(|shard| shard.range).collect();
    ranges.sort();
    let mut reach: Option<HashKey> = None;
    for range in ranges {
        let touches = match reach {
            None => range.start == HashKey::MIN,
            Some(reach) => range.start.get() <= reach.get().saturating_add(1),
        };
        if !touches {
            return false;
        }
        reach = reach.max(Some(range.end));
    }
    reach == Some(HashKey::MAX)
}

/// Leases for an empty table: one for every shard that the service listed for the initial position.
pub(crate) fn leases_for_empty_table(shards: &[Listed], position: Checkpoint) -> Vec<Lease> {
    written_in_order(shards.iter().map(|shard| new_lease(shard, position)).collect(), shards)
}

fn new_lease(shard: &Listed, checkpoint: Checkpoint) -> Lease {
    Lease::new(shard.id, checkpoint, shard.parents.clone(), Some(shard.range))
}

fn written_in_order(mut leases: Vec<Lease>, shards: &[Listed]) -> Vec<Lease> {
    let starts = |lease: &Lease| shards.iter().find(|shard| shard.id == lease.shard).and_then(|shard| shard.starts);
    leases.sort_by_key(|lease| (starts(lease), lease.shard));
    leases
}

/// Leases that a table with rows lacks.
///
/// # Errors
/// An open child of an open parent, unless such children are to be ignored.
pub(crate) fn leases_to_create(
    shards: &[Listed],
    leased: &[ShardId],
    position: Checkpoint,
    ignore_unexpected_children: bool,
) -> Result<Vec<Lease>, Inconsistent> {
    let by_id: BTreeMap<ShardId, &Listed> = shards.iter().map(|shard| (shard.id, shard)).collect();
    let is_open = |id: &ShardId| by_id.get(id).is_some_and(|shard| shard.is_open);
    let mut tree = Tree { by_id: &by_id, leased, position, known: BTreeMap::new(), needed: BTreeMap::new() };
    for shard in shards.iter().filter(|shard| shard.is_open) {
        if shard.parents.iter().any(is_open) {
            if ignore_unexpected_children {
                continue;
            }
            return Err(Inconsistent { child: shard.id });
        }
        if leased.contains(&shard.id) {
            continue;
        }
        if !tree.is_descendant(shard.id) {
            tree.needed.insert(shard.id, position);
        }
    }
    let needed = tree.needed.iter().filter_map(|(id, at)| by_id.get(id).map(|shard| new_lease(shard, *at))).collect();
    Ok(written_in_order(needed, shards))
}

/// The recursion over parents.
struct Tree<'a> {
    by_id: &'a BTreeMap<ShardId, &'a Listed>,
    leased: &'a [ShardId],
    position: Checkpoint,
    /// Whether a shard is on a branch that has a lease (or will get one) above it.
    known: BTreeMap<ShardId, bool>,
    /// Leases to create, with their positions.
    needed: BTreeMap<ShardId, Checkpoint>,
}

impl Tree<'_> {
    /// Returns whether the shard has a lease, or an ancestor in the listing does or will.
    fn is_descendant(&mut self, id: ShardId) -> bool {
        if let Some(known) = self.known.get(&id) {
            return *known;
        }
        let Some(shard) = self.by_id.get(&id) else { return false };
        if self.leased.contains(&id) {
            self.known.insert(id, true);
            return true;
        }
        let parents: Vec<ShardId> = shard.parents.iter().copied().filter(|p| self.by_id.contains_key(p)).collect();
        let mut branches = Vec::new();
        for parent in &parents {
            let is_branch = self.is_descendant(*parent);
            branches.push((*parent, is_branch, self.needed.contains_key(parent)));
        }
        let is_descendant = branches.iter().any(|(_, is_branch, is_needed)| *is_branch || *is_needed);
        if is_descendant {
            self.create_missing_parents(&branches);
        } else if self.starts_at_the_beginning() {
            // The recursion has reached the oldest listed ancestor: reading begins there.
            self.needed.insert(id, self.position);
        }
        self.known.insert(id, is_descendant);
        is_descendant
    }

    fn starts_at_the_beginning(&self) -> bool {
        matches!(self.position, Checkpoint::TrimHorizon | Checkpoint::AtTimestamp)
    }

    /// A descendant's parents without a lease get one, unless they are descendants themselves: then theirs comes at
    /// the end of their own parents.
    fn create_missing_parents(&mut self, branches: &[(ShardId, bool, bool)]) {
        for (parent, is_branch, is_needed) in branches {
            if !self.leased.contains(parent) && !is_branch && !is_needed {
                self.needed.insert(*parent, self.position);
            }
        }
    }
}
