//! Records of the error output: one line of JSON each.
//!
//! Members and their names are those of AWS's pages, by the kind of failure
//! (<https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html>,
//! <https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html>,
//! <https://docs.aws.amazon.com/firehose/latest/dev/retry.html>). Of failures whose record AWS does not show, it
//! has the members that all others share. Not modelled: `dataCatalogTable` beyond what the configuration says.

use crate::aws::firehose::record::Carried;
use crate::aws::protocol::json;
use crate::aws::protocol::value::{Fields, Value};
use crate::base::event::FailedAs;

/// What an error record tells besides the record.
#[derive(Clone, Debug)]
pub(in crate::aws::firehose) struct Told<'a> {
    /// Which kind of record it is.
    pub(in crate::aws::firehose) failed_as: FailedAs,
    pub(in crate::aws::firehose) attempts: u32,
    pub(in crate::aws::firehose) error: &'a str,
    pub(in crate::aws::firehose) message: &'a str,
    /// Wall-clock milliseconds at which the last attempt ended.
    pub(in crate::aws::firehose) ended_unix_ms: u64,
    pub(in crate::aws::firehose) epoch_unix_ms: u64,
    /// `lambdaArn`, of what a function failed for.
    pub(in crate::aws::firehose) lambda_arn: Option<&'a str>,
    /// Members of its own kind (`esDocumentId`, `EventId`, ...); of what could not be converted those of
    /// `dataCatalogTable`.
    pub(in crate::aws::firehose) besides: &'a [(&'static str, Box<str>)],
}

/// The line of a record.
pub(in crate::aws::firehose) fn line(record: &Carried, told: &Told<'_>) -> Vec<u8> {
    let is_conversion = told.failed_as == FailedAs::Conversion;
    let (code, message) =
        if is_conversion { ("lastErrorCode", "lastErrorMessage") } else { ("errorCode", "errorMessage") };
    let mut line = Fields::new();
    let mut put = |name: &'static str, value: Value<'static>| line.push((name.into(), value));
    put("attemptsMade", u64::from(told.attempts).into());
    put("arrivalTimestamp", (told.epoch_unix_ms + record.arrived.as_millis()).into());
    put(code, text(told.error));
    put(message, text(told.message));
    put("attemptEndingTimestamp", told.ended_unix_ms.into());
    let besides = told.besides.iter().map(|(name, value)| ((*name).into(), text(value)));
    // The order of the pages: an index's names stand before the data, everything else behind it.
    if told.failed_as == FailedAs::OpenSearch {
        line.extend(besides.clone());
    }
    line.push(("rawData".into(), Value::Bytes(record.data.bytes().into_owned().into())));
    match told.failed_as {
        FailedAs::OpenSearch => {}
        FailedAs::Conversion => {
            if let Some(source) = &record.source {
                line.push(("sequenceNumber".into(), text(&source.sequence_number.to_string())));
                line.push(("subSequenceNumber".into(), u64::from(record.part).into()));
            }
            line.push(("dataCatalogTable".into(), Value::Map(besides.collect())));
        }
        _ => line.extend(besides),
    }
    if let Some(arn) = told.lambda_arn {
        line.push(("lambdaArn".into(), text(arn)));
    }
    let mut bytes = json::encode(&Value::Map(line));
    bytes.push(b'\n');
    bytes
}

fn text(text: &str) -> Value<'static> {
    Value::Text(text.to_owned().into())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::aws::lambda::Source;
    use crate::base::{KeyText, Payload, SequenceNumber, ShardId, SimTime};

    fn record(data: &[u8], part: u32) -> Carried {
        let sequence_number = SequenceNumber::new(ShardId(0), 1_700_000_000, 5, 1_700_000_000);
        let source = Source { shard: ShardId(0), partition_key: KeyText::new("k"), sequence_number };
        Carried {
            data: Payload::from(data.to_vec()),
            source: Some(Arc::new(source)),
            arrived: SimTime::from_secs(2),
            ordinal: 4,
            lane: 0,
            part,
        }
    }

    fn told<'a>(failed_as: FailedAs, besides: &'a [(&'static str, Box<str>)]) -> Told<'a> {
        Told {
            failed_as,
            attempts: 4,
            error: "Some.Error",
            message: "it said: \"no\"\n\u{1}",
            ended_unix_ms: 1_700_000_009_000,
            epoch_unix_ms: 1_700_000_000_000,
            lambda_arn: None,
            besides,
        }
    }

    fn written(record: &Carried, told: &Told<'_>) -> String {
        String::from_utf8(line(record, told)).expect("text")
    }

    #[test]
    fn what_a_function_failed_for_has_its_data_and_the_functions_name() {
        let mut told = told(FailedAs::Processing, &[]);
        told.lambda_arn = Some("arn:aws:lambda:us-east-1:000000000000:function:clean");
        assert_eq!(
            written(&record(b"hello", 0), &told),
            "{\"attemptsMade\":4,\"arrivalTimestamp\":1700000002000,\"errorCode\":\"Some.Error\",\"errorMessage\":\
             \"it said: \\\"no\\\"\\n\\u0001\",\"attemptEndingTimestamp\":1700000009000,\"rawData\":\"aGVsbG8=\",\
             \"lambdaArn\":\"arn:aws:lambda:us-east-1:000000000000:function:clean\"}\n"
        );
    }

    #[test]
    fn what_could_not_be_converted_names_its_last_error_and_its_place_in_the_stream() {
        let table = [("databaseName", "web".into()), ("tableName", "clicks".into())];
        let line = written(&record(b"{", 3), &told(FailedAs::Conversion, &table));
        let read: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!((&read["lastErrorCode"], read.get("errorCode")), (&"Some.Error".into(), None));
        assert_eq!(read["sequenceNumber"].as_str().map(str::len), Some(56));
        assert_eq!(read["subSequenceNumber"], 3);
        assert_eq!(read["dataCatalogTable"], serde_json::json!({ "databaseName": "web", "tableName": "clicks" }));
    }

    #[test]
    fn what_an_index_refused_has_the_documents_names_before_its_data() {
        let names = [("esDocumentId", "495.0".into()), ("esIndexName", "clicks".into()), ("esTypeName", "".into())];
        let line = written(&record(b"x", 0), &told(FailedAs::OpenSearch, &names));
        assert!(line.contains(r#""esDocumentId":"495.0","esIndexName":"clicks","esTypeName":"","rawData":"eA=="}"#));
    }

    #[test]
    fn what_splunk_did_not_take_has_the_events_id() {
        let line = written(&record(b"x", 0), &told(FailedAs::Splunk, &[("EventId", "495.0".into())]));
        assert!(line.contains(r#""rawData":"eA==","EventId":"495.0"}"#), "{line}");
    }

    #[test]
    fn every_line_is_one_line_of_json_whatever_the_data() {
        for data in [&b""[..], b"\n", b"\"\\\xff\x00", "é\u{2028}".as_bytes()] {
            let line = line(&record(data, 0), &told(FailedAs::HttpEndpoint, &[]));
            assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
            assert!(serde_json::from_slice::<serde_json::Value>(&line).is_ok());
        }
    }
}
