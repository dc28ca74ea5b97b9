//! Requests to HTTP endpoints.

use super::*;
use crate::aws::firehose::pipeline::HttpOutput;
use crate::aws::http_endpoint::{self, Endpoint, Manner, Post, Request as ToEndpoint};

fn destination(retry: SimDuration) -> Destination {
    Destination::HttpEndpoint(HttpOutput {
        endpoint: "partner".into(),
        access_key: Some("secret".into()),
        attributes: [].into(),
        is_gzip: false,
        hints: hints(),
        retry,
    })
}

fn all(trouble: Trouble) -> Fault {
    Fault::HttpEndpoint(calls(trouble, 1.0))
}

fn bench_with(change: impl FnOnce(&mut Endpoint)) -> Bench {
    let mut others = Endpoint::default();
    change(&mut others);
    let http_endpoint = http_endpoint::Settings { others, ..Default::default() };
    Bench::new(aws::Settings { http_endpoint, ..Default::default() })
}

fn posts(bench: &Bench) -> Vec<&Post> {
    bench
        .asked
        .iter()
        .map(|request| match request {
            Request::HttpEndpoint(ToEndpoint::Post(post)) => post,
            other => panic!("{other:?}"),
        })
        .collect()
}

fn each(times: u32) -> BTreeMap<u64, u32> {
    (0..10).map(|ordinal| (ordinal, times)).collect()
}

#[test]
fn a_batch_is_one_request_that_is_answered_rightly() {
    let mut bench = bench_with(|_| {});
    assert!(bench.deliver(&destination(s(300)), batch(10)).is_delivered());
    let [post] = posts(&bench)[..] else { panic!("one request") };
    assert_eq!((post.records.len(), post.timestamp_unix_ms), (10, EPOCH_UNIX_MS + 100_000));
    assert_eq!(&*post.source_arn, "arn:aws:firehose:us-east-1:000000000000:deliverystream/clicks");
    assert_eq!(post.request_id.to_string().as_bytes()[14], b'4', "a GUID of the fourth version");
    assert_eq!(bench.arrived(Output::Destination), each(1));
}

#[test]
fn a_request_that_is_tried_again_has_its_id_and_a_later_time() {
    let mut bench = bench_with(|_| {}).with(0, 105, all(Trouble::Unavailable));
    assert!(bench.deliver(&destination(s(300)), batch(10)).is_delivered());
    let posts = posts(&bench);
    assert!(posts.len() > 2 && posts.iter().all(|post| post.request_id == posts[0].request_id));
    assert!(posts.windows(2).all(|two| two[0].timestamp_unix_ms < two[1].timestamp_unix_ms));
}

#[test]
fn a_request_that_was_taken_and_not_answered_gives_duplicates_unless_the_endpoint_knows_it() {
    for (knows_requests, times) in [(false, 2), (true, 1)] {
        let mut bench = bench_with(|of| of.knows_requests = knows_requests).with(0, 101, all(Trouble::NoAnswer));
        assert!(bench.deliver(&destination(s(300)), batch(10)).is_delivered());
        assert_eq!(bench.errors, ["HttpEndpoint.RequestTimeout"]);
        assert!(bench.attempts[1].since(bench.attempts[0]) > s(180), "three minutes to answer");
        assert_eq!(bench.arrived(Output::Destination), each(times));
    }
}

#[test]
fn what_is_too_large_for_the_endpoint_is_lost_at_once() {
    let mut bench = bench_with(|of| of.body_bytes_max = Some(100));
    let over = bench.deliver(&destination(s(7200)), batch(10));
    assert!(matches!(over.step, Step::Refused { is_kept: false, error: "HttpEndpoint.DestinationException", .. }));
    assert_eq!((bench.attempts.len(), bench.arrived(Output::Destination).len()), (1, 0));
}

#[test]
fn each_error_is_tried_again_and_then_told_by_its_name() {
    let code = "HttpEndpoint.DestinationException";
    let cases = [
        (Trouble::Throttle, code),
        (Trouble::Unavailable, code),
        (Trouble::InternalError, code),
        (Trouble::Denied, code),
        (Trouble::NoAnswer, "HttpEndpoint.RequestTimeout"),
    ];
    for (trouble, code) in cases {
        let mut healed = bench_with(|_| {}).with(0, 130, all(trouble));
        assert!(healed.deliver(&destination(s(300)), batch(10)).is_delivered(), "{trouble:?}");
        assert!(!healed.errors.is_empty() && healed.errors.iter().all(|error| *error == code), "{trouble:?}");
        let mut bench = bench_with(|_| {}).with(0, 99_999, all(trouble));
        let over = bench.deliver(&destination(s(300)), batch(10));
        assert!(matches!(over.step, Step::Refused { error, is_kept: true, .. } if error == code), "{trouble:?}");
    }
}

#[test]
fn an_answer_that_is_not_as_it_should_be_counts_as_a_failure_though_the_records_are_there() {
    let cases = [
        (Manner::WithAnotherId, "HttpEndpoint.InvalidResponseFromDestination"),
        (Manner::WithoutTimestamp, "HttpEndpoint.InvalidResponseFromDestination"),
        (Manner::WithPlainText, "HttpEndpoint.InvalidResponseFromDestination"),
        (Manner::WithTooMuch, "HttpEndpoint.ResponseTooLarge"),
    ];
    for (manner, code) in cases {
        let mut bench = bench_with(|of| of.answers = manner);
        let over = bench.deliver(&destination(s(3)), batch(10));
        assert!(matches!(over.step, Step::Refused { error, is_kept: true, .. } if error == code), "{manner:?}");
        assert_eq!(bench.arrived(Output::Destination), each(bench.attempts.len() as u32));
    }
}

#[test]
fn pauses_double_from_a_second_to_two_minutes_give_or_take_15_percent() {
    let mut bench = bench_with(|_| {}).with(0, 99_999, all(Trouble::Unavailable));
    bench.deliver(&destination(s(600)), batch(10));
    let pauses: Vec<_> = bench.attempts.windows(2).map(|two| two[1].since(two[0]).as_millis()).collect();
    let expected = [1, 2, 4, 8, 16, 32, 64, 120, 120, 120].map(|pause| pause * 1000);
    assert!(pauses.len() >= 9, "{pauses:?}");
    for (pause, expected) in pauses.iter().zip(expected) {
        assert!((expected * 85 / 100..=expected * 115 / 100).contains(pause), "{pauses:?}");
    }
    assert!(pauses.iter().zip(expected).any(|(pause, expected)| *pause != expected));
}

#[test]
fn the_duration_begins_at_the_first_failure_and_stands_still_while_an_answer_is_waited_for() {
    for trouble in [Trouble::Unavailable, Trouble::NoAnswer] {
        // Three minutes for each answer, or none at all: the pauses are the same.
        let mut bench = bench_with(|_| {}).with(0, 99_999, all(trouble));
        bench.deliver(&destination(s(20)), batch(10));
        assert_eq!(bench.attempts.len(), 5, "{trouble:?}: 1 + 2 + 4 + 8 s fit, give or take");
        let mut once = bench_with(|_| {}).with(0, 99_999, all(trouble));
        once.deliver(&destination(s(0)), batch(10));
        assert_eq!(once.attempts.len(), 1);
    }
}

#[test]
fn a_batch_that_is_too_large_for_a_request_is_several() {
    let mut many = bench_with(|_| {});
    assert!(many.deliver(&destination(s(300)), batch(25_000)).is_delivered());
    assert_eq!(posts(&many).iter().map(|post| post.records.len()).collect::<Vec<_>>(), [10_000, 10_000, 5_000]);
    let ids: BTreeSet<_> = posts(&many).iter().map(|post| post.request_id).collect();
    assert_eq!(ids.len(), 3);
    let mut large = batch(100);
    large.records.iter_mut().for_each(|record| record.data = Payload::Synthetic { seed: 1, len: 1_000_000 });
    let mut bench = bench_with(|_| {});
    assert!(bench.deliver(&destination(s(300)), large).is_delivered());
    let sizes: Vec<_> = posts(&bench).iter().map(|post| http_endpoint::wire::body_len(&post.records)).collect();
    assert!(sizes.len() == 2 && sizes.iter().all(|size| *size <= 64 << 20), "{sizes:?}");
}

#[test]
fn of_several_requests_only_those_that_failed_have_failed_records() {
    let mut bench = bench_with(|of| of.body_bytes_max = Some(1_000_000));
    let over = bench.deliver(&destination(s(0)), batch(10_001));
    let failed = over.failed();
    assert_eq!(failed.len(), 10_000, "10,000 are too large together, the last one is taken alone");
    assert!(failed.iter().all(|failed| !failed.is_kept));
    assert_eq!(bench.arrived(Output::Destination), [(10_000, 1)].into());
}
