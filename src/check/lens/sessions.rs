//! Which read goes on where the last one ended.
//!
//! A GetRecords answer carries the next iterator, so in one reading session every iterator is as old as the read
//! before it. That tells a read that continues from one with a new iterator (another position), from one that
//! repeats a call whose answer was lost, and from a late copy of an earlier request.

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
    /// A read of `..to` at `at` with an iterator that `lived` so long. Where the read before it ended, if it continues
    /// that.
    pub(crate) fn read(
        &mut self,
        at: SimTime,
        (stream, shard): (StreamId, ShardId),
        host: HostId,
        to: u64,
        lived: SimDuration,
    ) -> Option<u64> {
        let issued = at.saturating_sub(lived);
        let session = self.sessions.at(host.index(), shard.index());
        if issued < session.live_from {
            return None;
        }
        session.live_from = issued;
        let last = session.last.replace(LastRead { stream, at, to })?;
        let continues = last.stream == stream && issued.since(last.at).max(last.at.since(issued)) <= STAMP_SLACK;
        continues.then_some(last.to)
    }
    /// The host asked for an iterator: its next read does not continue.
    pub(crate) fn restart(&mut self, at: SimTime, host: HostId, shard: ShardId) {
        *self.sessions.at(host.index(), shard.index()) = Session { last: None, live_from: at };
    }
}
