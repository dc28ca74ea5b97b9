//! What S3 answers: objects, lists, errors.

mod error;
mod object;
mod response;

pub use self::error::Error;
pub(super) use self::object::Metadata;
pub use self::object::{ETag, Object};
pub(super) use self::response::Parts;
pub use self::response::{Listing, PartPut, Reply, Response, UploadId};
