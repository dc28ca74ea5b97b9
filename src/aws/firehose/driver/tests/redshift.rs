//! Rows of a table in Redshift.

use super::*;
use crate::aws::firehose::pipeline::RedshiftOutput;
use crate::aws::redshift::{CopyCommand, Request as ToRedshift, Response};
use crate::aws::{Reply, S3};

fn destination(retry: SimDuration) -> Destination {
    Destination::Redshift(RedshiftOutput {
        stage: stage(),
        cluster: "warehouse".into(),
        table: "clicks".into(),
        columns: "".into(),
        copy_options: "JSON 'auto'".into(),
        retry,
    })
}

fn refused() -> Fault {
    Fault::Redshift(calls(Trouble::Denied, 1.0))
}

fn rows(bench: &Bench) -> usize {
    bench.cloud.redshift.tables().map(|(.., table)| table.rows().count()).sum()
}

fn keys(bench: &Bench) -> Vec<&str> {
    bench.cloud.s3.objects().map(|(_, key, _)| key).collect()
}

#[test]
fn a_batch_is_an_object_and_a_manifest_and_then_rows() {
    let mut bench = Bench::new(Default::default());
    assert!(bench.deliver(&destination(s(3600)), batch(10)).is_delivered());
    assert_eq!(rows(&bench), 10);
    assert_eq!(bench.arrived(Output::Staged), (0..10).map(|ordinal| (ordinal, 1)).collect());
    let (object, manifest) = match keys(&bench)[..] {
        [object, manifest] => (object, manifest),
        ref other => panic!("{other:?}"),
    };
    assert!(object.starts_with("clicks/2023/11/24/22/clicks-1-"), "{object}");
    assert_eq!(manifest, format!("manifests/{object}"));
    let asked: Vec<_> = bench.asked.iter().map(Cloud::operation_of).collect();
    assert_eq!(asked, ["PutObject", "PutObject", "COPY"]);
    assert_eq!(Cloud::service_of(&bench.asked[0]) as u16, S3.0);
}

#[test]
fn a_copy_that_fails_is_made_again_every_five_minutes_until_it_succeeds() {
    let mut bench = Bench::new(Default::default()).with(0, 1000, refused());
    assert!(bench.deliver(&destination(s(3600)), batch(10)).is_delivered());
    assert_eq!(bench.attempts_since_first(), [0, 300, 600, 900]);
    assert_eq!(bench.errors, ["Redshift.AuthenticationFailed"; 3]);
    assert_eq!(bench.arrived(Output::Destination), (0..10).map(|ordinal| (ordinal, 1)).collect());
}

#[test]
fn after_the_retry_duration_the_batch_is_skipped_and_its_manifest_lies_with_the_errors() {
    let mut bench = Bench::new(Default::default()).with(0, 9000, refused());
    let over = bench.deliver(&destination(s(1000)), batch(10));
    assert!(matches!(over.step, Step::Refused { error: "Redshift.AuthenticationFailed", is_kept: false, .. }));
    assert_eq!((bench.attempts_since_first(), rows(&bench)), (vec![0, 300, 600, 900], 0));
    let keys = keys(&bench);
    assert_eq!(keys.len(), 3, "the object and its manifest stay: {keys:?}");
    assert!(keys.iter().any(|key| key.starts_with("errors/manifests/clicks/2023/11/24/22/clicks-1-")), "{keys:?}");
    assert_eq!(bench.arrived(Output::Errors), (0..10).map(|ordinal| (ordinal, 1)).collect());
}

#[test]
fn a_skipped_batch_is_recovered_by_a_copy_of_its_manifest() {
    let mut bench = Bench::new(Default::default()).with(0, 9000, refused());
    bench.deliver(&destination(s(0)), batch(10));
    bench.now = at(9000);
    bench.turn_faults();
    // What an operator does by hand: has the files loaded that the manifest names.
    let objects: BTreeMap<aws::redshift::Location, _> = bench
        .cloud
        .s3
        .objects()
        .map(|(bucket, key, object)| (aws::redshift::Location { bucket: bucket.into(), key: key.into() }, object))
        .collect();
    let skipped = objects.iter().find(|(at, _)| at.key.starts_with("errors/manifests/"));
    let (manifest, object) = skipped.expect("a skipped manifest");
    let holds = crate::aws::firehose::record::holds(DeliveryId(0), &batch(10).records);
    let copy = CopyCommand::of_manifest(
        ("warehouse".into(), "clicks".into()),
        "JSON 'auto'".into(),
        (manifest.clone(), &object.body.plain()),
        |at| Some((objects.get(at)?.body.clone(), holds.clone())),
    );
    let copy = copy.expect("everything is there");
    drop(objects);
    let request = Request::Redshift(ToRedshift::Copy(copy));
    let reply = bench.cloud.handle(bench.now, FIREHOSE, request, &mut bench.events);
    assert!(matches!(reply, Reply::Redshift(Ok(Response::Loaded { rows: 10, .. }))), "{reply:?}");
    assert_eq!(bench.arrived(Output::Destination), (0..10).map(|ordinal| (ordinal, 1)).collect());
}

#[test]
fn the_duration_includes_the_first_attempt() {
    // Each COPY takes a quarter of an hour and is not answered.
    let no_answer = || Fault::Redshift(calls(Trouble::NoAnswer, 1.0));
    for (duration, attempts) in [(0, 1), (900, 1), (1199, 1), (1200, 2), (2400, 3)] {
        let mut bench = Bench::new(Default::default()).with(0, 99_999, no_answer());
        let over = bench.deliver(&destination(s(duration)), batch(1));
        assert_eq!(bench.attempts.len(), attempts, "{duration} s");
        assert!(matches!(over.step, Step::Refused { error: "Redshift.ConnectionFailed", is_kept: false, .. }));
    }
}

#[test]
fn a_copy_that_was_carried_out_and_not_answered_is_carried_out_twice() {
    let mut bench = Bench::new(Default::default()).with(0, 101, Fault::Redshift(calls(Trouble::NoAnswer, 1.0)));
    assert!(bench.deliver(&destination(s(3600)), batch(10)).is_delivered());
    assert_eq!(rows(&bench), 20);
    assert_eq!(bench.arrived(Output::Destination), (0..10).map(|ordinal| (ordinal, 2)).collect());
}

#[test]
fn s3_is_asked_until_it_does_what_it_is_asked_and_the_clock_of_retries_has_not_begun() {
    let throttled = Fault::S3(calls(Trouble::Throttle, 1.0));
    let mut bench = Bench::new(Default::default()).with(0, 7200, throttled);
    assert!(bench.deliver(&destination(s(0)), batch(10)).is_delivered());
    assert!(bench.now > at(7200) && bench.attempts.len() == 1);
    assert!(bench.errors.iter().all(|error| *error == "SlowDown"));
    assert_eq!(keys(&bench).len(), 2, "the same object each time");
}
