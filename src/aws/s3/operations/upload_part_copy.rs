//! UploadPartCopy (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html>).
//! Not here: its conditions.

use super::row::{Asked, At, Error, Operation, Reply, Response, Row, S3};
use super::upload::{UploadName, part_number};
use crate::aws::s3::api::Object;
use crate::aws::s3::wire::asked::Source;
use crate::aws::s3::wire::range::Range;

#[derive(Clone, Debug)]
pub struct UploadPartCopy {
    pub(crate) upload: UploadName,
    pub number: u16,
    pub(in crate::aws::s3) source: Source,
    pub(in crate::aws::s3) range: Option<Range>,
}

impl Row for UploadPartCopy {
    const OPERATION: Operation = Operation::write("UploadPartCopy");

    fn bucket(&self) -> &str {
        &self.upload.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        let range = match asked.header("x-amz-copy-source-range") {
            None => None,
            Some(text) => Some(Range::read(text).ok_or_else(|| {
                Error::InvalidArgument(
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the \
                 zero-based offsets of the first and last bytes to copy"
                    .into(),
            )
            })?),
        };
        let (upload, number, source) = (UploadName::of(asked), part_number(asked)?, asked.source()?);
        Ok(Self { upload, number, source, range })
    }
    fn handle(self, service: &mut S3, at: &mut At<'_>) -> Reply {
        self.upload.find(service)?;
        let from = service.object(&self.source.bucket, &self.source.key)?;
        let body = match self.range {
            None => from.body.clone(),
            Some(range) => from.bytes()[range.within(from.size_bytes())?].to_vec().into(),
        };
        let part = Object::new(body, at.now);
        let etag = part.etag().clone();
        self.upload.find_mut(service)?.parts.insert(self.number, part);
        Ok(Response::Copied(etag, at.now))
    }
}
