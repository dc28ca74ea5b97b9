//! Requests to what is outside: functions and sinks behind URLs. A connection each.

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::http::response::Parts;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::url::Url;
use crate::aws::protocol::outside::Came;

type Problem = Box<dyn std::error::Error + Send + Sync>;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// No connection came about.
    Unreachable(std::io::Error),
    /// The connection broke before the answer was there.
    Broken(Problem),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(error) => write!(f, "cannot connect: {error}"),
            Self::Broken(error) => write!(f, "the connection broke: {error}"),
        }
    }
}

/// POSTs a body to a path there.
pub(super) async fn post(
    url: &Url,
    path: &str,
    headers: &[(&'static str, String)],
    body: Vec<u8>,
    answer_bytes_max: usize,
) -> Result<(Parts, Vec<u8>), Failure> {
    send("POST", url, path, headers, body, answer_bytes_max).await
}

/// Sends a body to a path there. Of an answer that is longer than so many bytes one more than that is read.
pub(super) async fn send(
    method: &str,
    url: &Url,
    path: &str,
    headers: &[(&'static str, String)],
    body: Vec<u8>,
    answer_bytes_max: usize,
) -> Result<(Parts, Vec<u8>), Failure> {
    let stream = TcpStream::connect(&*url.authority).await.map_err(Failure::Unreachable)?;
    let answer = exchange(stream, request(method, url, path, headers, body)).await.map_err(Failure::Broken)?;
    let (parts, body) = answer.into_parts();
    Ok((parts, read(body, answer_bytes_max).await.map_err(Failure::Broken)?))
}

/// What an answer, or none, is for whoever waits for it.
pub(super) fn came(url: &Url, answer: Result<(Parts, Vec<u8>), Failure>) -> Came {
    match answer {
        Ok((parts, body)) => {
            let header = |name| parts.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into());
            Came::Answer {
                status: parts.status.as_u16(),
                content_type: header("content-type"),
                is_encoded: header("content-encoding").is_some(),
                has_length: header("content-length").is_some(),
                is_error: header("x-amz-function-error").is_some(),
                body,
            }
        }
        Err(failure) => {
            tracing::warn!(at = &*url.authority, %failure, "nobody outside answers");
            match failure {
                Failure::Unreachable(_) => Came::Unreachable {},
                Failure::Broken(_) => Came::Broken {},
            }
        }
    }
}

fn request(
    method: &str,
    url: &Url,
    path: &str,
    headers: &[(&'static str, String)],
    body: Vec<u8>,
) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let request = Request::builder().method(method).uri(path).header("host", &*url.authority);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
    request.body(Full::new(Bytes::from(body)))
}

async fn exchange(
    stream: TcpStream,
    request: Result<Request<Full<Bytes>>, hyper::http::Error>,
) -> Result<Response<Incoming>, Problem> {
    let _ = stream.set_nodelay(true);
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::task::spawn_local(async move {
        // Whoever waits for an answer on it hears that it broke.
        let _ = connection.await;
    });
    Ok(sender.send_request(request?).await?)
}

async fn read(mut body: Incoming, bytes_max: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        bytes.extend(frame?.data_ref().into_iter().flatten());
        if bytes.len() > bytes_max {
            bytes.truncate(bytes_max + 1);
            break;
        }
    }
    Ok(bytes)
}
