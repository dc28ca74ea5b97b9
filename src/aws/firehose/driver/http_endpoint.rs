//! Requests to an HTTP endpoint (<https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html>).
//!
//! A request is tried again under its id. A batch with more records or bytes than a request may have is several, one
//! after the other. What a 413 refuses is lost: AWS says that it goes to no bucket.

use std::ops::Range;

use super::retry_clock::{FromFirstFailure, pause};
use super::step::{Batch, Driver, Failed, Means, Step};
use crate::aws::firehose::asking::{Ask, Told};
use crate::aws::firehose::pipeline::HttpOutput;
use crate::aws::firehose::record::{Carried, holds};
use crate::aws::http_endpoint::{Answer, Post, Request as ToEndpointRequest, RequestId, Unreached, wire};
use crate::base::event::FailedAs;
use crate::base::{SimDuration, SimTime};
use crate::world::CallError;

/// How long an answer is waited for.
const TIMEOUT: SimDuration = SimDuration::from_mins(3);
/// The first and the longest pause. AWS's formula takes the maximum of both where its words say that pauses are capped.
const PAUSES: (SimDuration, SimDuration) = (SimDuration::from_secs(1), SimDuration::from_secs(120));
/// By how much a pause may be shorter or longer.
const JITTER_PERCENT: u64 = 15;
/// Most that a request may have.
const RECORDS_MAX: usize = 10_000;
const BYTES_MAX: u64 = 64 << 20;
/// `errorMessage` has no more characters.
const MESSAGE_CHARS_MAX: usize = 8192;

/// Brings a batch to an endpoint.
pub(in crate::aws::firehose) struct ToHttpEndpoint {
    output: HttpOutput,
    /// Which of the batch the request at hand has.
    part: Range<usize>,
    id: Option<RequestId>,
    clock: FromFirstFailure,
    failures: u32,
    /// Of requests that are over.
    failed: Vec<Failed>,
}

impl ToHttpEndpoint {
    /// For one batch.
    pub(in crate::aws::firehose) fn new(output: &HttpOutput) -> Self {
        let (clock, output) = (FromFirstFailure::new(output.retry), output.clone());
        Self { output, part: 0..0, id: None, clock, failures: 0, failed: Vec::new() }
    }

    /// Goes on with what the next request has.
    fn next_part(&mut self, batch: &Batch, means: &mut Means<'_>) -> Step {
        if self.part.end == batch.records.len() {
            return self.over(batch);
        }
        let from = self.part.end;
        (self.part, self.id, self.failures) = (from..end_of(batch, from), None, 0);
        self.clock = FromFirstFailure::new(self.output.retry);
        self.next(batch, means)
    }

    /// One error for all is the batch's.
    fn over(&mut self, batch: &Batch) -> Step {
        let mut failed = std::mem::take(&mut self.failed);
        let is_one = failed.windows(2).all(|two| two[0].error == two[1].error && two[0].is_kept == two[1].is_kept);
        match failed.pop() {
            Some(Failed { failed_as, error, message, is_kept, .. })
                if is_one && failed.len() + 1 == batch.records.len() =>
            {
                Step::Refused { failed_as, error, message, is_kept }
            }
            last => Step::Done { failed: failed.into_iter().chain(last).collect() },
        }
    }

    fn give_up(&mut self, batch: &Batch, problem: Problem, means: &mut Means<'_>) -> Step {
        let Problem { error, message, is_final } = problem;
        let (failed_as, is_kept) = (FailedAs::HttpEndpoint, !is_final);
        let failed = |index| Failed { index, failed_as, error, message: message.clone(), besides: Vec::new(), is_kept };
        self.failed.extend(self.part.clone().map(failed));
        self.next_part(batch, means)
    }

    fn again_or_give_up(&mut self, batch: &Batch, problem: Problem, means: &mut Means<'_>) -> Step {
        self.clock.failure(means.now);
        let at = self.again_at(means);
        self.failures += 1;
        match !problem.is_final && self.clock.allows(at) {
            true => Step::Retry { at, error: problem.error },
            false => self.give_up(batch, problem, means),
        }
    }

    fn again_at(&self, means: &mut Means<'_>) -> SimTime {
        let pause = pause(PAUSES, self.failures);
        let jitter = pause * JITTER_PERCENT / 100;
        means.now + means.random.duration(pause.saturating_sub(jitter), pause + jitter)
    }
}

/// Where a request that begins there ends: it has one record at least.
fn end_of(batch: &Batch, from: usize) -> usize {
    let mut bytes = wire::body_len(&[]);
    let fits = |record: &&Carried| {
        bytes += wire::record_len(record.data.len().into());
        bytes <= BYTES_MAX
    };
    let count = batch.records[from..].iter().take(RECORDS_MAX).take_while(fits).count();
    (from + count.max(1)).min(batch.records.len())
}

/// A GUID of the fourth version.
fn new_id(means: &mut Means<'_>) -> RequestId {
    let drawn = u128::from(means.random.next_u64()) << 64 | u128::from(means.random.next_u64());
    RequestId(drawn & !(0xf << 76 | 0xc << 60) | 0x4 << 76 | 0x8 << 60)
}

/// What is wrong with an answer.
#[derive(Debug, PartialEq)]
struct Problem {
    error: &'static str,
    message: Box<str>,
    /// It is not tried again, and goes to no bucket.
    is_final: bool,
}

/// Nobody answered
/// (<https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html>).
fn not_reached(why: Unreached) -> Problem {
    let (error, message) = match why {
        Unreached::Refused => ("HttpEndpoint.ConnectionFailed", "Unable to connect to the HTTP endpoint destination."),
        Unreached::Broken => {
            ("HttpEndpoint.ConnectionReset", "Unable to maintain connection with the HTTP endpoint destination.")
        }
    };
    Problem { error, message: message.into(), is_final: false }
}

/// Holds an answer against what AWS wants: 200, JSON without encoding and with a length, of a mebibyte at most, the
/// request's id, a timestamp. Whatever is not so counts as a 500.
fn judged(answer: &Answer, id: RequestId) -> Result<(), Problem> {
    let problem = |error, message: &str, is_final| Err(Problem { error, message: message.into(), is_final });
    if answer.body.len() > wire::ANSWER_BYTES_MAX {
        return problem("HttpEndpoint.ResponseTooLarge", "The response is over 1 MiB.", false);
    }
    if answer.status != 200 {
        let text: String = String::from_utf8_lossy(&answer.body).chars().take(MESSAGE_CHARS_MAX).collect();
        let message = format!("The following response was received from the endpoint destination. {text}");
        return problem("HttpEndpoint.DestinationException", &message, answer.status == 413);
    }
    let amiss = |message: &str| problem("HttpEndpoint.InvalidResponseFromDestination", message, false);
    let kind = answer.content_type.as_deref().map(|kind| kind.split(';').next().unwrap_or_default().trim());
    if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
        return amiss("The Content-Type of the response is not application/json.");
    }
    if answer.is_encoded || !answer.has_length {
        return amiss("The response has a Content-Encoding, or no Content-Length.");
    }
    let Ok(body) = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&answer.body) else {
        return amiss("The response is no JSON object.");
    };
    if body.get("requestId").and_then(|id| id.as_str()) != Some(&id.to_string()) {
        return amiss("The requestId of the response is not that of the request.");
    }
    if !body.get("timestamp").is_some_and(|at| at.is_u64()) {
        return amiss("The response has no timestamp in milliseconds.");
    }
    Ok(())
}

impl Driver for ToHttpEndpoint {
    fn next(&mut self, batch: &Batch, means: &mut Means<'_>) -> Step {
        if self.part.is_empty() {
            self.part = 0..end_of(batch, 0);
        }
        self.clock.attempt(means.now);
        let id = *self.id.get_or_insert_with(|| new_id(means));
        let HttpOutput { endpoint, access_key, attributes, is_gzip, .. } = &self.output;
        let records = &batch.records[self.part.clone()];
        let post = Post {
            endpoint: endpoint.clone(),
            request_id: id,
            timestamp_unix_ms: means.epoch_unix_ms + means.now.as_millis(),
            source_arn: means.arn.into(),
            access_key: access_key.clone(),
            attributes: attributes.clone(),
            is_gzip: *is_gzip,
            records: records.iter().map(|record| record.data.clone()).collect(),
            holds: holds(batch.delivery, records),
            call: means.call,
        };
        Step::Ask { request: Ask::HttpEndpoint(ToEndpointRequest::Post(post)), timeout: TIMEOUT, is_attempt: true }
    }
    fn told(&mut self, batch: &Batch, reply: Result<Told, CallError>, means: &mut Means<'_>) -> Step {
        let Some(id) = self.id else { unreachable!("a request has an id before it is answered") };
        let judged = match reply {
            Ok(Told::HttpEndpoint(Ok(answer))) => judged(&answer, id),
            Ok(Told::HttpEndpoint(Err(unreached))) => Err(not_reached(unreached)),
            Ok(other) => unreachable!("that was not asked: {other:?}"),
            Err(CallError::TimedOut) => {
                let message = "The endpoint took longer than three minutes to respond.".into();
                Err(Problem { error: "HttpEndpoint.RequestTimeout", message, is_final: false })
            }
        };
        match judged {
            Ok(()) => self.next_part(batch, means),
            Err(problem) => self.again_or_give_up(batch, problem, means),
        }
    }
}
