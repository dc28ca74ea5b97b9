//! Writes a session down.

use std::cell::{Cell, RefCell};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::hide::{hide_header, hide_query, replaced};
use super::{Entry, Header, RecordError, Request, Rest, What};
use crate::aws::kinesis::api::ConsumerRef;
use crate::aws::protocol::envelope::HttpRequest;
use crate::aws::protocol::operation::Operation;
use crate::aws::protocol::outside::Came;
use crate::aws::protocol::rest;
use crate::aws::{Answer, operation_of};
use crate::base::trace_hash::TRACE_VERSION;
use crate::base::{ShardId, SimTime};
use crate::run::{Live, Told};
use crate::world::CallId;

/// What a recorder writes down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scope {
    /// Everything, answers too.
    Recording,
    /// What a restart needs: with a scenario everything draws from its chance, reads too.
    Directory { has_scenario: bool },
}

/// Writes a session down.
pub(crate) struct Recorder {
    file: RefCell<File>,
    /// Bytes of lines that are whole.
    bytes: Cell<u64>,
    /// Why the last line was not written.
    problem: RefCell<Option<String>>,
    next: Cell<u64>,
    scope: Scope,
    /// What comes after the end of a recording is none of it.
    has_ended: Cell<bool>,
}

/// A request that was written down, and whose answer will be.
pub(crate) struct Noted {
    n: u64,
    /// The header as it came, and as it was written down: some refusals repeat it.
    authorization: Option<(String, String)>,
}

impl Recorder {
    /// Goes on after so many bytes, with this request's number.
    pub(super) fn resumed(file: File, bytes: u64, next: u64, scope: Scope) -> Self {
        let (file, bytes, next) = (RefCell::new(file), Cell::new(bytes), Cell::new(next));
        Self { file, bytes, problem: RefCell::default(), next, scope, has_ended: Cell::new(false) }
    }

    /// A new recording. What is there already is not overwritten.
    pub(crate) fn create(path: &Path, header: &Header) -> Result<Self, RecordError> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        if file.metadata()?.len() > 0 {
            return Err(RecordError::Exists);
        }
        let recorder = Self::resumed(file, 0, 0, Scope::Recording);
        recorder.write(header)?;
        Ok(recorder)
    }

    /// Why the data directory does not keep what happens, if so.
    pub(crate) fn problem(&self) -> Option<String> {
        let problem = self.problem.borrow().clone().filter(|_| self.scope != Scope::Recording);
        problem.map(|problem| format!("the data directory cannot be written: {problem}"))
    }

    pub(super) fn write(&self, line: &impl Serialize) -> io::Result<()> {
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
        if self.has_ended.get() {
            return Ok(());
        }
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

    /// Returns whether what changes nothing by itself is written down as well.
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
    pub(crate) fn request(
        &self,
        live: &Live,
        request: &HttpRequest<'_>,
        region: Option<&str>,
        worker: Option<&str>,
    ) -> Result<Option<Noted>, RecordError> {
        if only_reads(request) && !self.keeps_reads(live) {
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
            rest: request.rest.as_ref().map(Rest::from),
            region: owned(region),
            worker: owned(worker),
            body: STANDARD.encode(request.body),
        };
        self.note(live.now(), What::Request(request))?;
        Ok(Some(Noted { n, authorization }))
    }

    /// Notes the answer to a request, which a data directory does without.
    pub(crate) fn answer(&self, at: SimTime, noted: &Noted, answer: &Answer) {
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
    pub(crate) fn poll(
        &self,
        live: &Live,
        worker: Option<&str>,
        consumer: &ConsumerRef,
        shard: ShardId,
        subscription: u64,
    ) -> Result<(), RecordError> {
        if !self.keeps_reads(live) {
            return Ok(());
        }
        let (stream, name) = (consumer.stream.to_string(), consumer.name.to_string());
        let created_unix_s = consumer.created_unix_s;
        let (shard, worker) = (shard.0, worker.map(ToOwned::to_owned));
        let poll = What::Poll { stream, consumer: name, created_unix_s, shard, subscription, worker };
        self.note(live.now(), poll)
    }

    /// Notes what came back from a function or a sink outside, which is about to be taken.
    pub(crate) fn came(&self, at: SimTime, call: CallId, came: &Came) -> Result<(), RecordError> {
        self.note(at, What::Came { call: call.0, came: came.clone() })
    }

    /// Notes a fault that is about to begin.
    pub(crate) fn fault(&self, at: SimTime, fault: &serde_json::Value) -> Result<(), RecordError> {
        self.note(at, What::Fault(fault.clone()))
    }

    /// Notes a fault that is about to be healed.
    pub(crate) fn heal(&self, at: SimTime, id: u32) -> Result<(), RecordError> {
        self.note(at, What::Heal { id })
    }

    /// Notes what a worker of the scenario says that it has done.
    pub(crate) fn told(&self, at: SimTime, worker: &str, told: &Told) -> Result<(), RecordError> {
        self.note(at, What::Told { worker: worker.to_owned(), what: told.into() })
    }

    /// Notes what time it is.
    pub(crate) fn time(&self, at: SimTime) -> Result<(), RecordError> {
        self.note(at, What::Time {})
    }

    /// Notes the end of the session.
    pub(crate) fn end(&self, live: &Live) -> Result<(), RecordError> {
        match self.scope {
            Scope::Recording => {
                let trace_hash = format!("{:016x}", live.trace_hash());
                let noted = self.note(live.now(), What::End { trace_hash, trace_version: TRACE_VERSION });
                self.has_ended.set(true);
                noted
            }
            Scope::Directory { .. } => self.time(live.now()),
        }
    }
}

fn only_reads(request: &HttpRequest<'_>) -> bool {
    operation_of(request).is_some_and(Operation::is_read)
}

impl From<&rest::Rest<'_>> for Rest {
    fn from(rest: &rest::Rest<'_>) -> Self {
        let headers = rest.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { path: rest.path.to_owned(), host: rest.host.map(ToOwned::to_owned), headers }
    }
}

pub(super) fn digest(answer: &Answer) -> (u16, String) {
    match answer {
        Answer::Whole(answer) => digest_of(answer.status, &answer.body),
        Answer::Subscribed(subscribed) => (200, format!("subscription {}", subscribed.number)),
    }
}

fn digest_of(status: u16, body: &[u8]) -> (u16, String) {
    (status, format!("{:016x}", xxh3_64(body)))
}
