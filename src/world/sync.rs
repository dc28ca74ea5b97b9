//! How tasks of one host tell each other things: a signal, a queue, a lock.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use super::backend::Backend;
use super::executor::{Shared, TaskId};
use super::host::Host;
use std::future::Future;

use crate::base::SimTime;

/// A signal that one task waits for. A signal given while nobody waits is kept.
pub(crate) struct Notify<B: Backend> {
    shared: Rc<Shared<B>>,
    is_set: Cell<bool>,
    waiter: Cell<TaskId>,
}

impl<B: Backend> Notify<B> {
    /// A signal that is not set.
    pub(crate) fn new(host: &Host<B>) -> Self {
        Self { shared: host.shared().clone(), is_set: Cell::new(false), waiter: Cell::new(TaskId::NONE) }
    }
    /// Gives the signal.
    pub(crate) fn notify(&self) {
        self.is_set.set(true);
        let waiter = self.waiter.replace(TaskId::NONE);
        if waiter != TaskId::NONE {
            self.shared.wake(waiter);
        }
    }
    /// Waits for the signal and clears it.
    pub(crate) async fn wait(&self) {
        poll_fn(|_| {
            if self.is_set.replace(false) {
                return Poll::Ready(());
            }
            self.waiter.set(self.shared.current.get());
            Poll::Pending
        })
        .await;
    }
    /// Waits for the signal, but not beyond `deadline`. Returns whether the signal came.
    pub(crate) async fn wait_until(&self, host: &Host<B>, deadline: SimTime) -> bool {
        let mut sleep = std::pin::pin!(host.sleep_until(deadline));
        poll_fn(|cx| {
            if self.is_set.replace(false) {
                return Poll::Ready(true);
            }
            self.waiter.set(self.shared.current.get());
            sleep.as_mut().poll(cx).map(|()| false)
        })
        .await
    }
}

/// A queue with room for a number of items, between one producing and one consuming task.
pub(crate) struct Queue<B: Backend, T> {
    items: RefCell<VecDeque<T>>,
    capacity: usize,
    arrived: Notify<B>,
    left: Notify<B>,
}

impl<B: Backend, T> Queue<B, T> {
    /// An empty queue.
    pub(crate) fn new(host: &Host<B>, capacity: usize) -> Self {
        let items = RefCell::new(VecDeque::new());
        Self { items, capacity, arrived: Notify::new(host), left: Notify::new(host) }
    }
    /// Returns how many items wait.
    pub(crate) fn len(&self) -> usize {
        self.items.borrow().len()
    }
    /// Returns whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.items.borrow().is_empty()
    }
    /// Waits until there is room.
    pub(crate) async fn wait_for_room(&self) {
        while self.len() >= self.capacity {
            self.left.wait().await;
        }
    }
    /// Waits until there is none.
    pub(crate) async fn wait_until_empty(&self) {
        while !self.is_empty() {
            self.left.wait().await;
        }
    }
    /// Adds an item when there is room.
    pub(crate) async fn push(&self, item: T) {
        self.wait_for_room().await;
        self.items.borrow_mut().push_back(item);
        self.arrived.notify();
    }
    /// Takes the first item, when there is one.
    pub(crate) fn try_pop(&self) -> Option<T> {
        let item = self.items.borrow_mut().pop_front();
        if item.is_some() {
            self.left.notify();
        }
        item
    }
    /// Waits for an item.
    #[cfg(test)]
    pub(crate) async fn pop(&self) -> T {
        loop {
            if let Some(item) = self.try_pop() {
                return item;
            }
            self.arrived.wait().await;
        }
    }
    /// Wakes the consuming task although nothing arrived.
    pub(crate) fn poke(&self) {
        self.arrived.notify();
    }
    /// Waits for an item, or for a poke.
    pub(crate) async fn pop_or_poke(&self) -> Option<T> {
        if self.is_empty() {
            self.arrived.wait().await;
        }
        self.try_pop()
    }
}

/// A lock that tasks of one host take in turn.
pub(crate) struct Lock<B: Backend> {
    shared: Rc<Shared<B>>,
    is_held: Cell<bool>,
    waiters: RefCell<VecDeque<TaskId>>,
}

/// The lock while it is held.
pub(crate) struct LockGuard<'a, B: Backend>(&'a Lock<B>);

impl<B: Backend> Lock<B> {
    /// A lock that nobody holds.
    pub(crate) fn new(host: &Host<B>) -> Self {
        Self { shared: host.shared().clone(), is_held: Cell::new(false), waiters: RefCell::default() }
    }
    /// Waits for the lock and takes it.
    pub(crate) async fn lock(&self) -> LockGuard<'_, B> {
        poll_fn(|_| {
            if !self.is_held.replace(true) {
                return Poll::Ready(());
            }
            let mut waiters = self.waiters.borrow_mut();
            // A task that waits for several things is polled often: one entry wakes it.
            if !waiters.contains(&self.shared.current.get()) {
                waiters.push_back(self.shared.current.get());
            }
            Poll::Pending
        })
        .await;
        LockGuard(self)
    }
}

impl<B: Backend> Drop for LockGuard<'_, B> {
    fn drop(&mut self) {
        self.0.is_held.set(false);
        // All of them ask again: some may have given up meanwhile.
        let waiters = std::mem::take(&mut *self.0.waiters.borrow_mut());
        waiters.into_iter().for_each(|waiter| self.0.shared.wake(waiter));
    }
}
