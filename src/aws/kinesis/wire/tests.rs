//! Bodies to requests, and what messages say of wrong ones.

use serde_json::{Value as Json, json};

use super::{Call, decode};
use crate::aws::kinesis::api::IteratorPosition;
use crate::aws::kinesis::operations::Request;
use crate::aws::kinesis::operations::SubscribeToShard;
use crate::aws::protocol::Account;
use crate::aws::protocol::json;

fn account() -> Account {
    Account { id: "000000000000".into(), region: "us-east-1".into() }
}

/// The call that a body becomes, or the code and message of its refusal.
fn read(operation: &str, body: Json) -> Result<Call, String> {
    let text = body.to_string();
    let body = json::decode(text.as_bytes()).expect("JSON");
    match decode(operation, &body, &account()) {
        // Refused once its stream was found.
        Ok(Call { request: Request::Refused(call), .. }) => Err(format!("InvalidArgumentException: {}", call.problem)),
        other => other.map_err(|error| format!("{}: {}", error.code, error.message.unwrap_or_default())),
    }
}

fn refused(operation: &str, body: Json) -> String {
    read(operation, body).expect_err("a refusal")
}

fn iterator_text() -> String {
    use crate::base::{ShardId, SimTime, StreamId};
    let (stream, stream_id) = ("s".parse().expect("a name"), StreamId(0));
    let (shard, issued_at) = (ShardId(0), SimTime::ZERO);
    let iterator = crate::aws::kinesis::api::ShardIterator { stream, stream_id, shard, next_ordinal: 0, issued_at };
    super::tokens::iterator_text(&iterator)
}

#[test]
fn a_limit_of_get_records_is_from_1_to_10000() {
    let get = |limit: u32| read("GetRecords", json!({ "ShardIterator": iterator_text(), "Limit": limit }));
    assert!(get(10_000).is_ok());
    for wrong in [0, 10_001] {
        assert!(get(wrong).expect_err("out of range").starts_with("ValidationException: "), "{wrong}");
    }
}

#[test]
fn a_dry_run_is_read_as_any_other_request() {
    let request = |operation: &str, mut body: Json| {
        body["DryRun"] = json!(true);
        read(operation, body).map(|call| call.request)
    };
    let consumer = "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c:1";
    let latest = json!({ "Type": "LATEST" });
    for (name, body) in [
        ("PutRecord", json!({ "StreamName": "s", "Data": "YQ==", "PartitionKey": "k" })),
        ("PutRecords", json!({ "StreamName": "s", "Records": [{ "Data": "YQ==", "PartitionKey": "k" }] })),
        ("GetRecords", json!({ "ShardIterator": iterator_text() })),
        ("GetShardIterator", json!({ "StreamName": "s", "ShardId": "0", "ShardIteratorType": "LATEST" })),
        ("SubscribeToShard", json!({ "ConsumerARN": consumer, "ShardId": "0", "StartingPosition": latest })),
    ] {
        match request(name, body) {
            Ok(Request::DryRun(dry)) => assert_eq!((dry.operation.name(), dry.stream.as_str()), (name, "s")),
            other => panic!("{other:?}"),
        }
    }
    let junk = request("GetRecords", json!({ "ShardIterator": "AAAA" }));
    assert_eq!(junk.err().as_deref(), Some("InvalidArgumentException: Invalid ShardIterator."));
}

#[test]
fn hours_below_zero_are_told_as_they_are() {
    let message = refused("DecreaseStreamRetentionPeriod", json!({ "StreamName": "s", "RetentionPeriodHours": -1 }));
    assert!(message.starts_with("InvalidArgumentException: ") && message.contains("(-1 hours)"), "{message}");
}

fn subscribe(shard: &str, position: Json) -> Result<IteratorPosition, String> {
    let arn = "arn:aws:kinesis:us-east-1:000000000000:stream/clicks/consumer/c:1";
    let body = json!({ "ConsumerARN": arn, "ShardId": shard, "StartingPosition": position });
    read("SubscribeToShard", body).map(|call| match call.request {
        Request::SubscribeToShard(SubscribeToShard { position, .. }) => position,
        other => panic!("{other:?}"),
    })
}

#[test]
fn where_a_subscription_starts_is_refused_as_where_an_iterator_does() {
    let at = |kind: &str, number: &str| subscribe("0", json!({ "Type": kind, "SequenceNumber": number }));
    assert_eq!(
        at("AT_SEQUENCE_NUMBER", "1").expect_err("refused"),
        "InvalidArgumentException: Invalid StartingSequenceNumber. It encodes shardId-000000000001, while it was used \
         in a call to a shard with shardId-000000000000"
    );
    let both = at("LATEST", "1").expect_err("refused");
    assert!(both.ends_with("Request specified LATEST and also a SequenceNumber."), "{both}");
    let none = subscribe("0", json!({ "Type": "AFTER_SEQUENCE_NUMBER" })).expect_err("refused");
    assert!(none.ends_with("Request specified AFTER_SEQUENCE_NUMBER and no SequenceNumber."), "{none}");
    assert_eq!(
        subscribe("x", json!({ "Type": "LATEST" })).expect_err("refused"),
        "ResourceNotFoundException: Could not find shard x in stream clicks under account 000000000000."
    );
}

#[test]
fn a_time_before_the_epoch_is_older_than_every_record() {
    for time in [json!(-5), json!(-5.5)] {
        let position = subscribe("0", json!({ "Type": "AT_TIMESTAMP", "Timestamp": time }));
        assert_eq!(position, Ok(IteratorPosition::AtTimestamp(0)));
    }
}

#[test]
fn a_paging_token_stands_alone() {
    let arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
    for (operation, mut body) in [("ListShards", json!({})), ("ListStreamConsumers", json!({ "StreamARN": arn }))] {
        body["NextToken"] = json!("x");
        body["StreamCreationTimestamp"] = json!(1);
        assert_eq!(
            refused(operation, body),
            "InvalidArgumentException: NextToken and StreamCreationTimestamp cannot be provided together."
        );
    }
}

#[test]
fn the_number_behind_the_first_dash_names_a_shard() {
    let shard = |text: &str| {
        let body = json!({ "StreamName": "s", "ShardId": text, "ShardIteratorType": "LATEST" });
        read("GetShardIterator", body).ok().map(|call| match call.request {
            Request::GetShardIterator(get) => get.shard.0,
            other => panic!("{other:?}"),
        })
    };
    for (text, number) in
        [("shardId-000000000007", 7), ("7", 7), ("abc-7", 7), ("-00007", 7), ("x-2147483647", 2_147_483_647)]
    {
        assert_eq!(shard(text), Some(number), "{text}");
    }
    for text in ["x", "shardId-", "a-b-7", "shardId-2147483648", "7x"] {
        assert_eq!(shard(text), None, "{text}");
    }
}

#[test]
fn what_an_iterator_starts_at_is_checked_before_its_stream_is_known() {
    let start = |number: &str| {
        let body = json!({
            "StreamName": "s", "ShardId": "shardId-000000000000", "ShardIteratorType": "AT_SEQUENCE_NUMBER",
            "StartingSequenceNumber": number,
        });
        read("GetShardIterator", body).expect_err("refused")
    };
    let of = "used in GetShardIterator on shard shardId-000000000000 in stream s under account 000000000000 is invalid";
    assert_eq!(
        start(&"9".repeat(60)),
        format!("InvalidArgumentException: StartingSequenceNumber {} {of}.", "9".repeat(60))
    );
    assert_eq!(
        start("0"),
        format!("InvalidArgumentException: StartingSequenceNumber 0 {of} because it did not come from this stream.")
    );
}

#[test]
fn any_number_that_once_was_one_may_stand_for_ordering() {
    let put = |number: &str| {
        let body = json!({
            "StreamName": "s", "Data": "YQ==", "PartitionKey": "k", "SequenceNumberForOrdering": number,
        });
        read("PutRecord", body).map(|_| ())
    };
    assert_eq!(put("0"), Ok(()));
    assert_eq!(put("49585389983312162443796657944872008114154899568972529698"), Ok(()));
    assert_eq!(
        put("49585389983312162443796657944872008114154899568972529699").expect_err("version 3"),
        "InvalidArgumentException: ExclusiveMinimumSequenceNumber \
         49585389983312162443796657944872008114154899568972529699 used in PutRecord on stream s under account \
         000000000000 is invalid."
    );
}
