//! The function: when it is invoked with what, and what becomes of its answers
//! (<https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html>).

use std::collections::VecDeque;
use std::sync::Arc;

use super::agenda::{Asker, Cx, Due};
use super::chain::contract;
use super::delivery_stream::DeliveryStream;
use super::lane::Invocation;
use super::pipeline::FunctionStage;
use super::record::Carried;
use super::work::Reason;
use crate::aws::firehose::asking::{Ask, Told};
use crate::aws::lambda::{self, Returned, ToTransform};
use crate::base::event::{FailedAs, SinkKind, Stage};
use crate::base::{Event, Run, SimDuration};
use crate::world::CallError;

/// A function may take so long, and the answer its way.
const TIMEOUT: SimDuration = SimDuration::from_secs(310);
/// Invocations of a shard that may be under way.
const OUTSTANDING_MAX: usize = 5;
/// The same, with Splunk as destination.
const OUTSTANDING_MAX_SPLUNK: usize = 10;
/// Bytes of an invocation's event, and of its answer
/// (<https://docs.aws.amazon.com/firehose/latest/dev/limits.html>).
pub(super) const PAYLOAD_MAX_BYTES: u64 = 6 << 20;
/// What an event has besides its records, at most: the names of delivery stream and source.
const ENVELOPE_BYTES_MAX: u64 = 1024;

impl DeliveryStream {
    /// Lets records wait for the function.
    pub(super) fn give_to_function(&mut self, cx: &mut Cx<'_>, lane: u32, records: Vec<Carried>) {
        let Some(FunctionStage { hints, .. }) = &self.processing.function else { return };
        let interval = hints.interval;
        let waiting = &mut self.lanes.entry(lane).or_default().waiting;
        for record in records {
            if waiting.push(cx.now, record) {
                cx.at(cx.now.saturating_add(interval), self.id, Due::Transform(lane));
            }
        }
        self.close_for_function(cx, lane);
    }

    /// Invokes the function with what waits, as far as it is time and there is room.
    pub(super) fn close_for_function(&mut self, cx: &mut Cx<'_>, lane: u32) {
        let Some(FunctionStage { hints, .. }) = self.processing.function.clone() else {
            let waiting = self.lanes.get_mut(&lane).map(|of| of.waiting.close(u64::MAX));
            return self.pass_by(cx, lane, waiting.unwrap_or_default());
        };
        let outstanding_max = match self.pipeline.destination.kind() {
            SinkKind::Splunk => OUTSTANDING_MAX_SPLUNK,
            SinkKind::S3 | SinkKind::Redshift | SinkKind::OpenSearch | SinkKind::HttpEndpoint => OUTSTANDING_MAX,
        };
        loop {
            let Some(of) = self.lanes.get_mut(&lane) else { return };
            let is_due = of.waiting.due(hints).is_some_and(|due| due <= cx.now);
            if !is_due || of.invocations.len() >= outstanding_max {
                return;
            }
            let waited = cx.now.since(of.waiting.opened());
            let records = of.waiting.close(hints.size_bytes);
            if !of.waiting.is_empty() {
                cx.at(of.waiting.due(hints).unwrap_or(cx.now).max(cx.now), self.id, Due::Transform(lane));
            }
            for records in fitting(records, cx.settings.planted.payload_max_bytes()) {
                let bytes = records.iter().map(Carried::size_bytes).sum();
                let count = records.len() as u32;
                let closed = Event::BufferClosed {
                    delivery: self.id,
                    lane,
                    stage: Stage::Transform,
                    records: count,
                    bytes,
                    waited,
                };
                cx.events.push(closed);
                let number = self.numbers;
                self.numbers += 1;
                let invocation = Invocation { records: Arc::new(records), bytes, failures: 0, began: cx.now };
                self.lanes.entry(lane).or_default().invocations.insert(number, invocation);
                self.invoke(cx, lane, number);
            }
        }
    }

    /// Records that had a function to pass, which is no part of the delivery stream any more.
    fn pass_by(&mut self, cx: &mut Cx<'_>, lane: u32, records: Vec<Carried>) {
        self.sort(cx, lane, records.into_iter().map(|record| (record, Default::default())));
    }

    /// Invokes the function, or invokes it again.
    pub(super) fn invoke(&mut self, cx: &mut Cx<'_>, lane: u32, number: u64) {
        let Some(function) = &self.processing.function else {
            let invocation = self.end_invocation(lane, number);
            let records = invocation.map_or_else(Vec::new, |of| of.records.to_vec());
            return self.pass_by(cx, lane, records);
        };
        let of = self.lanes.get_mut(&lane).and_then(|of| of.invocations.get_mut(&number));
        let Some(invocation) = of else { return };
        invocation.began = cx.now;
        let to_transform = |(index, record): (usize, &Carried)| ToTransform {
            id: index as u64,
            arrived: record.arrived,
            data: record.data.clone(),
            source: record.source.clone(),
        };
        let request = lambda::Request {
            function: function.name.clone(),
            invocation: number,
            delivery_arn: self.arn.clone(),
            source_arn: self.source_arn.clone(),
            records: invocation.records.iter().enumerate().map(to_transform).collect(),
            call: cx.agenda.next_call_id(),
        };
        cx.events.push(Event::DeliveryAttempted {
            delivery: self.id,
            lane,
            stage: Stage::Transform,
            records: invocation.records.len() as u32,
            bytes: invocation.bytes,
            attempt: invocation.failures + 1,
        });
        cx.ask(Ask::Lambda(request), TIMEOUT, self.id, Asker::Invocation(lane, number));
    }

    /// Takes what became of an invocation. Time-outs and refusals are tried again, as often as the configuration says;
    /// an answer is final.
    pub(super) fn function_answered(
        &mut self,
        cx: &mut Cx<'_>,
        lane: u32,
        number: u64,
        reply: Result<Told, CallError>,
    ) {
        let retries = self.processing.function.as_ref().map_or(0, |function| function.retries);
        let of = self.lanes.get_mut(&lane).and_then(|of| of.invocations.get_mut(&number));
        let Some(invocation) = of else { return };
        let error = match reply {
            Ok(Told::Lambda(Ok(returned))) => return self.take_transformed(cx, lane, number, &returned),
            Ok(Told::Lambda(Err(error))) => code_of(&error),
            Ok(other) => unreachable!("Lambda does not answer {other:?}"),
            Err(CallError::TimedOut) => "Lambda.FunctionTimedOut",
        };
        invocation.failures += 1;
        cx.events.push(Event::DeliveryAttemptFailed {
            delivery: self.id,
            lane,
            stage: Stage::Transform,
            records: invocation.records.len() as u32,
            attempt: invocation.failures,
            error,
        });
        if invocation.failures <= retries {
            let at = cx.retry_at(invocation.failures - 1);
            return cx.at(at, self.id, Due::Invocation(lane, number));
        }
        let Some(invocation) = self.end_invocation(lane, number) else { return };
        let message = format!("The function was not carried out in {} attempts.", invocation.failures);
        let reason = Reason::new(FailedAs::Processing, error, message.into(), invocation.failures);
        self.fail(cx, lane, invocation.records.iter().map(|record| (record.clone(), reason.clone())));
        self.close_for_function(cx, lane);
    }

    fn end_invocation(&mut self, lane: u32, number: u64) -> Option<Invocation> {
        self.lanes.get_mut(&lane)?.invocations.remove(&number)
    }

    fn take_transformed(&mut self, cx: &mut Cx<'_>, lane: u32, number: u64, returned: &Returned) {
        let Some(invocation) = self.end_invocation(lane, number) else { return };
        let sent = &invocation.records;
        let mut judged = contract::judge(sent, &returned.answer);
        if !cx.settings.planted.are_missing_ids_told() {
            judged.failed.retain(|(_, error, _)| *error != contract::MISSING_ID);
        }
        let returned_bytes = judged.ok.iter().map(|(_, data, _)| u64::from(data.len())).sum();
        cx.events.push(Event::FunctionReturned {
            delivery: self.id,
            lane,
            ok: judged.ok.len() as u32,
            dropped: judged.dropped.len() as u32,
            failed: judged.failed.len() as u32,
            sent_bytes: invocation.bytes,
            returned_bytes,
            took: cx.now.since(invocation.began),
        });
        let dropped: Vec<Carried> = judged.dropped.iter().map(|index| sent[*index].clone()).collect();
        self.tell_runs(cx, &dropped, |Run { delivery, lane, from, to, part }| Event::RecordsDropped {
            delivery,
            lane,
            from,
            to,
            part,
        });
        let attempts = invocation.failures + 1;
        let failed = judged.failed.into_iter().map(|(index, error, message)| {
            (sent[index].clone(), Reason::new(FailedAs::Processing, error, message, attempts))
        });
        self.fail(cx, lane, failed);
        let ok = judged.ok.into_iter().map(|(index, data, keys)| (Carried { data, ..sent[index].clone() }, keys));
        self.sort(cx, lane, ok);
        self.close_for_function(cx, lane);
    }

    /// Invokes the function again for everything that it had when the service crashed.
    pub(super) fn invoke_again(&mut self, cx: &mut Cx<'_>, lane: u32, number: u64) {
        cx.at(cx.now, self.id, Due::Invocation(lane, number));
    }
}

/// What Firehose calls it when a function cannot be invoked
/// (<https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html>).
fn code_of(error: &lambda::Error) -> &'static str {
    match error {
        lambda::Error::AccessDenied => "Lambda.InvokeAccessDenied",
        lambda::Error::ResourceNotFound(_) => "Lambda.ResourceNotFound",
        lambda::Error::TooManyRequests => "Lambda.InvokeLimitExceeded",
        lambda::Error::RequestTooLarge | lambda::Error::Service => error.code(),
    }
}

/// Records in as many parts as their events need to fit.
fn fitting(records: Vec<Carried>, bytes_max: u64) -> VecDeque<Vec<Carried>> {
    let size = |record: &Carried| lambda::wire::record_bytes(record.data.len(), record.source.as_deref());
    let mut parts = VecDeque::new();
    let mut part = Vec::new();
    let mut bytes = ENVELOPE_BYTES_MAX;
    for record in records {
        let of = size(&record);
        if bytes + of > bytes_max && !part.is_empty() {
            parts.push_back(std::mem::take(&mut part));
            bytes = ENVELOPE_BYTES_MAX;
        }
        bytes += of;
        part.push(record);
    }
    parts.extend(Some(part).filter(|part| !part.is_empty()));
    parts
}
