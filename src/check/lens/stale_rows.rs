//! Which workers began on a lease row that they had read stale.
//!
//! With `consistentReads` off, its default, the KCL reads the row of a lease that it has just taken from any replica. So
//! it may see the checkpoint before the last. That is the library's choice; a service that answers so to a consistent
//! read is `consistent-reads-are-fresh`'s.

use super::grid::Grid;
use crate::base::{Event, HostId, ShardId, SimTime};

/// When a stale row was read, and when leases were gained.
#[derive(Default)]
pub(crate) struct StaleRows {
    /// By host and shard.
    gained: Grid<SimTime>,
    /// The last, by host.
    read: Grid<Option<SimTime>>,
}

impl StaleRows {
    /// Takes the next event.
    pub(crate) fn on(&mut self, at: SimTime, event: &Event) {
        match *event {
            Event::LeaseGained { host, shard, .. } => *self.gained.at(host.index(), shard.index()) = at,
            Event::StaleRead { host, operation: "GetItem", is_consistent: false, .. } => {
                *self.read.at(host.index(), 0) = Some(at);
            }
            _ => {}
        }
    }
    /// Whether a worker may have begun on a stale row since it gained the lease.
    pub(crate) fn is_begun_on(&self, host: HostId, shard: ShardId) -> bool {
        let gained = self.gained.get(host.index(), shard.index());
        let read = self.read.get(host.index(), 0).copied().flatten();
        gained.zip(read).is_some_and(|(gained, read)| read >= *gained)
    }
}
