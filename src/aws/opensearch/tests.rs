//! The promises of the domains.

use super::*;
use crate::aws::protocol::fault_points;
use crate::base::{DeliveryId, RecordKey, Seed};
use crate::world::CallId;

const CALLER: HostId = HostId(9);

fn bulk(is_id_given: bool, count: u64) -> Request {
    let document = |ordinal| Document {
        index: "clicks".into(),
        source: Payload::Synthetic { seed: ordinal as u32, len: 100 },
        record: RecordKey { delivery: DeliveryId(0), lane: 0, ordinal, part: 0 },
    };
    let documents = (0..count).map(document).collect();
    Request::Bulk(Bulk { domain: "search".into(), is_id_given, documents, call: CallId(0) })
}

fn asked(service: &mut OpenSearch, request: Request) -> (Reply, Vec<Event>) {
    let mut events = Vec::new();
    (service.handle(SimTime::ZERO, CALLER, request, &mut events), events)
}

fn refused(reply: &Reply) -> &[RefusedDocument] {
    match reply {
        Ok(Response::Indexed { refused, .. }) => refused,
        other => panic!("{other:?}"),
    }
}

fn service() -> OpenSearch {
    OpenSearch::new(Settings::default(), Seed(1))
}

#[test]
fn a_repeated_document_with_an_id_replaces_and_one_without_doubles() {
    for (is_id_given, documents, arrived_again) in [(true, 5, 0), (false, 10, 1)] {
        let mut service = service();
        let (first, events) = asked(&mut service, bulk(is_id_given, 5));
        assert!(refused(&first).is_empty());
        assert!(matches!(events[..], [Event::RecordsArrived { output: Output::Destination, from: 0, to: 5, .. }]));
        let (_, again) = asked(&mut service, bulk(is_id_given, 5));
        assert_eq!((service.documents().count(), again.len()), (documents, arrived_again));
    }
}

#[test]
fn given_bytes_must_be_a_json_object() {
    for (text, is_taken) in [("{\"a\": 1}", true), (" {}\n", true), ("[1]", false), ("{", false), ("plain", false)] {
        let Request::Bulk(mut bulk) = bulk(true, 1);
        let source = Payload::from(text.as_bytes().to_vec());
        bulk.documents = [Document { source, ..bulk.documents[0].clone() }].into();
        let mut service = service();
        let (reply, _) = asked(&mut service, Request::Bulk(bulk));
        assert_eq!(refused(&reply).is_empty(), is_taken, "{text}");
        assert_eq!(service.documents().count(), usize::from(is_taken), "{text}");
    }
}

#[test]
fn documents_are_refused_at_the_rate_of_a_fault_and_the_others_are_indexed() {
    for (is_for_good, status) in [(false, 429), (true, 400)] {
        let (mut service, mut events) = (service(), Vec::new());
        let fault = DocumentFault { domain: Some("search".into()), is_for_good, rate: 0.3 };
        service.inject(SimTime::ZERO, 1, Fault::Documents(fault), &mut events);
        let of = |reply: &Reply| refused(reply).iter().map(|of| (of.at, of.status)).collect::<Vec<_>>();
        let (first, told) = asked(&mut service, bulk(true, 200));
        let first = of(&first);
        assert!((30..90).contains(&first.len()) && first.iter().all(|of| of.1 == status), "{first:?}");
        assert_eq!(service.documents().count(), 200 - first.len());
        assert!(told.iter().any(|event| matches!(event, Event::SinkRefused { service: "opensearch", .. })));
        let (again, _) = asked(&mut service, bulk(true, 200));
        assert_eq!(of(&again) == first, is_for_good, "only what is wrong in itself is refused again and again");
        service.heal(SimTime::ZERO, 1, &mut events);
        assert_eq!(events, [], "it met documents");
        assert!(refused(&asked(&mut service, bulk(true, 200)).0).is_empty());
    }
}

#[test]
fn a_fault_of_documents_that_met_none_says_so() {
    let (mut service, mut events) = (service(), Vec::new());
    let fault = DocumentFault { domain: Some("another".into()), is_for_good: false, rate: 1.0 };
    service.inject(SimTime::ZERO, 1, Fault::Documents(fault), &mut events);
    assert!(refused(&asked(&mut service, bulk(true, 5)).0).is_empty());
    service.heal(SimTime::ZERO, 1, &mut events);
    assert_eq!(events, [Event::FaultMissed { fault: 1 }]);
}

#[test]
fn each_trouble_of_whole_requests_is_told_by_its_name() {
    let cases = [
        (Trouble::Throttle, Some(Error::TooManyRequests)),
        (Trouble::Unavailable, Some(Error::ServiceUnavailable)),
        (Trouble::Denied, Some(Error::Forbidden)),
        (Trouble::InternalError, Some(Error::Internal)),
        (Trouble::NoAnswer, None),
    ];
    for (trouble, error) in cases {
        let (mut service, mut events) = (service(), Vec::new());
        let fault = fault_points::Fault { trouble, name: None, operation: None, rate: 1.0 };
        service.inject(SimTime::ZERO, 1, Fault::Call(fault), &mut events);
        let (reply, _) = asked(&mut service, bulk(true, 5));
        match error {
            Some(error) => assert_eq!(reply, Err(error)),
            None => assert_eq!((OpenSearch::time_taken(&reply), service.documents().count()), (SimDuration::MAX, 5)),
        }
    }
}

#[test]
fn a_domain_outside_tells_which_documents_it_refused_and_the_others_have_arrived() {
    let outside = Names { are_all: true, ..Names::default() };
    let mut service = OpenSearch::new(Settings { outside, ..Settings::default() }, Seed(1));
    let ask = |service: &mut OpenSearch| {
        assert_eq!(asked(service, bulk(true, 3)), (Ok(Response::Nothing), Vec::new()));
        assert_eq!(service.outside.take(SimTime::ZERO).len(), 1);
    };
    ask(&mut service);
    let body =
        br#"{"errors":true,"items":[{"index":{"status":201}},{"index":{"status":400}},{"index":{"status":201}}]}"#;
    let (content_type, body) = (None, body.to_vec());
    let came = Came::Answer { status: 200, content_type, is_encoded: false, has_length: true, is_error: false, body };
    let mut events = Vec::new();
    let told = service.came(CallId(0), &came, &mut events).expect("an answer");
    assert_eq!(refused(&told).iter().map(|of| (of.at, of.status)).collect::<Vec<_>>(), [(1, 400)]);
    let arrived = events.iter().filter_map(|event| match event {
        Event::RecordsArrived { from, to, .. } => Some((*from, *to)),
        _ => None,
    });
    assert_eq!(arrived.collect::<Vec<_>>(), [(0, 1), (2, 3)]);
    ask(&mut service);
    let told = service.came(CallId(0), &Came::Unreachable {}, &mut events);
    assert_eq!(told, Some(Err(Error::ServiceUnavailable)));
}
