//! Items in scan order, with what they were a moment ago for eventually consistent reads.
//!
//! Scan order is by a hash of the key, so that nobody learns to rely on key order. A table has one [`Store`], and so
//! has each index. Versions are kept for as long as a read may lag, and dropped when their row is next written; a
//! deleted row goes with the first write after that.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::api::{AttributeName, AttributeValue, Item, Key};
use crate::base::{SimDuration, SimTime};

/// The key attributes of a table or of an index.
#[derive(Clone, Debug)]
pub(super) struct KeySchema {
    pub hash: AttributeName,
    pub range: Option<AttributeName>,
}

impl KeySchema {
    /// Values of the key attributes, when the item has them all with types that keys may have.
    pub(super) fn parts<'a>(&self, item: &'a Item) -> Option<(&'a AttributeValue, Option<&'a AttributeValue>)> {
        let part = |name: &AttributeName| item.get(name).filter(|value| is_key_value(value));
        let range = match &self.range {
            Some(name) => Some(part(name)?),
            None => None,
        };
        Some((part(&self.hash)?, range))
    }
    /// The key of an item that has one.
    pub(crate) fn key_of(&self, item: &Item) -> Option<Key> {
        let (hash, range) = self.parts(item)?;
        let key = Key::of(self.hash.clone(), hash.clone());
        Some(match (&self.range, range) {
            (Some(name), Some(range)) => key.and(name.clone(), range.clone()),
            _ => key,
        })
    }
    /// Returns whether the attribute is one of the key's.
    pub(super) fn has(&self, name: &AttributeName) -> bool {
        self.hash == *name || self.range.as_ref() == Some(name)
    }
    /// The names of the key attributes.
    pub(super) fn names(&self) -> impl Iterator<Item = &AttributeName> {
        [Some(&self.hash), self.range.as_ref()].into_iter().flatten()
    }
}

/// Returns whether the value may be a key: a string, number or binary, and not empty.
pub(super) fn is_key_value(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::S(text) => !text.is_empty(),
        AttributeValue::B(bytes) => !bytes.is_empty(),
        AttributeValue::N(_) => true,
        _ => false,
    }
}

/// Where an item stands in scan order: hash of its hash key, then its whole key as bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    hash: u64,
    bytes: Arc<[u8]>,
}

impl Place {
    /// The place of a hash key and whatever else makes the item unique. All items of one hash key stand together.
    pub(crate) fn of_parts<'a>(hash_key: &AttributeValue, rest: impl IntoIterator<Item = &'a AttributeValue>) -> Self {
        let mut bytes = Vec::with_capacity(64);
        push_value(hash_key, &mut bytes);
        let hash = xxh3_64(&bytes);
        rest.into_iter().for_each(|value| push_value(value, &mut bytes));
        Self { hash, bytes: bytes.into() }
    }
    /// The hash of the hash key, which chooses the partition.
    pub(super) fn hash(&self) -> u64 {
        self.hash
    }
    /// Before all places of that hash.
    fn first_of(hash: u64) -> Self {
        Self { hash, bytes: Arc::new([]) }
    }
    /// Before all places of a segment of a parallel scan.
    fn first_of_segment(segment: u32, total: u32) -> Self {
        let hash = (u128::from(segment) << 64).div_ceil(u128::from(total));
        Self::first_of(hash as u64)
    }
    /// Returns which of `total` segments of a parallel scan the item is in.
    pub(super) fn segment(&self, total: u32) -> u32 {
        ((u128::from(self.hash) * u128::from(total)) >> 64) as u32
    }
}

/// A type byte, the length and the bytes, so that no two keys look alike.
fn push_value(value: &AttributeValue, bytes: &mut Vec<u8>) {
    let mut push = |kind: u8, value: &[u8]| {
        bytes.push(kind);
        bytes.extend_from_slice(&(value.len() as u32).to_be_bytes());
        bytes.extend_from_slice(value);
    };
    match value {
        AttributeValue::S(text) => push(b'S', text.as_bytes()),
        AttributeValue::B(binary) => push(b'B', binary),
        AttributeValue::N(number) => push(b'N', number.to_string().as_bytes()),
        other => unreachable!("keys are strings, numbers or binaries, not {other}"),
    }
}

/// An item as it was until some instant.
#[derive(Clone, Debug)]
struct Before {
    until: SimTime,
    item: Option<Arc<Item>>,
    size_bytes: u64,
}

/// An item with its size and its recent versions.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(crate) present: Option<Arc<Item>>,
    pub size_bytes: u64,
    /// When it was last written; until when its newest version before was there.
    written: SimTime,
    history: VecDeque<Before>,
}

/// An item as a reader sees it, with its size, which is worked out once when it is written.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) item: &'a Arc<Item>,
    pub(super) size_bytes: u64,
}

impl Row {
    /// The row as it was at `at`, or as it is for `None`.
    pub(super) fn as_of(&self, at: Option<SimTime>) -> Option<Seen<'_>> {
        let Some(at) = at.filter(|at| *at < self.written) else { return self.seen_now() };
        let newer = self.history.partition_point(|before| before.until <= at);
        let Some(Before { item, size_bytes, .. }) = self.history.get(newer) else { return self.seen_now() };
        item.as_ref().map(|item| Seen { item, size_bytes: *size_bytes })
    }
    fn seen_now(&self) -> Option<Seen<'_>> {
        self.present.as_ref().map(|item| Seen { item, size_bytes: self.size_bytes })
    }
    /// The newest version there is, of a deleted row the one before.
    pub(crate) fn newest(&self) -> Option<&Arc<Item>> {
        self.present.as_ref().or_else(|| self.history.iter().rev().find_map(|before| before.item.as_ref()))
    }
}

/// The rows of a table or of an index.
#[derive(Clone, Debug)]
pub(super) struct Store {
    rows: BTreeMap<Place, Row>,
    /// Deleted rows that late readers may still see, with when they were deleted.
    ghosts: VecDeque<(SimTime, Place)>,
    keep_history: SimDuration,
    count: u64,
    size_bytes: u64,
}

impl Store {
    pub(super) fn new(keep_history: SimDuration) -> Self {
        Self { rows: BTreeMap::new(), ghosts: VecDeque::new(), keep_history, count: 0, size_bytes: 0 }
    }
    pub(super) fn row(&self, place: &Place) -> Option<&Row> {
        self.rows.get(place)
    }

    /// Replaces or creates an item of `size_bytes`.
    pub(super) fn put(&mut self, place: Place, item: Arc<Item>, size_bytes: u64, now: SimTime) {
        self.bury_ghosts(now);
        let row = self.rows.entry(place).or_default();
        self.count += u64::from(row.present.is_none());
        self.size_bytes = self.size_bytes + size_bytes - row.size_bytes;
        let before = (row.present.replace(item), std::mem::replace(&mut row.size_bytes, size_bytes));
        remember(row, before, now, self.keep_history);
    }

    /// Deletes an item, if it is there.
    pub(crate) fn delete(&mut self, place: Place, now: SimTime) {
        self.bury_ghosts(now);
        let Some(row) = self.rows.get_mut(&place) else { return };
        let Some(before) = row.present.take() else { return };
        self.count -= 1;
        self.size_bytes -= row.size_bytes;
        let before_bytes = std::mem::take(&mut row.size_bytes);
        remember(row, (Some(before), before_bytes), now, self.keep_history);
        self.ghosts.push_back((now, place));
        self.bury_ghosts(now);
    }

    /// Forgets deleted rows that no reader can see any more.
    fn bury_ghosts(&mut self, now: SimTime) {
        let oldest = now.saturating_sub(self.keep_history);
        while let Some((deleted, place)) = self.ghosts.front()
            && *deleted <= oldest
        {
            // Written again since, and perhaps deleted again: then a later ghost stands for it.
            let is_gone = |row: &Row| row.present.is_none() && row.history.back().is_none_or(|b| b.until <= oldest);
            if self.rows.get(place).is_some_and(is_gone) {
                self.rows.remove(place);
            }
            self.ghosts.pop_front();
        }
    }

    /// Rows in scan order: those of the segment, after `start`.
    pub(super) fn scan(
        &self,
        start: Option<Place>,
        segment: Option<(u32, u32)>,
    ) -> impl Iterator<Item = (&Place, &Row)> {
        let (segment, total) = segment.unwrap_or((0, 1));
        let first = Place::first_of_segment(segment, total);
        let from = match start {
            Some(start) if start >= first => Excluded(start),
            _ => Included(first),
        };
        self.rows.range((from, Unbounded)).take_while(move |(place, _)| place.segment(total) == segment)
    }
    /// Rows of one hash key, with perhaps others whose key has the same hash.
    pub(crate) fn group(&self, hash_key: &AttributeValue) -> impl Iterator<Item = (&Place, &Row)> {
        let hash = Place::of_parts(hash_key, None).hash;
        self.rows.range(Place::first_of(hash)..).take_while(move |(place, _)| place.hash == hash)
    }
    pub(crate) fn present(&self) -> impl Iterator<Item = &Arc<Item>> {
        self.rows.values().filter_map(|row| row.present.as_ref())
    }
    pub(super) fn count(&self) -> u64 {
        self.count
    }
    pub(super) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
    /// Rows kept, with the deleted ones that late readers may still see.
    #[cfg(test)]
    pub(crate) fn rows_kept(&self) -> usize {
        self.rows.len()
    }
}

/// Keeps what the row was until now, and drops what no reader can see any more.
fn remember(row: &mut Row, before: (Option<Arc<Item>>, u64), now: SimTime, keep: SimDuration) {
    let (item, size_bytes) = before;
    row.written = now;
    if keep.is_zero() {
        return;
    }
    let oldest = now.saturating_sub(keep);
    while row.history.front().is_some_and(|before| before.until <= oldest) {
        row.history.pop_front();
    }
    row.history.push_back(Before { until: now, item, size_bytes });
}

/// Returns whether two versions are equal; most are the same one.
pub(super) fn is_same(a: Option<&Arc<Item>>, b: Option<&Arc<Item>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
        (None, None) => true,
        _ => false,
    }
}

/// Order of range keys, and of places where those are equal.
pub(super) fn by_range(a: (Option<&AttributeValue>, &Place), b: (Option<&AttributeValue>, &Place)) -> Ordering {
    let ranges = a.0.zip(b.0).and_then(|(a, b)| super::conditions::order(a, b));
    ranges.unwrap_or(Ordering::Equal).then_with(|| a.1.cmp(b.1))
}
