//! Leadership: what audit and cleanup ask, which only one worker should do in full.

use std::cell::Cell;
use std::rc::Rc;

use crate::base::lease_row::Lease;
use crate::base::{SimDuration, SimTime};
use crate::client::kcl::leader_kcl2;
use crate::client::kcl::worker::Worker;

/// The leader is computed again so often.
const LEADER_PERIOD: SimDuration = SimDuration::from_mins(5);

/// What a worker last found.
pub(crate) struct Leadership {
    worker: Rc<Worker>,
    found: Cell<Option<(bool, SimTime)>>,
}

impl Leadership {
    /// Nothing was asked yet.
    pub(super) fn new(worker: Rc<Worker>) -> Self {
        Self { worker, found: Cell::default() }
    }

    /// Returns whether the worker leads, by these leases unless it was asked in the last five minutes.
    pub(crate) fn is_mine(&self, leases: &[Rc<Lease>]) -> bool {
        let now = self.worker.cx.now();
        if let Some((is_mine, until)) = self.found.get()
            && now < until
        {
            return is_mine;
        }
        let owners = leases.iter().filter_map(|lease| lease.owner.as_deref());
        let is_mine = leader_kcl2::is_leader(&self.worker.me, owners);
        self.found.set(Some((is_mine, now + LEADER_PERIOD)));
        is_mine
    }
}
