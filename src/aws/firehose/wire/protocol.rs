//! Firehose as one of the services on the wire.

use super::{client, encode};
use crate::aws::firehose::api::{Error, Reply};
use crate::aws::firehose::operations::Request;
use crate::aws::protocol::value::Value;
use crate::aws::protocol::{Account, Encoding, HttpResponse, Place, Wire, WireError};

/// `Firehose_20150804`, in JSON 1.1.
pub struct Protocol;

impl Wire for Protocol {
    const TARGET: &'static str = "Firehose_20150804";
    const ENCODING: Encoding = Encoding::Json11;
    type Request = Request;
    type Reply = Reply;
    type Echo = ();

    fn decode(operation: &str, body: &Value<'_>, account: &Account) -> Result<(Request, ()), WireError> {
        let unknown = || WireError { code: "UnknownOperationException", message: None, status: 400 };
        let request = Request::decode(operation, body, account).ok_or_else(unknown)??;
        Ok((request, ()))
    }
    fn refusal(encoding: Encoding, error: &WireError) -> HttpResponse {
        encoding.refusal("", error)
    }
    fn answer(encoding: Encoding, (): &(), reply: &Reply, at: &Place<'_>) -> HttpResponse {
        match reply {
            Ok(response) => encoding.answer(Some(&encode::body(response, at.account))),
            Err(error @ (Error::InvalidKmsResource(_) | Error::InvalidSource(_))) => {
                // These two have a code beside their name.
                encoding.refusal_with("", &WireError::of(error), ("code", error.code().into()))
            }
            Err(error) => Self::refusal(encoding, &WireError::of(error)),
        }
    }
    fn failure(encoding: Encoding, _: &Place<'_>) -> HttpResponse {
        Self::refusal(encoding, &WireError::of(&Error::InternalFailure))
    }

    fn about(request: &Request) -> Option<String> {
        request.aim().map(ToString::to_string)
    }
    fn body(request: &Request) -> Option<Value<'_>> {
        client::body(request)
    }
    fn reply(request: &Request, status: u16, body: &Value<'_>, _: &Place<'_>) -> Option<Reply> {
        client::reply(request, status, body)
    }
}
