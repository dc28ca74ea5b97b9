//! What an operation of S3 has to say of itself, and the words its file needs for that.

pub(in crate::aws::s3) use std::sync::Arc;

pub(in crate::aws::s3) use crate::aws::protocol::operation::Operation;
pub(in crate::aws::s3) use crate::aws::s3::api::{Error, Reply, Response};
pub(in crate::aws::s3) use crate::aws::s3::service::{At, S3};
pub(in crate::aws::s3) use crate::aws::s3::wire::asked::Asked;

/// One operation: its name, what it is about, and what carries it out.
pub(in crate::aws::s3) trait Row: Sized {
    const OPERATION: Operation;

    /// The bucket that it is about; empty for none.
    fn bucket(&self) -> &str;
    /// Reads an HTTP request of the operation.
    fn decode(asked: &mut Asked) -> Result<Self, Error>;
    /// Carries it out.
    fn handle(self, service: &mut S3, at: &mut At<'_>) -> Reply;
}
