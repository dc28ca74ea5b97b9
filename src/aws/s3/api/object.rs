//! An object, and what is told of it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use md5::{Digest, Md5};

use crate::base::{Body, Holds, SimTime};

/// Headers that are kept with an object and given back with it: `content-type`, `x-amz-meta-...` and the like.
pub(crate) type Metadata = BTreeMap<Box<str>, Box<str>>;

/// What names the bytes of an object: their MD5, or of one that was put in parts the MD5 of theirs and their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ETag(Box<str>);

impl ETag {
    /// Of bytes that were put at once.
    pub(in crate::aws::s3) fn of(bytes: &[u8]) -> Self {
        Self(hex(&Md5::digest(bytes)).into())
    }
    /// Of an object that was put in these parts.
    pub(in crate::aws::s3) fn of_parts(parts: &[&Self]) -> Self {
        let mut all = Md5::new();
        parts.iter().for_each(|part| all.update(unhex(&part.0)));
        Self(format!("{}-{}", hex(&all.finalize()), parts.len()).into())
    }
    /// Whether a client means this one, with its quotes or without.
    pub(in crate::aws::s3) fn is(&self, meant: &str) -> bool {
        meant.trim().trim_matches('"') == &*self.0
    }
    /// Whether it is among those of an `If-Match` or `If-None-Match` header.
    pub(in crate::aws::s3) fn is_among(&self, meant: &str) -> bool {
        meant.trim() == "*" || meant.split(',').any(|one| self.is(one.trim().trim_start_matches("W/")))
    }
}

/// As answers have it, in quotes.
impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes that hexadecimal digits name.
fn unhex(text: &str) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap_or_default() as u8;
    text.as_bytes().chunks_exact(2).map(|pair| digit(&pair[0]) << 4 | digit(&pair[1])).collect()
}

/// An object.
#[derive(Clone, Debug)]
pub struct Object {
    /// What it holds.
    pub body: Body,
    /// LastModified.
    pub put_at: SimTime,
    /// Which records of a delivery stream it is, for observers.
    pub(crate) holds: Holds,
    metadata: Arc<Metadata>,
    /// Its ETag, where it is not that of its bytes.
    given: Option<ETag>,
    /// What follows from its bytes: worked out when somebody asks, because of most objects of a simulation nobody does.
    seen: OnceLock<(u64, ETag)>,
}

impl Object {
    /// With nothing kept beside its bytes.
    pub fn new(body: Body, put_at: SimTime) -> Self {
        let (holds, metadata, given, seen) = (Holds::default(), Arc::default(), None, OnceLock::new());
        Self { body, put_at, holds, metadata, given, seen }
    }
    /// With this beside it.
    pub(in crate::aws::s3) fn with(self, metadata: Arc<Metadata>, given: Option<ETag>) -> Self {
        Self { metadata, given, ..self }
    }
    /// Of these records of a delivery stream.
    pub(in crate::aws::s3) fn holding(self, holds: Holds) -> Self {
        Self { holds, ..self }
    }
    /// Its bytes, as a client reads them.
    pub fn bytes(&self) -> Vec<u8> {
        self.body.bytes()
    }
    /// How many bytes a client reads.
    pub fn size_bytes(&self) -> u64 {
        self.seen().0
    }
    /// Its ETag.
    pub(crate) fn etag(&self) -> &ETag {
        &self.seen().1
    }
    /// What is kept beside its bytes.
    pub(crate) fn metadata(&self) -> &Arc<Metadata> {
        &self.metadata
    }

    fn seen(&self) -> &(u64, ETag) {
        self.seen.get_or_init(|| {
            let bytes = self.bytes();
            (bytes.len() as u64, self.given.clone().unwrap_or_else(|| ETag::of(&bytes)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_is_the_md5_of_the_bytes_or_of_the_parts_md5s() {
        let hello = ETag::of(b"hello");
        assert_eq!(hello.to_string(), "\"5d41402abc4b2a76b9719d911017c592\"");
        // As `printf '%b' "$(md5 twice)" | md5sum` gives it.
        let twice = ETag::of_parts(&[&hello, &hello]);
        assert_eq!(
            twice.to_string(),
            format!("\"{}-2\"", hex(&Md5::digest([unhex(&hello.0), unhex(&hello.0)].concat())))
        );
    }

    #[test]
    fn an_etag_is_known_in_quotes_and_in_lists() {
        let hello = ETag::of(b"hello");
        assert!(hello.is("5d41402abc4b2a76b9719d911017c592") && hello.is(&hello.to_string()));
        assert!(hello.is_among("*") && hello.is_among(&format!("\"a\", W/{hello}")) && !hello.is_among("\"a\""));
    }
}
