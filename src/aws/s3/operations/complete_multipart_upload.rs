//! CompleteMultipartUpload (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>).

use super::put_object::Condition;
use super::row::{Arc, Asked, At, Error, Operation, Reply, Response, Row, S3};
use super::upload::UploadName;
use crate::aws::s3::api::{ETag, Object};
use crate::aws::s3::wire::xml_in;
use crate::base::Body;
use crate::base::body::Coding;

/// Fewest bytes of every part but the last: 5 MiB.
const PART_BYTES_MIN: u64 = 5 << 20;

#[derive(Clone, Debug)]
pub struct CompleteMultipartUpload {
    pub(crate) upload: UploadName,
    pub key: Arc<str>,
    /// Numbers of the parts, each with its ETag as the client has it.
    pub parts: Vec<(u16, Box<str>)>,
    pub condition: Condition,
}

impl CompleteMultipartUpload {
    /// The parts that it names, in their order.
    fn chosen<'a>(&self, service: &'a S3) -> Result<Vec<&'a Object>, Error> {
        let put = &self.upload.find(service)?.parts;
        if self.parts.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
            return Err(Error::InvalidPartOrder);
        }
        let named = self.parts.iter().map(|(number, etag)| put.get(number).filter(|part| part.etag().is(etag)));
        let parts = named.collect::<Option<Vec<_>>>().ok_or(Error::InvalidPart)?;
        let (_, others) = parts.split_last().ok_or(Error::MalformedXml)?;
        match others.iter().any(|part| part.size_bytes() < PART_BYTES_MIN) {
            true => Err(Error::EntityTooSmall),
            false => Ok(parts),
        }
    }
}

impl Row for CompleteMultipartUpload {
    const OPERATION: Operation = Operation::write("CompleteMultipartUpload");

    fn bucket(&self) -> &str {
        &self.upload.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        let completed = xml_in::read(&asked.body, "CompleteMultipartUpload")?;
        let part = |part: &xml_in::Element| {
            let number = part.child("PartNumber")?.text.trim().parse().ok()?;
            Some((number, part.child("ETag")?.text.trim().into()))
        };
        let parts: Option<Vec<_>> = completed.children("Part").map(part).collect();
        let parts = parts.filter(|parts| !parts.is_empty()).ok_or(Error::MalformedXml)?;
        Ok(Self { upload: UploadName::of(asked), key: asked.key.clone(), parts, condition: Condition::of(asked)? })
    }
    fn handle(self, service: &mut S3, at: &mut At<'_>) -> Reply {
        let chosen = self.chosen(service)?;
        let etag = ETag::of_parts(&chosen.iter().map(|part| part.etag()).collect::<Vec<_>>());
        // The bytes themselves are shared with the parts, whatever coding a copied one has.
        let payloads: Vec<_> = match chosen.iter().all(|part| part.body.coding() == Coding::Plain) {
            true => chosen.iter().flat_map(|part| part.body.parts().iter().cloned()).collect(),
            false => chosen.iter().map(|part| part.bytes().into()).collect(),
        };
        self.condition.check(service, &self.upload.bucket, &self.key)?;
        let bucket = self.upload.bucket.clone();
        let ended = service.bucket_mut(&bucket)?.uploads.remove(&self.upload.key()).ok_or(Error::NoSuchUpload)?;
        let object = Object::new(Body::new(payloads, Coding::Plain), at.now).with(ended.metadata, Some(etag.clone()));
        service.store(at, &bucket, &self.key, object, 0)?;
        Ok(Response::Completed(etag))
    }
}
