//! The table of S3's operations: one file and one line each.
//!
//! An operation's file has its request, how an HTTP request becomes one, and what carries it out. Everything that must
//! know all operations is made from the list below, but for the routes ([`super::wire`]), which no name tells.

#![expect(missing_docs, reason = "requests and their members are AWS's, under its names")]

mod abort_multipart_upload;
mod complete_multipart_upload;
mod copy_object;
mod create_bucket;
mod create_multipart_upload;
mod delete_bucket;
mod delete_object;
mod delete_objects;
mod get_bucket_location;
mod get_object;
mod head_bucket;
mod head_object;
mod list_buckets;
mod list_multipart_uploads;
mod list_objects;
mod list_objects_v2;
mod list_parts;
mod put_object;
pub(super) mod row;
mod upload;
mod upload_part;
mod upload_part_copy;

pub use self::abort_multipart_upload::AbortMultipartUpload;
pub use self::complete_multipart_upload::CompleteMultipartUpload;
pub use self::copy_object::CopyObject;
pub use self::create_bucket::CreateBucket;
pub use self::create_multipart_upload::CreateMultipartUpload;
pub use self::delete_bucket::DeleteBucket;
pub use self::delete_object::DeleteObject;
pub use self::delete_objects::DeleteObjects;
pub use self::get_bucket_location::GetBucketLocation;
pub use self::get_object::GetObject;
pub use self::head_bucket::HeadBucket;
pub use self::head_object::HeadObject;
pub use self::list_buckets::ListBuckets;
pub use self::list_multipart_uploads::ListMultipartUploads;
pub use self::list_objects::ListObjects;
pub use self::list_objects_v2::ListObjectsV2;
pub(super) use self::list_objects_v2::next_token;
pub use self::list_parts::ListParts;
pub use self::put_object::PutByClient;
pub use self::upload_part::UploadPart;
pub use self::upload_part_copy::UploadPartCopy;

use self::row::{At, Operation, Reply, Row as _, S3};
use super::api::{Error, PutObject};
use super::wire::asked::Asked;

/// Makes the requests of the operations; `besides` names what is another request of the same operation.
macro_rules! operations {
    ($($name:ident),* $(,)?; besides $other:ident) => {
        /// A request: one variant an operation.
        #[derive(Clone, Debug)]
        pub enum Request {
            $(#[doc = concat!(stringify!($name), ".")] $name($name),)*
            #[doc = concat!(stringify!($other), ", in place of an operation.")]
            $other($other),
        }

        /// Every operation of S3, sorted by name.
        pub const OPERATIONS: &[Operation] = &[$($name::OPERATION),*];

        impl Request {
            /// Returns which operation this asks for.
            pub const fn operation(&self) -> Operation {
                match self {
                    $(Self::$name(_) => $name::OPERATION,)*
                    Self::$other(_) => $other::OPERATION,
                }
            }
            /// The bucket that it is about; empty for none.
            pub fn bucket(&self) -> &str {
                match self {
                    $(Self::$name(request) => request.bucket(),)*
                    Self::$other(request) => request.bucket(),
                }
            }
            /// Has the service carry it out.
            pub(super) fn handle(self, service: &mut S3, at: &mut At<'_>) -> Reply {
                match self {
                    $(Self::$name(request) => request.handle(service, at),)*
                    Self::$other(request) => request.handle(service, at),
                }
            }
            /// The request of an operation that was asked for over HTTP.
            ///
            /// # Errors
            /// What is wrong with it.
            pub(super) fn decode(operation: Operation, asked: &mut Asked) -> Result<Self, Error> {
                $(if operation == $name::OPERATION {
                    return $name::decode(asked).map(Self::from_http);
                })*
                unreachable!("{operation} is none of the operations")
            }
        }

        $(impl From<$name> for Request {
            fn from(request: $name) -> Self { Self::$name(request) }
        })*
        impl From<$other> for Request {
            fn from(request: $other) -> Self { Self::$other(request) }
        }
    };
}

operations! {
    AbortMultipartUpload,
    CompleteMultipartUpload,
    CopyObject,
    CreateBucket,
    CreateMultipartUpload,
    DeleteBucket,
    DeleteObject,
    DeleteObjects,
    GetBucketLocation,
    GetObject,
    HeadBucket,
    HeadObject,
    ListBuckets,
    ListMultipartUploads,
    ListObjects,
    ListObjectsV2,
    ListParts,
    PutByClient,
    UploadPart,
    UploadPartCopy;
    besides PutObject
}

impl Request {
    fn from_http(request: impl Into<Self>) -> Self {
        request.into()
    }
}
