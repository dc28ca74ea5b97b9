//! What a client writes the service reads, and the other way round; and what is said of bodies that are no requests.

use proptest::prelude::*;
use serde_json::json;

use super::Protocol;
use crate::aws::firehose::OPERATIONS;
use crate::aws::firehose::api::{Error, PutFailure, RecordId, Reply, Response};
use crate::aws::firehose::desk::{Desk, creation, s3, update};
use crate::aws::firehose::operations::{PutRecord, PutRecordBatch, Request};
use crate::aws::protocol::{Account, Encoding, Place, Wire};
use crate::base::Payload;

fn account() -> Account {
    Account { id: "000000000000".into(), region: "us-east-1".into() }
}

fn puts() -> [Request; 2] {
    let delivery = || "d".parse().expect("a name");
    let data = |text: &str| Payload::from(text.as_bytes().to_vec());
    let batch = PutRecordBatch { delivery: delivery(), records: [data("a"), data(""), data("ключ")].into() };
    [Request::PutRecord(PutRecord { delivery: delivery(), data: data("a") }), Request::PutRecordBatch(batch)]
}

#[test]
fn the_service_reads_the_request_that_the_client_wrote() {
    for request in puts() {
        let bytes = Protocol::ENCODING.encode(&Protocol::body(&request).expect("a built-in client's request"));
        let value = Protocol::ENCODING.decode(&bytes).expect("a body");
        let (read, ()) = Protocol::decode(request.operation().name(), &value, &account()).expect("a request");
        assert_eq!(format!("{read:?}"), format!("{request:?}"));
        assert_eq!(Protocol::about(&read).as_deref(), Some("d"));
    }
}

#[test]
fn the_client_reads_the_answer_that_the_service_wrote() {
    let account = account();
    let at = Place { account: &account, epoch_unix_ms: 0 };
    let [put, batch] = puts();
    let results = vec![Ok(RecordId(7)), Err(PutFailure::Unavailable), Err(PutFailure::Internal)];
    let replies: Vec<(&Request, Reply)> = vec![
        (&put, Ok(Response::RecordPut { id: RecordId(7), is_encrypted: true })),
        (&batch, Ok(Response::BatchPut { failed: 2, results, is_encrypted: false })),
        (&put, Err(Error::ServiceUnavailable)),
        (&put, Err(Error::InternalFailure)),
        (&batch, Err(Error::ResourceNotFound("m".into()))),
        (&batch, Err(Error::InvalidArgument("m".into()))),
        (&batch, Err(Error::InvalidSource("m".into()))),
        (&batch, Err(Error::InvalidKmsResource("m".into()))),
    ];
    for (request, given) in replies {
        let answer = Protocol::answer(Encoding::Json11, &(), &given, &at);
        let body = Encoding::Json11.decode(&answer.body).expect("a body");
        let told = Protocol::reply(request, answer.status, &body, &at).expect("a reply");
        assert_eq!(format!("{told:?}"), format!("{given:?}"));
    }
}

#[test]
fn a_record_that_is_too_large_refuses_its_batch() {
    let mut desk = Desk::new();
    desk.delivery("d", json!({}));
    let data = |bytes: usize| json!({ "Data": base64_simd::STANDARD.encode_to_string(vec![b'a'; bytes]) });
    let batch = |records: Vec<_>| json!({ "DeliveryStreamName": "d", "Records": records });
    let told = desk.refused("PutRecordBatch", batch(vec![data(1), data(1_024_001)]));
    assert_eq!(
        told,
        "ValidationException: 1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=1024001 \
         cap=1024001]' at 'records.2.member.data' failed to satisfy constraint: Member must have length less than or \
         equal to 1024000"
    );
    let told = desk.refused("PutRecordBatch", batch(vec![data(1_024_000); 5]));
    assert_eq!(told, "InvalidArgumentException: Records size exceeds 4 MB limit");
    let put = desk.ok("PutRecordBatch", batch(vec![data(1_024_000); 4]));
    assert_eq!((&put["FailedPutCount"], put["RequestResponses"].as_array().map(Vec::len)), (&json!(0), Some(4)));
    for (records, what) in [(vec![], "none"), (vec![data(1); 501], "501")] {
        assert!(desk.refused("PutRecordBatch", batch(records)).starts_with("ValidationException: "), "{what}");
    }
}

#[test]
fn violations_are_told_by_their_place() {
    let mut desk = Desk::new();
    let hints = json!({ "BufferingHints": { "SizeInMBs": 129, "IntervalInSeconds": -1 }, "CompressionFormat": "XZ" });
    let mut body = creation("a b", s3(hints));
    body["ExtendedS3DestinationConfiguration"]["RoleARN"] = json!("me");
    let told = desk.refused("CreateDeliveryStream", body);
    for part in [
        "5 validation errors detected: ",
        "Value 'a b' at 'deliveryStreamName' failed to satisfy constraint: Member must satisfy regular expression \
         pattern: [a-zA-Z0-9_.-]+",
        "Value 'me' at 'extendedS3DestinationConfiguration.roleARN' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: arn:.*:iam::",
        "Value '129' at 'extendedS3DestinationConfiguration.bufferingHints.sizeInMBs' failed to satisfy constraint: \
         Member must have value less than or equal to 128",
        "intervalInSeconds' failed to satisfy constraint: Member must have value greater than or equal to 0",
        "Member must satisfy enum value set: [UNCOMPRESSED, GZIP, ZIP, Snappy, HADOOP_SNAPPY]",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let told = desk.refused("CreateDeliveryStream", json!({ "DeliveryStreamName": 1 }));
    assert_eq!(told, "SerializationException: NUMBER_VALUE can not be converted to a String");
}

/// Bodies that are requests.
fn bodies() -> Vec<String> {
    let tags = json!([{ "Key": "a", "Value": "b" }]);
    let named = json!({
        "DeliveryStreamName": "d", "Record": { "Data": "YQ==" }, "Records": [{ "Data": "YQ==" }], "Tags": tags,
        "TagKeys": ["a"], "Limit": 1,
    });
    let processors = json!({ "ProcessingConfiguration": { "Enabled": true, "Processors": [
        { "Type": "RecordDeAggregation", "Parameters": [{ "ParameterName": "Delimiter", "ParameterValue": "fA==" }] },
    ] } });
    let texts = [named, creation("d", s3(processors)), update("d", "1", json!({ "Prefix": "!{timestamp:yyyy}" }))];
    texts.iter().map(ToString::to_string).collect()
}

proptest! {
    /// A part of a right body stands in another's place, or is gone.
    #[test]
    fn no_body_is_answered_but_by_aws_shapes(
        which in 0_usize..3, from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(),
        junk in prop_oneof![
            Just(""), Just("null"), Just("[]"), Just("{}"), Just("-1"), Just("1e400"), Just("true"),
            Just("\"é\\u0000\""),
            Just("\"!{\""), Just("\"{a:\""), Just("{\"Data\":7}"), Just("[[[]]]"),
        ],
    ) {
        let text = bodies().swap_remove(which);
        let (from, to) = (from.index(text.len()), to.index(text.len()));
        let mut bytes = text.into_bytes();
        bytes.splice(from.min(to)..from.max(to), junk.bytes());
        let mut desk = Desk::new();
        for operation in OPERATIONS {
            let (status, answer) = desk.call(operation.name(), &bytes);
            prop_assert!(status == 200 || answer["__type"].is_string(), "{operation}: {status} {answer}");
        }
    }

    /// A member has a value of any type, or of no sense.
    #[test]
    fn no_value_of_a_member_makes_the_service_stumble(
        which in 0_usize..3, member in any::<prop::sample::Index>(), text in "[ -~é\\n]{0,12}", kind in 0_u8..6,
    ) {
        let mut body: serde_json::Value = serde_json::from_str(&bodies()[which]).expect("JSON");
        let mut paths = Vec::new();
        gather(&body, String::new(), &mut paths);
        let value = match kind {
            0 => json!(text), 1 => json!(-1), 2 => json!(u64::MAX), 3 => json!([text]), 4 => json!({ "Enabled": text }),
            _ => json!(null),
        };
        *body.pointer_mut(&paths[member.index(paths.len())]).expect("a path") = value;
        let mut desk = Desk::new();
        desk.delivery("d", json!({}));
        for operation in OPERATIONS {
            let (status, answer) = desk.call(operation.name(), body.to_string().as_bytes());
            prop_assert!(status == 200 || answer["__type"].is_string(), "{operation}: {status} {answer}");
        }
    }
}

/// Paths to every value within a body.
fn gather(value: &serde_json::Value, at: String, paths: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            members.iter().for_each(|(name, value)| gather(value, format!("{at}/{name}"), paths));
        }
        serde_json::Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(n, value)| gather(value, format!("{at}/{n}"), paths));
        }
        _ => {}
    }
    if !at.is_empty() {
        paths.push(at);
    }
}
