//! Typed items: what a DynamoDB table holds, and how large it is.
//!
//! Sizes follow
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

pub use super::number::Number;

/// An attribute's name. Names known when kinesim is compiled cost no allocation.
pub type AttributeName = Cow<'static, str>;

/// What an attribute of a DynamoDB item holds, by DynamoDB's types.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue {
    /// String.
    S(Arc<str>),
    /// A decimal number of up to 38 digits.
    N(Number),
    /// Binary.
    B(Arc<[u8]>),
    /// Boolean.
    Bool(bool),
    /// DynamoDB's NULL, which is a value and not an absence.
    Null,
    /// String set.
    Ss(BTreeSet<Arc<str>>),
    /// A set of numbers; never empty.
    Ns(BTreeSet<Number>),
    /// Binary set.
    Bs(BTreeSet<Arc<[u8]>>),
    /// List.
    L(Vec<AttributeValue>),
    /// Attributes inside an attribute, in order of their names.
    M(BTreeMap<AttributeName, AttributeValue>),
}

impl AttributeValue {
    /// A string value.
    pub fn s(text: &str) -> Self {
        Self::S(text.into())
    }
    /// A whole-number value.
    pub fn n(value: i64) -> Self {
        Self::N(value.into())
    }
    /// The text, when this is a string.
    pub fn as_s(&self) -> Option<&Arc<str>> {
        match self {
            Self::S(s) => Some(s),
            _ => None,
        }
    }
    /// The number, when this is a whole one.
    pub(crate) fn as_i64(&self) -> Option<i64> {
        match self {
            Self::N(n) => n.as_i64(),
            _ => None,
        }
    }
    /// Bytes the value adds to its item.
    pub fn size_bytes(&self) -> u64 {
        match self {
            Self::S(s) => s.len() as u64,
            Self::N(n) => n.size_bytes(),
            Self::B(b) => b.len() as u64,
            Self::Bool(_) | Self::Null => 1,
            Self::Ss(set) => set.iter().map(|s| s.len() as u64).sum(),
            Self::Ns(set) => set.iter().map(|n| n.size_bytes()).sum(),
            Self::Bs(set) => set.iter().map(|b| b.len() as u64).sum(),
            Self::L(list) => 3 + list.iter().map(|v| 1 + v.size_bytes()).sum::<u64>(),
            Self::M(map) => 3 + map.iter().map(|(k, v)| 1 + k.len() as u64 + v.size_bytes()).sum::<u64>(),
        }
    }
}

impl fmt::Display for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S(s) => f.write_str(s),
            Self::N(n) => write!(f, "{n}"),
            Self::Ss(set) => write!(f, "[{}]", set.iter().map(|s| &**s).collect::<Vec<_>>().join(", ")),
            other => write!(f, "{other:?}"),
        }
    }
}

/// An item: attributes sorted by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    attributes: Vec<(AttributeName, AttributeValue)>,
}

impl Item {
    /// An item without attributes.
    pub fn new() -> Self {
        Self::default()
    }
    /// The attribute called `name`.
    pub fn get(&self, name: &str) -> Option<&AttributeValue> {
        self.find(name).ok().map(|i| &self.attributes[i].1)
    }
    /// The attribute called `name`, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut AttributeValue> {
        self.find(name).ok().map(|i| &mut self.attributes[i].1)
    }
    /// The text of a string attribute.
    pub(crate) fn get_s(&self, name: &str) -> Option<&Arc<str>> {
        self.get(name).and_then(AttributeValue::as_s)
    }
    /// The value of a whole-number attribute.
    pub(crate) fn get_i64(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(AttributeValue::as_i64)
    }
    /// Sets an attribute and returns what it was before.
    pub fn set(&mut self, name: impl Into<AttributeName>, value: AttributeValue) -> Option<AttributeValue> {
        let name = name.into();
        match self.find(&name) {
            Ok(i) => Some(std::mem::replace(&mut self.attributes[i].1, value)),
            Err(i) => {
                self.attributes.insert(i, (name, value));
                None
            }
        }
    }
    /// The same item with an attribute set, for building.
    pub fn with(mut self, name: impl Into<AttributeName>, value: AttributeValue) -> Self {
        self.set(name, value);
        self
    }
    /// Removes an attribute and returns what it was.
    pub fn remove(&mut self, name: &str) -> Option<AttributeValue> {
        self.find(name).ok().map(|i| self.attributes.remove(i).1)
    }
    /// The attributes, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &AttributeValue)> {
        self.attributes.iter().map(|(k, v)| (k.as_ref(), v))
    }
    /// The attributes with their names as they are kept.
    pub(crate) fn iter_named(&self) -> impl Iterator<Item = (&AttributeName, &AttributeValue)> {
        self.attributes.iter().map(|(name, value)| (name, value))
    }
    /// How many attributes there are.
    pub fn len(&self) -> usize {
        self.attributes.len()
    }
    /// Returns whether the item has no attributes.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }
    /// Item size in bytes: names and values.
    pub fn size_bytes(&self) -> u64 {
        self.attributes.iter().map(|(k, v)| k.len() as u64 + v.size_bytes()).sum()
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        // Mostly both names are the same static of the program, which is seen without looking at the text.
        let is_same = |known: &AttributeName| known.len() == name.len() && std::ptr::eq(known.as_ptr(), name.as_ptr());
        match self.attributes.iter().position(|(known, _)| is_same(known)) {
            Some(at) => Ok(at),
            None => self.attributes.binary_search_by(|(known, _)| known.as_ref().cmp(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_is_names_plus_values() {
        let item = Item::new().with("leaseKey", AttributeValue::s("shard")).with("n", AttributeValue::n(1234));
        assert_eq!(item.size_bytes(), 8 + 5 + 1 + 3);
    }

    #[test]
    fn attributes_are_set_replaced_and_removed_by_name() {
        let mut item = Item::new().with("b", AttributeValue::n(1)).with("a", AttributeValue::n(2));
        assert_eq!(item.iter().map(|(k, _)| k).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(item.set("b", AttributeValue::n(3)), Some(AttributeValue::n(1)));
        assert_eq!(item.remove("b"), Some(AttributeValue::n(3)));
        assert_eq!(item.get("b"), None);
    }
}
