//! GetBucketLocation (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html>).
//! It says the region of the request.

use super::row::{Arc, Asked, At, Error, Operation, Reply, Response, Row, S3};

#[derive(Clone, Debug)]
pub struct GetBucketLocation {
    pub bucket: Arc<str>,
}

impl Row for GetBucketLocation {
    const OPERATION: Operation = Operation::read("GetBucketLocation");

    fn bucket(&self) -> &str {
        &self.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        Ok(Self { bucket: asked.bucket.clone() })
    }
    fn handle(self, service: &mut S3, _: &mut At<'_>) -> Reply {
        service.bucket(&self.bucket).map(|_| Response::Done)
    }
}
