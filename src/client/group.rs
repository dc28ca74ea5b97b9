//! Groups of hosts that run the same thing: a producer, a poller, the workers of a KCL application, code of the user's.
//!
//! What carries out a run knows clients by this alone.

use std::rc::Rc;

use super::Cx;
use crate::base::event::HostRole;
use crate::base::{Event, HostId, SimDuration};

/// Hosts `NAME-1`, `NAME-2`, ... that run the same thing.
pub(crate) trait HostGroup {
    /// The name that they have in the scenario.
    fn name(&self) -> &str;
    /// What they do.
    fn role(&self) -> HostRole;
    /// When each host boots first, in the order of their numbers.
    fn starts(&self) -> Vec<SimDuration>;
    /// What there is to say of the host of this index, which counts from 0, before anything runs.
    fn declared(&self, index: u32, host: HostId) -> Option<Event>;
    /// Starts the tasks of a host that boots, at its start and after each crash. Returns how it is asked to stop, where
    /// it can be.
    fn boot(&self, cx: Cx, index: u32) -> Option<Rc<dyn Stop>>;
}

/// How a worker is asked to stop.
pub(crate) trait Stop {
    /// Asks for a graceful shutdown.
    fn request_shutdown(&self);
}
