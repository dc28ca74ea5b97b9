//! One table: its keys, items, units, indexes and settings.

use std::collections::BTreeMap;

use super::api::{
    Adjusted, AttributeName, AttributeType, Capacity, Encryption, Error, IndexSchema, Settings, TableStatus, Warm,
};
use super::capacity::Units;
use super::indexes::Index;
use super::store::{KeySchema, Store};
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
    /// Since when there is point-in-time recovery.
    pub(crate) recovery_since: Option<SimTime>,
    /// Of a table with local indexes, the bytes of each hash key's items and their entries there, by its hash.
    pub(crate) collections: BTreeMap<u64, u64>,
    pub(crate) warm: Option<Warm>,
    pub(crate) encryption: Option<Encryption>,
    pub(crate) adjusted: Adjusted,
    pub(crate) on_demand_since: Option<SimTime>,
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
            return Err(Error::LimitExceeded("Too many operations for a given subscriber".into()));
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
            warm: index.warm,
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
            self.collections.clear();
            return None;
        }
        self.status = TableStatus::Active;
        self.encryption.take_if(|encryption| encryption.is_ending);
        self.indexes.iter_mut().for_each(|index| index.is_active = true);
        let capacity = self.next_capacity.take()?;
        self.adjusted.note(self.units.capacity, capacity, now, true);
        match capacity {
            Capacity::OnDemand if self.units.capacity != Capacity::OnDemand => self.on_demand_since = Some(now),
            _ => {}
        }
        self.change_capacity(capacity, now);
        Some(capacity)
    }

    pub(crate) fn type_of(&self, name: &AttributeName) -> Option<AttributeType> {
        self.key_types.iter().find(|(known, _)| known == name).map(|(_, kind)| *kind)
    }

    pub(crate) fn index_named(&self, name: &str) -> Result<usize, Error> {
        let position = self.indexes.iter().position(|index| *index.name == *name && !index.is_local);
        position.ok_or_else(Error::not_found)
    }
}
