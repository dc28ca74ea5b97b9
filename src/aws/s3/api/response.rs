//! Answers that are no errors.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::error::Error;
use super::object::{ETag, Object};
use crate::base::SimTime;

/// An answer of S3.
pub type Reply = Result<Response, Error>;

/// The answer to a request that succeeded.
#[derive(Clone, Debug)]
pub enum Response {
    /// Nothing to tell.
    Done,
    /// GetObject, HeadObject.
    Object(Object),
    /// ListBuckets: each with the time of its creation.
    Buckets(Vec<(Arc<str>, SimTime)>),
    /// PutObject, UploadPart.
    Stored(ETag),
    /// ListObjectsV2, ListObjects.
    Listed(Listing),
    /// DeleteObjects: what is gone.
    Deleted(Vec<Arc<str>>),
    /// CopyObject, UploadPartCopy.
    Copied(ETag, SimTime),
    /// CreateMultipartUpload.
    Begun(UploadId),
    /// ListParts.
    Parts(Vec<PartPut>),
    /// ListMultipartUploads: keys, ids, and when they began.
    Uploads(Vec<(Arc<str>, UploadId, SimTime)>),
    /// CompleteMultipartUpload.
    Completed(ETag),
    /// No answer ever comes: a fault.
    Nothing,
}

/// One page of what is in a bucket.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Objects by their keys, in order.
    pub(crate) objects: Vec<(Arc<str>, Object)>,
    /// CommonPrefixes: what keys begin with, up to the delimiter, in order.
    pub(crate) prefixes: Vec<Box<str>>,
    /// The last of this page, when more follow.
    pub next: Option<Box<str>>,
}

/// A part that was put.
#[derive(Clone, Debug)]
pub struct PartPut {
    /// PartNumber.
    pub number: u16,
    /// What it holds.
    pub(crate) object: Object,
}

/// Names an upload in parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UploadId(Box<str>);

impl UploadId {
    /// The id of the n-th upload: it looks drawn and is the same every time.
    pub(in crate::aws::s3) fn nth(n: u64) -> Self {
        let half = |seed| xxhash_rust::xxh3::xxh3_64_with_seed(&n.to_be_bytes(), seed);
        Self(format!("{:016x}{:016x}", half(1), half(2)).into())
    }
    /// The id that a client names; there may be no such upload.
    pub(in crate::aws::s3) fn named(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Parts that were put, by their numbers.
pub(in crate::aws::s3) type Parts = BTreeMap<u16, Object>;
