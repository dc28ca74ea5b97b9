//! Any JSON body is read or refused, by operations of every service.
#![no_main]

use kinesim::aws::Account;
use kinesim::aws::dynamodb::wire as dynamodb;
use kinesim::aws::firehose::wire::Protocol as Firehose;
use kinesim::aws::kinesis::wire as kinesis;
use kinesim::aws::protocol::{Wire, json};
use libfuzzer_sys::fuzz_target;

const KINESIS: [&str; 6] =
    ["PutRecord", "PutRecords", "GetShardIterator", "CreateStream", "ListShards", "SubscribeToShard"];
const FIREHOSE: [&str; 6] = [
    "PutRecord",
    "PutRecordBatch",
    "CreateDeliveryStream",
    "UpdateDestination",
    "ListDeliveryStreams",
    "TagDeliveryStream",
];
const DYNAMODB: [&str; 7] =
    ["PutItem", "UpdateItem", "Query", "Scan", "CreateTable", "BatchWriteItem", "TransactWriteItems"];

fuzz_target!(|data: &[u8]| {
    let Ok(body) = json::decode(data) else { return };
    // What was read is written so that it is read as the same again.
    let written = json::encode(&body);
    assert!(json::decode(&written).is_ok());
    let account = Account { id: "000000000000".into(), region: "us-east-1".into() };
    for operation in KINESIS {
        let _ = kinesis::decode(operation, &body, &account);
    }
    for operation in FIREHOSE {
        let _ = Firehose::decode(operation, &body, &account);
    }
    for operation in DYNAMODB {
        let _ = dynamodb::decode(operation, &body, &account);
    }
});
