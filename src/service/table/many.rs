//! Query, Scan, BatchGetItem and BatchWriteItem.
//!
//! A page ends after 1 MB of evaluated items, or the limit, before the filter; capacity counts what was evaluated.

use std::sync::Arc;

use super::api::{
    AttributeValue, BatchWrite, Condition, Error, Item, Key, Page, RangeCondition, Reply, Response, Returns,
};
use super::capacity::read_half_units;
use super::conditions;
use super::items::Write;
use super::store::Place;
use super::tables::Table;
use super::{At, TableService};
use crate::base::units::MIB;
use crate::base::{Event, TableId, TableName};

/// Bytes of items that a page evaluates at most.
const PAGE_BYTES_MAX: u64 = MIB;
/// Most keys of BatchGetItem.
const BATCH_GET_MAX: usize = 100;
/// Most writes of BatchWriteItem.
const BATCH_WRITE_MAX: usize = 25;
/// Most segments of a parallel scan.
const SEGMENTS_MAX: u32 = 1_000_000;

/// A Query, without its table.
pub(super) struct Query {
    pub index: Option<Box<str>>,
    pub hash: AttributeValue,
    pub range: Option<RangeCondition>,
    pub filter: Option<Condition>,
    pub forward: bool,
    pub page: Page,
}

/// A page while it is filled.
struct Filling<'a> {
    filter: Option<&'a Condition>,
    limit: u32,
    items: Vec<Arc<Item>>,
    scanned: u32,
    bytes: u64,
    last: Option<Arc<Item>>,
    is_full: bool,
    is_stale: bool,
}

impl<'a> Filling<'a> {
    fn new(filter: Option<&'a Condition>, page: &Page) -> Self {
        Self {
            filter,
            limit: page.limit.unwrap_or(u32::MAX),
            items: Vec::new(),
            scanned: 0,
            bytes: 0,
            last: None,
            is_full: false,
            is_stale: false,
        }
    }
    /// Evaluates an item. False when the page has no room for it.
    fn take(&mut self, item: &Arc<Item>) -> bool {
        let bytes = item.size_bytes();
        if self.scanned >= self.limit || (self.scanned > 0 && self.bytes + bytes > PAGE_BYTES_MAX) {
            self.is_full = true;
            return false;
        }
        self.scanned += 1;
        self.bytes += bytes;
        self.last = Some(item.clone());
        if self.filter.is_none_or(|filter| filter.holds(Some(item))) {
            self.items.push(item.clone());
        }
        true
    }
}

impl TableService {
    pub(super) fn scan(
        &mut self,
        at: &mut At<'_>,
        name: &TableName,
        filter: Option<&Condition>,
        segment: Option<(u32, u32)>,
        page: &Page,
    ) -> Reply {
        let id = self.serving(name)?;
        if segment.is_some_and(|(segment, total)| segment >= total || total > SEGMENTS_MAX) {
            return Err(Error::Validation("Segment must be less than TotalSegments, at most 1000000".into()));
        }
        self.fail_read(at, id)?;
        let as_of = self.read_instant(page.consistent, at.now);
        let table = &self.tables[id.index()];
        let start = page.start.as_ref().map(|key| table.place(key)).transpose()?;
        let mut filling = Filling::new(filter, page);
        for (place, seen, present) in table.store.scan(start.as_ref(), as_of) {
            if segment.is_some_and(|(segment, total)| place.segment(total) != segment) {
                continue;
            }
            filling.is_stale |= seen != present;
            if seen.is_some_and(|item| !filling.take(item)) {
                break;
            }
        }
        self.finish_page(at, id, filling, page.consistent)
    }

    pub(super) fn query(&mut self, at: &mut At<'_>, name: &TableName, query: &Query) -> Reply {
        let id = self.serving(name)?;
        let table = &self.tables[id.index()];
        let index = match &query.index {
            None => None,
            Some(name) => {
                let position = table.indexes.iter().position(|index| index.name == *name && index.is_active);
                Some(position.ok_or_else(|| Error::Validation("The table does not have the specified index".into()))?)
            }
        };
        if index.is_some() && query.page.consistent {
            let text = "Consistent reads are not supported on global secondary indexes";
            return Err(Error::Validation(text.into()));
        }
        self.fail_read(at, id)?;
        let as_of = self.read_instant(query.page.consistent, at.now);
        let table = &self.tables[id.index()];
        let mut filling = Filling::new(query.filter.as_ref(), &query.page);
        let start = query.page.start.as_ref().map(Place::of);
        let mut is_after_start = start.is_none();
        for (item, is_stale) in matching(table, index, query, as_of) {
            filling.is_stale |= is_stale;
            let Some(item) = item else { continue };
            if !is_after_start {
                is_after_start = table.store.key_of(&item).map(|key| Place::of(&key)) == start;
                continue;
            }
            if !filling.take(&item) {
                break;
            }
        }
        match index {
            None => self.finish_page(at, id, filling, query.page.consistent),
            Some(index) => self.finish_index_page(at, id, index, filling),
        }
    }

    fn finish_page(&mut self, at: &mut At<'_>, id: TableId, filling: Filling<'_>, consistent: bool) -> Reply {
        self.consume_read(at, id, read_half_units(filling.bytes, consistent))?;
        self.answer_page(at, id, filling)
    }

    fn finish_index_page(&mut self, at: &mut At<'_>, id: TableId, index: usize, filling: Filling<'_>) -> Reply {
        let half_units = read_half_units(filling.bytes, false);
        let units = &mut self.tables[id.index()].indexes[index].units;
        if units.can_read(at.now, half_units).is_err() {
            return Err(self.throttled(at, id, crate::base::event::TableThrottle::IndexRead));
        }
        units.take_read(at.now, half_units);
        self.consumed(at, id, half_units, 0);
        self.answer_page(at, id, filling)
    }

    fn answer_page(&self, at: &mut At<'_>, id: TableId, filling: Filling<'_>) -> Reply {
        if filling.is_stale {
            at.events.push(Event::StaleRead { table: id, host: at.caller, operation: at.operation });
        }
        let store = &self.tables[id.index()].store;
        let last_evaluated = filling.last.filter(|_| filling.is_full).and_then(|item| store.key_of(&item));
        Ok(Response::Items { items: filling.items, scanned: filling.scanned, last_evaluated })
    }

    pub(super) fn batch_get_item(&mut self, at: &mut At<'_>, gets: Vec<(TableName, Key, bool)>) -> Reply {
        if !(1..=BATCH_GET_MAX).contains(&gets.len()) {
            return Err(Error::Validation("A BatchGetItem has 1 to 100 keys".into()));
        }
        let asked = gets.len();
        let (mut items, mut unprocessed) = (Vec::new(), Vec::new());
        for (table, key, consistent) in gets {
            match self.get_item(at, &table, &key, consistent) {
                Ok(Response::Item(item)) => items.extend(item.map(|item| (table, item))),
                Ok(_) => unreachable!("GetItem answers an item"),
                Err(Error::ProvisionedThroughputExceeded | Error::InternalServerError) => {
                    unprocessed.push((table, key, consistent));
                }
                Err(error) => return Err(error),
            }
        }
        match unprocessed.len() == asked {
            true => Err(Error::ProvisionedThroughputExceeded),
            false => Ok(Response::Got { items, unprocessed }),
        }
    }

    pub(super) fn batch_write_item(&mut self, at: &mut At<'_>, writes: Vec<(TableName, BatchWrite)>) -> Reply {
        if !(1..=BATCH_WRITE_MAX).contains(&writes.len()) {
            return Err(Error::Validation("A BatchWriteItem has 1 to 25 writes".into()));
        }
        let asked = writes.len();
        let mut unprocessed = Vec::new();
        for (table, write) in writes {
            match self.batch_write(at, &table, &write) {
                Ok(_) => {}
                Err(Error::ProvisionedThroughputExceeded | Error::InternalServerError) => {
                    unprocessed.push((table, write));
                }
                Err(error) => return Err(error),
            }
        }
        match unprocessed.len() == asked {
            true => Err(Error::ProvisionedThroughputExceeded),
            false => Ok(Response::Wrote { unprocessed }),
        }
    }

    fn batch_write(&mut self, at: &mut At<'_>, name: &TableName, write: &BatchWrite) -> Reply {
        let id = self.serving(name)?;
        let (place, after) = match write {
            BatchWrite::Put(item) => (self.place_of_item(id, item)?, Some(item.clone())),
            BatchWrite::Delete(key) => (self.tables[id.index()].place(key)?, None),
        };
        self.write(at, id, Write { place, after, condition: None, returns: Returns::default() })
    }
}

/// Items with the query's keys, in order of the range key, with whether each differs from the present.
fn matching(
    table: &Table,
    index: Option<usize>,
    query: &Query,
    as_of: Option<crate::base::SimTime>,
) -> Vec<(Option<Arc<Item>>, bool)> {
    let (hash_key, range_key) = match index {
        None => (table.store.hash_key(), table.store.range_key()),
        Some(index) => (&table.indexes[index].hash_key, table.indexes[index].range_key.as_ref()),
    };
    let matches = |item: &Item| {
        let range = range_key.and_then(|name| item.get(name));
        item.get(hash_key) == Some(&query.hash)
            && range.is_some() == range_key.is_some()
            && query.range.as_ref().is_none_or(|condition| range.is_some_and(|range| condition.holds(range)))
    };
    let shown = |item: &Arc<Item>| match index {
        None => item.clone(),
        Some(index) => Arc::new(keys_only(table, index, item)),
    };
    let mut found: Vec<(Option<Arc<Item>>, bool)> = table
        .store
        .scan(None, as_of)
        .filter_map(|(_, seen, present)| {
            let seen = seen.filter(|item| matches(item)).map(&shown);
            let present = present.filter(|item| matches(item)).map(&shown);
            let is_stale = seen != present;
            (seen.is_some() || is_stale).then_some((seen, is_stale))
        })
        .collect();
    if let Some(name) = range_key {
        let key = |entry: &(Option<Arc<Item>>, bool)| entry.0.as_ref().and_then(|item| item.get(name).cloned());
        found.sort_by(|a, b| match (key(a), key(b)) {
            (Some(a), Some(b)) => conditions::order(&a, &b).unwrap_or(std::cmp::Ordering::Equal),
            (a, b) => a.is_some().cmp(&b.is_some()),
        });
    }
    if !query.forward {
        found.reverse();
    }
    found
}

/// What a keys-only index shows of an item: the index's key and the table's.
fn keys_only(table: &Table, index: usize, item: &Item) -> Item {
    let index = &table.indexes[index];
    let names =
        [Some(&index.hash_key), index.range_key.as_ref(), Some(table.store.hash_key()), table.store.range_key()];
    let mut shown = Item::new();
    for name in names.into_iter().flatten() {
        if let Some(value) = item.get(name) {
            shown.set(name.clone(), value.clone());
        }
    }
    shown
}
