//! What an operation of DynamoDB has to say of itself, and the words its file needs for that.

pub(in crate::aws::dynamodb) use crate::aws::dynamodb::api::Reply;
pub(in crate::aws::dynamodb) use crate::aws::dynamodb::service::{At, DynamoDb};
pub(in crate::aws::dynamodb) use crate::aws::dynamodb::wire::body::Body;
pub(in crate::aws::dynamodb) use crate::aws::dynamodb::wire::encode::Echo;
pub(in crate::aws::dynamodb) use crate::aws::protocol::WireError;
pub(in crate::aws::dynamodb) use crate::aws::protocol::operation::Operation;
pub(in crate::aws::dynamodb) use crate::aws::protocol::shape::{Member, Shape, optional, required};
pub(in crate::aws::dynamodb) use crate::aws::protocol::value::Value;
pub(in crate::aws::dynamodb) use crate::base::TableName;

/// What an operation works on, which decides how faults meet it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::aws::dynamodb) enum Plane {
    /// Tables themselves: a throttle is a ThrottlingException.
    Control,
    /// Items: a throttle is short of the table's units, and an internal error may have been applied.
    Items,
    /// Items, of which each fails on its own.
    Batch,
}

/// One operation: its name, how faults meet it, and what carries it out.
pub(in crate::aws::dynamodb) trait Row: Sized {
    const OPERATION: Operation;
    const PLANE: Plane;
    /// The members of its input, as the API's model has them.
    const MEMBERS: &'static [Member];

    /// The tables that it names, once for each time.
    fn tables(&self) -> Vec<&TableName>;
    /// Reads a body whose types and constraints were checked, and notes what the answer repeats.
    fn decode(body: &Body<'_>, echo: &mut Echo) -> Result<Self, WireError>;
    /// Carries it out.
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply;
}
