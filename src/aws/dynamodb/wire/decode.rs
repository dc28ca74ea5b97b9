//! Bodies of requests to the table service's requests.

use super::encode::Echo;
use crate::aws::dynamodb::operations::Request;
use crate::aws::protocol::Account;
use crate::aws::protocol::WireError;
use crate::aws::protocol::value::Value;

/// A request and what its answer needs to repeat.
#[derive(Debug)]
pub struct Call {
    /// What the service is asked.
    pub request: Request,
    /// What its answer repeats.
    pub echo: Echo,
}

/// Reads the body of an operation's request.
///
/// # Errors
/// UnknownOperationException, SerializationException or ValidationException.
pub fn decode(operation: &str, body: &Value<'_>, account: &Account) -> Result<Call, WireError> {
    let decoded = Request::decode(operation, body, account).ok_or_else(unknown)?;
    decoded.map(|(request, echo)| Call { request, echo })
}

fn unknown() -> WireError {
    WireError { code: "UnknownOperationException", message: None, status: 400 }
}
