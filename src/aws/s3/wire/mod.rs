//! S3's REST protocol: an HTTP request to a request of the service, and its reply to an answer.
//!
//! It is written by hand. The crate `s3s` (0.14.1, without default features; later ones want a newer compiler) brings
//! 126 packages, 73 of which are not among the 173 of kinesim, and an HTTP service of its own that would have to call
//! the simulated one.
//!
//! Signatures are not verified, those of chunks neither. `RequestId` and `HostId` are in headers of an answer alone, so
//! that the same request has the same answer.
//!
//! Not here: dates as conditions (`If-Modified-Since`), checksums that are
//! given back.

mod address;
mod answer;
pub(in crate::aws::s3) mod asked;
mod checksum;
mod chunked;
mod objects;
pub(in crate::aws::s3) mod range;
mod route;
mod times;
pub(in crate::aws::s3) mod xml_in;
mod xml_out;

use self::asked::Asked;
use super::api::{Error, Reply};
use super::names::KEY_BYTES_MAX;
use super::operations::Request;
use crate::aws::protocol::envelope::HttpRequest;
use crate::aws::protocol::operation::Operation;
use crate::aws::protocol::rest::Rest;
use crate::aws::protocol::{Account, HttpResponse, Place};

/// What an answer repeats of its request.
#[derive(Clone, Debug)]
pub(in crate::aws) struct Echo(Asked);

/// Reads a request.
///
/// # Errors
/// The answer that says what is wrong with it.
pub(in crate::aws) fn open(
    request: &HttpRequest<'_>,
    rest: &Rest<'_>,
    at: &Place<'_>,
) -> Result<(Request, Echo), HttpResponse> {
    let mut asked = taken_apart(request, rest, at.account);
    match read(&mut asked, request, rest) {
        Ok(request) => Ok((request, Echo(asked))),
        Err(error) => Err(answer::answer(&asked, &Err(error), at)),
    }
}

/// The operation that a request asks for, if there is one.
pub(in crate::aws) fn operation(request: &HttpRequest<'_>, rest: &Rest<'_>) -> Option<Operation> {
    let mut asked = Asked { method: request.method.into(), ..Asked::default() };
    fill(&mut asked, request, rest).ok()?;
    route::operation(&asked).ok()
}

/// Returns the answer that a reply becomes.
pub(in crate::aws) fn answer(echo: &Echo, reply: &Reply, at: &Place<'_>) -> HttpResponse {
    answer::answer(&echo.0, reply, at)
}

/// Returns the answer to a request that is refused before it is read.
pub(in crate::aws) fn refusal(
    request: &HttpRequest<'_>,
    rest: &Rest<'_>,
    error: Error,
    at: &Place<'_>,
) -> HttpResponse {
    answer::answer(&taken_apart(request, rest, at.account), &Err(error), at)
}

/// What can be told before anything is looked at.
fn taken_apart(request: &HttpRequest<'_>, rest: &Rest<'_>, account: &Account) -> Asked {
    let (method, path) = (request.method.into(), rest.path.into());
    Asked { method, path, region: account.region.clone(), ..Asked::default() }
}

/// Takes a request apart, all but its body.
fn fill(asked: &mut Asked, request: &HttpRequest<'_>, rest: &Rest<'_>) -> Result<(), Error> {
    asked.headers = rest.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let (bucket, key) = address::address(rest)?;
    (asked.bucket, asked.key) = (bucket.into(), key.into());
    asked.query = asked::parts_of(request.query).ok_or(Error::InvalidUri)?;
    Ok(())
}

fn read(asked: &mut Asked, request: &HttpRequest<'_>, rest: &Rest<'_>) -> Result<Request, Error> {
    fill(asked, request, rest)?;
    if asked.key.len() > KEY_BYTES_MAX {
        return Err(Error::KeyTooLong);
    }
    let operation = route::operation(asked)?;
    asked.body = body(asked, request.body)?;
    Request::decode(operation, asked)
}

/// The bytes that a request carries, as they were before they were carried.
fn body(asked: &Asked, sent: &[u8]) -> Result<Vec<u8>, Error> {
    let is_chunked = asked.header("x-amz-content-sha256").is_some_and(|how| how.starts_with("STREAMING-"))
        || asked.header("content-encoding").is_some_and(|coding| coding.contains("aws-chunked"));
    let read = match is_chunked {
        true => chunked::read(sent)?,
        false => chunked::Chunked { body: sent.to_vec(), ..chunked::Chunked::default() },
    };
    let announced = asked.header("x-amz-decoded-content-length").and_then(|text| text.parse().ok());
    if is_chunked && announced.is_some_and(|announced: usize| announced != read.body.len()) {
        return Err(Error::IncompleteBody);
    }
    let trailer = read.trailers.iter().find(|(name, _)| name == "x-amz-checksum-crc32");
    let crc32 = asked.header("x-amz-checksum-crc32").or(trailer.map(|(_, value)| value.as_str()));
    checksum::check(&read.body, asked.header("content-md5"), crc32)?;
    Ok(read.body)
}
