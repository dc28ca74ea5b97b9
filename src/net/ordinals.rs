//! Ordinals of records beside an answer, for observers: built-in clients tell what they processed by ordinals, and
//! those are not in the protocol. A header has them, which only answers to built-in clients get.

use std::fmt::Write;

use hyper::Response;
use hyper::header::{HeaderName, HeaderValue};

use crate::aws::Reply;
use crate::aws::kinesis::api::{Record, Response as Streams};

const ORDINALS: HeaderName = HeaderName::from_static("x-kinesim-ordinals");

/// The header for a reply with records.
pub(super) fn of(reply: &Reply) -> Option<HeaderValue> {
    let Reply::Kinesis(Ok(Streams::Records(output))) = reply else { return None };
    let mut text = String::new();
    for run in output.records.chunk_by(|a, b| b.ordinal == a.ordinal + 1) {
        let _ = write!(text, "{}+{} ", run[0].ordinal, run.len());
    }
    HeaderValue::from_str(text.trim_end()).ok()
}

/// Adds the header to an answer.
pub(super) fn put<B>(answer: &mut Response<B>, ordinals: Option<HeaderValue>) {
    if let Some(ordinals) = ordinals {
        answer.headers_mut().insert(ORDINALS, ordinals);
    }
}

/// Gives the records of a reply the ordinals that came with its answer.
pub(super) fn tell<B>(answer: &Response<B>, reply: &mut Reply) {
    let Reply::Kinesis(Ok(Streams::Records(output))) = reply else { return };
    let text = answer.headers().get(ORDINALS).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let runs = text.split_ascii_whitespace().filter_map(|run| {
        let (first, count) = run.split_once('+')?;
        let (first, count): (u64, u64) = (first.parse().ok()?, count.parse().ok()?);
        Some(first..first + count)
    });
    let ordinals: Vec<u64> = runs.flatten().collect();
    assert_eq!(ordinals.len(), output.records.len(), "every record has an ordinal");
    let each = |(record, ordinal): (&mut Record, u64)| record.ordinal = ordinal;
    output.records.iter_mut().zip(ordinals).for_each(each);
}
