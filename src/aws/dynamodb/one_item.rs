//! What a request says of one item, for those who keep a model of the item themselves.

use std::sync::Arc;

use super::Request;
use super::api::{Condition, Item, Key, Update};
use super::items;
use crate::base::TableName;

/// A read or a write of one item.
#[derive(Clone, Debug)]
pub(crate) struct OneItem {
    /// The table.
    pub(crate) table: TableName,
    /// What identifies the item in it.
    pub(crate) key: Key,
    change: Change,
    condition: Option<Condition>,
}

#[derive(Clone, Debug)]
enum Change {
    Read,
    Put(Item),
    Update(Vec<Update>),
    Delete,
}

/// What a write of one item comes to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    /// Its condition is false: nothing.
    Refused,
    /// The item as the write leaves it; `None` when it is no more.
    Done(Option<Arc<Item>>),
}

impl OneItem {
    /// The request as one of one item: a write, or a consistent read of all its attributes. `None` for all others.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let at = |table: &TableName, key: &Key, change, condition: &Option<Condition>| {
            let (table, key, condition) = (table.clone(), key.clone(), condition.clone());
            Self { table, key, change, condition }
        };
        if let Request::GetItem(get) = request
            && get.consistent
            && get.shown.is_empty()
        {
            return Some(at(&get.table, &get.key, Change::Read, &None));
        }
        if let Request::UpdateItem(update) = request {
            let change = Change::Update(update.updates.clone());
            return Some(at(&update.table, &update.key, change, &update.condition));
        }
        let Request::DeleteItem(delete) = request else { return None };
        Some(at(&delete.table, &delete.key, Change::Delete, &delete.condition))
    }

    /// The put of an item into a table with this hash key.
    pub(crate) fn put(request: &Request, hash_key: &str) -> Option<Self> {
        let Request::PutItem(put) = request else { return None };
        let key = Key::of(hash_key.to_owned(), put.item.get(hash_key)?.clone());
        let (table, condition) = (put.table.clone(), put.condition.clone());
        Some(Self { table, key, change: Change::Put(put.item.clone()), condition })
    }

    /// Returns whether it changes nothing.
    pub(crate) fn is_read(&self) -> bool {
        matches!(self.change, Change::Read)
    }

    /// What the write does to the item as it is; `None` when it is no valid one.
    pub(crate) fn effect(&self, item: Option<&Arc<Item>>) -> Option<Effect> {
        if self.condition.as_ref().is_some_and(|condition| !condition.holds(item.map(|item| &**item))) {
            return Some(Effect::Refused);
        }
        let change = match &self.change {
            Change::Read => items::Change::Nothing,
            Change::Put(item) => items::Change::Put(item.clone()),
            Change::Update(updates) => items::Change::Update(&self.key, updates),
            Change::Delete => items::Change::Delete,
        };
        change.outcome(item, true).ok().map(Effect::Done)
    }

    /// Returns whether a write by this operation is one that [`of`](Self::of) or [`put`](Self::put) tells.
    pub(crate) fn is_written_by(operation: &str) -> bool {
        ["PutItem", "UpdateItem", "DeleteItem"].contains(&operation)
    }
}
