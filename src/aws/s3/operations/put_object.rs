//! PutObject (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>): as delivery streams ask for it,
//! and as other clients do.

use super::row::{Arc, Asked, At, Error, Operation, Reply, Response, Row, S3};
use crate::aws::s3::api::{Metadata, Object, PutObject};
use crate::aws::s3::service::Bucket;
use crate::base::Body;

const PUT_OBJECT: Operation = Operation::write("PutObject");

impl PutObject {
    /// Of which operation it is.
    pub(super) const OPERATION: Operation = PUT_OBJECT;

    pub(super) fn bucket(&self) -> &str {
        &self.bucket
    }
    pub(super) fn handle(self, service: &mut S3, at: &mut At<'_>) -> Reply {
        let Self { bucket, key, body, holds, output, .. } = self;
        if service.makes_buckets && !service.buckets.contains_key(&bucket) {
            service.buckets.insert(bucket.clone(), Bucket::new(at.now));
        }
        // Put again because an answer was lost, it takes its own place: nothing came twice.
        let is_again = service.object(&bucket, &key).is_ok_and(|there| there.holds == holds);
        let object = Object::new(body, at.now).holding(holds.clone());
        service.store(at, &bucket, &key, object, holds.records())?;
        if !is_again {
            at.events.extend(holds.arrived(output));
        }
        Ok(Response::Done)
    }
}

/// Of any client.
#[derive(Clone, Debug)]
pub struct PutByClient {
    pub bucket: Arc<str>,
    pub key: Arc<str>,
    pub body: Body,
    pub(crate) metadata: Arc<Metadata>,
    /// What must hold of what is there already.
    pub condition: Condition,
}

/// What must hold for a write to be made
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>).
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// The object has this ETag.
    pub(crate) if_match: Option<Box<str>>,
    /// There is no object.
    pub(crate) if_none_match: Option<Box<str>>,
}

impl Condition {
    pub(super) fn of(asked: &Asked) -> Result<Self, Error> {
        let header = |name: &str| asked.header(name).map(Into::into);
        let condition = Self { if_match: header("if-match"), if_none_match: header("if-none-match") };
        match condition.if_none_match.as_deref() {
            None | Some("*") => Ok(condition),
            Some(_) => Err(Error::NotImplemented("A write's If-None-Match can only be *".into())),
        }
    }
    /// Looks whether it holds.
    pub(super) fn check(&self, service: &S3, bucket: &str, key: &str) -> Result<(), Error> {
        let found = service.bucket(bucket)?.objects.get(key);
        match (&self.if_match, found) {
            (Some(_), None) => return Err(Error::NoSuchKey),
            (Some(wanted), Some(object)) if !object.etag().is_among(wanted) => return Err(Error::PreconditionFailed),
            _ => {}
        }
        match self.if_none_match.is_some() && found.is_some() {
            true => Err(Error::PreconditionFailed),
            false => Ok(()),
        }
    }
}

impl Row for PutByClient {
    const OPERATION: Operation = PUT_OBJECT;

    fn bucket(&self) -> &str {
        &self.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        let condition = Condition::of(asked)?;
        let metadata = Arc::new(asked.metadata()?);
        let (bucket, key) = (asked.bucket.clone(), asked.key.clone());
        Ok(Self { bucket, key, body: asked.take_body(), metadata, condition })
    }
    fn handle(self, service: &mut S3, at: &mut At<'_>) -> Reply {
        let Self { bucket, key, body, metadata, condition } = self;
        condition.check(service, &bucket, &key)?;
        let object = Object::new(body, at.now).with(metadata, None);
        let etag = object.etag().clone();
        service.store(at, &bucket, &key, object, 0)?;
        Ok(Response::Stored(etag))
    }
}
