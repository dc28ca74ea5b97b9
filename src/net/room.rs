//! The room: a world inside one turmoil host, and the tasks that act on it.

use std::cell::Cell;
use std::rc::{Rc, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::{AbortHandle, LocalSet};
use tokio::time::Instant;

use super::lives::Lives;
use super::tcp::Tcp;
use crate::aws::{Cloud, Door};
use crate::base::{HostId, SimDuration, SimTime};
use crate::world::World;

/// A world inside one turmoil host.
pub(crate) struct Room {
    /// Has an executor of its own; whoever acts on it lets it catch up first.
    pub world: World<Cloud>,
    /// What turns bytes into requests of the services.
    pub(crate) door: Door,
    /// The TCP stacks.
    pub(crate) tcp: Rc<Tcp>,
    /// Lives of hosts that run foreign code.
    pub lives: Rc<Lives>,
    /// Where the room's tasks run; they hold the room, so it does not hold them.
    pub(super) tasks: Weak<LocalSet>,
    pub(super) began: Instant,
    /// Something was done outside the world that may change what is due next.
    pub(super) acted: Notify,
    pub(super) answers: Cell<u64>,
}

impl Room {
    /// Runs a task until the room is closed.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + 'static) -> Option<AbortHandle> {
        self.tasks.upgrade().map(|tasks| tasks.spawn_local(task).abort_handle())
    }

    /// The time now, by tokio's clock.
    pub(crate) fn now(&self) -> SimTime {
        SimTime::from_nanos(self.began.elapsed().as_nanos() as u64)
    }

    /// Lets everything in the world happen that is due by now. Whoever acts on the world from outside does this first.
    pub(crate) fn catch_up(&self) {
        self.world.run_until(self.now());
        self.acted.notify_one();
    }

    /// tokio's instant of a time of the world, rounded up to what tokio's timers can tell apart.
    pub(crate) fn instant(&self, at: SimTime) -> Instant {
        self.began + Duration::from_millis(at.as_nanos().div_ceil(1_000_000))
    }

    /// Returns whether a host runs a built-in client, and no foreign code.
    pub(super) fn is_built_in(&self, host: HostId) -> bool {
        self.lives.consumer_of(host).is_none()
    }

    /// A number for the next answer.
    pub(super) fn next_answer(&self) -> u64 {
        self.answers.set(self.answers.get() + 1);
        self.answers.get()
    }
}

/// A span of the world as tokio counts it.
pub fn duration(span: SimDuration) -> Duration {
    Duration::from_nanos(span.as_nanos())
}
