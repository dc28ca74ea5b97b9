//! DynamoDB as one of the services on the wire.

use super::encode::{Echo, encode, refusal, wire_refusal};
use super::{client, decode};
use crate::aws::dynamodb::api::{Error, Reply, Response};
use crate::aws::dynamodb::operations::Request;
use crate::aws::protocol::value::Value;
use crate::aws::protocol::{Account, Encoding, HttpResponse, Place, Wire, WireError};

/// `DynamoDB_20120810`, in JSON 1.0.
pub struct Protocol;

impl Wire for Protocol {
    const TARGET: &'static str = "DynamoDB_20120810";
    const ENCODING: Encoding = Encoding::Json10;
    type Request = Request;
    type Reply = Reply;
    type Echo = Echo;

    fn decode(operation: &str, body: &Value<'_>, account: &Account) -> Result<(Request, Echo), WireError> {
        decode(operation, body, account).map(|call| (call.request, call.echo))
    }
    fn refusal(encoding: Encoding, error: &WireError) -> HttpResponse {
        wire_refusal(encoding, error)
    }
    fn answer(encoding: Encoding, echo: &Echo, reply: &Reply, at: &Place<'_>) -> HttpResponse {
        match reply {
            Ok(Response::Done) => encoding.answer(None),
            Ok(response) => encoding.answer(Some(&encode(echo, response, at.account, at.epoch_unix_ms))),
            Err(error) => refusal(encoding, error, at.account),
        }
    }
    fn failure(encoding: Encoding, at: &Place<'_>) -> HttpResponse {
        refusal(encoding, &Error::InternalServerError, at.account)
    }

    fn about(request: &Request) -> Option<String> {
        request.tables().first().map(ToString::to_string)
    }
    fn body(request: &Request) -> Option<Value<'_>> {
        client::body(request)
    }
    fn reply(request: &Request, status: u16, body: &Value<'_>, at: &Place<'_>) -> Option<Reply> {
        client::reply(request, status, body, at.account, at.epoch_unix_ms)
    }
}
