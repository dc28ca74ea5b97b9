//! Floor 2: Amazon S3: buckets and their objects.
//!
//! Whatever a delivery stream writes makes its bucket, unless a setting says which buckets there are; other clients
//! make theirs first, as at AWS. What is put is there for every reader at once, as S3 has it since 2020.
//!
//! On the wire it is S3's REST protocol with XML, see [`wire`].
//!
//! Not modelled: versions, access rights and encryption (a fault denies them), storage classes and lifecycles, tags,
//! notifications, request rates for a prefix (a fault throttles). A request for one of those says so.

mod api;
mod dispatch;
mod list;
mod names;
mod operations;
mod service;
#[cfg(test)]
mod tests;
pub(in crate::aws) mod wire;

pub use self::api::{ETag, Error, Listing, Object, PartPut, PutObject, Reply, Response, UploadId};
pub use self::operations::{
    AbortMultipartUpload, CompleteMultipartUpload, CopyObject, CreateBucket, CreateMultipartUpload, DeleteBucket,
    DeleteObject, DeleteObjects, GetBucketLocation, GetObject, HeadBucket, HeadObject, ListBuckets,
    ListMultipartUploads, ListObjects, ListObjectsV2, ListParts, OPERATIONS, PutByClient, Request, UploadPart,
    UploadPartCopy,
};
pub use self::service::{S3, Settings};
pub use super::protocol::fault_points::Fault;
