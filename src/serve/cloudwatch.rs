//! CloudWatch's PutMetricData, in the three protocols that it is sent in: kept for `/_kinesim/metrics`.
//!
//! Nothing else of CloudWatch is here.

use hyper::Response;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::http::request::Parts;

use super::app::App;
use super::metrics::Protocol;
use crate::http::body::{Body, plain, whole};
use crate::http::headers::{TARGET, text};

pub(super) const FORM: &str = "application/x-www-form-urlencoded";
const FORM_ANSWER: &str = "<PutMetricDataResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">\
    <ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></PutMetricDataResponse>";
const SMITHY_PROTOCOL: HeaderName = HeaderName::from_static("smithy-protocol");

/// How the request is written, when it is CloudWatch's PutMetricData.
pub(super) fn put_metric_data(head: &Parts, body: &[u8]) -> Option<Protocol> {
    const OPERATION: &str = "/service/GraniteServiceVersion20100801/operation/PutMetricData";
    if head.uri.path() == OPERATION {
        return Some(Protocol::Cbor);
    }
    if text(&head.headers, &TARGET) == Some("GraniteServiceVersion20100801.PutMetricData") {
        return Some(Protocol::Json);
    }
    let is_form = text(&head.headers, &CONTENT_TYPE).is_some_and(|kind| kind.starts_with(FORM));
    // A compressed form cannot be told by its text; nothing else is sent so.
    let is_gzipped = head.headers.contains_key(CONTENT_ENCODING);
    (is_form && (is_gzipped || body.starts_with(b"Action=PutMetricData"))).then_some(Protocol::Query)
}

/// Keeps what was put, and answers as CloudWatch does.
pub(super) fn keep_metrics(app: &App, protocol: Protocol, head: &Parts, body: &[u8]) -> Response<Body> {
    let is_gzipped = text(&head.headers, &CONTENT_ENCODING).is_some_and(|encoding| encoding.contains("gzip"));
    if app.metrics.borrow_mut().put(protocol, is_gzipped, body).is_err() {
        return plain(400, "the metrics cannot be read");
    }
    let (body, content_type) = match protocol {
        Protocol::Json => ("{}".as_bytes(), "application/x-amz-json-1.0"),
        // An empty map.
        Protocol::Cbor => (b"\xa0".as_slice(), "application/cbor"),
        Protocol::Query => (FORM_ANSWER.as_bytes(), "text/xml"),
    };
    let mut response = Response::new(whole(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if protocol == Protocol::Cbor {
        response.headers_mut().insert(SMITHY_PROTOCOL, HeaderValue::from_static("rpc-v2-cbor"));
    }
    response
}
