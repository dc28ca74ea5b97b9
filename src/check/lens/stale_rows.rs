//! Which workers began on a lease row that they had read stale.
//!
//! With `consistentReads` off, its default, the KCL reads the row of a lease that it has just taken from any replica.
//! So it may see the checkpoint before the last. That is the library's choice; a service that answers so to a
//! consistent read is `consistent-reads-are-fresh`'s.
//!
//! A worker that starts again renews the leases that a scan shows as its own. Where the scan shows a row as it was one
//! write before, the renewal fails by its condition, and the library takes that for its own renewal whose answer was
//! lost (`renewLease` of `DynamoDBLeaseRefresher`): it goes on with the older row in its memory.

use super::grid::Grid;
use crate::base::event::LeaseGain;
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
    /// Whether a worker's scan was stale since it started, by host.
    is_scanned: Grid<bool>,
    /// Whether there was one before the worker took its own lease up again, by host and shard.
    is_taken_up_on: Grid<bool>,
}

impl StaleRows {
    /// Takes the next event.
    pub(crate) fn on(&mut self, at: SimTime, event: &Event) {
        match *event {
            Event::WorkerStarted { host, .. } => *self.is_scanned.at(host.index(), 0) = false,
            Event::StaleRead { host, operation: "Scan", is_consistent: false, .. } => {
                *self.is_scanned.at(host.index(), 0) = true;
            }
            Event::LeaseGained { host, shard, how, .. } => {
                *self.gained.at(host.index(), shard.index()) = at;
                let is_scanned = *self.is_scanned.at(host.index(), 0);
                *self.is_taken_up_on.at(host.index(), shard.index()) = how == LeaseGain::Resumed && is_scanned;
            }
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
    /// Whether a worker may have a stale row of the shard in its memory.
    pub(crate) fn is_kept(&self, host: HostId, shard: ShardId) -> bool {
        let is_taken_up = self.is_taken_up_on.get(host.index(), shard.index()).is_some_and(|is_stale| *is_stale);
        is_taken_up || self.is_begun_on(host, shard)
    }
}
