//! DeleteObjects (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>).

use super::row::{Arc, Asked, At, Error, Operation, Reply, Response, Row, S3};
use crate::aws::s3::wire::xml_in;

/// Most keys of one request.
const KEYS_MAX: usize = 1000;

#[derive(Clone, Debug)]
pub struct DeleteObjects {
    pub bucket: Arc<str>,
    pub keys: Vec<Arc<str>>,
}

impl Row for DeleteObjects {
    const OPERATION: Operation = Operation::write("DeleteObjects");

    fn bucket(&self) -> &str {
        &self.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        let delete = xml_in::read(&asked.body, "Delete")?;
        asked.says_quiet = delete.child("Quiet").is_some_and(|quiet| quiet.text.trim() == "true");
        let key = |object: &xml_in::Element| {
            Some(Arc::from(&*object.child("Key")?.text)).filter(|key: &Arc<str>| !key.is_empty())
        };
        let keys = delete.children("Object").map(key).collect::<Option<Vec<_>>>().ok_or(Error::MalformedXml)?;
        match keys.len() {
            1..=KEYS_MAX => Ok(Self { bucket: asked.bucket.clone(), keys }),
            _ => Err(Error::MalformedXml),
        }
    }
    fn handle(self, service: &mut S3, at: &mut At<'_>) -> Reply {
        for key in &self.keys {
            service.remove(at, &self.bucket, key)?;
        }
        Ok(Response::Deleted(self.keys))
    }
}
