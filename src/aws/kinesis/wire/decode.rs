//! Bodies of requests to the streams service's requests.

use crate::aws::kinesis::operations::row::Row;
use crate::aws::kinesis::operations::{ListTagsForResource, Request};
use crate::aws::protocol::Account;
use crate::aws::protocol::WireError;
use crate::aws::protocol::value::Value;
use crate::base::StreamName;

/// A request and what its answer needs to repeat.
#[derive(Debug)]
pub struct Call {
    /// What the service is asked.
    pub request: Request,
    /// What its answer repeats.
    pub echo: Echo,
}

/// What an answer repeats of its request.
#[derive(Debug)]
pub struct Echo {
    /// The stream that was named.
    pub stream: Option<StreamName>,
    /// Whether lists of tags say if there are more.
    pub(crate) is_paged: bool,
}

/// Reads the body of an operation's request.
///
/// # Errors
/// UnknownOperationException, SerializationException, ValidationException, or what AWS answers to members that
/// contradict each other.
pub fn decode(operation: &str, body: &Value<'_>, account: &Account) -> Result<Call, WireError> {
    let Some(decoded) = Request::decode(operation, body, account) else { return Err(unknown()) };
    let (request, body) = decoded?;
    let is_paged = request.operation() != ListTagsForResource::OPERATION;
    Ok(Call { request, echo: Echo { stream: body.stream().ok(), is_paged } })
}

fn unknown() -> WireError {
    WireError { code: "UnknownOperationException", message: None, status: 400 }
}
