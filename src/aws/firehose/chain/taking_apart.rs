//! Records that hold several: those of the KPL, CloudWatch Logs, JSON values, parts between delimiters
//! (<https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html>,
//! <https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs-decompression.html>).
//!
//! What is not of the form that the configuration expects goes on whole. An array is one JSON value, as AWS speaks of
//! values one after the other or on lines of their own only. Assumptions: the records of the KPL, which a stream alone
//! brings, are not counted towards the 500 of RecordDeAggregation; nothing is left of delimiters, nor of white space
//! between values. Not modelled: extraction of CloudWatch Logs' messages.

use std::borrow::Cow;
use std::io::Read as _;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use serde::de::IgnoredAny;

use super::kpl;
use crate::aws::firehose::pipeline::{Deaggregation, Processing};
use crate::aws::firehose::record::Carried;
use crate::aws::lambda::Source;
use crate::base::{KeyText, PartitionKey, Payload};

/// Records within one, beyond which it goes on whole
/// (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html>).
const PARTS_MAX: usize = 500;
/// Bytes that a record may unpack to: an assumption, so that a small record cannot fill the memory.
const UNPACKED_MAX: u64 = 64 << 20;

/// Takes a record apart, as far as the configuration says.
pub(in crate::aws::firehose) fn take_apart(processing: &Processing, record: Carried, out: &mut Vec<Carried>) {
    // Simulated data are letters, of no form.
    let Payload::Bytes(bytes) = record.data.clone() else { return out.push(record) };
    let users = record.source.as_ref().and_then(|source| Some((source, kpl::user_records(&bytes)?)));
    let users = users.filter(|(_, users)| !users.is_empty());
    let is_whole = users.is_none() && !processing.decompress && processing.deaggregate.is_none();
    if is_whole {
        return out.push(record);
    }
    let begin = out.len();
    match users {
        None => parts_of(processing, &bytes, |data| out.push(Carried { data, ..record.clone() })),
        Some((source, users)) => users.into_iter().for_each(|(key, data)| {
            let source = Some(with_key(source, key));
            parts_of(processing, data, |data| out.push(Carried { data, source: source.clone(), ..record.clone() }));
        }),
    }
    for (part, record) in (0..).zip(&mut out[begin..]) {
        record.part = part;
    }
}

/// The place in the stream of a user's record: that of the record it came in, under its own key.
fn with_key(source: &Arc<Source>, key: &str) -> Arc<Source> {
    match PartitionKey::new(key) {
        Ok(_) if key != source.partition_key.as_str() => {
            Arc::new(Source { partition_key: KeyText::new(key), ..(**source).clone() })
        }
        _ => source.clone(),
    }
}

/// Gives out what these bytes hold.
fn parts_of(processing: &Processing, bytes: &[u8], mut give: impl FnMut(Payload)) {
    let bytes = if processing.decompress { unpacked(bytes) } else { Cow::Borrowed(bytes) };
    let parts = match &processing.deaggregate {
        None => None,
        Some(Deaggregation::Json) => json_values(&bytes),
        Some(Deaggregation::Delimited(delimiter)) => delimited(&bytes, delimiter),
    };
    match parts {
        Some(parts) if (1..=PARTS_MAX).contains(&parts.len()) => {
            parts.into_iter().for_each(|part| give(Payload::from(part.to_vec())));
        }
        _ => give(Payload::from(bytes.into_owned())),
    }
}

/// What CloudWatch Logs packed by GZIP.
fn unpacked(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut unpacked = Vec::new();
    match MultiGzDecoder::new(bytes).take(UNPACKED_MAX + 1).read_to_end(&mut unpacked) {
        Ok(len) if len > 0 && len as u64 <= UNPACKED_MAX => Cow::Owned(unpacked),
        _ => Cow::Borrowed(bytes),
    }
}

/// The JSON values one after the other; none when something else is among them. One more than the most is enough to
/// know.
fn json_values(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
    let (mut parts, mut from) = (Vec::new(), 0);
    while let Some(value) = values.next() {
        value.ok()?;
        parts.push(bytes[from..values.byte_offset()].trim_ascii_start());
        from = values.byte_offset();
        if parts.len() > PARTS_MAX {
            break;
        }
    }
    Some(parts)
}

/// What stands between delimiters, without what is empty.
fn delimited<'a>(bytes: &'a [u8], delimiter: &[u8]) -> Option<Vec<&'a [u8]>> {
    if delimiter.is_empty() {
        return None;
    }
    let (mut parts, mut rest) = (Vec::new(), bytes);
    while let Some(at) = rest.windows(delimiter.len()).position(|window| window == delimiter) {
        parts.push(&rest[..at]);
        rest = &rest[at + delimiter.len()..];
    }
    parts.push(rest);
    parts.retain(|part| !part.is_empty());
    Some(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::body::Coding;
    use crate::base::{SequenceNumber, ShardId, SimTime};

    fn taken_apart(processing: &Processing, data: Payload, is_of_stream: bool) -> Vec<Carried> {
        let sequence_number = SequenceNumber::new(ShardId(0), 1_700_000_000, 5, 1_700_000_000);
        let source = Source { shard: ShardId(0), partition_key: KeyText::new("whole"), sequence_number };
        let source = is_of_stream.then(|| Arc::new(source));
        let mut out = Vec::new();
        let record = Carried { data, source, arrived: SimTime::ZERO, ordinal: 7, lane: 2, part: 0 };
        take_apart(processing, record, &mut out);
        out
    }

    fn texts(processing: &Processing, bytes: &[u8]) -> Vec<String> {
        let records = taken_apart(processing, Payload::from(bytes.to_vec()), false);
        assert!((0..).zip(&records).all(|(part, record)| (record.part, record.ordinal, record.lane) == (part, 7, 2)));
        records.iter().map(|record| String::from_utf8_lossy(&record.data.bytes()).into_owned()).collect()
    }

    fn json() -> Processing {
        Processing { deaggregate: Some(Deaggregation::Json), ..Processing::default() }
    }
    fn by(delimiter: &[u8]) -> Processing {
        Processing { deaggregate: Some(Deaggregation::Delimited(delimiter.into())), ..Processing::default() }
    }

    #[test]
    fn a_record_of_the_kpl_is_its_users_records_with_their_keys() {
        let bytes = kpl::tests::aggregated(&[("a", b"one"), ("whole", b"two")]);
        let records = taken_apart(&Processing::default(), Payload::from(bytes.clone()), true);
        let told = records.iter().map(|record| {
            let key = record.source.as_ref().map(|source| source.partition_key.as_str().to_owned());
            (key.unwrap_or_default(), String::from_utf8_lossy(&record.data.bytes()).into_owned(), record.part)
        });
        assert_eq!(told.collect::<Vec<_>>(), [("a".into(), "one".into(), 0), ("whole".into(), "two".into(), 1)]);
        assert_eq!(taken_apart(&Processing::default(), Payload::from(bytes), false).len(), 1, "put directly");
    }

    #[test]
    fn json_values_are_records_whether_they_stand_on_lines_or_not() {
        for text in ["{\"a\":1}{\"a\":[2]}", "{\"a\":1}\n{\"a\":[2]}\n", " {\"a\":1}\r\n\n {\"a\":[2]} "] {
            assert_eq!(texts(&json(), text.as_bytes()), ["{\"a\":1}", "{\"a\":[2]}"], "{text:?}");
        }
        assert_eq!(texts(&json(), b"[{\"a\":1},{\"a\":2}]"), ["[{\"a\":1},{\"a\":2}]"]);
    }

    #[test]
    fn what_is_no_json_goes_on_whole() {
        for text in ["hello", "{\"a\":1}{\"a\":", "{\"a\":1},{\"a\":2}", "", "  "] {
            assert_eq!(texts(&json(), text.as_bytes()), [text]);
        }
        assert_eq!(taken_apart(&json(), Payload::Synthetic { seed: 1, len: 9 }, false).len(), 1);
    }

    #[test]
    fn parts_between_delimiters_are_records() {
        assert_eq!(texts(&by(b"####"), b"one####two####"), ["one", "two"]);
        assert_eq!(texts(&by(b"\n"), b"one\n\ntwo"), ["one", "two"]);
        assert_eq!(texts(&by(b"####"), b"one###two"), ["one###two"]);
        assert_eq!(texts(&by(b"\n"), b"\n\n"), ["\n\n"]);
        assert_eq!(texts(&by(b""), b"one"), ["one"]);
    }

    #[test]
    fn a_record_with_more_than_five_hundred_parts_goes_on_whole() {
        let text = |count| "{}\n".repeat(count);
        for processing in [json(), by(b"\n")] {
            assert_eq!(texts(&processing, text(500).as_bytes()).len(), 500);
            assert_eq!(texts(&processing, text(501).as_bytes()), [text(501)]);
        }
    }

    #[test]
    fn what_cloudwatch_logs_packed_is_unpacked_before_it_is_taken_apart() {
        let packed = Coding::Gzip.encode(b"{\"logGroup\":\"a\"}{\"logGroup\":\"b\"}".to_vec());
        let unpack = Processing { decompress: true, ..Processing::default() };
        assert_eq!(texts(&unpack, &packed), ["{\"logGroup\":\"a\"}{\"logGroup\":\"b\"}"]);
        assert_eq!(texts(&Processing { decompress: true, ..json() }, &packed).len(), 2);
        assert_eq!(texts(&unpack, b"not packed"), ["not packed"]);
        assert_eq!(taken_apart(&unpack, Payload::from(packed[..20].to_vec()), false)[0].data.len(), 20, "cut off");
    }

    proptest! {
        #[test]
        fn nothing_but_delimiters_and_white_space_is_lost(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let whole = |processing: &Processing| -> Vec<u8> {
                let records = taken_apart(processing, Payload::from(bytes.clone()), true);
                records.iter().flat_map(|record| record.data.bytes().into_owned()).collect()
            };
            let kept = |is_lost: fn(&u8) -> bool| -> Vec<u8> {
                bytes.iter().copied().filter(|byte| !is_lost(byte)).collect()
            };
            let without: Vec<u8> = whole(&by(b"x")).into_iter().filter(|byte| *byte != b'x').collect();
            prop_assert_eq!(without, kept(|byte| *byte == b'x'));
            let without: Vec<u8> = whole(&json()).into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
            prop_assert_eq!(without, kept(u8::is_ascii_whitespace));
        }
    }
}
