//! Answers of control routes: JSON, and what is wrong as JSON.

use hyper::{Response, StatusCode};
use serde::Serialize;

use crate::http::body::{Body, typed, whole};

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> Response<Body> {
    let body = serde_json::to_vec(value).unwrap_or_else(|error| unreachable!("the answer is JSON: {error}"));
    typed(whole(body), "application/json")
}

/// What is wrong.
pub(super) fn error(status: StatusCode, message: &str) -> Response<Body> {
    let mut response = json(&serde_json::json!({ "error": message }));
    *response.status_mut() = status;
    response
}
