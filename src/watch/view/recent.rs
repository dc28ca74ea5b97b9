//! The latest events: all of them, and those worth telling, of which equal ones stand together.

use std::collections::VecDeque;
use std::collections::vec_deque::Iter;

use crate::base::event::{EventKind, FieldVisitor};
use crate::base::item::Item;
use crate::base::{ConsumerId, DeliveryId, Event, Fold, HostId, ShardId, SimDuration, SimTime, StreamId, TableId};
use crate::report::events_file::{is_mark, is_trouble};

/// Events that are remembered, of each of the two.
const EVENTS_MAX: usize = 400;
/// Among so many of the last lines an equal one is looked for.
const LOOK_BACK: usize = 6;

/// An event that happened, or equal ones.
#[derive(Clone)]
pub(in crate::watch) struct Told {
    pub(in crate::watch) at: SimTime,
    pub(in crate::watch) times: u32,
    pub(in crate::watch) event: Event,
}

/// The latest events.
#[derive(Default)]
pub(in crate::watch) struct Recent {
    all: VecDeque<Told>,
    told: VecDeque<Told>,
}

impl Recent {
    /// Every event, oldest first.
    pub(in crate::watch) fn all(&self) -> Iter<'_, Told> {
        self.all.iter()
    }
    /// What happened to hosts, shards and leases and what went wrong, oldest first.
    pub(in crate::watch) fn told(&self) -> Iter<'_, Told> {
        self.told.iter()
    }
    /// The last event.
    pub(in crate::watch) fn last(&self) -> Option<&Told> {
        self.all.back()
    }
}

impl Fold for Recent {
    fn on(&mut self, at: SimTime, event: &Event) {
        let told = Told { at, times: 1, event: event.clone() };
        if is_trouble(event.kind()) {
            let about = About::of(event);
            let mut latest = self.told.iter_mut().rev().take(LOOK_BACK).take_while(|o| o.at.as_secs() == at.as_secs());
            match latest.find(|other| About::of(&other.event) == about) {
                Some(same) => same.times += 1,
                None => push(&mut self.told, told.clone()),
            }
        } else if is_mark(event.kind()) {
            push(&mut self.told, told.clone());
        }
        push(&mut self.all, told);
    }
}

fn push(events: &mut VecDeque<Told>, event: Told) {
    if events.len() == EVENTS_MAX {
        events.pop_front();
    }
    events.push_back(event);
}

/// What makes events equal: their kind, and whom they are about.
#[derive(Debug, PartialEq, Eq)]
struct About {
    kind: EventKind,
    host: Option<HostId>,
    shard: Option<ShardId>,
}

impl About {
    fn of(event: &Event) -> Self {
        let mut about = Self { kind: event.kind(), host: None, shard: None };
        event.visit(&mut about);
        about
    }
}

impl FieldVisitor for About {
    fn number(&mut self, _: &'static str, _: u64) {}
    fn duration(&mut self, _: &'static str, _: SimDuration) {}
    fn flag(&mut self, _: &'static str, _: bool) {}
    fn text(&mut self, _: &'static str, _: &str) {}
    fn absent(&mut self, _: &'static str) {}
    fn host(&mut self, _: &'static str, value: HostId) {
        self.host = self.host.or(Some(value));
    }
    fn stream(&mut self, _: &'static str, _: StreamId) {}
    fn table(&mut self, _: &'static str, _: TableId) {}
    fn consumer(&mut self, _: &'static str, _: ConsumerId) {}
    fn delivery(&mut self, _: &'static str, _: DeliveryId) {}
    fn shard(&mut self, _: &'static str, value: ShardId) {
        self.shard = self.shard.or(Some(value));
    }
    fn item(&mut self, _: &'static str, _: &Item) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(host: u16) -> Event {
        Event::CallRefused { service: "kinesis", operation: "PutRecord", host: HostId(host), error: "InternalFailure" }
    }

    #[test]
    fn equal_troubles_of_a_second_are_one_line_with_their_count_and_every_event_is_among_all() {
        let mut recent = Recent::default();
        for (at_ms, host) in [(100, 1), (200, 1), (300, 2), (400, 1), (1400, 1)] {
            recent.on(SimTime::from_millis(at_ms), &refused(host));
        }
        assert_eq!(recent.told().map(|told| told.times).collect::<Vec<_>>(), [3, 1, 1]);
        assert_eq!(recent.all().count(), 5);
    }

    #[test]
    fn no_more_are_remembered_than_fit() {
        let mut recent = Recent::default();
        (0..1000).for_each(|at_s| recent.on(SimTime::from_secs(at_s), &refused(1)));
        assert_eq!((recent.all().count(), recent.told().count()), (EVENTS_MAX, EVENTS_MAX));
        assert_eq!(recent.last().map(|told| told.at.as_secs()), Some(999));
    }
}
