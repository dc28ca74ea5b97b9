//! A request taken apart: what it is about, and what it says beside.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::aws::s3::api::{Error, Metadata};
use crate::base::Body;
use crate::base::percent::{decode_path, decode_query};

/// Headers that are kept with an object, besides `x-amz-meta-...`.
const KEPT: [&str; 6] =
    ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"];
/// What stands before the names of a user's own metadata.
const META: &str = "x-amz-meta-";
/// Most bytes of names and values of a user's own metadata.
const META_BYTES_MAX: usize = 2048;

/// A request taken apart. When its body was taken it stays, because answers repeat some of it.
#[derive(Clone, Debug, Default)]
pub(in crate::aws::s3) struct Asked {
    pub(in crate::aws::s3) method: Box<str>,
    /// As it was sent.
    pub(in crate::aws::s3) path: Box<str>,
    /// Empty for none.
    pub(in crate::aws::s3) bucket: Arc<str>,
    /// Empty for none.
    pub(in crate::aws::s3) key: Arc<str>,
    pub(in crate::aws::s3) query: Vec<(String, String)>,
    /// With small letters.
    pub(in crate::aws::s3) headers: Vec<(String, String)>,
    pub(in crate::aws::s3) region: Box<str>,
    pub(in crate::aws::s3) body: Vec<u8>,
    /// DeleteObjects shall tell of failures alone.
    pub(in crate::aws::s3) says_quiet: bool,
}

/// What is copied.
#[derive(Clone, Debug)]
pub(in crate::aws::s3) struct Source {
    pub(in crate::aws::s3) bucket: Arc<str>,
    pub(in crate::aws::s3) key: Arc<str>,
}

impl Asked {
    /// A part of the query; empty when it has no value.
    pub(in crate::aws::s3) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
    /// A header.
    pub(in crate::aws::s3) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
    /// A number in the query.
    ///
    /// # Errors
    /// When it is none, or not within these.
    pub(in crate::aws::s3) fn number(&self, name: &str, within: RangeInclusive<u64>) -> Result<Option<u64>, Error> {
        let Some(text) = self.query(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| within.contains(number));
        let wrong = || Error::InvalidArgument(format!("Provided {name} not an integer or within integer range").into());
        number.map(Some).ok_or_else(wrong)
    }
    /// The body, which is then gone from here.
    pub(in crate::aws::s3) fn take_body(&mut self) -> Body {
        std::mem::take(&mut self.body).into()
    }
    /// What is to be kept with an object.
    ///
    /// # Errors
    /// When it is too much.
    pub(in crate::aws::s3) fn metadata(&self) -> Result<Metadata, Error> {
        let kept = |name: &str| KEPT.contains(&name) || name.starts_with(META);
        let mut metadata = Metadata::new();
        for (name, value) in self.headers.iter().filter(|(name, _)| kept(name)) {
            let value = if name == "content-encoding" { without_chunked(value) } else { value.clone() };
            if !value.is_empty() || name.starts_with(META) {
                metadata.insert(name.as_str().into(), value.into());
            }
        }
        let own = metadata.iter().filter_map(|(name, value)| Some(name.strip_prefix(META)?.len() + value.len()));
        match own.sum::<usize>() > META_BYTES_MAX {
            true => Err(Error::MetadataTooLarge),
            false => Ok(metadata),
        }
    }
    /// What `x-amz-copy-source` names.
    ///
    /// # Errors
    /// When it names nothing.
    pub(in crate::aws::s3) fn source(&self) -> Result<Source, Error> {
        let text = self.header("x-amz-copy-source").unwrap_or_default();
        // Of versions there is one.
        let text = text.split_once("?versionId=").map_or(text, |(text, _)| text);
        let text = decode_path(text).unwrap_or_default();
        let named = text.strip_prefix('/').unwrap_or(&text).split_once('/');
        let named = named.filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty());
        let wrong = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
        let (bucket, key) = named.ok_or_else(|| Error::InvalidArgument(wrong.into()))?;
        Ok(Source { bucket: bucket.into(), key: key.into() })
    }
}

/// How bytes are coded, without how they were carried.
fn without_chunked(coding: &str) -> String {
    coding.split(',').map(str::trim).filter(|one| *one != "aws-chunked").collect::<Vec<_>>().join(",")
}

/// The parts of a query.
pub(super) fn parts_of(query: &str) -> Option<Vec<(String, String)>> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    let read = parts.map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        Some((decode_query(name)?, decode_query(value)?))
    });
    read.collect()
}
