//! What all connections share: the live run, its clock, and who hears of what happens.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::callers::Callers;
use super::clock::{Clock, Pace};
use super::deliver::Target;
use super::events::Lines;
use super::function_url::FunctionUrl;
use super::log::{Log, Throttles};
use super::metrics;
use super::readers::Readers;
use super::reading::Bodies;
use super::recent::Recent;
use super::record::{RecordError, Recorder};
use super::regions::Regions;
use super::tls::Tls;
use crate::aws::Door;
use crate::aws::protocol::credential::access_key;
use crate::aws::protocol::envelope::HttpRequest;
use crate::base::{Fold, SimDuration, SimTime};
use crate::run::{Live, Told, Worker};
use crate::scenario::LiveFaults;

/// What all connections share.
pub(super) struct App {
    pub(crate) live: Live,
    pub clock: RefCell<Clock>,
    pub(crate) door: Rc<Door>,
    /// Regions besides the endpoint's own.
    pub(super) regions: Regions,
    pub(super) log: Log,
    /// The port is open to other machines.
    pub(crate) is_public: bool,
    /// Names besides localhost under which control routes may be asked for.
    pub(crate) allowed_hosts: Vec<String>,
    /// Web pages of any origin may use the AWS routes.
    pub(crate) cors: bool,
    pub(crate) signals: Signals,
    /// How many requests were answered.
    pub requests: Cell<u64>,
    /// Reads faults that control requests bring.
    pub faults: LiveFaults,
    /// Bodies of requests that are being read.
    pub(crate) bodies: Bodies,
    /// Metrics that clients put.
    pub metrics: RefCell<metrics::Put>,
    /// Where events go, for whoever listens.
    pub lines: Lines,
    /// What the page shows of clients.
    pub(crate) watched: Watched,
    /// What workers said that they cannot have done.
    pub(crate) mistakes: RefCell<Vec<String>>,
    /// Where the session is written down.
    pub(crate) recorder: Option<Rc<Recorder>>,
    /// For those who speak TLS.
    pub tls: Option<Tls>,
    /// Functions whose code is behind a URL.
    pub(crate) functions: Vec<FunctionUrl>,
    /// Sinks of the user's, where deliveries go on to.
    pub(crate) targets: Vec<Target>,
    /// How many answers of theirs are waited for.
    pub(crate) awaited: Cell<usize>,
}

/// What is seen of clients, for the page and for the clock.
pub(super) struct Watched {
    pub(crate) recent: Rc<RefCell<Recent>>,
    pub(crate) readers: Rc<RefCell<Readers>>,
    pub(crate) callers: RefCell<Callers>,
    pub(super) throttles: Rc<RefCell<Throttles>>,
}

impl Watched {
    /// Nothing so far.
    pub(super) fn new() -> Self {
        Self {
            recent: Rc::new(RefCell::new(Recent::new())),
            readers: Rc::default(),
            callers: RefCell::default(),
            throttles: Rc::default(),
        }
    }
    /// What is to hear of events.
    pub(crate) fn listeners(&self) -> [Rc<RefCell<dyn Fold>>; 3] {
        [self.recent.clone(), self.readers.clone(), self.throttles.clone()]
    }
}

/// Who is told that something was done.
pub(super) struct Signals {
    /// Something new may be due, or the clock has changed.
    changed: Notify,
    /// When the keeper of time looks next by itself.
    looks_at: Cell<SimTime>,
    /// Tells subscriptions of every change; true when the endpoint stops.
    pub changes: watch::Sender<bool>,
}

impl Default for Signals {
    fn default() -> Self {
        Self { changed: Notify::new(), looks_at: Cell::new(SimTime::MAX), changes: watch::Sender::new(false) }
    }
}

impl App {
    /// Brings the world to the present.
    pub(crate) fn catch_up(&self) {
        let now = self.clock.borrow().now();
        self.live.run_until(now);
        self.regions.run_until(self.live.now());
    }
    /// When something next happens by itself, in any region.
    fn next_due(&self) -> Option<SimTime> {
        self.live.next_due().into_iter().chain(self.regions.next_due()).min()
    }
    /// Nobody asked for anything for a while: everybody waits. Goes to what is due soon, or a second on for those who
    /// were refused for throughput.
    fn move_on(&self, due: Option<SimTime>) {
        let now = self.live.now();
        let is_soon = |due: &SimTime| due.since(now) <= WAITED_FOR;
        let to = match due.filter(is_soon) {
            Some(due) => due,
            None if self.log.has_throttled(now) => now + SimDuration::from_secs(1),
            None => return,
        };
        self.log.moved();
        let by = to.since(self.clock.borrow().now());
        let _ = self.advance(by);
    }
    /// Moves the clock forward, and the world with it. Returns whether the clock can go so far.
    #[must_use]
    pub(super) fn advance(&self, by: SimDuration) -> bool {
        let is_within = self.clock.borrow_mut().advance(by);
        self.catch_up();
        self.note_time();
        self.wake();
        is_within
    }
    /// Changes the clock's pace from now on.
    pub(crate) fn set_pace(&self, pace: Pace) {
        self.clock.borrow_mut().set_pace(pace);
        self.catch_up();
        self.note_time();
        self.wake();
    }
    /// Writes something down before it is done, if the session is kept.
    ///
    /// # Errors
    /// When it must not be done, because a restart would not know of it.
    pub(super) fn record(&self, note: impl FnOnce(&Recorder) -> Result<(), RecordError>) -> Result<(), RecordError> {
        self.recorder.as_deref().map_or(Ok(()), note)
    }
    /// The worker of the scenario that a request is of: one whose name is the request's access key.
    pub(super) fn worker(&self, request: &HttpRequest<'_>) -> Option<Rc<Worker>> {
        let key = access_key(request)?;
        self.live.workers().iter().find(|worker| *worker.name == *key).cloned()
    }
    /// Takes what a worker says that it has done, and writes it down first.
    ///
    /// # Errors
    /// Why it cannot have done that, or that it cannot be written down.
    pub(super) fn tell(&self, worker: &Worker, told: &Told) -> Result<(), String> {
        let kept = self.record(|recorder| recorder.told(self.live.now(), &worker.name, told));
        kept.map_err(|problem| problem.to_string())?;
        self.live.tell(worker, told).map_err(|error| {
            self.mistake(worker, &error);
            error.to_string()
        })
    }
    /// A worker said what cannot be.
    pub(super) fn mistake(&self, worker: &Worker, what: &dyn fmt::Display) {
        let (at, name) = (self.live.now(), &worker.name);
        self.mistakes.borrow_mut().push(format!("{at} {name} told of what was not: {what}"));
    }
    /// Ends a fault. Returns whether it was in force.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub(crate) fn heal_fault(&self, id: u32) -> Result<bool, RecordError> {
        if !self.live.active_faults().iter().any(|(active, _)| *active == id) {
            return Ok(false);
        }
        self.record(|recorder| recorder.heal(self.live.now(), id))?;
        Ok(self.live.heal_fault(id))
    }
    fn note_time(&self) {
        // The next request that can be written down tells the time too.
        let _ = self.record(|recorder| recorder.time(self.live.now()));
    }
    /// Something was done, or time runs otherwise.
    pub(crate) fn wake(&self) {
        self.signals.changed.notify_one();
        self.tell_subscriptions();
    }
    /// A request was carried out. Most leave nothing that is due sooner, and then time is kept already.
    pub(crate) fn wake_after_request(&self) {
        let is_auto = self.clock.borrow().pace() == Pace::Auto;
        if is_auto || self.next_due().is_some_and(|due| due < self.signals.looks_at.get()) {
            self.signals.changed.notify_one();
        }
        self.tell_subscriptions();
    }
    /// The number of the next answer.
    pub(crate) fn next_request(&self) -> u64 {
        self.requests.set(self.requests.get() + 1);
        self.requests.get()
    }
    /// Waits until the endpoint stops.
    pub(crate) async fn stopped(&self) {
        // Ends with an error only when the app is gone, and then it has stopped too.
        let _ = self.signals.changes.subscribe().wait_for(|is_stopping| *is_stopping).await;
    }
    fn tell_subscriptions(&self) {
        if self.signals.changes.receiver_count() > 0 {
            self.signals.changes.send_modify(|_| {});
        }
    }
}

/// What is further away, such as the end of a record's retention, nobody waits for.
const WAITED_FOR: SimDuration = SimDuration::from_mins(5);
/// A client that does not ask for so long waits.
const IDLE: Duration = Duration::from_millis(20);

/// Lets happen what is due by itself: transitions, trimming, the ends of faults, a scenario's clients.
pub(super) async fn keep_time(app: Rc<App>) {
    loop {
        let due = app.next_due();
        app.signals.looks_at.set(due.unwrap_or(SimTime::MAX));
        let wait = due.and_then(|due| app.clock.borrow().wait_until(due));
        let is_auto = app.clock.borrow().pace() == Pace::Auto;
        let wait = if is_auto { Some(wait.unwrap_or(IDLE).min(IDLE)) } else { wait };
        match wait {
            Some(wait) => {
                let is_idle = tokio::time::timeout(wait, app.signals.changed.notified()).await.is_err();
                app.catch_up();
                if is_auto && is_idle && app.awaited.get() == 0 {
                    app.move_on(due);
                }
            }
            None => app.signals.changed.notified().await,
        }
        app.catch_up();
        app.tell_subscriptions();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::kinesis::PutRecord;
    use crate::aws::kinesis::api::{CreateStream, PutEntry};
    use crate::aws::{Request, copier, kinesis};
    use crate::base::{PartitionKey, Payload, StreamName};
    use crate::serve::{Limits, Settings, Transitions};

    /// What connections would share, on a clock of this pace.
    fn app(pace: Pace) -> App {
        let transitions = Transitions::Fixed(SimDuration::from_millis(500));
        let (limits, epoch_unix_ms) = (Limits::All, Some(1_800_000_000_000));
        let settings = Settings { pace, limits, transitions, epoch_unix_ms, ..Settings::default() };
        let plan = settings.plan(None, 1);
        App {
            live: Live::new(&plan, Vec::new()),
            clock: RefCell::new(Clock::new(pace)),
            door: Rc::new(settings.door(&plan)),
            regions: Regions::new(&settings, 1),
            log: Log::new(false),
            is_public: false,
            allowed_hosts: Vec::new(),
            cors: false,
            signals: Signals::default(),
            requests: Cell::new(0),
            faults: super::super::settings::empty_account().live_faults(),
            bodies: Bodies::default(),
            metrics: RefCell::default(),
            lines: Lines::new(),
            watched: Watched::new(),
            mistakes: RefCell::default(),
            recorder: None,
            tls: None,
            functions: Vec::new(),
            targets: Vec::new(),
            awaited: Cell::new(0),
        }
    }

    fn ask(app: &App, request: impl Into<Request>) {
        app.catch_up();
        app.live.request(None, request.into(), |reply| assert!(reply.is_some(), "nothing is lost here"));
        app.wake();
    }

    fn copied(app: &App) -> u64 {
        app.live.figures().streams.get("copy").map_or(0, |stream| stream.records_acked)
    }

    /// The machine's clock drives it: nothing here says what time it is.
    #[test]
    fn a_service_that_calls_works_on_real_time() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let app = Rc::new(app(Pace::Times(100.0)));
        let (from, to): (StreamName, StreamName) = ("orders".parse().expect("a name"), "copy".parse().expect("a name"));
        tokio::task::LocalSet::new().block_on(&runtime, async {
            tokio::task::spawn_local(keep_time(app.clone()));
            for stream in [&from, &to] {
                let create = CreateStream::provisioned(stream.clone(), 1);
                ask(&app, Request::Kinesis(kinesis::Request::CreateStream(Box::new(create))));
            }
            let begun = app.live.now();
            while app.live.now() < begun + SimDuration::from_secs(2) {
                app.catch_up();
                tokio::task::yield_now().await;
            }
            for n in 0..20 {
                let partition_key = PartitionKey::new(&n.to_string()).expect("a key");
                let entry = PutEntry { partition_key, explicit_hash_key: None, data: Payload::from(vec![n]) };
                let put = PutRecord { stream: from.clone(), entry, sequence_number_for_ordering: None };
                ask(&app, Request::Kinesis(put.into()));
            }
            ask(&app, Request::Copier(copier::Request { from, shards: 1, to }));
            while copied(&app) < 20 {
                tokio::task::yield_now().await;
            }
        });
        assert_eq!(copied(&app), 20, "every record once, for nothing was lost");
    }

    /// A minute of simulated time passes in less, because nobody asks for anything.
    #[test]
    fn the_clock_moves_on_to_what_clients_wait_for() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let app = Rc::new(app(Pace::Auto));
        tokio::task::LocalSet::new().block_on(&runtime, async {
            tokio::task::spawn_local(keep_time(app.clone()));
            let create = CreateStream::provisioned("orders".parse().expect("a name"), 1);
            ask(&app, Request::Kinesis(kinesis::Request::CreateStream(Box::new(create))));
            let due = app.live.next_due().expect("it becomes ACTIVE");
            let mut news = app.signals.changes.subscribe();
            while app.live.now() < due {
                news.changed().await.expect("the app is there");
            }
        });
        assert!(app.live.next_due().is_none(), "nothing else is due, so the clock runs as the machine's");
    }
}
