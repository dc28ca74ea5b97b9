//! What a delivery stream does with records, as its configuration says: source, stages, destination, backup.

use std::sync::Arc;

pub(crate) use super::chain::prefix::Prefix;
pub(crate) use super::chain::queries::Queries;
use crate::base::body::Coding;
use crate::base::event::{PutKind, SinkKind, Stage};
use crate::base::{SimDuration, StreamName};

/// A delivery stream's way, from where records come to where they go.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pipeline {
    /// Where records come from.
    pub source: Source,
    /// What becomes of them on their way.
    pub processing: Processing,
    /// Where they go.
    pub(crate) destination: Destination,
    /// Where copies of source records go, and what fails, when the destination is not S3 itself.
    pub(crate) backup: Backup,
}

/// The longest that an invocation of the function takes, with the pause before the next.
const FUNCTION_TRIES: SimDuration = SimDuration::from_secs(330);

impl Pipeline {
    /// Stages that records pass on their way or beside it, with when buffers before them are closed and how long they
    /// try their best.
    pub(crate) fn stages(&self) -> impl Iterator<Item = (Stage, Hints, SimDuration)> {
        let function = self.processing.function.as_ref();
        let function = function.map(|of| (Stage::Transform, of.hints, FUNCTION_TRIES * (of.retries + 1).into()));
        let others = [
            (Stage::Deliver, self.destination.tries_for()),
            (Stage::Errors, SimDuration::ZERO),
            (Stage::Backup, SimDuration::ZERO),
        ];
        function.into_iter().chain(others.map(|(stage, tries_for)| (stage, self.hints(stage), tries_for)))
    }
    /// When buffers before a stage are closed; the function's are of its own stage.
    pub(super) fn hints(&self, stage: Stage) -> Hints {
        match stage {
            Stage::Deliver => self.destination.hints(),
            Stage::Errors => self.errors().hints,
            _ => self.backup.to.hints,
        }
    }
    /// Where what fails goes: under the error prefix of S3 as destination, or else to the backup
    /// (<https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html>).
    pub(super) fn errors(&self) -> &S3Output {
        match &self.destination {
            Destination::S3(output) => output,
            _ => &self.backup.to,
        }
    }
}

/// Where records come from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    /// DirectPut.
    DirectPut,
    /// KinesisStreamAsSource.
    Stream(StreamName),
}

impl Source {
    /// How records come.
    pub(super) fn put_kind(&self) -> PutKind {
        match self {
            Self::DirectPut => PutKind::Direct,
            Self::Stream(_) => PutKind::Stream,
        }
    }
    /// The stream that it reads.
    pub(crate) fn stream(&self) -> Option<&StreamName> {
        match self {
            Self::DirectPut => None,
            Self::Stream(stream) => Some(stream),
        }
    }
}

/// BufferingHints: a buffer is closed when it holds so much, or when its first record is so old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hints {
    /// SizeInMBs, in bytes.
    pub size_bytes: u64,
    /// IntervalInSeconds.
    pub interval: SimDuration,
}

/// What becomes of records before they are delivered, in this order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Processing {
    /// Decompression of CloudWatch Logs.
    pub(crate) decompress: bool,
    /// RecordDeAggregation.
    pub(crate) deaggregate: Option<Deaggregation>,
    /// Lambda.
    pub(crate) function: Option<FunctionStage>,
    /// MetadataExtraction: names with their queries in jq.
    pub keys: Queries,
    /// DataFormatConversionConfiguration.
    pub convert: Option<Conversion>,
    /// AppendDelimiterToRecord.
    pub(crate) newline: bool,
}

/// RecordDeAggregation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deaggregation {
    /// JSON: values one after the other, on lines of their own or not.
    Json,
    /// DELIMITED: parts between these bytes.
    Delimited(Box<[u8]>),
}

/// The function that transforms records.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FunctionStage {
    /// The function's name.
    pub name: Arc<str>,
    /// BufferSizeInMBs and BufferIntervalInSeconds.
    pub hints: Hints,
    /// NumberOfRetries.
    pub retries: u32,
}

/// DataFormatConversionConfiguration: JSON to Parquet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Conversion {
    /// The columns of the table in Glue.
    pub(crate) columns: Arc<[(Box<str>, ColumnType)]>,
    /// Compression within the file.
    pub(crate) compression: ParquetCompression,
}

/// Types of columns, by Hive's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    String,
    Int,
    BigInt,
    Double,
    Boolean,
    Timestamp,
}

/// Compression of Parquet's pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ParquetCompression {
    Uncompressed,
    Gzip,
    #[default]
    Snappy,
}

/// Where records go.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Destination {
    /// ExtendedS3DestinationConfiguration.
    S3(S3Output),
    /// RedshiftDestinationConfiguration.
    Redshift(RedshiftOutput),
    /// AmazonopensearchserviceDestinationConfiguration, ElasticsearchDestinationConfiguration.
    OpenSearch(OpenSearchOutput),
    /// SplunkDestinationConfiguration.
    Splunk(SplunkOutput),
    /// HttpEndpointDestinationConfiguration.
    HttpEndpoint(HttpOutput),
}

impl Destination {
    /// Which kind it is.
    pub(crate) fn kind(&self) -> SinkKind {
        match self {
            Self::S3(_) => SinkKind::S3,
            Self::Redshift(_) => SinkKind::Redshift,
            Self::OpenSearch(_) => SinkKind::OpenSearch,
            Self::Splunk(_) => SinkKind::Splunk,
            Self::HttpEndpoint(_) => SinkKind::HttpEndpoint,
        }
    }
    /// How long records are tried before they go to the error output; S3 is tried for as long as they are held.
    pub(super) fn tries_for(&self) -> SimDuration {
        match self {
            Self::S3(_) => SimDuration::ZERO,
            Self::Redshift(output) => output.retry,
            Self::OpenSearch(output) => output.retry,
            Self::Splunk(output) => output.retry.saturating_add(output.acknowledgement),
            Self::HttpEndpoint(output) => output.retry,
        }
    }
    /// When its buffers are closed.
    pub(crate) fn hints(&self) -> Hints {
        match self {
            Self::S3(output) => output.hints,
            Self::Redshift(output) => output.stage.hints,
            Self::OpenSearch(output) => output.hints,
            Self::Splunk(output) => output.hints,
            Self::HttpEndpoint(output) => output.hints,
        }
    }
}

/// Objects in S3.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct S3Output {
    /// The bucket, by name.
    pub bucket: Arc<str>,
    /// Prefix, with its expressions.
    pub(crate) prefix: Prefix,
    /// ErrorOutputPrefix, with its expressions; empty when there is none.
    pub(crate) error_prefix: Prefix,
    /// FileExtension; what follows from the format when absent.
    pub extension: Option<Arc<str>>,
    /// CustomTimeZone, as an offset from UTC in minutes.
    pub(crate) offset_minutes: i32,
    /// CompressionFormat.
    pub coding: Coding,
    /// BufferingHints.
    pub hints: Hints,
    /// DynamicPartitioningConfiguration.
    pub(crate) partitioning: bool,
}

/// Rows of a table in Redshift.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RedshiftOutput {
    /// Where what is loaded lies.
    pub stage: S3Output,
    /// The cluster, by name.
    pub cluster: Arc<str>,
    /// DataTableName.
    pub table: Arc<str>,
    /// DataTableColumns; all of the table when empty.
    pub(crate) columns: Arc<str>,
    /// CopyOptions.
    pub(crate) copy_options: Arc<str>,
    /// RetryOptions: counts from the beginning of the first attempt.
    pub retry: SimDuration,
}

/// Documents of an index in OpenSearch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OpenSearchOutput {
    /// The domain, by name.
    pub(crate) domain: Arc<str>,
    /// IndexName.
    pub index: Arc<str>,
    /// IndexRotationPeriod.
    pub(crate) rotation: Rotation,
    /// Whether Firehose gives documents ids (FIREHOSE_DEFAULT) or the domain does (NO_DOCUMENT_ID).
    pub(crate) is_id_given: bool,
    /// BufferingHints.
    pub hints: Hints,
    /// RetryOptions: counts from the beginning of the first attempt.
    pub retry: SimDuration,
}

/// IndexRotationPeriod.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Rotation {
    Never,
    Hourly,
    #[default]
    Daily,
    Weekly,
    Monthly,
}

/// Events in Splunk.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SplunkOutput {
    /// The collector, by name.
    pub(crate) collector: Arc<str>,
    /// HECEndpointType: whether records are whole events, or raw text.
    pub(crate) is_event: bool,
    /// HECToken.
    pub token: Arc<str>,
    /// HECAcknowledgmentTimeoutInSeconds.
    pub(crate) acknowledgement: SimDuration,
    /// BufferingHints.
    pub hints: Hints,
    /// RetryOptions: counts from the first failure, without the time that acknowledgements are waited for.
    pub retry: SimDuration,
}

/// Requests to an HTTP endpoint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HttpOutput {
    /// The endpoint, by name.
    pub endpoint: Arc<str>,
    /// AccessKey.
    pub(crate) access_key: Option<Arc<str>>,
    /// CommonAttributes.
    pub attributes: Arc<[(Box<str>, Box<str>)]>,
    /// Whether ContentEncoding is GZIP.
    pub(crate) is_gzip: bool,
    /// BufferingHints.
    pub hints: Hints,
    /// RetryOptions: counts from the first failure.
    pub retry: SimDuration,
}

/// Where what fails goes, and copies of source records.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Backup {
    /// The bucket, prefixes and hints.
    pub to: S3Output,
    /// Whether all source records are copied (`AllData`, `AllDocuments`, `AllEvents`, or S3's own backup).
    pub(crate) is_of_all: bool,
}
