//! Faults, by bucket and operation.

use super::*;
use crate::aws::protocol::fault_points::Trouble;
use crate::aws::protocol::operation::Operation;
use crate::base::SimDuration;
use crate::world::CallId;

fn with(trouble: Trouble, name: Option<&str>, operation: Option<Operation>) -> Endpoint {
    let mut at = Endpoint::with_lake();
    assert_eq!((at.status("PUT", "/pond"), at.put("/lake/a", b"x").status), (200, 200));
    let fault = Fault { trouble, name: name.map(Into::into), operation, rate: 1.0 };
    at.s3.inject(at.now, 1, fault, &mut Vec::new());
    at
}

/// A request of every operation, as method, URI, headers and body.
fn request(operation: &str) -> (&'static str, &'static str, &'static [&'static str], &'static [u8]) {
    const COPY: &[&str] = &["x-amz-copy-source: lake/a"];
    match operation {
        "AbortMultipartUpload" => ("DELETE", "/lake/a?uploadId=1", &[], b""),
        "CompleteMultipartUpload" => (
            "POST",
            "/lake/a?uploadId=1",
            &[],
            b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>a</ETag></Part></CompleteMultipartUpload>",
        ),
        "CopyObject" => ("PUT", "/lake/b", COPY, b""),
        "CreateBucket" => ("PUT", "/lake", &[], b""),
        "CreateMultipartUpload" => ("POST", "/lake/a?uploads", &[], b""),
        "DeleteBucket" => ("DELETE", "/lake", &[], b""),
        "DeleteObject" => ("DELETE", "/lake/a", &[], b""),
        "DeleteObjects" => ("POST", "/lake?delete", &[], b"<Delete><Object><Key>a</Key></Object></Delete>"),
        "GetBucketLocation" => ("GET", "/lake?location", &[], b""),
        "GetObject" => ("GET", "/lake/a", &[], b""),
        "HeadBucket" => ("HEAD", "/lake", &[], b""),
        "HeadObject" => ("HEAD", "/lake/a", &[], b""),
        "ListBuckets" => ("GET", "/", &[], b""),
        "ListMultipartUploads" => ("GET", "/lake?uploads", &[], b""),
        "ListObjects" => ("GET", "/lake", &[], b""),
        "ListObjectsV2" => ("GET", "/lake?list-type=2", &[], b""),
        "ListParts" => ("GET", "/lake/a?uploadId=1", &[], b""),
        "PutObject" => ("PUT", "/lake/a", &[], b"x"),
        "UploadPart" => ("PUT", "/lake/a?partNumber=1&uploadId=1", &[], b"x"),
        "UploadPartCopy" => ("PUT", "/lake/a?partNumber=1&uploadId=1", COPY, b""),
        other => panic!("{other} has no request here"),
    }
}

#[test]
fn a_throttle_aimed_at_any_operation_refuses_it_and_no_other() {
    for operation in OPERATIONS {
        let mut at = with(Trouble::Throttle, None, Some(*operation));
        let (method, uri, headers, body) = request(operation.name());
        assert_eq!(at.send(method, uri, headers, body).status, 503, "{operation}");
        let refused = at.events.iter().filter(|event| matches!(event, Event::SinkRefused { error: "SlowDown", .. }));
        assert_eq!(refused.count(), 1, "{operation}");
        let other = if operation.name() == "GetObject" { "PutObject" } else { "GetObject" };
        let (method, uri, headers, body) = request(other);
        assert_eq!(at.send(method, uri, headers, body).status, 200, "a throttle of {operation} met {other}");
    }
}

#[test]
fn a_fault_of_a_bucket_meets_no_other_until_it_heals() {
    let mut at = with(Trouble::Denied, Some("lake"), None);
    assert_eq!(at.refused("GET", "/lake/a", &[], b""), "403 AccessDenied");
    assert_eq!(at.put("/pond/a", b"x").status, 200);
    at.s3.heal(at.now, 1, &mut Vec::new());
    assert_eq!(at.text("GET", "/lake/a"), "x");
}

#[test]
fn an_answer_that_never_comes_is_of_something_that_was_done() {
    let mut at = with(Trouble::NoAnswer, None, None);
    let request = operations_put();
    let reply = at.s3.handle(at.now, CLIENT, request, &mut at.events);
    assert_eq!(S3::time_taken(&reply), SimDuration::MAX);
    at.s3.heal(at.now, 1, &mut Vec::new());
    assert_eq!(at.text("GET", "/lake/late"), "y");
}

fn operations_put() -> Request {
    use crate::base::Holds;
    use crate::base::event::Output;
    let (holds, output) = (Holds::default(), Output::Destination);
    PutObject { bucket: "lake".into(), key: "late".into(), body: b"y".to_vec().into(), holds, output, call: CallId(0) }
        .into()
}

#[test]
fn the_same_records_under_the_same_key_arrive_once() {
    use crate::base::event::Output;
    use crate::base::{DeliveryId, Holds};
    let mut at = Endpoint::new();
    let arrivals = |at: &mut Endpoint, ordinals: std::ops::Range<u64>| {
        let holds = Holds::of(DeliveryId(0), ordinals.map(|ordinal| (0, ordinal)));
        let output = Output::Destination;
        let put = PutObject {
            bucket: "lake".into(),
            key: "a".into(),
            body: b"x".to_vec().into(),
            holds,
            output,
            call: CallId(0),
        };
        at.events.clear();
        at.s3.handle(at.now, CLIENT, put.into(), &mut at.events).expect("it is put");
        at.events.iter().filter(|event| matches!(event, Event::RecordsArrived { .. })).count()
    };
    assert_eq!((arrivals(&mut at, 0..9), arrivals(&mut at, 0..9), arrivals(&mut at, 0..10)), (1, 0, 1));
}

#[test]
fn every_operation_has_one_name() {
    let mut names: Vec<&str> = OPERATIONS.iter().map(|operation| operation.name()).collect();
    let sorted = names.is_sorted();
    names.dedup();
    assert!(sorted && names.len() == OPERATIONS.len());
}

#[test]
fn an_object_is_there_once_a_store_outside_has_taken_it() {
    use crate::aws::protocol::outside::{Came, Names};
    use crate::base::event::Output;
    use crate::base::{DeliveryId, Holds};
    let outside = Names { are_all: true, ..Names::default() };
    let mut s3 = S3::new(Settings { outside, ..Settings::default() }, Seed(1));
    let (now, mut events) = (SimTime::ZERO, Vec::new());
    let mut told = |came: Came| {
        let (holds, output) = (Holds::of(DeliveryId(0), [(0, 0)]), Output::Destination);
        let (bucket, key, body) = ("lake".into(), "a".into(), b"x".to_vec().into());
        let put = PutObject { bucket, key, body, holds, output, call: CallId(0) };
        assert!(matches!(s3.handle(now, HostId(9), put.into(), &mut events), Ok(Response::Nothing)));
        assert_eq!(s3.outside.take(now).len(), 1);
        let told = s3.came(now, CallId(0), &came, &mut events).expect("an answer");
        let has_arrived = events.iter().any(|event| matches!(event, Event::RecordsArrived { .. }));
        (told.map(drop), has_arrived, s3.objects().count())
    };
    let refused = Came::Refused { code: "SlowDown".into(), message: String::new() };
    assert_eq!(told(refused), (Err(Error::SlowDown), false, 0));
    assert_eq!(told(Came::Unreachable {}), (Err(Error::ServiceUnavailable), false, 0));
    assert_eq!(told(Came::Done { count: 1 }), (Ok(()), true, 1));
}
