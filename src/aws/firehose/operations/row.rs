//! What an operation of Firehose has to say of itself, and the words its file needs for that.

pub(in crate::aws::firehose) use crate::aws::firehose::api::Reply;
pub(in crate::aws::firehose) use crate::aws::firehose::control::Quota;
pub(in crate::aws::firehose) use crate::aws::firehose::service::{At, Firehose};
pub(in crate::aws::firehose) use crate::aws::firehose::wire::body::Body;
pub(in crate::aws::firehose) use crate::aws::protocol::WireError;
pub(in crate::aws::firehose) use crate::aws::protocol::operation::Operation;
pub(in crate::aws::firehose) use crate::aws::protocol::shape::{Member, optional, required};
pub(in crate::aws::firehose) use crate::aws::protocol::value::Value;
pub(in crate::aws::firehose) use crate::base::DeliveryName;

/// One operation: its name, what it is held to, and what carries it out.
pub(in crate::aws::firehose) trait Row: Sized {
    const OPERATION: Operation;
    const QUOTA: Quota;
    /// The members of its input, as the API's model has them.
    const MEMBERS: &'static [Member];

    /// The delivery stream that it is about.
    fn aim(&self) -> Option<&DeliveryName>;
    /// Reads a body whose types and constraints were checked.
    fn decode(body: &Body<'_>) -> Result<Self, WireError>;
    /// Carries it out.
    fn handle(self, service: &mut Firehose, at: &mut At<'_>) -> Reply;
}
