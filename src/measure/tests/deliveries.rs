//! Figures of delivery streams, and the metrics that CloudWatch has of them.

use super::*;
use crate::aws::FIREHOSE;
use crate::base::DeliveryId;
use crate::base::event::{FailedAs, IngestRefusal, Output, PutKind, SinkKind, Stage};
use crate::measure::cloudwatch::delivery as metric;

const LAKE: DeliveryId = DeliveryId(0);
/// Metrics of the namespace AWS/Firehose as
/// <https://docs.aws.amazon.com/firehose/latest/dev/cloudwatch-metrics.html> lists them, as far as a run tells them.
const NAMES: [&str; 48] = [
    "ActivePartitionsLimit",
    "BackupToS3.Bytes",
    "BackupToS3.DataFreshness",
    "BackupToS3.Records",
    "BackupToS3.Success",
    "DataReadFromKinesisStream.Bytes",
    "DataReadFromKinesisStream.Records",
    "DeliveryToAmazonOpenSearchService.Bytes",
    "DeliveryToAmazonOpenSearchService.DataFreshness",
    "DeliveryToAmazonOpenSearchService.Records",
    "DeliveryToAmazonOpenSearchService.Success",
    "DeliveryToHttpEndpoint.Bytes",
    "DeliveryToHttpEndpoint.DataFreshness",
    "DeliveryToHttpEndpoint.ProcessedBytes",
    "DeliveryToHttpEndpoint.ProcessedRecords",
    "DeliveryToHttpEndpoint.Records",
    "DeliveryToHttpEndpoint.Success",
    "DeliveryToRedshift.Bytes",
    "DeliveryToRedshift.Records",
    "DeliveryToRedshift.Success",
    "DeliveryToS3.Bytes",
    "DeliveryToS3.DataFreshness",
    "DeliveryToS3.ObjectCount",
    "DeliveryToS3.Records",
    "DeliveryToS3.Success",
    "DeliveryToSplunk.Bytes",
    "DeliveryToSplunk.DataAckLatency",
    "DeliveryToSplunk.DataFreshness",
    "DeliveryToSplunk.Records",
    "DeliveryToSplunk.Success",
    "ExecuteProcessing.Duration",
    "ExecuteProcessing.Success",
    "FailedConversion.Records",
    "IncomingBytes",
    "IncomingPutRequests",
    "IncomingRecords",
    "KinesisMillisBehindLatest",
    "PartitionCount",
    "PartitionCountExceeded",
    "PutRecord.Bytes",
    "PutRecord.Requests",
    "PutRecordBatch.Bytes",
    "PutRecordBatch.Records",
    "PutRecordBatch.Requests",
    "SucceedProcessing.Bytes",
    "SucceedProcessing.Records",
    "ThrottledGetRecords",
    "ThrottledRecords",
];

/// What CloudWatch has of a delivery stream `lake` after these events of so many seconds.
fn metrics(stream: Option<&str>, sink: SinkKind, events: impl IntoIterator<Item = (u64, Event)>) -> Figured {
    let stream = stream.map(|name| name.parse().expect("a name"));
    let put = if stream.is_some() { PutKind::Stream } else { PutKind::Direct };
    let mut measures = measures();
    let declared = Event::DeliveryDeclared { delivery: LAKE, name: "lake".into(), put, stream, sink };
    declarations().into_iter().chain([declared]).for_each(|event| measures.on(SimTime::ZERO, &event));
    for (second, event) in events {
        measures.on(SimTime::from_secs(second), &event);
    }
    Figured(measures.figures().deliveries["lake"].clone())
}

struct Figured(DeliveryFigures);

impl Figured {
    fn value(&self, name: &str) -> Option<f64> {
        let metric = metric::FAMILY.metrics.iter().find(|metric| metric.name == name);
        metric.unwrap_or_else(|| panic!("no metric is called {name}")).value(&self.0)
    }
    fn values<const N: usize>(&self, names: [&str; N]) -> [Option<f64>; N] {
        names.map(|name| self.value(name))
    }
}

fn put(is_batch: bool, from: u64, to: u64, failed: u32) -> [Event; 2] {
    let (delivery, host, bytes, records) = (LAKE, WEB, 100 * (to - from), (to - from) as u32 + failed);
    [
        Event::DeliveryPutAnswered { delivery, host, is_batch, records, failed, bytes },
        Event::DeliveryAccepted {
            delivery,
            lane: 0,
            from,
            to,
            bytes,
            billed_bytes: bytes,
            host: Some(WEB),
            age: SimDuration::ZERO,
        },
    ]
}

fn attempted(records: u32, attempt: u32) -> Event {
    let (delivery, bytes) = (LAKE, 100 * u64::from(records));
    Event::DeliveryAttempted { delivery, lane: 0, stage: Stage::Deliver, records, bytes, attempt }
}

fn attempt_failed(records: u32, error: &'static str) -> Event {
    Event::DeliveryAttemptFailed { delivery: LAKE, lane: 0, stage: Stage::Deliver, records, attempt: 1, error }
}

fn succeeded(stage: Stage, records: u32, age_s: u64, took_s: u64) -> Event {
    let (age_max, took) = (SimDuration::from_secs(age_s), SimDuration::from_secs(took_s));
    let (delivery, bytes) = (LAKE, 100 * u64::from(records));
    Event::DeliverySucceeded { delivery, lane: 0, stage, records, bytes, age_max, took, had_failed: false }
}

fn arrived(output: Output, from: u64, to: u64) -> Event {
    Event::RecordsArrived { delivery: LAKE, output, lane: 0, from, to, part: 0 }
}

#[test]
fn every_metric_of_firehose_has_cloudwatchs_name() {
    let names: Vec<&str> = metric::FAMILY.metrics.iter().map(|metric| metric.name).collect();
    assert_eq!(names, NAMES);
    assert_eq!((metric::FAMILY.namespace, metric::FAMILY.dimensions), ("AWS/Firehose", &["DeliveryStreamName"][..]));
}

#[test]
fn puts_are_counted_by_operation_and_what_is_refused_beside_them() {
    let why = IngestRefusal::Quota;
    let refused = Event::DeliveryRefused { delivery: LAKE, host: WEB, records: 2, bytes: 200, why };
    let events = put(false, 0, 1, 0).into_iter().chain(put(true, 1, 9, 2)).chain([refused]);
    let of = metrics(None, SinkKind::S3, events.map(|event| (1, event)));
    let names = ["IncomingRecords", "IncomingBytes", "IncomingPutRequests", "ThrottledRecords"];
    assert_eq!(of.values(names), [9.0, 900.0, 2.0, 2.0].map(Some));
    let names = ["PutRecord.Requests", "PutRecord.Bytes", "PutRecordBatch.Requests", "PutRecordBatch.Records"];
    assert_eq!(of.values(names), [1.0, 100.0, 1.0, 8.0].map(Some));
    let of_others = ["DataReadFromKinesisStream.Records", "ThrottledGetRecords", "DeliveryToRedshift.Records"];
    assert_eq!(of.values(of_others), [None; 3], "nothing is told of what it has not");
}

#[test]
fn freshness_is_the_age_of_what_was_delivered_last_or_waits_longest() {
    let [_, early] = put(true, 0, 5, 0);
    let [_, late] = put(true, 5, 9, 0);
    let delivery = [
        (61, attempted(5, 1)),
        (62, attempt_failed(5, "S3.SlowDown")),
        (64, attempted(5, 2)),
        (65, arrived(Output::Destination, 0, 5)),
        (65, succeeded(Stage::Deliver, 5, 64, 1)),
    ];
    let run = |until: u64| {
        let events = [(1, early.clone())].into_iter().chain(delivery.clone()).chain([(100, late.clone())]);
        metrics(None, SinkKind::S3, events.chain([(until, Event::FaultsHealed {})]))
    };
    let names = ["DeliveryToS3.Records", "DeliveryToS3.Bytes", "DeliveryToS3.Success", "DeliveryToS3.ObjectCount"];
    assert_eq!(run(110).values(names), [5.0, 500.0, 0.5, 1.0].map(Some));
    assert_eq!(run(110).value("DeliveryToS3.DataFreshness"), Some(64_000.0));
    assert_eq!(run(400).value("DeliveryToS3.DataFreshness"), Some(300_000.0), "what waits grows old");
}

#[test]
fn a_source_is_read_by_firehose_alone() {
    let read = |host, behind_latest_ms| Event::RecordsRead {
        stream: STREAM,
        shard: S0,
        host,
        from: 0,
        to: 1,
        size_bytes: 100,
        behind_latest_ms,
        iterator_age_ms: 0,
        iterator_lived: SimDuration::ZERO,
    };
    let refused = |host| Event::ReadRefused { stream: STREAM, shard: S0, host, reason: ReadRefusal::CallRate };
    let taken = Event::DeliveryAccepted {
        delivery: LAKE,
        lane: 0,
        from: 0,
        to: 1,
        bytes: 100,
        billed_bytes: 5120,
        host: None,
        age: SimDuration::ZERO,
    };
    let events = [read(FIREHOSE, 1500), read(ONE, 9000), refused(FIREHOSE), refused(ONE), refused(ONE), taken];
    let of = metrics(Some("clicks"), SinkKind::S3, events.map(|event| (1, event)));
    let names = ["DataReadFromKinesisStream.Records", "KinesisMillisBehindLatest", "ThrottledGetRecords"];
    assert_eq!(of.values(names), [1.0, 1500.0, 1.0].map(Some));
    assert_eq!(of.value("IncomingRecords"), None, "nothing is put to it");
}

#[test]
fn a_function_and_a_backup_have_their_own() {
    let invoked = |failed: bool| {
        let (stage, records, attempt, error) = (Stage::Transform, 10, 1, "Lambda.FunctionTimedOut");
        match failed {
            true => Event::DeliveryAttemptFailed { delivery: LAKE, lane: 0, stage, records, attempt, error },
            false => Event::DeliveryAttempted { delivery: LAKE, lane: 0, stage, records, bytes: 1000, attempt },
        }
    };
    let returned = Event::FunctionReturned {
        delivery: LAKE,
        lane: 0,
        ok: 7,
        dropped: 2,
        failed: 1,
        sent_bytes: 1000,
        returned_bytes: 1400,
        took: SimDuration::from_millis(250),
    };
    let kept =
        Event::DeliveryAttempted { delivery: LAKE, lane: 0, stage: Stage::Errors, records: 1, bytes: 100, attempt: 1 };
    let events = [invoked(false), invoked(true), invoked(false), returned, kept, succeeded(Stage::Errors, 1, 300, 1)];
    let of = metrics(None, SinkKind::S3, events.map(|event| (1, event)));
    let names = ["ExecuteProcessing.Duration", "ExecuteProcessing.Success", "SucceedProcessing.Records"];
    assert_eq!(of.values(names), [250.0, 0.5, 9.0].map(Some));
    assert_eq!(
        of.values(["BackupToS3.Records", "BackupToS3.Bytes", "BackupToS3.Success"]),
        [1.0, 100.0, 1.0].map(Some)
    );
    assert_eq!(of.value("BackupToS3.DataFreshness"), Some(300_000.0));
}

#[test]
fn each_destination_has_its_own_success() {
    let events = [
        attempted(10, 1),
        arrived(Output::Staged, 0, 10),
        attempted(10, 2),
        attempt_failed(10, "Redshift.ConnectionFailed"),
        attempted(10, 3),
        succeeded(Stage::Deliver, 10, 400, 30),
        arrived(Output::Destination, 0, 10),
    ];
    let run = |sink| metrics(None, sink, events.clone().map(|event| (1, event)));
    let redshift = ["DeliveryToRedshift.Success", "DeliveryToRedshift.Records", "DeliveryToS3.Records"];
    assert_eq!(run(SinkKind::Redshift).values(redshift), [0.5, 10.0, 10.0].map(Some), "of COPY commands");
    let splunk = ["DeliveryToSplunk.Success", "DeliveryToSplunk.DataAckLatency", "DeliveryToSplunk.Records"];
    assert_eq!(run(SinkKind::Splunk).values(splunk), [0.3333, 30_000.0, 10.0].map(Some), "of records");
    let http = ["DeliveryToHttpEndpoint.Success", "DeliveryToHttpEndpoint.ProcessedRecords"];
    assert_eq!(run(SinkKind::HttpEndpoint).values(http), [0.6667, 30.0].map(Some), "of requests");
    let opensearch = ["DeliveryToAmazonOpenSearchService.Bytes", "DeliveryToAmazonOpenSearchService.DataFreshness"];
    assert_eq!(run(SinkKind::OpenSearch).values(opensearch), [1000.0, 400_000.0].map(Some));
}

#[test]
fn partitions_are_held_against_their_quota() {
    let active = Event::PartitionsActive { delivery: LAKE, active: 500, quota: 500 };
    let error = "DynamicPartitioning.ActivePartitionsLimitExceeded";
    let (failed_as, is_kept) = (FailedAs::Partitioning, true);
    let failed = Event::RecordsFailed { delivery: LAKE, lane: 0, from: 0, to: 3, part: 0, failed_as, error, is_kept };
    let names = ["PartitionCount", "ActivePartitionsLimit", "PartitionCountExceeded"];
    let run = |events: &[Event]| metrics(None, SinkKind::S3, events.iter().cloned().map(|event| (1, event)));
    assert_eq!(run(&[]).values(names), [None; 3], "where nothing is partitioned");
    assert_eq!(run(std::slice::from_ref(&active)).values(names), [500.0, 500.0, 0.0].map(Some));
    assert_eq!(run(&[active, failed]).values(names), [500.0, 500.0, 1.0].map(Some));
}

#[test]
fn a_window_counts_its_own_part_of_a_delivery_stream() {
    let mut windowed = Windowed::new(Window::Between(SimTime::from_secs(10), SimTime::from_secs(20)), measures());
    let put_kind = PutKind::Direct;
    let (name, sink) = ("lake".into(), SinkKind::S3);
    let declared = Event::DeliveryDeclared { delivery: LAKE, name, put: put_kind, stream: None, sink };
    windowed.on(SimTime::ZERO, &declared);
    for (second, [_, taken]) in [(1, put(true, 0, 5, 0)), (12, put(true, 5, 7, 0)), (30, put(true, 7, 30, 0))] {
        windowed.on(SimTime::from_secs(second), &taken);
    }
    let figures = windowed.inner().expect("the window was there").figures();
    let lake = &figures.deliveries["lake"];
    assert_eq!((lake.records_in, lake.records_waiting), (2, 7), "those from before it are still on their way");
}
