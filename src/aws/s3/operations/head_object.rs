//! HeadObject (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>).

use super::get_object::GetObject;
use super::row::{Arc, Asked, At, Error, Operation, Reply, Row, S3};

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
    fn handle(self, service: &mut S3, at: &mut At<'_>) -> Reply {
        let Self { bucket, key } = self;
        GetObject { bucket, key }.handle(service, at)
    }
}
