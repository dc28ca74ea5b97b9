//! The bytes of requests to an endpoint and of its answers
//! (<https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html>).

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use super::api::{Answer, Manner, Post, Reply, RequestId, Unreached};
use crate::aws::protocol::outside::Came;
use crate::aws::protocol::rendered::Rendered;
use crate::base::{Payload, SimDuration};

/// An answer has no more bytes.
pub(crate) const ANSWER_BYTES_MAX: usize = 1 << 20;
const JSON: &str = "application/json";

/// A POST to the endpoint's own URL.
pub(crate) fn rendered(post: &Post) -> Rendered {
    let id = post.request_id.to_string();
    let mut headers = vec![
        ("X-Amz-Firehose-Protocol-Version", "1.0".to_owned()),
        ("X-Amz-Firehose-Request-Id", id.clone()),
        ("X-Amz-Firehose-Source-Arn", post.source_arn.to_string()),
    ];
    headers.extend(post.access_key.iter().map(|key| ("X-Amz-Firehose-Access-Key", key.to_string())));
    if !post.attributes.is_empty() {
        let attributes = post.attributes.iter().map(|(name, value)| (name.to_string(), json!(&**value)));
        let common = json!({ "commonAttributes": serde_json::Map::from_iter(attributes) });
        headers.push(("X-Amz-Firehose-Common-Attributes", common.to_string()));
    }
    headers.push(("Content-Type", JSON.to_owned()));
    headers.extend(post.is_gzip.then(|| ("Content-Encoding", "gzip".to_owned())));
    let plain = body(post, &id);
    let body = if post.is_gzip { packed(&plain) } else { plain };
    Rendered { path: String::new(), headers, body }
}

fn body(post: &Post, id: &str) -> Vec<u8> {
    let mut text = String::with_capacity(body_len(&post.records) as usize);
    text.push_str(&format!("{{\"requestId\":\"{id}\",\"timestamp\":{},\"records\":[", post.timestamp_unix_ms));
    for (n, record) in post.records.iter().enumerate() {
        text.push_str(if n > 0 { ",{\"data\":\"" } else { "{\"data\":\"" });
        BASE64.encode_string(record.bytes(), &mut text);
        text.push_str("\"}");
    }
    text.push_str("]}");
    text.into_bytes()
}

/// Bytes of a body with nothing in it, and what each record adds to its base64.
const AROUND_ALL: u64 = 92;
const AROUND_EACH: u64 = 12;

/// How long the body of a request with a record of so many bytes is, at most; and with each further one.
pub(crate) fn record_len(bytes: u64) -> u64 {
    bytes.div_ceil(3) * 4 + AROUND_EACH
}

/// How long the body of a request with these records is, at most, before it is packed.
pub(crate) fn body_len(records: &[Payload]) -> u64 {
    AROUND_ALL + records.iter().map(|record| record_len(record.len().into())).sum::<u64>()
}

fn packed(plain: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let done = gzip.write_all(plain).and_then(|()| gzip.finish());
    done.unwrap_or_else(|error| unreachable!("memory takes every byte: {error}"))
}

fn said(status: u16, body: Vec<u8>) -> Answer {
    Answer {
        status,
        content_type: Some(JSON.into()),
        is_encoded: false,
        has_length: true,
        body: body.into(),
        took: SimDuration::ZERO,
    }
}

/// What an endpoint answers to what it has taken.
pub(super) fn answer(manner: Manner, id: RequestId, timestamp_unix_ms: u64) -> Answer {
    let right = json!({ "requestId": id.to_string(), "timestamp": timestamp_unix_ms });
    match manner {
        Manner::Rightly => said(200, right.to_string().into_bytes()),
        Manner::WithAnotherId => answer(Manner::Rightly, RequestId(!id.0), timestamp_unix_ms),
        Manner::WithoutTimestamp => said(200, json!({ "requestId": id.to_string() }).to_string().into_bytes()),
        Manner::WithPlainText => Answer { content_type: Some("text/plain".into()), ..said(200, b"OK".to_vec()) },
        Manner::WithTooMuch => {
            let mut body = right.to_string().into_bytes();
            body.resize(ANSWER_BYTES_MAX + 1, b' ');
            said(200, body)
        }
    }
}

/// What it answers to what it has not.
pub(super) fn refusal(status: u16, id: RequestId, timestamp_unix_ms: u64) -> Answer {
    let message = reason(status);
    let body = json!({ "requestId": id.to_string(), "timestamp": timestamp_unix_ms, "errorMessage": message });
    said(status, body.to_string().into_bytes())
}

/// What came back from an endpoint outside; `None` when nobody waits for it.
pub(super) fn read(came: &Came) -> Option<Reply> {
    Some(match came {
        Came::Answer { status, content_type, is_encoded, has_length, body, .. } => Ok(Answer {
            status: *status,
            content_type: content_type.as_deref().map(Into::into),
            is_encoded: *is_encoded,
            has_length: *has_length,
            body: body.as_slice().into(),
            took: SimDuration::ZERO,
        }),
        Came::Done { .. } | Came::Refused { .. } | Came::Broken {} => Err(Unreached::Broken),
        Came::Unreachable {} => Err(Unreached::Refused),
        Came::GivenUp {} => return None,
    })
}

/// A status in words.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        401 => "401 Unauthorized",
        403 => "403 Forbidden",
        413 => "413 Payload Too Large",
        429 => "429 Too Many Requests",
        503 => "503 Service Unavailable",
        _ => "500 Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Holds;
    use crate::world::CallId;

    fn post() -> Post {
        Post {
            endpoint: "partner".into(),
            request_id: RequestId(0xed4a_cda5_034f_9f42_bba1_f29a_ea6d_7d8f),
            timestamp_unix_ms: 1_578_090_901_599,
            source_arn: "arn:aws:firehose:us-east-1:123456789:deliverystream/testStream".into(),
            access_key: Some("secret".into()),
            attributes: [("deployment-context".into(), "pre-prod-gamma".into())].into(),
            is_gzip: false,
            records: [Payload::from(b"aGVsbG8".to_vec()), Payload::from(b"hello world".to_vec())].into(),
            holds: Holds::default(),
            call: CallId(0),
        }
    }

    #[test]
    fn a_request_has_the_documented_headers_and_body() {
        let Rendered { path, headers, body } = rendered(&post());
        let expected = [
            ("X-Amz-Firehose-Protocol-Version", "1.0"),
            ("X-Amz-Firehose-Request-Id", "ed4acda5-034f-9f42-bba1-f29aea6d7d8f"),
            ("X-Amz-Firehose-Source-Arn", "arn:aws:firehose:us-east-1:123456789:deliverystream/testStream"),
            ("X-Amz-Firehose-Access-Key", "secret"),
            ("X-Amz-Firehose-Common-Attributes", r#"{"commonAttributes":{"deployment-context":"pre-prod-gamma"}}"#),
            ("Content-Type", "application/json"),
        ];
        assert_eq!(path, "");
        assert_eq!(headers.iter().map(|(name, value)| (*name, &**value)).collect::<Vec<_>>(), expected);
        assert_eq!(
            String::from_utf8(body).expect("text"),
            "{\"requestId\":\"ed4acda5-034f-9f42-bba1-f29aea6d7d8f\",\"timestamp\":1578090901599,\
             \"records\":[{\"data\":\"YUdWc2JHOA==\"},{\"data\":\"aGVsbG8gd29ybGQ=\"}]}"
        );
    }

    #[test]
    fn without_key_and_attributes_their_headers_are_not_there() {
        let bare = Post { access_key: None, attributes: [].into(), ..post() };
        let names: Vec<_> = rendered(&bare).headers.into_iter().map(|(name, _)| name).collect();
        let expected = [
            "X-Amz-Firehose-Protocol-Version",
            "X-Amz-Firehose-Request-Id",
            "X-Amz-Firehose-Source-Arn",
            "Content-Type",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_packed_body_is_the_same_body() {
        let packed = rendered(&Post { is_gzip: true, ..post() });
        assert_eq!(packed.headers.last(), Some(&("Content-Encoding", "gzip".to_owned())));
        let mut plain = Vec::new();
        std::io::copy(&mut flate2::read::GzDecoder::new(&*packed.body), &mut plain).expect("a gzip file");
        assert_eq!(plain, rendered(&post()).body);
    }

    #[test]
    fn a_body_is_no_longer_than_what_is_told_of_it_and_hardly_shorter() {
        for count in [0, 1, 2, 50] {
            let records = vec![Payload::Synthetic { seed: 1, len: 100 }; count].into();
            let post = Post { records, ..post() };
            let (len, told) = (rendered(&post).body.len() as u64, body_len(&post.records));
            assert!(len <= told && told - len < 10, "{count}: {len} of {told}");
        }
    }
}
