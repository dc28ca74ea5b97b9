//! UploadPart (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html>).

use super::row::{Asked, At, Error, Operation, Reply, Response, Row, S3};
use super::upload::{UploadName, part_number};
use crate::aws::s3::api::Object;
use crate::base::Body;

#[derive(Clone, Debug)]
pub struct UploadPart {
    pub(crate) upload: UploadName,
    pub number: u16,
    pub body: Body,
}

impl Row for UploadPart {
    const OPERATION: Operation = Operation::write("UploadPart");

    fn bucket(&self) -> &str {
        &self.upload.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        let (upload, number) = (UploadName::of(asked), part_number(asked)?);
        Ok(Self { upload, number, body: asked.take_body() })
    }
    fn handle(self, service: &mut S3, at: &mut At<'_>) -> Reply {
        let part = Object::new(self.body, at.now);
        let etag = part.etag().clone();
        self.upload.find_mut(service)?.parts.insert(self.number, part);
        Ok(Response::Stored(etag))
    }
}
