//! CopyObject (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>). Not here: its conditions.

use super::row::{Arc, Asked, At, Error, Operation, Reply, Response, Row, S3};
use crate::aws::s3::api::{Metadata, Object};
use crate::aws::s3::wire::asked::Source;

#[derive(Clone, Debug)]
pub struct CopyObject {
    pub bucket: Arc<str>,
    pub key: Arc<str>,
    pub(in crate::aws::s3) source: Source,
    /// What is kept in place of what the source has, if anything is.
    pub(crate) metadata: Option<Metadata>,
}

impl Row for CopyObject {
    const OPERATION: Operation = Operation::write("CopyObject");

    fn bucket(&self) -> &str {
        &self.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        let metadata = match asked.header("x-amz-metadata-directive") {
            None | Some("COPY") => None,
            Some("REPLACE") => Some(asked.metadata()?),
            Some(_) => return Err(Error::InvalidArgument("Unknown metadata directive.".into())),
        };
        let source = asked.source()?;
        if metadata.is_none() && (&source.bucket, &source.key) == (&asked.bucket, &asked.key) {
            let text = "This copy request is illegal because it is trying to copy an object to itself without changing \
                        the object's metadata, storage class, website redirect location or encryption attributes.";
            return Err(Error::InvalidRequest(text.into()));
        }
        Ok(Self { bucket: asked.bucket.clone(), key: asked.key.clone(), source, metadata })
    }
    fn handle(self, service: &mut S3, at: &mut At<'_>) -> Reply {
        let Self { bucket, key, source, metadata } = self;
        let from = service.object(&source.bucket, &source.key)?;
        let metadata = metadata.map_or_else(|| from.metadata().clone(), Arc::new);
        let object = Object::new(from.body.clone(), at.now).with(metadata, None);
        let etag = object.etag().clone();
        service.store(at, &bucket, &key, object, 0)?;
        Ok(Response::Copied(etag, at.now))
    }
}
