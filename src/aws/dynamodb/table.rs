//! One table: its keys, items, units, indexes and settings.

use std::collections::BTreeMap;

use super::api::{
    AttributeName, AttributeType, AttributeValue, Capacity, Error, IndexSchema, Item, Key, Settings, TableStatus,
    Update,
};
use super::capacity::Units;
use super::indexes::Index;
use super::store::{KeySchema, Place, Store, is_key_value};
use crate::base::{SimTime, TableName};

/// Most global secondary indexes of a table.
pub(super) const INDEXES_MAX: usize = 20;

/// A table, which may be deleted.
pub(super) struct Table {
    pub name: TableName,
    pub status: TableStatus,
    /// When the present transition ends.
    pub(crate) transition_ends: Option<SimTime>,
    /// Capacity from the end of the present transition on.
    pub(crate) next_capacity: Option<Capacity>,
    pub keys: KeySchema,
    pub store: Store,
    pub units: Units,
    pub(crate) indexes: Vec<Index>,
    /// Types of key attributes, where they were declared.
    pub(crate) key_types: Vec<(AttributeName, AttributeType)>,
    pub(crate) created_at: SimTime,
    pub(crate) is_protected: bool,
    pub tags: BTreeMap<Box<str>, Box<str>>,
    /// The attribute of TimeToLive.
    pub(crate) time_to_live: Option<AttributeName>,
    pub(crate) has_recovery: bool,
}

pub(super) fn check_capacity(capacity: Capacity) -> Result<(), Error> {
    match capacity {
        Capacity::Provisioned { read, write } if read == 0 || write == 0 => {
            Err(Error::Validation("ReadCapacityUnits and WriteCapacityUnits must be at least 1".into()))
        }
        _ => Ok(()),
    }
}

impl Table {
    /// Adds an index and fills it; it serves from the end of the transition on.
    pub(crate) fn add_index(&mut self, index: IndexSchema, settings: &Settings, now: SimTime) -> Result<(), Error> {
        index.capacity.map_or(Ok(()), check_capacity)?;
        if self.indexes.iter().any(|present| present.name == index.name) {
            return Err(Error::Validation("Attempting to create an index which already exists".into()));
        }
        if !index.is_local && self.indexes.iter().filter(|present| !present.is_local).count() >= INDEXES_MAX {
            return Err(Error::LimitExceeded);
        }
        let capacity = index.capacity.unwrap_or(self.units.capacity);
        let mut added = Index {
            name: index.name,
            is_active: false,
            is_local: index.is_local,
            keys: KeySchema { hash: index.hash_key, range: index.range_key },
            store: Store::new(settings.stale_read_lag_max),
            units: Units::new(capacity, settings, now),
            has_own_capacity: index.capacity.is_some(),
            projection: index.projection,
        };
        added.backfill(&self.keys, self.store.present(), now);
        self.indexes.push(added);
        Ok(())
    }

    /// Ends the present transition; the new capacity, if that is what it brings.
    pub(crate) fn finish_transition(&mut self, settings: &Settings, now: SimTime) -> Option<Capacity> {
        self.transition_ends = None;
        if self.status == TableStatus::Deleting {
            self.store = Store::new(settings.stale_read_lag_max);
            self.indexes.clear();
            return None;
        }
        self.status = TableStatus::Active;
        self.indexes.iter_mut().for_each(|index| index.is_active = true);
        let capacity = self.next_capacity.take()?;
        self.change_capacity(capacity, now);
        Some(capacity)
    }

    /// The place of a key, or why it is none.
    pub(super) fn place(&self, key: &Key) -> Result<Place, Error> {
        let attributes = key.attributes();
        let parts =
            self.keys.parts(attributes).filter(|(_, range)| attributes.len() == 1 + usize::from(range.is_some()));
        let is_of_type = |name: &AttributeName| {
            attributes
                .get(name)
                .is_none_or(|value| self.type_of(name).is_none_or(|kind| kind == AttributeType::of(value)))
        };
        parts
            .filter(|_| self.key_types.is_empty() || self.keys.names().all(is_of_type))
            .map(|(hash, range)| Place::of_parts(hash, range))
            .ok_or_else(|| Error::Validation("The provided key element does not match the schema".into()))
    }

    /// The place of an item, which must have its key.
    pub(crate) fn place_of_item(&self, item: &Item) -> Result<Place, Error> {
        let invalid =
            |problem: String| Error::Validation(format!("One or more parameter values were invalid: {problem}").into());
        if let Some(name) = self.keys.names().find(|name| item.get(name).is_none()) {
            return Err(invalid(format!("Missing the key {name} in the item")));
        }
        if !self.key_types.is_empty() {
            self.check_key_types(item.iter_named())?;
        }
        let (hash, range) = self.keys.parts(item).ok_or_else(|| {
            let not_a_key = |name: &&AttributeName| item.get(name).is_none_or(|value| !is_key_value(value));
            let name = self.keys.names().find(not_a_key).unwrap_or(&self.keys.hash);
            let kind = match item.get(name) {
                Some(AttributeValue::B(_)) => "binary",
                _ => "string",
            };
            let text = format!(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an \
                 empty {kind} value. Key: {name}"
            );
            Error::Validation(text.into())
        })?;
        Ok(Place::of_parts(hash, range))
    }

    pub(crate) fn type_of(&self, name: &AttributeName) -> Option<AttributeType> {
        self.key_types.iter().find(|(known, _)| known == name).map(|(_, kind)| *kind)
    }

    /// Key attributes of the table and of its indexes have the types that were declared for them.
    pub(crate) fn check_key_types<'a>(
        &self,
        mut attributes: impl Iterator<Item = (&'a AttributeName, &'a AttributeValue)>,
    ) -> Result<(), Error> {
        let wrong = attributes.find_map(|(name, value)| {
            let declared = self.type_of(name)?;
            (declared != AttributeType::of(value)).then(|| (name, declared, AttributeType::of(value)))
        });
        let Some((name, expected, actual)) = wrong else { return Ok(()) };
        let (expected, actual) = (expected.name(), actual.name());
        let text = format!(
            "One or more parameter values were invalid: Type mismatch for key {name} expected: {expected} actual: \
             {actual}"
        );
        Err(Error::Validation(text.into()))
    }

    /// Updates leave the key alone.
    pub(crate) fn check_updates(&self, updates: &[Update]) -> Result<(), Error> {
        match updates.iter().find(|update| self.keys.has(&update.path().name)) {
            None => Ok(()),
            Some(update) => {
                let text = format!(
                    "One or more parameter values were invalid: Cannot update attribute {}. This attribute is part \
                     of the key",
                    update.path().name
                );
                Err(Error::Validation(text.into()))
            }
        }
    }

    pub(crate) fn index_named(&self, name: &str) -> Result<usize, Error> {
        let position = self.indexes.iter().position(|index| *index.name == *name && !index.is_local);
        position.ok_or_else(Error::not_found)
    }
}
