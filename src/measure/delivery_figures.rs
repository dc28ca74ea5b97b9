//! The figures of a delivery stream: what reports show and expectations name.

use schemars::JsonSchema;
use serde::Serialize;

/// A delivery stream's figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct DeliveryFigures {
    /// The stream that it reads, or `Direct PUT`.
    pub(crate) source: String,
    /// What kind of destination it has.
    pub(crate) destination: String,
    /// Records accepted: CloudWatch's IncomingRecords, or DataReadFromKinesisStream.Records.
    pub records_in: u64,
    /// Their bytes.
    pub(crate) bytes_in: u64,
    /// Bytes that are billed: each record in steps of 5 KB.
    pub(crate) bytes_billed: u64,
    /// Records of puts that were refused, each try counted: CloudWatch's ThrottledRecords.
    pub(crate) records_throttled: u64,
    /// PutRecord calls answered.
    pub(crate) put_record_calls: u64,
    /// Bytes accepted by PutRecord.
    pub(crate) put_record_bytes: u64,
    /// PutRecordBatch calls answered.
    pub(crate) put_batch_calls: u64,
    /// Records accepted by PutRecordBatch.
    pub(crate) put_batch_records: u64,
    /// Bytes accepted by PutRecordBatch.
    pub(crate) put_batch_bytes: u64,
    /// GetRecords calls of Firehose on the source that were refused for throughput: CloudWatch's ThrottledGetRecords.
    pub(crate) reads_throttled: u64,
    /// How far an answer of the source was behind its newest record, the farthest: CloudWatch's
    /// KinesisMillisBehindLatest.
    pub(crate) millis_behind_latest_max_ms: Option<u64>,
    /// Records that the function dropped.
    pub(crate) records_dropped: u64,
    /// Records that failed at any stage, and go to the error output.
    pub(crate) records_failed: u64,
    /// Those of them that did not fit the schema: CloudWatch's FailedConversion.Records.
    pub(crate) records_failed_conversion: u64,
    /// Those of them that would have needed a partition more than the quota allows.
    pub(crate) records_over_partitions: u64,
    /// Records that came to the error output.
    pub(crate) records_in_error_output: u64,
    /// Records that came to the destination, each counted once.
    pub records_delivered: u64,
    /// Records that came there once more.
    pub(crate) records_delivered_again: u64,
    /// Copies of source records in the backup.
    pub(crate) records_copied: u64,
    /// Records that were held for as long as they may be, and are lost.
    pub(crate) records_lost: u64,
    /// Records that are on their way at the end.
    pub records_waiting: u64,
    /// Age of the oldest of them at the end.
    pub(crate) oldest_waiting_ms: Option<u64>,
    /// Bytes that were delivered, before they are packed.
    pub(crate) bytes_delivered: u64,
    /// Batches for the destination: its objects, when that is S3.
    pub(crate) batches: u64,
    /// Calls to the destination, retries counted.
    pub(crate) delivery_attempts: u64,
    /// Those of them that failed.
    pub(crate) delivery_attempts_failed: u64,
    /// Records in those calls, retries counted.
    pub(crate) records_attempted: u64,
    /// Their bytes.
    pub(crate) bytes_attempted: u64,
    /// Batches that were delivered, at least in part.
    pub(crate) deliveries_succeeded: u64,
    /// COPY commands that failed.
    pub(crate) copies_failed: u64,
    /// Records in S3 that wait to be loaded from there, or were.
    pub(crate) records_staged: u64,
    /// Time from when the call was sent that delivered a batch until that was known, half of them took longer. Of
    /// Splunk, until the acknowledgement: CloudWatch's DeliveryToSplunk.DataAckLatency.
    pub(crate) delivery_time_p50_ms: Option<u64>,
    /// The same, the longest.
    pub(crate) delivery_time_max_ms: Option<u64>,
    /// Calls to S3 for error output and copies, retries counted.
    pub(crate) backup_attempts: u64,
    /// Those of them that failed.
    pub(crate) backup_attempts_failed: u64,
    /// Records of error output and copies that were put: CloudWatch's BackupToS3.Records.
    pub(crate) backup_records: u64,
    /// Their bytes, before they are packed.
    pub(crate) backup_bytes: u64,
    /// Age of the oldest record of such a put when it was done, the oldest.
    pub(crate) backup_freshness_max_ms: Option<u64>,
    /// Invocations of the function, retries counted.
    pub(crate) function_calls: u64,
    /// Those of them that failed: throttles, errors, time-outs.
    pub(crate) function_calls_failed: u64,
    /// Records that the function said are well or dropped: CloudWatch's SucceedProcessing.Records.
    pub(crate) records_transformed: u64,
    /// Bytes that it gave back: CloudWatch's SucceedProcessing.Bytes.
    pub(crate) bytes_transformed: u64,
    /// Time of an invocation, half of them took longer.
    pub(crate) function_time_p50_ms: Option<u64>,
    /// Time of an invocation, one in a hundred took longer.
    pub(crate) function_time_p99_ms: Option<u64>,
    /// Longest time of an invocation.
    pub(crate) function_time_max_ms: Option<u64>,
    /// Age of a delivery's oldest record when it was delivered, half were older: CloudWatch's DataFreshness.
    pub(crate) freshness_p50_ms: Option<u64>,
    /// The same, one in a hundred was older.
    pub(crate) freshness_p99_ms: Option<u64>,
    /// The same, the oldest.
    pub(crate) freshness_max_ms: Option<u64>,
    /// When that was delivered, from the start of the run.
    pub(crate) freshness_max_at_s: Option<f64>,
    /// Most partitions that were active at once.
    pub(crate) partitions_max: u64,
    /// How many may be; 0 where records are not partitioned.
    pub(crate) partitions_quota: u64,
}
