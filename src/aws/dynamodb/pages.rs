//! Query and Scan.
//!
//! A page ends at 1 MB of evaluated items or at the limit, before the filter; capacity counts what was evaluated. A
//! page that ends at the limit has a LastEvaluatedKey even when nothing follows, as AWS says it may.

use std::sync::Arc;

use super::api::{AttributeValue, Condition, Error, Item, Page, Projection, Reply, Response};
use super::capacity::read_half_units;
use super::indexes::Index;
use super::items::Tally;
use super::page_checks::{KeyRange, Query, Start};
use super::service::{At, DynamoDb};
use super::store::{KeySchema, Place, Row, Seen, Store, by_range, is_same};
use crate::base::event::TableThrottle;
use crate::base::units::MIB;
use crate::base::{SimTime, TableId, TableName};

/// Bytes of items that a page evaluates at most.
const PAGE_BYTES_MAX: u64 = MIB;
/// Most segments of a parallel scan.
const SEGMENTS_MAX: u32 = 1_000_000;

/// A page while it is filled.
struct Filling<'a> {
    filter: Option<&'a Condition>,
    limit: u32,
    items: Vec<Arc<Item>>,
    scanned: u32,
    bytes: u64,
    last: Option<&'a Arc<Item>>,
    is_full: bool,
    is_stale: bool,
}

/// What a page holds in the end.
struct Filled {
    items: Vec<Arc<Item>>,
    scanned: u32,
    bytes: u64,
    /// The last row that was evaluated, where more may follow.
    last: Option<Arc<Item>>,
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
    fn take(&mut self, seen: Option<Seen<'a>>, present: Option<&Arc<Item>>) -> bool {
        let filter = self.filter;
        let passes = |item: &&Arc<Item>| filter.is_none_or(|filter| filter.holds(Some(item)));
        if let Some(Seen { item, size_bytes }) = seen {
            if self.scanned > 0 && self.bytes + size_bytes > PAGE_BYTES_MAX {
                self.is_full = true;
                return false;
            }
            self.scanned += 1;
            self.bytes += size_bytes;
            self.last = Some(item);
        }
        let seen = seen.map(|seen| seen.item);
        let shown = seen.filter(passes);
        self.items.extend(shown.cloned());
        self.is_stale |= !is_same(seen, present) && !is_same(shown, present.filter(passes));
        self.is_full = self.scanned >= self.limit;
        !self.is_full
    }

    fn end(self) -> Filled {
        let Self { items, scanned, bytes, last, is_full, is_stale, .. } = self;
        Filled { items, scanned, bytes, last: last.filter(|_| is_full).cloned(), is_stale }
    }
}

impl DynamoDb {
    pub(super) fn scan(
        &mut self,
        at: &mut At<'_>,
        name: &TableName,
        index: Option<&str>,
        filter: Option<&Condition>,
        segment: Option<(u32, u32)>,
        page: &Page,
    ) -> Reply {
        let id = self.serving(name)?;
        if segment.is_some_and(|(segment, total)| segment >= total || total > SEGMENTS_MAX) {
            let text = "Segment must be less than TotalSegments, which is at most 1000000";
            return Err(Error::Validation(text.into()));
        }
        let (index, start) = self.tables[id.index()].check_scan(index, filter, segment, page)?;
        let as_of = self.read_instant(page.consistent, at.now);
        let hash = start.as_ref().map_or(0, Place::hash);
        self.admit_page(at, id, index, hash)?;
        let mut filling = Filling::new(filter, page);
        let table = &self.tables[id.index()];
        let store = index.map_or(&table.store, |index| &table.indexes[index].store);
        for (_, row) in store.scan(start, segment) {
            if !filling.take(row.as_of(as_of), row.present.as_ref()) {
                break;
            }
        }
        let filled = filling.end();
        Ok(self.answer_page(at, id, index, hash, (page, as_of), filled))
    }

    pub(super) fn query(&mut self, at: &mut At<'_>, name: &TableName, query: &Query) -> Reply {
        let id = self.serving(name)?;
        let (index, wanted, start) = self.tables[id.index()].check_query(query)?;
        let as_of = self.read_instant(query.page.consistent, at.now);
        let hash = Place::of_parts(wanted.hash, None).hash();
        self.admit_page(at, id, index, hash)?;
        let table = &self.tables[id.index()];
        let (keys, store) = match index {
            None => (&table.keys, &table.store),
            Some(index) => (&table.indexes[index].keys, &table.indexes[index].store),
        };
        let mut filling = Filling::new(query.filter.as_ref(), &query.page);
        for row in rows_of(store, keys, &wanted, query.forward, start.as_ref()) {
            if !filling.take(row.as_of(as_of), row.present.as_ref()) {
                break;
            }
        }
        let filled = filling.end();
        Ok(self.answer_page(at, id, index, hash, (&query.page, as_of), filled))
    }

    /// The index whose own units a page takes: a local one takes the table's.
    fn with_own_units(&self, id: TableId, index: Option<usize>) -> Option<usize> {
        index.filter(|at| !self.tables[id.index()].indexes[*at].is_local)
    }

    /// What a local index does not show is fetched from the table, item by item. Returns the half units that takes.
    fn fetch(
        &self,
        id: TableId,
        index: Option<usize>,
        page: &Page,
        items: &mut [Arc<Item>],
        as_of: Option<SimTime>,
    ) -> u32 {
        let table = &self.tables[id.index()];
        let fetches = |index: &Index| index.is_local && index.projection != Projection::All;
        let is_content = !page.wants_all && page.shown.is_empty();
        if is_content || !index.is_some_and(|at| fetches(&table.indexes[at])) {
            return 0;
        }
        let mut half_units = 0;
        for item in items {
            let place = table.keys.key_of(item).and_then(|key| table.place(&key).ok());
            let whole = place.and_then(|place| table.store.row(&place)).and_then(|row| row.as_of(as_of));
            if let Some(whole) = whole {
                half_units += read_half_units(whole.size_bytes, page.consistent);
                *item = whole.item.clone();
            }
        }
        half_units
    }

    /// Returns whether there are units for a page of the table or of an index.
    fn admit_page(&mut self, at: &mut At<'_>, id: TableId, index: Option<usize>, hash: u64) -> Result<(), Error> {
        let index = self.with_own_units(id, index);
        let table = &mut self.tables[id.index()];
        let units = index.map_or(&mut table.units, |index| &mut table.indexes[index].units);
        let Err(short) = units.can_read_page(at.now, hash) else { return Ok(()) };
        let reason = table.throttling_reason(short, index);
        Err(at.throttled(id, if index.is_some() { TableThrottle::IndexRead } else { short }, Some(reason)))
    }

    fn answer_page(
        &mut self,
        at: &mut At<'_>,
        id: TableId,
        index: Option<usize>,
        hash: u64,
        (page, as_of): (&Page, Option<SimTime>),
        mut filled: Filled,
    ) -> Response {
        let half_units = read_half_units(filled.bytes, page.consistent);
        let fetched = self.fetch(id, index, page, &mut filled.items, as_of);
        let table = &mut self.tables[id.index()];
        let is_stale = filled.is_stale;
        let mut tally = Tally { is_stale, is_inconsistent: is_stale && page.consistent, ..Tally::default() };
        match index {
            None => {
                table.units.take_read(at.now, hash, half_units);
                tally.consumed.read_half_units = half_units;
            }
            Some(index) => {
                let index = &mut table.indexes[index];
                let units = if index.is_local { &mut table.units } else { &mut index.units };
                units.take_read(at.now, hash, half_units + fetched);
                tally.consumed.read_half_units = fetched;
                tally.consumed.of_index(index.is_local).push((index.name.clone(), half_units, 0));
            }
        }
        let last_evaluated = filled.last.and_then(|item| match index {
            None => table.keys.key_of(&item),
            Some(index) => table.indexes[index].key_of(&table.keys, &item),
        });
        let consumed = at.tell(id, tally);
        Response::Items { items: filled.items, scanned: filled.scanned, last_evaluated, consumed }
    }
}

/// Rows with the query's keys after `start`, in order of the range key.
fn rows_of<'a>(
    store: &'a Store,
    keys: &KeySchema,
    wanted: &KeyRange<'_>,
    forward: bool,
    start: Option<&Start>,
) -> Vec<&'a Row> {
    type Position<'a> = (Option<&'a AttributeValue>, &'a Place);
    let order = |a: Position<'_>, b: Position<'_>| match forward {
        true => by_range(a, b),
        false => by_range(b, a),
    };
    let start: Option<Position<'_>> = start.map(|(range, place)| (range.as_ref(), place));
    let mut rows: Vec<(Position<'a>, &'a Row)> = Vec::new();
    for (place, row) in store.group(wanted.hash) {
        // All versions of a row have the same key.
        let Some((hash, range)) = row.newest().and_then(|item| keys.parts(item)) else { continue };
        let is_wanted = hash == wanted.hash
            && wanted.range.is_none_or(|condition| range.is_some_and(|range| condition.holds(range)))
            && start.is_none_or(|start| order((range, place), start).is_gt());
        if is_wanted {
            rows.push(((range, place), row));
        }
    }
    rows.sort_by(|a, b| order(a.0, b.0));
    rows.into_iter().map(|(_, row)| row).collect()
}
