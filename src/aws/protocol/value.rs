//! A protocol-neutral value: what a JSON or CBOR body holds, before shapes give it meaning.

use std::borrow::Cow;

use super::WireError;

/// Deeper bodies are refused.
pub(super) const DEPTH_MAX: usize = 64;

/// A value of a body. Texts and bytes borrow from the body where they can.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Absent, or null.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A text; in JSON also a blob, as base64.
    Text(Cow<'a, str>),
    /// A blob. JSON writes base64.
    Bytes(Cow<'a, [u8]>),
    /// A point in time, in milliseconds since the Unix epoch. JSON writes seconds.
    Time(u64),
    /// Elements in order; their types may differ until a shape is checked.
    List(Vec<Value<'a>>),
    /// A structure or map, in the order of the body.
    Map(Fields<'a>),
}

/// Members of a structure or map.
pub type Fields<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

impl<'a> Value<'a> {
    /// A structure with these members; those that are [`Value::Null`] are left out.
    pub(crate) fn structure<const N: usize>(members: [(&'static str, Value<'a>); N]) -> Self {
        let present = members.into_iter().filter(|(_, value)| *value != Value::Null);
        Self::Map(present.map(|(name, value)| (Cow::Borrowed(name), value)).collect())
    }
    /// A text that is shown so.
    pub fn display(value: impl std::fmt::Display) -> Self {
        Self::Text(Cow::Owned(value.to_string()))
    }
    /// A list of these values.
    pub fn list(values: impl IntoIterator<Item = Value<'a>>) -> Self {
        Self::List(values.into_iter().collect())
    }
    /// The member called `name`; `None` when it is absent or null.
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        match self {
            Self::Map(members) => members.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value),
            _ => None,
        }
        .filter(|value| **value != Self::Null)
    }
    /// The text, when this is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
    /// The whole number, when this is a number: a fraction is cut off, as the shape's check does.
    pub(crate) fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Float(number) if number.is_finite() => Some(*number as i64),
            _ => None,
        }
    }
    /// The boolean, when this is one, or a word for one.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(is) => Some(*is),
            Self::Text(word) => word_as_bool(word),
            _ => None,
        }
    }
    /// The elements, when this is a list.
    pub(crate) fn as_list(&self) -> Option<&[Value<'a>]> {
        match self {
            Self::List(elements) => Some(elements),
            _ => None,
        }
    }
    /// The members, when this is a structure or map.
    pub(crate) fn as_map(&self) -> Option<&Fields<'a>> {
        match self {
            Self::Map(members) => Some(members),
            _ => None,
        }
    }
    /// Milliseconds since the Unix epoch, when this is a time: JSON has seconds, CBOR milliseconds.
    pub(crate) fn as_unix_ms(&self) -> Option<u64> {
        match self {
            Self::Time(ms) => Some(*ms),
            // What is before the epoch counts as the epoch: nothing is older.
            Self::Int(seconds) => Some(u64::try_from(*seconds).unwrap_or(0).saturating_mul(1000)),
            Self::Float(seconds) => Some((seconds * 1000.0).round().max(0.0) as u64),
            _ => None,
        }
    }
    /// The bytes of a blob.
    ///
    /// # Errors
    /// SerializationException for text that is not base64.
    pub fn blob(&self) -> Result<Vec<u8>, WireError> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.to_vec()),
            Self::Text(text) => base64_simd::STANDARD.decode_to_vec(text.as_bytes()).or_else(|_| told_blob(text)),
            _ => Err(WireError::serialization("Unexpected field type")),
        }
    }
}

/// What a word says that stands where a boolean is wanted.
pub(super) fn word_as_bool(word: &str) -> Option<bool> {
    match &*word.to_ascii_lowercase() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

/// Reads base64 with the slower reader, which tells what is wrong and where.
fn told_blob(text: &str) -> Result<Vec<u8>, WireError> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD
        .decode(text.as_bytes())
        .map_err(|error| WireError::serialization(format!("the text can not be converted to a Blob: {error}")))
}

impl From<bool> for Value<'_> {
    fn from(is: bool) -> Self {
        Self::Bool(is)
    }
}
impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}
impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or(Self::Float(number as f64), Self::Int)
    }
}
impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}
impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}
impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_fast_reader_of_blobs_takes_only_what_the_other_takes(text in "[A-D+/]{0,40}[ABgw=]{0,4}") {
            let fast = base64_simd::STANDARD.decode_to_vec(text.as_bytes());
            prop_assert_eq!(fast.ok(), told_blob(&text).ok());
        }
    }
}
