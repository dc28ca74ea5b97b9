//! How a service speaks one of AWS's protocols.

use super::value::Value;
use super::{Account, Encoding, HttpResponse, WireError};

/// A service on the wire: bodies to requests and replies to bodies, and the client's side of both.
pub trait Wire {
    /// What stands before the operation in `X-Amz-Target`.
    const TARGET: &'static str;
    /// How the Java SDK, and with it the built-in clients, write bodies to this service.
    const ENCODING: Encoding;
    /// What the service is asked.
    type Request;
    /// What it answers.
    type Reply;
    /// What an answer repeats of its request.
    type Echo;

    /// Reads the body of an operation's request.
    ///
    /// # Errors
    /// What AWS answers to bodies that are no request of the operation.
    fn decode(operation: &str, body: &Value<'_>, account: &Account) -> Result<(Self::Request, Self::Echo), WireError>;
    /// Returns the answer to a request that never reached the service.
    fn refusal(encoding: Encoding, error: &WireError) -> HttpResponse;
    /// Returns the answer that a reply becomes.
    fn answer(encoding: Encoding, echo: &Self::Echo, reply: &Self::Reply, at: &Place<'_>) -> HttpResponse;
    /// Returns the answer to a request that cannot be carried out through no fault of its own.
    fn failure(encoding: Encoding, at: &Place<'_>) -> HttpResponse;

    /// Returns the stream or table that a request is about, if it names one.
    fn about(request: &Self::Request) -> Option<String>;
    /// Returns the body of a request; `None` for requests that no built-in client sends.
    fn body(request: &Self::Request) -> Option<Value<'_>>;
    /// Returns the reply that an answer to `request` means; `None` when it cannot be read.
    fn reply(request: &Self::Request, status: u16, body: &Value<'_>, at: &Place<'_>) -> Option<Self::Reply>;
}

/// What answers say of where and when they are given.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The account that is spoken for.
    pub account: &'a Account,
    /// Wall-clock time of the run's start.
    pub epoch_unix_ms: u64,
}
