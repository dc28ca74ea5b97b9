//! Tables and indexes with their states: CreateTable, DescribeTable, ListTables, UpdateTable, DeleteTable.

use std::collections::BTreeMap;

use super::api::{
    Adjusted, Capacity, CreateTable, Error, Missing, Reply, Response, TableDescription, TableStatus, UpdateTable,
};
use super::capacity::Units;
use super::indexes::Index;
use super::service::{At, DynamoDb};
use super::store::{KeySchema, Store};
use super::table::{Table, check_capacity};
use super::table_updates::check_update;
use crate::base::{Event, SimTime, TableId, TableName};

/// Most tables of an account in a region
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>).
const TABLES_MAX: usize = 2500;
/// Cap and default of ListTables' Limit.
const LIST_TABLES_MAX: u32 = 100;

fn units_of(capacity: Capacity) -> (u32, u32) {
    match capacity {
        Capacity::OnDemand => (0, 0),
        Capacity::Provisioned { read, write } => (read, write),
    }
}

impl DynamoDb {
    pub(super) fn create_table(&mut self, at: &mut At<'_>, request: CreateTable) -> Reply {
        check_capacity(request.capacity)?;
        if self.names.contains_key(&request.table) {
            return Err(Error::ResourceInUse(format!("Table already exists: {}", request.table).into()));
        }
        let number = u16::try_from(self.tables.len()).ok().filter(|_| self.names.len() < TABLES_MAX);
        let too_many = || Error::LimitExceeded("Too many operations for a given subscriber".into());
        let id = TableId(number.ok_or_else(too_many)?);
        let mut table = Table {
            name: request.table,
            status: TableStatus::Creating,
            transition_ends: None,
            next_capacity: None,
            keys: KeySchema { hash: request.hash_key, range: request.range_key },
            store: Store::new(self.settings.stale_read_lag_max),
            units: Units::new(request.capacity, &self.settings, at.now),
            indexes: Vec::new(),
            key_types: request.key_types,
            created_at: at.now,
            is_protected: request.is_protected,
            tags: request.tags.into_iter().collect(),
            time_to_live: None,
            recovery_since: None,
            collections: BTreeMap::new(),
            warm: request.warm,
            encryption: request.encryption,
            adjusted: Adjusted::default(),
            on_demand_since: (request.capacity == Capacity::OnDemand).then_some(at.now),
        };
        for index in request.indexes {
            table.add_index(index, &self.settings, at.now)?;
        }
        let (read_units, write_units) = units_of(request.capacity);
        at.events.push(Event::TableDeclared { table: id, name: table.name.clone(), read_units, write_units });
        self.names.insert(table.name.clone(), id);
        self.tables.push(table);
        self.begin_transition(id, TableStatus::Creating, at.now);
        Ok(Response::Table(self.describe(id, at.now)))
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
    pub(super) fn update_table(&mut self, at: &mut At<'_>, request: UpdateTable) -> Reply {
        check_update(&request)?;
        let id = self.find_active(&request.table)?;
        let table = &mut self.tables[id.index()];
        table.check_update(&request)?;
        table.is_protected = request.is_protected.unwrap_or(table.is_protected);
        table.warm = request.warm.or(table.warm);
        let is_other_key = table.change_encryption(request.encryption.clone());
        if request.capacity.is_none() && !request.is_structural() && request.warm.is_none() && !is_other_key {
            return Ok(Response::Table(self.describe(id, at.now)));
        }
        for (name, kind) in request.key_types {
            if !table.key_types.iter().any(|(known, _)| *known == name) {
                table.key_types.push((name, kind));
            }
        }
        if let Some(index) = request.add_index {
            table.add_index(index, &self.settings, at.now)?;
        }
        if let Some(gone) = request.delete_index {
            let position = table.index_named(&gone)?;
            table.indexes.remove(position);
        }
        for (name, capacity) in request.index_capacities {
            let position = table.index_named(&name)?;
            let index = &mut table.indexes[position];
            index.units.change(capacity, at.now);
            index.has_own_capacity = true;
        }
        if let Some(capacity) = request.capacity {
            table.adjusted.note(table.units.capacity, capacity, at.now, false);
        }
        table.next_capacity = request.capacity;
        self.begin_transition(id, TableStatus::Updating, at.now);
        Ok(Response::Table(self.describe(id, at.now)))
    }

    pub(super) fn delete_table(&mut self, at: &mut At<'_>, name: &TableName) -> Reply {
        let id = self.find_active(name)?;
        if self.tables[id.index()].is_protected {
            let text = "Resource cannot be deleted as it is currently protected against deletion. Disable deletion \
                        protection first.";
            return Err(Error::Validation(text.into()));
        }
        self.begin_transition(id, TableStatus::Deleting, at.now);
        Ok(Response::DeletedTable(self.describe(id, at.now)))
    }

    pub(super) fn describe_table(&mut self, at: &mut At<'_>, name: &TableName) -> Reply {
        Ok(Response::Table(self.describe(self.find_table(name)?, at.now)))
    }

    /// The table that a call on tables means.
    fn find_table(&self, name: &TableName) -> Result<TableId, Error> {
        self.names.get(name).copied().ok_or_else(|| Error::ResourceNotFound(Missing(Some(name.clone()))))
    }

    /// The table that is to be changed, which must be in no other change.
    fn find_active(&self, name: &TableName) -> Result<TableId, Error> {
        let id = self.find_table(name)?;
        let what = match self.tables[id.index()].status {
            TableStatus::Active => return Ok(id),
            TableStatus::Creating => "created",
            TableStatus::Updating => "updated",
            TableStatus::Deleting => "deleted",
        };
        let text = format!("Attempt to change a resource which is still in use: Table is being {what}: {name}");
        Err(Error::ResourceInUse(text.into()))
    }

    pub(super) fn list_tables(&self, after: Option<&TableName>, limit: Option<u32>) -> Reply {
        let size = limit.unwrap_or(LIST_TABLES_MAX);
        if !(1..=LIST_TABLES_MAX).contains(&size) {
            return Err(Error::Validation("Limit must be from 1 to 100".into()));
        }
        let mut rest = self.names.keys().filter(|name| after.is_none_or(|after| *name > after));
        let names = rest.by_ref().take(size as usize).cloned().collect();
        Ok(Response::Tables { names, has_more: rest.next().is_some() })
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

    pub(super) fn describe(&self, id: TableId, at: SimTime) -> TableDescription {
        let table = &self.tables[id.index()];
        TableDescription {
            table: table.name.clone(),
            status: table.status,
            capacity: table.units.capacity,
            item_count: table.store.count(),
            size_bytes: table.store.size_bytes(),
            created_at: table.created_at,
            id,
            hash_key: table.keys.hash.clone(),
            range_key: table.keys.range.clone(),
            key_types: table.key_types.clone(),
            indexes: table.indexes.iter().map(Index::describe).collect(),
            is_protected: table.is_protected,
            warm: table.warm,
            encryption: table.encryption.clone(),
            adjusted: table.adjusted.on(at),
            on_demand_since: table.on_demand_since,
        }
    }

    /// The table that a data call means, which must serve.
    pub(super) fn serving(&self, name: &TableName) -> Result<TableId, Error> {
        let id = self.find(name)?;
        match self.tables[id.index()].status {
            TableStatus::Active | TableStatus::Updating => Ok(id),
            TableStatus::Creating | TableStatus::Deleting => Err(Error::not_found()),
        }
    }
}
