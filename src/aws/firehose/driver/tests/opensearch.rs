//! Documents of indices in OpenSearch.

use super::*;
use crate::aws::firehose::pipeline::{OpenSearchOutput, Rotation};
use crate::aws::opensearch::{self, DocumentFault, Request as ToOpenSearch};

fn destination(retry: SimDuration, is_id_given: bool) -> Destination {
    Destination::OpenSearch(OpenSearchOutput {
        domain: "search".into(),
        index: "clicks".into(),
        rotation: Rotation::Daily,
        is_id_given,
        hints: hints(),
        retry,
    })
}

fn whole(trouble: Trouble) -> Fault {
    Fault::OpenSearch(opensearch::Fault::Call(calls(trouble, 1.0)))
}

fn documents(is_for_good: bool, rate: f64) -> Fault {
    Fault::OpenSearch(opensearch::Fault::Documents(DocumentFault { domain: None, is_for_good, rate }))
}

fn sent(bench: &Bench) -> Vec<usize> {
    let count = |request: &Request| match request {
        Request::OpenSearch(ToOpenSearch::Bulk(bulk)) => bulk.documents.len(),
        other => panic!("{other:?}"),
    };
    bench.asked.iter().map(count).collect()
}

#[test]
fn a_batch_is_one_bulk_request_and_a_document_for_each_record() {
    let mut bench = Bench::new(Default::default());
    assert!(bench.deliver(&destination(s(300), true), batch(10)).is_delivered());
    assert_eq!((sent(&bench), bench.cloud.opensearch.documents().count()), (vec![10], 10));
}

#[test]
fn indices_rotate_at_midnight_by_the_arrival_of_each_record() {
    let mut bench = Bench::new(Default::default());
    // The run begins at 22:00.
    let mut batch = batch(2);
    (batch.records[0].arrived, batch.records[1].arrived) = (at(2 * 3600 - 1), at(2 * 3600));
    bench.now = at(2 * 3600 + 60);
    assert!(bench.deliver(&destination(s(300), true), batch).is_delivered());
    let indices: Vec<_> = bench.cloud.opensearch.documents().map(|(_, index, ..)| index).collect();
    assert_eq!(indices, ["clicks-2023-11-24", "clicks-2023-11-25"]);
}

#[test]
fn only_documents_that_were_refused_are_sent_again() {
    let mut bench = Bench::new(Default::default()).with(0, 9000, documents(false, 0.3));
    assert!(bench.deliver(&destination(s(300), true), batch(100)).is_delivered());
    let sent = sent(&bench);
    assert!(sent.len() > 3 && sent.windows(2).all(|two| two[1] <= two[0]) && sent[1] < 60, "{sent:?}");
    assert_eq!(bench.arrived(Output::Destination), (0..100).map(|ordinal| (ordinal, 1)).collect());
    assert!(bench.errors.iter().all(|error| *error == "429"));
}

#[test]
fn documents_that_never_fit_fail_after_the_duration_with_what_they_were_refused_for() {
    let mut bench = Bench::new(Default::default()).with(0, 9000, documents(true, 0.2));
    let over = bench.deliver(&destination(s(300), true), batch(100));
    let failed = over.failed();
    assert!((5..40).contains(&failed.len()));
    assert_eq!(bench.arrived(Output::Destination).len() + failed.len(), 100);
    let one = &failed[0];
    assert_eq!((one.error, one.is_kept), ("400", true));
    assert_eq!(&*one.message, r#"{"reason":"failed to parse","type":"mapper_parsing_exception"}"#);
    let key = over.batch.records[one.index].key(DeliveryId(0)).to_string();
    let besides =
        [("esDocumentId", key.into()), ("esIndexName", "clicks-2023-11-24".into()), ("esTypeName", "".into())];
    assert_eq!(one.besides, besides);
    let (first, last) = (bench.attempts[0], bench.attempts[bench.attempts.len() - 1]);
    assert!(last.since(first) <= s(300) && bench.now.since(first) < s(301) && bench.attempts.len() > 5);
}

#[test]
fn each_error_of_the_whole_request_is_tried_again_and_then_told_of_each_document() {
    let cases = [
        (Trouble::Throttle, "429"),
        (Trouble::Unavailable, "503"),
        (Trouble::Denied, "403"),
        (Trouble::InternalError, "500"),
        (Trouble::NoAnswer, "504"),
    ];
    for (trouble, code) in cases {
        let mut healed = Bench::new(Default::default()).with(0, 130, whole(trouble));
        assert!(healed.deliver(&destination(s(300), true), batch(10)).is_delivered(), "{trouble:?}");
        assert!(!healed.errors.is_empty() && healed.errors.iter().all(|error| *error == code), "{trouble:?}");
        let mut bench = Bench::new(Default::default()).with(0, 9000, whole(trouble));
        let over = bench.deliver(&destination(s(300), true), batch(10));
        assert!(over.failed().len() == 10 && over.failed().iter().all(|failed| failed.error == code), "{trouble:?}");
    }
}

#[test]
fn a_repetition_replaces_documents_with_ids_and_doubles_those_without() {
    for (is_id_given, times) in [(true, 1), (false, 2)] {
        let mut bench = Bench::new(Default::default()).with(0, 101, whole(Trouble::NoAnswer));
        assert!(bench.deliver(&destination(s(300), is_id_given), batch(10)).is_delivered());
        assert_eq!(bench.cloud.opensearch.documents().count(), 10 * times as usize);
        assert_eq!(bench.arrived(Output::Destination), (0..10).map(|ordinal| (ordinal, times)).collect());
    }
}

#[test]
fn the_duration_includes_the_first_attempt() {
    // An attempt that is not answered takes a minute; the first pause is a second, the next two.
    for (duration, attempts) in [(0, 1), (60, 1), (61, 2), (122, 2), (123, 3)] {
        let mut bench = Bench::new(Default::default()).with(0, 9000, whole(Trouble::NoAnswer));
        bench.deliver(&destination(s(duration), true), batch(1));
        assert_eq!(bench.attempts.len(), attempts, "{duration} s");
    }
}

#[test]
fn the_error_record_of_a_document_without_an_id_has_none() {
    let mut bench = Bench::new(Default::default()).with(0, 9000, whole(Trouble::Denied));
    let over = bench.deliver(&destination(s(0), false), batch(1));
    assert_eq!(over.failed()[0].besides[0], ("esDocumentId", "".into()));
}
