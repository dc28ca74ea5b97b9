//! AbortMultipartUpload (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html>).

use super::row::{Asked, At, Error, Operation, Reply, Response, Row, S3};
use super::upload::UploadName;

#[derive(Clone, Debug)]
pub struct AbortMultipartUpload {
    pub(crate) upload: UploadName,
}

impl Row for AbortMultipartUpload {
    const OPERATION: Operation = Operation::write("AbortMultipartUpload");

    fn bucket(&self) -> &str {
        &self.upload.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        Ok(Self { upload: UploadName::of(asked) })
    }
    fn handle(self, service: &mut S3, _: &mut At<'_>) -> Reply {
        let held = service.bucket_mut(&self.upload.bucket)?;
        held.uploads.remove(&self.upload.key()).map(|_| Response::Done).ok_or(Error::NoSuchUpload)
    }
}
