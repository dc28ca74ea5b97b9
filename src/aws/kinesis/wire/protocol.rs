//! Kinesis as one of the services on the wire.

use super::{Echo, client, decode, encode};
use crate::aws::kinesis::api::{Error, Reply};
use crate::aws::kinesis::operations::Request;
use crate::aws::protocol::value::Value;
use crate::aws::protocol::{Account, Encoding, HttpResponse, Place, Wire, WireError};

/// `Kinesis_20131202`, in JSON 1.1 and CBOR.
pub struct Protocol;

impl Wire for Protocol {
    const TARGET: &'static str = "Kinesis_20131202";
    const ENCODING: Encoding = Encoding::Cbor11;
    type Request = Request;
    type Reply = Reply;
    type Echo = Echo;

    fn decode(operation: &str, body: &Value<'_>, account: &Account) -> Result<(Request, Echo), WireError> {
        decode(operation, body, account).map(|call| (call.request, call.echo))
    }
    fn refusal(encoding: Encoding, error: &WireError) -> HttpResponse {
        encoding.refusal("", error)
    }
    fn answer(encoding: Encoding, echo: &Echo, reply: &Reply, at: &Place<'_>) -> HttpResponse {
        match reply {
            Ok(response) => encoding.answer(encode(echo, response, at.account, at.epoch_unix_ms).as_ref()),
            Err(error) => Self::refusal(encoding, &WireError::of(error)),
        }
    }
    fn failure(encoding: Encoding, _: &Place<'_>) -> HttpResponse {
        Self::refusal(encoding, &WireError::of(&Error::InternalFailure))
    }

    fn about(request: &Request) -> Option<String> {
        request.aim().stream.map(ToString::to_string)
    }
    fn body(request: &Request) -> Option<Value<'_>> {
        client::body(request)
    }
    fn reply(request: &Request, status: u16, body: &Value<'_>, at: &Place<'_>) -> Option<Reply> {
        client::reply(request, status, body, at.epoch_unix_ms)
    }
}
