//! AWS requests and answers as the types of the `http` crate: the headers that matter.

use std::borrow::Cow;

use hyper::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::{Response, StatusCode};

use crate::aws::protocol::envelope::{HttpRequest, HttpResponse};
use crate::aws::protocol::event_stream;
use crate::aws::protocol::rest::{Rest, is_looked_at};
use crate::aws::protocol::without_target::is_of_s3;

/// `X-Amz-Target`: the service and the operation.
pub(crate) const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
/// `X-Amz-Date`.
pub(crate) const AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
/// S3's name for it.
const S3_REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
/// The CRC-32 of a body, which clients of DynamoDB check.
const CRC_32: HeaderName = HeaderName::from_static("x-amz-crc32");
const ID_2: HeaderName = HeaderName::from_static("x-amz-id-2");

/// Returns the header's value when it is there and is ASCII text.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A request as the protocols see it.
pub(crate) fn request<'a>(head: &'a Parts, body: &'a [u8]) -> HttpRequest<'a> {
    let request = HttpRequest {
        method: head.method.as_str(),
        query: head.uri.query().unwrap_or_default(),
        target: text(&head.headers, &TARGET),
        content_type: text(&head.headers, &CONTENT_TYPE),
        authorization: text(&head.headers, &AUTHORIZATION),
        has_date: head.headers.contains_key(&AMZ_DATE) || head.headers.contains_key(DATE),
        rest: None,
        body,
    };
    HttpRequest { rest: rest(head, &request), ..request }
}

/// What a request of a REST service says besides.
fn rest<'a>(head: &'a Parts, request: &HttpRequest<'a>) -> Option<Rest<'a>> {
    let in_uri = head.uri.authority().map(Authority::as_str);
    let (path, host) = (head.uri.path(), text(&head.headers, &HOST).or(in_uri));
    if !is_of_s3(request, path, host) {
        return None;
    }
    let looked_at = head.headers.iter().filter(|(name, _)| is_looked_at(name.as_str()));
    let headers = looked_at.filter_map(|(name, value)| Some((name.as_str(), str::from_utf8(value.as_bytes()).ok()?)));
    Some(Rest { path, host, headers: headers.collect() })
}

/// An answer as AWS sends it, with a request id that counts.
pub(crate) fn response<B>(answer: HttpResponse, number: u64, body: impl FnOnce(Vec<u8>) -> B) -> Response<B> {
    let HttpResponse { status, content_type, rest, body: bytes } = answer;
    let is_json10 = ["application/x-amz-json-1.0", "application/json"].contains(&content_type);
    let mut crc = flate2::Crc::new();
    crc.update(&bytes);
    let mut response = Response::new(body(bytes));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    let headers = response.headers_mut();
    if !content_type.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    match (rest, is_json10) {
        (Some(rest), _) => put_rest(headers, &rest, number),
        (None, true) => {
            headers.insert(CRC_32, crc.sum().into());
            put(headers, REQUEST_ID, &long_id(number));
        }
        (None, false) => put_ids(headers, number),
    }
    response
}

/// The headers of a REST service's answer.
fn put_rest(headers: &mut HeaderMap, rest: &[(Cow<'static, str>, String)], number: u64) {
    for (name, value) in rest {
        let name = HeaderName::from_bytes(name.as_bytes());
        // What a client sent as a header may be told as one.
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            headers.append(name, value);
        }
    }
    put(headers, S3_REQUEST_ID, &format!("{:016X}", mixed(number, 0)));
    put(headers, ID_2, &id_2(number));
}

/// An answer whose frames follow.
pub(crate) fn frames<B>(body: B, number: u64) -> Response<B> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(event_stream::CONTENT_TYPE));
    put_ids(headers, number);
    response
}

fn put_ids(headers: &mut HeaderMap, number: u64) {
    put(headers, REQUEST_ID, &format!("{number:08x}-0000-4000-8000-{number:012x}"));
    put(headers, ID_2, &id_2(number));
}

fn id_2(number: u64) -> String {
    let bytes: Vec<u8> = (0..9).flat_map(|part| mixed(number, part).to_be_bytes()).collect();
    base64_simd::STANDARD.encode_to_string(bytes)
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// DynamoDB's request ids: 52 digits and capitals.
fn long_id(number: u64) -> String {
    const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    (0..52).map(|part| char::from(DIGITS[(mixed(number, part) % 36) as usize])).collect()
}

/// A number that looks drawn, and is the same every time.
fn mixed(number: u64, part: u64) -> u64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(&number.to_be_bytes(), part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(content_type: &'static str) -> Vec<(String, String)> {
        let answer = HttpResponse { status: 400, content_type, rest: None, body: b"{}".to_vec() };
        let response = response(answer, 7, |body| body);
        let of =
            |(name, value): (&HeaderName, &HeaderValue)| (name.to_string(), value.to_str().expect("text").to_owned());
        response.headers().iter().map(of).collect()
    }

    #[test]
    fn each_service_has_the_headers_that_it_has_at_aws() {
        let kinesis = told("application/x-amz-json-1.1");
        let names: Vec<&str> = kinesis.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["content-type", "x-amzn-requestid", "x-amz-id-2"]);
        assert_eq!(kinesis[2].1.len(), 96, "72 bytes in base64");
        let dynamodb = told("application/x-amz-json-1.0");
        assert_eq!(dynamodb[1], ("x-amz-crc32".to_owned(), "2745614147".to_owned()));
        assert_eq!((dynamodb[2].0.as_str(), dynamodb[2].1.len()), ("x-amzn-requestid", 52));
        assert!(told("").iter().all(|(name, _)| name != "content-type"));
    }
}
