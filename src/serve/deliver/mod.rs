//! Functions and real sinks of the user's: takes to them what delivery streams ask of simulated ones, and brings back
//! what they answer.
//!
//! Whoever waits for the answer, tries again or gives up is the simulated delivery stream, by the endpoint's clock.
//! What comes back is written down before it is taken, so a session that is kept does not deliver again what was
//! answered.
//!
//! Not here: TLS, connections that are kept, names of other machines unless they are asked for.

mod folder;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(not(feature = "postgres"))]
#[path = "no_postgres.rs"]
mod postgres;
mod signature;
mod store;
mod target;

use std::rc::Rc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub(super) use self::target::Kind;
pub(crate) use self::target::Target;

use self::target::Place;
use super::app::App;
use super::calling::{came, post};
use super::functions;
use crate::aws::protocol::outside::Came;
use crate::aws::protocol::rendered::Rendered;
use crate::aws::{Outbound, http_endpoint, opensearch, splunk};
use crate::world::CallId;

/// Whoever answers nothing for so long, of the machine's time, never will.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Takes out what is asked, until the endpoint ends.
pub(super) async fn carry(app: Rc<App>) {
    let mut changes = app.signals.changes.subscribe();
    loop {
        for (call, outbound) in app.live.take_asked() {
            tokio::task::spawn_local(bring(app.clone(), call, outbound));
        }
        if changes.changed().await.is_err() || *changes.borrow_and_update() {
            return;
        }
    }
}

async fn bring(app: Rc<App>, call: CallId, outbound: Outbound) {
    app.awaited.set(app.awaited.get() + 1);
    let came = tokio::time::timeout(PATIENCE, ask(&app, call, &outbound)).await;
    app.awaited.set(app.awaited.get() - 1);
    let came = came.unwrap_or(Came::GivenUp {});
    app.catch_up();
    if app.record(|recorder| recorder.came(app.live.now(), call, &came)).is_ok() {
        app.live.take_note(call, &came);
    }
    app.wake();
}

/// Most bytes of an answer that says something of each document or acknowledgement.
const LONG_ANSWER_BYTES_MAX: usize = 64 << 20;

/// Takes it to whoever stands for who is asked.
async fn ask(app: &App, call: CallId, outbound: &Outbound) -> Came {
    let place = |kind, name| Target::of(&app.targets, kind, name).map(|target| &target.place);
    match outbound {
        Outbound::Invocation(request) => functions::invoke(&app.functions, request, app.door.epoch_unix_ms).await,
        Outbound::Object(put) => match place(Kind::S3, &put.bucket) {
            Some(Place::Folder(folder)) => folder::write(folder, &put.key, put.body.bytes(), call.0).await,
            Some(Place::Store(store)) => store.put(&put.key, put.body.bytes()).await,
            _ => Came::Unreachable {},
        },
        Outbound::Rows(copy) => match place(Kind::Redshift, &copy.cluster) {
            Some(Place::Database(database)) => database.load(copy).await,
            _ => Came::Unreachable {},
        },
        Outbound::Documents(bulk) => {
            send(place(Kind::OpenSearch, &bulk.domain), opensearch::wire::rendered(bulk), LONG_ANSWER_BYTES_MAX).await
        }
        Outbound::Splunk(asked) => {
            send(place(Kind::Splunk, asked.collector()), splunk::wire::rendered(asked), LONG_ANSWER_BYTES_MAX).await
        }
        Outbound::Post(post) => {
            let rendered = http_endpoint::wire::rendered(post);
            send(place(Kind::Http, &post.endpoint), rendered, http_endpoint::wire::ANSWER_BYTES_MAX).await
        }
    }
}

/// POSTs to a place; what is asked stands behind the path of the place, and comes with the name that it has.
async fn send(place: Option<&Place>, rendered: Rendered, answer_bytes_max: usize) -> Came {
    let Some(Place::Url(url)) = place else { return Came::Unreachable {} };
    let Rendered { path, mut headers, body } = rendered;
    let path = format!("{}{path}", if path.is_empty() { &url.path } else { url.path.trim_end_matches('/') });
    headers.extend(url.user.iter().map(|user| ("Authorization", format!("Basic {}", STANDARD.encode(&**user)))));
    came(url, post(url, &path, &headers, body, answer_bytes_max).await)
}
