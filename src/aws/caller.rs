//! The client's side of the door: a service's request to an HTTP request, and the HTTP answer to its reply.

use super::protocol::Encoding;
use super::{Cloud, Door, Reply, Request, read, written};
use crate::world::Backend;

/// A request as bytes.
pub(crate) struct Written {
    /// `X-Amz-Target`.
    pub target: String,
    /// How the body is written, and its answer too.
    pub encoding: Encoding,
    /// The operation's input, in the service's protocol.
    pub body: Vec<u8>,
}

impl Door {
    /// Writes a request of a built-in client as the Java SDK does: CBOR to Kinesis, JSON to DynamoDB.
    ///
    /// # Panics
    /// When it is none that built-in clients send over HTTP.
    pub(crate) fn write(&self, request: &Request) -> Written {
        let operation = Cloud::operation_of(request);
        let Some((target, encoding, body)) = written(request) else {
            unreachable!("no built-in client sends {operation} with these members over HTTP")
        };
        Written { target: format!("{target}.{operation}"), encoding, body: encoding.encode(&body) }
    }

    /// Reads the reply to `request` that an answer means.
    ///
    /// # Panics
    /// When it cannot be read: the simulated services answer nothing else.
    pub(crate) fn read(&self, request: &Request, encoding: Encoding, status: u16, body: &[u8]) -> Reply {
        let value = encoding.decode(if body.is_empty() { b"{}" } else { body }).ok();
        let unreadable = || {
            let body = String::from_utf8_lossy(body);
            unreachable!("the answer to {request:?} cannot be read: {status} {body}")
        };
        value.and_then(|value| read(request, status, &value, &self.place())).unwrap_or_else(unreadable)
    }
}
