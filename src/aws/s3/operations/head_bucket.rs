//! HeadBucket (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>).

use super::row::{Arc, Asked, At, Error, Operation, Reply, Response, Row, S3};

#[derive(Clone, Debug)]
pub struct HeadBucket {
    pub bucket: Arc<str>,
}

impl Row for HeadBucket {
    const OPERATION: Operation = Operation::read("HeadBucket");

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
