//! HeadObject (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>).

use super::row::{Arc, Asked, At, Error, Operation, Reply, Response, Row, S3};

#[derive(Clone, Debug)]
pub struct HeadObject {
    pub bucket: Arc<str>,
    pub key: Arc<str>,
}

impl Row for HeadObject {
    const OPERATION: Operation = Operation::read("HeadObject");

    fn bucket(&self) -> &str {
        &self.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        Ok(Self { bucket: asked.bucket.clone(), key: asked.key.clone() })
    }
    fn handle(self, service: &mut S3, _: &mut At<'_>) -> Reply {
        let object = service.object(&self.bucket, &self.key)?;
        // What follows from its bytes is worked out where it is kept, for all copies.
        object.etag();
        Ok(Response::Object(object.clone()))
    }
}
