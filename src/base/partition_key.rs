//! Partition keys, with their hash key computed once.

use std::fmt;
use std::sync::Arc;

use super::hash_key::HashKey;
use super::ids::NameError;

/// A record's partition key: 1 to 256 Unicode characters, or absent. Cheap to clone.
///
/// MD5 is computed when the key is made, so that routing a record costs no hashing.
#[derive(Clone)]
pub struct PartitionKey {
    hash: HashKey,
    text: KeyText,
}

/// `KEY#2`: what the third of several keys is called that another is written as, to spread its records.
pub(crate) fn salted(key: &str, part: u32) -> String {
    format!("{key}#{part}")
}

impl PartitionKey {
    /// Longest key, in Unicode characters.
    pub(crate) const CHARS_MAX: usize = 256;

    /// The key with this text, or an error when it is empty or longer than 256 characters.
    pub fn new(text: &str) -> Result<Self, NameError> {
        if !Self::is_right(text) {
            return Err(NameError("a partition key is 1 to 256 characters"));
        }
        Ok(Self { hash: HashKey::of_partition_key(text), text: KeyText::new(text) })
    }
    /// Returns whether a text is a key: not empty, and not longer than 256 characters.
    pub(crate) fn is_right(text: &str) -> bool {
        // A character takes at least one byte, so short texts need no counting.
        let fits = text.len() <= Self::CHARS_MAX || text.chars().count() <= Self::CHARS_MAX;
        fits && !text.is_empty()
    }
    /// No key, for streams that distribute records whatever their keys.
    pub fn absent() -> Self {
        Self { hash: HashKey::of_partition_key(""), text: KeyText::new("") }
    }
    /// Returns whether there is no key.
    pub(crate) fn is_absent(&self) -> bool {
        self.text.size_bytes() == 0
    }
    /// The key as text.
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }
    /// The key without its hash key, as it is stored.
    pub fn text(&self) -> &KeyText {
        &self.text
    }
    /// MD5 of the key.
    pub fn hash_key(&self) -> HashKey {
        self.hash
    }
    /// UTF-8 bytes, which count toward record size and write throughput.
    pub fn size_bytes(&self) -> u32 {
        self.text.size_bytes()
    }
}

impl PartialEq for PartitionKey {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.text == other.text
    }
}
impl Eq for PartitionKey {}
impl fmt::Debug for PartitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}
impl fmt::Display for PartitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text of a partition key, in 16 bytes: short ones are held in place, long ones are shared.
///
/// A run holds and moves very many keys, most of them short, so there is no pointer to follow for those.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyText(Text);

#[derive(Clone, PartialEq, Eq)]
enum Text {
    Short { len: u8, bytes: [u8; SHORT_BYTES_MAX] },
    Long(Arc<Box<str>>),
}

const SHORT_BYTES_MAX: usize = 14;

impl KeyText {
    /// The text of a key that was checked.
    pub(crate) fn new(text: &str) -> Self {
        let mut bytes = [0; SHORT_BYTES_MAX];
        match bytes.get_mut(..text.len()) {
            Some(start) => {
                start.copy_from_slice(text.as_bytes());
                Self(Text::Short { len: text.len() as u8, bytes })
            }
            None => Self(Text::Long(Arc::new(text.into()))),
        }
    }
    /// Returns the key's text, as PutRecord had it.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Short { len, bytes } => match std::str::from_utf8(&bytes[..usize::from(*len)]) {
                Ok(text) => text,
                Err(_) => unreachable!("made from text"),
            },
            Text::Long(text) => text,
        }
    }
    /// Returns the length in UTF-8, which counts towards a record's size.
    pub fn size_bytes(&self) -> u32 {
        match &self.0 {
            Text::Short { len, .. } => u32::from(*len),
            Text::Long(text) => text.len() as u32,
        }
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
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

    #[test]
    fn keys_are_small_and_keep_their_text_whatever_its_length() {
        assert_eq!((size_of::<KeyText>(), size_of::<PartitionKey>()), (16, 32));
        for len in [1, 2, 13, 14, 15, 16, 36, 256] {
            for unit in ["a", "é"] {
                let text: String = unit.repeat(len).chars().take(len).collect();
                let key = PartitionKey::new(&text).expect("a key");
                assert_eq!((key.as_str(), key.size_bytes() as usize), (text.as_str(), text.len()));
                assert_eq!(key.hash_key(), HashKey::of_partition_key(&text));
            }
        }
        let key = |text| PartitionKey::new(text).expect("a key");
        assert!(key("a") == key("a") && key("a") != key("b"));
    }
}
