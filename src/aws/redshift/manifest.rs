//! Manifests: which files a COPY loads
//! (<https://docs.aws.amazon.com/redshift/latest/dg/loading-data-files-using-manifest.html>).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// An object in S3.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The bucket.
    pub bucket: Arc<str>,
    /// The object's name.
    pub key: Arc<str>,
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    entries: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    url: String,
    #[serde(default)]
    mandatory: bool,
}

/// The bytes of a manifest that names these files; a COPY fails when one of them is missing.
pub(crate) fn written<'a>(files: impl IntoIterator<Item = &'a Location>) -> Vec<u8> {
    let entry = |Location { bucket, key }: &Location| Entry { url: format!("s3://{bucket}/{key}"), mandatory: true };
    let manifest = Manifest { entries: files.into_iter().map(entry).collect() };
    serde_json::to_vec(&manifest).unwrap_or_else(|error| unreachable!("texts are JSON: {error}"))
}

/// The files that a manifest names; `None` when it is none.
pub(crate) fn read(bytes: &[u8]) -> Option<Vec<Location>> {
    let manifest: Manifest = serde_json::from_slice(bytes).ok()?;
    let location = |entry: Entry| {
        let (bucket, key) = entry.url.strip_prefix("s3://")?.split_once('/')?;
        Some(Location { bucket: bucket.into(), key: key.into() })
    };
    manifest.entries.into_iter().map(location).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_as_documented_and_can_be_read_back() {
        let files = [Location { bucket: "lake".into(), key: "a/b\"c".into() }];
        let bytes = written(&files);
        let text = std::str::from_utf8(&bytes).expect("text");
        assert_eq!(text, r#"{"entries":[{"url":"s3://lake/a/b\"c","mandatory":true}]}"#);
        assert_eq!(read(&bytes).expect("a manifest"), files);
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        for text in ["", "{}", "[]", r#"{"entries":[{"url":"http://lake/a"}]}"#, r#"{"entries":[{"url":"s3://lake"}]}"#]
        {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }
}
