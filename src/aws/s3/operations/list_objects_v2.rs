//! ListObjectsV2 (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::row::{Arc, Asked, At, Error, Operation, Reply, Response, Row, S3};
use crate::aws::s3::list::Page;

/// Most keys and common prefixes of a page, and how many it has when nobody says.
const KEYS_MAX: usize = 1000;

#[derive(Clone, Debug)]
pub struct ListObjectsV2 {
    pub bucket: Arc<str>,
    pub(in crate::aws::s3) page: Page,
}

impl ListObjectsV2 {
    /// The page of keys with this prefix behind `after`.
    pub(crate) fn of_prefix(bucket: Arc<str>, prefix: &str, after: &str) -> Self {
        let page = Page { prefix: prefix.into(), after: after.into(), max: KEYS_MAX, ..Page::default() };
        Self { bucket, page }
    }
}

/// The page that `prefix`, `delimiter` and `max-keys` ask for, behind `after`.
pub(super) fn page(asked: &Asked, after: &str) -> Result<Page, Error> {
    let text = |name: &str| asked.query(name).unwrap_or_default().into();
    let max = asked.number("max-keys", 0..=i32::MAX as u64)?.unwrap_or(KEYS_MAX as u64);
    match asked.query("encoding-type") {
        None | Some("" | "url") => {}
        Some(_) => return Err(Error::InvalidArgument("Invalid Encoding Method specified in Request".into())),
    }
    Ok(Page {
        prefix: text("prefix"),
        delimiter: text("delimiter"),
        after: after.into(),
        max: KEYS_MAX.min(max as usize),
    })
}

/// The token that names where the next page goes on.
pub(in crate::aws::s3) fn next_token(next: &str) -> String {
    URL_SAFE_NO_PAD.encode(next)
}

fn named(token: &str) -> Result<String, Error> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| !bytes.is_empty());
    let wrong = || Error::InvalidArgument("The continuation token provided is incorrect".into());
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(wrong)
}

impl Row for ListObjectsV2 {
    const OPERATION: Operation = Operation::read("ListObjectsV2");

    fn bucket(&self) -> &str {
        &self.bucket
    }
    fn decode(asked: &mut Asked) -> Result<Self, Error> {
        let after = match asked.query("continuation-token") {
            Some(token) => named(token)?,
            None => asked.query("start-after").unwrap_or_default().to_owned(),
        };
        Ok(Self { bucket: asked.bucket.clone(), page: page(asked, &after)? })
    }
    fn handle(self, service: &mut S3, _: &mut At<'_>) -> Reply {
        Ok(Response::Listed(self.page.of(&service.bucket(&self.bucket)?.objects)))
    }
}
