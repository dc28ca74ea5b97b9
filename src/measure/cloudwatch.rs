//! Which figure each of CloudWatch's metrics is: the report's legends, the endpoint's metrics and the list in the
//! documentation come from these tables.
//!
//! Names, units and statistics are those of
//! <https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html>,
//! <https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-kcl.html>,
//! <https://docs.aws.amazon.com/firehose/latest/dev/cloudwatch-metrics.html> and
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html>. Periods are not
//! modelled: a sum is that of the whole run, a maximum its largest value.

use super::delivery_figures::DeliveryFigures;
use super::figures::{ConsumerFigures, ShardFigures, StreamFigures, TableFigures, rounded};
use crate::base::event::{PutKind, SinkKind};

/// The statistic of a metric that a figure gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// Over the whole run.
    Sum,
    /// The largest value of the run.
    Maximum,
    /// The mean of all samples, of which each is 0 or 1.
    Average,
    /// What holds at the end.
    Last,
}

impl Statistic {
    /// Returns CloudWatch's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sum => "Sum",
            Self::Maximum => "Maximum",
            Self::Average => "Average",
            Self::Last => "last value",
        }
    }
}

/// A metric, and where in the figures `F` its value stands.
pub struct Metric<F> {
    /// CloudWatch's name.
    pub name: &'static str,
    /// Which statistic of it is given.
    pub statistic: Statistic,
    /// What it counts.
    pub counts: &'static str,
    value: fn(&F) -> Option<f64>,
}

impl<F> Metric<F> {
    /// Returns the metric's value; `None` when nothing was seen of it.
    pub fn value(&self, of: &F) -> Option<f64> {
        (self.value)(of)
    }
}

/// Metrics that share a namespace and dimensions.
pub struct Family<F: 'static> {
    /// CloudWatch's namespace; an application's own name stands for the KCL's.
    pub namespace: &'static str,
    /// Names of the dimensions.
    pub dimensions: &'static [&'static str],
    /// The metrics, in order of their names.
    pub metrics: &'static [Metric<F>],
}

/// Makes a module with a constant for each metric, and the family of all.
macro_rules! metrics {
    ($(#[$doc:meta])* $family:ident of $figures:ty, $namespace:literal by $dimensions:expr => {
        $($key:ident = $name:literal $statistic:ident, $counts:literal, $value:expr;)*
    }) => {
        $(#[$doc])*
        pub mod $family {
            use super::*;
            $(
                #[doc = concat!($name, ": ", $counts, ".")]
                pub const $key: Metric<$figures> =
                    Metric { name: $name, statistic: Statistic::$statistic, counts: $counts, value: $value };
            )*
            /// All of them.
            pub const FAMILY: Family<$figures> =
                Family { namespace: $namespace, dimensions: &$dimensions, metrics: &[$($key),*] };
        }
    };
}

metrics! {
    /// Metrics of a stream.
    stream of StreamFigures, "AWS/Kinesis" by ["StreamName"] => {
        GET_RECORDS_SUCCESS = "GetRecords.Success" Sum, "GetRecords calls answered", |of| some(of.get_records_calls);
        INCOMING_BYTES = "IncomingBytes" Sum, "bytes acknowledged, data and partition keys", |of| some(of.bytes_acked);
        INCOMING_RECORDS = "IncomingRecords" Sum, "records acknowledged", |of| some(of.records_acked);
        READ_THROTTLED = "ReadProvisionedThroughputExceeded" Sum, "GetRecords calls refused for throughput",
            |of| some(of.reads_throttled);
        WRITE_THROTTLED = "WriteProvisionedThroughputExceeded" Sum,
            "records refused for throughput, each try counted", |of| some(of.records_throttled);
    }
}

metrics! {
    /// Metrics of a shard (enhanced monitoring).
    shard of ShardFigures, "AWS/Kinesis" by ["StreamName", "ShardId"] => {
        INCOMING_BYTES = "IncomingBytes" Sum, "bytes acknowledged, data and partition keys", |of| some(of.bytes_acked);
        INCOMING_RECORDS = "IncomingRecords" Sum, "records acknowledged", |of| some(of.records_acked);
        READ_THROTTLED = "ReadProvisionedThroughputExceeded" Sum, "GetRecords calls refused for throughput",
            |of| some(of.reads_throttled);
        WRITE_THROTTLED = "WriteProvisionedThroughputExceeded" Sum,
            "records refused for throughput, each try counted", |of| some(of.records_throttled);
    }
}

metrics! {
    /// Metrics of a consumer, as the KCL publishes them.
    consumer of ConsumerFigures, "KCL" by ["Application"] => {
        ITERATORS_EXPIRED = "ExpiredIterator" Sum, "GetRecords calls refused for the iterator's age",
            |of| some(of.iterators_expired);
        ITERATOR_AGE = "GetRecords.IteratorAgeMilliseconds" Maximum,
            "age of the last record of an answer, and of records that wait for one", |of| seen(of.iterator_age_max_ms);
        LOST_LEASES = "LostLeases" Sum, "leases that a worker found to be no longer its own", |of| some(of.leases_lost);
        BEHIND_LATEST = "MillisBehindLatest" Maximum, "how far an answer was behind the newest record",
            |of| seen(of.millis_behind_latest_max_ms);
        RECORDS_PROCESSED = "RecordsProcessed" Sum, "records that a record processor finished, each time counted",
            |of| some(of.records_processed);
        RENEWALS_FAILED = "RenewLease.Success" Sum, "renewals that failed: those that CloudWatch shows as 0",
            |of| some(of.renewals_failed);
    }
}

metrics! {
    /// Metrics of a table.
    table of TableFigures, "AWS/DynamoDB" by ["TableName"] => {
        CONDITIONS_FAILED = "ConditionalCheckFailedRequests" Sum, "conditional writes whose condition was false",
            |of| some(of.conditions_failed);
        READ_UNITS = "ConsumedReadCapacityUnits" Sum, "read units", |of| Some(of.read_units_consumed);
        WRITE_UNITS = "ConsumedWriteCapacityUnits" Sum, "write units", |of| some(of.write_units_consumed);
        READ_PROVISIONED = "ProvisionedReadCapacityUnits" Last, "read units a second, 0 when on demand",
            |of| some(of.read_units_provisioned);
        WRITE_PROVISIONED = "ProvisionedWriteCapacityUnits" Last, "write units a second, 0 when on demand",
            |of| some(of.write_units_provisioned);
        READ_THROTTLED = "ReadThrottleEvents" Sum, "reads that were throttled", |of| some(of.read_throttled);
        WRITE_THROTTLED = "WriteThrottleEvents" Sum, "writes that were throttled", |of| some(of.write_throttled);
    }
}

metrics! {
    /// Metrics of a delivery stream. A destination's, and those of a source, are of delivery streams that have it. Not
    /// here: latencies of Firehose's own operations, and what refuses a listing of the source.
    delivery of DeliveryFigures, "AWS/Firehose" by ["DeliveryStreamName"] => {
        ACTIVE_PARTITIONS_LIMIT = "ActivePartitionsLimit" Last, "partitions that may be active at once",
            |of| partitioned(of, of.partitions_quota);
        BACKUP_BYTES = "BackupToS3.Bytes" Sum, "bytes of error output and copies, before they are packed",
            |of| backed_up(of, of.backup_bytes);
        BACKUP_FRESHNESS = "BackupToS3.DataFreshness" Maximum, "age of the oldest record of a put to the backup",
            |of| seen(of.backup_freshness_max_ms);
        BACKUP_RECORDS = "BackupToS3.Records" Sum, "records of error output and copies",
            |of| backed_up(of, of.backup_records);
        BACKUP_SUCCESS = "BackupToS3.Success" Average, "puts to the backup that succeeded, of all",
            |of| share(of.backup_attempts.saturating_sub(of.backup_attempts_failed), of.backup_attempts);
        SOURCE_BYTES = "DataReadFromKinesisStream.Bytes" Sum, "bytes read from the source",
            |of| sourced(of, of.bytes_in);
        SOURCE_RECORDS = "DataReadFromKinesisStream.Records" Sum, "records read from the source",
            |of| sourced(of, of.records_in);
        OPENSEARCH_BYTES = "DeliveryToAmazonOpenSearchService.Bytes" Sum, "bytes indexed",
            |of| to(of, SinkKind::OpenSearch, some(of.bytes_delivered));
        OPENSEARCH_FRESHNESS = "DeliveryToAmazonOpenSearchService.DataFreshness" Maximum,
            "age of the oldest record that is not delivered", |of| to(of, SinkKind::OpenSearch, freshness(of));
        OPENSEARCH_RECORDS = "DeliveryToAmazonOpenSearchService.Records" Sum, "records indexed, each once",
            |of| to(of, SinkKind::OpenSearch, some(of.records_delivered));
        OPENSEARCH_SUCCESS = "DeliveryToAmazonOpenSearchService.Success" Average,
            "records indexed, of all in bulk requests", |of| to(of, SinkKind::OpenSearch, of_records(of));
        HTTP_BYTES = "DeliveryToHttpEndpoint.Bytes" Sum, "bytes delivered",
            |of| to(of, SinkKind::HttpEndpoint, some(of.bytes_delivered));
        HTTP_FRESHNESS = "DeliveryToHttpEndpoint.DataFreshness" Maximum,
            "age of the oldest record that is not delivered", |of| to(of, SinkKind::HttpEndpoint, freshness(of));
        HTTP_PROCESSED_BYTES = "DeliveryToHttpEndpoint.ProcessedBytes" Sum, "bytes in requests, retries counted",
            |of| to(of, SinkKind::HttpEndpoint, some(of.bytes_attempted));
        HTTP_PROCESSED_RECORDS = "DeliveryToHttpEndpoint.ProcessedRecords" Sum, "records in requests, retries counted",
            |of| to(of, SinkKind::HttpEndpoint, some(of.records_attempted));
        HTTP_RECORDS = "DeliveryToHttpEndpoint.Records" Sum, "records delivered, each once",
            |of| to(of, SinkKind::HttpEndpoint, some(of.records_delivered));
        HTTP_SUCCESS = "DeliveryToHttpEndpoint.Success" Average, "requests that succeeded, of all",
            |of| to(of, SinkKind::HttpEndpoint, of_calls(of));
        REDSHIFT_BYTES = "DeliveryToRedshift.Bytes" Sum, "bytes loaded",
            |of| to(of, SinkKind::Redshift, some(of.bytes_delivered));
        REDSHIFT_RECORDS = "DeliveryToRedshift.Records" Sum, "records loaded, each once",
            |of| to(of, SinkKind::Redshift, some(of.records_delivered));
        REDSHIFT_SUCCESS = "DeliveryToRedshift.Success" Average, "COPY commands that succeeded, of all",
            |of| to(of, SinkKind::Redshift, share(of.deliveries_succeeded, of.deliveries_succeeded + of.copies_failed));
        S3_BYTES = "DeliveryToS3.Bytes" Sum, "bytes delivered, before they are packed",
            |of| to(of, SinkKind::S3, some(of.bytes_delivered));
        S3_FRESHNESS = "DeliveryToS3.DataFreshness" Maximum, "age of the oldest record that is not delivered",
            |of| to(of, SinkKind::S3, freshness(of));
        S3_OBJECTS = "DeliveryToS3.ObjectCount" Sum, "objects delivered",
            |of| to(of, SinkKind::S3, some(of.deliveries_succeeded));
        S3_RECORDS = "DeliveryToS3.Records" Sum, "records delivered, each once; on the way to Redshift, staged",
            |of| to(of, SinkKind::S3, some(of.records_delivered))
                .or(to(of, SinkKind::Redshift, some(of.records_staged)));
        S3_SUCCESS = "DeliveryToS3.Success" Average, "puts that succeeded, of all",
            |of| to(of, SinkKind::S3, of_calls(of));
        SPLUNK_BYTES = "DeliveryToSplunk.Bytes" Sum, "bytes acknowledged",
            |of| to(of, SinkKind::Splunk, some(of.bytes_delivered));
        SPLUNK_ACK_LATENCY = "DeliveryToSplunk.DataAckLatency" Maximum, "time until events were acknowledged",
            |of| to(of, SinkKind::Splunk, seen(of.delivery_time_max_ms));
        SPLUNK_FRESHNESS = "DeliveryToSplunk.DataFreshness" Maximum, "age of the oldest record that is not delivered",
            |of| to(of, SinkKind::Splunk, freshness(of));
        SPLUNK_RECORDS = "DeliveryToSplunk.Records" Sum, "records indexed, each once",
            |of| to(of, SinkKind::Splunk, some(of.records_delivered));
        SPLUNK_SUCCESS = "DeliveryToSplunk.Success" Average, "records acknowledged, of all in posts",
            |of| to(of, SinkKind::Splunk, of_records(of));
        PROCESSING_DURATION = "ExecuteProcessing.Duration" Maximum, "time of an invocation of the function",
            |of| seen(of.function_time_max_ms);
        PROCESSING_SUCCESS = "ExecuteProcessing.Success" Average, "invocations that succeeded, of all",
            |of| share(of.function_calls.saturating_sub(of.function_calls_failed), of.function_calls);
        CONVERSION_FAILED = "FailedConversion.Records" Sum, "records that do not fit the schema",
            |of| (of.records_failed_conversion > 0).then_some(of.records_failed_conversion as f64);
        INCOMING_BYTES = "IncomingBytes" Sum, "bytes accepted", |of| put(of, of.bytes_in);
        INCOMING_PUTS = "IncomingPutRequests" Sum, "PutRecord and PutRecordBatch calls answered",
            |of| put(of, of.put_record_calls + of.put_batch_calls);
        INCOMING_RECORDS = "IncomingRecords" Sum, "records accepted", |of| put(of, of.records_in);
        BEHIND_LATEST = "KinesisMillisBehindLatest" Maximum,
            "how far an answer of the source was behind its newest record", |of| seen(of.millis_behind_latest_max_ms);
        PARTITIONS = "PartitionCount" Maximum, "partitions that were active at once",
            |of| partitioned(of, of.partitions_max);
        PARTITIONS_EXCEEDED = "PartitionCountExceeded" Maximum, "1 when records found no partition, or 0",
            |of| partitioned(of, u64::from(of.records_over_partitions > 0));
        PUT_RECORD_BYTES = "PutRecord.Bytes" Sum, "bytes accepted by PutRecord", |of| put(of, of.put_record_bytes);
        PUT_RECORD_REQUESTS = "PutRecord.Requests" Sum, "PutRecord calls answered", |of| put(of, of.put_record_calls);
        PUT_BATCH_BYTES = "PutRecordBatch.Bytes" Sum, "bytes accepted by PutRecordBatch",
            |of| put(of, of.put_batch_bytes);
        PUT_BATCH_RECORDS = "PutRecordBatch.Records" Sum, "records accepted by PutRecordBatch",
            |of| put(of, of.put_batch_records);
        PUT_BATCH_REQUESTS = "PutRecordBatch.Requests" Sum, "PutRecordBatch calls answered",
            |of| put(of, of.put_batch_calls);
        PROCESSED_BYTES = "SucceedProcessing.Bytes" Sum, "bytes that the function gave back",
            |of| transformed(of, of.bytes_transformed);
        PROCESSED_RECORDS = "SucceedProcessing.Records" Sum, "records that the function said are well, or dropped",
            |of| transformed(of, of.records_transformed);
        THROTTLED_GET_RECORDS = "ThrottledGetRecords" Sum, "GetRecords calls on the source refused for throughput",
            |of| sourced(of, of.reads_throttled);
        THROTTLED_RECORDS = "ThrottledRecords" Sum, "records refused for throughput or by a fault, each try counted",
            |of| put(of, of.records_throttled);
    }
}

const fn some(count: u64) -> Option<f64> {
    Some(count as f64)
}

fn seen(count: Option<u64>) -> Option<f64> {
    count.map(|count| count as f64)
}

/// Of delivery streams with this kind of destination.
fn to(of: &DeliveryFigures, kind: SinkKind, value: Option<f64>) -> Option<f64> {
    value.filter(|_| of.destination == kind.as_str())
}

/// Of delivery streams that are put to.
fn put(of: &DeliveryFigures, count: u64) -> Option<f64> {
    (of.source == PutKind::Direct.as_str()).then_some(count as f64)
}

/// Of delivery streams that read a stream.
fn sourced(of: &DeliveryFigures, count: u64) -> Option<f64> {
    (of.source != PutKind::Direct.as_str()).then_some(count as f64)
}

fn partitioned(of: &DeliveryFigures, count: u64) -> Option<f64> {
    (of.partitions_quota > 0).then_some(count as f64)
}

fn backed_up(of: &DeliveryFigures, count: u64) -> Option<f64> {
    (of.backup_attempts > 0).then_some(count as f64)
}

fn transformed(of: &DeliveryFigures, count: u64) -> Option<f64> {
    (of.function_calls > 0).then_some(count as f64)
}

/// What was delivered when it was old, or waits at the end.
fn freshness(of: &DeliveryFigures) -> Option<f64> {
    seen(of.freshness_max_ms.max(of.oldest_waiting_ms))
}

fn of_calls(of: &DeliveryFigures) -> Option<f64> {
    share(of.delivery_attempts.saturating_sub(of.delivery_attempts_failed), of.delivery_attempts)
}

fn of_records(of: &DeliveryFigures) -> Option<f64> {
    share(of.records_delivered.min(of.records_attempted), of.records_attempted)
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| rounded(part as f64 / whole as f64, 10_000.0))
}

/// Returns the list of all metrics, as the documentation has it.
pub fn listed() -> String {
    let mut text = "| namespace | metric | by | statistic | what it counts |\n|---|---|---|---|---|\n".to_owned();
    list(&stream::FAMILY, &mut text);
    list(&shard::FAMILY, &mut text);
    list(&consumer::FAMILY, &mut text);
    list(&table::FAMILY, &mut text);
    list(&delivery::FAMILY, &mut text);
    text
}

fn list<F>(family: &Family<F>, text: &mut String) {
    for metric in family.metrics {
        let by = family.dimensions.join(", ");
        let Metric { name, statistic, counts, .. } = metric;
        text.push_str(&format!("| {} | `{name}` | {by} | {} | {counts} |\n", family.namespace, statistic.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_sorted<F>(family: &Family<F>) -> bool {
        family.metrics.is_sorted_by(|a, b| a.name < b.name)
    }

    #[test]
    fn every_metric_is_listed_once_in_its_family() {
        assert!(is_sorted(&stream::FAMILY) && is_sorted(&shard::FAMILY));
        assert!(is_sorted(&consumer::FAMILY) && is_sorted(&table::FAMILY));
        assert!(is_sorted(&delivery::FAMILY));
        assert!(listed().lines().count() > 20, "a line each");
    }

    #[test]
    fn a_metric_tells_its_own_figure() {
        let figures = StreamFigures { records_acked: 7, bytes_acked: 9, records_throttled: 2, ..Default::default() };
        assert_eq!(stream::INCOMING_RECORDS.value(&figures), Some(7.0));
        assert_eq!(stream::INCOMING_BYTES.value(&figures), Some(9.0));
        assert_eq!(stream::WRITE_THROTTLED.value(&figures), Some(2.0));
        assert_eq!(consumer::ITERATOR_AGE.value(&ConsumerFigures::default()), None, "nothing was read");
    }
}
