//! How requests name an upload in parts
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>).

use std::sync::Arc;

use crate::aws::s3::api::{Error, UploadId};
use crate::aws::s3::service::{S3, Upload};
use crate::aws::s3::wire::asked::Asked;

/// Which upload is meant: it is of one key.
#[derive(Clone, Debug)]
pub(crate) struct UploadName {
    /// The bucket.
    pub(crate) bucket: Arc<str>,
    key: Arc<str>,
    id: UploadId,
}

impl UploadName {
    pub(super) fn of(asked: &Asked) -> Self {
        let id = UploadId::named(asked.query("uploadId").unwrap_or_default());
        Self { bucket: asked.bucket.clone(), key: asked.key.clone(), id }
    }
    /// How its bucket names it.
    pub(super) fn key(&self) -> (Arc<str>, UploadId) {
        (self.key.clone(), self.id.clone())
    }
    pub(super) fn find<'a>(&self, service: &'a S3) -> Result<&'a Upload, Error> {
        service.bucket(&self.bucket)?.uploads.get(&self.key()).ok_or(Error::NoSuchUpload)
    }
    pub(super) fn find_mut<'a>(&self, service: &'a mut S3) -> Result<&'a mut Upload, Error> {
        service.bucket_mut(&self.bucket)?.uploads.get_mut(&self.key()).ok_or(Error::NoSuchUpload)
    }
}

/// The `partNumber` of a request: 1 to 10,000.
pub(super) fn part_number(asked: &Asked) -> Result<u16, Error> {
    let number = asked.query("partNumber").and_then(|text| text.parse().ok());
    let wrong = || Error::InvalidArgument("Part number must be an integer between 1 and 10000, inclusive".into());
    number.filter(|number| (1..=10_000).contains(number)).ok_or_else(wrong)
}
