//! What the endpoint tells on its terminal: a line a request, and a word to whoever waits for a clock that stands
//! still.

use std::cell::Cell;
use std::io::Write;

use super::clock::{Pace, Stopwatch};
use crate::aws::Answer;
use crate::aws::protocol::envelope::refused;
use crate::aws::protocol::{Encoding, HttpResponse};
use crate::base::event::WriteRefusal;
use crate::base::{Event, Fold, SimTime};

/// So many refusals for throughput at one instant are no accident.
const THROTTLES_AT_ONCE: u32 = 5;

/// What moves a clock that stands still.
pub(crate) const MOVE_THE_CLOCK: &str = "POST /_kinesim/clock/advance moves it, and --clock auto does by itself";

/// What is told of requests.
pub(super) struct Log {
    tells_requests: bool,
    /// Refusals for throughput since the clock last moved, and when that was.
    throttled: Cell<(SimTime, u32)>,
}

/// A request that is being answered.
pub(super) struct Line {
    since: Stopwatch,
    operation: String,
    region: Option<String>,
}

impl Log {
    pub(super) fn new(tells_requests: bool) -> Self {
        Self { tells_requests, throttled: Cell::new((SimTime::ZERO, 0)) }
    }

    /// Begins a line, if requests are told.
    pub(super) fn begin(&self, target: Option<&str>, region: Option<&str>) -> Option<Line> {
        let operation = target.map_or("?", |target| target.split_once('.').map_or(target, |(_, operation)| operation));
        let line = || Line {
            since: Stopwatch::start(),
            operation: operation.to_owned(),
            region: region.map(ToOwned::to_owned),
        };
        self.tells_requests.then(line)
    }

    /// Tells a request and its answer; `None` when a fault lost that.
    pub(super) fn end(&self, line: Option<Line>, about: Option<&str>, answer: Option<&Answer>, now: SimTime) {
        let Some(line) = line else { return };
        let (status, code) = outcome(answer);
        let region = line.region.map(|region| format!(" in {region}")).unwrap_or_default();
        let about = format!("{}{region}", about.unwrap_or("-"));
        // Whoever reads along may have gone.
        let took = line.since.micros();
        let told = format!("{now}  {:<24} {about:<28} {status} {took:>6} \u{b5}s  {code}", line.operation);
        let _ = writeln!(std::io::stderr(), "{}", told.trim_end());
    }

    /// Notes an answer. A client that is refused for throughput again and again at one instant waits for ever.
    pub(super) fn note(&self, is_throttled: bool, now: SimTime, pace: Pace) -> bool {
        let (at, count) = self.throttled.get();
        let count = if at == now { count } else { 0 } + u32::from(is_throttled);
        self.throttled.set((now, count));
        let is_stuck = is_throttled && pace == Pace::Manual && count == THROTTLES_AT_ONCE;
        if is_stuck {
            tracing::warn!(
                %now,
                "{count} requests were refused for throughput at one instant, and will be for as long as the clock \
                 stands still: {MOVE_THE_CLOCK}"
            );
        }
        is_stuck
    }

    /// Whether clients wait for throughput since the clock last moved.
    pub(super) fn has_throttled(&self, now: SimTime) -> bool {
        matches!(self.throttled.get(), (at, 1..) if at == now || now.since(at).as_millis() < 1000)
    }
    /// The clock was moved for those who wait.
    pub(super) fn moved(&self) {
        self.throttled.set((SimTime::ZERO, 0));
    }
}

fn outcome(answer: Option<&Answer>) -> (u16, String) {
    match answer {
        None => (504, "the answer was lost".to_owned()),
        Some(Answer::Subscribed(_)) => (200, "events follow".to_owned()),
        Some(Answer::Whole(answer)) => (answer.status, code(answer).unwrap_or_default()),
    }
}

/// The code of an error.
pub(super) fn code(answer: &HttpResponse) -> Option<String> {
    if answer.status < 400 {
        return None;
    }
    if answer.rest.is_some() {
        let text = std::str::from_utf8(&answer.body).ok()?;
        let (code, _) = text.split_once("<Code>")?.1.split_once("</Code>")?;
        return Some(code.to_owned());
    }
    let encoding = if answer.content_type.contains("cbor") { Encoding::Cbor11 } else { Encoding::Json11 };
    let body = encoding.decode(&answer.body).ok()?;
    refused(&body).map(|(code, _)| code.to_owned())
}

/// How often something was refused for throughput: a call, or a record of one, or an item.
#[derive(Debug, Default)]
pub(super) struct Throttles(u64);

impl Throttles {
    /// So far.
    pub(super) fn count(&self) -> u64 {
        self.0
    }
}

impl Fold for Throttles {
    fn on(&mut self, _: SimTime, event: &Event) {
        let is_throttle = match event {
            Event::RecordRefused { reason, .. } => *reason != WriteRefusal::InternalFailure,
            Event::ReadRefused { .. } | Event::TableThrottled { .. } => true,
            _ => false,
        };
        self.0 += u64::from(is_throttle);
    }
}

/// Whether an answer says by itself that it was refused for throughput, or for a quota.
pub(super) fn is_throttled(answer: Option<&Answer>) -> bool {
    const CODES: [&str; 5] = [
        "ProvisionedThroughputExceededException",
        "LimitExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "SlowDown",
    ];
    match answer {
        Some(Answer::Whole(answer)) if [400, 503].contains(&answer.status) => {
            code(answer).is_some_and(|code| CODES.contains(&code.as_str()))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{HostId, PartitionKey, ShardId, StreamId};

    fn throttled() -> Answer {
        let body = br#"{"__type":"ProvisionedThroughputExceededException","message":"Rate exceeded"}"#.to_vec();
        Answer::Whole(HttpResponse { status: 400, content_type: "application/x-amz-json-1.1", rest: None, body })
    }

    #[test]
    fn whoever_is_throttled_on_a_clock_that_stands_still_is_told_once() {
        let log = Log::new(false);
        let told = |now, pace| (0..10).filter(|_| log.note(true, now, pace)).count();
        assert_eq!(told(SimTime::from_secs(1), Pace::Manual), 1);
        assert_eq!(told(SimTime::from_secs(2), Pace::Manual), 1, "again at another instant");
        assert_eq!(told(SimTime::from_secs(3), Pace::Times(1.0)), 0, "time passes there");
        assert!(log.has_throttled(SimTime::from_secs(3)));
        log.moved();
        assert!(!log.has_throttled(SimTime::from_secs(3)));
    }

    #[test]
    fn parts_of_a_batch_that_were_throttled_count_as_throttled() {
        let refused = |reason| Event::RecordRefused {
            stream: StreamId(0),
            shard: ShardId(0),
            key: PartitionKey::new("k").expect("a key"),
            size_bytes: 1,
            reason,
            host: HostId(0),
        };
        let mut throttles = Throttles::default();
        throttles.on(SimTime::ZERO, &refused(WriteRefusal::InternalFailure));
        assert_eq!(throttles.count(), 0, "nobody waits for throughput");
        throttles.on(SimTime::ZERO, &refused(WriteRefusal::RecordRate));
        assert_eq!(throttles.count(), 1);
        assert!(is_throttled(Some(&throttled())));
    }

    #[test]
    fn an_answer_is_told_by_its_status_and_code() {
        assert_eq!(outcome(Some(&throttled())), (400, "ProvisionedThroughputExceededException".to_owned()));
        assert_eq!(outcome(None).0, 504);
    }
}
