//! The configuration that a pipeline was made of: what is described of a delivery stream that a scenario set up.

use super::document::{Document, fill, set};
use super::kind::Kind;
use super::said::Configuration;
use super::zones;
use crate::aws::firehose::pipeline::{
    Backup, Conversion, Deaggregation, Destination, FunctionStage, Hints, HttpOutput, OpenSearchOutput,
    ParquetCompression, Pipeline, Processing, RedshiftOutput, Rotation, S3Output, SplunkOutput,
};
use crate::aws::protocol::value::Value;
use crate::base::SimDuration;
use crate::base::body::Coding;
use crate::base::units::MIB;

/// What the ARNs of a configuration say of where things are.
#[derive(Clone, Copy)]
pub(in crate::aws::firehose) struct Places<'a> {
    pub(in crate::aws::firehose) account: &'a str,
    pub(in crate::aws::firehose) region: &'a str,
    /// The delivery stream.
    pub(in crate::aws::firehose) name: &'a str,
}

/// The table of Glue, as `DATABASE.TABLE`, that a delivery stream's columns are said to be of.
pub(in crate::aws::firehose) fn conversion_table(name: &str) -> Box<str> {
    format!("kinesim.{name}").into()
}

impl Places<'_> {
    pub(in crate::aws::firehose) fn role(self) -> String {
        format!("arn:aws:iam::{}:role/kinesim", self.account)
    }
}

impl Configuration {
    /// The configuration of a pipeline.
    pub(in crate::aws::firehose) fn of_pipeline(pipeline: &Pipeline, at: Places<'_>) -> Self {
        let Pipeline { processing, destination, backup, .. } = pipeline;
        let (kind, mut document) = match destination {
            Destination::S3(output) => (Kind::S3, extended_s3(output, processing, backup, at)),
            Destination::Redshift(output) => (Kind::Redshift, redshift(output, backup, at)),
            Destination::OpenSearch(output) => (Kind::OpenSearch, opensearch(output, at)),
            Destination::Splunk(output) => (Kind::Splunk, splunk(output)),
            Destination::HttpEndpoint(output) => (Kind::HttpEndpoint, http_endpoint(output)),
        };
        let modes = match destination {
            Destination::S3(_) | Destination::Redshift(_) => ["Disabled", "Enabled"],
            Destination::OpenSearch(_) => ["FailedDocumentsOnly", "AllDocuments"],
            Destination::Splunk(_) => ["FailedEventsOnly", "AllEvents"],
            Destination::HttpEndpoint(_) => ["FailedDataOnly", "AllData"],
        };
        set(&mut document, "S3BackupMode", modes[usize::from(backup.is_of_all)].into());
        // The others have their S3 configuration already.
        if !matches!(destination, Destination::S3(_)) {
            fill(&mut document, [("S3Configuration", s3(&backup.to, at))]);
        }
        set(&mut document, "ProcessingConfiguration", processors(processing, at));
        Self { kind, document }.filled()
    }
}

fn hints(hints: Hints) -> Document {
    Value::structure([
        ("SizeInMBs", hints.size_bytes.div_ceil(MIB).max(1).into()),
        ("IntervalInSeconds", seconds(hints.interval)),
    ])
}
fn seconds(time: SimDuration) -> Document {
    (time.as_nanos() / 1_000_000_000).into()
}
fn retry(time: SimDuration) -> Document {
    Value::structure([("DurationInSeconds", seconds(time))])
}
fn text(text: &str) -> Document {
    text.to_owned().into()
}
fn some_text(of: &str) -> Document {
    if of.is_empty() { Value::Null } else { text(of) }
}

fn s3(output: &S3Output, at: Places<'_>) -> Document {
    let format = match output.coding {
        Coding::Plain => "UNCOMPRESSED",
        Coding::Gzip => "GZIP",
        Coding::Zip => "ZIP",
        Coding::Snappy => "Snappy",
        Coding::HadoopSnappy => "HADOOP_SNAPPY",
    };
    Value::structure([
        ("RoleARN", at.role().into()),
        ("BucketARN", format!("arn:aws:s3:::{}", output.bucket).into()),
        ("Prefix", some_text(output.prefix.as_str())),
        ("ErrorOutputPrefix", some_text(output.error_prefix.as_str())),
        ("BufferingHints", hints(output.hints)),
        ("CompressionFormat", format.into()),
    ])
}

fn extended_s3(output: &S3Output, processing: &Processing, backup: &Backup, at: Places<'_>) -> Document {
    let mut document = s3(output, at);
    if backup.is_of_all {
        set(&mut document, "S3BackupConfiguration", s3(&backup.to, at));
    }
    if let Some(convert) = &processing.convert {
        set(&mut document, "DataFormatConversionConfiguration", conversion(convert, at));
    }
    if output.partitioning {
        set(&mut document, "DynamicPartitioningConfiguration", Value::structure([("Enabled", true.into())]));
    }
    if let Some(extension) = &output.extension {
        set(&mut document, "FileExtension", text(extension));
    }
    let zone = Some(output.offset_minutes).filter(|minutes| *minutes != 0).and_then(zones::zone_at);
    if let Some(zone) = zone {
        set(&mut document, "CustomTimeZone", zone.into());
    }
    document
}

fn conversion(convert: &Conversion, at: Places<'_>) -> Document {
    let format = match convert.compression {
        ParquetCompression::Uncompressed => "UNCOMPRESSED",
        ParquetCompression::Gzip => "GZIP",
        ParquetCompression::Snappy => "SNAPPY",
    };
    let schema = Value::structure([
        ("RoleARN", at.role().into()),
        ("DatabaseName", "kinesim".into()),
        ("TableName", text(at.name)),
        ("Region", text(at.region)),
        ("VersionId", "LATEST".into()),
    ]);
    let reader = Value::structure([("OpenXJsonSerDe", Value::structure([]))]);
    let writer = Value::structure([("ParquetSerDe", Value::structure([("Compression", format.into())]))]);
    Value::structure([
        ("SchemaConfiguration", schema),
        ("InputFormatConfiguration", Value::structure([("Deserializer", reader)])),
        ("OutputFormatConfiguration", Value::structure([("Serializer", writer)])),
        ("Enabled", true.into()),
    ])
}

fn redshift(output: &RedshiftOutput, backup: &Backup, at: Places<'_>) -> Document {
    let host = format!("{}.kinesim.{}.redshift.amazonaws.com", output.cluster, at.region);
    let copy = Value::structure([
        ("DataTableName", text(&output.table)),
        ("DataTableColumns", some_text(&output.columns)),
        ("CopyOptions", some_text(&output.copy_options)),
    ]);
    Value::structure([
        ("RoleARN", at.role().into()),
        ("ClusterJDBCURL", format!("jdbc:redshift://{host}:5439/dev").into()),
        ("CopyCommand", copy),
        ("Username", "kinesim".into()),
        ("Password", "kinesim".into()),
        ("RetryOptions", retry(output.retry)),
        ("S3Configuration", s3(&output.stage, at)),
        ("S3BackupConfiguration", if backup.is_of_all { s3(&backup.to, at) } else { Value::Null }),
    ])
}

fn opensearch(output: &OpenSearchOutput, at: Places<'_>) -> Document {
    let rotation = match output.rotation {
        Rotation::Never => "NoRotation",
        Rotation::Hourly => "OneHour",
        Rotation::Daily => "OneDay",
        Rotation::Weekly => "OneWeek",
        Rotation::Monthly => "OneMonth",
    };
    let format = if output.is_id_given { "FIREHOSE_DEFAULT" } else { "NO_DOCUMENT_ID" };
    Value::structure([
        ("RoleARN", at.role().into()),
        ("DomainARN", format!("arn:aws:es:{}:{}:domain/{}", at.region, at.account, output.domain).into()),
        ("IndexName", text(&output.index)),
        ("IndexRotationPeriod", rotation.into()),
        ("BufferingHints", hints(output.hints)),
        ("RetryOptions", retry(output.retry)),
        ("DocumentIdOptions", Value::structure([("DefaultDocumentIdFormat", format.into())])),
    ])
}

fn splunk(output: &SplunkOutput) -> Document {
    Value::structure([
        ("HECEndpoint", format!("https://{}:8088", output.collector).into()),
        ("HECEndpointType", if output.is_event { "Event" } else { "Raw" }.into()),
        ("HECToken", text(&output.token)),
        ("HECAcknowledgmentTimeoutInSeconds", seconds(output.acknowledgement)),
        ("RetryOptions", retry(output.retry)),
        ("BufferingHints", hints(output.hints)),
    ])
}

fn http_endpoint(output: &HttpOutput) -> Document {
    let attribute = |(name, value): &(Box<str>, Box<str>)| {
        Value::structure([("AttributeName", text(name)), ("AttributeValue", text(value))])
    };
    let attributes = Some(Value::list(output.attributes.iter().map(attribute)));
    let endpoint = Value::structure([
        ("Url", format!("https://{}/", output.endpoint).into()),
        ("Name", text(&output.endpoint)),
        ("AccessKey", output.access_key.as_deref().map(str::to_owned).into()),
    ]);
    let request = Value::structure([
        ("ContentEncoding", if output.is_gzip { "GZIP" } else { "NONE" }.into()),
        ("CommonAttributes", attributes.filter(|_| !output.attributes.is_empty()).unwrap_or(Value::Null)),
    ]);
    Value::structure([
        ("EndpointConfiguration", endpoint),
        ("RequestConfiguration", request),
        ("BufferingHints", hints(output.hints)),
        ("RetryOptions", retry(output.retry)),
    ])
}

fn processors(processing: &Processing, at: Places<'_>) -> Document {
    let mut all = Vec::new();
    if processing.decompress {
        all.push(processor("Decompression", &[("CompressionFormat", "GZIP".to_owned())]));
    }
    match &processing.deaggregate {
        Some(Deaggregation::Json) => {
            all.push(processor("RecordDeAggregation", &[("SubRecordType", "JSON".to_owned())]));
        }
        Some(Deaggregation::Delimited(bytes)) => {
            let bytes = base64_simd::STANDARD.encode_to_string(bytes);
            let parameters = [("SubRecordType", "DELIMITED".to_owned()), ("Delimiter", bytes)];
            all.push(processor("RecordDeAggregation", &parameters));
        }
        None => {}
    }
    all.extend(processing.function.as_ref().map(|function| of_function(function, at)));
    if !processing.keys.written().is_empty() {
        let queries: Vec<_> = processing.keys.written().iter().map(|(name, query)| format!("{name}:{query}")).collect();
        let query = format!("{{{}}}", queries.join(","));
        let engine = ("JsonParsingEngine", "JQ-1.6".to_owned());
        all.push(processor("MetadataExtraction", &[("MetadataExtractionQuery", query), engine]));
    }
    if processing.newline {
        all.push(processor("AppendDelimiterToRecord", &[]));
    }
    Value::structure([("Enabled", (!all.is_empty()).into()), ("Processors", Value::List(all))])
}

fn of_function(function: &FunctionStage, at: Places<'_>) -> Document {
    let megabytes = function.hints.size_bytes as f64 / MIB as f64;
    let seconds = function.hints.interval.as_nanos() / 1_000_000_000;
    let arn = format!("arn:aws:lambda:{}:{}:function:{}", at.region, at.account, function.name);
    let parameters = [
        ("LambdaArn", arn),
        ("NumberOfRetries", function.retries.to_string()),
        ("RoleArn", at.role()),
        ("BufferSizeInMBs", megabytes.to_string()),
        ("BufferIntervalInSeconds", seconds.to_string()),
    ];
    processor("Lambda", &parameters)
}

fn processor(kind: &'static str, parameters: &[(&'static str, String)]) -> Document {
    let parameter = |(name, value): &(&'static str, String)| {
        Value::structure([("ParameterName", (*name).into()), ("ParameterValue", value.clone().into())])
    };
    Value::structure([("Type", kind.into()), ("Parameters", Value::list(parameters.iter().map(parameter)))])
}
