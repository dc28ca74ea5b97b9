//! Where consumers begin to read shards.
//!
//! A session's position is where its first read begins, which says for LATEST and AT_TIMESTAMP what the sentinel does
//! not.

use super::grid::Grid;
use super::names::Names;
use super::shards::{Shard, Shards};
use crate::base::event::DeclaredStart;
use crate::base::{ConsumerId, Event, HostId, Position, ShardId, StreamId};

/// A worker's first read of a shard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub consumer: ConsumerId,
    pub shard: ShardId,
    /// Where its first read began.
    pub from: u64,
    /// Whether what lies before was passed over by the user's choice: the application begins at LATEST or AT_TIMESTAMP,
    /// and the shard is no child of one that it has begun to read. The KCL begins children at AT_TIMESTAMP as well.
    pub(crate) is_choice: bool,
}

/// Where each consumer first began in each shard.
#[derive(Default)]
pub(crate) struct Starts {
    waiting: Grid<Option<(ConsumerId, Position)>>,
    first: Grid<Option<u64>>,
}

impl Starts {
    /// Takes the next event; answers when a worker made its first read.
    pub(crate) fn on(&mut self, event: &Event, names: &Names, shards: &Shards) -> Option<Start> {
        match event {
            Event::ProcessingStarted { consumer, host, shard, start } => {
                *self.waiting.at(host.index(), shard.index()) = Some((*consumer, *start));
                if *start == Position::TrimHorizon {
                    self.first.at(consumer.index(), shard.index()).get_or_insert(0);
                }
                None
            }
            Event::RecordsRead { stream, shard, host, from, .. } => {
                self.read((*stream, *shard), *host, *from, names, shards)
            }
            _ => None,
        }
    }
    fn read(
        &mut self,
        (stream, shard): (StreamId, ShardId),
        host: HostId,
        from: u64,
        names: &Names,
        shards: &Shards,
    ) -> Option<Start> {
        let waiting = self.waiting.at(host.index(), shard.index());
        let (consumer, position) = (*waiting)?;
        if names.stream_of(consumer) != Some(stream) {
            return None;
        }
        *waiting = None;
        let is_chosen = matches!(position, Position::Latest | Position::AtTimestamp { .. });
        let is_child = || self.is_child_of_read(consumer, stream, shard, shards);
        let declared = names.info(consumer).map(|info| info.start);
        let is_choice =
            is_chosen && declared != Some(DeclaredStart::TrimHorizon) && !(position == Position::Latest && is_child());
        // What a start at LATEST passes over that nobody asked for is not done.
        let begins = if is_chosen && !is_choice { 0 } else { from };
        self.first.at(consumer.index(), shard.index()).get_or_insert(begins);
        Some(Start { consumer, shard, from, is_choice })
    }
    fn is_child_of_read(&self, consumer: ConsumerId, stream: StreamId, shard: ShardId, shards: &Shards) -> bool {
        let parents = shards.get(stream, shard).into_iter().flat_map(Shard::parents);
        parents.into_iter().any(|parent| self.first(consumer, parent).is_some())
    }
    /// The ordinal at which the consumer first began in the shard.
    pub(crate) fn first(&self, consumer: ConsumerId, shard: ShardId) -> Option<u64> {
        self.first.get(consumer.index(), shard.index()).copied().flatten()
    }
}
