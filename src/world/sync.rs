//! How tasks of one host tell each other things: a signal and a queue.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use super::executor::{Backend, Shared, TaskId};
use super::host::Host;
use std::future::Future;

use crate::base::SimTime;

/// A signal that one task waits for. A signal given while nobody waits is kept.
pub struct Notify<B: Backend> {
    shared: Rc<Shared<B>>,
    is_set: Cell<bool>,
    waiter: Cell<TaskId>,
}

impl<B: Backend> Notify<B> {
    /// A signal that is not set.
    pub fn new(host: &Host<B>) -> Self {
        Self { shared: host.shared().clone(), is_set: Cell::new(false), waiter: Cell::new(TaskId::NONE) }
    }
    /// Gives the signal.
    pub fn notify(&self) {
        self.is_set.set(true);
        let waiter = self.waiter.replace(TaskId::NONE);
        if waiter != TaskId::NONE {
            self.shared.wake(waiter);
        }
    }
    /// Waits for the signal and clears it.
    pub async fn wait(&self) {
        poll_fn(|_| {
            if self.is_set.replace(false) {
                return Poll::Ready(());
            }
            self.waiter.set(self.shared.current.get());
            Poll::Pending
        })
        .await;
    }
    /// Waits for the signal, but not beyond `deadline`. Whether the signal came.
    pub async fn wait_until(&self, host: &Host<B>, deadline: SimTime) -> bool {
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
pub struct Queue<B: Backend, T> {
    items: RefCell<VecDeque<T>>,
    capacity: usize,
    arrived: Notify<B>,
    left: Notify<B>,
}

impl<B: Backend, T> Queue<B, T> {
    /// An empty queue.
    pub fn new(host: &Host<B>, capacity: usize) -> Self {
        let items = RefCell::new(VecDeque::new());
        Self { items, capacity, arrived: Notify::new(host), left: Notify::new(host) }
    }
    /// Number of items.
    pub fn len(&self) -> usize {
        self.items.borrow().len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.borrow().is_empty()
    }
    /// Waits until there is room.
    pub async fn wait_for_room(&self) {
        while self.len() >= self.capacity {
            self.left.wait().await;
        }
    }
    /// Adds an item when there is room.
    pub async fn push(&self, item: T) {
        self.wait_for_room().await;
        self.items.borrow_mut().push_back(item);
        self.arrived.notify();
    }
    /// Takes the first item, when there is one.
    pub fn try_pop(&self) -> Option<T> {
        let item = self.items.borrow_mut().pop_front();
        if item.is_some() {
            self.left.notify();
        }
        item
    }
    /// Waits for an item.
    pub async fn pop(&self) -> T {
        loop {
            if let Some(item) = self.try_pop() {
                return item;
            }
            self.arrived.wait().await;
        }
    }
    /// Waits for an item, but not beyond `deadline`.
    pub async fn pop_until(&self, host: &Host<B>, deadline: SimTime) -> Option<T> {
        loop {
            if let Some(item) = self.try_pop() {
                return Some(item);
            }
            if !self.arrived.wait_until(host, deadline).await {
                return self.try_pop();
            }
        }
    }
    /// Drops all items.
    pub fn clear(&self) {
        self.items.borrow_mut().clear();
        self.left.notify();
    }
}
