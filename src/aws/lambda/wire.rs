//! The contract with a function in JSON: the event that it gets and the answer that it gives
//! (<https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html>).
//!
//! The event has compact JSON, so that its size is known before it is made. An answer may be any bytes. One whose
//! members have other types than the contract's cannot be read as a whole, as with AWS; scalars are taken for texts in
//! partition keys. Not modelled: `subsequenceNumber` of records that the Kinesis Producer Library put together (it is
//! empty), `otfMetadata`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::api::{Answer, Error, Reply, Request, Returned, Source, Transformed, Verdict};
use crate::aws::protocol::outside::Came;
use crate::base::{Payload, SimDuration};

/// Bytes that the event and the answer may have: 6 MB each
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
pub(crate) const PAYLOAD_BYTES_MAX: u64 = 6 * 1024 * 1024;

/// What stands for the `recordId` of an answer that is none of ours.
pub(crate) const UNKNOWN_ID: u64 = u64::MAX;

/// Digits of a `recordId`, as many as AWS's have.
const ID_LEN: usize = 56;
const ID_START: &str = "49";

/// `recordId`.
fn id_text(id: u64) -> String {
    format!("{ID_START}{id:0width$}", width = ID_LEN - ID_START.len())
}

fn id_of(text: &str) -> u64 {
    let digits = text.strip_prefix(ID_START).filter(|digits| digits.len() + ID_START.len() == ID_LEN);
    let is_number = |digits: &&str| digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.filter(is_number).and_then(|digits| digits.parse().ok()).unwrap_or(UNKNOWN_ID)
}

/// A text in JSON, with its quotes.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// `region`: that of the delivery stream.
fn region_of(arn: &str) -> &str {
    arn.split(':').nth(3).unwrap_or_default()
}

/// The event without its records.
fn envelope(request: &Request) -> (String, &'static str) {
    let Request { invocation, delivery_arn, source_arn, .. } = request;
    let source = source_arn.as_ref().map(|arn| format!("\"sourceKinesisStreamArn\":{},", quoted(arn)));
    let start = format!(
        "{{\"invocationId\":\"{:08x}-0000-4000-8000-{:012x}\",{}\"deliveryStreamArn\":{},\"region\":{},\"records\":[",
        invocation >> 48 << 16,
        invocation & 0xffff_ffff_ffff,
        source.unwrap_or_default(),
        quoted(delivery_arn),
        quoted(region_of(delivery_arn)),
    );
    (start, "]}")
}

/// A record of the event but for what stands between the quotes of its data: before, and behind.
fn record(id: u64, arrived_ms: u64, source: Option<&Source>) -> (String, String) {
    let before = format!("{{\"recordId\":\"{}\",\"approximateArrivalTimestamp\":{arrived_ms},\"data\":\"", id_text(id));
    let behind = source.map_or("\"}".to_owned(), |source| {
        format!(
            "\",\"kinesisRecordMetadata\":{{\"sequenceNumber\":\"{}\",\"subsequenceNumber\":\"\",\"partitionKey\":{},\
             \"shardId\":\"{}\",\"approximateArrivalTimestamp\":{arrived_ms}}}}}",
            source.sequence_number,
            quoted(source.partition_key.as_str()),
            source.shard,
        )
    });
    (before, behind)
}

/// The event that a function gets.
pub(crate) fn event(request: &Request, epoch_unix_ms: u64) -> Vec<u8> {
    let (start, end) = envelope(request);
    let mut bytes = Vec::with_capacity(request_bytes(request) as usize);
    bytes.extend(start.as_bytes());
    for (n, one) in request.records.iter().enumerate() {
        if n > 0 {
            bytes.push(b',');
        }
        let (before, behind) = record(one.id, epoch_unix_ms + one.arrived.as_millis(), one.source.as_deref());
        bytes.extend(before.as_bytes());
        base64_simd::STANDARD.encode_append(one.data.bytes(), &mut bytes);
        bytes.extend(behind.as_bytes());
    }
    bytes.extend(end.as_bytes());
    bytes
}

/// Bytes in base64, with its padding.
fn base64_len(len: u32) -> u64 {
    u64::from(len).div_ceil(3) * 4
}

/// Bytes of the event that come with every invocation.
pub(crate) fn envelope_bytes(request: &Request) -> u64 {
    let (start, end) = envelope(request);
    (start.len() + end.len()) as u64
}

/// What surrounds the data of a record that no stream brought. Times of this century have as many digits all.
const BARE_RECORD_BYTES: u64 = 125;
/// What its place in a stream adds, but for the partition key.
const METADATA_BYTES: u64 = 218;

/// Bytes that a record adds to the event, with the comma before it.
pub(crate) fn record_bytes(data_len: u32, source: Option<&Source>) -> u64 {
    let of_source = |source: &Source| METADATA_BYTES + quoted_len(source.partition_key.as_str());
    BARE_RECORD_BYTES + 1 + base64_len(data_len) + source.map_or(0, of_source)
}

/// Bytes of a text in JSON, with its quotes.
fn quoted_len(text: &str) -> u64 {
    let is_escaped = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    match text.bytes().any(is_escaped) {
        true => quoted(text).len() as u64,
        false => text.len() as u64 + 2,
    }
}

/// Bytes of the event, to the byte.
pub(crate) fn request_bytes(request: &Request) -> u64 {
    let sizes = request.records.iter().map(|record| record_bytes(record.data.len(), record.source.as_deref()));
    (envelope_bytes(request) + sizes.sum::<u64>()).saturating_sub(u64::from(!request.records.is_empty()))
}

/// Bytes of an answer that is written as compact JSON.
pub(crate) fn answer_bytes(records: &[Transformed]) -> u64 {
    let of_keys = |keys: &BTreeMap<Box<str>, Box<str>>| -> u64 {
        let members = keys.iter().map(|(name, value)| quoted_len(name) + quoted_len(value) + 2);
        if keys.is_empty() { 0 } else { r#","metadata":{"partitionKeys":{}}"#.len() as u64 + members.sum::<u64>() - 1 }
    };
    let of_data = |data: &Payload| r#","data":"""#.len() as u64 + base64_len(data.len());
    let one = |record: &Transformed| {
        let bare = r#"{"recordId":"","result":""},"#.len() + ID_LEN + word_of(record.result).len();
        bare as u64 + record.data.as_ref().map_or(0, of_data) + of_keys(&record.partition_keys)
    };
    (r#"{"records":[]}"#.len() as u64 + records.iter().map(one).sum::<u64>())
        .saturating_sub(u64::from(!records.is_empty()))
}

fn word_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "Ok",
        Verdict::Dropped => "Dropped",
        Verdict::ProcessingFailed => "ProcessingFailed",
        Verdict::Unknown => "Unknown",
    }
}

#[derive(Deserialize)]
struct AnswerWire {
    records: Vec<RecordWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordWire {
    record_id: Option<String>,
    result: Option<String>,
    data: Option<String>,
    metadata: Option<MetadataWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MetadataWire {
    partition_keys: Option<BTreeMap<Box<str>, Value>>,
}

/// What a function throws, as runtimes write it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorWire {
    error_type: Option<String>,
    error_message: Option<String>,
}

/// Reads what a function answered; `is_error` when Lambda said so (`X-Amz-Function-Error`). Emulators do not all say
/// it, so a body with an error and no records is one too.
fn read_answer(body: &[u8], is_error: bool) -> Answer {
    if body.len() as u64 > PAYLOAD_BYTES_MAX {
        return Answer::TooLarge;
    }
    let told = || serde_json::from_slice::<ErrorWire>(body).ok().filter(|told| told.error_message.is_some());
    if is_error {
        return Answer::Failed(told().map_or_else(|| "the function failed".into(), text_of));
    }
    let records = serde_json::from_slice::<AnswerWire>(body).ok();
    let records = records.and_then(|answer| answer.records.into_iter().map(transformed).collect::<Option<Vec<_>>>());
    match records {
        Some(records) => Answer::Records(records),
        None => told().map_or_else(|| Answer::Junk(body.into()), |told| Answer::Failed(text_of(told))),
    }
}

/// What an answer of an emulator of Lambda means; `None` when nobody waits for it. Emulators have statuses of their own
/// for functions that fail, so a body that tells of an error counts, whatever its status.
pub(crate) fn reply(came: &Came) -> Option<Reply> {
    match came {
        Came::Answer { status, is_error, body, .. } => Some(read_reply(*status, *is_error, body)),
        Came::Unreachable {} | Came::Broken {} | Came::Done { .. } | Came::Refused { .. } => Some(Err(Error::Service)),
        Came::GivenUp {} => None,
    }
}

/// What a body means that came with this status; `is_error`: `X-Amz-Function-Error` says that the function failed.
///
/// # Errors
/// What Lambda answers instead when a function was not invoked.
pub fn read_reply(status: u16, is_error: bool, body: &[u8]) -> Reply {
    let answer = read_answer(body, is_error);
    match (status, answer) {
        (200..=299, answer) | (500..=599, answer @ Answer::Failed(_)) => {
            Ok(Returned { answer, took: SimDuration::ZERO })
        }
        (401 | 403, _) => Err(Error::AccessDenied),
        (404, _) => Err(Error::ResourceNotFound("Function not found".into())),
        (413, _) => Err(Error::RequestTooLarge),
        (429, _) => Err(Error::TooManyRequests),
        _ => Err(Error::Service),
    }
}

fn text_of(told: ErrorWire) -> Box<str> {
    let (kind, message) = (told.error_type.unwrap_or_default(), told.error_message.unwrap_or_default());
    match kind.as_str() {
        "" => message.into(),
        kind => format!("{kind}: {message}").into(),
    }
}

/// A record of an answer; none when its data is not base64.
fn transformed(record: RecordWire) -> Option<Transformed> {
    let data = match &record.data {
        None => None,
        Some(text) => Some(Payload::from_wire(base64_simd::STANDARD.decode_to_vec(text).ok()?)),
    };
    let result = match record.result.as_deref() {
        Some("Ok") => Verdict::Ok,
        Some("Dropped") => Verdict::Dropped,
        Some("ProcessingFailed") => Verdict::ProcessingFailed,
        _ => Verdict::Unknown,
    };
    let keys = record.metadata.and_then(|metadata| metadata.partition_keys).unwrap_or_default();
    let partition_keys = keys.into_iter().filter_map(|(name, value)| Some((name, scalar(value)?))).collect();
    let id = record.record_id.as_deref().map_or(UNKNOWN_ID, id_of);
    Some(Transformed { id, result, data, partition_keys })
}

fn scalar(value: Value) -> Option<Box<str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(is) => Some(is.to_string().into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use base64_simd::STANDARD;
    use proptest::prelude::*;

    use super::*;
    use crate::aws::lambda::ToTransform;
    use crate::base::{KeyText, SequenceNumber, ShardId, SimTime};
    use crate::world::CallId;

    fn request(source: Option<Source>, payloads: &[Payload]) -> Request {
        let source = source.map(Arc::new);
        let record = |(id, data): (usize, &Payload)| ToTransform {
            id: id as u64,
            arrived: SimTime::from_millis(250),
            data: data.clone(),
            source: source.clone(),
        };
        Request {
            function: "clean".into(),
            invocation: 0x1234_5678_9abc,
            delivery_arn: "arn:aws:firehose:eu-west-1:123456789012:deliverystream/clicks".into(),
            source_arn: source.is_some().then(|| "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks".into()),
            records: payloads.iter().enumerate().map(record).collect(),
            call: CallId(0),
        }
    }

    fn source(key: &str) -> Source {
        let sequence_number = SequenceNumber::new(ShardId(3), 1_700_000_000, 7, 1_700_000_001);
        Source { shard: ShardId(3), partition_key: KeyText::new(key), sequence_number }
    }

    #[test]
    fn the_event_has_the_members_that_the_contract_names() {
        let request = request(Some(source("user-1")), &[Payload::from(b"hello".to_vec())]);
        let read: Value = serde_json::from_slice(&event(&request, 1_700_000_000_000)).expect("JSON");
        assert_eq!(read["region"], "eu-west-1");
        assert_eq!(read["sourceKinesisStreamArn"], "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks");
        assert_eq!(read["deliveryStreamArn"], "arn:aws:firehose:eu-west-1:123456789012:deliverystream/clicks");
        assert_eq!(read["invocationId"].as_str().map(str::len), Some(36));
        let record = &read["records"][0];
        assert_eq!(record["recordId"].as_str().map(str::len), Some(56));
        assert_eq!(
            (&record["data"], &record["approximateArrivalTimestamp"]),
            (&"aGVsbG8=".into(), &1_700_000_000_250_u64.into())
        );
        let about = &record["kinesisRecordMetadata"];
        assert_eq!((&about["shardId"], &about["partitionKey"]), (&"shardId-000000000003".into(), &"user-1".into()));
        assert_eq!(about["sequenceNumber"].as_str(), Some(&*source("").sequence_number.to_string()));
    }

    #[test]
    fn what_no_stream_brought_has_no_metadata_of_one() {
        let read: Value = serde_json::from_slice(&event(&request(None, &[Payload::from(vec![0])]), 0)).expect("JSON");
        assert_eq!(read.get("sourceKinesisStreamArn"), None);
        assert_eq!(read["records"][0].get("kinesisRecordMetadata"), None);
    }

    #[test]
    fn the_size_of_an_event_is_known_before_it_is_made() {
        let payloads: Vec<_> = (0..5).map(|len| Payload::from(vec![b'x'; len])).collect();
        for source in [None, Some(source("k")), Some(source("\"quoted\" and \u{1} é"))] {
            for count in 0..payloads.len() {
                let request = request(source.clone(), &payloads[..count]);
                assert_eq!(
                    event(&request, 1_700_000_000_000).len() as u64,
                    request_bytes(&request),
                    "{count} {source:?}"
                );
            }
        }
    }

    /// What a function answers, as JSON.
    fn written(records: &[Transformed]) -> String {
        let one = |record: &Transformed| {
            let data = record.data.as_ref().map(|data| STANDARD.encode_to_string(data.bytes()));
            let data = data.map(|data| format!(r#","data":"{data}""#)).unwrap_or_default();
            let keys = serde_json::to_string(&record.partition_keys).expect("JSON");
            let metadata = format!(r#","metadata":{{"partitionKeys":{keys}}}"#);
            let keys = if keys == "{}" { "" } else { metadata.as_str() };
            format!(r#"{{"recordId":"{}","result":"{}"{data}{keys}}}"#, id_text(record.id), word_of(record.result))
        };
        format!(r#"{{"records":[{}]}}"#, records.iter().map(one).collect::<Vec<_>>().join(","))
    }

    fn some_answers() -> Vec<Transformed> {
        let keys = BTreeMap::from([("user".into(), "7".into()), ("\"q\"".into(), "é".into())]);
        let data = Some(Payload::from(b"hello".to_vec()));
        vec![
            Transformed { id: 0, result: Verdict::Ok, data, partition_keys: keys },
            Transformed { id: 1, result: Verdict::Dropped, data: None, partition_keys: BTreeMap::new() },
            Transformed { id: 2, result: Verdict::ProcessingFailed, data: None, partition_keys: BTreeMap::new() },
        ]
    }

    #[test]
    fn an_answer_is_read_as_it_was_meant_and_its_size_is_known() {
        let records = some_answers();
        for count in 0..=records.len() {
            let text = written(&records[..count]);
            let Answer::Records(read) = read_answer(text.as_bytes(), false) else { panic!("{text}") };
            assert_eq!(read, records[..count]);
            assert_eq!(text.len() as u64, answer_bytes(&records[..count]));
        }
    }

    #[test]
    fn other_ids_words_and_values_are_told_apart_from_junk() {
        let text = r#"{"records":[{"recordId":"7","result":"OK","extra":[1],
                       "metadata":{"partitionKeys":{"n":7,"is":true,"none":null}}},{}]}"#;
        let Answer::Records(read) = read_answer(text.as_bytes(), false) else { panic!("records") };
        assert!(read.iter().all(|record| (record.id, record.result) == (UNKNOWN_ID, Verdict::Unknown)));
        let keys = [("is", "true"), ("n", "7")].map(|(name, value)| (name.into(), value.into()));
        assert_eq!(read[0].partition_keys, BTreeMap::from(keys));
        for junk in ["", "null", "[]", "{}", r#"{"records":7}"#, r#"{"records":[{"data":"***"}]}"#, "\u{0}\u{ff}"] {
            assert!(matches!(read_answer(junk.as_bytes(), false), Answer::Junk(_)), "{junk}");
        }
    }

    #[test]
    fn an_error_is_one_whether_the_runtime_marks_it_or_not() {
        let text = br#"{"errorType":"TypeError","errorMessage":"x is undefined","trace":[]}"#;
        for is_error in [true, false] {
            let Answer::Failed(told) = read_answer(text, is_error) else { panic!("an error") };
            assert_eq!(&*told, "TypeError: x is undefined");
        }
        assert!(matches!(read_answer(br#"{"records":[]}"#, true), Answer::Failed(_)));
    }

    #[test]
    fn an_answer_over_six_megabytes_is_not_read() {
        let text = format!(r#"{{"records":[]{}}}"#, " ".repeat(PAYLOAD_BYTES_MAX as usize));
        assert!(matches!(read_answer(text.as_bytes(), false), Answer::TooLarge));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange_for_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..300), is_error: bool) {
            read_answer(&bytes, is_error);
        }

        #[test]
        fn an_answer_with_bytes_changed_or_cut_is_read_or_refused(
            at in 0usize..600, byte: u8, cut in 0usize..600, is_error: bool,
        ) {
            let mut bytes = written(&some_answers()).into_bytes();
            if let Some(changed) = bytes.get_mut(at) {
                *changed = byte;
            }
            bytes.truncate(cut);
            read_answer(&bytes, is_error);
        }
    }

    #[test]
    fn a_status_says_what_became_of_an_invocation() {
        let told = |status, body: &[u8]| match read_reply(status, false, body) {
            Ok(Returned { answer: Answer::Records(_), .. }) => "records",
            Ok(Returned { answer: Answer::Failed(_), .. }) => "failed",
            Ok(Returned { answer: Answer::Junk(_), .. }) => "junk",
            Ok(_) => "another",
            Err(error) => error.code(),
        };
        let (records, thrown) = (br#"{"records":[]}"#, br#"{"errorType":"E","errorMessage":"m"}"#);
        assert_eq!((told(200, records), told(200, b"?"), told(200, thrown)), ("records", "junk", "failed"));
        assert_eq!(
            (told(500, thrown), told(502, b"?"), told(0, b"")),
            ("failed", "ServiceException", "ServiceException")
        );
        assert_eq!((told(429, b""), told(404, b"")), ("TooManyRequestsException", "ResourceNotFoundException"));
        assert_eq!((told(413, b""), told(403, b"")), ("RequestTooLargeException", "AccessDeniedException"));
    }
}
