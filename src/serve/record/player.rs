//! Plays a session again: for `kinesim replay`, and when a data directory is taken up.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::lines::Lines;
use super::recorder::digest;
use super::{Entry, Header, RecordError, Request, Rest, What};
use crate::aws::kinesis::api::ConsumerRef;
use crate::aws::protocol::envelope::HttpRequest;
use crate::aws::protocol::rest;
use crate::aws::{Door, operation_of};
use crate::base::trace_hash::TRACE_VERSION;
use crate::base::{ShardId, SimTime};
use crate::run::{Live, Worker};
use crate::scenario::{self, LiveFaults, Which};
use crate::serve::regions::Regions;
use crate::serve::{answers, settings};
use crate::world::CallId;

/// The world behind an endpoint, and what its requests go through.
pub(in crate::serve) struct Behind {
    pub(crate) live: Live,
    pub(crate) door: Rc<Door>,
    pub(crate) faults: LiveFaults,
    pub(crate) regions: Regions,
}

/// A session that is played again.
pub(super) struct Player {
    behind: Behind,
    answers: Rc<RefCell<BTreeMap<u64, (u16, String)>>>,
    operations: BTreeMap<u64, String>,
}

impl Player {
    fn new(header: &Header) -> Result<Self, RecordError> {
        let settings = header.settings()?;
        let which = Which { brought: header.brought.as_deref().map(Into::into), ..Which::default() };
        let read = |text: &str| scenario::load(text, "recording", &which);
        let scenario = match header.scenario.as_deref().map(read) {
            Some(Ok(scenario)) => scenario,
            Some(Err(problems)) => return Err(RecordError::Settings(problems.to_string())),
            None => settings::empty_account(),
        };
        let faults = scenario.live_faults();
        let plan = settings.plan(header.scenario.is_some().then_some(&scenario), header.seed);
        let (live, door) = (Live::new(&plan, Vec::new()), Rc::new(settings.door(&plan)));
        Ok(Self::resumed(Behind { live, door, faults, regions: Regions::new(&settings, header.seed) }))
    }

    /// Plays on in this world.
    pub(crate) fn resumed(behind: Behind) -> Self {
        Self { behind, answers: Rc::default(), operations: BTreeMap::new() }
    }

    /// The world as it is now.
    pub(crate) fn into_world(self) -> Behind {
        self.behind
    }

    /// Does what a data directory says. The next request's number, and how many bytes are whole lines.
    pub(crate) fn play_all(&mut self, lines: &mut Lines) -> Result<(u64, u64), RecordError> {
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
        self.behind.live.run_until(at);
        self.behind.regions.run_until(at);
        match entry.what {
            What::Request(request) => self.request(&request)?,
            What::Answer { n, status, digest } => {
                let given = self.answers.borrow_mut().remove(&n);
                let operation = self.operations.remove(&n).unwrap_or_default();
                let (now_status, now_digest) = given.unwrap_or_default();
                if (now_status, &now_digest) != (status, &digest) {
                    return Ok(Some(format!(
                        "request {n} ({operation}) at {at}: answered {now_status} {now_digest}, and was {status} \
                         {digest}"
                    )));
                }
            }
            What::Poll { stream, consumer, created_unix_s, shard, subscription, worker } => {
                let stream = stream.parse().map_err(|_| "no stream name".to_owned())?;
                let consumer = ConsumerRef { stream, name: consumer.into(), created_unix_s };
                // What it says shows in the trace hash.
                let worker = self.worker(worker.as_deref());
                let _ = self.behind.live.poll_subscription(worker.as_deref(), &consumer, ShardId(shard), subscription);
            }
            What::Told { worker, what } => {
                let worker = self.worker(Some(&worker)).ok_or_else(|| format!("there is no worker {worker}"))?;
                // What it cannot have done was refused then, and is refused now.
                let _ = self.behind.live.tell(&worker, &what.try_into()?);
            }
            What::Came { call, came } => self.behind.live.take_note(CallId(call), &came),
            What::Fault(fault) => {
                self.behind.live.begin_fault(self.behind.live.read_json_fault(&self.behind.faults, fault)?);
            }
            What::Heal { id } => drop(self.behind.live.heal_fault(id)),
            What::Time {} => {}
            What::End { trace_hash, trace_version } => {
                return Ok(another_trace(self.behind.live.trace_hash(), &trace_hash, trace_version));
            }
        }
        Ok(None)
    }

    /// The scenario's worker of that name.
    fn worker(&self, name: Option<&str>) -> Option<Rc<Worker>> {
        let name = name?;
        self.behind.live.workers().iter().find(|worker| *worker.name == *name).cloned()
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
            rest: request.rest.as_ref().map(Rest::as_sent),
            body: &body,
        };
        let (answers, n) = (self.answers.clone(), request.n);
        self.operations.insert(
            n,
            operation_of(&http)
                .map(|operation| operation.name().to_owned())
                .or_else(|| request.target.clone())
                .unwrap_or_default(),
        );
        let Behind { live, door, regions, .. } = &self.behind;
        let region = request.region.as_deref().and_then(|name| regions.of(name, live.now()));
        let (live, door) = region.as_deref().map_or((live, door), |region| (&region.live, &region.door));
        let worker = self.worker(request.worker.as_deref());
        answers::answer(live, door, &http, worker.as_deref(), move |answer, _| {
            if let Some(answer) = answer {
                answers.borrow_mut().insert(n, digest(&answer));
            }
        });
        Ok(())
    }
}

impl Rest {
    fn as_sent(&self) -> rest::Rest<'_> {
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        rest::Rest { path: &self.path, host: self.host.as_deref(), headers }
    }
}

/// What came of a replay.
#[derive(Debug, Default)]
pub struct Replayed {
    /// Requests that were made again.
    pub requests: u64,
    /// What came out differently, up to ten.
    pub(crate) differences: Vec<String>,
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
    replayed.trace_hash = player.behind.live.trace_hash();
    Ok(replayed)
}

/// How the trace differs from the recorded one. The answers were compared; hashes of another version say nothing.
fn another_trace(now: u64, recorded: &str, version: u32) -> Option<String> {
    let now = format!("{now:016x}");
    (version == TRACE_VERSION && now != recorded).then(|| format!("trace hash {now}, and was {recorded}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hashes_of_the_same_version_are_compared() {
        assert_eq!(another_trace(0xab, "00000000000000ab", TRACE_VERSION), None);
        let another = another_trace(0xab, "00000000000000ac", TRACE_VERSION);
        assert_eq!(another.as_deref(), Some("trace hash 00000000000000ab, and was 00000000000000ac"));
        assert_eq!(another_trace(0xab, "00000000000000ac", TRACE_VERSION - 1), None, "it says nothing");
    }
}
