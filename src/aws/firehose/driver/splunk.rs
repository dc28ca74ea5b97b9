//! Events in Splunk: a post, and then its acknowledgement, asked for until it comes or is too late
//! (<https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html>).
//!
//! Each post begins the wait for an acknowledgement anew, and that wait is waited to its end even when the retry
//! duration is over. A batch that is given up may have been indexed all the same.

use std::sync::Arc;

use super::retry_clock::{FromFirstFailure, pause};
use super::step::{Batch, Driver, Means, Step};
use crate::aws::firehose::asking::{Ask, Told};
use crate::aws::firehose::pipeline::SplunkOutput;
use crate::aws::firehose::record::{Carried, holds};
use crate::aws::splunk::{Acks, Channel, Error, Post, Request as ToSplunkRequest, Response};
use crate::base::event::FailedAs;
use crate::base::{DeliveryId, SimDuration, SimTime};
use crate::world::CallError;

/// How often an acknowledgement is asked for. An assumption: AWS publishes none.
const ASK_EVERY: SimDuration = SimDuration::from_secs(10);

/// What comes next.
#[derive(Clone, Copy)]
enum Phase {
    Post,
    /// The post of this number is to be acknowledged.
    Acknowledge(u64),
}

/// Brings a batch to a collector.
pub(in crate::aws::firehose) struct ToSplunk {
    output: SplunkOutput,
    pauses: (SimDuration, SimDuration),
    phase: Phase,
    clock: FromFirstFailure,
    failures: u32,
    /// When the acknowledgement of the last post is too late.
    late: SimTime,
}

impl ToSplunk {
    /// For one batch.
    pub(in crate::aws::firehose) fn new(output: &SplunkOutput, pauses: (SimDuration, SimDuration)) -> Self {
        let (clock, output) = (FromFirstFailure::new(output.retry), output.clone());
        Self { output, pauses, phase: Phase::Post, clock, failures: 0, late: SimTime::ZERO }
    }

    fn post(&mut self, batch: &Batch, means: &Means<'_>) -> Step {
        self.clock.attempt(means.now);
        self.late = means.now + self.output.acknowledgement;
        let post = Post {
            collector: self.output.collector.clone(),
            is_event: self.output.is_event,
            token: self.output.token.clone(),
            channel: channel(batch),
            records: batch.records.iter().map(|record| record.data.clone()).collect(),
            holds: holds(batch.delivery, &batch.records),
            call: means.call,
        };
        let request = Ask::Splunk(ToSplunkRequest::Post(post));
        Step::Ask { request, timeout: self.output.acknowledgement, is_attempt: true }
    }

    fn ask(&self, id: u64, batch: &Batch, means: &Means<'_>) -> Step {
        let SplunkOutput { collector, token, .. } = &self.output;
        let (collector, token, ids) = (collector.clone(), token.clone(), Arc::from([id]));
        let acks = Acks { collector, token, channel: channel(batch), ids, call: means.call };
        let request = Ask::Splunk(ToSplunkRequest::Acks(acks));
        Step::Ask { request, timeout: self.late.since(means.now), is_attempt: false }
    }

    fn wait(&mut self, means: &Means<'_>) -> Step {
        if means.now >= self.late {
            return self.again_or_refuse("Splunk.AckTimeout", means);
        }
        Step::Wait { at: (means.now + ASK_EVERY).min(self.late) }
    }

    fn again_or_refuse(&mut self, error: &'static str, means: &Means<'_>) -> Step {
        self.phase = Phase::Post;
        self.clock.failure(means.now);
        let at = means.now + pause(self.pauses, self.failures);
        self.failures += 1;
        if self.clock.allows(at) {
            return Step::Retry { at, error };
        }
        Step::Refused { failed_as: FailedAs::Splunk, error, message: message(error).into(), is_kept: true }
    }
}

/// The channel of a lane of a delivery stream.
fn channel(batch: &Batch) -> Channel {
    const GUID: u128 = 0x6669_7265_0000_4000_8000_0000_0000_0000;
    Channel(GUID | u128::from(batch.delivery.0) << 80 | u128::from(batch.lane))
}

/// `errorCode` of what a collector answers
/// (<https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html>).
fn code(error: &Error) -> &'static str {
    match error {
        Error::AckDisabled => "Splunk.DisabledAck",
        Error::InvalidChannel | Error::IncorrectIndex => "Splunk.InvalidIndex",
        Error::InvalidDataFormat | Error::NoData => "Splunk.InvalidDataFormat",
        Error::InvalidToken => "Splunk.InvalidToken",
        Error::TokenDisabled => "Splunk.DisabledToken",
        Error::ConnectionClosed => "Splunk.ConnectionClosed",
        Error::Unreachable => "Splunk.InvalidEndpoint",
        Error::Internal | Error::ServerBusy | Error::Unavailable => "Splunk.ServerError",
    }
}

fn message(error: &str) -> &'static str {
    match error {
        "Splunk.AckTimeout" => {
            "Did not receive an acknowledgement from HEC before the HEC acknowledgement timeout expired. Despite the \
             acknowledgement timeout, it's possible the data was indexed successfully in Splunk."
        }
        "Splunk.ConnectionClosed" => "The connection to Splunk was closed. The data may have been indexed.",
        "Splunk.InvalidEndpoint" => "The HEC endpoint cannot be reached.",
        "Splunk.ConnectionTimeout" => "The connection to Splunk timed out. The data may have been indexed.",
        "Splunk.DisabledAck" => "Indexer acknowledgement is disabled for the HEC token.",
        "Splunk.DisabledToken" => "The HEC token is disabled.",
        "Splunk.InvalidDataFormat" => "The data is not formatted correctly.",
        "Splunk.InvalidIndex" => "The HEC token or channel is not configured with a valid index.",
        "Splunk.InvalidToken" => "The HEC token is invalid.",
        _ => "Failed to deliver data to Splunk due to a server error from the HEC node.",
    }
}

impl Driver for ToSplunk {
    fn next(&mut self, batch: &Batch, means: &mut Means<'_>) -> Step {
        match self.phase {
            Phase::Post => self.post(batch, means),
            Phase::Acknowledge(_) if means.now >= self.late => self.wait(means),
            Phase::Acknowledge(id) => self.ask(id, batch, means),
        }
    }
    fn told(&mut self, _: &Batch, reply: Result<Told, CallError>, means: &mut Means<'_>) -> Step {
        match (self.phase, reply) {
            (Phase::Post, Ok(Told::Splunk(Ok(Response::Taken { id })))) => {
                self.phase = Phase::Acknowledge(id);
                self.wait(means)
            }
            (Phase::Post, Ok(Told::Splunk(Err(error)))) => self.again_or_refuse(code(&error), means),
            (Phase::Post, Err(CallError::TimedOut)) => self.again_or_refuse("Splunk.ConnectionTimeout", means),
            (Phase::Acknowledge(id), Ok(Told::Splunk(Ok(Response::Acks(acks))))) if acks.get(&id) == Some(&true) => {
                Step::Done { failed: Vec::new() }
            }
            // Whatever went wrong with the question, the post may be acknowledged yet.
            (Phase::Acknowledge(_), Ok(Told::Splunk(_)) | Err(CallError::TimedOut)) => self.wait(means),
            (_, Ok(other)) => unreachable!("that was not asked: {other:?}"),
        }
    }
    fn besides(&self, delivery: DeliveryId, record: &Carried) -> Vec<(&'static str, Box<str>)> {
        vec![("EventId", record.key(delivery).to_string().into())]
    }
}
