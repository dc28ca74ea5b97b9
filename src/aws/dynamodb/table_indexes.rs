//! What writes and new capacities of a table mean for its indexes, and which of them is short.

use super::api::{Capacity, Item, ThrottlingReason};
use super::indexes::{Index, IndexChange};
use super::items::Change;
use super::table::Table;
use crate::base::SimTime;
use crate::base::event::TableThrottle;

impl Table {
    /// The indexes that a change may touch. A change of other attributes, as in a lease's renewal, touches none.
    pub(crate) fn indexes_touched(&self, change: &Change<'_>, is_there: bool) -> Vec<usize> {
        let may_touch = |index: &Index| match change {
            Change::Update(_, changes) if is_there => {
                changes.iter().any(|update| index.shows(&self.keys, &update.path().name))
            }
            _ => true,
        };
        (0..self.indexes.len()).filter(|at| may_touch(&self.indexes[*at])).collect()
    }
    /// What a write does to those of the table's indexes that it may touch.
    pub(crate) fn index_changes(
        &self,
        touched: &[usize],
        before: Option<&Item>,
        after: Option<&Item>,
    ) -> Vec<IndexChange> {
        touched.iter().filter_map(|at| self.indexes[*at].change(*at, &self.keys, before, after)).collect()
    }
    /// By how much a write makes its item's collection grow; `None` where collections have no limit.
    pub(crate) fn growth(&self, bytes: (u64, u64), changes: &[IndexChange]) -> Option<i64> {
        let is_local = |change: &&IndexChange| self.indexes[change.index].is_local;
        if !self.indexes.iter().any(|index| index.is_local) {
            return None;
        }
        let of_indexes: i64 = changes.iter().filter(is_local).map(|change| change.growth).sum();
        Some(bytes.1 as i64 - bytes.0 as i64 + of_indexes)
    }
    /// What is in a collection once it has grown so.
    pub(crate) fn collection_after(&self, hash: u64, growth: i64) -> u64 {
        self.collections.get(&hash).copied().unwrap_or_default().saturating_add_signed(growth)
    }
    pub(crate) fn apply_index_changes(&mut self, changes: Vec<IndexChange>, now: SimTime) {
        for change in changes {
            self.indexes[change.index].apply(change, now);
        }
    }
    /// Capacity changes of the table reach the indexes that have none of their own.
    pub(crate) fn change_capacity(&mut self, capacity: Capacity, now: SimTime) {
        self.units.change(capacity, now);
        let followers = self.indexes.iter_mut().filter(|index| !index.has_own_capacity);
        followers.for_each(|index| index.units.change(capacity, now));
    }

    /// What a caller hears of a shortage, of the table or of one of its indexes. What is on demand has nothing
    /// provisioned: there a partition is short that has not split yet.
    pub(crate) fn throttling_reason(&self, short: TableThrottle, index: Option<usize>) -> Box<ThrottlingReason> {
        use TableThrottle as T;
        let index = index.map(|index| &self.indexes[index]);
        let units = index.map_or(&self.units, |index| &index.units);
        let is_of_partition = matches!(short, T::PartitionRead | T::PartitionWrite);
        Box::new(ThrottlingReason {
            table: self.name.clone(),
            index: index.map(|index| index.name.clone()),
            is_write: matches!(short, T::TableWrite | T::PartitionWrite | T::IndexWrite),
            is_key_range: is_of_partition || units.capacity == Capacity::OnDemand,
        })
    }
}
