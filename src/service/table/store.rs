//! The items of a table, in scan order, with what they were a moment ago for eventually consistent reads.
//!
//! Scan order is by a hash of the key, as DynamoDB's is, so that nobody learns to rely on key order.

use std::collections::BTreeMap;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::api::{AttributeName, AttributeValue, Item, Key};
use crate::base::{SimDuration, SimTime};

/// Where an item stands in scan order: hash of the key, then the key itself as bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    hash: u64,
    bytes: Box<[u8]>,
}

impl Place {
    pub fn of(key: &Key) -> Self {
        let mut bytes = Vec::with_capacity(32);
        push_value(&key.hash, &mut bytes);
        // All items of one hash key stand together.
        let hash = xxh3_64(&bytes);
        if let Some(range) = &key.range {
            push_value(range, &mut bytes);
        }
        Self { hash, bytes: bytes.into() }
    }
    /// Which of `total` segments of a parallel scan the item is in.
    pub fn segment(&self, total: u32) -> u32 {
        ((u128::from(self.hash) * u128::from(total)) >> 64) as u32
    }
}

fn push_value(value: &AttributeValue, bytes: &mut Vec<u8>) {
    match value {
        AttributeValue::S(text) => bytes.extend_from_slice(text.as_bytes()),
        AttributeValue::B(binary) => bytes.extend_from_slice(binary),
        AttributeValue::N(number) => bytes.extend_from_slice(number.to_string().as_bytes()),
        other => unreachable!("keys are strings, numbers or binaries, not {other}"),
    }
    bytes.push(0);
}

/// An item as it was until some instant.
#[derive(Clone, Debug)]
struct Before {
    until: SimTime,
    item: Option<Arc<Item>>,
}

#[derive(Clone, Debug, Default)]
struct Row {
    present: Option<Arc<Item>>,
    history: Vec<Before>,
}

impl Row {
    /// The row as it was at `at`.
    fn as_of(&self, at: SimTime) -> Option<&Arc<Item>> {
        let older = self.history.iter().find(|before| at < before.until);
        older.map_or(self.present.as_ref(), |before| before.item.as_ref())
    }
}

/// The rows of a table.
#[derive(Clone, Debug)]
pub(super) struct Store {
    hash_key: AttributeName,
    range_key: Option<AttributeName>,
    rows: BTreeMap<Place, Row>,
    keep_history: SimDuration,
    count: u64,
    size_bytes: u64,
}

impl Store {
    pub fn new(hash_key: AttributeName, range_key: Option<AttributeName>, keep_history: SimDuration) -> Self {
        Self { hash_key, range_key, rows: BTreeMap::new(), keep_history, count: 0, size_bytes: 0 }
    }
    pub fn hash_key(&self) -> &AttributeName {
        &self.hash_key
    }
    pub fn range_key(&self) -> Option<&AttributeName> {
        self.range_key.as_ref()
    }
    /// The key of an item, when it has all key attributes of a type that keys may have.
    pub fn key_of(&self, item: &Item) -> Option<Key> {
        let part = |name: &AttributeName| item.get(name).filter(|value| is_key_value(value)).cloned();
        let range = match &self.range_key {
            Some(name) => Some(part(name)?),
            None => None,
        };
        Some(Key { hash: part(&self.hash_key)?, range })
    }
    /// Whether a key has the parts that the table needs.
    pub fn is_key(&self, key: &Key) -> bool {
        let has_range = key.range.as_ref().is_some_and(is_key_value);
        is_key_value(&key.hash) && has_range == self.range_key.is_some() && key.range.is_some() == has_range
    }
    pub fn get(&self, place: &Place) -> Option<&Arc<Item>> {
        self.rows.get(place).and_then(|row| row.present.as_ref())
    }
    pub fn get_as_of(&self, place: &Place, at: SimTime) -> Option<&Arc<Item>> {
        self.rows.get(place).and_then(|row| row.as_of(at))
    }
    /// Replaces, creates or (with `None`) deletes an item.
    pub fn put(&mut self, place: Place, item: Option<Arc<Item>>, now: SimTime) {
        self.count += u64::from(item.is_some());
        self.size_bytes += item.as_ref().map_or(0, |item| item.size_bytes());
        let row = self.rows.entry(place).or_default();
        let before = std::mem::replace(&mut row.present, item);
        self.count -= u64::from(before.is_some());
        self.size_bytes -= before.as_ref().map_or(0, |item| item.size_bytes());
        let oldest = now.saturating_sub(self.keep_history);
        row.history.retain(|before| before.until > oldest);
        if !self.keep_history.is_zero() {
            row.history.push(Before { until: now, item: before });
        }
    }
    /// Rows after `start` in scan order, as of an instant and as they are now.
    pub fn scan<'a>(
        &'a self,
        start: Option<&Place>,
        at: Option<SimTime>,
    ) -> impl Iterator<Item = (&'a Place, Option<&'a Arc<Item>>, Option<&'a Arc<Item>>)> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = start.map_or(Unbounded, |place| Excluded(place.clone()));
        self.rows.range((from, Unbounded)).map(move |(place, row)| {
            let present = row.present.as_ref();
            (place, at.map_or(present, |at| row.as_of(at)), present)
        })
    }
    pub fn present(&self) -> impl Iterator<Item = &Arc<Item>> {
        self.rows.values().filter_map(|row| row.present.as_ref())
    }
    pub fn count(&self) -> u64 {
        self.count
    }
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
}

fn is_key_value(value: &AttributeValue) -> bool {
    matches!(value, AttributeValue::S(_) | AttributeValue::N(_) | AttributeValue::B(_))
}
