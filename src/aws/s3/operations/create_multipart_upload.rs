//! CreateMultipartUpload (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html>).

use super::row::{Arc, Asked, At, Error, Operation, Reply, Response, Row, S3};
use crate::aws::s3::api::{Metadata, Parts, UploadId};
use crate::aws::s3::service::Upload;

#[derive(Clone, Debug)]
pub struct CreateMultipartUpload {
    pub bucket: Arc<str>,
    pub key: Arc<str>,
    pub(crate) metadata: Arc<Metadata>,
}

impl Row for CreateMultipartUpload {
    const OPERATION: Operation = Operation::write("CreateMultipartUpload");

    fn bucket(&self) -> &str {
        &self.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        let metadata = Arc::new(asked.metadata()?);
        Ok(Self { bucket: asked.bucket.clone(), key: asked.key.clone(), metadata })
    }
    fn handle(self, service: &mut S3, at: &mut At<'_>) -> Reply {
        let id = UploadId::nth(service.begun);
        let upload = Upload { begun_at: at.now, metadata: self.metadata, parts: Parts::new() };
        service.bucket_mut(&self.bucket)?.uploads.insert((self.key, id.clone()), upload);
        service.begun += 1;
        Ok(Response::Begun(id))
    }
}
