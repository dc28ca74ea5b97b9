//! Recorded sessions: the requests of real clients with their simulated times, one JSON line each.
//!
//! The same requests at the same times give the same answers and the same trace hash, so a recording can be replayed, and a
//! data directory is a recording that is replayed at the start. A line is written before its request is handled: what
//! was acknowledged is in the file, whatever kills the process.
//!
//! A data directory leaves out requests that only read, except with a scenario and while faults are in force: those draw
//! from the same chance as writes do. It grows with what it keeps, and is not compacted. One process has it at a time.
//!
//! What is secret in a request's signature is not written down.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use self::hide::{hide_header, hide_query, replaced};
use super::answers;
use super::settings::{Limits, Settings, Transitions};
use crate::base::{ShardId, SimDuration, SimTime};
use crate::cloud::{Answer, Door};
use crate::run::Live;
use crate::scenario::units::Duration;
use crate::scenario::{self, LiveFaults, Scenario};
use crate::service::streams::api::ConsumerRef;
use crate::wire::Account;
use crate::wire::http::HttpRequest;

mod hide;

/// What a recording was made with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Version of the format.
    kinesim: u32,
    account: String,
    region: String,
    seed: u64,
    epoch_unix_ms: u64,
    limits: Limits,
    /// `None` for realistic ones.
    transition_ns: Option<u64>,
    shard_limit: Option<u32>,
    /// The resolved scenario.
    scenario: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    at_ns: u64,
    #[serde(flatten)]
    what: What,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum What {
    Request(Request),
    Answer {
        n: u64,
        status: u16,
        digest: String,
    },
    Poll {
        stream: String,
        consumer: String,
        created_unix_s: Option<u64>,
        shard: u32,
        subscription: u64,
    },
    Fault(serde_json::Value),
    Heal {
        id: u32,
    },
    /// Nothing but the time, which was told to pass.
    Time {},
    End {
        trace_hash: String,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Request {
    n: u64,
    method: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    query: String,
    target: Option<String>,
    content_type: Option<String>,
    authorization: Option<String>,
    has_date: bool,
    body: String,
}

const VERSION: u32 = 1;

/// Why a recording cannot be used.
#[derive(Debug)]
pub enum RecordError {
    /// The file cannot be read or written.
    Io(io::Error),
    /// A line is none of a recording.
    Line(usize, String),
    /// The recording is of another endpoint.
    Settings(String),
    /// Another process writes there.
    InUse,
    /// A data directory could not be written to.
    NotKept,
    /// There is a recording already.
    Exists,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot be used: {error}"),
            Self::Line(line, problem) => write!(f, "line {line} is none of a recording: {problem}"),
            Self::Settings(problem) => f.write_str(problem),
            Self::InUse => f.write_str("is in use by another kinesim: stop it, or use another directory"),
            Self::NotKept => f.write_str("the data directory cannot be written, so nothing was done"),
            Self::Exists => f.write_str("is there already: remove it, or give --record another file"),
        }
    }
}
impl std::error::Error for RecordError {}
impl From<io::Error> for RecordError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Header {
    /// What an endpoint with these settings records.
    pub fn of(settings: &Settings, scenario: Option<&Scenario>, seed: u64, epoch_unix_ms: u64) -> Self {
        Self {
            kinesim: VERSION,
            account: settings.account.id.to_string(),
            region: settings.account.region.to_string(),
            seed,
            epoch_unix_ms,
            limits: settings.limits,
            transition_ns: match settings.transitions {
                Transitions::Fixed(takes) => Some(takes.as_nanos()),
                Transitions::Realistic => None,
            },
            shard_limit: settings.shard_limit,
            scenario: scenario.map(Scenario::resolved_toml),
        }
    }

    /// Wall-clock time of the run's start.
    pub fn epoch_unix_ms(&self) -> u64 {
        self.epoch_unix_ms
    }

    /// A data directory is used as it was begun.
    pub fn check_same(&self, now: &Self) -> Result<(), RecordError> {
        let mut options = self.options().into_iter().zip(now.options());
        if let Some((then, now)) = options.find(|(then, now)| then != now) {
            let text = format!("the data directory was begun {then}, and not {now}: use the same, or a new directory");
            return Err(RecordError::Settings(text));
        }
        let text = match (&self.scenario, &now.scenario) {
            (then, now) if then == now => return Ok(()),
            (None, _) => "without --scenario",
            (Some(_), None) => "with a --scenario",
            (Some(_), Some(_)) => "with another --scenario, or that file has changed",
        };
        Err(RecordError::Settings(format!("the data directory was begun {text}: use the same, or a new directory")))
    }

    /// The options that make a difference, as they are typed.
    fn options(&self) -> [String; 6] {
        let takes = |ns| Duration(SimDuration::from_nanos(ns)).to_string();
        let transitions = self.transition_ns.map_or_else(|| "realistic".to_owned(), takes);
        [
            format!("with --account {}", self.account),
            format!("with --region {}", self.region),
            format!("with --seed {}", self.seed),
            format!("with --limits {}", self.limits),
            self.shard_limit
                .map_or_else(|| "without --shard-limit".to_owned(), |limit| format!("with --shard-limit {limit}")),
            format!("with --transitions {transitions}"),
        ]
    }

    /// Settings of an endpoint that stands where the recorded one stood.
    fn settings(&self) -> Settings {
        Settings {
            address: ([127, 0, 0, 1], 0).into(),
            pace: super::Pace::Manual,
            account: Account { id: self.account.as_str().into(), region: self.region.as_str().into() },
            shard_limit: self.shard_limit,
            limits: self.limits,
            transitions: self
                .transition_ns
                .map_or(Transitions::Realistic, |ns| Transitions::Fixed(SimDuration::from_nanos(ns))),
            epoch_unix_ms: Some(self.epoch_unix_ms),
            tls_authority_file: None,
        }
    }
}

/// What a recorder writes down.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scope {
    /// Everything, answers too.
    Recording,
    /// What a restart needs: with a scenario everything draws from its chance, reads too.
    Directory { has_scenario: bool },
}

/// Writes a session down.
pub(super) struct Recorder {
    file: RefCell<File>,
    /// Bytes of lines that are whole.
    bytes: Cell<u64>,
    /// Why the last line was not written.
    problem: RefCell<Option<String>>,
    next: Cell<u64>,
    scope: Scope,
}

/// A request that was written down, and whose answer will be.
pub(super) struct Noted {
    n: u64,
    /// The header as it came, and as it was written down: some refusals repeat it.
    authorization: Option<(String, String)>,
}

impl Recorder {
    fn new(file: File, bytes: u64, scope: Scope) -> Self {
        let (problem, next) = Default::default();
        Self { file: RefCell::new(file), bytes: Cell::new(bytes), problem, next, scope }
    }

    /// A new recording. What is there already is not overwritten.
    pub fn create(path: &Path, header: &Header) -> Result<Self, RecordError> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        if file.metadata()?.len() > 0 {
            return Err(RecordError::Exists);
        }
        let recorder = Self::new(file, 0, Scope::Recording);
        recorder.write(header)?;
        Ok(recorder)
    }

    /// Why the data directory does not keep what happens, if so.
    pub fn problem(&self) -> Option<String> {
        let problem = self.problem.borrow().clone().filter(|_| self.scope != Scope::Recording);
        problem.map(|problem| format!("the data directory cannot be written: {problem}"))
    }

    fn write(&self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let mut file = self.file.borrow_mut();
        if self.problem.borrow().is_some() {
            // Half a line may be there, which the next one must not be joined to.
            file.set_len(self.bytes.get())?;
        }
        file.write_all(&text)?;
        self.bytes.set(self.bytes.get() + text.len() as u64);
        Ok(())
    }

    /// Writes a line. A recording may be incomplete, with a warning; a data directory may not.
    fn note(&self, at: SimTime, what: What) -> Result<(), RecordError> {
        let written = self.write(&Entry { at_ns: at.as_nanos(), what });
        let problem = written.as_ref().err().map(ToString::to_string);
        let before = self.problem.replace(problem);
        match (written, self.scope) {
            (Err(error), _) if before.is_none() => tracing::error!(%error, "the session cannot be written down"),
            (Ok(()), _) => return Ok(()),
            _ => {}
        }
        match self.scope {
            Scope::Recording => Ok(()),
            Scope::Directory { .. } => Err(RecordError::NotKept),
        }
    }

    /// Whether what changes nothing by itself is written down as well.
    fn keeps_reads(&self, live: &Live) -> bool {
        match self.scope {
            Scope::Recording | Scope::Directory { has_scenario: true } => true,
            Scope::Directory { has_scenario: false } => !live.active_faults().is_empty(),
        }
    }

    /// Notes a request that is about to be handled.
    ///
    /// # Errors
    /// When it must not be handled.
    pub fn request(&self, live: &Live, request: &HttpRequest<'_>) -> Result<Option<Noted>, RecordError> {
        if only_reads(request.target) && !self.keeps_reads(live) {
            return Ok(None);
        }
        let n = self.next.replace(self.next.get() + 1);
        let owned = |text: Option<&str>| text.map(ToOwned::to_owned);
        let hidden = request.authorization.map(hide_header);
        let authorization = owned(request.authorization).zip(hidden.clone());
        let request = Request {
            n,
            method: request.method.to_owned(),
            query: hide_query(request.query),
            target: owned(request.target),
            content_type: owned(request.content_type),
            authorization: hidden,
            has_date: request.has_date,
            body: STANDARD.encode(request.body),
        };
        self.note(live.now(), What::Request(request))?;
        Ok(Some(Noted { n, authorization }))
    }

    /// Notes the answer to a request, which a data directory does without.
    pub fn answer(&self, at: SimTime, noted: &Noted, answer: &Answer) {
        if self.scope == Scope::Recording {
            let (status, digest) = match (answer, &noted.authorization) {
                (Answer::Whole(answer), Some((came, hidden))) if answer.status == 400 => {
                    digest_of(answer.status, &replaced(&answer.body, came.as_bytes(), hidden.as_bytes()))
                }
                _ => digest(answer),
            };
            let _ = self.note(at, What::Answer { n: noted.n, status, digest });
        }
    }

    /// Notes that a subscription is about to be asked for its events.
    pub fn poll(
        &self,
        live: &Live,
        consumer: &ConsumerRef,
        shard: ShardId,
        subscription: u64,
    ) -> Result<(), RecordError> {
        if !self.keeps_reads(live) {
            return Ok(());
        }
        let (stream, name) = (consumer.stream.to_string(), consumer.name.to_string());
        let created_unix_s = consumer.created_unix_s;
        self.note(live.now(), What::Poll { stream, consumer: name, created_unix_s, shard: shard.0, subscription })
    }

    /// Notes a fault that is about to begin.
    pub fn fault(&self, at: SimTime, fault: &serde_json::Value) -> Result<(), RecordError> {
        self.note(at, What::Fault(fault.clone()))
    }

    /// Notes a fault that is about to be healed.
    pub fn heal(&self, at: SimTime, id: u32) -> Result<(), RecordError> {
        self.note(at, What::Heal { id })
    }

    /// Notes what time it is.
    pub fn time(&self, at: SimTime) -> Result<(), RecordError> {
        self.note(at, What::Time {})
    }

    /// Notes the end of the session.
    pub fn end(&self, live: &Live) -> Result<(), RecordError> {
        match self.scope {
            Scope::Recording => self.note(live.now(), What::End { trace_hash: format!("{:016x}", live.trace_hash()) }),
            Scope::Directory { .. } => self.time(live.now()),
        }
    }
}

fn only_reads(target: Option<&str>) -> bool {
    let operation = target.and_then(|target| target.split_once('.')).map_or("", |(_, operation)| operation);
    ["Get", "List", "Describe", "Query", "Scan", "BatchGet"].iter().any(|prefix| operation.starts_with(prefix))
}

fn digest(answer: &Answer) -> (u16, String) {
    match answer {
        Answer::Whole(answer) => digest_of(answer.status, &answer.body),
        Answer::Subscribed(subscribed) => (200, format!("subscription {}", subscribed.number)),
    }
}

fn digest_of(status: u16, body: &[u8]) -> (u16, String) {
    (status, format!("{:016x}", xxh3_64(body)))
}

/// A session that is played again.
struct Player {
    live: Live,
    door: Rc<Door>,
    faults: LiveFaults,
    answers: Rc<RefCell<BTreeMap<u64, (u16, String)>>>,
    operations: BTreeMap<u64, String>,
}

impl Player {
    fn new(header: &Header) -> Result<Self, RecordError> {
        let settings = header.settings();
        let read = |text: &str| scenario::load(text, "recording", None);
        let scenario = match header.scenario.as_deref().map(read) {
            Some(Ok(scenario)) => scenario,
            Some(Err(problems)) => return Err(RecordError::Settings(problems.to_string())),
            None => super::settings::empty_account(),
        };
        let faults = scenario.live_faults();
        let plan = settings.plan(header.scenario.is_some().then_some(&scenario), header.seed);
        Ok(Self::resumed(Live::new(&plan, Vec::new()), Rc::new(settings.door(&plan)), faults))
    }

    fn resumed(live: Live, door: Rc<Door>, faults: LiveFaults) -> Self {
        Self { live, door, faults, answers: Rc::default(), operations: BTreeMap::new() }
    }

    /// Does what a data directory says. The next request's number, and how many bytes are whole lines.
    fn play_all(&mut self, lines: &mut Lines) -> Result<(u64, u64), RecordError> {
        lines.header()?;
        let mut next = 0;
        while let Some(entry) = lines.entry()? {
            if let What::Request(request) = &entry.what {
                next = request.n + 1;
            }
            self.play(entry).map_err(|problem| RecordError::Line(lines.number, problem))?;
        }
        Ok((next, lines.whole_bytes))
    }

    /// Does what a line says; what came out differently, if something did.
    fn play(&mut self, entry: Entry) -> Result<Option<String>, String> {
        let at = SimTime::from_nanos(entry.at_ns);
        self.live.run_until(at);
        match entry.what {
            What::Request(request) => self.request(&request)?,
            What::Answer { n, status, digest } => {
                let given = self.answers.borrow_mut().remove(&n);
                let operation = self.operations.remove(&n).unwrap_or_default();
                let (now_status, now_digest) = given.unwrap_or_default();
                if (now_status, &now_digest) != (status, &digest) {
                    return Ok(Some(format!(
                        "request {n} ({operation}) at {at}: answered {now_status} {now_digest}, and was {status} {digest}"
                    )));
                }
            }
            What::Poll { stream, consumer, created_unix_s, shard, subscription } => {
                let stream = stream.parse().map_err(|_| "no stream name".to_owned())?;
                let consumer = ConsumerRef { stream, name: consumer.into(), created_unix_s };
                // What it says shows in the trace hash.
                let _ = self.live.poll_subscription(&consumer, ShardId(shard), subscription);
            }
            What::Fault(fault) => {
                self.live.begin_fault(self.live.read_json_fault(&self.faults, fault)?);
            }
            What::Heal { id } => drop(self.live.heal_fault(id)),
            What::Time {} => {}
            What::End { trace_hash } => {
                let now = format!("{:016x}", self.live.trace_hash());
                if now != trace_hash {
                    return Ok(Some(format!("trace hash {now}, and was {trace_hash}")));
                }
            }
        }
        Ok(None)
    }

    fn request(&mut self, request: &Request) -> Result<(), String> {
        let body = STANDARD.decode(&request.body).map_err(|error| error.to_string())?;
        let http = HttpRequest {
            method: &request.method,
            query: &request.query,
            target: request.target.as_deref(),
            content_type: request.content_type.as_deref(),
            authorization: request.authorization.as_deref(),
            has_date: request.has_date,
            body: &body,
        };
        let (answers, n) = (self.answers.clone(), request.n);
        self.operations.insert(n, request.target.clone().unwrap_or_default());
        answers::answer(&self.live, &self.door, &http, move |answer| {
            if let Some(answer) = answer {
                answers.borrow_mut().insert(n, digest(&answer));
            }
        });
        Ok(())
    }
}

/// What came of a replay.
#[derive(Debug, Default)]
pub struct Replayed {
    /// Requests that were made again.
    pub requests: u64,
    /// What came out differently, up to ten.
    pub differences: Vec<String>,
    /// The trace hash at the end.
    pub trace_hash: u64,
    /// Whether the recording has an end; else it was cut, and its hash is not known.
    pub is_whole: bool,
}

/// Most differences that are told.
const DIFFERENCES_MAX: usize = 10;

/// Feeds a recorded session to fresh services, and compares answers and trace hash.
///
/// # Errors
/// When the file is no recording.
pub fn replay(path: &Path) -> Result<Replayed, RecordError> {
    let mut lines = Lines::open(path)?;
    let mut player = Player::new(&lines.header()?)?;
    let mut replayed = Replayed::default();
    while let Some(entry) = lines.entry()? {
        replayed.requests += u64::from(matches!(entry.what, What::Request(_)));
        replayed.is_whole |= matches!(entry.what, What::End { .. });
        let difference = player.play(entry).map_err(|problem| RecordError::Line(lines.number, problem))?;
        if replayed.differences.len() < DIFFERENCES_MAX {
            replayed.differences.extend(difference);
        }
    }
    replayed.trace_hash = player.live.trace_hash();
    Ok(replayed)
}

/// The world behind an endpoint, and what its requests go through.
pub(super) type Behind = (Live, Rc<Door>, LiveFaults);

const JOURNAL: &str = "journal.ndjson";

/// A data directory, which is this process's alone.
pub(super) struct Directory {
    path: PathBuf,
    file: File,
    /// None in a new one.
    header: Option<Header>,
}

impl Directory {
    /// Opens a data directory, which need not be there yet.
    ///
    /// # Errors
    /// When another process has it, or it cannot be read or written.
    pub fn open(directory: &Path) -> Result<Self, RecordError> {
        std::fs::create_dir_all(directory)?;
        let path = directory.join(JOURNAL);
        let file = OpenOptions::new().create(true).read(true).append(true).open(&path)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => RecordError::InUse,
            TryLockError::Error(error) => RecordError::Io(error),
        })?;
        let header = Lines::open(&path)?.header_if_begun()?;
        Ok(Self { path, file, header })
    }

    /// What it was begun with, unless it is new.
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// Goes on where it ended, or begins it.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn take_up(self, header: &Header, fresh: Behind) -> Result<(Behind, Recorder), RecordError> {
        let mut player = Player::resumed(fresh.0, fresh.1, fresh.2);
        let (next, bytes) = match self.header {
            Some(_) => player.play_all(&mut Lines::open(&self.path)?)?,
            None => (0, 0),
        };
        // A line that was cut short was never answered.
        self.file.set_len(bytes)?;
        let scope = Scope::Directory { has_scenario: header.scenario.is_some() };
        let recorder = Recorder::new(self.file, bytes, scope);
        recorder.next.set(next);
        if self.header.is_none() {
            recorder.write(header)?;
        }
        Ok(((player.live, player.door, player.faults), recorder))
    }
}

/// The lines of a recording.
struct Lines {
    reader: BufReader<File>,
    line: String,
    number: usize,
    /// Bytes of lines that are whole.
    whole_bytes: u64,
}

impl Lines {
    fn open(path: &Path) -> Result<Self, RecordError> {
        Ok(Self { reader: BufReader::new(File::open(path)?), line: String::new(), number: 0, whole_bytes: 0 })
    }

    /// The next whole line.
    fn next(&mut self) -> Result<Option<&str>, RecordError> {
        self.line.clear();
        let bytes = self.reader.read_line(&mut self.line)?;
        self.number += 1;
        if !self.line.ends_with('\n') {
            return Ok(None);
        }
        self.whole_bytes += bytes as u64;
        Ok(Some(&self.line))
    }

    /// The header, unless the process died before it was written whole.
    fn header_if_begun(&mut self) -> Result<Option<Header>, RecordError> {
        const BEGINNING: &str = "{\"kinesim\":";
        let header = self.header();
        let line = &self.line;
        let is_cut = !line.ends_with('\n') && (BEGINNING.starts_with(line) || line.starts_with(BEGINNING));
        if is_cut { Ok(None) } else { header.map(Some) }
    }

    fn header(&mut self) -> Result<Header, RecordError> {
        let problem = |problem: String| RecordError::Line(1, problem);
        let line = self.next()?.ok_or_else(|| problem("it is empty".to_owned()))?;
        let header: Header = serde_json::from_str(line).map_err(|error| problem(error.to_string()))?;
        match header.kinesim {
            VERSION => Ok(header),
            other => Err(problem(format!("version {other} is not known"))),
        }
    }

    fn entry(&mut self) -> Result<Option<Entry>, RecordError> {
        let number = self.number + 1;
        let Some(line) = self.next()? else { return Ok(None) };
        serde_json::from_str(line).map(Some).map_err(|error| RecordError::Line(number, error.to_string()))
    }
}
