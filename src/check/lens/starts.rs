//! Where consumers begin to read shards.
//!
//! A session's position is where its first read begins, which says for LATEST and AT_TIMESTAMP what the sentinel does
//! not.

use super::grid::Grid;
use super::names::Names;
use crate::base::{ConsumerId, Event, HostId, Position, ShardId, StreamId};

/// What a worker begins from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The oldest record in retention.
    TrimHorizon,
    /// LATEST or AT_TIMESTAMP: what lies below is passed over by the user's choice.
    Chosen,
    /// A stored position.
    Stored,
}

impl Origin {
    fn of(start: Position) -> Self {
        match start {
            Position::TrimHorizon => Self::TrimHorizon,
            Position::Latest | Position::AtTimestamp { .. } => Self::Chosen,
            Position::AtSequenceNumber(_)
            | Position::AfterSequenceNumber(_)
            | Position::Checkpoint(_)
            | Position::SavedIterator
            | Position::ShardEnd => Self::Stored,
        }
    }
}

/// A worker's first read of a shard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub consumer: ConsumerId,
    pub shard: ShardId,
    /// What it began from.
    pub(crate) origin: Origin,
    /// Where its first read began.
    pub from: u64,
}

/// Where each consumer first began in each shard.
#[derive(Default)]
pub(crate) struct Starts {
    waiting: Grid<Option<(ConsumerId, Origin)>>,
    first: Grid<Option<u64>>,
}

impl Starts {
    /// Takes the next event; answers when a worker made its first read.
    pub(crate) fn on(&mut self, event: &Event, names: &Names) -> Option<Start> {
        match event {
            Event::ProcessingStarted { consumer, host, shard, start } => {
                let origin = Origin::of(*start);
                *self.waiting.at(host.index(), shard.index()) = Some((*consumer, origin));
                if origin == Origin::TrimHorizon {
                    self.first.at(consumer.index(), shard.index()).get_or_insert(0);
                }
                None
            }
            Event::RecordsRead { stream, shard, host, from, .. } => self.read(*stream, *shard, *host, *from, names),
            _ => None,
        }
    }
    fn read(&mut self, stream: StreamId, shard: ShardId, host: HostId, from: u64, names: &Names) -> Option<Start> {
        let waiting = self.waiting.at(host.index(), shard.index());
        let (consumer, origin) = (*waiting)?;
        if names.stream_of(consumer) != Some(stream) {
            return None;
        }
        *waiting = None;
        self.first.at(consumer.index(), shard.index()).get_or_insert(from);
        Some(Start { consumer, shard, origin, from })
    }
    /// The ordinal at which the consumer first began in the shard.
    pub(crate) fn first(&self, consumer: ConsumerId, shard: ShardId) -> Option<u64> {
        self.first.get(consumer.index(), shard.index()).copied().flatten()
    }
}
