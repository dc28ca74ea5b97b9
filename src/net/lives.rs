//! Lives of hosts that run foreign code: from a boot in the world to the crash that ends it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use tokio::task::AbortHandle;

use crate::base::{ConsumerId, HostId};
use crate::client::{AppWorker, Cx};

/// One life of a host: from its boot to its crash.
pub(crate) struct Life {
    /// The host's way to the world.
    pub cx: Cx,
    /// Whose code runs there.
    pub of: AppWorker,
    is_over: Cell<bool>,
    task: RefCell<Option<AbortHandle>>,
}

impl Life {
    /// Returns whether the host has crashed since.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.get()
    }
    /// The tokio task that must end with this life.
    pub(crate) fn holds(&self, task: AbortHandle) {
        if self.is_over() {
            task.abort();
        }
        self.task.replace(Some(task));
    }
}

/// Ends a life when the world drops the host's tasks.
struct Guard(Rc<Life>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.is_over.set(true);
        if let Some(task) = self.0.task.take() {
            task.abort();
        }
    }
}

/// Hosts that were booted and whose foreign code has not begun yet.
#[derive(Default)]
pub struct Lives {
    booted: RefCell<Vec<Rc<Life>>>,
    consumers: RefCell<BTreeMap<HostId, ConsumerId>>,
}

impl Lives {
    /// A host was booted: its foreign code begins as soon as the world is left.
    pub(crate) fn boot(&self, cx: Cx, of: AppWorker) {
        let life = Rc::new(Life { cx: cx.clone(), of, is_over: Cell::new(false), task: RefCell::default() });
        let guard = Guard(life.clone());
        cx.spawn(async move {
            let _guard = guard;
            std::future::pending::<()>().await;
        });
        self.consumers.borrow_mut().insert(cx.id(), of.consumer);
        self.booted.borrow_mut().push(life);
    }

    /// The consumer that the host belongs to.
    pub(crate) fn consumer_of(&self, host: HostId) -> Option<ConsumerId> {
        self.consumers.borrow().get(&host).copied()
    }

    /// What was booted since the last time.
    pub(super) fn take_booted(&self) -> Vec<Rc<Life>> {
        let mut booted = self.booted.take();
        booted.retain(|life| !life.is_over());
        booted
    }
}
