//! What may be said of destinations, what it means, and what is shown of it.

use serde_json::{Value as Json, json};

use super::{Configuration, Places, pipeline};
use crate::aws::firehose::desk::{Desk, ROLE, and, creation, s3, update};
use crate::aws::firehose::pipeline::{
    Backup, ColumnType, Conversion, Deaggregation, Destination, FunctionStage, Hints, HttpOutput, OpenSearchOutput,
    ParquetCompression, Pipeline, Processing, Queries, RedshiftOutput, Rotation, S3Output, Source, SplunkOutput,
};
use crate::base::SimDuration;
use crate::base::body::Coding;

fn seconds(n: u64) -> SimDuration {
    SimDuration::from_secs(n)
}
fn hints(mb: u64, interval_s: u64) -> Hints {
    Hints { size_bytes: mb << 20, interval: seconds(interval_s) }
}

/// A destination with what a member of a request says, as it is described.
fn described(member: &str, configuration: Json) -> Json {
    let mut desk = Desk::new();
    let mut body = json!({ "DeliveryStreamName": "d" });
    body[format!("{member}DestinationConfiguration")] = configuration;
    desk.ok("CreateDeliveryStream", body);
    desk.describe("d")["Destinations"][0].clone()
}

/// The refusal of an S3 configuration.
fn refused(besides: Json) -> String {
    Desk::new().refused("CreateDeliveryStream", creation("d", s3(besides)))
}

fn redshift(besides: Json) -> Json {
    let common = json!({
        "RoleARN": ROLE, "ClusterJDBCURL": "jdbc:redshift://c.x.us-east-1.redshift.amazonaws.com:5439/dev",
        "CopyCommand": { "DataTableName": "t" }, "Username": "u", "Password": "secret",
        "S3Configuration": s3(json!({})),
    });
    and(common, besides)
}
fn opensearch(besides: Json) -> Json {
    let domain = "arn:aws:es:us-east-1:000000000000:domain/logs";
    let common = json!({ "RoleARN": ROLE, "DomainARN": domain, "IndexName": "i", "S3Configuration": s3(json!({})) });
    and(common, besides)
}
fn splunk(besides: Json) -> Json {
    let common = json!({
        "HECEndpoint": "https://splunk:8088", "HECEndpointType": "Raw", "HECToken": "t",
        "S3Configuration": s3(json!({})),
    });
    and(common, besides)
}
fn http(besides: Json) -> Json {
    let endpoint = json!({ "Url": "https://example.com/in", "AccessKey": "secret" });
    and(json!({ "EndpointConfiguration": endpoint, "S3Configuration": s3(json!({})) }), besides)
}

#[test]
fn what_was_not_said_is_shown_with_its_default() {
    let of_s3 = json!({
        "RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "CompressionFormat": "UNCOMPRESSED",
        "BufferingHints": { "SizeInMBs": 5, "IntervalInSeconds": 300 },
        "EncryptionConfiguration": { "NoEncryptionConfig": "NoEncryption" },
        "CloudWatchLoggingOptions": { "Enabled": false },
    });
    let extended =
        json!({ "S3BackupMode": "Disabled", "ProcessingConfiguration": { "Enabled": false, "Processors": [] } });
    let shown = described("ExtendedS3", s3(json!({ "Unknown": 1 })));
    assert_eq!(shown["S3DestinationDescription"], of_s3);
    assert_eq!(shown["ExtendedS3DestinationDescription"], and(of_s3.clone(), extended));
    assert_eq!(shown, described("S3", s3(json!({}))), "the former name of the same");
    let hints = |member: &str, shown: &Json| shown[format!("{member}DestinationDescription")]["BufferingHints"].clone();
    for (member, said, size, interval) in [
        ("Amazonopensearchservice", opensearch(json!({})), 5, 300),
        ("Elasticsearch", opensearch(json!({})), 5, 300),
        ("Splunk", splunk(json!({})), 5, 60),
        ("HttpEndpoint", http(json!({})), 5, 300),
    ] {
        let shown = described(member, said);
        assert_eq!(hints(member, &shown), json!({ "SizeInMBs": size, "IntervalInSeconds": interval }), "{member}");
        assert_eq!(shown[format!("{member}DestinationDescription")]["S3DestinationDescription"], of_s3, "{member}");
    }
    let shown = &described("Redshift", redshift(json!({})))["RedshiftDestinationDescription"];
    assert_eq!(shown["RetryOptions"], json!({ "DurationInSeconds": 3600 }));
}

#[test]
fn passwords_and_access_keys_are_not_shown() {
    for (member, said) in [("Redshift", redshift(json!({}))), ("HttpEndpoint", http(json!({})))] {
        let shown = described(member, said).to_string();
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[test]
fn exactly_one_destination_is_said_and_one_that_is_delivered_to() {
    let mut desk = Desk::new();
    let told = desk.refused("CreateDeliveryStream", json!({ "DeliveryStreamName": "d" }));
    assert_eq!(told, "InvalidArgumentException: Exactly one destination configuration is supported for a Firehose");
    let both = and(creation("d", s3(json!({}))), json!({ "S3DestinationConfiguration": s3(json!({})) }));
    assert_eq!(desk.refused("CreateDeliveryStream", both), told);
    for (member, called) in [
        ("Snowflake", "Snowflake"),
        ("Iceberg", "Apache Iceberg tables"),
        ("AmazonOpenSearchServerless", "OpenSearch Serverless"),
    ] {
        let mut body = json!({ "DeliveryStreamName": "d" });
        body[format!("{member}DestinationConfiguration")] = json!({ "RoleARN": ROLE });
        let told = desk.refused("CreateDeliveryStream", body);
        assert_eq!(told, format!("InvalidArgumentException: kinesim does not deliver to {called}"));
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    let lambda = |parameters: Json| {
        json!({ "ProcessingConfiguration": { "Enabled": true, "Processors": [
            { "Type": "Lambda", "Parameters": parameters },
        ] } })
    };
    let parameter = |name: &str, value: &str| json!({ "ParameterName": name, "ParameterValue": value });
    let arn = parameter("LambdaArn", "arn:aws:lambda:us-east-1:000000000000:function:f");
    for (what, besides) in [
        ("one hint", json!({ "BufferingHints": { "SizeInMBs": 5 } })),
        ("no encryption", json!({ "EncryptionConfiguration": {} })),
        ("a backup to nowhere", json!({ "S3BackupMode": "Enabled" })),
        ("a time zone with summer time", json!({ "CustomTimeZone": "Europe/Berlin" })),
        ("keys without partitioning", json!({ "Prefix": "!{partitionKeyFromQuery:a}/", "ErrorOutputPrefix": "e/" })),
        (
            "small buffers of partitions",
            partitioned(json!({ "BufferingHints": { "SizeInMBs": 63, "IntervalInSeconds": 60 } })),
        ),
        ("partitions without keys", partitioned(json!({ "ProcessingConfiguration": { "Enabled": false } }))),
        ("no function", lambda(json!([]))),
        ("a large payload", lambda(json!([arn, parameter("BufferSizeInMBs", "3.1")]))),
        ("no payload", lambda(json!([arn, parameter("BufferSizeInMBs", "NaN")]))),
        ("a long wait", lambda(json!([arn, parameter("BufferIntervalInSeconds", "901")]))),
        ("another's parameter", lambda(json!([arn, parameter("SubRecordType", "JSON")]))),
        ("no function's name", lambda(json!([parameter("LambdaArn", "arn:aws:lambda:r:1:layer:x")]))),
    ] {
        let told = refused(besides);
        assert!(told.starts_with("InvalidArgumentException: "), "{what}: {told}");
    }
    let mut desk = Desk::new();
    for (member, said) in [
        ("Redshift", redshift(json!({ "S3Configuration": s3(json!({ "CompressionFormat": "Snappy" })) }))),
        ("Redshift", redshift(json!({ "S3Configuration": s3(json!({ "ErrorOutputPrefix": "e/" })) }))),
        ("Redshift", redshift(json!({ "Password": null }))),
        ("Splunk", splunk(json!({ "HECToken": null }))),
        ("Amazonopensearchservice", opensearch(json!({ "ClusterEndpoint": "https://x" }))),
        ("Elasticsearch", opensearch(json!({ "DomainARN": null }))),
    ] {
        let mut body = json!({ "DeliveryStreamName": "d" });
        body[format!("{member}DestinationConfiguration")] = said;
        let told = desk.refused("CreateDeliveryStream", body);
        assert!(told.starts_with("InvalidArgumentException: "), "{member}: {told}");
    }
}

/// A configuration of dynamic partitioning.
fn partitioned(besides: Json) -> Json {
    let parameters = json!([
        { "ParameterName": "MetadataExtractionQuery", "ParameterValue": "{c:.c}" },
        { "ParameterName": "JsonParsingEngine", "ParameterValue": "JQ-1.6" },
    ]);
    let processors = json!([{ "Type": "MetadataExtraction", "Parameters": parameters }]);
    let common = json!({
        "Prefix": "c=!{partitionKeyFromQuery:c}/", "ErrorOutputPrefix": "e/!{firehose:error-output-type}/",
        "DynamicPartitioningConfiguration": { "Enabled": true },
        "ProcessingConfiguration": { "Enabled": true, "Processors": processors },
    });
    and(common, besides)
}

/// A configuration of conversion to Parquet.
#[cfg(feature = "parquet")]
fn converted(besides: Json) -> Json {
    let schema = json!({ "RoleARN": ROLE, "DatabaseName": "db", "TableName": "clicks" });
    let conversion = json!({
        "SchemaConfiguration": schema, "InputFormatConfiguration": { "Deserializer": { "OpenXJsonSerDe": {} } },
        "OutputFormatConfiguration": { "Serializer": { "ParquetSerDe": { "Compression": "GZIP" } } },
    });
    and(json!({ "DataFormatConversionConfiguration": conversion }), besides)
}

#[test]
#[cfg(feature = "parquet")]
fn conversion_needs_large_buffers_no_compression_and_a_table_that_is_known() {
    let columns: std::sync::Arc<[_]> = [("id".into(), ColumnType::String)].into();
    let mut desk = Desk::with(|settings| drop(settings.tables.insert("db.clicks".into(), columns.clone())));
    let shown = desk.delivery("d", converted(json!({})));
    let shown = &shown["Destinations"][0]["ExtendedS3DestinationDescription"];
    assert_eq!(shown["BufferingHints"]["SizeInMBs"], 128);
    assert_eq!(shown["DataFormatConversionConfiguration"]["Enabled"], true);
    for besides in [
        json!({ "CompressionFormat": "GZIP" }),
        json!({ "BufferingHints": { "SizeInMBs": 63, "IntervalInSeconds": 0 } }),
    ] {
        let told = desk.refused("CreateDeliveryStream", creation("e", s3(converted(besides))));
        assert!(told.contains("when data format conversion is enabled"), "{told}");
    }
    let told = refused(converted(json!({})));
    assert!(told.contains("db.clicks"), "{told}");
    let mut orc = converted(json!({}));
    let writer = json!({ "OrcSerDe": { "PaddingTolerance": 0.5 } });
    orc["DataFormatConversionConfiguration"]["OutputFormatConfiguration"]["Serializer"] = writer;
    let told = desk.refused("CreateDeliveryStream", creation("e", s3(orc)));
    assert_eq!(told, "InvalidArgumentException: kinesim converts to Parquet, not to ORC");
}

#[test]
fn an_update_of_the_same_kind_is_merged() {
    let mut desk = Desk::new();
    let mut body = json!({ "DeliveryStreamName": "d" });
    let named = s3(json!({ "Prefix": "a/", "CompressionFormat": "GZIP" }));
    body["HttpEndpointDestinationConfiguration"] = http(json!({ "S3Configuration": named }));
    desk.ok("CreateDeliveryStream", body);
    desk.sleep(60);
    let mut change = update("d", "1", json!({}));
    change.as_object_mut().expect("a structure").remove("ExtendedS3DestinationUpdate");
    change["HttpEndpointDestinationUpdate"] = json!({ "S3Update": { "Prefix": "b/" } });
    desk.ok("UpdateDestination", change);
    let shown = desk.describe("d")["Destinations"][0]["HttpEndpointDestinationDescription"].clone();
    let within = &shown["S3DestinationDescription"];
    assert_eq!((&within["Prefix"], &within["CompressionFormat"]), (&json!("b/"), &json!("GZIP")));
    assert_eq!(shown["EndpointConfiguration"]["Url"], "https://example.com/in");
    let told = desk.refused("UpdateDestination", update("d", "2", s3(json!({}))));
    assert_eq!(
        told,
        "InvalidArgumentException: Changing the destination type to or from HttpEndpoint is not supported at this time."
    );
}

#[test]
fn an_update_to_another_kind_says_all() {
    let mut desk = Desk::new();
    desk.delivery("d", json!({}));
    let to = |said: Json| {
        let mut change = update("d", "1", json!({}));
        change.as_object_mut().expect("a structure").remove("ExtendedS3DestinationUpdate");
        change["SplunkDestinationUpdate"] = said;
        change
    };
    let told = desk.refused("UpdateDestination", to(json!({ "HECEndpoint": "https://s" })));
    assert!(told.starts_with("InvalidArgumentException: All parameters must be specified"), "{told}");
    let mut whole = splunk(json!({}));
    whole["S3Update"] = whole["S3Configuration"].take();
    desk.ok("UpdateDestination", to(whole));
    let shown = desk.describe("d")["Destinations"][0].clone();
    assert!(shown.get("SplunkDestinationDescription").is_some() && shown.get("S3DestinationDescription").is_none());
}

#[test]
fn backups_and_partitions_are_for_good() {
    let mut desk = Desk::new();
    desk.delivery("d", json!({ "S3BackupMode": "Enabled", "S3BackupConfiguration": s3(json!({})) }));
    let told = desk.refused("UpdateDestination", update("d", "1", json!({ "S3BackupMode": "Disabled" })));
    assert!(told.contains("cannot be disabled"), "{told}");
    let on = json!({ "DynamicPartitioningConfiguration": { "Enabled": true } });
    assert!(desk.refused("UpdateDestination", update("d", "1", on)).contains("only be enabled when"));
    desk.delivery("p", partitioned(json!({})));
    let off = json!({ "DynamicPartitioningConfiguration": { "Enabled": false } });
    assert!(desk.refused("UpdateDestination", update("p", "1", off)).contains("never disabled"));
    desk.ok("UpdateDestination", update("p", "1", json!({ "FileExtension": ".json" })));
}

fn output(bucket: &str) -> S3Output {
    S3Output {
        bucket: bucket.into(),
        prefix: "p/".parse().expect("a prefix"),
        error_prefix: "".parse().expect("a prefix"),
        extension: None,
        offset_minutes: 0,
        coding: Coding::Plain,
        hints: hints(7, 120),
        partitioning: false,
    }
}

fn way(destination: Destination, processing: Processing, is_of_all: bool) -> Pipeline {
    let backup = Backup { to: output("backup"), is_of_all };
    Pipeline { source: Source::DirectPut, processing, destination, backup }
}

fn stages() -> Processing {
    Processing {
        decompress: true,
        deaggregate: Some(Deaggregation::Delimited(b"|".as_slice().into())),
        function: Some(FunctionStage {
            name: "clean".into(),
            hints: Hints { size_bytes: 256 << 10, interval: seconds(30) },
            retries: 2,
        }),
        newline: true,
        ..Processing::default()
    }
}

fn to_http() -> Pipeline {
    way(
        Destination::HttpEndpoint(HttpOutput {
            endpoint: "collector".into(),
            access_key: Some("k".into()),
            attributes: [("a".into(), "b".into())].into(),
            is_gzip: true,
            hints: hints(64, 1),
            retry: seconds(7200),
        }),
        Processing::default(),
        false,
    )
}

fn pipelines() -> Vec<Pipeline> {
    let keys = [("c".into(), ".c".into()), ("d".into(), r#".t|strftime("%d,%m")"#.into())];
    let by_keys = Processing {
        keys: Queries::new(keys).expect("queries"),
        deaggregate: Some(Deaggregation::Json),
        ..Processing::default()
    };
    let partitioned = S3Output {
        prefix: "c=!{partitionKeyFromQuery:c}/".parse().expect("a prefix"),
        error_prefix: "e/!{firehose:error-output-type}/".parse().expect("a prefix"),
        extension: Some(".json".into()),
        offset_minutes: 540,
        coding: Coding::HadoopSnappy,
        hints: hints(64, 900),
        partitioning: true,
        ..output("lake")
    };
    let conversion =
        Conversion { columns: [("id".into(), ColumnType::BigInt)].into(), compression: ParquetCompression::Gzip };
    let to_parquet = Processing { convert: Some(conversion), ..Processing::default() };
    let large = S3Output { hints: hints(128, 300), ..output("lake") };
    vec![
        way(Destination::S3(output("lake")), stages(), true),
        way(Destination::S3(partitioned), by_keys, true),
        way(Destination::S3(large), to_parquet, true),
        way(
            Destination::Redshift(RedshiftOutput {
                stage: S3Output { coding: Coding::Gzip, ..output("stage") },
                cluster: "wide".into(),
                table: "clicks".into(),
                columns: "".into(),
                copy_options: "JSON 'auto'".into(),
                retry: seconds(600),
            }),
            Processing::default(),
            true,
        ),
        way(
            Destination::OpenSearch(OpenSearchOutput {
                domain: "logs".into(),
                index: "clicks".into(),
                rotation: Rotation::Weekly,
                is_id_given: false,
                hints: hints(3, 60),
                retry: seconds(0),
            }),
            stages(),
            false,
        ),
        way(
            Destination::Splunk(SplunkOutput {
                collector: "hec".into(),
                is_event: true,
                token: "t".into(),
                acknowledgement: seconds(200),
                hints: hints(1, 0),
                retry: seconds(60),
            }),
            Processing::default(),
            true,
        ),
        to_http(),
    ]
}

#[test]
fn the_configuration_of_a_pipeline_means_that_pipeline() {
    let places = Places { account: "000000000000", region: "us-east-1", name: "d" };
    let can_be = |pipeline: &Pipeline| cfg!(feature = "parquet") || pipeline.processing.convert.is_none();
    for pipeline in pipelines().into_iter().filter(can_be) {
        let configuration = Configuration::of_pipeline(&pipeline, places);
        let columns = pipeline.processing.convert.as_ref().map(|convert| convert.columns.clone());
        let tables = columns.into_iter().map(|columns| (super::conversion_table("d"), columns)).collect();
        assert_eq!(super::pipeline(Source::DirectPut, &configuration, &tables), Ok(pipeline));
    }
}

#[test]
fn what_is_switched_off_does_nothing() {
    let arn = json!({ "ParameterName": "LambdaArn", "ParameterValue": "arn:aws:lambda:r:000000000000:function:f:7" });
    let of = |is_on: bool| {
        let processors = json!([{ "Type": "Lambda", "Parameters": [arn] }]);
        let said = json!({ "ProcessingConfiguration": { "Enabled": is_on, "Processors": processors } });
        let text = json!({ "ExtendedS3DestinationConfiguration": s3(said) }).to_string();
        let body = crate::aws::protocol::json::decode(text.as_bytes()).expect("JSON");
        let configuration = Configuration::of_new(&body).expect("a destination").filled();
        pipeline(Source::DirectPut, &configuration, &Default::default()).expect("a pipeline").processing
    };
    assert_eq!(of(false), Processing::default());
    let function = of(true).function.expect("a function");
    assert_eq!((&*function.name, function.hints, function.retries), ("f", hints(1, 60), 3));
}
