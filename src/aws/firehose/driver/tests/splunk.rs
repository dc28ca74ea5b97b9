//! Events in Splunk.

use super::*;
use crate::aws::firehose::pipeline::SplunkOutput;
use crate::aws::protocol::operation::Operation;
use crate::aws::splunk::{self, Collector, Request as ToSplunk};

fn destination(retry: SimDuration) -> Destination {
    Destination::Splunk(SplunkOutput {
        collector: "siem".into(),
        is_event: false,
        token: "token".into(),
        acknowledgement: s(180),
        hints: hints(),
        retry,
    })
}

fn all(trouble: Trouble) -> Fault {
    Fault::Splunk(calls(trouble, 1.0))
}

fn of_operation(trouble: Trouble, name: &str) -> Fault {
    let operation: Option<Operation> = splunk::OPERATIONS.iter().copied().find(|of| of.name() == name);
    assert!(operation.is_some());
    Fault::Splunk(CallFault { operation, ..calls(trouble, 1.0) })
}

fn bench_with(indexing: u64) -> Bench {
    let others = Collector { indexing: (s(indexing), s(indexing)), ..Collector::default() };
    let splunk = splunk::Settings { others, ..Default::default() };
    Bench::new(aws::Settings { splunk, ..Default::default() })
}

fn each(times: u32) -> BTreeMap<u64, u32> {
    (0..10).map(|ordinal| (ordinal, times)).collect()
}

#[test]
fn a_batch_is_delivered_when_it_is_acknowledged() {
    let mut bench = bench_with(25);
    assert!(bench.deliver(&destination(s(300)), batch(10)).is_delivered());
    assert_eq!((bench.now, bench.attempts.len()), (at(130), 1));
    let polls = bench.asked.iter().filter(|request| matches!(request, Request::Splunk(ToSplunk::Acks(_)))).count();
    assert_eq!((polls, bench.cloud.splunk.indexed().count()), (3, 10));
}

#[test]
fn an_acknowledgement_that_never_comes_gives_duplicates_and_then_the_error_output() {
    let mut bench = bench_with(5).with(0, 9000, all(Trouble::NoAcknowledgement));
    let over = bench.deliver(&destination(s(2)), batch(10));
    let Step::Refused { error: "Splunk.AckTimeout", ref message, is_kept: true, .. } = over.step else { panic!() };
    assert!(message.contains("it's possible the data was indexed"));
    assert_eq!(bench.arrived(Output::Destination), each(2), "and it is indexed all the same, as often as it was sent");
    let record = &over.batch.records[3];
    let id = record.key(DeliveryId(0)).to_string();
    assert_eq!(over.driver.besides(DeliveryId(0), record), [("EventId", id.into())]);
}

#[test]
fn the_duration_begins_at_the_first_failure_and_stands_still_while_acknowledgements_are_waited_for() {
    // An attempt that is not acknowledged takes three minutes; pauses are 1, 2, 4, 8 ... seconds.
    for (duration, attempts) in [(0, 1), (1, 2), (2, 2), (3, 3), (180, 8), (300, 10)] {
        let mut bench = bench_with(5).with(0, 99_999, all(Trouble::NoAcknowledgement));
        bench.deliver(&destination(s(duration)), batch(10));
        assert_eq!(bench.attempts.len(), attempts, "{duration} s");
        let pauses = bench.attempts.windows(2).map(|two| two[1].since(two[0]).saturating_sub(s(180)));
        assert!(pauses.fold(s(0), |sum, pause| sum + pause) <= s(duration));
    }
}

#[test]
fn each_post_begins_the_wait_anew_and_the_last_is_waited_for_after_the_duration() {
    // Nothing is acknowledged that was posted before 150 s: the second post, beyond all retries, is.
    let mut bench = bench_with(100).with(0, 150, all(Trouble::NoAcknowledgement));
    assert!(bench.deliver(&destination(s(1)), batch(10)).is_delivered());
    assert_eq!(bench.attempts_since_first(), [0, 181]);
    assert_eq!(bench.now, at(100 + 181 + 100), "99 s after the duration was over");
    assert_eq!(bench.arrived(Output::Destination), each(2));
}

#[test]
fn an_answer_about_an_acknowledgement_that_is_lost_is_lost_for_good() {
    let mut bench = bench_with(5).with(0, 115, of_operation(Trouble::NoAnswer, "CollectorAck"));
    assert!(bench.deliver(&destination(s(300)), batch(10)).is_delivered());
    assert_eq!(bench.errors, ["Splunk.AckTimeout"], "it was told, and forgotten by the collector");
    assert_eq!(bench.arrived(Output::Destination), each(2));
}

#[test]
fn a_question_that_fails_is_asked_again_and_is_no_failure_of_the_post() {
    let mut bench = bench_with(5).with(0, 150, of_operation(Trouble::Throttle, "CollectorAck"));
    assert!(bench.deliver(&destination(s(0)), batch(10)).is_delivered());
    assert_eq!((bench.attempts.len(), bench.now), (1, at(150)));
}

#[test]
fn each_error_is_tried_again_and_then_told_by_its_name() {
    let cases = [
        (Trouble::Throttle, "Splunk.ServerError"),
        (Trouble::Unavailable, "Splunk.ServerError"),
        (Trouble::InternalError, "Splunk.ServerError"),
        (Trouble::Denied, "Splunk.InvalidToken"),
        (Trouble::NoAnswer, "Splunk.ConnectionTimeout"),
    ];
    for (trouble, code) in cases {
        let mut healed = bench_with(5).with(0, 130, all(trouble));
        assert!(healed.deliver(&destination(s(300)), batch(10)).is_delivered(), "{trouble:?}");
        assert!(!healed.errors.is_empty() && healed.errors.iter().all(|error| *error == code), "{trouble:?}");
        let mut bench = bench_with(5).with(0, 99_999, all(trouble));
        let over = bench.deliver(&destination(s(300)), batch(10));
        assert!(matches!(over.step, Step::Refused { error, is_kept: true, .. } if error == code), "{trouble:?}");
    }
}

#[test]
fn what_a_timed_out_post_had_brought_comes_twice() {
    let mut bench = bench_with(5).with(0, 101, all(Trouble::NoAnswer));
    assert!(bench.deliver(&destination(s(300)), batch(10)).is_delivered());
    assert_eq!(bench.arrived(Output::Destination), each(2));
}
