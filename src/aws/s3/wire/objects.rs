//! Answers with an object: its headers, the range that is wanted, and conditions on it
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>).

use super::asked::Asked;
use super::range::Range;
use super::times;
use crate::aws::protocol::{HttpResponse, Place};
use crate::aws::s3::api::{Error, Object};

/// What an object is of whose type nobody said.
const OCTETS: &str = "binary/octet-stream";
/// Headers that a query may give in place of the object's: `response-content-type` and the like.
const REPLACED: [&str; 6] =
    ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"];

/// The answer to GetObject and HeadObject.
///
/// # Errors
/// When a condition does not hold, or nothing is within the range.
pub(super) fn answer(asked: &Asked, object: &Object, at: &Place<'_>) -> Result<HttpResponse, Error> {
    let etag = object.etag();
    if asked.header("if-match").is_some_and(|wanted| !etag.is_among(wanted)) {
        return Err(Error::PreconditionFailed);
    }
    if asked.header("if-none-match").is_some_and(|known| etag.is_among(known)) {
        return Err(Error::NotModified);
    }
    let len = object.size_bytes();
    let range = asked.header("range").and_then(Range::read).map(|range| range.within(len)).transpose()?;
    let mut headers = vec![
        ("accept-ranges".into(), "bytes".to_owned()),
        ("etag".into(), etag.to_string()),
        ("last-modified".into(), times::http(object.put_at, at.epoch_unix_ms)),
    ];
    if let Some(range) = &range {
        headers.push(("content-range".into(), format!("bytes {}-{}/{len}", range.start, range.end - 1)));
    }
    let replaced = |name: &str| asked.query(&format!("response-{name}")).map(ToOwned::to_owned);
    let kept = object.metadata();
    let told = kept.iter().map(|(name, value)| (&**name, replaced(name).unwrap_or_else(|| value.to_string())));
    let besides = REPLACED.iter().filter(|name| !kept.contains_key(**name));
    let besides = besides.filter_map(|name| Some((*name, replaced(name)?)));
    let told: Vec<_> = told.chain(besides).collect();
    if !told.iter().any(|(name, _)| *name == "content-type") {
        headers.push(("content-type".into(), OCTETS.to_owned()));
    }
    headers.extend(told.into_iter().map(|(name, value)| (name.to_owned().into(), value)));
    let body = match &*asked.method {
        "HEAD" => {
            let len = range.as_ref().map_or(len, |range| range.len() as u64);
            headers.push(("content-length".into(), len.to_string()));
            Vec::new()
        }
        _ => match &range {
            Some(range) => object.bytes()[range.clone()].to_vec(),
            None => object.bytes(),
        },
    };
    let status = if range.is_some() { 206 } else { 200 };
    Ok(HttpResponse { status, content_type: "", rest: Some(headers), body })
}
