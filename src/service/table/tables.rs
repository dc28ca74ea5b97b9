//! Tables and indexes with their states: CreateTable, DescribeTable, UpdateTable, DeleteTable.

use super::api::{
    Capacity, CreateTable, Error, IndexSchema, Key, Reply, Response, Settings, TableDescription, TableStatus,
};
use super::capacity::Units;
use super::indexes::Index;
use super::store::{KeySchema, Place, Store};
use super::{At, TableService};
use crate::base::{Event, SimTime, TableId, TableName};

/// Most tables of an account in a region
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>).
const TABLES_MAX: usize = 2500;

/// A table, which may be deleted.
pub(super) struct Table {
    pub name: TableName,
    pub status: TableStatus,
    /// When the present transition ends.
    transition_ends: Option<SimTime>,
    /// Capacity from the end of the present transition on.
    next_capacity: Option<Capacity>,
    pub keys: KeySchema,
    pub store: Store,
    pub units: Units,
    pub indexes: Vec<Index>,
}

fn units_of(capacity: Capacity) -> (u32, u32) {
    match capacity {
        Capacity::OnDemand => (0, 0),
        Capacity::Provisioned { read, write } => (read, write),
    }
}

fn check_capacity(capacity: Capacity) -> Result<(), Error> {
    match capacity {
        Capacity::Provisioned { read, write } if read == 0 || write == 0 => {
            Err(Error::Validation("ReadCapacityUnits and WriteCapacityUnits must be at least 1".into()))
        }
        _ => Ok(()),
    }
}

impl TableService {
    pub(super) fn create_table(&mut self, at: &mut At<'_>, request: CreateTable) -> Reply {
        check_capacity(request.capacity)?;
        self.fail_control(at, &request.table)?;
        if self.names.contains_key(&request.table) {
            return Err(Error::ResourceInUse);
        }
        let number = u16::try_from(self.tables.len()).ok().filter(|_| self.names.len() < TABLES_MAX);
        let id = TableId(number.ok_or(Error::LimitExceeded)?);
        let mut table = Table {
            name: request.table,
            status: TableStatus::Creating,
            transition_ends: None,
            next_capacity: None,
            keys: KeySchema { hash: request.hash_key, range: request.range_key },
            store: Store::new(self.settings.stale_read_lag_max),
            units: Units::new(request.capacity, &self.settings, at.now),
            indexes: Vec::new(),
        };
        for index in request.indexes {
            table.add_index(index, &self.settings, at.now)?;
        }
        let (read_units, write_units) = units_of(request.capacity);
        at.events.push(Event::TableDeclared { table: id, name: table.name.clone(), read_units, write_units });
        self.names.insert(table.name.clone(), id);
        self.tables.push(table);
        self.begin_transition(id, TableStatus::Creating, at.now);
        Ok(Response::Table(self.describe(id)))
    }

    fn begin_transition(&mut self, id: TableId, status: TableStatus, now: SimTime) {
        let (low, high) = self.settings.transition;
        let ends = now + self.durations.duration(low, high);
        let table = &mut self.tables[id.index()];
        table.status = status;
        table.transition_ends = Some(ends);
        self.next_deadline = self.next_deadline.min(ends);
    }

    /// UpdateTable. New capacity and a new index serve from the end of the transition on.
    pub(super) fn update_table(
        &mut self,
        at: &mut At<'_>,
        name: &TableName,
        capacity: Option<Capacity>,
        add_index: Option<IndexSchema>,
    ) -> Reply {
        if capacity.is_none() && add_index.is_none() {
            return Err(Error::Validation("At least one of capacity and an index to add is required".into()));
        }
        capacity.map_or(Ok(()), check_capacity)?;
        self.fail_control(at, name)?;
        let id = self.find(name)?;
        let table = &mut self.tables[id.index()];
        if table.status != TableStatus::Active {
            return Err(Error::ResourceInUse);
        }
        if let Some(index) = add_index {
            table.add_index(index, &self.settings, at.now)?;
        }
        table.next_capacity = capacity;
        self.begin_transition(id, TableStatus::Updating, at.now);
        Ok(Response::Table(self.describe(id)))
    }

    pub(super) fn delete_table(&mut self, at: &mut At<'_>, name: &TableName) -> Reply {
        self.fail_control(at, name)?;
        let id = self.find(name)?;
        if self.tables[id.index()].status != TableStatus::Active {
            return Err(Error::ResourceInUse);
        }
        self.begin_transition(id, TableStatus::Deleting, at.now);
        Ok(Response::Table(self.describe(id)))
    }

    pub(super) fn describe_table(&mut self, at: &mut At<'_>, name: &TableName) -> Reply {
        self.fail_control(at, name)?;
        Ok(Response::Table(self.describe(self.find(name)?)))
    }

    /// Ends every transition whose time has come.
    pub(super) fn finish_transitions(&mut self, now: SimTime, events: &mut Vec<Event>) {
        for (number, table) in self.tables.iter_mut().enumerate() {
            match table.transition_ends {
                Some(ends) if ends <= now => {
                    if let Some(capacity) = table.finish_transition(&self.settings, now) {
                        let (read_units, write_units) = units_of(capacity);
                        let id = TableId(number as u16);
                        events.push(Event::TableCapacityChanged { table: id, read_units, write_units });
                    }
                    if table.status == TableStatus::Deleting {
                        self.names.remove(&table.name);
                    }
                }
                Some(ends) => self.next_deadline = self.next_deadline.min(ends),
                None => {}
            }
        }
    }

    pub(super) fn describe(&self, id: TableId) -> TableDescription {
        let table = &self.tables[id.index()];
        TableDescription {
            table: table.name.clone(),
            status: table.status,
            capacity: table.units.capacity,
            item_count: table.store.count(),
            size_bytes: table.store.size_bytes(),
            indexes: table.indexes.iter().map(|index| (index.name.clone(), index.is_active)).collect(),
        }
    }

    /// The table that a data call means, which must serve.
    pub(super) fn serving(&self, name: &TableName) -> Result<TableId, Error> {
        let id = self.find(name)?;
        match self.tables[id.index()].status {
            TableStatus::Active | TableStatus::Updating => Ok(id),
            TableStatus::Creating | TableStatus::Deleting => Err(Error::ResourceNotFound),
        }
    }
}

impl Table {
    /// Adds an index and fills it; it serves from the end of the transition on.
    fn add_index(&mut self, index: IndexSchema, settings: &Settings, now: SimTime) -> Result<(), Error> {
        index.capacity.map_or(Ok(()), check_capacity)?;
        if self.indexes.iter().any(|present| present.name == index.name) {
            return Err(Error::Validation("Attempting to create an index which already exists".into()));
        }
        let capacity = index.capacity.unwrap_or(self.units.capacity);
        let mut added = Index {
            name: index.name,
            is_active: false,
            keys: KeySchema { hash: index.hash_key, range: index.range_key },
            store: Store::new(settings.stale_read_lag_max),
            units: Units::new(capacity, settings, now),
            has_own_capacity: index.capacity.is_some(),
        };
        added.backfill(&self.keys, self.store.present(), now);
        self.indexes.push(added);
        Ok(())
    }

    /// Ends the present transition; the new capacity, if that is what it brings.
    fn finish_transition(&mut self, settings: &Settings, now: SimTime) -> Option<Capacity> {
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
    pub fn place(&self, key: &Key) -> Result<Place, Error> {
        match self.keys.fits(key) {
            true => Ok(Place::of(key)),
            false => Err(Error::Validation("The provided key element does not match the schema".into())),
        }
    }
}
