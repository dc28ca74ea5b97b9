//! Which shards a poller reads, and when: a child only after all its parents were read to their ends, so that
//! the records of a key are processed in order
//! (<https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-after-resharding.html>).

use std::collections::BTreeMap;

use super::saved::{SavedPosition, SavedPositions};
use super::settings::InitialPosition;
use crate::aws::kinesis::api::{ChildShard, IteratorPosition, Shard, ShardIterator, Timestamp};
use crate::base::ShardId;

/// Where a poller begins to read a shard.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Beginning {
    pub position: IteratorPosition,
    /// A saved iterator, which is tried before a new one at `position` is asked for.
    pub iterator: Option<ShardIterator>,
}

/// The shards that a poller knows.
#[derive(Debug, Default)]
pub(super) struct Lineage {
    shards: BTreeMap<ShardId, Progress>,
}

#[derive(Debug)]
enum Progress {
    /// Begins when these have ended.
    Waiting {
        parents: Vec<ShardId>,
        beginning: Beginning,
    },
    Reading,
    Ended,
}

impl Lineage {
    /// Returns whether no shard is known.
    pub(super) fn is_empty(&self) -> bool {
        self.shards.is_empty()
    }

    /// Takes in a whole listing of the stream.
    pub(crate) fn adopt(&mut self, listed: &[Shard], saved: &SavedPositions, initial: IteratorPosition) {
        for (shard, position) in &saved.shards {
            let is_listed = listed.iter().any(|s| s.id == *shard);
            if *position == SavedPosition::End || !is_listed {
                // Not listed any more: its last record left retention, nothing of it can be read.
                self.shards.entry(*shard).or_insert(Progress::Ended);
            }
        }
        let mut listed: Vec<&Shard> = listed.iter().collect();
        listed.sort_unstable_by_key(|shard| shard.id);
        for shard in listed {
            self.adopt_one(shard, saved.shards.get(&shard.id), initial);
        }
        self.forget_unknown_parents();
    }

    fn adopt_one(&mut self, shard: &Shard, saved: Option<&SavedPosition>, initial: IteratorPosition) {
        if self.shards.contains_key(&shard.id) {
            return;
        }
        let parents = shard.parent.into_iter().chain(shard.adjacent_parent);
        let parents: Vec<ShardId> = parents.filter(|parent| self.shards.contains_key(parent)).collect();
        let position = if parents.is_empty() { initial } else { IteratorPosition::TrimHorizon };
        let is_open = shard.ending_sequence_number.is_none();
        let beginning = match saved {
            Some(SavedPosition::After(record)) => Beginning::at(IteratorPosition::AfterSequenceNumber(*record)),
            Some(SavedPosition::Iterator(iterator)) => Beginning { position, iterator: Some(iterator.clone()) },
            // Closed before the poller came: nothing in it is later than LATEST.
            _ if position == IteratorPosition::Latest && !is_open => return,
            _ => Beginning::at(position),
        };
        self.shards.insert(shard.id, Progress::Waiting { parents, beginning });
    }

    /// After a whole listing, a parent that is still unknown will never be read.
    fn forget_unknown_parents(&mut self) {
        let known: Vec<ShardId> = self.shards.keys().copied().collect();
        for progress in self.shards.values_mut() {
            if let Progress::Waiting { parents, .. } = progress {
                parents.retain(|parent| known.binary_search(parent).is_ok());
            }
        }
    }

    /// A shard was read to its end, where GetRecords showed these children.
    pub(super) fn end(&mut self, shard: ShardId, children: &[ChildShard]) {
        self.shards.insert(shard, Progress::Ended);
        for child in children {
            let beginning = Beginning::at(IteratorPosition::TrimHorizon);
            let waiting = Progress::Waiting { parents: child.parents.clone(), beginning };
            self.shards.entry(child.id).or_insert(waiting);
        }
    }

    /// Takes the shards that can be read now; they count as being read from here on.
    pub(crate) fn take_ready(&mut self) -> Vec<(ShardId, Beginning)> {
        let has_ended = |shard: &ShardId| matches!(self.shards.get(shard), Some(Progress::Ended));
        let ready = self.shards.iter().filter_map(|(shard, progress)| match progress {
            Progress::Waiting { parents, beginning } if parents.iter().all(has_ended) => {
                Some((*shard, beginning.clone()))
            }
            _ => None,
        });
        let ready: Vec<_> = ready.collect();
        for (shard, _) in &ready {
            self.shards.insert(*shard, Progress::Reading);
        }
        ready
    }
}

impl Beginning {
    fn at(position: IteratorPosition) -> Self {
        Self { position, iterator: None }
    }
}

impl InitialPosition {
    /// The position that stands for it, for a poller that first started at this wall-clock time.
    pub(crate) fn position(self, first_started_at: Timestamp) -> IteratorPosition {
        match self {
            Self::TrimHorizon => IteratorPosition::TrimHorizon,
            Self::Latest => IteratorPosition::Latest,
            Self::AtTimestampAgo(ago) => {
                IteratorPosition::AtTimestamp(first_started_at.saturating_sub(ago.as_millis()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{HashKeyRange, SequenceNumber};

    fn number(shard: u32) -> SequenceNumber {
        SequenceNumber::new(ShardId(shard), 1_700_000_000, 1, 1_700_000_000)
    }

    fn shard(id: u32, parents: &[u32], is_open: bool) -> Shard {
        Shard {
            id: ShardId(id),
            parent: parents.first().map(|p| ShardId(*p)),
            adjacent_parent: parents.get(1).map(|p| ShardId(*p)),
            range: HashKeyRange::FULL,
            starting_sequence_number: number(id),
            ending_sequence_number: (!is_open).then(|| number(id)),
        }
    }

    fn child(id: u32, parents: &[u32]) -> ChildShard {
        let parents = parents.iter().map(|p| ShardId(*p)).collect();
        ChildShard { id: ShardId(id), parents, range: HashKeyRange::FULL }
    }

    fn ready(lineage: &mut Lineage) -> Vec<(u32, IteratorPosition)> {
        lineage.take_ready().into_iter().map(|(shard, beginning)| (shard.0, beginning.position)).collect()
    }

    const HORIZON: IteratorPosition = IteratorPosition::TrimHorizon;
    const LATEST: IteratorPosition = IteratorPosition::Latest;

    #[test]
    fn children_wait_until_all_their_parents_were_read() {
        let mut lineage = Lineage::default();
        let listed = [shard(0, &[], false), shard(1, &[], false), shard(2, &[0, 1], true)];
        lineage.adopt(&listed, &SavedPositions::default(), HORIZON);
        assert_eq!(ready(&mut lineage), [(0, HORIZON), (1, HORIZON)]);
        lineage.end(ShardId(1), &[child(2, &[0, 1])]);
        assert_eq!(ready(&mut lineage), []);
        lineage.end(ShardId(0), &[child(2, &[0, 1])]);
        assert_eq!(ready(&mut lineage), [(2, HORIZON)]);
        assert_eq!(ready(&mut lineage), []);
    }

    #[test]
    fn a_parent_that_is_not_yet_known_is_waited_for() {
        let mut lineage = Lineage::default();
        lineage.adopt(&[shard(0, &[], true), shard(1, &[], true)], &SavedPositions::default(), HORIZON);
        assert_eq!(ready(&mut lineage).len(), 2);
        // Shard 0 was split into 2 and 3, and 3 merged with 1 into 4: the end of 1 is read before that of 0.
        lineage.end(ShardId(1), &[child(4, &[3, 1])]);
        assert_eq!(ready(&mut lineage), []);
        lineage.end(ShardId(0), &[child(2, &[0]), child(3, &[0])]);
        assert_eq!(ready(&mut lineage), [(2, HORIZON), (3, HORIZON)]);
        lineage.end(ShardId(3), &[child(4, &[3, 1])]);
        assert_eq!(ready(&mut lineage), [(4, HORIZON)]);
    }

    #[test]
    fn from_latest_only_open_shards_are_read_but_what_was_saved_comes_first() {
        let listed = [shard(0, &[], false), shard(1, &[0], false), shard(2, &[1], true), shard(3, &[], true)];
        let mut fresh = Lineage::default();
        fresh.adopt(&listed, &SavedPositions::default(), LATEST);
        assert_eq!(ready(&mut fresh), [(2, LATEST), (3, LATEST)]);

        let mut saved = SavedPositions::default();
        saved.shards.insert(ShardId(0), SavedPosition::After(number(0)));
        let mut resumed = Lineage::default();
        resumed.adopt(&listed, &saved, LATEST);
        assert_eq!(ready(&mut resumed), [(0, IteratorPosition::AfterSequenceNumber(number(0))), (3, LATEST)]);
        resumed.end(ShardId(0), &[]);
        assert_eq!(ready(&mut resumed), [(1, HORIZON)]);
    }

    #[test]
    fn a_saved_shard_that_expired_counts_as_read() {
        let mut saved = SavedPositions::default();
        saved.shards.insert(ShardId(0), SavedPosition::After(number(0)));
        let mut lineage = Lineage::default();
        lineage.adopt(&[shard(1, &[0], true)], &saved, LATEST);
        assert_eq!(ready(&mut lineage), [(1, HORIZON)]);
    }

    #[test]
    fn a_new_listing_frees_children_of_parents_that_are_gone() {
        let mut lineage = Lineage::default();
        lineage.adopt(&[shard(0, &[], true), shard(1, &[], true)], &SavedPositions::default(), HORIZON);
        lineage.take_ready();
        lineage.end(ShardId(1), &[child(4, &[3, 1])]);
        // Shard 0 and its child 3 expired before they were read.
        lineage.end(ShardId(0), &[]);
        lineage.adopt(&[shard(1, &[], false), shard(4, &[3, 1], true)], &SavedPositions::default(), HORIZON);
        assert_eq!(ready(&mut lineage), [(4, HORIZON)]);
    }
}
