//! An HTTP client: connections that are kept, and timeouts. How a connection is made is its [`Connect`]'s.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use std::{fmt, io};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use crate::base::HostId;

/// A connection that nobody used for so long is closed, as the AWS SDK for Java 2.x does it (`connectionMaxIdleTime`).
const IDLE_MAX: Duration = Duration::from_secs(60);

/// What a client waits at most for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timeouts {
    /// How long a connection may take to be made; no limit when absent.
    pub connect: Option<Duration>,
    /// For the head of an answer.
    pub read: Option<Duration>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum HttpError {
    /// No connection in time.
    ConnectTimeout,
    /// No answer in time. The request may have been carried out.
    ReadTimeout,
    /// The connection was refused or broke.
    Connection(Box<dyn std::error::Error + Send + Sync>),
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConnectTimeout => f.write_str("no connection within the connect timeout"),
            Self::ReadTimeout => f.write_str("no answer within the read timeout; the request may have been applied"),
            Self::Connection(error) => write!(f, "the connection broke: {error}"),
        }
    }
}
impl std::error::Error for HttpError {}

/// An HTTP/1.1 connection.
type Connection = SendRequest<Full<Bytes>>;

/// Makes connections.
pub(crate) trait Connect {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + 'static;

    /// Connects to a service; whatever it connects through says how long that takes, or never.
    async fn connect(&self, service: HostId) -> io::Result<Self::Stream>;
}

/// Connections to the services, kept between calls.
pub(crate) struct HttpClient<C> {
    connector: C,
    /// Kept connections to each service, the one used last at the end.
    idle: RefCell<BTreeMap<HostId, VecDeque<(Instant, Connection)>>>,
}

/// An answer whose body is still to be read, and the connection that it comes on.
pub(crate) struct Exchange {
    /// Status and headers are there; the body still comes.
    pub response: Response<Incoming>,
    connection: Connection,
    service: HostId,
}

impl<C: Connect> HttpClient<C> {
    /// A client without connections.
    pub(crate) fn new(connector: C) -> Self {
        Self { connector, idle: RefCell::default() }
    }

    /// Sends a request and waits for the head of its answer.
    ///
    /// # Errors
    /// A timeout, or that the connection broke. A request that went out on a kept connection is not tried again here:
    /// whoever calls knows whether it may be.
    pub(crate) async fn send(
        &self,
        service: HostId,
        request: Request<Full<Bytes>>,
        timeouts: Timeouts,
    ) -> Result<Exchange, HttpError> {
        let mut connection = match self.idle_connection(service).await {
            Some(connection) => connection,
            None => within(timeouts.connect, self.connect(service)).await.ok_or(HttpError::ConnectTimeout)??,
        };
        let answered = within(timeouts.read, connection.send_request(request)).await.ok_or(HttpError::ReadTimeout)?;
        let response = answered.map_err(|error| HttpError::Connection(error.into()))?;
        Ok(Exchange { response, connection, service })
    }

    /// Keeps a connection whose answer was read to its end.
    pub(crate) fn keep(&self, service: HostId, connection: Connection) {
        let now = Instant::now();
        let mut idle = self.idle.borrow_mut();
        let idle = idle.entry(service).or_default();
        idle.push_back((now, connection));
        while idle.front().is_some_and(|(since, _)| now - *since > IDLE_MAX) {
            idle.pop_front();
        }
    }

    async fn idle_connection(&self, service: HostId) -> Option<Connection> {
        loop {
            let (since, mut connection) = self.idle.borrow_mut().get_mut(&service)?.pop_back()?;
            if since.elapsed() <= IDLE_MAX && connection.ready().await.is_ok() {
                return Some(connection);
            }
        }
    }

    async fn connect(&self, service: HostId) -> Result<Connection, HttpError> {
        let broken = |error: Box<dyn std::error::Error + Send + Sync>| HttpError::Connection(error);
        let stream = self.connector.connect(service).await.map_err(|error| broken(error.into()))?;
        let stream = TokioIo::new(stream);
        let (sender, connection) = http1::handshake(stream).await.map_err(|error| broken(error.into()))?;
        tokio::task::spawn_local(async move {
            // Whoever waits for an answer on it hears that it broke.
            let _ = connection.await;
        });
        Ok(sender)
    }
}

impl Exchange {
    /// The answer, and what keeps its connection once the body was read.
    pub(crate) fn into_parts<C: Connect>(self) -> (Response<Incoming>, impl FnOnce(&HttpClient<C>)) {
        let Self { response, connection, service } = self;
        (response, move |client: &HttpClient<C>| client.keep(service, connection))
    }
}

async fn within<F: Future>(limit: Option<Duration>, future: F) -> Option<F::Output> {
    match limit {
        Some(limit) => tokio::time::timeout(limit, future).await.ok(),
        None => Some(future.await),
    }
}
