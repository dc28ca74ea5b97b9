//! What carries calls instead of the world's own links: some other network that the world is part of.
//!
//! A carrier takes a call over whole, with its latency and what faults do to it on the way; the world keeps only who
//! waits for it.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::backend::Backend;
use super::executor::{Shared, TaskId};
use super::service::CallError;
use crate::base::{HostId, SimTime};

/// Carries calls of some hosts to some services.
pub(crate) trait Carrier<B: Backend> {
    /// Returns whether it carries this host's calls of the operation to the service.
    fn carries(&self, client: HostId, service: HostId, operation: &'static str) -> bool;
    /// Takes a call over, and ends it by its deadline at the latest. What is returned is dropped when nobody waits for
    /// the call any more: nothing of it that has not set out by then does.
    fn carry(&self, call: CarriedCall<B>, request: B::Request) -> Box<dyn Any>;
}

/// A call that a carrier has taken over.
pub(crate) struct CarriedCall<B: Backend> {
    shared: Rc<Shared<B>>,
    waiting: Rc<Waiting<B>>,
    client: HostId,
    deadline: SimTime,
}

/// What is between a call that is carried and the task that waits for it.
pub(super) struct Waiting<B: Backend> {
    pub task: Cell<TaskId>,
    pub outcome: RefCell<Option<Result<B::Reply, CallError>>>,
}

impl<B: Backend> CarriedCall<B> {
    pub(super) fn new(shared: &Rc<Shared<B>>, waiting: &Rc<Waiting<B>>, client: HostId, deadline: SimTime) -> Self {
        Self { shared: shared.clone(), waiting: waiting.clone(), client, deadline }
    }
    /// Returns the host whose call this is.
    pub(crate) fn client(&self) -> HostId {
        self.client
    }
    /// When the caller stops waiting.
    pub(crate) fn deadline(&self) -> SimTime {
        self.deadline
    }
    /// Ends the call, at the world's present time: with its reply, or as one that timed out.
    pub(crate) fn end(self, outcome: Result<B::Reply, CallError>) {
        self.waiting.outcome.replace(Some(outcome));
        self.shared.wake(self.waiting.task.get());
    }
}
