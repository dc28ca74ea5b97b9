//! Lines: messages of a service to one client, one after the other, as on a connection that stays open.
//!
//! A message takes the link's latency and meets the faults on replies. One message is on its way at a time: the next
//! sets out when the client has taken the last one. A connection has no gaps, so a message that is lost takes the line
//! with it; the client hears nothing more, and is not told why. A client that lets go of its end, or crashes, ends the
//! line at once.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::backend::Backend;
use super::host::Host;
use super::link::Fate;
use super::sync::Notify;
use crate::base::{HostId, SimTime};

/// What both ends share.
struct Wire<B: Backend, T> {
    /// The message on its way, with when it arrives.
    message: RefCell<Option<(SimTime, T)>>,
    is_open: Cell<bool>,
    sent: Notify<B>,
    taken: Notify<B>,
}

/// The service's end.
pub(crate) struct LineSender<B: Backend, T> {
    wire: Rc<Wire<B, T>>,
    client: Host<B>,
    service: HostId,
    operation: &'static str,
}

/// The client's end. Dropping it ends the line.
pub(crate) struct LineReceiver<B: Backend, T> {
    wire: Rc<Wire<B, T>>,
    client: Host<B>,
}

/// A line from `service` to `client`. `operation` is what began it; link rules know its messages by that name.
pub(crate) fn line<B: Backend, T>(
    client: &Host<B>,
    service: HostId,
    operation: &'static str,
) -> (LineSender<B, T>, LineReceiver<B, T>) {
    let (sent, taken) = (Notify::new(client), Notify::new(client));
    let wire = Rc::new(Wire { message: RefCell::new(None), is_open: Cell::new(true), sent, taken });
    let sender = LineSender { wire: wire.clone(), client: client.clone(), service, operation };
    (sender, LineReceiver { wire, client: client.clone() })
}

impl<B: Backend, T> LineSender<B, T> {
    /// Waits until a message may set out. False when the line has ended.
    pub(crate) async fn is_free(&self) -> bool {
        while self.wire.is_open.get() && self.wire.message.borrow().is_some() {
            self.wire.taken.wait().await;
        }
        self.wire.is_open.get()
    }
    /// Sends a message.
    ///
    /// # Panics
    /// When another is on its way.
    pub(crate) fn send(&self, message: T) {
        let latency = self.client.latency();
        match self.client.message(self.service, self.operation, true) {
            Fate::Lost => self.wire.is_open.set(false),
            Fate::Deliver(more) | Fate::Twice(more, _) => {
                let arrives = self.client.now().saturating_add(latency + more);
                let before = self.wire.message.replace(Some((arrives, message)));
                assert!(before.is_none(), "one message is on its way at a time");
                self.wire.sent.notify();
            }
        }
    }
}

impl<B: Backend, T> LineReceiver<B, T> {
    /// Waits for the next message, but not beyond `deadline`.
    pub(crate) async fn next(&self, deadline: SimTime) -> Option<T> {
        loop {
            let arrives = self.wire.message.borrow().as_ref().map(|(arrives, _)| *arrives);
            match arrives {
                Some(arrives) if arrives <= self.client.now() => {
                    self.wire.taken.notify();
                    return self.wire.message.take().map(|(_, message)| message);
                }
                Some(arrives) if arrives <= deadline => self.client.sleep_until(arrives).await,
                _ if self.client.now() >= deadline => return None,
                _ => drop(self.wire.sent.wait_until(&self.client, deadline).await),
            }
        }
    }
}

impl<B: Backend, T> Drop for LineReceiver<B, T> {
    fn drop(&mut self) {
        self.wire.is_open.set(false);
        self.wire.taken.notify();
    }
}
