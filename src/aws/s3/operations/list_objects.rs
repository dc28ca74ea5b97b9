//! ListObjects, which ListObjectsV2 has followed and older tools still use
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html>).

use super::list_objects_v2::page;
use super::row::{Arc, Asked, At, Error, Operation, Reply, Response, Row, S3};
use crate::aws::s3::list::Page;

#[derive(Clone, Debug)]
pub struct ListObjects {
    pub bucket: Arc<str>,
    pub(in crate::aws::s3) page: Page,
}

impl Row for ListObjects {
    const OPERATION: Operation = Operation::read("ListObjects");

    fn bucket(&self) -> &str {
        &self.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        let page = page(asked, asked.query("marker").unwrap_or_default())?;
        Ok(Self { bucket: asked.bucket.clone(), page })
    }
    fn handle(self, service: &mut S3, _: &mut At<'_>) -> Reply {
        Ok(Response::Listed(self.page.of(&service.bucket(&self.bucket)?.objects)))
    }
}
