//! The client's side of the door: a service's request to an HTTP request, and the HTTP answer to its reply.

use super::{Door, Reply, Request};
use super::{dynamodb, kinesis};
use crate::aws::protocol::Encoding;
use crate::aws::protocol::envelope::Api;

/// A request as bytes.
pub struct Written {
    /// `X-Amz-Target`.
    pub target: String,
    /// How the body is written, and its answer too.
    pub encoding: Encoding,
    /// The body.
    pub body: Vec<u8>,
}

impl Door {
    /// A request of a built-in client as the Java SDK sends it: CBOR to Kinesis, JSON to DynamoDB.
    ///
    /// # Panics
    /// When it is none that built-in clients send over HTTP.
    pub fn write(&self, request: &Request) -> Written {
        let (api, operation, encoding, body) = match request {
            Request::Kinesis(request) => {
                (Api::Kinesis, request.operation().name(), Encoding::Cbor11, kinesis::wire::client::body(request))
            }
            Request::DynamoDb(request) => {
                (Api::DynamoDb, request.operation().name(), Encoding::Json10, dynamodb::wire::client::body(request))
            }
            Request::Store(_) => unreachable!("the application's store does not speak HTTP"),
        };
        let Some(body) = body else { unreachable!("no built-in client sends {operation} with these members") };
        Written { target: format!("{}.{operation}", api.target()), encoding, body: encoding.encode(&body) }
    }

    /// The reply to `request` that an answer means.
    ///
    /// # Panics
    /// When it cannot be read: the simulated services answer nothing else.
    pub fn read(&self, request: &Request, encoding: Encoding, status: u16, body: &[u8]) -> Reply {
        let value = encoding.decode(if body.is_empty() { b"{}" } else { body }).ok();
        let reply = value.and_then(|value| match request {
            Request::Kinesis(request) => {
                kinesis::wire::client::reply(request, status, &value, self.epoch_unix_ms).map(Reply::Kinesis)
            }
            Request::DynamoDb(request) => {
                let reply = dynamodb::wire::client::reply(request, status, &value, &self.account, self.epoch_unix_ms);
                reply.map(Reply::DynamoDb)
            }
            Request::Store(_) => None,
        });
        let unreadable = || {
            let body = String::from_utf8_lossy(body);
            unreachable!("the answer to {request:?} cannot be read: {status} {body}")
        };
        reply.unwrap_or_else(unreadable)
    }
}
