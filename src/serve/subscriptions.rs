//! Subscriptions of real clients: their events as they come, in frames over an open answer.

use std::rc::Rc;

use hyper::body::Bytes;
use tokio::sync::{mpsc, watch};

use super::app::App;
use crate::aws::Subscribed;
use crate::aws::kinesis;
use crate::aws::kinesis::api::SubscriptionPoll;
use crate::base::SimTime;
use crate::http::frames::{EVENTS_WAITING_MAX, Frames};

/// Begins to send a subscription's events.
pub(super) fn start(app: &Rc<App>, subscribed: Subscribed) -> Frames {
    let (frames, body) = Frames::channel(EVENTS_WAITING_MAX);
    let app = app.clone();
    tokio::task::spawn_local(async move {
        let mut changes = app.signals.changes.subscribe();
        if frames.send(kinesis::wire::initial_response(subscribed.encoding).into()).await.is_ok() {
            // The client went away, or the subscription is over.
            let _ = send_events(&app, &subscribed, &frames, &mut changes).await;
        }
    });
    body
}

/// The receiver is gone.
struct Closed;

async fn send_events(
    app: &App,
    subscribed: &Subscribed,
    frames: &mpsc::Sender<Bytes>,
    changes: &mut watch::Receiver<bool>,
) -> Result<(), Closed> {
    let Subscribed { consumer, shard, number, encoding } = subscribed;
    loop {
        if *changes.borrow_and_update() {
            return Ok(());
        }
        app.catch_up();
        if app.record(|recorder| recorder.poll(&app.live, consumer, *shard, *number)).is_err() {
            return Ok(());
        }
        match app.live.poll_subscription(consumer, *shard, *number) {
            Ok(SubscriptionPoll::Event(event)) => {
                let is_last = event.continuation.is_none();
                let frame = kinesis::wire::subscription_event(*encoding, &event, app.door.epoch_unix_ms);
                frames.send(frame.into()).await.map_err(|_| Closed)?;
                if is_last {
                    return Ok(());
                }
            }
            Ok(SubscriptionPoll::NotBefore(at)) => wait(app, at, frames, changes, false).await?,
            Ok(SubscriptionPoll::Idle { until }) => wait(app, until, frames, changes, true).await?,
            Ok(SubscriptionPoll::Ended) => return Ok(()),
            Err(error) => {
                return frames
                    .send(kinesis::wire::subscription_error(*encoding, &error).into())
                    .await
                    .map_err(|_| Closed);
            }
        }
    }
}

/// Waits until that time of the simulated clock, or for a change if that may matter.
async fn wait(
    app: &App,
    until: SimTime,
    frames: &mpsc::Sender<Bytes>,
    changes: &mut watch::Receiver<bool>,
    for_changes: bool,
) -> Result<(), Closed> {
    let left = app.clock.borrow().wait_until(until);
    let time = async {
        match left {
            Some(left) => tokio::time::sleep(left).await,
            // The clock stands still: only a change can bring that time.
            None => std::future::pending().await,
        }
    };
    let is_still = left.is_none();
    tokio::select! { biased;
        () = frames.closed() => Err(Closed),
        () = time => Ok(()),
        _ = changes.changed(), if for_changes || is_still => Ok(()),
    }
}
