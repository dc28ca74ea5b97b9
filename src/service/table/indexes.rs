//! Global secondary indexes that hold keys only: their entries, and what a write of the table does to them.
//!
//! An index is sparse: an item without its key attributes (or with one that cannot be a key) has no entry. A write
//! that changes an index key deletes one entry and puts another; a write that leaves it alone does not touch the
//! index. See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html>.

use std::sync::Arc;

use super::api::{AttributeValue, Capacity, Item, Key};
use super::capacity::{Units, write_units};
use super::items::Change;
use super::store::{KeySchema, Place, Row, Store};
use super::tables::Table;
use crate::base::SimTime;

/// An index of a table.
pub(super) struct Index {
    pub name: Box<str>,
    pub is_active: bool,
    pub keys: KeySchema,
    pub store: Store,
    pub units: Units,
    /// Whether it has capacity of its own; otherwise it follows the table's.
    pub has_own_capacity: bool,
}

/// What a write does to an index.
pub(super) struct IndexChange {
    /// Which index of the table.
    pub index: usize,
    pub units: u32,
    delete: Option<Place>,
    put: Option<Entry>,
}

struct Entry {
    place: Place,
    item: Arc<Item>,
    size_bytes: u64,
}

impl Index {
    /// The index entry of a table's item.
    fn entry(&self, table: &KeySchema, item: &Item) -> Option<Entry> {
        let (hash, range) = self.keys.parts(item)?;
        let (table_hash, table_range) = table.parts(item)?;
        let place = Place::of_parts(hash, range.into_iter().chain([table_hash]).chain(table_range));
        let mut shown = Item::new();
        for name in self.keys.names().chain(table.names()) {
            if let Some(value) = item.get(name) {
                shown.set(name.clone(), value.clone());
            }
        }
        let size_bytes = shown.size_bytes();
        Some(Entry { place, item: Arc::new(shown), size_bytes })
    }

    /// What a write from `before` to `after` does to this index, which is number `index`.
    fn change(
        &self,
        index: usize,
        table: &KeySchema,
        before: Option<&Item>,
        after: Option<&Item>,
    ) -> Option<IndexChange> {
        let parts = |item: Option<&Item>| item.and_then(|item| self.keys.parts(item)).is_some();
        let is_same = match (before, after) {
            (Some(before), Some(after)) => self.keys.parts(before) == self.keys.parts(after),
            (item, None) | (None, item) => !parts(item),
        };
        if is_same {
            return None;
        }
        let delete = before.and_then(|item| self.entry(table, item));
        let put = after.and_then(|item| self.entry(table, item));
        let units = [&delete, &put].into_iter().flatten().map(|entry| write_units(entry.size_bytes)).sum();
        Some(IndexChange { index, units, delete: delete.map(|entry| entry.place), put })
    }

    fn apply(&mut self, change: IndexChange, now: SimTime) {
        if let Some(place) = change.delete {
            self.store.delete(place, now);
        }
        if let Some(entry) = change.put {
            self.store.put(entry.place, entry.item, entry.size_bytes, now);
        }
    }

    /// Fills a new index from the table's items.
    pub fn backfill<'a>(&mut self, table: &KeySchema, items: impl Iterator<Item = &'a Arc<Item>>, now: SimTime) {
        for item in items {
            if let Some(entry) = self.entry(table, item) {
                self.store.put(entry.place, entry.item, entry.size_bytes, now);
            }
        }
    }
}

impl IndexChange {
    /// The hash of the key that it writes, which chooses the index's partition.
    pub fn hash(&self) -> u64 {
        self.put.as_ref().map(|entry| &entry.place).or(self.delete.as_ref()).map_or(0, Place::hash)
    }
}

impl Table {
    /// The indexes that a change may touch. A change of other attributes, as in a lease's renewal, touches none.
    pub fn indexes_touched(&self, change: &Change<'_>, is_there: bool) -> Vec<usize> {
        let may_touch = |index: &Index| match change {
            Change::Update(_, changes) if is_there => changes.iter().any(|update| index.keys.has(update.attribute())),
            _ => true,
        };
        (0..self.indexes.len()).filter(|at| may_touch(&self.indexes[*at])).collect()
    }
    /// What a write does to those of the table's indexes that it may touch.
    pub fn index_changes(&self, touched: &[usize], before: Option<&Item>, after: Option<&Item>) -> Vec<IndexChange> {
        touched.iter().filter_map(|at| self.indexes[*at].change(*at, &self.keys, before, after)).collect()
    }
    pub fn apply_index_changes(&mut self, changes: Vec<IndexChange>, now: SimTime) {
        for change in changes {
            self.indexes[change.index].apply(change, now);
        }
    }
    /// Capacity changes of the table reach the indexes that have none of their own.
    pub fn change_capacity(&mut self, capacity: Capacity, now: SimTime) {
        self.units.change(capacity, now);
        let followers = self.indexes.iter_mut().filter(|index| !index.has_own_capacity);
        followers.for_each(|index| index.units.change(capacity, now));
    }

    /// Where in an index the item with a table's key stands: the value of the index's range key, and its place.
    ///
    /// A key here has the table's attributes only, so the range key comes from the item. `None` when that is gone.
    pub fn index_position(
        &self,
        index: &Index,
        hash: &AttributeValue,
        key: &Key,
    ) -> Option<(Option<AttributeValue>, Place)> {
        let range = match &index.keys.range {
            None => None,
            Some(name) if *name == self.keys.hash => Some(key.hash.clone()),
            Some(name) if Some(name) == self.keys.range.as_ref() => key.range.clone(),
            Some(name) => {
                let item = self.store.row(&Place::of(key)).and_then(Row::newest)?;
                Some(item.get(name).filter(|value| super::store::is_key_value(value))?.clone())
            }
        };
        let place = Place::of_parts(hash, range.iter().chain([&key.hash]).chain(&key.range));
        Some((range, place))
    }
}
