//! Who decides which leases a worker takes: the seam between the worker's loops and one generation of the library.
//!
//! An assignment sees the whole lease table once a round and answers with leases to take; it makes no calls and has no
//! clock. KCL 2's stands in [`kcl2`]: every worker decides for itself. KCL 3's, in which a leader decides for all,
//! would stand beside it; it is not modelled, and neither is its graceful handoff.

pub(crate) mod kcl2;

use std::rc::Rc;
use std::sync::Arc;

use crate::base::event::LeaseGain;
use crate::base::lease_row::Lease;
use crate::base::seed::Random;
use crate::base::{ShardId, SimDuration, SimTime};

/// What a worker does in one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Why it may have the leases, if there are any.
    pub how: LeaseGain,
    /// The leases to take.
    pub shards: Vec<ShardId>,
    /// From whom they are stolen.
    pub(crate) victim: Option<Arc<str>>,
}

/// A rule by which a worker comes by its leases.
pub(crate) trait LeaseAssignment {
    /// Pause between the end of a round and the next scan.
    fn pause(&self) -> SimDuration;
    /// What the worker takes, now that it has scanned the whole table.
    fn choose(&mut self, leases: &[Rc<Lease>], scanned: SimTime, random: &mut Random) -> Choice;
    /// The worker has taken a lease; this is the row as it wrote it.
    fn taken(&mut self, lease: &Lease, now: SimTime);
}
