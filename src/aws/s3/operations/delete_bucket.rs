//! DeleteBucket (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html>).

use super::row::{Arc, Asked, At, Error, Operation, Reply, Response, Row, S3};

#[derive(Clone, Debug)]
pub struct DeleteBucket {
    pub bucket: Arc<str>,
}

impl Row for DeleteBucket {
    const OPERATION: Operation = Operation::write("DeleteBucket");

    fn bucket(&self) -> &str {
        &self.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        Ok(Self { bucket: asked.bucket.clone() })
    }
    fn handle(self, service: &mut S3, _: &mut At<'_>) -> Reply {
        // Uploads in parts that go on do not keep a bucket.
        if !service.bucket(&self.bucket)?.objects.is_empty() {
            return Err(Error::BucketNotEmpty);
        }
        service.buckets.remove(&self.bucket);
        Ok(Response::Done)
    }
}
