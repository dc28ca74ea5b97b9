//! Tables and indexes with their states: CreateTable, DescribeTable, UpdateTable, DeleteTable.

use super::api::{
    AttributeName, Capacity, CreateTable, Error, IndexSchema, Item, Key, Reply, Response, TableDescription, TableStatus,
};
use super::capacity::Units;
use super::store::{Place, Store};
use super::{At, TableService};
use crate::base::{Event, SimTime, TableId, TableName};

/// A table, which may be deleted.
pub(super) struct Table {
    pub name: TableName,
    pub status: TableStatus,
    /// When the present transition ends.
    pub transition_ends: Option<SimTime>,
    pub store: Store,
    pub units: Units,
    pub indexes: Vec<Index>,
}

/// A keys-only global secondary index.
pub(super) struct Index {
    pub name: Box<str>,
    pub is_active: bool,
    pub hash_key: AttributeName,
    pub range_key: Option<AttributeName>,
    pub units: Units,
}

impl Index {
    /// The index entry of an item: its index key; `None` when it is not in the index (an index is sparse).
    pub fn entry(&self, item: Option<&Item>) -> Option<Item> {
        let item = item?;
        let mut entry = Item::new();
        for name in [Some(&self.hash_key), self.range_key.as_ref()].into_iter().flatten() {
            entry.set(name.clone(), item.get(name)?.clone());
        }
        Some(entry)
    }
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
        if self.names.contains_key(&request.table) {
            return Err(Error::ResourceInUse);
        }
        let id = TableId(self.tables.len() as u16);
        let (read_units, write_units) = units_of(request.capacity);
        at.events.push(Event::TableDeclared { table: id, name: request.table.clone(), read_units, write_units });
        self.names.insert(request.table.clone(), id);
        let starts_full = self.settings.burst_starts_full;
        let lag = self.settings.stale_read_lag_max;
        self.tables.push(Table {
            name: request.table,
            status: TableStatus::Creating,
            transition_ends: None,
            store: Store::new(request.hash_key, request.range_key, lag),
            units: Units::new(request.capacity, starts_full, at.now),
            indexes: Vec::new(),
        });
        for index in request.indexes {
            self.add_index(id, index, at.now);
        }
        self.begin_transition(id, TableStatus::Creating, at.now);
        Ok(Response::Table(self.describe(id)))
    }

    fn add_index(&mut self, id: TableId, index: IndexSchema, now: SimTime) {
        let starts_full = self.settings.burst_starts_full;
        let table = &mut self.tables[id.index()];
        let capacity = index.capacity.unwrap_or(table.units.capacity);
        table.indexes.push(Index {
            name: index.name,
            is_active: false,
            hash_key: index.hash_key,
            range_key: index.range_key,
            units: Units::new(capacity, starts_full, now),
        });
    }

    fn begin_transition(&mut self, id: TableId, status: TableStatus, now: SimTime) {
        let (low, high) = self.settings.transition;
        let ends = now + self.durations.duration(low, high);
        let table = &mut self.tables[id.index()];
        table.status = status;
        table.transition_ends = Some(ends);
        self.next_deadline = self.next_deadline.min(ends);
    }

    pub(super) fn update_table(
        &mut self,
        at: &mut At<'_>,
        name: &TableName,
        capacity: Option<Capacity>,
        add_index: Option<IndexSchema>,
    ) -> Reply {
        let id = self.find(name)?;
        if self.tables[id.index()].status != TableStatus::Active {
            return Err(Error::ResourceInUse);
        }
        if let Some(capacity) = capacity {
            check_capacity(capacity)?;
            self.tables[id.index()].units.change(capacity, at.now);
            let (read_units, write_units) = units_of(capacity);
            at.events.push(Event::TableCapacityChanged { table: id, read_units, write_units });
        }
        if let Some(index) = add_index {
            if self.tables[id.index()].indexes.iter().any(|present| present.name == index.name) {
                return Err(Error::Validation("Attempting to create an index which already exists".into()));
            }
            self.add_index(id, index, at.now);
        }
        self.begin_transition(id, TableStatus::Updating, at.now);
        Ok(Response::Table(self.describe(id)))
    }

    pub(super) fn delete_table(&mut self, at: &mut At<'_>, name: &TableName) -> Reply {
        let id = self.find(name)?;
        if self.tables[id.index()].status != TableStatus::Active {
            return Err(Error::ResourceInUse);
        }
        self.begin_transition(id, TableStatus::Deleting, at.now);
        Ok(Response::Table(self.describe(id)))
    }

    /// Ends every transition whose time has come.
    pub(super) fn finish_transitions(&mut self, now: SimTime, _events: &mut Vec<Event>) {
        for table in &mut self.tables {
            match table.transition_ends {
                Some(ends) if ends <= now => {
                    table.transition_ends = None;
                    if table.status == TableStatus::Deleting {
                        self.names.remove(&table.name);
                        continue;
                    }
                    table.status = TableStatus::Active;
                    table.indexes.iter_mut().for_each(|index| index.is_active = true);
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
    /// The place of a key, or why it is none.
    pub fn place(&self, key: &Key) -> Result<Place, Error> {
        match self.store.is_key(key) {
            true => Ok(Place::of(key)),
            false => Err(Error::Validation("The provided key element does not match the schema".into())),
        }
    }
}
