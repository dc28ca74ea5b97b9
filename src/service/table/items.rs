//! GetItem, PutItem, UpdateItem and DeleteItem.
//!
//! A write evaluates its condition on the present item, counts units for the larger of the item before and after
//! (also when the condition is false), and is applied at once.

use std::sync::Arc;

use super::api::{Condition, Error, Item, Key, Reply, Response, Returns, Update};
use super::capacity::{read_half_units, write_units};
use super::faults::Injected;
use super::store::Place;
use super::{At, TableService, updates};
use crate::base::event::TableThrottle;
use crate::base::{Event, SimTime, TableId, TableName};

/// Largest item.
const ITEM_BYTES_MAX: u64 = 400 * 1024;

/// A write of one item, before it is decided.
pub(super) struct Write<'a> {
    pub place: Place,
    /// The item as it will be, or `None` for a deletion.
    pub after: Option<Item>,
    pub condition: Option<&'a Condition>,
    pub returns: Returns,
}

impl TableService {
    pub(super) fn get_item(&mut self, at: &mut At<'_>, name: &TableName, key: &Key, consistent: bool) -> Reply {
        let id = self.serving(name)?;
        let place = self.tables[id.index()].place(key)?;
        self.fail_read(at, id)?;
        let as_of = self.read_instant(consistent, at.now);
        let store = &self.tables[id.index()].store;
        let present = store.get(&place);
        let seen = as_of.map_or(present, |as_of| store.get_as_of(&place, as_of)).cloned();
        let is_stale = present != seen.as_ref();
        let half_units = read_half_units(seen.as_ref().map_or(0, |item| item.size_bytes()), consistent);
        self.consume_read(at, id, half_units)?;
        if is_stale {
            at.events.push(Event::StaleRead { table: id, host: at.caller, operation: at.operation });
        }
        Ok(Response::Item(seen))
    }

    pub(super) fn put_item(
        &mut self,
        at: &mut At<'_>,
        name: &TableName,
        item: Item,
        condition: Option<&Condition>,
        returns: Returns,
    ) -> Reply {
        let id = self.serving(name)?;
        let place = self.place_of_item(id, &item)?;
        self.write(at, id, Write { place, after: Some(item), condition, returns })
    }

    pub(super) fn place_of_item(&self, id: TableId, item: &Item) -> Result<Place, Error> {
        let missing = || Error::Validation("One or more parameter values were invalid: Missing the key".into());
        self.tables[id.index()].store.key_of(item).map(|key| Place::of(&key)).ok_or_else(missing)
    }

    pub(super) fn update_item(
        &mut self,
        at: &mut At<'_>,
        name: &TableName,
        key: &Key,
        changes: &[Update],
        condition: Option<&Condition>,
        returns: Returns,
    ) -> Reply {
        let id = self.serving(name)?;
        let table = &self.tables[id.index()];
        let place = table.place(key)?;
        updates::check_paths(changes)?;
        let is_key = |update: &Update| {
            update.attribute() == table.store.hash_key() || Some(update.attribute()) == table.store.range_key()
        };
        if changes.iter().any(is_key) {
            let text = "One or more parameter values were invalid: Cannot update attribute that is part of the key";
            return Err(Error::Validation(text.into()));
        }
        let mut after = match table.store.get(&place) {
            Some(present) => (**present).clone(),
            None => self.key_item(id, key),
        };
        // A condition that is false leaves the item alone, so its updates must not fail first.
        let holds = condition.is_none_or(|c| c.holds(table.store.get(&place).map(|item| &**item)));
        if holds {
            updates::apply(&mut after, changes)?;
        }
        self.write(at, id, Write { place, after: Some(after), condition, returns })
    }

    /// An item with nothing but its key.
    fn key_item(&self, id: TableId, key: &Key) -> Item {
        let store = &self.tables[id.index()].store;
        let mut item = Item::new().with(store.hash_key().clone(), key.hash.clone());
        if let (Some(name), Some(value)) = (store.range_key(), &key.range) {
            item.set(name.clone(), value.clone());
        }
        item
    }

    pub(super) fn delete_item(
        &mut self,
        at: &mut At<'_>,
        name: &TableName,
        key: &Key,
        condition: Option<&Condition>,
        returns: Returns,
    ) -> Reply {
        let id = self.serving(name)?;
        let place = self.tables[id.index()].place(key)?;
        self.write(at, id, Write { place, after: None, condition, returns })
    }

    /// Decides and applies one write.
    pub(super) fn write(&mut self, at: &mut At<'_>, id: TableId, write: Write<'_>) -> Reply {
        let injected = self.faults.draw(&self.tables[id.index()].name, at.operation);
        match injected {
            Some(Injected::Throttle) => return Err(self.throttled(at, id, TableThrottle::Injected)),
            Some(fault @ (Injected::FailBefore | Injected::Unavailable)) => return Err(fault.error()),
            Some(Injected::FailAfter) | None => {}
        }
        let before = self.tables[id.index()].store.get(&write.place).cloned();
        let size = |item: Option<&Item>| item.map_or(0, Item::size_bytes);
        let after_bytes = size(write.after.as_ref());
        if after_bytes > ITEM_BYTES_MAX {
            return Err(Error::Validation("Item size has exceeded the maximum allowed size".into()));
        }
        let units = write_units(size(before.as_deref()).max(after_bytes));
        let holds = write.condition.is_none_or(|condition| condition.holds(before.as_deref()));
        let index_units =
            if holds { self.index_units(id, before.as_deref(), write.after.as_ref()) } else { Vec::new() };
        self.consume_write(at, id, units, &index_units)?;
        if !holds {
            at.events.push(Event::ConditionFailed { table: id, host: at.caller, operation: at.operation });
            let shown = before.filter(|_| write.returns.old_on_failure);
            return Err(Error::ConditionalCheckFailed(shown));
        }
        let after = write.after.map(Arc::new);
        let operation = at.operation;
        if before.is_some() || after.is_some() {
            at.events.push(Event::ItemWritten {
                table: id,
                host: at.caller,
                operation,
                before: before.clone(),
                after: after.clone(),
            });
            self.tables[id.index()].store.put(write.place, after.clone(), at.now);
        }
        if let Some(fault) = injected {
            return Err(fault.error());
        }
        let Returns { old, new, .. } = write.returns;
        Ok(Response::Item(if old { before } else { after.filter(|_| new) }))
    }

    /// Write units of every index whose entry changes: a delete, a put, or one of each when the key changes.
    fn index_units(&self, id: TableId, before: Option<&Item>, after: Option<&Item>) -> Vec<(usize, u32)> {
        let indexes = self.tables[id.index()].indexes.iter().enumerate();
        indexes
            .filter_map(|(at, index)| {
                let (old, new) = (index.entry(before), index.entry(after));
                let cost = |entry: &Option<Item>| entry.as_ref().map_or(0, |entry| write_units(entry.size_bytes()));
                (old != new).then(|| (at, cost(&old) + cost(&new)))
            })
            .collect()
    }

    // ---- capacity and throttling ----

    pub(super) fn consume_read(&mut self, at: &mut At<'_>, id: TableId, half_units: u32) -> Result<(), Error> {
        let units = &mut self.tables[id.index()].units;
        if let Err(reason) = units.can_read(at.now, half_units) {
            return Err(self.throttled(at, id, reason));
        }
        units.take_read(at.now, half_units);
        self.consumed(at, id, half_units, 0);
        Ok(())
    }

    fn consume_write(
        &mut self,
        at: &mut At<'_>,
        id: TableId,
        units: u32,
        index_units: &[(usize, u32)],
    ) -> Result<(), Error> {
        let table = &mut self.tables[id.index()];
        if let Err(reason) = table.units.can_write(at.now, units) {
            return Err(self.throttled(at, id, reason));
        }
        // An index that is short holds back the table's write.
        if index_units.iter().any(|(index, units)| table.indexes[*index].units.can_write(at.now, *units).is_err()) {
            return Err(self.throttled(at, id, TableThrottle::IndexWrite));
        }
        table.units.take_write(at.now, units);
        for (index, units) in index_units {
            table.indexes[*index].units.take_write(at.now, *units);
        }
        self.consumed(at, id, 0, units);
        Ok(())
    }

    pub(super) fn consumed(&self, at: &mut At<'_>, id: TableId, read_half_units: u32, write_units: u32) {
        let (host, operation) = (at.caller, at.operation);
        at.events.push(Event::UnitsConsumed { table: id, host, operation, read_half_units, write_units });
    }

    pub(super) fn throttled(&self, at: &mut At<'_>, id: TableId, reason: TableThrottle) -> Error {
        at.events.push(Event::TableThrottled { table: id, host: at.caller, operation: at.operation, reason });
        Error::ProvisionedThroughputExceeded
    }

    /// Injected faults of a read.
    pub(super) fn fail_read(&mut self, at: &mut At<'_>, id: TableId) -> Result<(), Error> {
        match self.faults.draw(&self.tables[id.index()].name, at.operation) {
            Some(Injected::Throttle) => Err(self.throttled(at, id, TableThrottle::Injected)),
            Some(fault) => Err(fault.error()),
            None => Ok(()),
        }
    }

    /// The instant that an eventually consistent read sees; `None` for the present.
    pub(super) fn read_instant(&mut self, consistent: bool, now: SimTime) -> Option<SimTime> {
        let lag_max = self.settings.stale_read_lag_max;
        if consistent || lag_max.is_zero() {
            return None;
        }
        let lag = self.lags.duration(crate::base::SimDuration::ZERO, lag_max);
        Some(now.saturating_sub(lag))
    }
}
