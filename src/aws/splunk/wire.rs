//! The bytes of requests to a collector and of its answers
//! (<https://docs.splunk.com/Documentation/Splunk/latest/Data/FormateventsforHTTPEventCollector>).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::api::{Acks, Channel, Error, Post, Reply, Request, Response};
use crate::aws::protocol::rendered::Rendered;

/// What a request is on the wire.
pub(crate) fn rendered(request: &Request) -> Rendered {
    match request {
        Request::Post(post) => rendered_post(post),
        Request::Acks(acks) => rendered_acks(acks),
    }
}

/// `POST /services/collector/event` or `/services/collector/raw`. Events follow each other as they are; of raw text
/// each record is a line, because a line's end is where Splunk cuts unless it is told otherwise.
fn rendered_post(post: &Post) -> Rendered {
    let mut body = Vec::new();
    for record in post.records.iter() {
        body.extend_from_slice(&record.bytes());
        if !post.is_event && !body.ends_with(b"\n") {
            body.push(b'\n');
        }
    }
    let kind = if post.is_event { "event" } else { "raw" };
    with_token(kind, &post.token, post.channel, body)
}

/// `POST /services/collector/ack`.
fn rendered_acks(acks: &Acks) -> Rendered {
    with_token("ack", &acks.token, acks.channel, json!({ "acks": &*acks.ids }).to_string().into_bytes())
}

fn with_token(kind: &str, token: &Arc<str>, channel: Channel, body: Vec<u8>) -> Rendered {
    Rendered {
        path: format!("/services/collector/{kind}?channel={channel}"),
        headers: vec![
            ("Authorization", format!("Splunk {token}")),
            ("X-Splunk-Request-Channel", channel.to_string()),
            ("Content-Type", if kind == "raw" { "text/plain" } else { "application/json" }.into()),
        ],
        body,
    }
}

/// An answer: `text` and `code` always, `ackId` of what was taken, `acks` of what was asked.
#[derive(Deserialize)]
struct Answer {
    code: Option<u16>,
    #[serde(rename = "ackId")]
    id: Option<u64>,
    acks: Option<BTreeMap<u64, bool>>,
}

/// The reply that an answer means. What cannot be read is an error of the service; a post that was taken without an
/// `ackId` is one to a token without acknowledgement.
pub(crate) fn read(status: u16, body: &[u8]) -> Reply {
    let answer: Option<Answer> = serde_json::from_slice(body).ok();
    let code = answer.as_ref().and_then(|answer| answer.code);
    match (status, answer) {
        (200, Some(Answer { acks: Some(acks), .. })) => Ok(Response::Acks(acks)),
        (200, Some(Answer { id: Some(id), code: Some(0), .. })) => Ok(Response::Taken { id }),
        (200, Some(Answer { code: Some(0), .. })) => Err(Error::AckDisabled),
        _ => Err(error(status, code)),
    }
}

fn error(status: u16, code: Option<u16>) -> Error {
    match (code, status) {
        (Some(1), _) => Error::TokenDisabled,
        (Some(2..=4), _) | (_, 401 | 403) => Error::InvalidToken,
        (Some(5), _) => Error::NoData,
        (Some(6 | 12 | 13 | 15), _) => Error::InvalidDataFormat,
        (Some(7), _) => Error::IncorrectIndex,
        (Some(9), _) | (_, 429) => Error::ServerBusy,
        (Some(10 | 11), _) => Error::InvalidChannel,
        (Some(14), _) => Error::AckDisabled,
        (_, 503) => Error::Unavailable,
        _ => Error::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Holds, Payload};
    use crate::world::CallId;

    const CHANNEL: Channel = Channel(0xfe0e_cfad_13d5_401b_847d_7783_3bd7_7131);

    fn post(is_event: bool, records: &[&str]) -> Post {
        Post {
            collector: "siem".into(),
            is_event,
            token: "aaaa-bbbb".into(),
            channel: CHANNEL,
            records: records.iter().map(|record| Payload::from(record.as_bytes().to_vec())).collect(),
            holds: Holds::default(),
            call: CallId(0),
        }
    }

    #[test]
    fn events_follow_each_other_and_raw_records_are_lines() {
        let event = rendered_post(&post(true, &[r#"{"event":"a"}"#, r#"{"event":"b"}"#]));
        assert_eq!(event.path, "/services/collector/event?channel=fe0ecfad-13d5-401b-847d-77833bd77131");
        assert_eq!(event.body, br#"{"event":"a"}{"event":"b"}"#);
        let headers = [
            ("Authorization", "Splunk aaaa-bbbb".to_owned()),
            ("X-Splunk-Request-Channel", "fe0ecfad-13d5-401b-847d-77833bd77131".to_owned()),
            ("Content-Type", "application/json".to_owned()),
        ];
        assert_eq!(event.headers, headers);
        let raw = rendered_post(&post(false, &["a", "b\n"]));
        assert_eq!(raw.path, "/services/collector/raw?channel=fe0ecfad-13d5-401b-847d-77833bd77131");
        assert_eq!(raw.body, b"a\nb\n");
    }

    #[test]
    fn acknowledgements_are_asked_for_by_their_numbers() {
        let (collector, token) = ("siem".into(), "t".into());
        let asked = rendered_acks(&Acks { collector, token, channel: CHANNEL, ids: [0, 7].into(), call: CallId(0) });
        assert_eq!(asked.path, "/services/collector/ack?channel=fe0ecfad-13d5-401b-847d-77833bd77131");
        assert_eq!(asked.body, br#"{"acks":[0,7]}"#);
        let told = read(200, br#"{"acks":{"0":true,"7":false}}"#);
        assert_eq!(told, Ok(Response::Acks([(0, true), (7, false)].into())));
    }

    #[test]
    fn answers_are_read_by_their_codes() {
        let read = |status, body: &str| read(status, body.as_bytes());
        assert_eq!(read(200, r#"{"text":"Success","code":0,"ackId":3}"#), Ok(Response::Taken { id: 3 }));
        assert_eq!(read(200, r#"{"text":"Success","code":0}"#), Err(Error::AckDisabled));
        let refusals = [
            (403, 1, Error::TokenDisabled),
            (401, 3, Error::InvalidToken),
            (403, 4, Error::InvalidToken),
            (400, 5, Error::NoData),
            (400, 6, Error::InvalidDataFormat),
            (400, 7, Error::IncorrectIndex),
            (500, 8, Error::Internal),
            (503, 9, Error::ServerBusy),
            (400, 11, Error::InvalidChannel),
            (400, 14, Error::AckDisabled),
        ];
        for (status, code, error) in refusals {
            assert_eq!(read(status, &format!(r#"{{"text":"no","code":{code}}}"#)), Err(error));
        }
        for (status, error) in [(200, Error::Internal), (502, Error::Internal), (503, Error::Unavailable)] {
            assert_eq!(read(status, "<html>"), Err(error));
        }
    }
}
