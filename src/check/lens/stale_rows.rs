//! Which workers began on a lease row that they had read stale.
//!
//! With `consistentReads` off, its default, the KCL reads the row of a lease that it has just taken from any replica.
//! So it may see the checkpoint before the last. That is the library's choice; a service that answers so to a
//! consistent read is `consistent-reads-are-fresh`'s.

use super::grid::Grid;
use crate::base::{Event, HostId, ShardId, SimTime};

/// When a stale row was read, and when leases were gained.
#[derive(Default)]
pub(crate) struct StaleRows {
    /// By host and shard.
    gained: Grid<SimTime>,
    /// The last, by host.
    read: Grid<Option<SimTime>>,
    /// Whether there was one between the gain and the begin, by host and shard.
    is_begun_on: Grid<bool>,
}

impl StaleRows {
    /// Takes the next event.
    pub(crate) fn on(&mut self, at: SimTime, event: &Event) {
        match *event {
            Event::LeaseGained { host, shard, .. } => *self.gained.at(host.index(), shard.index()) = at,
            Event::StaleRead { host, operation: "GetItem", is_consistent: false, .. } => {
                *self.read.at(host.index(), 0) = Some(at);
            }
            Event::ProcessingStarted { host, shard, .. } => {
                let gained = *self.gained.at(host.index(), shard.index());
                let is_stale = self.read.at(host.index(), 0).is_some_and(|read| read >= gained);
                *self.is_begun_on.at(host.index(), shard.index()) = is_stale;
                // What is read later is read of other rows.
                *self.gained.at(host.index(), shard.index()) = at;
            }
            _ => {}
        }
    }
    /// Whether a worker may have begun its processing of the shard on a stale row.
    pub(crate) fn is_begun_on(&self, host: HostId, shard: ShardId) -> bool {
        self.is_begun_on.get(host.index(), shard.index()).is_some_and(|is_stale| *is_stale)
    }
}
