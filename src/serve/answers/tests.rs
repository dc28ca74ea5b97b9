//! Requests as bytes to answers as bytes, on a clock that the test moves.

mod encryption;
mod order;
mod tables;

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};

use super::*;
use crate::base::{SimDuration, SimTime};
use crate::serve::{Limits, Pace, Settings, Transitions};

/// An endpoint without a network.
pub(super) struct Endpoint {
    pub live: Live,
    door: Rc<Door>,
}

impl Endpoint {
    pub(super) fn new(limits: Limits) -> Self {
        let transitions = Transitions::Fixed(SimDuration::from_millis(500));
        let epoch_unix_ms = Some(1_800_000_000_000);
        let settings = Settings { pace: Pace::Manual, limits, transitions, epoch_unix_ms, ..Settings::default() };
        let plan = settings.plan(None, 1);
        let door = settings.door(&plan);
        Self { live: Live::new(&plan, Vec::new()), door: Rc::new(door) }
    }

    pub(super) fn sleep(&self, duration: SimDuration) {
        self.live.run_until(self.live.now().saturating_add(duration));
    }

    /// Status and body of the answer to an operation.
    pub(super) fn call(&self, target: &str, body: &Value) -> (u16, Value) {
        let body = body.to_string();
        let request = HttpRequest {
            method: "POST",
            query: "",
            target: Some(target),
            content_type: Some(match target.starts_with("Dynamo") {
                true => "application/x-amz-json-1.0",
                false => "application/x-amz-json-1.1",
            }),
            authorization: Some("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c"),
            has_date: true,
            rest: None,
            body: body.as_bytes(),
        };
        let given = Rc::new(RefCell::new(None));
        let kept = given.clone();
        answer(&self.live, &self.door, &request, None, move |answer, _| *kept.borrow_mut() = answer);
        let Some(Answer::Whole(answer)) = given.borrow_mut().take() else { panic!("no whole answer at once") };
        let body =
            if answer.body.is_empty() { Value::Null } else { serde_json::from_slice(&answer.body).expect("JSON") };
        (answer.status, body)
    }

    pub(super) fn kinesis(&self, operation: &str, body: Value) -> (u16, Value) {
        self.call(&format!("Kinesis_20131202.{operation}"), &body)
    }

    /// The body of an answer that is no error.
    pub(super) fn ok(&self, operation: &str, body: Value) -> Value {
        let (status, answer) = self.kinesis(operation, body);
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    /// Code and message of an error.
    pub(super) fn refused(&self, operation: &str, body: Value) -> String {
        let (status, answer) = self.kinesis(operation, body);
        format!(
            "{status} {} {}",
            answer["__type"].as_str().unwrap_or(""),
            answer.get("message").or(answer.get("Message")).and_then(Value::as_str).unwrap_or("")
        )
    }

    /// A stream that is ACTIVE.
    pub(super) fn stream(&self, name: &str, shards: u32) {
        self.ok("CreateStream", json!({ "StreamName": name, "ShardCount": shards }));
        self.sleep(SimDuration::from_secs(1));
    }

    pub(super) fn iterator(&self, stream: &str, shard: &str, kind: &str) -> String {
        let answer =
            self.ok("GetShardIterator", json!({ "StreamName": stream, "ShardId": shard, "ShardIteratorType": kind }));
        answer["ShardIterator"].as_str().expect("an iterator").to_owned()
    }
}

#[test]
fn a_record_goes_in_and_comes_out() {
    let at = Endpoint::new(Limits::Data);
    at.stream("s", 1);
    let put = at.ok("PutRecord", json!({ "StreamName": "s", "Data": "aGVsbG8=", "PartitionKey": "k" }));
    assert_eq!(put["ShardId"], "shardId-000000000000");
    let iterator = at.iterator("s", "shardId-000000000000", "TRIM_HORIZON");
    let got = at.ok("GetRecords", json!({ "ShardIterator": iterator }));
    let record = &got["Records"][0];
    assert_eq!((&record["Data"], &record["PartitionKey"]), (&json!("aGVsbG8="), &json!("k")));
    assert_eq!(record["SequenceNumber"], put["SequenceNumber"]);
    assert_eq!(record["ApproximateArrivalTimestamp"], json!(1_800_000_001.0));
    assert_eq!(got["MillisBehindLatest"], 0);
}

#[test]
fn a_stream_is_named_by_its_arn_as_well() {
    let at = Endpoint::new(Limits::Data);
    at.stream("s", 3);
    let arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
    let summary = &at.ok("DescribeStreamSummary", json!({ "StreamARN": arn }))["StreamDescriptionSummary"];
    assert_eq!((&summary["StreamName"], &summary["OpenShardCount"]), (&json!("s"), &json!(3)));
    assert_eq!(
        at.refused("DescribeStreamSummary", json!({ "StreamARN": arn, "StreamName": "t" })),
        "400 InvalidArgumentException StreamName t does not match the stream of the StreamARN"
    );
    assert_eq!(
        at.refused("DescribeStreamSummary", json!({ "StreamARN": arn.replace("us-east-1", "eu-west-1") })),
        "400 ResourceNotFoundException Resource arn:aws:kinesis:eu-west-1:000000000000:stream/s not found."
    );
}

#[test]
fn iterators_expire_by_the_simulated_clock() {
    let at = Endpoint::new(Limits::Data);
    at.stream("s", 1);
    let iterator = at.iterator("s", "0", "LATEST");
    at.sleep(SimDuration::from_secs(301));
    let told = at.refused("GetRecords", json!({ "ShardIterator": iterator }));
    assert!(told.starts_with("400 ExpiredIteratorException Iterator expired."), "{told}");
}

#[test]
fn a_hot_shard_is_throttled_and_limits_can_be_lifted() {
    let records: Vec<Value> = (0..500).map(|_| json!({ "Data": "YQ==", "PartitionKey": "k" })).collect();
    let failed = |limits| {
        let at = Endpoint::new(limits);
        at.stream("s", 1);
        let put = || at.ok("PutRecords", json!({ "StreamName": "s", "Records": records }));
        let (_, _, third) = (put(), put(), put());
        (third["FailedRecordCount"].as_u64(), third["Records"][0]["ErrorCode"].clone())
    };
    assert_eq!(failed(Limits::Data), (Some(500), json!("ProvisionedThroughputExceededException")));
    assert_eq!(failed(Limits::Off), (Some(0), Value::Null));
}

#[test]
fn a_split_beyond_all_hash_keys_is_told_as_one_beyond_the_shard() {
    let at = Endpoint::new(Limits::Data);
    at.stream("s", 1);
    let beyond = "9".repeat(39);
    let split = json!({ "StreamName": "s", "ShardToSplit": "shardId-000000000000", "NewStartingHashKey": beyond });
    assert_eq!(
        at.refused("SplitShard", split.clone()),
        format!(
            "400 InvalidArgumentException NewStartingHashKey {beyond} used in SplitShard() on shard \
             shardId-000000000000 in stream s under account 000000000000 is not both greater than one plus the shard's \
             StartingHashKey 0 and less than the shard's EndingHashKey 340282366920938463463374607431768211455."
        )
    );
    let mut elsewhere = split;
    elsewhere["StreamName"] = "nope".into();
    assert_eq!(
        at.refused("SplitShard", elsewhere),
        "400 ResourceNotFoundException Stream nope under account 000000000000 not found."
    );
}

#[test]
fn a_split_is_read_from_the_parent_to_its_children() {
    let at = Endpoint::new(Limits::Data);
    at.stream("s", 1);
    let middle = "170141183460469231731687303715884105728";
    at.ok(
        "SplitShard",
        json!({ "StreamName": "s", "ShardToSplit": "shardId-000000000000", "NewStartingHashKey": middle }),
    );
    at.sleep(SimDuration::from_secs(1));
    let iterator = at.iterator("s", "shardId-000000000000", "TRIM_HORIZON");
    let got = at.ok("GetRecords", json!({ "ShardIterator": iterator }));
    assert_eq!(got["NextShardIterator"], Value::Null);
    assert_eq!(got["ChildShards"][1]["ShardId"], "shardId-000000000002");
    assert_eq!(got["ChildShards"][1]["HashKeyRange"]["StartingHashKey"], middle);
    let page = at.ok("ListShards", json!({ "StreamName": "s", "MaxResults": 2 }));
    let token = page["NextToken"].as_str().expect("another page");
    let rest = at.ok("ListShards", json!({ "NextToken": token }));
    assert_eq!((page["Shards"].as_array().map(Vec::len), rest["Shards"].as_array().map(Vec::len)), (Some(2), Some(1)));
    at.sleep(SimDuration::from_secs(301));
    assert!(at.refused("ListShards", json!({ "NextToken": token })).starts_with("400 ExpiredNextTokenException"));
}

#[test]
fn wrong_requests_are_told_as_aws_tells_them() {
    let at = Endpoint::new(Limits::Data);
    at.stream("s", 1);
    let put = |data: Value| at.refused("PutRecord", data);
    let position = |kind: &str, number: Value| {
        json!({
            "StreamName": "s", "ShardId": "0", "ShardIteratorType": kind, "StartingSequenceNumber": number,
        })
    };
    let told = [
        put(json!({ "StreamName": "s" })),
        put(json!({ "StreamName": "s", "Data": "a", "PartitionKey": "k" })),
        put(json!({ "StreamName": "s", "Data": "YQ==" })),
        put(json!({ "Data": "YQ==", "PartitionKey": "k" })),
        put(json!({ "StreamName": "nope", "Data": "YQ==", "PartitionKey": "k" })),
        put(json!({ "StreamName": "s", "Data": "YQ==", "PartitionKey": "k", "ExplicitHashKey": "9".repeat(39) })),
        put(json!({ "StreamName": "s", "Data": "YQ==", "PartitionKey": "k", "DryRun": true })),
        at.refused("GetRecords", json!({ "ShardIterator": "AAAA" })),
        at.refused("GetShardIterator", position("LATEST", json!("1"))),
        at.refused("GetShardIterator", position("AT_SEQUENCE_NUMBER", Value::Null)),
        at.refused("GetShardIterator", position("AT_TIMESTAMP", Value::Null)),
        at.refused("GetShardIterator", json!({ "StreamName": "s", "ShardId": "x", "ShardIteratorType": "LATEST" })),
        at.refused("CreateQueue", json!({})),
        at.refused("Nonsense", json!({})),
    ];
    insta::with_settings!({ snapshot_path => "../../../snapshots/serve", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("refusals", told.join("\n"));
    });
}

#[test]
fn the_same_requests_at_the_same_times_give_the_same_hash() {
    let hash = || {
        let at = Endpoint::new(Limits::Data);
        at.stream("s", 2);
        for n in 0..50 {
            at.ok("PutRecord", json!({ "StreamName": "s", "Data": "YQ==", "PartitionKey": n.to_string() }));
            at.sleep(SimDuration::from_millis(7));
        }
        (at.live.now(), at.live.trace_hash())
    };
    assert_eq!(hash(), hash());
    assert_eq!(hash().0, SimTime::from_millis(1350));
}

const ARN: &str = "arn:aws:kinesis:us-east-1:000000000000:stream/s";

/// An operation, what is asked, and what a member of the answer is (a JSON pointer; the whole answer when empty).
type Step = (&'static str, Value, &'static str, Value);

/// Takes each step of a table a second after the one before, on a stream `s`, and names every operation that is wrong.
fn walk(steps: impl IntoIterator<Item = Step>) -> Endpoint {
    let at = Endpoint::new(Limits::Data);
    at.stream("s", 1);
    let mut wrong = Vec::new();
    for (operation, request, member, expected) in steps {
        let (status, answer) = at.kinesis(operation, request);
        let given = answer.pointer(member).unwrap_or(&Value::Null);
        if status != 200 || *given != expected {
            wrong.push(format!("{operation}: {status} {answer}, and {member:?} is to be {expected}"));
        }
        at.sleep(SimDuration::from_secs(1));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    at
}

#[test]
fn a_stream_has_tags() {
    let tag = json!([{ "Key": "team", "Value": "a" }]);
    walk([
        ("AddTagsToStream", json!({ "StreamName": "s", "Tags": { "team": "a", "stage": "b" } }), "", Value::Null),
        ("UntagResource", json!({ "ResourceARN": ARN, "TagKeys": ["stage"] }), "", Value::Null),
        ("ListTagsForStream", json!({ "StreamName": "s" }), "", json!({ "Tags": tag, "HasMoreTags": false })),
        ("ListTagsForResource", json!({ "ResourceARN": ARN }), "", json!({ "Tags": tag })),
    ]);
}

#[test]
fn a_stream_has_a_policy_of_json() {
    let policy = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let at = walk([
        ("PutResourcePolicy", json!({ "ResourceARN": ARN, "Policy": policy }), "", Value::Null),
        ("GetResourcePolicy", json!({ "ResourceARN": ARN }), "/Policy", json!(policy)),
        ("DeleteResourcePolicy", json!({ "ResourceARN": ARN }), "", Value::Null),
    ]);
    let refused = at.refused("PutResourcePolicy", json!({ "ResourceARN": ARN, "Policy": "no" }));
    assert!(refused.contains("ValidationException"), "{refused}");
}

#[test]
fn a_stream_has_consumers() {
    let consumer = format!("{ARN}/consumer/c:1800000001");
    walk([
        (
            "RegisterStreamConsumer",
            json!({ "StreamARN": ARN, "ConsumerName": "c" }),
            "/Consumer/ConsumerARN",
            json!(consumer),
        ),
        (
            "DescribeStreamConsumer",
            json!({ "ConsumerARN": consumer }),
            "/ConsumerDescription/ConsumerStatus",
            json!("ACTIVE"),
        ),
        ("ListStreamConsumers", json!({ "StreamARN": ARN }), "/Consumers/0/ConsumerName", json!("c")),
        ("TagResource", json!({ "ResourceARN": consumer, "Tags": { "x": "" } }), "", Value::Null),
        ("ListTagsForResource", json!({ "ResourceARN": consumer }), "/Tags/0/Key", json!("x")),
        ("DeregisterStreamConsumer", json!({ "StreamARN": ARN, "ConsumerName": "c" }), "", Value::Null),
    ]);
}

#[test]
fn a_stream_has_shard_level_metrics() {
    let all = [
        "IncomingBytes",
        "IncomingRecords",
        "OutgoingBytes",
        "OutgoingRecords",
        "WriteProvisionedThroughputExceeded",
        "ReadProvisionedThroughputExceeded",
        "IteratorAgeMilliseconds",
    ];
    let monitoring = |metrics: &str| json!({ "StreamARN": ARN, "ShardLevelMetrics": [metrics] });
    walk([
        ("EnableEnhancedMonitoring", monitoring("ALL"), "/DesiredShardLevelMetrics", json!(all)),
        ("DisableEnhancedMonitoring", monitoring("IncomingBytes"), "/DesiredShardLevelMetrics", json!(all[1..])),
    ]);
}

#[test]
fn a_stream_has_settings_and_the_account_a_commitment() {
    let by_name = || json!({ "StreamName": "s" });
    let commitment = json!({ "MinimumThroughputBillingCommitment": { "Status": "ENABLED" } });
    let ends = "/MinimumThroughputBillingCommitment/EarliestAllowedEndAt";
    let mode = json!({ "StreamARN": ARN, "StreamModeDetails": { "StreamMode": "ON_DEMAND" } });
    let warm = json!({ "StreamName": "s", "WarmThroughputMiBps": 5 });
    let warming = json!({ "TargetMiBps": 5, "CurrentMiBps": 0 });
    let auto = json!({ "StreamARN": ARN, "RecordDistributionStrategy": "AUTO" });
    let limits = json!({
        "ShardLimit": 20_000, "OpenShardCount": 0, "OnDemandStreamCount": 1, "OnDemandStreamCountLimit": 50,
    });
    let summary = "DescribeStreamSummary";
    walk([
        ("UpdateAccountSettings", commitment, "/MinimumThroughputBillingCommitment/Status", json!("ENABLED")),
        ("DescribeAccountSettings", json!({}), ends, json!(1_800_000_001.0 + 86_400.0)),
        ("UpdateStreamMode", mode, "", Value::Null),
        ("UpdateStreamWarmThroughput", warm, "/WarmThroughput", warming),
        ("UpdateMaxRecordSize", json!({ "StreamARN": ARN, "MaxRecordSizeInKiB": 2048 }), "", Value::Null),
        ("UpdateStreamRecordDistributionStrategy", auto, "", Value::Null),
        ("PutRecord", json!({ "StreamName": "s", "Data": "YQ==" }), "/ShardId", json!("shardId-000000000007")),
        (summary, by_name(), "/StreamDescriptionSummary/OpenShardCount", json!(5)),
        (summary, by_name(), "/StreamDescriptionSummary/MaxRecordSizeInKiB", json!(2048)),
        (summary, by_name(), "/StreamDescriptionSummary/StreamModeDetails/StreamMode", json!("ON_DEMAND")),
        ("DescribeLimits", json!({}), "", limits),
        ("ListStreams", json!({}), "/StreamSummaries/0/StreamARN", json!(ARN)),
        ("DeleteStream", json!({ "StreamName": "s", "EnforceConsumerDeletion": true }), "", Value::Null),
    ]);
}
