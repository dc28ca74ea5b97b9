//! Documents of indices in OpenSearch: a bulk request, and then only what was refused of it
//! (<https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html>).
//!
//! Whatever is still refused when the retry duration is over goes to the error output, each document with what it was
//! refused for. AWS makes no difference between what may be taken later and what never will, and neither does this.

use std::sync::Arc;

use super::retry_clock::{FromFirstAttempt, pause};
use super::rotation::Names;
use super::step::{Batch, Driver, Failed, Means, Step};
use crate::aws::firehose::asking::{Ask, Told};
use crate::aws::firehose::pipeline::OpenSearchOutput;
use crate::aws::opensearch::{Bulk, Document, RefusedDocument, Request as ToOpenSearchRequest, Response};
use crate::aws::protocol::error::AwsError as _;
use crate::base::event::FailedAs;
use crate::base::{SimDuration, SimTime};
use crate::world::CallError;

/// How long an answer is waited for. An assumption: AWS publishes none.
const TIMEOUT: SimDuration = SimDuration::from_secs(60);

/// A document that was not taken yet, and why not.
struct Pending {
    index: usize,
    error: &'static str,
    message: Box<str>,
}

/// Brings a batch to a domain.
pub(in crate::aws::firehose) struct ToOpenSearch {
    output: OpenSearchOutput,
    pauses: (SimDuration, SimDuration),
    clock: FromFirstAttempt,
    failures: u32,
    /// In the order of the batch; all of it before the first attempt.
    pending: Option<Vec<Pending>>,
}

impl ToOpenSearch {
    /// For one batch.
    pub(in crate::aws::firehose) fn new(output: &OpenSearchOutput, pauses: (SimDuration, SimDuration)) -> Self {
        let (clock, output) = (FromFirstAttempt::new(output.retry), output.clone());
        Self { output, pauses, clock, failures: 0, pending: None }
    }

    /// What is pending stays so, for the error of each.
    fn again_or_fail(&mut self, batch: &Batch, error: &'static str, means: &Means<'_>) -> Step {
        let at = means.now + pause(self.pauses, self.failures);
        self.failures += 1;
        if self.clock.allows(at) {
            return Step::Retry { at, error };
        }
        let mut names = Names::new(&self.output.index, self.output.rotation);
        let pending = self.pending.take().unwrap_or_default();
        let failed = pending.into_iter().map(|Pending { index, error, message }| {
            let record = &batch.records[index];
            let name = names.at(unix_ms(means, record.arrived));
            let id = self.output.is_id_given.then(|| record.key(batch.delivery).to_string());
            let besides = vec![
                ("esDocumentId", id.unwrap_or_default().into()),
                ("esIndexName", name.as_ref().into()),
                ("esTypeName", "".into()),
            ];
            Failed { index, failed_as: FailedAs::OpenSearch, error, message, besides, is_kept: true }
        });
        Step::Done { failed: failed.collect() }
    }

    /// The whole request failed, so every document of it did.
    fn all_failed(&mut self, batch: &Batch, error: &'static str, message: &str, means: &Means<'_>) -> Step {
        for pending in self.pending.iter_mut().flatten() {
            (pending.error, pending.message) = (error, message.into());
        }
        self.again_or_fail(batch, error, means)
    }

    fn some_refused(&mut self, batch: &Batch, refused: Vec<RefusedDocument>, means: &Means<'_>) -> Step {
        let sent = self.pending.take().unwrap_or_default();
        let pending = |RefusedDocument { at, status, kind, reason }: RefusedDocument| Pending {
            index: sent[at].index,
            error: code_of(status),
            message: serde_json::json!({ "type": kind, "reason": reason }).to_string().into(),
        };
        let pending: Vec<Pending> = refused.into_iter().map(pending).collect();
        let Some(error) = pending.first().map(|first| first.error) else { return Step::Done { failed: Vec::new() } };
        self.pending = Some(pending);
        self.again_or_fail(batch, error, means)
    }
}

/// A status as `errorCode` has it.
fn code_of(status: u16) -> &'static str {
    match status {
        400 => "400",
        401 => "401",
        403 => "403",
        404 => "404",
        409 => "409",
        413 => "413",
        429 => "429",
        503 => "503",
        504 => "504",
        _ => "500",
    }
}

fn unix_ms(means: &Means<'_>, at: SimTime) -> u64 {
    means.epoch_unix_ms + at.as_millis()
}

impl Driver for ToOpenSearch {
    fn next(&mut self, batch: &Batch, means: &mut Means<'_>) -> Step {
        self.clock.attempt(means.now);
        let all = || (0..batch.records.len()).map(|index| Pending { index, error: "", message: "".into() }).collect();
        let pending = self.pending.get_or_insert_with(all);
        let mut names = Names::new(&self.output.index, self.output.rotation);
        let documents: Arc<[Document]> = pending
            .iter()
            .map(|pending| &batch.records[pending.index])
            .map(|record| Document {
                index: names.at(unix_ms(means, record.arrived)),
                source: record.data.clone(),
                record: record.key(batch.delivery),
            })
            .collect();
        let OpenSearchOutput { domain, is_id_given, .. } = &self.output;
        let bulk = Bulk { domain: domain.clone(), is_id_given: *is_id_given, documents, call: means.call };
        Step::Ask { request: Ask::OpenSearch(ToOpenSearchRequest::Bulk(bulk)), timeout: TIMEOUT, is_attempt: true }
    }
    fn told(&mut self, batch: &Batch, reply: Result<Told, CallError>, means: &mut Means<'_>) -> Step {
        match reply {
            Ok(Told::OpenSearch(Ok(Response::Indexed { refused, .. }))) => self.some_refused(batch, refused, means),
            Ok(Told::OpenSearch(Err(error))) => {
                self.all_failed(batch, code_of(error.status()), &error.to_string(), means)
            }
            Err(CallError::TimedOut) => {
                self.all_failed(batch, "504", "no answer in time; the documents may have been indexed", means)
            }
            Ok(other) => unreachable!("that was not asked: {other:?}"),
        }
    }
}
