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
    let decoded = Request::decode(operation, body, account).ok_or_else(|| unknown(operation))?;
    decoded.map(|(request, echo)| Call { request, echo })
}

/// AWS says nothing more of an operation that it does not know. Whoever calls one that is not here is told.
fn unknown(operation: &str) -> WireError {
    WireError::new("UnknownOperationException", format!("{operation} is not among what kinesim has of DynamoDB"))
}
