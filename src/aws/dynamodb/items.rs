//! GetItem, PutItem, UpdateItem and DeleteItem.
//!
//! A write evaluates its condition on the present item, counts units for the larger of the item before and after
//! (also when the condition is false), and is applied at once.

use std::sync::Arc;

use super::api::{Condition, Consumed, Error, Item, Key, Path, Reply, Response, Returns, ThrottlingReason, Update};
use super::capacity::{read_half_units, write_units};
use super::indexes::IndexChange;
use super::service::{At, DynamoDb};
use super::store::{Place, Row, is_same};
use super::updates;
use crate::base::event::{Replaced, TableThrottle};
use crate::base::{Event, SimDuration, SimTime, TableId, TableName};

/// Largest item.
const ITEM_BYTES_MAX: u64 = 400 * 1024;

/// Why an item is too large, if it is.
pub(super) fn size_problem(size_bytes: u64, is_update: bool) -> Option<&'static str> {
    (size_bytes > ITEM_BYTES_MAX).then_some(match is_update {
        true => "Item size to update has exceeded the maximum allowed size",
        false => "Item size has exceeded the maximum allowed size",
    })
}

/// A write of one item.
pub(super) struct Write<'a> {
    pub place: Place,
    pub change: Change<'a>,
    pub condition: Option<&'a Condition>,
    pub(crate) returns: Returns,
}

/// What a write does.
pub(super) enum Change<'a> {
    Put(Item),
    Update(&'a Key, &'a [Update]),
    Delete,
    /// A condition is checked and nothing written.
    Nothing,
}

impl Change<'_> {
    /// The item as the change would leave it.
    pub(super) fn outcome(self, before: Option<&Arc<Item>>, holds: bool) -> Result<Option<Arc<Item>>, Error> {
        Ok(match self {
            Self::Put(item) => Some(Arc::new(item)),
            // What a false condition keeps from happening cannot fail, and costs what the present item does.
            Self::Update(..) if !holds => None,
            Self::Update(key, changes) => {
                let mut item = before.map_or_else(|| key.attributes().clone(), |item| Item::clone(item));
                updates::apply(&mut item, changes)?;
                Some(Arc::new(item))
            }
            Self::Delete => None,
            Self::Nothing => before.cloned(),
        })
    }
}

/// A write that will be applied.
pub(super) struct Prepared {
    place: Place,
    before: Option<Arc<Item>>,
    after: Option<Arc<Item>>,
    after_bytes: u64,
    index_changes: Vec<IndexChange>,
    growth: Option<i64>,
    is_check: bool,
}

/// The item that a write returns, if it was asked for one.
pub(super) type Written = Result<Option<Arc<Item>>, Error>;

/// What a call on items of one table has used and noticed so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub consumed: Consumed,
    pub(crate) is_stale: bool,
    /// Whether what is stale was read consistently, which must never be.
    pub(crate) is_inconsistent: bool,
}

impl DynamoDb {
    pub(super) fn get_item(
        &mut self,
        at: &mut At<'_>,
        name: &TableName,
        key: &Key,
        (shown, consistent): (&[Path], bool),
    ) -> Reply {
        let id = self.serving(name)?;
        let place = self.tables[id.index()].place(key)?;
        self.tables[id.index()].check_scalars(shown.iter())?;
        let as_of = self.read_instant(consistent, at.now);
        let mut tally = Tally::default();
        let item = self.read(at, id, &place, as_of, consistent, &mut tally)?;
        Ok(Response::Item(item, at.tell(id, tally)))
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
        let place = self.tables[id.index()].place_of_item(&item, false)?;
        self.write_alone(at, id, Write { place, change: Change::Put(item), condition, returns })
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
        table.check_updates(changes)?;
        self.write_alone(at, id, Write { place, change: Change::Update(key, changes), condition, returns })
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
        self.write_alone(at, id, Write { place, change: Change::Delete, condition, returns })
    }

    /// A write that is a call of its own.
    fn write_alone(&mut self, at: &mut At<'_>, id: TableId, write: Write<'_>) -> Reply {
        if write.returns.new && !matches!(write.change, Change::Update(..)) {
            return Err(Error::Validation("ReturnValues can only be ALL_OLD or NONE".into()));
        }
        let mut tally = Tally::default();
        let reply = self.write(at, id, write, &mut tally);
        let consumed = at.tell(id, tally);
        reply.map(|item| Response::Item(item, consumed))
    }

    /// A read of one item, as of an instant.
    pub(super) fn read(
        &mut self,
        at: &mut At<'_>,
        id: TableId,
        place: &Place,
        as_of: Option<SimTime>,
        consistent: bool,
        tally: &mut Tally,
    ) -> Result<Option<Arc<Item>>, Error> {
        let table = &mut self.tables[id.index()];
        let row = table.store.row(place);
        let (present, seen) = (row.and_then(|row| row.present.as_ref()), row.and_then(|row| row.as_of(as_of)));
        let is_stale = !is_same(present, seen.map(|seen| seen.item));
        let half_units = read_half_units(seen.map_or(0, |seen| seen.size_bytes), consistent);
        let seen = seen.map(|seen| seen.item.clone());
        if let Err(short) = table.units.can_read(at.now, place.hash(), half_units) {
            let reason = table.throttling_reason(short, None);
            return Err(at.throttled(id, short, Some(reason)));
        }
        table.units.take_read(at.now, place.hash(), half_units);
        tally.consumed.read_half_units += half_units;
        tally.is_stale |= is_stale;
        tally.is_inconsistent |= is_stale && consistent;
        Ok(seen)
    }

    /// Evaluates the condition, counts units and applies.
    pub(super) fn write(&mut self, at: &mut At<'_>, id: TableId, write: Write<'_>, tally: &mut Tally) -> Written {
        let returns = write.returns;
        let ready = self.prepare(at, id, write, 1, tally)?;
        let (before, after) = self.commit(at, id, ready);
        Ok(if returns.old { before } else { after.filter(|_| returns.new) })
    }

    /// Evaluates the condition and counts units, `cost` times; what is then to be applied.
    pub(super) fn prepare(
        &mut self,
        at: &mut At<'_>,
        id: TableId,
        write: Write<'_>,
        cost: u32,
        tally: &mut Tally,
    ) -> Result<Prepared, Error> {
        let Write { place, change, condition, returns } = write;
        let table = &mut self.tables[id.index()];
        let row = table.store.row(&place);
        let before = row.and_then(|row: &Row| row.present.clone());
        let before_bytes = row.map_or(0, |row| row.size_bytes);
        let holds = condition.is_none_or(|condition| condition.holds(before.as_deref()));
        let touched = if holds { table.indexes_touched(&change, before.is_some()) } else { Vec::new() };
        let (is_check, is_update) = (matches!(change, Change::Nothing), matches!(change, Change::Update(..)));
        let after = change.outcome(before.as_ref(), holds)?;
        let after_bytes = after.as_ref().map_or(0, |item| item.size_bytes());
        if is_update && let Some(item) = after.as_deref().filter(|_| !touched.is_empty()) {
            table.check_updated(item)?;
        }
        if let Some(text) = size_problem(after_bytes, is_update) {
            return Err(Error::Validation(text.into()));
        }
        let units = write_units(before_bytes.max(after_bytes)) * cost;
        let index_changes = table.index_changes(&touched, before.as_deref(), after.as_deref());
        self.consume_write(at, id, (place.hash(), units), &index_changes)?;
        tally.consumed.write_units += units;
        for change in &index_changes {
            let index = &self.tables[id.index()].indexes[change.index];
            tally.consumed.of_index(index.is_local).push((index.name.clone(), 0, change.units));
        }
        if !holds {
            at.events.push(Event::ConditionFailed { table: id, host: at.caller, operation: at.operation.name() });
            return Err(Error::ConditionalCheckFailed(before.filter(|_| returns.old_on_failure)));
        }
        let growth = self.tables[id.index()].growth((before_bytes, after_bytes), &index_changes);
        self.check_collection(id, place.hash(), growth)?;
        Ok(Prepared { place, before, after, after_bytes, index_changes, growth, is_check })
    }

    /// Applies a write that was prepared: the item before and after.
    pub(super) fn commit(
        &mut self,
        at: &mut At<'_>,
        id: TableId,
        ready: Prepared,
    ) -> (Option<Arc<Item>>, Option<Arc<Item>>) {
        let Prepared { place, before, after, after_bytes, index_changes, growth, is_check } = ready;
        if is_check {
            return (before, after);
        }
        let table = &mut self.tables[id.index()];
        table.apply_index_changes(index_changes, at.now);
        if let Some(growth) = growth {
            let bytes = table.collection_after(place.hash(), growth);
            table.collections.insert(place.hash(), bytes);
        }
        match &after {
            Some(item) => table.store.put(place, item.clone(), after_bytes, at.now),
            None => table.store.delete(place, at.now),
        }
        at.written(id, before.as_ref(), after.as_ref());
        (before, after)
    }

    /// A collection may shrink, and grow to its limit.
    fn check_collection(&self, id: TableId, hash: u64, growth: Option<i64>) -> Result<(), Error> {
        let grows = growth.filter(|growth| *growth > 0);
        let bytes = grows.map_or(0, |growth| self.tables[id.index()].collection_after(hash, growth));
        match bytes > self.settings.item_collection_bytes_max {
            true => Err(Error::ItemCollectionSizeLimitExceeded),
            false => Ok(()),
        }
    }

    fn consume_write(
        &mut self,
        at: &mut At<'_>,
        id: TableId,
        (hash, units): (u64, u32),
        index_changes: &[IndexChange],
    ) -> Result<(), Error> {
        let table = &mut self.tables[id.index()];
        let (local, global): (Vec<_>, Vec<_>) =
            index_changes.iter().partition(|change| table.indexes[change.index].is_local);
        // Local indexes are written with the table's units.
        let units = units + local.iter().map(|change| change.units).sum::<u32>();
        if let Err(short) = table.units.can_write(at.now, hash, units) {
            let reason = table.throttling_reason(short, None);
            return Err(at.throttled(id, short, Some(reason)));
        }
        // An index that is short holds back the table's write.
        let is_short = |change: &&IndexChange| {
            let units = &mut table.indexes[change.index].units;
            units.can_write(at.now, change.hash(), change.units).err().map(|short| (short, change.index))
        };
        if let Some((short, index)) = global.iter().find_map(is_short) {
            let reason = table.throttling_reason(short, Some(index));
            return Err(at.throttled(id, TableThrottle::IndexWrite, Some(reason)));
        }
        table.units.take_write(at.now, hash, units);
        for change in global {
            table.indexes[change.index].units.take_write(at.now, change.hash(), change.units);
        }
        Ok(())
    }

    // ---- what all data calls share ----

    /// The instant that a call's eventually consistent reads see; `None` for the present.
    pub(super) fn read_instant(&mut self, consistent: bool, now: SimTime) -> Option<SimTime> {
        let lag_max = self.settings.stale_read_lag_max;
        if (consistent && self.settings.planted.are_consistent_reads_fresh()) || lag_max.is_zero() {
            return None;
        }
        Some(now.saturating_sub(self.lags.duration(SimDuration::ZERO, lag_max)))
    }
}

impl At<'_> {
    /// Tells what a call on a table has used, and gives it back; nothing is told when it was refused before it used
    /// anything.
    pub(super) fn tell(&mut self, id: TableId, tally: Tally) -> Consumed {
        let Tally { consumed, is_stale, is_inconsistent } = tally;
        let (reads, writes) = consumed.locals.iter().fold((0, 0), |(reads, writes), of| (reads + of.1, writes + of.2));
        let (read_half_units, write_units) = (consumed.read_half_units + reads, consumed.write_units + writes);
        let (table, host, operation) = (id, self.caller, self.operation.name());
        if read_half_units > 0 || write_units > 0 {
            self.events.push(Event::UnitsConsumed { table, host, operation, read_half_units, write_units });
        }
        if is_stale {
            self.events.push(Event::StaleRead { table, host, operation, is_consistent: is_inconsistent });
        }
        consumed
    }
    /// Tells of a throttled call. `told` is what the caller hears of the reason.
    pub(super) fn throttled(
        &mut self,
        id: TableId,
        reason: TableThrottle,
        told: Option<Box<ThrottlingReason>>,
    ) -> Error {
        self.events.push(Event::TableThrottled {
            table: id,
            host: self.caller,
            operation: self.operation.name(),
            reason,
        });
        Error::ProvisionedThroughputExceeded(told)
    }
    /// Tells of an applied write. Deleting what is not there writes nothing.
    fn written(&mut self, id: TableId, before: Option<&Arc<Item>>, after: Option<&Arc<Item>>) {
        if before.is_some() || after.is_some() {
            let (table, host, operation) = (id, self.caller, self.operation.name());
            let (before, after) = (before.cloned().map(Replaced), after.cloned());
            self.events.push(Event::ItemWritten { table, host, operation, before, after });
        }
    }
}
