//! Lease rows of real clients: what a write of one says, when nobody but the table tells of the application.
//!
//! A consumer of the run tells its names, its workers and what they process. An application at the local endpoint
//! tells nothing, but every write of its lease table is seen, and a row that is made as the Kinesis Client Library
//! makes them (`leaseKey` and `checkpoint`) is a lease. Here alone such a write is read: which worker made it, whether
//! it moved the checkpoint and which way, whether that worker held the lease, and whether it shows a worker at work.
//!
//! Who made a write is known from the row only: the owner that it leaves there. What tells a holder from others is
//! `leaseCounter`, which the library raises with every write and makes each conditional on.
//!
//! Not known from a table, and so not judged: what was processed, who deletes a row, and whether a worker is up that
//! writes nothing.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Lens;
use crate::base::lease_row::LeaseRow;
use crate::base::{Event, HashKeyRange, ShardId, StreamId, TableId};

/// A write of a lease's row in a table that no consumer of the run has declared.
#[derive(Clone, Copy)]
pub(crate) struct ClientRow<'a> {
    pub(crate) table: TableId,
    /// The lease's shard.
    pub(crate) shard: ShardId,
    /// `account:stream:epoch` where one application reads several streams, otherwise empty.
    pub(crate) family: &'a str,
    before: Option<LeaseRow<'a>>,
    /// `None` when it was deleted.
    pub(crate) after: Option<LeaseRow<'a>>,
}

/// A checkpoint that moved.
#[derive(Clone, Copy)]
pub(crate) struct Moved<'a> {
    pub(crate) had: &'a str,
    pub(crate) has: &'a str,
    /// Which way; `None` when one of them is no position.
    pub(crate) way: Option<Ordering>,
}

impl<'a> ClientRow<'a> {
    /// The write that this event tells, if it is one.
    pub(crate) fn of(event: &'a Event, lens: &Lens) -> Option<Self> {
        let Event::ItemWritten { table, before, after, .. } = event else { return None };
        if lens.names.consumer_of_table(*table).is_some() {
            return None;
        }
        let (before, after) = (before.as_deref().map(LeaseRow), after.as_deref().map(LeaseRow));
        let row = after.or(before)?;
        row.checkpoint_text()?;
        let family = row.key()?.rsplit_once(':').map_or("", |(family, _)| family);
        Some(Self { table: *table, shard: row.shard()?, family, before, after })
    }

    /// The owner that the row says.
    fn owners(&self) -> (Option<&'a str>, Option<&'a str>) {
        (self.before.and_then(LeaseRow::owner), self.after.and_then(LeaseRow::owner))
    }
    /// Returns whether the lease has, or had, a holder.
    pub(crate) fn is_held(&self) -> bool {
        let (before, after) = self.owners();
        before.or(after).is_some()
    }
    /// The worker that made the write, as far as the row says.
    pub(crate) fn writer(&self) -> &'a str {
        let (before, after) = self.owners();
        after.or(before).unwrap_or("a client")
    }
    /// Returns whether a worker that holds the lease shows that it is at work: it took or renewed it, or checkpointed.
    pub(crate) fn is_at_work(&self) -> bool {
        let (before, after) = self.owners();
        after.is_some() && (before != after || self.raises_counter())
    }
    /// Returns whether the write raised `leaseCounter`.
    pub(crate) fn raises_counter(&self) -> bool {
        self.counters().is_some_and(|(before, after)| after > before)
    }
    fn counters(&self) -> Option<(i64, i64)> {
        self.before.and_then(LeaseRow::counter).zip(self.after.and_then(LeaseRow::counter))
    }

    /// How the write moved the checkpoint, if it did.
    pub(crate) fn moved(&self) -> Option<Moved<'a>> {
        let (before, after) = (self.before?, self.after?);
        let (had, has) = (before.checkpoint_text()?, after.checkpoint_text().unwrap_or("nothing"));
        let way = after.position_against(before);
        (had != has || way.is_some_and(Ordering::is_ne)).then_some(Moved { had, has, way })
    }

    /// Who held the lease, when the write is not the holder's. `fenced`: the application's workers are known to raise
    /// the counter with a checkpoint.
    pub(crate) fn not_the_holders(&self, fenced: bool) -> Option<String> {
        let (before, after) = self.owners();
        let Some(holder) = before else { return Some("nobody held the lease".into()) };
        if after.is_some_and(|after| after != holder) {
            return Some(format!("{holder} held the lease"));
        }
        let (had, has) = self.counters().filter(|(had, has)| fenced && has <= had)?;
        Some(format!("from an old view: its leaseCounter was {has}, when that of the holder {holder} was {had}"))
    }

    /// The hash keys that the lease is for: those of the row, or of the one stream that they can be of.
    pub(crate) fn range(&self, lens: &Lens) -> Option<HashKeyRange> {
        let of_row = self.after.and_then(LeaseRow::range);
        of_row.or_else(|| {
            let ranges = streams(lens, self.family).filter(|(_, is_gone)| !is_gone);
            let mut ranges = ranges.filter_map(|(stream, _)| lens.shards.get(stream, self.shard)?.range);
            ranges.next().filter(|_| ranges.next().is_none())
        })
    }
    /// What tells the application by.
    pub(crate) fn name(&self, lens: &Lens) -> String {
        lens.names.table(self.table)
    }
    /// What the leases are kept by that belong together.
    pub(crate) fn group(&self) -> (TableId, Arc<str>) {
        (self.table, self.family.into())
    }
}

/// The streams that leases of a family can be of, and whether each is gone.
pub(crate) fn streams<'a>(lens: &'a Lens, family: &'a str) -> impl Iterator<Item = (StreamId, bool)> + 'a {
    let named = family.split(':').nth(1);
    let is_meant = move |name: &str| named.is_none_or(|named| named == name);
    lens.names.streams().filter(move |(_, name, _)| is_meant(name)).map(|(id, _, is_gone)| (id, is_gone))
}
