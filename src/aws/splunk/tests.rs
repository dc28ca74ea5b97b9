//! The promises of the collectors.

use super::*;
use crate::base::{DeliveryId, Holds, Seed};
use crate::world::CallId;

const CALLER: HostId = HostId(9);

fn at(s: u64) -> SimTime {
    SimTime::from_secs(s)
}

fn post(records: &[Payload], is_event: bool) -> Request {
    Request::Post(Post {
        collector: "siem".into(),
        is_event,
        token: "token".into(),
        channel: Channel(1),
        records: records.into(),
        holds: Holds::of(DeliveryId(0), (0..records.len() as u64).map(|n| (0, n, 0))),
        call: CallId(0),
    })
}

fn one() -> Request {
    post(&[Payload::Synthetic { seed: 1, len: 9 }], false)
}

fn acks(ids: &[u64]) -> Request {
    let (collector, token) = ("siem".into(), "token".into());
    Request::Acks(Acks { collector, token, channel: Channel(1), ids: ids.into(), call: CallId(0) })
}

fn service(change: impl FnOnce(&mut Collector)) -> Splunk {
    let s = SimDuration::from_secs;
    let mut collector = Collector { indexing: (s(10), s(10)), ..Collector::default() };
    change(&mut collector);
    Splunk::new(Settings { others: collector, ..Settings::default() }, Seed(1))
}

fn asked(service: &mut Splunk, now: SimTime, request: Request) -> Reply {
    service.handle(now, CALLER, request, &mut Vec::new())
}

fn troubled(service: &mut Splunk, trouble: Trouble) {
    let fault = Fault { trouble, name: Some("siem".into()), operation: None, rate: 1.0 };
    service.inject(SimTime::ZERO, 1, fault, &mut Vec::new());
}

#[test]
fn a_post_is_acknowledged_when_it_is_indexed_and_that_is_told_once() {
    let mut service = service(|_| {});
    assert_eq!(asked(&mut service, at(0), one()), Ok(Response::Taken { id: 0 }));
    assert_eq!(asked(&mut service, at(5), one()), Ok(Response::Taken { id: 1 }));
    let told = |first, second| Ok(Response::Acks([(0, first), (1, second)].into()));
    assert_eq!(asked(&mut service, at(9), acks(&[0, 1])), told(false, false));
    assert_eq!(asked(&mut service, at(10), acks(&[0, 1])), told(true, false));
    assert_eq!(asked(&mut service, at(20), acks(&[0, 1])), told(false, true));
    let indexed: Vec<_> = service.indexed().map(|(collector, of)| (collector, of.at, of.data.len())).collect();
    assert_eq!(indexed, [("siem", at(0), 9), ("siem", at(5), 9)], "both are there, whatever was told");
}

#[test]
fn an_acknowledgement_that_a_fault_takes_never_comes_though_the_record_is_there() {
    let mut service = service(|_| {});
    troubled(&mut service, Trouble::NoAcknowledgement);
    assert_eq!(asked(&mut service, at(0), one()), Ok(Response::Taken { id: 0 }));
    assert_eq!(asked(&mut service, at(10_000), acks(&[0])), Ok(Response::Acks([(0, false)].into())));
    assert_eq!(service.indexed().count(), 1);
}

#[test]
fn what_a_collector_does_not_take_is_refused() {
    let text = |text: &str| Payload::from(text.as_bytes().to_vec());
    let cases = [
        (service(|of| of.token = Some("another".into())), one(), Error::InvalidToken),
        (service(|of| of.has_acknowledgement = false), one(), Error::AckDisabled),
        (service(|_| {}), post(&[], false), Error::NoData),
        (service(|_| {}), post(&[text("{\"event\":1}"), text("plain")], true), Error::InvalidDataFormat),
        (service(|_| {}), post(&[text("{\"other\":1}")], true), Error::InvalidDataFormat),
        (service(|_| {}), acks(&[1]), Error::InvalidChannel),
    ];
    for (mut service, request, error) in cases {
        let mut events = Vec::new();
        assert_eq!(service.handle(at(0), CALLER, request, &mut events), Err(error.clone()));
        assert_eq!(events, [Event::SinkRefused { service: "splunk", host: CALLER, error: error.code() }]);
        assert_eq!(service.indexed().count(), 0, "all or nothing");
    }
    assert!(asked(&mut service(|_| {}), at(0), post(&[text("{\"event\":1}")], true)).is_ok());
    assert!(asked(&mut service(|_| {}), at(0), post(&[text("plain")], false)).is_ok());
}

#[test]
fn each_trouble_is_told_by_its_name() {
    let cases = [
        (Trouble::Throttle, Error::ServerBusy),
        (Trouble::Unavailable, Error::Unavailable),
        (Trouble::Denied, Error::InvalidToken),
        (Trouble::InternalError, Error::Internal),
    ];
    for (trouble, error) in cases {
        let mut service = service(|_| {});
        troubled(&mut service, trouble);
        assert_eq!(asked(&mut service, at(0), one()), Err(error));
    }
    let mut service = service(|_| {});
    troubled(&mut service, Trouble::NoAnswer);
    let reply = asked(&mut service, at(0), one());
    assert_eq!((Splunk::time_taken(&reply), service.indexed().count()), (SimDuration::MAX, 1));
}

#[test]
fn a_collector_outside_is_asked_and_what_it_answers_is_what_the_caller_is_told() {
    let outside = Names { are_all: true, ..Names::default() };
    let mut service = Splunk::new(Settings { outside, ..Settings::default() }, Seed(1));
    let answer = |body: &str| {
        let (content_type, body) = (None, body.as_bytes().to_vec());
        Came::Answer { status: 200, content_type, is_encoded: false, has_length: true, is_error: false, body }
    };
    let taken = answer(r#"{"text":"Success","code":0,"ackId":3}"#);
    let mut events = Vec::new();
    assert_eq!(asked(&mut service, at(0), one()), Ok(Response::Nothing));
    assert_eq!(service.outside.take(at(0)).len(), 1);
    assert_eq!(service.came(CallId(0), &taken, &mut events), Some(Ok(Response::Taken { id: 3 })));
    assert!(matches!(events[..], [Event::RecordsArrived { .. }]), "{events:?}");
    assert_eq!(asked(&mut service, at(1), acks(&[3])), Ok(Response::Nothing));
    let acks_told = service.came(CallId(0), &answer(r#"{"acks":{"3":true}}"#), &mut events);
    assert_eq!(acks_told, Some(Ok(Response::Acks([(3, true)].into()))));
    assert_eq!(asked(&mut service, at(2), one()), Ok(Response::Nothing));
    assert_eq!(service.came(CallId(0), &Came::Unreachable {}, &mut events), Some(Err(Error::Unreachable)));

    troubled(&mut service, Trouble::NoAcknowledgement);
    assert_eq!(asked(&mut service, at(3), one()), Ok(Response::Nothing));
    let Some(Ok(Response::Taken { id })) = service.came(CallId(0), &taken, &mut events) else { panic!("it is taken") };
    service.outside.take(at(3));
    assert_eq!(asked(&mut service, at(9), acks(&[id])), Ok(Response::Acks([(id, false)].into())));
    assert!(service.outside.take(at(9)).is_empty(), "the collector is not asked");
}
