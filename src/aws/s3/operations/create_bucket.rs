//! CreateBucket (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>).

use super::row::{Arc, Asked, At, Error, Operation, Reply, Response, Row, S3};
use crate::aws::s3::names::is_bucket_name;
use crate::aws::s3::service::Bucket;
use crate::aws::s3::wire::xml_in;

/// Where S3 began: its rules are older than those of other regions.
const FIRST_REGION: &str = "us-east-1";

#[derive(Clone, Debug)]
pub struct CreateBucket {
    pub bucket: Arc<str>,
    /// Whether a bucket that is there is no error: so it is in S3's first region.
    pub(crate) may_be_there: bool,
}

/// The LocationConstraint of a body, if it has one.
fn location(body: &[u8]) -> Result<Option<String>, Error> {
    if body.is_empty() {
        return Ok(None);
    }
    let configuration = xml_in::read(body, "CreateBucketConfiguration")?;
    let constraint = configuration.child("LocationConstraint").map(|found| found.text.trim().to_owned());
    Ok(constraint.filter(|constraint| !constraint.is_empty()))
}

impl Row for CreateBucket {
    const OPERATION: Operation = Operation::write("CreateBucket");

    fn bucket(&self) -> &str {
        &self.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        let may_be_there = &*asked.region == FIRST_REGION;
        match location(&asked.body)? {
            Some(location) if *location == *asked.region && !may_be_there => {}
            None if may_be_there => {}
            wanted => {
                let wanted = wanted.as_deref().unwrap_or("unspecified");
                let text = format!(
                    "The {wanted} location constraint is incompatible for the region specific endpoint this request \
                     was sent to."
                );
                return Err(Error::IllegalLocationConstraint(text.into()));
            }
        }
        Ok(Self { bucket: asked.bucket.clone(), may_be_there })
    }
    fn handle(self, service: &mut S3, at: &mut At<'_>) -> Reply {
        if !is_bucket_name(&self.bucket) {
            return Err(Error::InvalidBucketName);
        }
        let is_there = service.buckets.contains_key(&self.bucket);
        if is_there && !self.may_be_there {
            return Err(Error::BucketAlreadyOwnedByYou);
        }
        service.buckets.entry(self.bucket).or_insert_with(|| Bucket::new(at.now));
        Ok(Response::Done)
    }
}
