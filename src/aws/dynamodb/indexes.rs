//! Secondary indexes, global and local ones: their entries, and what a write of the table does to them.
//!
//! An index is sparse: an item without its key attributes (or with one that cannot be a key) has no entry. A write
//! that changes an index key deletes one entry and puts another; a write that changes nothing that the index shows does
//! not touch it. A local index has the table's hash key and takes the table's units; what it does not show is fetched
//! from the table. See
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/SecondaryIndexes.html>.

use std::sync::Arc;

use super::api::{AttributeName, IndexDescription, Item, Key, Projection, Warm};
use super::capacity::{Units, write_units};
use super::store::{KeySchema, Place, Store};
use crate::base::SimTime;

/// An index of a table.
pub(super) struct Index {
    pub name: Box<str>,
    pub(crate) is_active: bool,
    /// Whether it is a local one.
    pub(crate) is_local: bool,
    pub keys: KeySchema,
    pub store: Store,
    pub units: Units,
    /// Whether it has capacity of its own; otherwise it follows the table's.
    pub(crate) has_own_capacity: bool,
    pub projection: Projection,
    pub(crate) warm: Option<Warm>,
}

/// What a write does to an index.
pub(super) struct IndexChange {
    /// Which index of the table.
    pub index: usize,
    pub units: u32,
    /// By how many bytes the index grows.
    pub(crate) growth: i64,
    delete: Option<Place>,
    put: Option<Entry>,
}

struct Entry {
    place: Place,
    item: Arc<Item>,
    size_bytes: u64,
}

impl Index {
    /// As DescribeTable shows it.
    pub(super) fn describe(&self) -> IndexDescription {
        IndexDescription {
            name: self.name.clone(),
            is_active: self.is_active,
            is_local: self.is_local,
            hash_key: self.keys.hash.clone(),
            range_key: self.keys.range.clone(),
            projection: self.projection.clone(),
            capacity: self.units.capacity,
            warm: self.warm,
            item_count: self.store.count(),
            size_bytes: self.store.size_bytes(),
        }
    }

    /// The index entry of a table's item.
    fn entry(&self, table: &KeySchema, item: &Item) -> Option<Entry> {
        let (hash, range) = self.keys.parts(item)?;
        let (table_hash, table_range) = table.parts(item)?;
        let place = Place::of_parts(hash, range.into_iter().chain([table_hash]).chain(table_range));
        let mut shown = Item::new();
        for (name, value) in item.iter_named().filter(|(name, _)| self.shows(table, name)) {
            shown.set(name.clone(), value.clone());
        }
        let size_bytes = shown.size_bytes();
        Some(Entry { place, item: Arc::new(shown), size_bytes })
    }

    /// Returns whether entries have this attribute of their items.
    pub(super) fn shows(&self, table: &KeySchema, name: &AttributeName) -> bool {
        let is_key = self.keys.has(name) || table.has(name);
        match &self.projection {
            Projection::KeysOnly => is_key,
            Projection::Include(names) => is_key || names.contains(name),
            Projection::All => true,
        }
    }

    /// The key of an entry, with the table's key: what a page that ends there is continued from.
    pub(crate) fn key_of(&self, table: &KeySchema, entry: &Item) -> Option<Key> {
        let key = table.key_of(entry)?;
        let (hash, range) = self.keys.parts(entry)?;
        let key = key.and(self.keys.hash.clone(), hash.clone());
        Some(match (&self.keys.range, range) {
            (Some(name), Some(range)) => key.and(name.clone(), range.clone()),
            _ => key,
        })
    }

    /// The place of the entry with such a key.
    pub(crate) fn place_of(&self, table: &KeySchema, key: &Key) -> Option<Place> {
        let attributes = key.attributes();
        let is_exact = attributes.iter_named().all(|(name, _)| self.keys.has(name) || table.has(name));
        let (hash, range) = self.keys.parts(attributes).filter(|_| is_exact)?;
        let (table_hash, table_range) = table.parts(attributes)?;
        Some(Place::of_parts(hash, range.into_iter().chain([table_hash]).chain(table_range)))
    }

    /// What a write from `before` to `after` does to this index, which is number `index`.
    pub(super) fn change(
        &self,
        index: usize,
        table: &KeySchema,
        before: Option<&Item>,
        after: Option<&Item>,
    ) -> Option<IndexChange> {
        let delete = before.and_then(|item| self.entry(table, item));
        let put = after.and_then(|item| self.entry(table, item));
        let bytes = |entry: &Option<Entry>| entry.as_ref().map_or(0, |entry| entry.size_bytes as i64);
        let growth = bytes(&put) - bytes(&delete);
        match (&delete, &put) {
            (None, None) => return None,
            (Some(delete), Some(put)) if delete.item == put.item => return None,
            // An entry that stays where it is is written once.
            (Some(delete), Some(put)) if delete.place == put.place => {
                let units = write_units(delete.size_bytes.max(put.size_bytes));
                let put = Entry { place: put.place.clone(), item: put.item.clone(), size_bytes: put.size_bytes };
                return Some(IndexChange { index, units, growth, delete: None, put: Some(put) });
            }
            _ => {}
        }
        let units = [&delete, &put].into_iter().flatten().map(|entry| write_units(entry.size_bytes)).sum();
        Some(IndexChange { index, units, growth, delete: delete.map(|entry| entry.place), put })
    }

    pub(crate) fn apply(&mut self, change: IndexChange, now: SimTime) {
        if let Some(place) = change.delete {
            self.store.delete(place, now);
        }
        if let Some(entry) = change.put {
            self.store.put(entry.place, entry.item, entry.size_bytes, now);
        }
    }

    /// Fills a new index from the table's items.
    pub(crate) fn backfill<'a>(&mut self, table: &KeySchema, items: impl Iterator<Item = &'a Arc<Item>>, now: SimTime) {
        for item in items {
            if let Some(entry) = self.entry(table, item) {
                self.store.put(entry.place, entry.item, entry.size_bytes, now);
            }
        }
    }
}

impl IndexChange {
    /// The hash of the key that it writes, which chooses the index's partition.
    pub(super) fn hash(&self) -> u64 {
        self.put.as_ref().map(|entry| &entry.place).or(self.delete.as_ref()).map_or(0, Place::hash)
    }
}
