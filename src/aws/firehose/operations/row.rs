//! What an operation of Firehose has to say of itself, and the words its file needs for that.

pub(in crate::aws::firehose) use crate::aws::firehose::api::Reply;
pub(in crate::aws::firehose) use crate::aws::firehose::service::{At, Firehose};
pub(in crate::aws::firehose) use crate::aws::protocol::operation::Operation;
pub(in crate::aws::firehose) use crate::base::DeliveryName;

/// One operation: its name, and what carries it out.
pub(in crate::aws::firehose) trait Row: Sized {
    const OPERATION: Operation;

    /// The delivery stream that it is about.
    fn aim(&self) -> Option<&DeliveryName>;
    /// Carries it out.
    fn handle(self, service: &mut Firehose, at: &mut At<'_>) -> Reply;
}
