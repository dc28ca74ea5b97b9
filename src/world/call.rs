//! Calls: a request that goes over a link to a service, and the reply that comes back or does not.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::backend::Backend;
use super::carrier::{CarriedCall, Carrier, Waiting};
use super::executor::{Shared, TaskId};
use super::link::Passing;
use super::service::CallError;
use crate::base::{HostId, SimDuration, SimTime};

/// A call in flight.
pub(super) struct CallSlot<B: Backend> {
    pub host: HostId,
    pub task: TaskId,
    pub deadline: SimTime,
    pub request: Option<B::Request>,
    pub reply: Option<B::Reply>,
    pub(crate) is_finished: bool,
}

impl<B: Backend> CallSlot<B> {
    pub(crate) fn nobody_waits(&self) -> bool {
        self.task == TaskId::NONE
    }
    /// The same request once more, with nobody waiting for its reply.
    pub(crate) fn copy_of_request(&self) -> Self {
        Self { task: TaskId::NONE, request: self.request.clone(), reply: None, ..*self }
    }
}

/// The future of a call. Dropping it gives up waiting; the request still arrives.
pub struct Call<B: Backend> {
    shared: Rc<Shared<B>>,
    way: Way<B>,
    /// Its number with the witness, who has not heard of its end.
    witnessed: Option<u32>,
}

/// How a call goes.
enum Way<B: Backend> {
    /// Over the world's own link; its slot.
    Link(u32),
    /// By a carrier, which hears when this is dropped.
    Carried { waiting: Rc<Waiting<B>>, _guard: Box<dyn Any> },
    /// It is over.
    Done,
}

impl<B: Backend> Call<B> {
    pub(super) fn new(shared: Rc<Shared<B>>, host: HostId, request: B::Request, timeout: SimDuration) -> Self {
        let deadline = shared.now.get().saturating_add(timeout);
        let service = HostId(B::service_of(&request) as u16);
        let task = shared.current.get();
        assert!(task != TaskId::NONE, "calls are made by tasks");
        let witnessed = shared.witness.get().and_then(|witness| witness.sent(shared.now.get(), host, &request));
        let operation = B::operation_of(&request);
        let way = match shared.carrier.get().filter(|carrier| carrier.carries(host, service, operation)) {
            Some(carrier) => carried(&shared, &**carrier, (host, task), request, deadline),
            None => {
                let message = Passing { client: host, service, operation, is_reply: false };
                let slot = CallSlot { host, task, deadline, request: Some(request), reply: None, is_finished: false };
                let slot = shared.state.borrow_mut().calls.insert(slot) as u32;
                shared.send(slot, message, deadline);
                Way::Link(slot)
            }
        };
        Self { shared, way, witnessed }
    }

    /// Tells the witness how the call has ended.
    fn tell(&mut self, reply: Option<&B::Reply>) {
        if let (Some(number), Some(witness)) = (self.witnessed.take(), self.shared.witness.get()) {
            witness.ended(self.shared.now.get(), number, reply);
        }
    }
}

fn carried<B: Backend>(
    shared: &Rc<Shared<B>>,
    carrier: &dyn Carrier<B>,
    (host, task): (HostId, TaskId),
    request: B::Request,
    deadline: SimTime,
) -> Way<B> {
    let waiting = Rc::new(Waiting { task: Cell::new(task), outcome: RefCell::new(None) });
    let call = CarriedCall::new(shared, &waiting, host, deadline);
    let guard = carrier.carry(call, request);
    Way::Carried { waiting, _guard: guard }
}

impl<B: Backend> Future for Call<B> {
    type Output = Result<B::Reply, CallError>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let current = self.shared.current.get();
        let outcome = match &self.way {
            Way::Link(slot) => {
                let mut state = self.shared.state.borrow_mut();
                let call = &mut state.calls[*slot as usize];
                if !call.is_finished {
                    call.task = current;
                    return Poll::Pending;
                }
                state.calls.remove(*slot as usize).reply.ok_or(CallError::TimedOut)
            }
            Way::Carried { waiting, .. } => {
                let Some(outcome) = waiting.outcome.take() else {
                    waiting.task.set(current);
                    return Poll::Pending;
                };
                outcome
            }
            Way::Done => unreachable!("a finished call is not polled"),
        };
        self.way = Way::Done;
        self.tell(outcome.as_ref().ok());
        Poll::Ready(outcome)
    }
}

impl<B: Backend> Drop for Call<B> {
    fn drop(&mut self) {
        self.tell(None);
        let Way::Link(slot) = self.way else { return };
        let mut state = self.shared.state.borrow_mut();
        if state.calls[slot as usize].is_finished {
            state.calls.remove(slot as usize);
        } else {
            // Freed when the request arrives, or when the reply or the timeout comes back.
            state.calls[slot as usize].task = TaskId::NONE;
        }
    }
}
