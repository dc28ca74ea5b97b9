//! GetObject (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>).
//!
//! The whole object: ranges and conditions are the answer's, see [`super::super::wire`].

use super::row::{Arc, Asked, At, Error, Operation, Reply, Response, Row, S3};

#[derive(Clone, Debug)]
pub struct GetObject {
    pub bucket: Arc<str>,
    pub key: Arc<str>,
}

impl Row for GetObject {
    const OPERATION: Operation = Operation::read("GetObject");

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
