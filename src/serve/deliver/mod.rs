//! Real sinks of the user's: takes to them what delivery streams ask of simulated ones, and brings back what they
//! answer.
//!
//! Whoever waits for the answer, tries again or gives up is the simulated delivery stream, by the endpoint's clock.
//! What comes back is written down before it is taken, so a session that is kept does not deliver again what was
//! answered.
//!
//! Not here: TLS, connections that are kept, names of other machines unless they are asked for.

mod folder;
mod target;

use std::rc::Rc;
use std::time::Duration;

pub(super) use self::target::Kind;
pub(crate) use self::target::Target;

use self::target::Place;
use super::app::App;
use super::calling::{Failure, post};
use super::url::Url;
use crate::aws::protocol::outside::Came;
use crate::aws::protocol::rendered::Rendered;
use crate::aws::{Delivered, http_endpoint};
use crate::world::CallId;

/// Whoever answers nothing for so long, of the machine's time, never will.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Takes out what is asked, until the endpoint ends.
pub(super) async fn carry(app: Rc<App>) {
    let mut changes = app.signals.changes.subscribe();
    loop {
        for (call, delivered) in app.live.take_asked() {
            tokio::task::spawn_local(bring(app.clone(), call, delivered));
        }
        if changes.changed().await.is_err() || *changes.borrow_and_update() {
            return;
        }
    }
}

async fn bring(app: Rc<App>, call: CallId, delivered: Delivered) {
    app.invocations.set(app.invocations.get() + 1);
    let came = tokio::time::timeout(PATIENCE, ask(&app.targets, call, &delivered)).await;
    app.invocations.set(app.invocations.get() - 1);
    let came = came.unwrap_or(Came::GivenUp {});
    app.catch_up();
    if app.record(|recorder| recorder.came(app.live.now(), call, &came)).is_ok() {
        app.live.take_note(call, &came);
    }
    app.wake();
}

/// Takes it to whoever stands for its sink.
async fn ask(targets: &[Target], call: CallId, delivered: &Delivered) -> Came {
    let (kind, name) = match delivered {
        Delivered::Object(put) => (Kind::S3, &put.bucket),
        Delivered::Post(post) => (Kind::Http, &post.endpoint),
    };
    let place = Target::of(targets, kind, name).map(|target| &target.place);
    match (delivered, place) {
        (Delivered::Object(put), Some(Place::Folder(folder))) => {
            folder::write(folder, &put.key, put.body.bytes(), call.0).await
        }
        (Delivered::Post(post), Some(Place::Url(url))) => {
            let rendered = http_endpoint::wire::rendered(post, &url.path);
            send(url, rendered, http_endpoint::wire::ANSWER_BYTES_MAX).await
        }
        (Delivered::Object(_) | Delivered::Post(_), _) => Came::Unreachable {},
    }
}

async fn send(url: &Url, rendered: Rendered, answer_bytes_max: usize) -> Came {
    let Rendered { path, headers, body } = rendered;
    match post(url, &path, &headers, body, answer_bytes_max).await {
        Ok((parts, body)) => {
            let header = |name| parts.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into());
            Came::Answer {
                status: parts.status.as_u16(),
                content_type: header("content-type"),
                is_encoded: header("content-encoding").is_some(),
                has_length: header("content-length").is_some(),
                body,
            }
        }
        Err(failure) => {
            tracing::warn!(sink = &*url.authority, %failure, "nothing was delivered");
            match failure {
                Failure::Unreachable(_) => Came::Unreachable {},
                Failure::Broken(_) => Came::Broken {},
            }
        }
    }
}
