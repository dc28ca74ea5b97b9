//! One life of an application's host: its code, and the agent that carries out its HTTP requests.

use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::task::Poll;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Request, Response};
use tokio::sync::mpsc;
use tokio::task::LocalSet;
use tokio::time::Instant;

use super::cx::{AppCode, AppCx};
use super::identity::Identity;
use super::job::{Chunks, Job};
use super::stage::Stage;
use crate::aws;
use crate::base::{Event, HostId};
use crate::http::client::HttpError;
use crate::http::headers::{TARGET, text};
use crate::net::stream::{FromHost, HttpClient};
use crate::net::{Life, Room, duration};

/// Chunks of an answer that wait for the SDK to take them.
const CHUNKS_WAITING_MAX: usize = 4;

/// Begins a life: everything in it runs in one set of tasks, which stands still with the host and ends with it.
pub(super) fn begin(stage: &Rc<Stage>, room: &Rc<Room>, life: &Rc<Life>, code: AppCode) {
    stage.enter(room);
    let (jobs, received) = mpsc::unbounded_channel();
    let identity = Arc::new(identity(stage, room, life, jobs));
    let tasks = LocalSet::new();
    tasks.spawn_local(carry_out(Rc::new(FromHost::client(&room.tcp, life.cx.id())), received));
    tasks.spawn_local(supervise(stage.clone(), room.clone(), identity.clone(), code));
    let gated = gated(life.clone(), identity.clone(), tasks);
    let over = Over(identity);
    let task = room.spawn(async move {
        let _over = over;
        gated.await;
    });
    if let Some(task) = task {
        life.holds(task);
    }
}

/// Tells whoever still runs that the life is over.
struct Over(Arc<Identity>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }
}

fn identity(stage: &Stage, room: &Room, life: &Life, jobs: mpsc::UnboundedSender<Job>) -> Identity {
    let (name, boots) = (life.cx.name(), life.cx.boots());
    Identity {
        seed: stage.chance.derive(&format!("app/{name}/{boots}")).seed(),
        host: life.cx.id(),
        worker: life.of,
        epoch_unix_ms: stage.epoch_unix_ms,
        began: Instant::now() - duration(room.now().since(crate::base::SimTime::ZERO)),
        skew_ms: AtomicI64::new(0),
        is_over: AtomicBool::new(false),
        name,
        boots,
        jobs,
    }
}

/// Runs the tasks of a life, except while its host stands still.
async fn gated(life: Rc<Life>, identity: Arc<Identity>, mut tasks: LocalSet) {
    poll_fn(move |cx| {
        let host = &life.cx;
        if host.is_paused() {
            // What is spawned on a host that stands still runs when it goes on.
            let waker = cx.waker().clone();
            host.spawn(async move { waker.wake() });
            return Poll::Pending;
        }
        let skew_ms = host.wall_unix_ms() as i64 - (identity.epoch_unix_ms + host.now().as_millis()) as i64;
        identity.skew_ms.store(skew_ms, Ordering::Relaxed);
        Pin::new(&mut tasks).poll(cx)
    })
    .await;
}

/// Runs the application's code and tells how it ended, if it did.
async fn supervise(stage: Rc<Stage>, room: Rc<Room>, identity: Arc<Identity>, code: AppCode) {
    let running = tokio::task::spawn_local(code(AppCx(identity.clone())));
    let ended = running.await;
    room.catch_up();
    if identity.is_over() {
        return;
    }
    let (at, name) = (room.world.now(), &identity.name);
    match ended {
        Ok(Ok(())) => {
            let (consumer, host) = (identity.worker.consumer, identity.host);
            room.world.host(host).emit(Event::WorkerStopped { consumer, host });
        }
        Ok(Err(error)) => stage.mistake(at, name, &format!("ended with an error: {error}")),
        Err(panicked) => stage.mistake(at, name, &format!("panicked: {}", panic_text(panicked))),
    }
}

fn panic_text(error: tokio::task::JoinError) -> String {
    let Ok(payload) = error.try_into_panic() else { return "it was cancelled".to_owned() };
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a text".to_owned())
}

/// Carries out HTTP requests, side by side.
async fn carry_out(client: Rc<HttpClient>, mut jobs: mpsc::UnboundedReceiver<Job>) {
    while let Some(job) = jobs.recv().await {
        tokio::task::spawn_local(send(client.clone(), job));
    }
}

async fn send(client: Rc<HttpClient>, job: Job) {
    let Job { request, timeouts, mut answer } = job;
    let Some(service) = service_of(&request) else {
        let error = format!("{} is not in the simulation: only Kinesis, Firehose and DynamoDB are", request.uri());
        let _ = answer.send(Err(HttpError::Connection(error.into())));
        return;
    };
    let request = request.map(Full::new);
    let exchange = {
        let mut sending = std::pin::pin!(client.send(service, request, timeouts));
        // The SDK gives up an attempt by dropping it.
        poll_fn(|cx| match sending.as_mut().poll(cx) {
            Poll::Ready(exchange) => Poll::Ready(Some(exchange)),
            Poll::Pending => answer.poll_closed(cx).map(|()| None),
        })
        .await
    };
    let exchange = match exchange {
        Some(Ok(exchange)) => exchange,
        Some(Err(error)) => return drop(answer.send(Err(error))),
        None => return,
    };
    let (response, keep) = exchange.into_parts();
    let (head, mut body) = response.into_parts();
    let (chunks, receiver) = mpsc::channel(CHUNKS_WAITING_MAX);
    if answer.send(Ok(Response::from_parts(head, Chunks::new(receiver)))).is_err() {
        return;
    }
    while let Some(frame) = next_frame(&mut body, &chunks).await {
        let chunk = match frame {
            Ok(frame) => frame.into_data().unwrap_or_default(),
            Err(error) => return drop(chunks.send(Err(HttpError::Connection(error.into()))).await),
        };
        if chunks.send(Ok(chunk)).await.is_err() {
            return;
        }
    }
    if hyper::body::Body::is_end_stream(&body) {
        keep(&client);
    }
}

/// The next frame; `None` at the end, and when nobody wants it any more.
async fn next_frame<T>(
    body: &mut hyper::body::Incoming,
    chunks: &mpsc::Sender<T>,
) -> Option<Result<hyper::body::Frame<Bytes>, hyper::Error>> {
    let mut gone = std::pin::pin!(chunks.closed());
    let mut frame = std::pin::pin!(body.frame());
    poll_fn(|cx| match frame.as_mut().poll(cx) {
        Poll::Ready(frame) => Poll::Ready(frame),
        Poll::Pending => gone.as_mut().poll(cx).map(|()| None),
    })
    .await
}

fn service_of(request: &Request<Bytes>) -> Option<HostId> {
    let target = text(request.headers(), &TARGET)?;
    aws::host_of_target(target.split('.').next()?)
}
