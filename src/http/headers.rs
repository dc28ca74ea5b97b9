//! AWS requests and answers as the types of the `http` crate: the headers that matter.

use hyper::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode, http::request::Parts};

use crate::aws::protocol::envelope::{HttpRequest, HttpResponse};
use crate::aws::protocol::event_stream;

/// `X-Amz-Target`: the service and the operation.
pub(crate) const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
/// `X-Amz-Date`.
pub(crate) const AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ID_2: HeaderName = HeaderName::from_static("x-amz-id-2");

/// Returns the header's value when it is there and is ASCII text.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A request as the protocols see it.
pub(crate) fn request<'a>(head: &'a Parts, body: &'a [u8]) -> HttpRequest<'a> {
    HttpRequest {
        method: head.method.as_str(),
        query: head.uri.query().unwrap_or_default(),
        target: text(&head.headers, &TARGET),
        content_type: text(&head.headers, &CONTENT_TYPE),
        authorization: text(&head.headers, &AUTHORIZATION),
        has_date: head.headers.contains_key(&AMZ_DATE) || head.headers.contains_key(DATE),
        body,
    }
}

/// An answer as AWS sends it, with a request id that counts.
pub(crate) fn response<B>(answer: HttpResponse, number: u64, body: impl FnOnce(Vec<u8>) -> B) -> Response<B> {
    let mut response = frames(body(answer.body), number);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    response
}

/// An answer whose frames follow.
pub(crate) fn frames<B>(body: B, number: u64) -> Response<B> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(event_stream::CONTENT_TYPE));
    let id = format!("{number:08x}-0000-4000-8000-{number:012x}");
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(ID_2, id.clone());
        headers.insert(REQUEST_ID, id);
    }
    response
}
