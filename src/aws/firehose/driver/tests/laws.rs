//! What holds of every destination, whatever befalls its calls.

use super::*;
use crate::aws::firehose::pipeline::{HttpOutput, OpenSearchOutput, RedshiftOutput, Rotation, SplunkOutput};
use crate::aws::opensearch;

/// What a fault of calls is to a service.
type OfCalls = fn(CallFault) -> Fault;

fn destinations(retry: SimDuration) -> [(Destination, OfCalls); 5] {
    let redshift = RedshiftOutput {
        stage: stage(),
        cluster: "warehouse".into(),
        table: "clicks".into(),
        columns: "".into(),
        copy_options: "".into(),
        retry,
    };
    let opensearch = OpenSearchOutput {
        domain: "search".into(),
        index: "clicks".into(),
        rotation: Rotation::Never,
        is_id_given: true,
        hints: hints(),
        retry,
    };
    let splunk = SplunkOutput {
        collector: "siem".into(),
        is_event: false,
        token: "token".into(),
        acknowledgement: s(180),
        hints: hints(),
        retry,
    };
    let http = HttpOutput {
        endpoint: "partner".into(),
        access_key: None,
        attributes: [].into(),
        is_gzip: true,
        hints: hints(),
        retry,
    };
    [
        (Destination::S3(stage()), Fault::S3),
        (Destination::Redshift(redshift), Fault::Redshift),
        (Destination::OpenSearch(opensearch), |fault| Fault::OpenSearch(opensearch::Fault::Call(fault))),
        (Destination::Splunk(splunk), Fault::Splunk),
        (Destination::HttpEndpoint(http), Fault::HttpEndpoint),
    ]
}

const TROUBLES: [Trouble; 6] = [
    Trouble::Throttle,
    Trouble::InternalError,
    Trouble::Unavailable,
    Trouble::Denied,
    Trouble::NoAnswer,
    Trouble::NoAcknowledgement,
];

#[test]
fn every_record_is_delivered_or_failed_and_what_is_not_refused_at_all_arrives_once() {
    for retry in [s(0), s(60), s(3600)] {
        for (destination, of) in destinations(retry) {
            let mut calm = Bench::new(Default::default());
            assert!(calm.deliver(&destination, batch(20)).is_delivered());
            assert_eq!(calm.arrived(Output::Destination), (0..20).map(|ordinal| (ordinal, 1)).collect());
            for trouble in TROUBLES {
                for rate in [0.3, 0.7] {
                    let kind = destination.kind();
                    let mut bench = Bench::new(Default::default()).with(0, 99_999, of(calls(trouble, rate)));
                    let over = bench.deliver(&destination, batch(20));
                    let is_over = matches!(over.step, Step::Done { .. } | Step::Refused { .. });
                    assert!(is_over, "{kind}: {trouble:?} at {rate}");
                }
            }
        }
    }
}
