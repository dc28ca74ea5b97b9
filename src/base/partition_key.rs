//! Partition keys, with their hash key computed once.

use std::fmt;
use std::sync::Arc;

use super::hash_key::HashKey;
use super::ids::NameError;

/// A record's partition key: 1 to 256 Unicode characters. Cheap to clone.
///
/// MD5 is computed when the key is made, so that routing a record costs no hashing.
#[derive(Clone)]
pub struct PartitionKey(Arc<Inner>);

struct Inner {
    hash: HashKey,
    text: Box<str>,
}

impl PartitionKey {
    /// Longest key, in Unicode characters.
    pub const CHARS_MAX: usize = 256;

    /// The key with this text, or an error when it is empty or longer than 256 characters.
    pub fn new(text: &str) -> Result<Self, NameError> {
        // A character takes at least one byte, so short texts need no counting.
        let fits = text.len() <= Self::CHARS_MAX || text.chars().count() <= Self::CHARS_MAX;
        if text.is_empty() || !fits {
            return Err(NameError("a partition key is 1 to 256 characters"));
        }
        Ok(Self(Arc::new(Inner { hash: HashKey::of_partition_key(text), text: text.into() })))
    }
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }
    /// MD5 of the key.
    pub fn hash_key(&self) -> HashKey {
        self.0.hash
    }
    /// UTF-8 bytes, which count toward record size and write throughput.
    pub fn size_bytes(&self) -> u32 {
        self.0.text.len() as u32
    }
}

impl PartialEq for PartitionKey {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.text == other.0.text
    }
}
impl Eq for PartitionKey {}
impl PartialOrd for PartitionKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for PartitionKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.text.cmp(&other.0.text)
    }
}
impl fmt::Debug for PartitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0.text)
    }
}
impl fmt::Display for PartitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters_and_size_in_bytes() {
        assert!(PartitionKey::new("").is_err());
        assert!(PartitionKey::new(&"é".repeat(256)).is_ok_and(|k| k.size_bytes() == 512));
        assert!(PartitionKey::new(&"é".repeat(257)).is_err());
    }
}
