//! Which read goes on where the last one ended.
//!
//! A GetRecords answer carries the next iterator, so in one reading session every iterator is as old as the read
//! before it. That tells a read that continues from one with a new iterator (another position), from one that
//! repeats a call whose answer was lost, and from a late copy of an earlier request.
//!
//! The operator's hosts and the endpoint's gateway ask on behalf of many readers, of whom nothing is known. So every
//! place is remembered at which an iterator was handed out to any of them: a read goes on from one of those that are as
//! old as its iterator.

use std::collections::VecDeque;

use super::grid::Grid;
use crate::base::{HostId, ShardId, SimDuration, SimTime, StreamId};

/// How much later than the answer the iterator in it may be stamped.
const STAMP_SLACK: SimDuration = SimDuration::from_millis(1);

#[derive(Clone, Copy)]
struct LastRead {
    stream: StreamId,
    at: SimTime,
    to: u64,
}

#[derive(Default)]
struct Session {
    last: Option<LastRead>,
    /// The one before: the copy of a request that was delivered twice may come in between, and nobody hears it.
    before: Option<LastRead>,
    /// When the newest iterator was asked for, or the last read's was issued. What is older comes from
    /// a request that was delivered twice: the copy arrives after the calls that followed it, and nobody hears it.
    live_from: SimTime,
}

/// The last read of each host in each shard.
#[derive(Default)]
pub(crate) struct Sessions {
    sessions: Grid<Session>,
}

impl Sessions {
    /// A read of `from..to` at `at` with an iterator that `lived` so long. Where the read before it ended, if it
    /// continues that.
    pub(crate) fn read(
        &mut self,
        at: SimTime,
        (stream, shard): (StreamId, ShardId),
        host: HostId,
        (from, to): (u64, u64),
        lived: SimDuration,
    ) -> Option<u64> {
        let issued = at.saturating_sub(lived);
        let session = self.sessions.at(host.index(), shard.index());
        if issued < session.live_from {
            return None;
        }
        session.live_from = issued;
        let last = session.last.replace(LastRead { stream, at, to });
        let before = std::mem::replace(&mut session.before, last);
        let is_continued =
            |read: &LastRead| read.stream == stream && issued.since(read.at).max(read.at.since(issued)) <= STAMP_SLACK;
        let then = || [last, before].into_iter().flatten().filter(is_continued).map(|read| read.to);
        then().find(|end| *end == from).or_else(|| then().next())
    }
    /// The host asked for an iterator: its next read does not continue.
    pub(crate) fn restart(&mut self, at: SimTime, host: HostId, shard: ShardId) {
        *self.sessions.at(host.index(), shard.index()) = Session { live_from: at, ..Session::default() };
    }
}

/// So many of the places in a shard are remembered.
const PLACES_MAX: usize = 64;

/// The places in each shard at which readers stand who cannot be told apart.
#[derive(Default)]
pub(crate) struct Crowd {
    places: Grid<VecDeque<(SimTime, u64)>>,
}

impl Crowd {
    /// One of them was given an iterator that stands at `ordinal`.
    pub(crate) fn given(&mut self, at: SimTime, (stream, shard): (StreamId, ShardId), ordinal: u64) {
        let places = self.places.at(stream.index(), shard.index());
        if places.len() == PLACES_MAX {
            places.pop_front();
        }
        places.push_back((at, ordinal));
    }
    /// A read of `from..to` at `at` with an iterator that `lived` so long. The place that it goes on from: its own if
    /// anybody stood there, else the nearest one before it. `None` when nobody knows all places of that time any more.
    pub(crate) fn read(
        &mut self,
        at: SimTime,
        shard: (StreamId, ShardId),
        (from, to): (u64, u64),
        lived: SimDuration,
    ) -> Option<u64> {
        let issued = at.saturating_sub(lived);
        let places = self.places.at(shard.0.index(), shard.1.index());
        let is_known =
            places.len() < PLACES_MAX || places.front().is_some_and(|(at, _)| issued.since(*at) > STAMP_SLACK);
        let then = places.iter().filter(|(at, _)| issued.since(*at).max(at.since(issued)) <= STAMP_SLACK);
        let then = then.map(|(_, ordinal)| *ordinal);
        let before = then.clone().filter(|ordinal| *ordinal <= from).max();
        let place = before.or_else(|| then.min()).filter(|_| is_known);
        self.given(at, shard, to);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARD: (StreamId, ShardId) = (StreamId(0), ShardId(0));

    fn ms(ms: u64) -> SimTime {
        SimTime::from_millis(ms)
    }

    #[test]
    fn a_copy_of_a_read_that_comes_with_a_new_record_does_not_hide_the_read_that_is_heard() {
        let (host, second) = (HostId(1), SimDuration::from_secs(1));
        let us = |us: u64| SimTime::from_nanos(us * 1000);
        let judged = |from| {
            let mut sessions = Sessions::default();
            sessions.read(us(1_000_000), SHARD, host, (0, 10), second);
            assert_eq!(sessions.read(us(2_000_000), SHARD, host, (10, 10), second), Some(10));
            // Its copy, after another record; then the iterator of the first answer.
            sessions.read(us(2_000_400), SHARD, host, (10, 11), SimDuration::from_micros(1_000_400));
            sessions.read(us(3_000_000), SHARD, host, (from, 20), second)
        };
        assert_eq!((judged(10), judged(11), judged(12)), (Some(10), Some(11), Some(11)));
    }

    #[test]
    fn readers_who_cannot_be_told_apart_go_on_from_wherever_one_of_them_stood() {
        let mut crowd = Crowd::default();
        let now = SimDuration::ZERO;
        crowd.given(ms(5), SHARD, 0);
        assert_eq!(crowd.read(ms(5), SHARD, (0, 10), now), Some(0));
        // Another begins anew at the same instant, a third in between; the first goes on.
        crowd.given(ms(5), SHARD, 0);
        crowd.given(ms(5), SHARD, 4);
        assert_eq!(crowd.read(ms(5), SHARD, (4, 8), now), Some(4));
        assert_eq!(crowd.read(ms(5), SHARD, (10, 12), now), Some(10));
        assert_eq!(crowd.read(ms(5), SHARD, (0, 10), now), Some(0));
    }

    #[test]
    fn a_read_where_none_of_them_stood_shows() {
        let mut crowd = Crowd::default();
        crowd.given(ms(5), SHARD, 3);
        crowd.read(ms(100), SHARD, (3, 10), SimDuration::from_millis(95));
        let later = SimDuration::from_millis(100);
        assert_eq!(crowd.read(ms(200), SHARD, (12, 20), later), Some(10), "two records were passed over");
        assert_eq!(crowd.read(ms(200), SHARD, (9, 20), later), Some(10), "one comes again");
        assert_eq!(crowd.read(ms(200), SHARD, (3, 20), SimDuration::from_millis(150)), None, "of another time");
    }

    #[test]
    fn where_not_all_places_of_a_time_are_known_nothing_is_said() {
        let mut crowd = Crowd::default();
        (0..=PLACES_MAX as u64).for_each(|ordinal| crowd.given(ms(5), SHARD, ordinal));
        assert_eq!(crowd.read(ms(5), SHARD, (0, 10), SimDuration::ZERO), None, "forgotten, and rightly there");
        assert_eq!(crowd.read(ms(9), SHARD, (10, 12), SimDuration::from_millis(4)), None);
    }
}
