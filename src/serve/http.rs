//! The server: HTTP/1.1 and HTTP/2 (with prior knowledge too) on one port, on one thread.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use http_body_util::Either;
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use super::answers;
use super::app::{App, Signals, Watched, keep_time};
use super::callers;
use super::clock::{Clock, Pace};
use super::cloudwatch::{keep_metrics, put_metric_data};
use super::control;
use super::cors;
use super::deliver;
use super::events::{Lines, Tail};
use super::log::{Line, Log, is_throttled};
use super::page;
use super::reading::{Bodies, Refused};
use super::record::{Behind, Directory, Header, Noted, RecordError, Recorder};
use super::regions::Regions;
use super::settings::Settings;
use super::sts;
use super::subscriptions;
use super::tls::{Tls, TlsError};
use crate::aws::protocol::envelope::HttpRequest;
use crate::aws::protocol::operation::Operation;
use crate::aws::{Answer, operation_of};
use crate::base::{Fold, SimTime};
use crate::check::CheckResult;
use crate::http::body::{Body, plain, whole};
use crate::http::headers;
use crate::measure::Figures;
use crate::run::Live;
use crate::scenario::Scenario;

/// A client that takes longer to send its headers, or its body, is let go.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// Connections that are still busy so long after the stop are cut.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why an endpoint did not start.
#[derive(Debug)]
pub(crate) enum ServerError {
    /// The address is taken, or may not be used.
    Bind(SocketAddr, std::io::Error),
    /// The machine refused what a server needs.
    Io(std::io::Error),
    /// A recording or a data directory cannot be used.
    Record(PathBuf, RecordError),
    /// TLS cannot be spoken.
    Tls(TlsError),
}

/// What of the session is kept.
#[derive(Clone, Debug, Default)]
pub enum Keep {
    /// The state is gone when the endpoint stops.
    #[default]
    Nothing,
    /// Everything, to be replayed.
    Recording(PathBuf),
    /// The state, in a directory, across restarts.
    Directory(PathBuf),
}

impl Keep {
    /// Why it cannot be kept there.
    fn refused(&self, error: RecordError) -> ServerError {
        let path = match self {
            Self::Nothing => PathBuf::new(),
            Self::Recording(path) | Self::Directory(path) => path.clone(),
        };
        ServerError::Record(path, error)
    }
}

/// Where a clock goes on: real time has passed meanwhile; other paces stood still.
fn resume_at(pace: Pace, last: SimTime, epoch_unix_ms: u64) -> SimTime {
    match pace {
        Pace::Times(1.0) | Pace::Auto => {
            last.max(SimTime::from_millis(Clock::wall_unix_ms().saturating_sub(epoch_unix_ms)))
        }
        _ => last,
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bind(address, error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                write!(
                    f,
                    "port {} of {} is taken: stop what listens there, or give another --port",
                    address.port(),
                    address.ip()
                )
            }
            Self::Bind(address, error) => write!(f, "cannot listen on {address}: {error}"),
            Self::Io(error) => write!(f, "cannot serve: {error}"),
            Self::Record(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Tls(error) => write!(f, "{error}"),
        }
    }
}
impl std::error::Error for ServerError {}

/// An endpoint that listens.
pub(crate) struct Server {
    runtime: tokio::runtime::Runtime,
    listener: TcpListener,
    stop: StopSignals,
    app: Rc<App>,
}

impl Server {
    /// Binds the address and builds the world: a scenario's, or an empty account.
    ///
    /// # Errors
    /// When the address cannot be had, or what is kept cannot be read or written.
    pub(crate) fn new(
        settings: &Settings,
        scenario: Option<Scenario>,
        seed: u64,
        keep: &Keep,
    ) -> Result<Self, ServerError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ServerError::Io)?;
        let bound = runtime.block_on(TcpListener::bind(settings.address));
        let listener = bound.map_err(|error| ServerError::Bind(settings.address, error))?;
        let stop = StopSignals::new(&runtime).map_err(ServerError::Io)?;
        let tls = settings.tls_authority_file.as_deref().map(Tls::new).transpose().map_err(ServerError::Tls)?;
        let faults = match &scenario {
            Some(scenario) => scenario.live_faults(),
            None => super::settings::empty_account().live_faults(),
        };
        let directory = match keep {
            Keep::Directory(path) => Some(Directory::open(path).map_err(|error| keep.refused(error))?),
            _ => None,
        };
        let kept_header = directory.as_ref().and_then(Directory::header);
        // A data directory's time goes on from its beginning.
        let epoch_unix_ms = kept_header.map(Header::epoch_unix_ms).or(settings.epoch_unix_ms);
        let settings = &Settings { epoch_unix_ms, ..settings.clone() };
        let plan = settings.plan(scenario.as_ref(), seed);
        let header = Header::of(settings, scenario.as_ref(), seed, plan.services.kinesis.epoch_unix_ms);
        if let Some(kept) = kept_header {
            kept.check_same(&header).map_err(|error| keep.refused(error))?;
        }
        let lines = Lines::new();
        let watched = Watched::new();
        let tail: Rc<RefCell<dyn Fold>> = Rc::new(RefCell::new(Tail::new(lines.clone())));
        // Of one beginning, whatever region is asked for later.
        let begun = Settings { epoch_unix_ms: Some(plan.services.kinesis.epoch_unix_ms), ..settings.clone() };
        let regions = Regions::new(&begun, seed).heard_by(watched.throttles.clone());
        let world =
            (Live::new(&plan, watched.listeners().into_iter().chain([tail]).collect()), Rc::new(settings.door(&plan)));
        let fresh = Behind { live: world.0, door: world.1, faults, regions };
        let kept = match (keep, directory) {
            (Keep::Recording(path), _) => Recorder::create(path, &header).map(|recorder| (fresh, Some(recorder))),
            (_, Some(directory)) => directory.take_up(&header, fresh).map(|(kept, recorder)| (kept, Some(recorder))),
            (_, None) => Ok((fresh, None)),
        };
        let (Behind { live, door, faults, regions }, recorder) = kept.map_err(|error| keep.refused(error))?;
        let clock =
            Clock::resumed(settings.pace, resume_at(settings.pace, live.now(), plan.services.kinesis.epoch_unix_ms));
        let app = App {
            live,
            clock: RefCell::new(clock),
            door,
            regions,
            log: Log::new(settings.tells_requests),
            is_public: !settings.address.ip().is_loopback(),
            allowed_hosts: settings.allowed_hosts.clone(),
            cors: settings.cors,
            signals: Signals::default(),
            requests: Cell::new(0),
            faults,
            bodies: Bodies::default(),
            metrics: RefCell::default(),
            lines,
            watched,
            mistakes: RefCell::default(),
            recorder: recorder.map(Rc::new),
            tls,
            functions: settings.functions.clone(),
            targets: settings.targets.clone(),
            awaited: Cell::new(0),
        };
        Ok(Self { runtime, listener, stop, app: Rc::new(app) })
    }

    /// The address it listens on, with the port it was given.
    ///
    /// # Errors
    /// When the machine does not tell.
    pub(crate) fn address(&self) -> Result<SocketAddr, ServerError> {
        self.listener.local_addr().map_err(ServerError::Io)
    }

    /// Serves until SIGTERM or SIGINT; requests in flight are answered. Then tells what came of it.
    pub(crate) fn run(self) -> Session {
        let Self { runtime, listener, stop, app } = self;
        let mut stop = stop;
        let local = tokio::task::LocalSet::new();
        local.block_on(&runtime, async {
            let graceful = GracefulShutdown::new();
            serve(listener, stop.heard(), &app, &graceful).await;
            end(app.clone(), graceful).await;
        });
        let (requests, until) = (app.requests.get(), app.live.now());
        Session { requests, until, figures: app.live.figures(), checks: app.live.checks() }
    }
}

impl Server {
    /// Serves until `work` is done, which is told what all connections share, and when the process is asked to stop.
    /// What is still asked for then is not answered.
    pub(super) fn run_until_done<W, F>(self, work: W) -> F::Output
    where
        W: FnOnce(Rc<App>, StopSignals) -> F,
        F: Future,
    {
        let Self { runtime, listener, stop, app } = self;
        let local = tokio::task::LocalSet::new();
        let mut done = None;
        let working = work(app.clone(), stop);
        let until = async { done = Some(working.await) };
        local.block_on(&runtime, serve(listener, until, &app, &GracefulShutdown::new()));
        done.unwrap_or_else(|| unreachable!("it serves until that is done"))
    }
}

/// What came of an endpoint's time.
pub(crate) struct Session {
    /// Requests that were answered.
    pub(crate) requests: u64,
    /// Simulated time since the first beginning.
    pub(crate) until: SimTime,
    /// Of the endpoint's own region.
    pub(crate) figures: Figures,
    /// Of the endpoint's own region.
    pub(crate) checks: Vec<CheckResult>,
}

async fn serve(listener: TcpListener, until: impl Future<Output = ()>, app: &Rc<App>, graceful: &GracefulShutdown) {
    tokio::task::spawn_local(keep_time(app.clone()));
    if !app.functions.is_empty() || !app.targets.is_empty() {
        tokio::task::spawn_local(deliver::carry(app.clone()));
    }
    let mut until = std::pin::pin!(until);
    loop {
        // Biased, so that a stop is seen even under load.
        let accepted = tokio::select! { biased;
            () = &mut until => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, say: wait for some to be given back.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let talk = talk(stream, app.clone(), graceful.watcher());
        tokio::task::spawn_local(async move {
            if let Err(error) = talk.await {
                tracing::debug!(%error, "connection ended");
            }
        });
    }
}

/// Answers what is still asked for, and ends.
async fn end(ended: Rc<App>, graceful: GracefulShutdown) {
    tracing::info!("stopping");
    ended.signals.changes.send_replace(true);
    let _ = tokio::time::timeout(STOP_TIMEOUT, graceful.shutdown()).await;
    ended.catch_up();
    if let Err(error) = ended.record(|recorder| recorder.end(&ended.live)) {
        tracing::error!(%error, "the time of the stop is not kept");
    }
}

/// SIGTERM and SIGINT. They are listened for before anybody hears that the endpoint is ready: in a container nothing
/// else would end it, because the first process of one ignores a signal that it does not listen for.
pub(super) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn new(runtime: &tokio::runtime::Runtime) -> std::io::Result<Self> {
        let _inside = runtime.enter();
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for one of them.
    pub(super) async fn heard(&mut self) {
        tokio::select! { biased;
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Tasks of connections stay on this thread.
#[derive(Clone)]
struct LocalExecutor;

impl<F: Future<Output: 'static> + 'static> hyper::rt::Executor<F> for LocalExecutor {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(future);
    }
}

/// A connection from its first byte, which tells TLS from plain HTTP.
async fn talk(stream: TcpStream, app: Rc<App>, watcher: Watcher) -> Result<(), BoxError> {
    match &app.tls {
        Some(tls) if within_reason(&app, tls.is_wanted(&stream)).await? => {
            let stream = within_reason(&app, tls.accept(stream)).await?;
            watcher.watch(connection(stream, app.clone())).await
        }
        _ => watcher.watch(connection(stream, app)).await,
    }
}

/// What a client may take its time for, unless the endpoint stops.
async fn within_reason<T>(app: &App, sent: impl Future<Output = std::io::Result<T>>) -> std::io::Result<T> {
    tokio::select! { biased;
        () = app.stopped() => Err(std::io::ErrorKind::ConnectionAborted.into()),
        sent = tokio::time::timeout(SEND_TIMEOUT, sent) => sent?,
    }
}

fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
    app: Rc<App>,
) -> impl GracefulConnection<Error = BoxError> {
    let mut builder = auto::Builder::new(LocalExecutor);
    // A client that has said all may close its half and still wants the answer.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(SEND_TIMEOUT).half_close(true).auto_date_header(false);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(1000).auto_date_header(false);
    let service = service_fn(move |request| handle(app.clone(), request));
    builder.serve_connection(TokioIo::new(stream), service).into_owned()
}

async fn handle(app: Rc<App>, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    let held = match app.bodies.read(body, SEND_TIMEOUT).await {
        Ok(held) => held,
        Err(refused) => return Ok(refuse(&app, &head, &refused)),
    };
    let body = held.bytes();
    app.catch_up();
    let is_rest = headers::request(&head, &body).rest.is_some();
    if let Some(protocol) = put_metric_data(&head, &body).filter(|_| !is_rest) {
        return Ok(keep_metrics(&app, protocol, &head, &body));
    }
    if let Some(route) = head.uri.path().strip_prefix("/_kinesim") {
        return Ok(control::route(&app, &head, route, &body));
    }
    if let Some(page) = page::welcome(&head) {
        return Ok(page);
    }
    if let Some(answer) = cors::preflight(&head).filter(|_| app.cors) {
        return Ok(answer);
    }
    let of_another_protocol = sts::answer(&app.door.account, &head, &body).filter(|_| !is_rest);
    let mut response = match of_another_protocol {
        Some(answer) => answer,
        None => aws(&app, headers::request(&head, &body), callers::client(&head.headers)).await,
    };
    // The service had what it needs of it; the answer may have taken long.
    drop((body, held));
    if app.cors {
        cors::allow(&head.headers, &mut response);
    }
    Ok(response)
}

/// The answer to a request whose body is not read.
fn refuse(app: &App, head: &Parts, refused: &Refused) -> Response<Body> {
    let words = match refused {
        Refused::TooLarge => app.door.too_large(&headers::request(head, b"")),
        Refused::TooMany | Refused::Ended | Refused::TooSlow => None,
    };
    words.map_or_else(|| refused.answer(), |answer| headers::response(answer, app.next_request(), whole))
}

/// Answers a request of one of the AWS protocols.
async fn aws(app: &Rc<App>, request: HttpRequest<'_>, client: String) -> Response<Body> {
    let name = app.regions.name(&request);
    let operation = operation_of(&request);
    let line = app.log.begin(operation.map(Operation::name).or(request.target), name);
    let region = match name.map(|name| app.regions.of(name, app.live.now()).ok_or(name)).transpose() {
        Ok(region) => region,
        Err(name) => return headers::response(app.door.no_region(&request, name), app.next_request(), whole),
    };
    let (live, door) = region.as_deref().map_or((&app.live, &app.door), |region| (&region.live, &region.door));
    // Other regions have no scenario.
    let worker = if region.is_none() { app.worker(&request) } else { None };
    let by = worker.as_deref().map(|worker| &*worker.name);
    let noted = app.recorder.as_ref().map_or(Ok(None), |recorder| recorder.request(&app.live, &request, name, by));
    let Ok(noted) = noted else {
        // What a restart would not know of is not done.
        return headers::response(door.failure(&request), app.next_request(), whole);
    };
    let (answered, answer) = oneshot::channel();
    let throttles = app.watched.throttles.borrow().count();
    let (told, is_here) = (app.clone(), region.is_none());
    answers::answer(live, door, &request, worker.as_deref(), move |answer, about| {
        note_answer(&told, noted.as_ref(), line, answer.as_ref(), about.as_deref());
        let is_throttled = told.watched.throttles.borrow().count() > throttles || is_throttled(answer.as_ref());
        told.log.note(is_throttled, told.live.now(), told.clock.borrow().pace());
        if is_here {
            let mut callers = told.watched.callers.borrow_mut();
            callers.note(client, operation, about.as_deref(), answer.as_ref(), told.live.now());
        }
        let _ = answered.send(answer);
    });
    app.wake_after_request();
    let answer = answer.await.ok().flatten();
    let number = app.next_request();
    match answer {
        Some(Answer::Whole(answer)) => headers::response(answer, number, whole),
        Some(Answer::Subscribed(subscribed)) => {
            headers::frames(Either::Right(subscriptions::start(app, region, worker, subscribed)), number)
        }
        None => lost(),
    }
}

fn note_answer(app: &App, noted: Option<&Noted>, line: Option<Line>, answer: Option<&Answer>, about: Option<&str>) {
    let now = app.live.now();
    if let (Some(recorder), Some(noted), Some(answer)) = (&app.recorder, noted, answer) {
        recorder.answer(now, noted, answer);
    }
    app.log.end(line, about, answer, now);
}

/// A fault lost the answer; the client has given up long since.
fn lost() -> Response<Body> {
    plain(504, "the answer was lost")
}
