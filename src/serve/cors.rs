//! What lets web pages of other origins use the AWS routes, as production lets them: only when the endpoint is told to,
//! because it asks nobody who he is.

use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderName, HeaderValue, ORIGIN,
};
use hyper::http::request::Parts;
use hyper::{Method, Response};

use crate::http::body::{Body, whole};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const EXPOSED: &str = "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date";

/// The answer to a browser that asks whether a page may ask, before anything else is looked at.
pub(super) fn preflight(head: &Parts) -> Option<Response<Body>> {
    if head.method != Method::OPTIONS || !head.headers.contains_key(ORIGIN) {
        return None;
    }
    let mut response = Response::new(whole(""));
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, HeaderValue::from_static("00000000-0000-4000-8000-000000000000"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("172800"));
    for (asked, allowed) in [
        (ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_ALLOW_HEADERS),
        (ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_ALLOW_METHODS),
    ] {
        if let Some(value) = head.headers.get(asked) {
            headers.insert(allowed, value.clone());
        }
    }
    Some(response)
}

/// Lets the page that asked read the answer.
pub(super) fn allow(asked: &HeaderMap, answer: &mut Response<Body>) {
    if asked.contains_key(ORIGIN) {
        let headers = answer.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(method: Method, origin: Option<&str>) -> Parts {
        let mut request = hyper::Request::builder().method(method).header("access-control-request-method", "POST");
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        request.body(()).expect("a request").into_parts().0
    }

    #[test]
    fn a_page_is_let_in_as_at_aws() {
        let asked = head(Method::OPTIONS, Some("http://a"));
        let answer = preflight(&asked).expect("a preflight");
        assert_eq!(answer.headers()[ACCESS_CONTROL_ALLOW_METHODS], "POST");
        assert_eq!(answer.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert!(!answer.headers().contains_key(ACCESS_CONTROL_ALLOW_HEADERS), "it did not ask for any");
        assert!(
            preflight(&head(Method::OPTIONS, None)).is_none() && preflight(&head(Method::POST, Some("x"))).is_none()
        );
        let mut answer = Response::new(whole(""));
        allow(&head(Method::POST, None).headers, &mut answer);
        assert!(answer.headers().is_empty(), "no page asked");
        allow(&head(Method::POST, Some("http://a")).headers, &mut answer);
        assert_eq!(answer.headers()[ACCESS_CONTROL_EXPOSE_HEADERS], EXPOSED);
    }
}
