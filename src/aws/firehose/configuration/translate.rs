//! What a configuration means: the pipeline that the engine carries out.

use std::collections::BTreeMap;

use super::document::{Document, Problem, is_on, number, text};
use super::kind::Kind;
use super::said::Configuration;
use super::{processing, rules, zones};
use crate::aws::firehose::api::Columns;
use crate::aws::firehose::chain::check::check;
use crate::aws::firehose::chain::prefix::{Prefix, PrefixError};
use crate::aws::firehose::pipeline::{
    Backup, Conversion, Destination, Hints, HttpOutput, OpenSearchOutput, ParquetCompression, Pipeline, Processing,
    RedshiftOutput, Rotation, S3Output, Source, SplunkOutput,
};
use crate::aws::protocol::value::Value;
use crate::base::SimDuration;
use crate::base::body::Coding;
use crate::base::units::MIB;

/// Columns of tables, by `DATABASE.TABLE`: what Glue would tell.
pub(in crate::aws::firehose) type Tables = BTreeMap<Box<str>, Columns>;

/// The pipeline of a delivery stream.
///
/// # Errors
/// What contradicts what, or cannot be done here.
pub(in crate::aws::firehose) fn pipeline(
    source: Source,
    configuration: &Configuration,
    tables: &Tables,
) -> Result<Pipeline, Problem> {
    let Configuration { kind, document } = configuration;
    rules::check(*kind, document)?;
    let mut stages = processing::stages(document, if *kind == Kind::Splunk { 0.25 } else { 1.0 })?;
    if !stages.keys.written().is_empty() && !is_partitioned(document) {
        return Err("MetadataExtraction processor can only be present when Dynamic Partitioning is enabled.".into());
    }
    stages.convert = conversion(document, tables)?;
    let destination = destination(*kind, document, &stages)?;
    let backup = backup(document, &destination)?;
    let pipeline = Pipeline { source, processing: stages, backup, destination };
    check(&pipeline).map_err(|unusable| unusable.to_string())?;
    Ok(pipeline)
}

fn destination(kind: Kind, document: &Document, stages: &Processing) -> Result<Destination, Problem> {
    Ok(match kind {
        Kind::S3 => Destination::S3(s3(document, stages)?),
        Kind::Redshift => Destination::Redshift(redshift(document)?),
        Kind::OpenSearch | Kind::Elasticsearch => Destination::OpenSearch(opensearch(document)),
        Kind::Splunk => Destination::Splunk(splunk(document)),
        Kind::HttpEndpoint => Destination::HttpEndpoint(http_endpoint(document)),
    })
}

fn prefix(text: &str) -> Result<Prefix, Problem> {
    text.parse().map_err(|error: PrefixError| error.to_string().into())
}
fn of<'a>(document: &'a Document, name: &str) -> &'a str {
    text(document, name).unwrap_or_default()
}
fn part<'a>(document: &'a Document, name: &str) -> &'a Document {
    document.get(name).unwrap_or(&Value::Null)
}
fn seconds(document: &Document, name: &str) -> SimDuration {
    SimDuration::from_secs(number(document, name).unwrap_or_default())
}
fn hints(document: &Document) -> Hints {
    let hints = part(document, "BufferingHints");
    Hints {
        size_bytes: number(hints, "SizeInMBs").unwrap_or_default() * MIB,
        interval: seconds(hints, "IntervalInSeconds"),
    }
}
fn retry(document: &Document) -> SimDuration {
    seconds(part(document, "RetryOptions"), "DurationInSeconds")
}
fn is_partitioned(document: &Document) -> bool {
    is_on(part(document, "DynamicPartitioningConfiguration"), "Enabled")
}
/// What stands between `//` and a port or path: what a thing is known by that has no other name.
fn host(url: &str) -> &str {
    let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
    rest.split([':', '/', '?']).next().unwrap_or_default()
}

fn s3(document: &Document, stages: &Processing) -> Result<S3Output, Problem> {
    let partitioning = is_partitioned(document);
    if partitioning && stages.keys.written().is_empty() && stages.function.is_none() {
        return Err("Dynamic Partitioning needs a MetadataExtraction or Lambda processor that is enabled".into());
    }
    let zone = of(document, "CustomTimeZone");
    let offset_minutes = match zone {
        "" => 0,
        zone => zones::offset_minutes(zone)
            .ok_or_else(|| format!("kinesim knows no time zone {zone}, only some without summer time"))?,
    };
    Ok(S3Output {
        bucket: of(document, "BucketARN").rsplit_once(":::").map_or("", |(_, bucket)| bucket).into(),
        prefix: prefix(of(document, "Prefix"))?,
        error_prefix: prefix(of(document, "ErrorOutputPrefix"))?,
        extension: text(document, "FileExtension").filter(|extension| !extension.is_empty()).map(Into::into),
        offset_minutes,
        coding: match of(document, "CompressionFormat") {
            "GZIP" => Coding::Gzip,
            "ZIP" => Coding::Zip,
            "Snappy" => Coding::Snappy,
            "HADOOP_SNAPPY" => Coding::HadoopSnappy,
            _ => Coding::Plain,
        },
        hints: hints(document),
        partitioning,
    })
}

fn redshift(document: &Document) -> Result<RedshiftOutput, Problem> {
    let copy = part(document, "CopyCommand");
    Ok(RedshiftOutput {
        stage: s3(part(document, "S3Configuration"), &Processing::default())?,
        cluster: host(of(document, "ClusterJDBCURL")).split('.').next().unwrap_or_default().into(),
        table: of(copy, "DataTableName").into(),
        columns: of(copy, "DataTableColumns").into(),
        copy_options: of(copy, "CopyOptions").into(),
        retry: retry(document),
    })
}

fn opensearch(document: &Document) -> OpenSearchOutput {
    let by_arn = text(document, "DomainARN").and_then(|arn| arn.rsplit_once('/')).map(|(_, domain)| domain);
    let format = of(part(document, "DocumentIdOptions"), "DefaultDocumentIdFormat");
    OpenSearchOutput {
        domain: by_arn.unwrap_or_else(|| host(of(document, "ClusterEndpoint"))).into(),
        index: of(document, "IndexName").into(),
        rotation: match of(document, "IndexRotationPeriod") {
            "NoRotation" => Rotation::Never,
            "OneHour" => Rotation::Hourly,
            "OneWeek" => Rotation::Weekly,
            "OneMonth" => Rotation::Monthly,
            _ => Rotation::Daily,
        },
        is_id_given: format != "NO_DOCUMENT_ID",
        hints: hints(document),
        retry: retry(document),
    }
}

fn splunk(document: &Document) -> SplunkOutput {
    SplunkOutput {
        collector: host(of(document, "HECEndpoint")).into(),
        is_event: of(document, "HECEndpointType") == "Event",
        token: of(document, "HECToken").into(),
        acknowledgement: seconds(document, "HECAcknowledgmentTimeoutInSeconds"),
        hints: hints(document),
        retry: retry(document),
    }
}

fn http_endpoint(document: &Document) -> HttpOutput {
    let (endpoint, request) = (part(document, "EndpointConfiguration"), part(document, "RequestConfiguration"));
    let attributes = request.get("CommonAttributes").and_then(Value::as_list).unwrap_or_default();
    let pair = |of_one: &Document| (of(of_one, "AttributeName").into(), of(of_one, "AttributeValue").into());
    HttpOutput {
        endpoint: text(endpoint, "Name").unwrap_or_else(|| host(of(endpoint, "Url"))).into(),
        access_key: text(endpoint, "AccessKey").map(Into::into),
        attributes: attributes.iter().map(pair).collect(),
        is_gzip: of(request, "ContentEncoding") == "GZIP",
        hints: hints(document),
        retry: retry(document),
    }
}

/// Where copies and failures go; what fails on its way to S3 or Redshift goes where the rest goes, when there is no
/// backup of all.
fn backup(document: &Document, destination: &Destination) -> Result<Backup, Problem> {
    let mode = of(document, "S3BackupMode");
    let is_of_all = matches!(mode, "Enabled" | "AllDocuments" | "AllEvents" | "AllData");
    let to = match destination {
        Destination::S3(output) if !is_of_all => output.clone(),
        Destination::Redshift(output) if !is_of_all => output.stage.clone(),
        Destination::S3(_) | Destination::Redshift(_) => {
            s3(part(document, "S3BackupConfiguration"), &Processing::default())?
        }
        Destination::OpenSearch(_) | Destination::Splunk(_) | Destination::HttpEndpoint(_) => {
            s3(part(document, "S3Configuration"), &Processing::default())?
        }
    };
    Ok(Backup { to, is_of_all })
}

fn conversion(document: &Document, tables: &Tables) -> Result<Option<Conversion>, Problem> {
    let said = part(document, "DataFormatConversionConfiguration");
    if !is_on(said, "Enabled") {
        return Ok(None);
    }
    let needed = ["SchemaConfiguration", "InputFormatConfiguration", "OutputFormatConfiguration"];
    if let Some(name) = needed.into_iter().find(|name| said.get(name).is_none()) {
        return Err(format!("{name} must be specified when data format conversion is enabled.").into());
    }
    let schema = part(said, "SchemaConfiguration");
    if let Some(name) = ["RoleARN", "DatabaseName", "TableName"].into_iter().find(|name| schema.get(name).is_none()) {
        return Err(format!("SchemaConfiguration.{name} must be specified").into());
    }
    let reader = part(part(said, "InputFormatConfiguration"), "Deserializer");
    if reader.get("OpenXJsonSerDe").is_some() == reader.get("HiveJsonSerDe").is_some() {
        return Err("Deserializer must be exactly one of OpenXJsonSerDe and HiveJsonSerDe".into());
    }
    let mappings = part(reader, "OpenXJsonSerDe").get("ColumnToJsonKeyMappings").and_then(Value::as_map);
    if mappings.is_some_and(|mappings| !mappings.is_empty()) {
        return Err("kinesim reads columns by their own names: ColumnToJsonKeyMappings is not taken".into());
    }
    let writer = part(part(said, "OutputFormatConfiguration"), "Serializer");
    let parquet = match (writer.get("ParquetSerDe"), writer.get("OrcSerDe")) {
        (Some(parquet), None) => parquet,
        (None, Some(_)) => return Err("kinesim converts to Parquet, not to ORC".into()),
        _ => return Err("Serializer must be exactly one of ParquetSerDe and OrcSerDe".into()),
    };
    let table = format!("{}.{}", of(schema, "DatabaseName"), of(schema, "TableName"));
    let columns = tables.get(&*table).cloned();
    Ok(Some(Conversion {
        columns: columns.ok_or_else(|| format!("kinesim has no Glue, and was not told of a table {table}"))?,
        compression: match of(parquet, "Compression") {
            "UNCOMPRESSED" => ParquetCompression::Uncompressed,
            "GZIP" => ParquetCompression::Gzip,
            _ => ParquetCompression::Snappy,
        },
    }))
}
