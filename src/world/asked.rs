//! What services want of the world after each thing that they did: calls of their own, and waking who waits for news.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use super::backend::Backend;
use super::executor::{Shared, TaskId};
use super::host::Host;
use super::service::OwnCall;
use crate::base::{HostId, SimTime};

/// Tasks that wait for news: by service, and by the number that the service has given what they wait for.
pub(super) type Listeners = RefCell<BTreeMap<(usize, u64), TaskId>>;

impl<B: Backend> Shared<B> {
    /// Makes the calls that services want made, each from its service's own host.
    #[cold]
    pub(super) fn carry_own_calls(self: &Rc<Self>, first: (usize, OwnCall<B::Request>)) {
        let mut next = Some(first);
        while let Some((service, call)) = next {
            let host = Host::new(self.clone(), HostId(service as u16));
            let OwnCall { id, request, timeout } = call;
            let caller = host.clone();
            host.spawn(async move {
                let result = caller.call(request, timeout).await;
                caller.with_backend(|backend, now, events| {
                    backend.advance(now, events);
                    backend.answered(now, service, id, result, events);
                });
            });
            next = self.backend.borrow_mut().poll_call(self.now.get());
        }
    }

    /// Wakes whoever waits for what services have news of.
    #[cold]
    pub(super) fn tell_news(&self, first: (usize, u64)) {
        let mut next = Some(first);
        while let Some(news) = next {
            let listener = self.listeners.borrow_mut().remove(&news);
            listener.into_iter().for_each(|task| self.wake(task));
            next = self.backend.borrow_mut().poll_news();
        }
    }
}

impl<B: Backend> Host<B> {
    /// Waits until the service that this host stands for has news of what it calls `number`, or until then.
    pub(crate) async fn news(&self, number: u64, until: SimTime) {
        let what = (self.id().index(), number);
        let shared = self.shared();
        shared.listeners.borrow_mut().insert(what, shared.current.get());
        let mut sleep = std::pin::pin!(self.sleep_until(until));
        poll_fn(|cx| match shared.listeners.borrow().contains_key(&what) {
            true => sleep.as_mut().poll(cx),
            false => Poll::Ready(()),
        })
        .await;
        shared.listeners.borrow_mut().remove(&what);
    }
}
