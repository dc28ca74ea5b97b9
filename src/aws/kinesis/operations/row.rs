//! What an operation of Kinesis has to say of itself, and the words its file needs for that.

pub(in crate::aws::kinesis) use crate::aws::kinesis::aim::Aim;
pub(in crate::aws::kinesis) use crate::aws::kinesis::api::Reply;
pub(in crate::aws::kinesis) use crate::aws::kinesis::quotas::Quota;
pub(in crate::aws::kinesis) use crate::aws::kinesis::service::{At, Kinesis};
pub(in crate::aws::kinesis) use crate::aws::kinesis::wire::body::Body;
pub(in crate::aws::kinesis) use crate::aws::protocol::WireError;
pub(in crate::aws::kinesis) use crate::aws::protocol::operation::Operation;
pub(in crate::aws::kinesis) use crate::aws::protocol::shape::{Member, Shape, optional, required};
pub(in crate::aws::kinesis) use crate::aws::protocol::value::Value;

/// One operation: its name, what it is held to, and what carries it out.
pub(in crate::aws::kinesis) trait Row: Sized {
    const OPERATION: Operation;
    const QUOTA: Quota;
    /// The members of its input, as the API's model has them.
    const MEMBERS: &'static [Member];

    /// What it is about.
    fn aim(&self) -> Aim<'_>;
    /// Reads a body whose types and constraints were checked.
    fn decode(body: &Body<'_>) -> Result<Self, WireError>;
    /// Carries it out.
    fn handle(self, service: &mut Kinesis, at: &mut At<'_>) -> Reply;
}
