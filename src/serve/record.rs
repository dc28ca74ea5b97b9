//! Recorded sessions: the requests of real clients with their simulated times, one JSON line each.
//!
//! The same requests at the same times give the same answers and the same trace hash, so a recording can be replayed, and a
//! data directory is a recording that is replayed at the start. A line is written before its request is handled: what
//! was acknowledged is in the file, whatever kills the process.
//!
//! A data directory leaves out requests that only read, except while faults are in force: those draw from the same
//! chance as writes do. It grows with the writes, and is not compacted.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::answers;
use super::settings::{Limits, Settings, Transitions};
use crate::base::{ShardId, SimDuration, SimTime};
use crate::cloud::{Answer, Door};
use crate::run::Live;
use crate::scenario::{self, LiveFaults, Scenario};
use crate::service::streams::api::ConsumerRef;
use crate::wire::Account;
use crate::wire::http::HttpRequest;

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
    Answer { n: u64, status: u16, digest: String },
    Poll { stream: String, consumer: String, created_unix_s: Option<u64>, shard: u32, subscription: u64 },
    Fault(serde_json::Value),
    Heal { id: u32 },
    End { trace_hash: String },
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
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot use the recording: {error}"),
            Self::Line(line, problem) => write!(f, "line {line} is none of a recording: {problem}"),
            Self::Settings(problem) => f.write_str(problem),
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
        let differ = |what: &str, then: &dyn fmt::Debug, now: &dyn fmt::Debug| {
            let text =
                format!("the data directory was begun with {what} {then:?}, and not {now:?}: use that, or a new one");
            Err(RecordError::Settings(text))
        };
        match () {
            () if self.account != now.account => differ("--account", &self.account, &now.account),
            () if self.region != now.region => differ("--region", &self.region, &now.region),
            () if self.seed != now.seed => differ("--seed", &self.seed, &now.seed),
            () if self.limits != now.limits => differ("--limits", &self.limits, &now.limits),
            () if self.shard_limit != now.shard_limit => differ("--shard-limit", &self.shard_limit, &now.shard_limit),
            () if self.transition_ns != now.transition_ns => {
                differ("--transitions (ns)", &self.transition_ns, &now.transition_ns)
            }
            () if self.scenario != now.scenario => {
                Err(RecordError::Settings("the data directory was begun with another --scenario".to_owned()))
            }
            () => Ok(()),
        }
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

/// Writes a session down.
pub(super) struct Recorder {
    file: RefCell<File>,
    next: Cell<u64>,
    only_writes: bool,
}

impl Recorder {
    /// A new recording.
    pub fn create(path: &Path, header: &Header) -> Result<Self, RecordError> {
        let recorder = Self { file: RefCell::new(File::create(path)?), next: Cell::new(0), only_writes: false };
        recorder.write(header)?;
        Ok(recorder)
    }

    fn write(&self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.file.borrow_mut().write_all(&text)
    }

    fn note(&self, at: SimTime, what: What) {
        if let Err(error) = self.write(&Entry { at_ns: at.as_nanos(), what }) {
            tracing::error!(%error, "the recording is incomplete");
        }
    }

    /// Notes a request that is about to be handled. Its number; `None` when it is not kept.
    pub fn request(&self, live: &Live, request: &HttpRequest<'_>) -> Option<u64> {
        if self.only_writes && only_reads(request.target) && live.active_faults().is_empty() {
            return None;
        }
        let n = self.next.replace(self.next.get() + 1);
        let owned = |text: Option<&str>| text.map(ToOwned::to_owned);
        let request = Request {
            n,
            method: request.method.to_owned(),
            query: request.query.to_owned(),
            target: owned(request.target),
            content_type: owned(request.content_type),
            authorization: owned(request.authorization),
            has_date: request.has_date,
            body: STANDARD.encode(request.body),
        };
        self.note(live.now(), What::Request(request));
        (!self.only_writes).then_some(n)
    }

    /// Notes the answer to a request.
    pub fn answer(&self, at: SimTime, n: u64, answer: &Answer) {
        let (status, digest) = digest(answer);
        self.note(at, What::Answer { n, status, digest });
    }

    /// Notes that a subscription is asked for its events.
    pub fn poll(&self, at: SimTime, consumer: &ConsumerRef, shard: ShardId, subscription: u64) {
        // Where a subscription stands is nothing that a restart keeps.
        if !self.only_writes {
            let (stream, name) = (consumer.stream.to_string(), consumer.name.to_string());
            let created_unix_s = consumer.created_unix_s;
            self.note(at, What::Poll { stream, consumer: name, created_unix_s, shard: shard.0, subscription });
        }
    }

    /// Notes a fault that begins.
    pub fn fault(&self, at: SimTime, fault: &serde_json::Value) {
        self.note(at, What::Fault(fault.clone()));
    }

    /// Notes a fault that is healed.
    pub fn heal(&self, at: SimTime, id: u32) {
        self.note(at, What::Heal { id });
    }

    /// Notes the end of the session.
    pub fn end(&self, live: &Live) {
        if !self.only_writes {
            self.note(live.now(), What::End { trace_hash: format!("{:016x}", live.trace_hash()) });
        }
    }
}

fn only_reads(target: Option<&str>) -> bool {
    let operation = target.and_then(|target| target.split_once('.')).map_or("", |(_, operation)| operation);
    ["Get", "List", "Describe", "Query", "Scan", "BatchGet"].iter().any(|prefix| operation.starts_with(prefix))
}

fn digest(answer: &Answer) -> (u16, String) {
    match answer {
        Answer::Whole(answer) => (answer.status, format!("{:016x}", xxh3_64(&answer.body))),
        Answer::Subscribed(subscribed) => (200, format!("subscription {}", subscribed.number)),
    }
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
                self.live.begin_json_fault(&self.faults, fault)?;
            }
            What::Heal { id } => drop(self.live.heal_fault(id)),
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

/// The state that a data directory keeps.
pub(super) struct Kept {
    pub live: Live,
    pub door: Rc<Door>,
    pub faults: LiveFaults,
    pub recorder: Recorder,
}

/// The header of a data directory, if it has been used before.
pub(super) fn header_of(directory: &Path) -> Result<Option<Header>, RecordError> {
    match Lines::open(&directory.join(JOURNAL)) {
        Ok(mut lines) => lines.header().map(Some),
        Err(RecordError::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

const JOURNAL: &str = "journal.ndjson";

/// Takes up a data directory, or begins one.
pub(super) fn take_up(
    directory: &Path,
    header: &Header,
    (mut live, mut door, mut faults): (Live, Rc<Door>, LiveFaults),
) -> Result<Kept, RecordError> {
    std::fs::create_dir_all(directory)?;
    let path = directory.join(JOURNAL);
    let is_new = header_of(directory)?.is_none();
    let mut file = OpenOptions::new().create(true).append(false).write(true).truncate(false).open(&path)?;
    let mut next = 0;
    if !is_new {
        let mut lines = Lines::open(&path)?;
        lines.header()?;
        let mut player = Player::resumed(live, door, faults);
        while let Some(entry) = lines.entry()? {
            if let What::Request(request) = &entry.what {
                next = request.n + 1;
            }
            player.play(entry).map_err(|problem| RecordError::Line(lines.number, problem))?;
        }
        // A line that was cut short was never answered.
        file.set_len(lines.whole_bytes)?;
        (live, door, faults) = (player.live, player.door, player.faults);
    }
    file.seek(SeekFrom::End(0))?;
    let recorder = Recorder { file: RefCell::new(file), next: Cell::new(next), only_writes: true };
    if is_new {
        recorder.write(header)?;
    }
    Ok(Kept { live, door, faults, recorder })
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
