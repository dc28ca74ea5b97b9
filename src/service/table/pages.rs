//! Query and Scan.
//!
//! A page ends at 1 MB of evaluated items or at the limit, before the filter; capacity counts what was evaluated. A
//! page that ends at the limit has a LastEvaluatedKey even when nothing follows, as AWS says it may.

use std::sync::Arc;

use super::api::{AttributeValue, Comparator, Condition, Error, Item, Key, Page, RangeCondition, Reply, Response};
use super::capacity::read_half_units;
use super::indexes::Index;
use super::items::Tally;
use super::store::{KeySchema, Place, Row, Store, by_range, is_same};
use super::tables::Table;
use super::{At, TableService};
use crate::base::event::TableThrottle;
use crate::base::units::MIB;
use crate::base::{TableId, TableName};

/// Bytes of items that a page evaluates at most.
const PAGE_BYTES_MAX: u64 = MIB;
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

    /// Evaluates a row as it is seen and as it is. False when the page ends.
    fn take(&mut self, seen: Option<&Arc<Item>>, present: Option<&Arc<Item>>) -> bool {
        let filter = self.filter;
        let passes = |item: &&Arc<Item>| filter.is_none_or(|filter| filter.holds(Some(item)));
        if let Some(item) = seen {
            let bytes = item.size_bytes();
            if self.scanned > 0 && self.bytes + bytes > PAGE_BYTES_MAX {
                self.is_full = true;
                return false;
            }
            self.scanned += 1;
            self.bytes += bytes;
            self.last = Some(item.clone());
        }
        let shown = seen.filter(passes);
        self.items.extend(shown.cloned());
        self.is_stale |= !is_same(seen, present) && !is_same(shown, present.filter(passes));
        self.is_full = self.scanned >= self.limit;
        !self.is_full
    }
}

fn invalid(text: &str) -> Error {
    Error::Validation(text.into())
}

fn check_limit(page: &Page) -> Result<(), Error> {
    match page.limit {
        Some(0) => Err(invalid("Limit must be at least 1")),
        _ => Ok(()),
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
            return Err(invalid("Segment must be less than TotalSegments, which is at most 1000000"));
        }
        check_limit(page)?;
        let start = page.start.as_ref().map(|key| self.tables[id.index()].place(key)).transpose()?;
        self.check_available(at, id)?;
        self.fail_read(at, id)?;
        let as_of = self.read_instant(page.consistent, at.now);
        let table = &mut self.tables[id.index()];
        let hash = start.as_ref().map_or(0, Place::hash);
        if let Err(reason) = table.units.can_read_page(at.now, hash) {
            return Err(at.throttled(id, reason));
        }
        let mut filling = Filling::new(filter, page);
        for (_, row) in table.store.scan(start, segment) {
            if !filling.take(row.as_of(as_of), row.present.as_ref()) {
                break;
            }
        }
        let half_units = read_half_units(filling.bytes, page.consistent);
        table.units.take_read(at.now, hash, half_units);
        at.tell(id, Tally { read_half_units: half_units, write_units: 0, is_stale: filling.is_stale });
        Ok(table.answer_page(filling))
    }

    pub(super) fn query(&mut self, at: &mut At<'_>, name: &TableName, query: &Query) -> Reply {
        let id = self.serving(name)?;
        let index = self.check_query(id, query)?;
        self.check_available(at, id)?;
        self.fail_read(at, id)?;
        let as_of = self.read_instant(query.page.consistent, at.now);
        let start = self.tables[id.index()].start_of(query, index)?;
        let table = &mut self.tables[id.index()];
        let hash = Place::of_parts(&query.hash, None).hash();
        let allowed = match index {
            None => table.units.can_read_page(at.now, hash),
            Some(index) => table.indexes[index].units.can_read_page(at.now, hash).map_err(|_| TableThrottle::IndexRead),
        };
        if let Err(reason) = allowed {
            return Err(at.throttled(id, reason));
        }
        let (keys, store) = match index {
            None => (&table.keys, &table.store),
            Some(index) => (&table.indexes[index].keys, &table.indexes[index].store),
        };
        let mut filling = Filling::new(query.filter.as_ref(), &query.page);
        for row in rows_of(store, keys, query, start.as_ref()) {
            if !filling.take(row.as_of(as_of), row.present.as_ref()) {
                break;
            }
        }
        let half_units = read_half_units(filling.bytes, query.page.consistent);
        let mut tally = Tally { is_stale: filling.is_stale, ..Tally::default() };
        match index {
            None => {
                table.units.take_read(at.now, hash, half_units);
                tally.read_half_units = half_units;
            }
            Some(index) => table.indexes[index].units.take_read(at.now, hash, half_units),
        }
        at.tell(id, tally);
        Ok(table.answer_page(filling))
    }

    /// Which index the query reads, if it is a query that can be.
    fn check_query(&self, id: TableId, query: &Query) -> Result<Option<usize>, Error> {
        let table = &self.tables[id.index()];
        let find = |name: &str| table.indexes.iter().position(|index| *index.name == *name && index.is_active);
        let index = match &query.index {
            None => None,
            Some(_) if query.page.consistent => {
                return Err(invalid("Consistent reads are not supported on global secondary indexes"));
            }
            Some(name) => Some(find(name).ok_or_else(|| invalid("The table does not have the specified index"))?),
        };
        let keys = index.map_or(&table.keys, |index| &table.indexes[index].keys);
        let is_key_condition = match &query.range {
            Some(RangeCondition::Compare(Comparator::Ne, _)) => false,
            range => range.is_none() || keys.range.is_some(),
        };
        if !is_key_condition || !super::store::is_key_value(&query.hash) {
            return Err(invalid("Query key condition not supported"));
        }
        check_limit(&query.page)?;
        Ok(index)
    }
}

/// Where a page starts: after that range key, and that place where range keys are equal.
type Start = (Option<AttributeValue>, Place);

impl Table {
    fn start_of(&self, query: &Query, index: Option<usize>) -> Result<Option<Start>, Error> {
        let Some(key) = &query.page.start else { return Ok(None) };
        let place = self.place(key)?;
        let index: Option<&Index> = index.map(|index| &self.indexes[index]);
        let start = match index {
            None => Some((key.range.clone(), place)).filter(|_| key.hash == query.hash),
            Some(index) => self.index_position(index, &query.hash, key),
        };
        start.map(Some).ok_or_else(|| invalid("The provided starting key is invalid"))
    }

    fn answer_page(&self, filling: Filling<'_>) -> Response {
        let last: Option<Key> = filling.last.filter(|_| filling.is_full).and_then(|item| self.keys.key_of(&item));
        Response::Items { items: filling.items, scanned: filling.scanned, last_evaluated: last }
    }
}

/// Rows with the query's keys after `start`, in order of the range key.
fn rows_of<'a>(store: &'a Store, keys: &KeySchema, query: &Query, start: Option<&Start>) -> Vec<&'a Row> {
    type Position<'a> = (Option<&'a AttributeValue>, &'a Place);
    let order = |a: Position<'_>, b: Position<'_>| match query.forward {
        true => by_range(a, b),
        false => by_range(b, a),
    };
    let start: Option<Position<'_>> = start.map(|(range, place)| (range.as_ref(), place));
    let mut rows: Vec<(Position<'a>, &'a Row)> = Vec::new();
    for (place, row) in store.group(&query.hash) {
        // All versions of a row have the same key.
        let Some((hash, range)) = row.newest().and_then(|item| keys.parts(item)) else { continue };
        let is_wanted = *hash == query.hash
            && query.range.as_ref().is_none_or(|condition| range.is_some_and(|range| condition.holds(range)))
            && start.is_none_or(|start| order((range, place), start).is_gt());
        if is_wanted {
            rows.push(((range, place), row));
        }
    }
    rows.sort_by(|a, b| order(a.0, b.0));
    rows.into_iter().map(|(_, row)| row).collect()
}
