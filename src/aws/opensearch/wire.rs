//! The bytes of a bulk request and of its answer
//! (<https://docs.opensearch.org/latest/api-reference/document-apis/bulk/>).

use serde::Deserialize;
use serde_json::json;

use super::api::{Bulk, Error, RefusedDocument, Reply, Response};
use crate::aws::protocol::rendered::Rendered;
use crate::base::SimDuration;

/// `POST /_bulk`: a line that says what to do and a line with the source, for each document.
pub(crate) fn rendered(bulk: &Bulk) -> Rendered {
    let mut body = Vec::new();
    for document in bulk.documents.iter() {
        let action = match bulk.is_id_given {
            true => json!({ "index": { "_index": &*document.index, "_id": document.record.to_string() } }),
            false => json!({ "index": { "_index": &*document.index } }),
        };
        body.extend_from_slice(action.to_string().as_bytes());
        body.push(b'\n');
        // Within JSON a line's end can only stand between tokens.
        let source = document.source.bytes();
        body.extend(source.trim_ascii().iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }));
        body.push(b'\n');
    }
    Rendered { path: "/_bulk".into(), headers: vec![("Content-Type", "application/x-ndjson".into())], body }
}

#[derive(Deserialize)]
struct Answer {
    errors: bool,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: Indexed,
}

#[derive(Deserialize)]
struct Indexed {
    status: u16,
    error: Option<Cause>,
}

#[derive(Deserialize)]
struct Cause {
    #[serde(rename = "type")]
    kind: String,
    reason: Option<String>,
}

/// The reply that an answer to a request with so many documents means. What cannot be read is an error of the service.
pub(crate) fn read(status: u16, body: &[u8], documents: usize) -> Reply {
    match status {
        200 => {}
        401 | 403 => return Err(Error::Forbidden),
        429 => return Err(Error::TooManyRequests),
        503 => return Err(Error::ServiceUnavailable),
        _ => return Err(Error::Internal),
    }
    let answer: Answer = serde_json::from_slice(body).map_err(|_| Error::Internal)?;
    if answer.items.len() != documents {
        return Err(Error::Internal);
    }
    let refused = |(at, Item { index: Indexed { status, error } }): (usize, Item)| {
        let (kind, reason) =
            error.map_or_else(Default::default, |cause| (cause.kind, cause.reason.unwrap_or_default()));
        (status >= 300).then(|| RefusedDocument { at, status, kind: kind.into(), reason: reason.into() })
    };
    let refused = match answer.errors {
        true => answer.items.into_iter().enumerate().filter_map(refused).collect(),
        false => Vec::new(),
    };
    Ok(Response::Indexed { refused, took: SimDuration::ZERO })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::opensearch::Document;
    use crate::base::{DeliveryId, RecordKey};
    use crate::world::CallId;

    fn bulk(is_id_given: bool, sources: &[&str]) -> Bulk {
        let document = |(n, source): (usize, &&str)| Document {
            index: "clicks-2016-02-25".into(),
            source: source.as_bytes().to_vec().into(),
            record: RecordKey { delivery: DeliveryId(0), lane: 0, ordinal: n as u64, part: 0 },
        };
        let documents = sources.iter().enumerate().map(document).collect();
        Bulk { domain: "search".into(), is_id_given, documents, call: CallId(0) }
    }

    #[test]
    fn a_document_is_two_lines_and_the_last_ends_in_a_line_end() {
        let given = rendered(&bulk(true, &["{\"a\":1}\n", "{\n  \"b\": 2\n}"]));
        assert_eq!(
            String::from_utf8(given.body).expect("text"),
            "{\"index\":{\"_id\":\"4900000000000000000000000000000000000.0\",\"_index\":\"clicks-2016-02-25\"}}\n\
             {\"a\":1}\n\
             {\"index\":{\"_id\":\"4900000000000000000000000000000000001.0\",\"_index\":\"clicks-2016-02-25\"}}\n\
             {   \"b\": 2 }\n"
        );
        assert_eq!((&*given.path, given.headers), ("/_bulk", vec![("Content-Type", "application/x-ndjson".into())]));
        let own = rendered(&bulk(false, &["{}"]));
        assert_eq!(own.body, b"{\"index\":{\"_index\":\"clicks-2016-02-25\"}}\n{}\n");
    }

    #[test]
    fn an_answer_tells_which_documents_were_refused() {
        let body = br#"{"took":30,"errors":true,"items":[
            {"index":{"_index":"a","_id":"1","_version":1,"result":"created","status":201}},
            {"index":{"_index":"a","_id":"2","status":400,
                "error":{"type":"mapper_parsing_exception","reason":"failed to parse"}}},
            {"index":{"_index":"a","_id":"3","status":429,"error":{"type":"es_rejected_execution_exception"}}}]}"#;
        let Ok(Response::Indexed { refused, .. }) = read(200, body, 3) else { panic!("an answer") };
        let told: Vec<_> = refused.iter().map(|of| (of.at, of.status, &*of.kind)).collect();
        assert_eq!(told, [(1, 400, "mapper_parsing_exception"), (2, 429, "es_rejected_execution_exception")]);
        let none = read(200, br#"{"took":3,"errors":false,"items":[{"index":{"status":200}}]}"#, 1);
        assert_eq!(none, Ok(Response::Indexed { refused: Vec::new(), took: SimDuration::ZERO }));
    }

    #[test]
    fn what_is_no_such_answer_is_an_error_that_is_tried_again() {
        for body in ["", "[]", "<html>", r#"{"errors":false,"items":[]}"#] {
            assert_eq!(read(200, body.as_bytes(), 1), Err(Error::Internal), "{body}");
        }
        assert_eq!(read(429, b"", 1), Err(Error::TooManyRequests));
        assert_eq!(read(403, b"", 1), Err(Error::Forbidden));
        assert_eq!(read(503, b"", 1), Err(Error::ServiceUnavailable));
        assert_eq!(read(502, b"", 1), Err(Error::Internal));
    }
}
