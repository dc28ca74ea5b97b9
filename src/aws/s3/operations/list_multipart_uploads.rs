//! ListMultipartUploads (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html>).
//! Not here: prefixes and pages.

use super::row::{Arc, Asked, At, Error, Operation, Reply, Response, Row, S3};

#[derive(Clone, Debug)]
pub struct ListMultipartUploads {
    pub bucket: Arc<str>,
}

impl Row for ListMultipartUploads {
    const OPERATION: Operation = Operation::read("ListMultipartUploads");

    fn bucket(&self) -> &str {
        &self.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        Ok(Self { bucket: asked.bucket.clone() })
    }
    fn handle(self, service: &mut S3, _: &mut At<'_>) -> Reply {
        let uploads = service.bucket(&self.bucket)?.uploads.iter();
        let told = uploads.map(|((key, id), upload)| (key.clone(), id.clone(), upload.begun_at));
        Ok(Response::Uploads(told.collect()))
    }
}
