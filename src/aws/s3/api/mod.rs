//! What S3 is asked by delivery streams, and what it answers: objects, lists, errors.

mod error;
mod object;
mod put;
mod response;

pub use self::error::Error;
pub(super) use self::object::Metadata;
pub use self::object::{ETag, Object};
pub use self::put::PutObject;
pub(super) use self::response::Parts;
pub use self::response::{Listing, PartPut, Reply, Response, UploadId};
