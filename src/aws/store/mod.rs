//! Floor 2: the application's own store, where record processors put their effects.
//!
//! Three kinds of contents. *Plain*: every delivery is an effect, so a record that is delivered twice is there twice.
//! *Idempotent*: effects are keyed by shard and sequence number, so each is there once. *Transactional*: effects and
//! the position commit together, and only for the writer with the highest fence seen, so a zombie changes nothing.
//!
//! A fence has two parts. The second is the lease's counter, which grows with every owner for as long as the lease's
//! row lives. A row that is made anew counts from 0, so the first part is the row's incarnation: a number of the
//! store's own, which the row's first owner takes from the store and writes on the row. Whoever still acts for a row
//! that is gone has an older one.
//!
//! A request may arrive twice, and late. A transactional store's position therefore never goes back: effects below it
//! are there already and are not taken again.
//!
//! The store is not an AWS service and has no limits; it is reached over the network like one.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::protocol::operation::Operation;
use crate::base::event::StoreKind;
use crate::base::{Chance, ConsumerId, Event, HostId, RangeSet, SequenceNumber, ShardId, SimTime};
use crate::world::Service;

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
        kind: StoreKind,
        /// Grows with every change of the lease's owner.
        fence: Fence,
    },
    /// A number for a lease's row that has none: higher than all that were given out for the shard.
    NextIncarnation {
        /// The application.
        consumer: ConsumerId,
        /// The shard.
        shard: ShardId,
    },
    /// Effects of records with ordinals `from..to`.
    Apply {
        /// The application.
        consumer: ConsumerId,
        /// The shard.
        shard: ShardId,
        /// How effects are kept.
        kind: StoreKind,
        /// Ordinal of the first record.
        from: u64,
        /// One past the ordinal of the last.
        to: u64,
        /// The writer's fence.
        fence: Fence,
        /// The position that commits with the effects (transactional only).
        commit: Option<Position>,
    },
}

/// What a writer has of the lease: of two writers, the one with the greater fence is the newer owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence {
    /// Number of the lease's row: one that is made anew has a higher one.
    pub(crate) incarnation: u64,
    /// Grows with every owner of the same row.
    pub(crate) counter: u64,
}

/// A position in a shard: the last record that was processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Its sequence number; `None` at the shard's end.
    pub sequence_number: Option<SequenceNumber>,
    /// One past its ordinal.
    pub(crate) next_ordinal: u64,
}

/// A reply of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The shard is open for this writer. The position is the transactional store's.
    Opened {
        /// Where the last commit ended.
        position: Option<Position>,
    },
    /// The number that was asked for.
    Incarnation(u64),
    /// The effects are there.
    Applied,
    /// A writer with a higher fence has opened the shard.
    Fenced,
}

impl Request {
    /// Returns which operation this asks for.
    pub const fn operation(&self) -> Operation {
        match self {
            Self::Open { .. } => OPEN,
            Self::NextIncarnation { .. } => NEXT_INCARNATION,
            Self::Apply { .. } => APPLY,
        }
    }
}

const OPEN: Operation = Operation::read("Open");
const NEXT_INCARNATION: Operation = Operation::write("NextIncarnation");
const APPLY: Operation = Operation::write("Apply");
/// Every operation of the store.
pub const OPERATIONS: &[Operation] = &[APPLY, NEXT_INCARNATION, OPEN];

#[derive(Debug, Default)]
struct Contents {
    fence: Fence,
    /// The last number that was given out.
    incarnation: u64,
    applied: RangeSet,
    position: Option<Position>,
}

/// The store of all applications.
#[derive(Debug, Default)]
pub struct Store {
    contents: BTreeMap<(ConsumerId, ShardId), Contents>,
}

/// Nothing about the store can be set.
#[derive(Clone, Debug, Default)]
pub struct Settings;

/// The store has no faults of its own: it is lost, or slow, as its links are.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {}

impl Store {
    /// An empty store.
    pub fn new(_: Settings, _: Chance) -> Self {
        Self::default()
    }
    /// Lets a fault begin, of which there are none.
    pub fn inject(&mut self, _: SimTime, _: u32, fault: Fault, _: &mut Vec<Event>) {
        match fault {}
    }
    /// Ends a fault, of which there are none.
    pub fn heal(&mut self, _: SimTime, _: u32, _: &mut Vec<Event>) {}
}

impl Contents {
    /// Takes effects; how many are now there more than once because of it.
    fn apply(&mut self, kind: StoreKind, from: u64, to: u64, commit: Option<Position>) -> u32 {
        match kind {
            StoreKind::Plain => self.applied.insert(from..to) as u32,
            StoreKind::Idempotent => {
                self.applied.insert(from..to);
                0
            }
            StoreKind::Transactional => {
                let done = self.position.map_or(0, |position| position.next_ordinal);
                let again = self.applied.insert(from.max(done)..to.max(done));
                self.move_to(commit);
                again as u32
            }
        }
    }

    /// Moves the position forwards; the shard's end is after its last record.
    fn move_to(&mut self, commit: Option<Position>) {
        let reached = |position: Position| (position.next_ordinal, position.sequence_number.is_none());
        if commit.map(reached) > self.position.map(reached) {
            self.position = commit;
        }
    }

    /// Returns whether the writer is behind another that has opened the shard; remembers the highest fence.
    fn is_fenced(&mut self, fence: Fence) -> bool {
        self.fence = self.fence.max(fence);
        fence < self.fence
    }
}

impl Service for Store {
    type Request = Request;
    type Reply = Reply;
    type Ask = Infallible;
    type Told = Infallible;

    fn handle(&mut self, _: SimTime, host: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
        match request {
            Request::Open { consumer, shard, kind, fence } => {
                let contents = self.contents.entry((consumer, shard)).or_default();
                if kind != StoreKind::Transactional {
                    return Reply::Opened { position: None };
                }
                if contents.is_fenced(fence) {
                    events.push(Event::EffectsFenced { consumer, host, shard });
                    return Reply::Fenced;
                }
                Reply::Opened { position: contents.position }
            }
            Request::NextIncarnation { consumer, shard } => {
                let contents = self.contents.entry((consumer, shard)).or_default();
                contents.incarnation += 1;
                Reply::Incarnation(contents.incarnation)
            }
            Request::Apply { consumer, shard, kind, from, to, fence, commit } => {
                let contents = self.contents.entry((consumer, shard)).or_default();
                if kind == StoreKind::Transactional && contents.is_fenced(fence) {
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

    fn at_ordinal(next_ordinal: u64) -> Option<Position> {
        let sequence_number = Some(SequenceNumber::new(ShardId(0), 1_600_000_000, next_ordinal, 1_600_000_000));
        Some(Position { sequence_number, next_ordinal })
    }

    fn open(kind: StoreKind, counter: u64) -> Request {
        opened_of(1, kind, counter)
    }

    fn opened_of(incarnation: u64, kind: StoreKind, counter: u64) -> Request {
        let fence = Fence { incarnation, counter };
        Request::Open { consumer: ConsumerId(0), shard: ShardId(0), kind, fence }
    }

    fn apply(kind: StoreKind, from: u64, to: u64, counter: u64) -> Request {
        let fence = Fence { incarnation: 1, counter };
        let commit = at_ordinal(to);
        Request::Apply { consumer: ConsumerId(0), shard: ShardId(0), kind, from, to, fence, commit }
    }

    /// Sends requests from host 1; the replies, and the events.
    fn send(store: &mut Store, requests: impl IntoIterator<Item = Request>) -> (Vec<Reply>, Vec<Event>) {
        let mut events = Vec::new();
        let mut handle = |request| store.handle(SimTime::ZERO, HostId(1), request, &mut events);
        let replies = requests.into_iter().map(&mut handle).collect();
        (replies, events)
    }

    fn duplicates(events: &[Event]) -> u32 {
        let of = |event: &Event| match event {
            Event::EffectsApplied { duplicates, .. } => *duplicates,
            _ => 0,
        };
        events.iter().map(of).sum()
    }

    #[test]
    fn only_a_plain_store_keeps_duplicates() {
        for (kind, expected) in [(StoreKind::Plain, 5), (StoreKind::Idempotent, 0), (StoreKind::Transactional, 0)] {
            let (replies, events) = send(&mut Store::default(), [apply(kind, 0, 10, 1), apply(kind, 5, 15, 1)]);
            assert_eq!(replies, [Reply::Applied, Reply::Applied]);
            assert_eq!(duplicates(&events), expected, "{kind}");
        }
    }

    #[test]
    fn only_a_transactional_store_keeps_a_position_and_a_fence() {
        for kind in [StoreKind::Plain, StoreKind::Idempotent] {
            let requests = [open(kind, 7), apply(kind, 0, 10, 7), open(kind, 3), apply(kind, 10, 20, 3)];
            let (replies, _) = send(&mut Store::default(), requests);
            let opened = Reply::Opened { position: None };
            assert_eq!(replies, [opened.clone(), Reply::Applied, opened, Reply::Applied], "{kind}");
        }
    }

    #[test]
    fn a_transactional_store_refuses_a_zombie_and_keeps_effect_and_position_together() {
        use StoreKind::Transactional as T;
        let mut store = Store::default();
        let requests = [open(T, 3), apply(T, 0, 10, 3), open(T, 7), apply(T, 10, 20, 3), open(T, 3), open(T, 7)];
        let (replies, events) = send(&mut store, requests);
        let position = at_ordinal(10);
        let opened = Reply::Opened { position };
        let first = Reply::Opened { position: None };
        assert_eq!(replies, [first, Reply::Applied, opened.clone(), Reply::Fenced, Reply::Fenced, opened]);
        let fenced = events.iter().filter(|event| matches!(event, Event::EffectsFenced { .. }));
        assert_eq!(fenced.count(), 2);
        let applied = &store.contents[&(ConsumerId(0), ShardId(0))].applied;
        assert_eq!(applied.count(), 10, "no effect of the zombie");
        assert!(applied.covers(0..10));
    }

    #[test]
    fn the_owner_of_a_row_made_anew_goes_on_and_a_zombie_of_the_old_row_is_refused_whatever_it_had_counted() {
        use StoreKind::Transactional as T;
        let requests = [open(T, 900), apply(T, 0, 10, 900), opened_of(2, T, 1), apply(T, 10, 20, 901), open(T, 902)];
        let (replies, _) = send(&mut Store::default(), requests);
        let position = at_ordinal(10);
        let first = Reply::Opened { position: None };
        assert_eq!(replies, [first, Reply::Applied, Reply::Opened { position }, Reply::Fenced, Reply::Fenced]);
    }

    #[test]
    fn no_two_rows_of_a_shard_get_the_same_number() {
        let next = |shard| Request::NextIncarnation { consumer: ConsumerId(0), shard: ShardId(shard) };
        let (replies, events) = send(&mut Store::default(), [next(0), next(0), next(1), next(0)]);
        assert_eq!(replies, [1, 2, 1, 3].map(Reply::Incarnation));
        assert_eq!(events, []);
    }

    #[test]
    fn a_late_copy_of_a_request_does_not_move_the_position_back() {
        use StoreKind::Transactional as T;
        let requests =
            [open(T, 1), apply(T, 0, 10, 1), apply(T, 10, 20, 1), apply(T, 0, 10, 1), apply(T, 10, 20, 1), open(T, 1)];
        let (replies, events) = send(&mut Store::default(), requests);
        assert_eq!(replies.last(), Some(&Reply::Opened { position: at_ordinal(20) }));
        assert_eq!(duplicates(&events), 0);
    }

    #[test]
    fn the_end_of_a_shard_comes_after_its_last_record() {
        use StoreKind::Transactional as T;
        let end = Some(Position { sequence_number: None, next_ordinal: 10 });
        let at_end = Request::Apply {
            consumer: ConsumerId(0),
            shard: ShardId(0),
            kind: T,
            from: 10,
            to: 10,
            fence: Fence { incarnation: 1, counter: 1 },
            commit: end,
        };
        let (replies, _) = send(&mut Store::default(), [apply(T, 0, 10, 1), at_end, apply(T, 0, 10, 1), open(T, 1)]);
        assert_eq!(replies.last(), Some(&Reply::Opened { position: end }));
    }
}
