//! The shards of every stream as the checks need them: descent, ranges, ends and trimming.

use super::grid::Grid;
use crate::base::{Event, HashKeyRange, ShardId, StreamId};

/// What is known of a shard: its range, descent, and how far it is trimmed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shard {
    /// Its hash key range; `None` for a number that no shard has had.
    pub range: Option<HashKeyRange>,
    /// The shard it was split from, or the two it was merged from.
    pub parents: [Option<ShardId>; 2],
    /// One past its last ordinal, once it is closed.
    pub end: Option<u64>,
    /// Ordinals below this have left retention.
    pub(crate) trimmed: u64,
    /// Whether it is no longer listed.
    pub is_expired: bool,
}

impl Shard {
    /// Returns whether it takes records.
    pub(crate) fn is_open(&self) -> bool {
        self.range.is_some() && self.end.is_none() && !self.is_expired
    }
    /// Returns none for a first shard, one after a split, two after a merge.
    pub(crate) fn parents(&self) -> impl Iterator<Item = ShardId> {
        self.parents.into_iter().flatten()
    }
}

/// Every shard of every stream.
#[derive(Default)]
pub(crate) struct Shards {
    grid: Grid<Shard>,
}

impl Shards {
    /// Takes the next event.
    pub(crate) fn on(&mut self, event: &Event) {
        match *event {
            Event::ShardOpened { stream, shard, range, parent, adjacent_parent } => {
                let cell = self.grid.at(stream.index(), shard.index());
                cell.range = Some(range);
                cell.parents = [parent, adjacent_parent];
            }
            Event::ShardClosed { stream, shard, end } => {
                self.grid.at(stream.index(), shard.index()).end = Some(end);
            }
            Event::ShardExpired { stream, shard } => {
                self.grid.at(stream.index(), shard.index()).is_expired = true;
            }
            Event::RecordsTrimmed { stream, shard, to } => {
                self.grid.at(stream.index(), shard.index()).trimmed = to;
            }
            _ => {}
        }
    }
    /// Returns `None` for a shard that was never opened.
    pub(crate) fn get(&self, stream: StreamId, shard: ShardId) -> Option<&Shard> {
        self.grid.get(stream.index(), shard.index())
    }
    /// How far the shard is trimmed.
    pub(crate) fn trimmed(&self, stream: StreamId, shard: ShardId) -> u64 {
        self.get(stream, shard).map_or(0, |s| s.trimmed)
    }
    /// Returns all shards that ever were, by number.
    pub(crate) fn of(&self, stream: StreamId) -> impl Iterator<Item = (ShardId, &Shard)> {
        let numbered = self.grid.row(stream.index()).iter().enumerate();
        numbered.filter(|(_, s)| s.range.is_some()).map(|(i, s)| (ShardId(i as u32), s))
    }
    /// The shards that came from `shard`.
    pub(crate) fn children(&self, stream: StreamId, shard: ShardId) -> impl Iterator<Item = ShardId> {
        self.of(stream).filter(move |(_, s)| s.parents().any(|p| p == shard)).map(|(id, _)| id)
    }
}
