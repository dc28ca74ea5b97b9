//! ListBuckets (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html>). Not here: pages.

use super::row::{Asked, At, Error, Operation, Reply, Response, Row, S3};

#[derive(Clone, Debug)]
pub struct ListBuckets;

impl Row for ListBuckets {
    const OPERATION: Operation = Operation::read("ListBuckets");

    fn bucket(&self) -> &str {
        ""
    }
    fn decode(_: &mut Asked) -> Result<Self, Error> {
        Ok(Self)
    }
    fn handle(self, service: &mut S3, _: &mut At<'_>) -> Reply {
        Ok(Response::Buckets(service.buckets.iter().map(|(name, bucket)| (name.clone(), bucket.created_at)).collect()))
    }
}
