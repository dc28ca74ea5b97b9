//! `kinesim health`: asks an endpoint whether it answers, as the health check of a container does, where there is no
//! curl and no shell.
//!
//! It speaks plain HTTP, which an endpoint with `--tls` speaks on the same port.

use std::io::{self, Write};
use std::str::FromStr;
use std::time;

use clap::Args;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::http::uri::Authority;
use hyper::{Request, StatusCode, Uri, header};
use tokio::net::TcpStream;

use super::terminal::Exit;
use crate::base::HostId;
use crate::base::written::Duration;
use crate::http::client::{Connect, HttpClient, HttpError, Timeouts};

/// Where `kinesim serve` listens when it is not told.
const PORT: u16 = 4566;
/// An endpoint answers at once; this is for a machine that is busy.
const PATIENCE: time::Duration = time::Duration::from_secs(2);
/// Between two questions of one that waits.
const ASKED_AGAIN_AFTER: time::Duration = time::Duration::from_millis(50);

/// Arguments of `kinesim health`.
#[derive(Args)]
pub(super) struct Arguments {
    /// Where it listens: a port, HOST, HOST:PORT or http://HOST:PORT
    #[arg(default_value = "127.0.0.1:4566", value_name = "ADDRESS")]
    endpoint: Endpoint,
    /// Ask again for so long, until it answers
    #[arg(long, default_value = "0s", value_name = "TIME")]
    wait: Duration,
}

/// An endpoint that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Endpoint {
    host: String,
    port: u16,
}

impl FromStr for Endpoint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "write a port, HOST:PORT or http://HOST:PORT";
        if let Ok(port) = text.parse() {
            return Ok(Self { host: "127.0.0.1".to_owned(), port });
        }
        let rest = match text.split_once("://") {
            None => text,
            Some(("http", rest)) => rest,
            Some(("https", _)) => return Err("write http://: an endpoint speaks it beside HTTPS, on the same port"),
            Some(_) => return Err(FORM),
        };
        let authority: Authority = rest.trim_end_matches('/').parse().map_err(|_| FORM)?;
        let host = match authority.host() {
            // An image of nothing but the binary has no file that says so.
            "localhost" => "127.0.0.1",
            host => host,
        };
        Ok(Self { host: host.to_owned(), port: authority.port_u16().unwrap_or(PORT) })
    }
}

/// The one connection that is made.
impl Connect for Endpoint {
    type Stream = TcpStream;

    async fn connect(&self, _: HostId) -> io::Result<TcpStream> {
        TcpStream::connect((self.host.trim_matches(['[', ']']), self.port)).await
    }
}

impl Endpoint {
    /// Asks once.
    async fn ask(&self) -> Result<(), String> {
        let Self { host, port } = self;
        let at = format!("http://{host}:{port}");
        let request = Request::get(Uri::from_static("/_kinesim/health"))
            .header(header::HOST, format!("{host}:{port}"))
            .body(Full::<Bytes>::default())
            .map_err(|error| format!("{at} cannot be asked for: {error}"))?;
        let timeouts = Timeouts { connect: Some(PATIENCE), read: Some(PATIENCE) };
        let client = HttpClient::new(self.clone());
        let exchange = client.send(HostId(0), request, timeouts).await;
        let response = exchange.map_err(|error| format!("nothing answers at {at}: {}", told(&error)))?.response;
        let status = response.status();
        let body = tokio::time::timeout(PATIENCE, response.into_body().collect()).await;
        let body = body.ok().and_then(Result::ok).map(|body| body.to_bytes()).unwrap_or_default();
        match status {
            StatusCode::OK if body.starts_with(b"{\"status\":\"ok\"") => Ok(()),
            StatusCode::OK => Err(format!("what answers at {at} is not kinesim")),
            _ => Err(format!("{at} answers {status}: {}", String::from_utf8_lossy(&body))),
        }
    }

    /// Asks until it answers well, for so long at most; then says what came of the last question.
    async fn ask_for(&self, wait: time::Duration) -> Result<(), String> {
        let mut last = self.ask().await;
        let asking = async {
            while last.is_err() {
                tokio::time::sleep(ASKED_AGAIN_AFTER).await;
                last = self.ask().await;
            }
        };
        // The last answer stands, whether it was in time or not.
        let _ = tokio::time::timeout(wait, asking).await;
        last
    }
}

/// Why there is no answer; the machine's own word where it has one.
fn told(error: &HttpError) -> String {
    match error {
        HttpError::Connection(error) => error.to_string(),
        HttpError::ConnectTimeout | HttpError::ReadTimeout => format!("{error}"),
    }
}

/// Asks, and says what came of it.
pub(super) fn health(arguments: &Arguments) -> io::Result<Exit> {
    let Arguments { endpoint, wait } = arguments;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let wait = time::Duration::from_nanos(wait.0.as_nanos());
    match tokio::task::LocalSet::new().block_on(&runtime, endpoint.ask_for(wait)) {
        Ok(()) => {
            writeln!(anstream::stdout(), "kinesim answers at http://{}:{}", endpoint.host, endpoint.port)?;
            Ok(Exit::Pass)
        }
        Err(problem) => {
            writeln!(anstream::stderr(), "kinesim: {problem}")?;
            Ok(Exit::Fail)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_written_as_a_port_a_name_or_an_address() {
        let read = |text: &str| text.parse::<Endpoint>().map(|Endpoint { host, port }| format!("{host} {port}"));
        for (text, wanted) in [
            ("4567", "127.0.0.1 4567"),
            ("kinesim", "kinesim 4566"),
            ("localhost:80", "127.0.0.1 80"),
            ("http://kinesim:4567/", "kinesim 4567"),
            ("[::1]:4567", "[::1] 4567"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(wanted), "{text}");
        }
        for text in ["", "https://localhost:4566", "ftp://localhost", "a b"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
