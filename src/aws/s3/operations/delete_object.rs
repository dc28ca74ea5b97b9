//! DeleteObject (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html>).

use super::row::{Arc, Asked, At, Error, Operation, Reply, Response, Row, S3};

#[derive(Clone, Debug)]
pub struct DeleteObject {
    pub bucket: Arc<str>,
    pub key: Arc<str>,
}

impl Row for DeleteObject {
    const OPERATION: Operation = Operation::write("DeleteObject");

    fn bucket(&self) -> &str {
        &self.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        Ok(Self { bucket: asked.bucket.clone(), key: asked.key.clone() })
    }
    fn handle(self, service: &mut S3, at: &mut At<'_>) -> Reply {
        service.remove(at, &self.bucket, &self.key).map(|()| Response::Done)
    }
}
