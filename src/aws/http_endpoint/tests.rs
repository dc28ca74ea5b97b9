//! The promises of the endpoints.

use super::*;
use crate::base::{DeliveryId, Holds, Seed};

const CALLER: HostId = HostId(9);

fn post(count: u64) -> Request {
    Request::Post(Post {
        endpoint: "partner".into(),
        request_id: RequestId(7),
        timestamp_unix_ms: 1,
        source_arn: "arn".into(),
        access_key: None,
        attributes: [].into(),
        is_gzip: false,
        records: (0..count).map(|n| Payload::Synthetic { seed: n as u32, len: 300 }).collect(),
        holds: Holds::of(DeliveryId(0), (0..count).map(|n| (0, n, 0))),
        call: CallId(0),
    })
}

fn service(change: impl FnOnce(&mut Endpoint)) -> HttpEndpoint {
    let mut endpoint = Endpoint::default();
    change(&mut endpoint);
    HttpEndpoint::new(Settings { others: endpoint, epoch_unix_ms: 1000, ..Settings::default() }, Seed(1))
}

fn asked(service: &mut HttpEndpoint, request: Request) -> (Answer, Vec<Event>) {
    let mut events = Vec::new();
    (service.handle(SimTime::from_secs(1), CALLER, request, &mut events).expect("an answer"), events)
}

#[test]
fn what_is_taken_is_answered_with_the_requests_id_and_the_time() {
    let mut service = service(|_| {});
    let (answer, events) = asked(&mut service, post(3));
    assert_eq!((answer.status, answer.content_type.as_deref()), (200, Some("application/json")));
    let body = std::str::from_utf8(&answer.body).expect("text");
    assert_eq!(body, r#"{"requestId":"00000000-0000-0000-0000-000000000007","timestamp":2000}"#);
    assert!(matches!(events[..], [Event::RecordsArrived { output: Output::Destination, from: 0, to: 3, .. }]));
    let received = service.received().map(|(name, post)| (name, post.at, post.request_id, post.records.len()));
    assert_eq!(received.collect::<Vec<_>>(), [("partner", SimTime::from_secs(1), RequestId(7), 3)]);
}

#[test]
fn a_request_that_comes_twice_is_taken_twice_unless_the_endpoint_knows_it() {
    for (knows_requests, times) in [(false, 2), (true, 1)] {
        let mut service = service(|of| of.knows_requests = knows_requests);
        assert_eq!([asked(&mut service, post(1)).0.status, asked(&mut service, post(1)).0.status], [200, 200]);
        assert_eq!(service.received().count(), times);
    }
}

#[test]
fn a_body_that_is_too_large_and_a_wrong_key_are_refused() {
    let mut small = service(|of| of.body_bytes_max = Some(1000));
    assert_eq!(asked(&mut small, post(2)).0.status, 200);
    let (answer, events) = asked(&mut small, post(3));
    assert_eq!(answer.status, 413);
    assert_eq!(events, [Event::SinkRefused { service: "http_endpoint", host: CALLER, error: "413 Payload Too Large" }]);
    let mut closed = service(|of| of.access_key = Some("secret".into()));
    assert_eq!(asked(&mut closed, post(1)).0.status, 401);
    assert_eq!((small.received().count(), closed.received().count()), (1, 0));
}

#[test]
fn each_trouble_has_its_status() {
    let cases =
        [(Trouble::Throttle, 429), (Trouble::Unavailable, 503), (Trouble::Denied, 403), (Trouble::InternalError, 500)];
    let fault = |trouble| Fault { trouble, name: Some("partner".into()), operation: None, rate: 1.0 };
    for (trouble, status) in cases {
        let mut service = service(|_| {});
        service.inject(SimTime::ZERO, 1, fault(trouble), &mut Vec::new());
        assert_eq!(asked(&mut service, post(1)).0.status, status);
    }
    let mut service = service(|_| {});
    service.inject(SimTime::ZERO, 1, fault(Trouble::NoAnswer), &mut Vec::new());
    let (answer, _) = asked(&mut service, post(1));
    assert_eq!((HttpEndpoint::time_taken(&Ok(answer)), service.received().count()), (SimDuration::MAX, 1));
}

fn outside() -> HttpEndpoint {
    HttpEndpoint::new(Settings { outside: Names { are_all: true, ..Names::default() }, ..Settings::default() }, Seed(1))
}

/// What the caller is told of what came from outside, and whether records arrived.
fn told(service: &mut HttpEndpoint, came: &Came) -> (Option<Reply>, bool) {
    let mut events = Vec::new();
    let told = service.came(CallId(0), came, &mut events);
    (told, events.iter().any(|event| matches!(event, Event::RecordsArrived { .. })))
}

fn status(status: u16) -> Came {
    let (content_type, body) = (None, b"{}".to_vec());
    Came::Answer { status, content_type, is_encoded: false, has_length: true, is_error: false, body }
}

#[test]
fn an_endpoint_outside_is_asked_once_and_its_answer_is_what_the_caller_is_told() {
    for (came, arrives) in [(status(200), true), (status(503), false)] {
        let mut service = outside();
        let (answer, events) = asked(&mut service, post(3));
        assert_eq!((answer.took, events), (SimDuration::MAX, Vec::new()), "nothing is known yet");
        assert_eq!(service.outside.take(SimTime::from_secs(1)).len(), 1);
        let (told_once, has_arrived) = told(&mut service, &came);
        let Came::Answer { status, .. } = came else { panic!("an answer") };
        assert_eq!((told_once.and_then(Result::ok).map(|answer| answer.status), has_arrived), (Some(status), arrives));
        assert_eq!(told(&mut service, &came), (None, false), "it was answered");
    }
    for (came, why) in [(Came::Unreachable {}, Unreached::Refused), (Came::Broken {}, Unreached::Broken)] {
        let mut service = outside();
        asked(&mut service, post(1));
        assert_eq!(told(&mut service, &came), (Some(Err(why)), false));
    }
}

#[test]
fn a_fault_keeps_requests_from_an_endpoint_outside_or_its_answer_from_the_caller() {
    let mut service = outside();
    let fault = |trouble| Fault { trouble, name: None, operation: None, rate: 1.0 };
    service.inject(SimTime::ZERO, 1, fault(Trouble::Unavailable), &mut Vec::new());
    assert_eq!(asked(&mut service, post(1)).0.status, 503);
    assert!(service.outside.take(SimTime::from_secs(1)).is_empty());
    service.heal(SimTime::ZERO, 1, &mut Vec::new());
    service.inject(SimTime::ZERO, 2, fault(Trouble::NoAnswer), &mut Vec::new());
    asked(&mut service, post(1));
    assert_eq!(told(&mut service, &status(200)), (None, true), "the records are there all the same");
}
