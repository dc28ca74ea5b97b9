//! Lives of delivery streams, by the answers of the control plane.

use serde_json::{Value as Json, json};

use super::{Change, Control};
use crate::aws::firehose::api::Settings;
use crate::aws::firehose::desk::{BUCKET, Desk, ROLE, STREAM, and, creation, s3, update};
use crate::aws::firehose::pipeline::{Backup, Destination, Hints, Pipeline, Processing, S3Output, Source};
use crate::base::body::Coding;
use crate::base::{Chance, DeliveryName, Seed, SimDuration, SimTime};

fn named(name: &str) -> Json {
    json!({ "DeliveryStreamName": name })
}

#[test]
fn a_delivery_stream_is_created_described_and_deleted() {
    let mut desk = Desk::new();
    let created = desk.ok("CreateDeliveryStream", creation("d", s3(json!({}))));
    let arn = "arn:aws:firehose:us-east-1:000000000000:deliverystream/d";
    assert_eq!(created, json!({ "DeliveryStreamARN": arn }));
    assert_eq!(desk.status("d"), "CREATING");
    desk.sleep(60);
    let described = desk.describe("d");
    assert_eq!(described["DeliveryStreamStatus"], "ACTIVE");
    assert_eq!(described["DeliveryStreamARN"], arn);
    assert_eq!((&described["VersionId"], &described["HasMoreDestinations"]), (&json!("1"), &json!(false)));
    assert_eq!(described["DeliveryStreamEncryptionConfiguration"], json!({ "Status": "DISABLED" }));
    assert!(described.get("Source").is_none() && described.get("LastUpdateTimestamp").is_none());
    assert_eq!(desk.ok("DeleteDeliveryStream", named("d")), json!({}));
    assert_eq!(desk.status("d"), "DELETING");
    assert_eq!(desk.ok("DeleteDeliveryStream", named("d")), json!({}), "again");
    desk.sleep(60);
    let told = desk.refused("DescribeDeliveryStream", named("d"));
    assert_eq!(told, "ResourceNotFoundException: Firehose d under account 000000000000 not found.");
}

#[test]
fn a_state_refuses_what_it_does_not_allow() {
    let mut desk = Desk::new();
    desk.ok("CreateDeliveryStream", creation("d", s3(json!({}))));
    let again = desk.refused("CreateDeliveryStream", creation("d", s3(json!({}))));
    assert_eq!(again, "ResourceInUseException: Firehose d under accountId 000000000000 already exists");
    let put = json!({ "DeliveryStreamName": "d", "Record": { "Data": "YQ==" } });
    for state in ["CREATING", "DELETING"] {
        assert_eq!(desk.status("d"), state);
        for (operation, body) in [
            ("UpdateDestination", update("d", "1", json!({ "Prefix": "a/" }))),
            ("StartDeliveryStreamEncryption", named("d")),
            ("StopDeliveryStreamEncryption", named("d")),
            ("TagDeliveryStream", and(named("d"), json!({ "Tags": [{ "Key": "a" }] }))),
            ("UntagDeliveryStream", and(named("d"), json!({ "TagKeys": ["a"] }))),
        ] {
            let told = desk.refused(operation, body);
            assert!(told.starts_with("ResourceInUseException: ") && told.contains(state), "{operation}: {told}");
        }
        assert!(desk.refused("PutRecord", put.clone()).starts_with("ResourceNotFoundException: "), "{state}");
        if state == "CREATING" {
            assert!(desk.refused("DeleteDeliveryStream", named("d")).starts_with("ResourceInUseException: "));
            desk.sleep(60);
            desk.ok("PutRecord", put.clone());
            desk.ok("DeleteDeliveryStream", named("d"));
        }
    }
    let mut lenient = Desk::with(|settings| settings.deleting_accepts = true);
    lenient.delivery("d", json!({}));
    lenient.ok("DeleteDeliveryStream", named("d"));
    lenient.ok("PutRecord", put);
}

#[test]
fn the_region_has_a_quota_of_delivery_streams_and_each_operation_one_of_calls() {
    let mut desk = Desk::with(|settings| settings.delivery_streams_max = 2);
    for name in ["a", "b"] {
        desk.ok("CreateDeliveryStream", creation(name, s3(json!({}))));
    }
    let told = desk.refused("CreateDeliveryStream", creation("c", s3(json!({}))));
    assert_eq!(told, "LimitExceededException: You have already consumed your firehose quota of 2 hoses.");
    let mut desk = Desk::with(|settings| settings.control_plane_quotas = true);
    (0..5).for_each(|_| drop(desk.ok("ListDeliveryStreams", json!({}))));
    assert_eq!(desk.refused("ListDeliveryStreams", json!({})), "ThrottlingException: Rate exceeded");
    assert!(desk.refused("DescribeDeliveryStream", named("x")).starts_with("ResourceNotFoundException"), "another one");
    desk.sleep(1);
    desk.ok("ListDeliveryStreams", json!({}));
}

#[test]
fn names_are_listed_in_order_by_pages_and_kinds() {
    let mut desk = Desk::new();
    for n in (0..12).rev() {
        desk.ok("CreateDeliveryStream", creation(&format!("d{n:02}"), s3(json!({}))));
    }
    let source = json!({ "KinesisStreamARN": STREAM, "RoleARN": ROLE });
    let of_stream =
        json!({ "DeliveryStreamType": "KinesisStreamAsSource", "KinesisStreamSourceConfiguration": source });
    desk.ok("CreateDeliveryStream", and(creation("c", s3(json!({}))), of_stream));
    let first = desk.ok("ListDeliveryStreams", json!({}));
    let names = first["DeliveryStreamNames"].as_array().expect("names");
    assert_eq!((names.len(), &names[0], &names[9]), (10, &json!("c"), &json!("d08")));
    assert_eq!(first["HasMoreDeliveryStreams"], true);
    let rest = desk.ok("ListDeliveryStreams", json!({ "ExclusiveStartDeliveryStreamName": "d08" }));
    assert_eq!(rest, json!({ "DeliveryStreamNames": ["d09", "d10", "d11"], "HasMoreDeliveryStreams": false }));
    let kind = desk.ok("ListDeliveryStreams", json!({ "DeliveryStreamType": "KinesisStreamAsSource", "Limit": 1 }));
    assert_eq!(kind, json!({ "DeliveryStreamNames": ["c"], "HasMoreDeliveryStreams": false }));
}

#[test]
fn an_update_needs_the_present_version_and_makes_the_next() {
    let mut desk = Desk::new();
    desk.delivery("d", json!({ "Prefix": "a/", "CompressionFormat": "GZIP" }));
    desk.ok("UpdateDestination", update("d", "1", json!({ "Prefix": "b/" })));
    let described = desk.describe("d");
    assert_eq!(described["VersionId"], "2");
    assert!(described["LastUpdateTimestamp"].is_number());
    let shown = &described["Destinations"][0]["ExtendedS3DestinationDescription"];
    assert_eq!((&shown["Prefix"], &shown["CompressionFormat"]), (&json!("b/"), &json!("GZIP")));
    assert_eq!(
        desk.refused("UpdateDestination", update("d", "1", json!({ "Prefix": "c/" }))),
        "ConcurrentModificationException: Cannot update firehose: d since the current version id: 2 and specified \
         version id: 1 do not match"
    );
    let mut elsewhere = update("d", "2", json!({ "Prefix": "c/" }));
    elsewhere["DestinationId"] = json!("destinationId-2");
    let told = desk.refused("UpdateDestination", elsewhere);
    assert_eq!(told, "InvalidArgumentException: Destination Id destinationId-2 not found");
    let after = json!({ "DeliveryStreamName": "d", "ExclusiveStartDestinationId": "destinationId-000000000001" });
    let rest = desk.ok("DescribeDeliveryStream", after);
    assert_eq!(rest["DeliveryStreamDescription"]["Destinations"], json!([]));
}

#[test]
fn encryption_is_switched_on_and_off_in_time() {
    let mut desk = Desk::new();
    desk.delivery("d", json!({}));
    let put = json!({ "DeliveryStreamName": "d", "Record": { "Data": "YQ==" } });
    let encryption = |desk: &mut Desk| desk.describe("d")["DeliveryStreamEncryptionConfiguration"].clone();
    desk.ok("StartDeliveryStreamEncryption", named("d"));
    assert_eq!(encryption(&mut desk), json!({ "KeyType": "AWS_OWNED_CMK", "Status": "ENABLING" }));
    assert_eq!(desk.ok("PutRecord", put.clone())["Encrypted"], false);
    assert!(desk.refused("StopDeliveryStreamEncryption", named("d")).starts_with("ResourceInUseException: "));
    desk.sleep(60);
    assert_eq!(encryption(&mut desk)["Status"], "ENABLED");
    assert_eq!(desk.ok("PutRecord", put.clone())["Encrypted"], true);
    desk.ok("StopDeliveryStreamEncryption", named("d"));
    assert_eq!(encryption(&mut desk)["Status"], "DISABLING");
    desk.sleep(60);
    assert_eq!(encryption(&mut desk), json!({ "Status": "DISABLED" }));
    assert_eq!(desk.ok("PutRecord", put)["Encrypted"], false);
}

#[test]
fn encryption_is_changed_25_times_a_day() {
    let mut desk = Desk::new();
    desk.delivery("d", json!({}));
    for n in 0..25 {
        desk.ok(["StartDeliveryStreamEncryption", "StopDeliveryStreamEncryption"][n % 2], named("d"));
        desk.sleep(60);
    }
    assert!(desk.refused("StopDeliveryStreamEncryption", named("d")).starts_with("LimitExceededException: "));
    desk.sleep(24 * 3600);
    desk.ok("StopDeliveryStreamEncryption", named("d"));
}

#[test]
fn a_key_that_is_not_there_fails_the_creation_and_the_change() {
    let key = "arn:aws:kms:us-east-1:000000000000:key/1";
    let input = |arn: &str| {
        let input = json!({ "KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": arn });
        json!({ "DeliveryStreamEncryptionConfigurationInput": input })
    };
    let mut desk = Desk::with(|settings| settings.kms_keys = Some(vec!["2".into()]));
    desk.ok("CreateDeliveryStream", and(creation("d", s3(json!({}))), input(key)));
    desk.sleep(60);
    let described = desk.describe("d");
    assert_eq!(described["DeliveryStreamStatus"], "CREATING_FAILED");
    assert_eq!(described["FailureDescription"]["Type"], "KMS_KEY_NOT_FOUND");
    desk.ok("DeleteDeliveryStream", named("d"));
    desk.sleep(60);
    desk.delivery("d", json!({}));
    desk.ok("StartDeliveryStreamEncryption", and(named("d"), input(&key.replace("key/1", "key/2"))));
    desk.sleep(60);
    desk.ok("StartDeliveryStreamEncryption", and(named("d"), input(key)));
    desk.sleep(60);
    let encryption = desk.describe("d")["DeliveryStreamEncryptionConfiguration"].clone();
    assert_eq!(encryption["Status"], "ENABLING_FAILED");
    let put = desk.ok("PutRecord", json!({ "DeliveryStreamName": "d", "Record": { "Data": "YQ==" } }));
    assert_eq!(put["Encrypted"], true, "with the key before");
    let elsewhere = input(&key.replace("us-east-1", "eu-west-1"));
    let (_, answer) = desk.call("StartDeliveryStreamEncryption", and(named("d"), elsewhere).to_string().as_bytes());
    assert_eq!((&answer["__type"], &answer["code"]), (&json!("InvalidKMSResourceException"), &answer["__type"]));
}

#[test]
fn a_delivery_stream_has_at_most_50_tags() {
    let mut desk = Desk::new();
    let tags = |range: std::ops::Range<u32>| {
        let tags: Vec<Json> = range.map(|n| json!({ "Key": format!("k{n:02}"), "Value": "v" })).collect();
        json!({ "Tags": tags })
    };
    desk.ok("CreateDeliveryStream", and(creation("d", s3(json!({}))), tags(0..2)));
    desk.sleep(60);
    desk.ok("TagDeliveryStream", and(named("d"), tags(1..50)));
    let told = desk.refused("TagDeliveryStream", and(named("d"), tags(50..51)));
    assert!(told.starts_with("LimitExceededException: "), "{told}");
    let page = and(named("d"), json!({ "ExclusiveStartTagKey": "k09", "Limit": 1 }));
    let page = desk.ok("ListTagsForDeliveryStream", page);
    assert_eq!(page, json!({ "Tags": [{ "Key": "k10", "Value": "v" }], "HasMoreTags": true }));
    desk.ok("UntagDeliveryStream", and(named("d"), json!({ "TagKeys": ["k00", "nothing"] })));
    let all = desk.ok("ListTagsForDeliveryStream", named("d"));
    assert_eq!((all["Tags"].as_array().map(Vec::len), &all["HasMoreTags"]), (Some(49), &json!(false)));
}

#[test]
fn a_stream_is_a_source_of_its_own() {
    let mut desk = Desk::new();
    let source = json!({ "KinesisStreamARN": STREAM, "RoleARN": ROLE });
    let of_stream =
        json!({ "DeliveryStreamType": "KinesisStreamAsSource", "KinesisStreamSourceConfiguration": source });
    let body = and(creation("d", s3(json!({}))), of_stream);
    desk.ok("CreateDeliveryStream", body.clone());
    desk.sleep(60);
    let described = desk.describe("d");
    assert_eq!(described["DeliveryStreamType"], "KinesisStreamAsSource");
    let shown = &described["Source"]["KinesisStreamSourceDescription"];
    assert_eq!(shown["KinesisStreamARN"], STREAM);
    assert!(shown["DeliveryStartTimestamp"].is_number());
    let told = desk.refused("PutRecord", json!({ "DeliveryStreamName": "d", "Record": { "Data": "YQ==" } }));
    assert_eq!(
        told,
        "InvalidSourceException: This operation is not permitted on KinesisStreamAsSource delivery stream type."
    );
    assert!(desk.refused("StartDeliveryStreamEncryption", named("d")).starts_with("InvalidArgumentException: "));
    for (change, what) in [
        (json!({ "DeliveryStreamType": "DirectPut" }), "a stream for direct puts"),
        (json!({ "KinesisStreamSourceConfiguration": null }), "no stream"),
        (json!({ "DirectPutSourceConfiguration": { "ThroughputHintInMBs": 1 } }), "two sources"),
        (json!({ "DeliveryStreamType": "MSKAsSource" }), "MSK"),
        (json!({ "DatabaseSourceConfiguration": {} }), "a database"),
        (
            json!({ "KinesisStreamSourceConfiguration": {
                "KinesisStreamARN": STREAM.replace("us-east-1", "eu-west-1"), "RoleARN": ROLE,
            } }),
            "another region",
        ),
    ] {
        let told = desk.refused("CreateDeliveryStream", and(and(body.clone(), named("other")), change));
        assert!(told.starts_with("InvalidArgumentException: "), "{what}: {told}");
    }
}

fn pipeline(prefix: &str) -> Pipeline {
    let hints = Hints { size_bytes: 5 << 20, interval: SimDuration::from_secs(300) };
    let output = S3Output {
        bucket: "lake".into(),
        prefix: prefix.parse().expect("a prefix"),
        error_prefix: "".parse().expect("a prefix"),
        extension: None,
        offset_minutes: 0,
        coding: Coding::Plain,
        hints,
        partitioning: false,
    };
    Pipeline {
        source: Source::DirectPut,
        processing: Processing::default(),
        destination: Destination::S3(output.clone()),
        backup: Backup { to: output, is_of_all: false },
    }
}

fn minute(n: u64) -> SimTime {
    SimTime::from_secs(60 * n)
}

#[test]
fn the_engine_is_told_of_a_delivery_stream_its_updates_and_its_end() {
    let mut desk = Desk::new();
    desk.ok("CreateDeliveryStream", creation("d", s3(json!({ "Prefix": "a/" }))));
    let control = &mut desk.firehose.control;
    assert_eq!(control.next_deadline(), Some(minute(1)));
    assert_eq!(control.advance(SimTime::from_secs(59)), []);
    let became = control.advance(minute(1));
    assert_eq!(became.len(), 1);
    assert_eq!((became[0].at, became[0].name.as_str()), (minute(1), "d"));
    assert_eq!(became[0].what, Change::Active(Box::new(pipeline("a/"))));
    assert_eq!(control.next_deadline(), None);
    desk.now = minute(1);
    desk.ok("UpdateDestination", update("d", "1", json!({ "Prefix": "b/" })));
    desk.sleep(30);
    desk.ok("UpdateDestination", update("d", "2", json!({ "Prefix": "c/" })));
    let control = &mut desk.firehose.control;
    assert_eq!(control.advance(minute(2)), [], "it was overtaken");
    let became = control.advance(minute(3));
    assert_eq!(became[0].what, Change::Updated(Box::new(pipeline("c/")), 3));
    desk.now = minute(3);
    desk.ok("DeleteDeliveryStream", named("d"));
    let became = desk.firehose.control.advance(minute(9));
    assert_eq!((became[0].at, &became[0].what), (minute(4), &Change::Gone));
}

#[test]
fn what_a_scenario_sets_up_is_described_and_can_be_updated() {
    let mut control = Control::new(&Settings::default(), &Chance::from(Seed(1)));
    let name: DeliveryName = "lake".parse().expect("a name");
    control.provision(minute(1), &name, &pipeline("a/"));
    assert_eq!(control.advance(minute(9)), [], "the engine has it already");
    assert_eq!(control.may_put(&name), Ok(false));
    let mut desk = Desk::new();
    desk.firehose.control = control;
    let described = desk.describe("lake");
    let shown = &described["Destinations"][0]["ExtendedS3DestinationDescription"];
    assert_eq!((&shown["BucketARN"], &shown["Prefix"]), (&json!(BUCKET), &json!("a/")));
    desk.now = minute(10);
    desk.ok("UpdateDestination", update("lake", "1", json!({ "Prefix": "b/" })));
    let became = desk.firehose.control.advance(minute(20));
    assert_eq!(became[0].what, Change::Updated(Box::new(pipeline("b/")), 2));
}

#[test]
fn the_same_seed_takes_the_same_time() {
    let ends = |seed| {
        let mut desk = Desk::new();
        desk.firehose.control = Control::new(&Settings::default(), &Chance::from(Seed(seed)));
        desk.ok("CreateDeliveryStream", creation("d", s3(json!({}))));
        desk.firehose.control.next_deadline()
    };
    assert_eq!(ends(1), ends(1));
    assert_ne!(ends(1), ends(2));
}
