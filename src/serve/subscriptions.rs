//! Subscriptions of real clients: asked through the live run, written down, and waiting by the endpoint's clock.

use std::rc::Rc;

use tokio::sync::watch;

use super::app::App;
use super::regions::Region;
use crate::aws::Subscribed;
use crate::aws::protocol::event_stream::Next;
use crate::base::SimTime;
use crate::http::frames::Frames;
use crate::http::push::{Source, push};
use crate::run::Worker;

/// Begins to send a subscription's events.
pub(super) fn start(
    app: &Rc<App>,
    region: Option<Rc<Region>>,
    worker: Option<Rc<Worker>>,
    subscribed: Subscribed,
) -> Frames {
    let changes = app.signals.changes.subscribe();
    let opening = subscribed.opening();
    let (body, pushing) = push(opening, Subscription { app: app.clone(), region, worker, subscribed, changes });
    tokio::task::spawn_local(pushing);
    body
}

struct Subscription {
    app: Rc<App>,
    /// Where it is, when not in the endpoint's own region.
    region: Option<Rc<Region>>,
    /// Of the scenario's workers, the one that subscribed.
    worker: Option<Rc<Worker>>,
    subscribed: Subscribed,
    /// Every change of the live run; true when the endpoint stops.
    changes: watch::Receiver<bool>,
}

impl Source for Subscription {
    fn next(&mut self) -> Next {
        if *self.changes.borrow_and_update() {
            return Next::Ended;
        }
        let (app, Subscribed { consumer, shard, number, .. }) = (&self.app, &self.subscribed);
        app.catch_up();
        if let Some(Region { live, door }) = self.region.as_deref() {
            return door.next_event(&self.subscribed, live.poll_subscription(None, consumer, *shard, *number));
        }
        let (by, name) = (self.worker.as_deref(), self.worker.as_deref().map(|worker| &*worker.name));
        if app.record(|recorder| recorder.poll(&app.live, name, consumer, *shard, *number)).is_err() {
            return Next::Ended;
        }
        app.door.next_event(&self.subscribed, app.live.poll_subscription(by, consumer, *shard, *number))
    }

    async fn wait_until(&mut self, until: SimTime) {
        let left = self.app.clock.borrow().wait_until(until);
        match left {
            Some(left) => tokio::time::sleep(left).await,
            // The clock stands still: only a change can bring that time.
            None => self.changed().await,
        }
    }

    async fn wait_for_news(&mut self, until: SimTime) {
        let left = self.app.clock.borrow().wait_until(until);
        match left {
            Some(left) => drop(tokio::time::timeout(left, self.changed()).await),
            None => self.changed().await,
        }
    }
}

impl Subscription {
    async fn changed(&mut self) {
        // Ends with an error only when the app is gone.
        let _ = self.changes.changed().await;
    }
}
