//! ListParts (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html>). Not here: pages.

use super::row::{Asked, At, Error, Operation, Reply, Response, Row, S3};
use super::upload::UploadName;
use crate::aws::s3::api::PartPut;

#[derive(Clone, Debug)]
pub struct ListParts {
    pub(crate) upload: UploadName,
}

impl Row for ListParts {
    const OPERATION: Operation = Operation::read("ListParts");

    fn bucket(&self) -> &str {
        &self.upload.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        Ok(Self { upload: UploadName::of(asked) })
    }
    fn handle(self, service: &mut S3, _: &mut At<'_>) -> Reply {
        let parts = self.upload.find(service)?.parts.iter();
        let told = parts.map(|(number, object)| {
            object.etag();
            PartPut { number: *number, object: object.clone() }
        });
        Ok(Response::Parts(told.collect()))
    }
}
