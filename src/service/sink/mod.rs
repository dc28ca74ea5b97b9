//! The application's own store, where record processors put their effects.
//!
//! Three kinds of contents. *Plain*: every delivery is an effect, so a record that is delivered twice is there twice.
//! *Idempotent*: effects are keyed by shard and sequence number, so each is there once. *Transactional*: effects and
//! the position commit together, and only for the writer with the highest fence seen, so a zombie changes nothing.
//!
//! The store is not an AWS service and has no limits; it is reached over the network like one.

use std::collections::BTreeMap;

use super::Service;
use crate::base::event::SinkKind;
use crate::base::{ConsumerId, Event, HostId, RangeSet, SequenceNumber, ShardId, SimTime};

/// A request of the store.
#[derive(Clone, Debug)]
pub enum Request {
    /// A processor takes over a shard.
    Open {
        /// The application.
        consumer: ConsumerId,
        /// The shard.
        shard: ShardId,
        /// How effects are kept.
        kind: SinkKind,
        /// Grows with every change of the lease's owner.
        fence: u64,
    },
    /// Effects of records with ordinals `from..to`.
    Apply {
        /// The application.
        consumer: ConsumerId,
        /// The shard.
        shard: ShardId,
        /// How effects are kept.
        kind: SinkKind,
        /// Ordinal of the first record.
        from: u64,
        /// One past the ordinal of the last.
        to: u64,
        /// The writer's fence.
        fence: u64,
        /// The position that commits with the effects (transactional only).
        commit: Option<Position>,
    },
}

/// A position in a shard: the last record that was processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Its sequence number; `None` at the shard's end.
    pub sequence_number: Option<SequenceNumber>,
    /// One past its ordinal.
    pub next_ordinal: u64,
}

/// A reply of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The shard is open for this writer. The position is the transactional store's.
    Opened {
        /// Where the last commit ended.
        position: Option<Position>,
    },
    /// The effects are there.
    Applied,
    /// A writer with a higher fence has opened the shard.
    Fenced,
}

impl Request {
    /// The operation's name.
    pub const fn operation(&self) -> &'static str {
        match self {
            Self::Open { .. } => "Open",
            Self::Apply { .. } => "Apply",
        }
    }
}

#[derive(Debug, Default)]
struct Contents {
    fence: u64,
    applied: RangeSet,
    position: Option<Position>,
}

/// The store of all applications.
#[derive(Debug, Default)]
pub struct SinkService {
    contents: BTreeMap<(ConsumerId, ShardId), Contents>,
}

impl SinkService {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Contents {
    /// Takes effects; how many are now there more than once because of it.
    fn apply(&mut self, kind: SinkKind, from: u64, to: u64, commit: Option<Position>) -> u32 {
        match kind {
            SinkKind::Plain => self.applied.insert(from..to) as u32,
            SinkKind::Idempotent => {
                self.applied.insert(from..to);
                0
            }
            SinkKind::Transactional => {
                let done = self.position.map_or(0, |position| position.next_ordinal);
                let again = self.applied.insert(from.max(done)..to.max(done));
                self.position = commit.or(self.position);
                again as u32
            }
        }
    }
}

impl Service for SinkService {
    type Request = Request;
    type Reply = Reply;

    fn handle(&mut self, _: SimTime, host: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        match request {
            Request::Open { consumer, shard, kind, fence } => {
                let contents = self.contents.entry((consumer, shard)).or_default();
                if kind != SinkKind::Transactional {
                    return Reply::Opened { position: None };
                }
                if fence < contents.fence {
                    events.push(Event::EffectsFenced { consumer, host, shard });
                    return Reply::Fenced;
                }
                contents.fence = fence;
                Reply::Opened { position: contents.position }
            }
            Request::Apply { consumer, shard, kind, from, to, fence, commit } => {
                let contents = self.contents.entry((consumer, shard)).or_default();
                if kind == SinkKind::Transactional && fence < contents.fence {
                    events.push(Event::EffectsFenced { consumer, host, shard });
                    return Reply::Fenced;
                }
                let duplicates = contents.apply(kind, from, to, commit);
                events.push(Event::EffectsApplied { consumer, host, shard, from, to, duplicates });
                Reply::Applied
            }
        }
    }

    fn next_deadline(&self) -> Option<SimTime> {
        None
    }

    fn advance(&mut self, _: SimTime, _: &mut Vec<Event>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(kind: SinkKind, from: u64, to: u64, fence: u64) -> Request {
        let commit = Some(Position { sequence_number: None, next_ordinal: to });
        Request::Apply { consumer: ConsumerId(0), shard: ShardId(0), kind, from, to, fence, commit }
    }

    /// Applies 0..10 and then 5..15; the replies, and the duplicates that events tell.
    fn deliver_twice(kind: SinkKind) -> u32 {
        let (mut sink, mut events) = (SinkService::new(), Vec::new());
        for (from, to) in [(0, 10), (5, 15)] {
            assert_eq!(sink.handle(SimTime::ZERO, HostId(1), apply(kind, from, to, 1), &mut events), Reply::Applied);
        }
        let duplicates = |event: &Event| match event {
            Event::EffectsApplied { duplicates, .. } => *duplicates,
            _ => 0,
        };
        events.iter().map(duplicates).sum()
    }

    #[test]
    fn only_a_plain_store_keeps_duplicates() {
        assert_eq!(deliver_twice(SinkKind::Plain), 5);
        assert_eq!(deliver_twice(SinkKind::Idempotent), 0);
        assert_eq!(deliver_twice(SinkKind::Transactional), 0);
    }

    #[test]
    fn a_transactional_store_refuses_a_zombie_and_keeps_effect_and_position_together() {
        let (mut sink, mut events) = (SinkService::new(), Vec::new());
        let open =
            |fence| Request::Open { consumer: ConsumerId(0), shard: ShardId(0), kind: SinkKind::Transactional, fence };
        let mut call = |request| sink.handle(SimTime::ZERO, HostId(1), request, &mut events);
        assert_eq!(call(open(3)), Reply::Opened { position: None });
        assert_eq!(call(apply(SinkKind::Transactional, 0, 10, 3)), Reply::Applied);
        let position = Some(Position { sequence_number: None, next_ordinal: 10 });
        assert_eq!(call(open(7)), Reply::Opened { position });
        assert_eq!(call(apply(SinkKind::Transactional, 10, 20, 3)), Reply::Fenced);
        assert_eq!(call(open(3)), Reply::Fenced);
        assert_eq!(call(open(7)), Reply::Opened { position });
    }
}
