//! Faults aimed at every operation of every service that speaks AWS's protocols.

use serde_json::{Value, json};

use super::protocol::envelope::HttpRequest;
use super::protocol::operation::Operation;
use super::{Account, Answer, Cloud, Door, KINESIS, Settings, dynamodb, kinesis, operations};
use crate::base::{Seed, SimTime};
use crate::world::Backend;

fn account() -> Account {
    Account { id: "000000000000".into(), region: "us-east-1".into() }
}

/// A body that reads as a request, for every operation.
fn body(service: &str, operation: Operation) -> Value {
    let stream_arn = account().stream_arn("clicks");
    let consumer_arn = format!("{stream_arn}/consumer/reader:1700000000");
    let key = json!({ "leaseKey": { "S": "shardId-000000000000" } });
    let item = json!({ "TableName": "leases", "Key": key });
    let iterator = "AAAAAAAAAAE";
    match (service, operation.name()) {
        ("kinesis", "GetRecords") => json!({ "ShardIterator": iterator }),
        ("kinesis", "ListStreams" | "DescribeLimits" | "DescribeAccountSettings") => json!({}),
        ("kinesis", "UpdateAccountSettings") => {
            json!({ "MinimumThroughputBillingCommitment": { "Status": "ENABLED" } })
        }
        ("kinesis", "SubscribeToShard") => json!({
            "ConsumerARN": consumer_arn, "ShardId": "shardId-000000000000", "StartingPosition": { "Type": "LATEST" },
        }),
        ("kinesis", "DeregisterStreamConsumer" | "DescribeStreamConsumer") => json!({ "ConsumerARN": consumer_arn }),
        ("kinesis", _) => json!({
            "StreamName": "clicks", "StreamARN": stream_arn, "ResourceARN": stream_arn, "ShardCount": 1,
            "ShardId": "shardId-000000000000", "ShardIteratorType": "LATEST", "Data": "aGk=", "PartitionKey": "a",
            "Records": [{ "Data": "aGk=", "PartitionKey": "a" }], "ShardToSplit": "shardId-000000000000",
            "NewStartingHashKey": "10", "ShardToMerge": "shardId-000000000000",
            "AdjacentShardToMerge": "shardId-000000000001", "TargetShardCount": 2, "ScalingType": "UNIFORM_SCALING",
            "RetentionPeriodHours": 48, "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis", "Tags": { "a": "b" },
            "TagKeys": ["a"], "Policy": "{\"Statement\":[]}", "ShardLevelMetrics": ["ALL"],
            "StreamModeDetails": { "StreamMode": "PROVISIONED" }, "WarmThroughputMiBps": 1,
            "MaxRecordSizeInKiB": 2048, "RecordDistributionStrategy": "AUTO", "ConsumerName": "reader",
        }),
        ("dynamodb", "Query") => json!({
            "TableName": "leases", "KeyConditionExpression": "leaseKey = :k",
            "ExpressionAttributeValues": { ":k": { "S": "a" } },
        }),
        ("dynamodb", "PutItem") => json!({ "TableName": "leases", "Item": key }),
        ("dynamodb", "BatchGetItem") => json!({ "RequestItems": { "leases": { "Keys": [key] } } }),
        ("dynamodb", "BatchWriteItem") => json!({ "RequestItems": { "leases": [{ "PutRequest": { "Item": key } }] } }),
        ("dynamodb", "TransactGetItems") => json!({ "TransactItems": [{ "Get": item }] }),
        ("dynamodb", "TransactWriteItems") => json!({ "TransactItems": [{ "Delete": item }] }),
        ("dynamodb", "GetItem" | "UpdateItem" | "DeleteItem" | "Scan" | "DescribeTable" | "DeleteTable") => item,
        ("dynamodb", _) => json!({
            "TableName": "leases", "AttributeDefinitions": [{ "AttributeName": "leaseKey", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "leaseKey", "KeyType": "HASH" }], "BillingMode": "PAY_PER_REQUEST",
            "ResourceArn": account().table_arn("leases"), "Tags": [{ "Key": "a", "Value": "b" }], "TagKeys": ["a"],
            "TimeToLiveSpecification": { "Enabled": true, "AttributeName": "ttl" },
            "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
        }),
        (other, _) => panic!("{other} does not speak AWS's protocols"),
    }
}

/// A cloud with a stream and a table, whose state lets every call through to its faults.
fn cloud() -> Cloud {
    let mut cloud = Cloud::new(Settings::default(), Seed(1));
    let mut events = Vec::new();
    let stream = "clicks".parse().expect("a name");
    cloud.kinesis.provision(SimTime::ZERO, &stream, 2, Default::default(), &mut events);
    let table = dynamodb::api::CreateTable::plain(
        "leases".parse().expect("a name"),
        "leaseKey".into(),
        dynamodb::api::Capacity::OnDemand,
    );
    let create = super::Request::DynamoDb(Box::new(table.into()));
    let _ = cloud.handle(SimTime::ZERO, KINESIS, create, &mut events);
    cloud.advance(SimTime::from_millis(600_000), &mut events);
    cloud
}

/// The code of the error that the answer is, or has in its parts.
fn refusal(cloud: &mut Cloud, service: &str, target: &str, operation: Operation) -> String {
    let door = Door { account: account(), epoch_unix_ms: 1_700_000_000_000 };
    let text = match operation.name() {
        "GetRecords" => body(service, operation).to_string().replace("AAAAAAAAAAE", &iterator(cloud, &door)),
        _ => body(service, operation).to_string(),
    };
    let (status, body) = ask(cloud, &door, &format!("{target}.{operation}"), &text);
    let whole = body["__type"].as_str().map(|code| code.rsplit('#').next().unwrap_or(code).to_owned());
    let part = body["Records"][0]["ErrorCode"].as_str().map(str::to_owned);
    whole.or(part).unwrap_or_else(|| format!("{status} {body}"))
}

fn iterator(cloud: &mut Cloud, door: &Door) -> String {
    let text = json!({ "StreamName": "clicks", "ShardId": "shardId-000000000000", "ShardIteratorType": "LATEST" });
    let (_, body) = ask(cloud, door, "Kinesis_20131202.GetShardIterator", &text.to_string());
    body["ShardIterator"].as_str().expect("an iterator").to_owned()
}

const JSON_1_1: &str = "application/x-amz-json-1.1";

fn ask(cloud: &mut Cloud, door: &Door, target: &str, text: &str) -> (u16, Value) {
    let http = HttpRequest {
        method: "POST",
        query: "",
        target: Some(target),
        content_type: Some(if target.starts_with("Dynamo") { "application/x-amz-json-1.0" } else { JSON_1_1 }),
        authorization: Some("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c"),
        has_date: true,
        rest: None,
        body: text.as_bytes(),
    };
    let (request, asked) = door.open(&http).unwrap_or_else(|answer| {
        panic!("{target} is refused before the service: {}", String::from_utf8_lossy(&answer.body))
    });
    let reply = cloud.handle(SimTime::from_millis(600_000), KINESIS, request, &mut Vec::new());
    let Answer::Whole(answer) = door.answer(asked, reply) else { return (200, Value::Null) };
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
}

#[test]
fn a_throttle_aimed_at_any_operation_of_kinesis_refuses_it_and_no_other() {
    for operation in kinesis::OPERATIONS {
        let mut cloud = cloud();
        let target = kinesis::api::FaultTarget { operation: Some(*operation), ..Default::default() };
        let fault = kinesis::api::Fault::Throttle { target, rate: 1.0 };
        cloud.kinesis.inject(SimTime::ZERO, 1, fault, &mut Vec::new());
        let code = refusal(&mut cloud, "kinesis", "Kinesis_20131202", *operation);
        let expected = match operation.name() {
            "PutRecord" | "PutRecords" | "GetRecords" | "GetShardIterator" => "ProvisionedThroughputExceededException",
            _ => "LimitExceededException",
        };
        assert_eq!(code, expected, "{operation}");
        let other = kinesis::OPERATIONS.iter().find(|other| *other != operation && other.name().starts_with("List"));
        let other = refusal(&mut cloud, "kinesis", "Kinesis_20131202", *other.expect("there are others"));
        assert!(!other.contains("Exceeded"), "a throttle of {operation} met another operation: {other}");
    }
}

#[test]
fn a_throttle_aimed_at_any_operation_of_dynamodb_refuses_it_and_no_other() {
    for operation in dynamodb::OPERATIONS {
        let mut cloud = cloud();
        let target = dynamodb::api::FaultTarget { operation: Some(*operation), table: None };
        let fault = dynamodb::api::Fault::Throttle { target, rate: 1.0 };
        cloud.dynamodb.inject(SimTime::ZERO, 1, fault, &mut Vec::new());
        let code = refusal(&mut cloud, "dynamodb", "DynamoDB_20120810", *operation);
        assert!(
            ["ThrottlingException", "ProvisionedThroughputExceededException"].contains(&&*code),
            "{operation} was answered {code}"
        );
        let other = if operation.name() == "GetItem" { "Scan" } else { "GetItem" };
        let other = dynamodb::OPERATIONS.iter().find(|known| known.name() == other).expect("it is there");
        let other = refusal(&mut cloud, "dynamodb", "DynamoDB_20120810", *other);
        assert!(other.starts_with("200"), "a throttle of {operation} met another operation: {other}");
    }
}

#[test]
fn an_operation_has_one_name_in_its_service() {
    for table in [kinesis::OPERATIONS, dynamodb::OPERATIONS] {
        let mut names: Vec<&str> = table.iter().map(|operation| operation.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), table.len());
    }
    assert!(operations().count() > 60, "those of every service");
}
