//! What is answered.
//!
//! Members are AWS's, under its names, and as it describes them; words stand where a member is named otherwise, or
//! holds less or more.

#![expect(missing_docs, reason = "members are AWS's, under its names")]

use std::sync::Arc;

use super::{AttributeName, AttributeType, BatchWrite, Capacity, Encryption, Error, Item, Key, Projection, Warm};
use crate::base::{SimTime, TableId, TableName};

/// A reply of the table service.
pub type Reply = Result<Response, Error>;

/// The answer to a request that succeeded.
#[derive(Clone, Debug)]
pub enum Response {
    /// CreateTable, DescribeTable, UpdateTable.
    Table(TableDescription),
    /// DeleteTable, which tells less of it.
    DeletedTable(TableDescription),
    /// PutItem, UpdateItem, DeleteItem, GetItem: the item asked for, if any.
    Item(Option<Arc<Item>>, Consumed),
    /// Query and Scan.
    Items {
        /// Items that passed the filter.
        items: Vec<Arc<Item>>,
        /// ScannedCount.
        scanned: u32,
        /// LastEvaluatedKey: the table's key, and the index's.
        last_evaluated: Option<Key>,
        /// ConsumedCapacity.
        consumed: Consumed,
    },
    /// ListTables.
    Tables {
        /// TableNames, in order.
        names: Vec<TableName>,
        /// Whether more follow.
        has_more: bool,
    },
    /// DescribeTimeToLive, UpdateTimeToLive: the attribute, when it is on.
    TimeToLive(Option<AttributeName>),
    /// TagResource, UntagResource.
    Done,
    /// ListTagsOfResource.
    Tags(Vec<(Box<str>, Box<str>)>),
    /// DescribeContinuousBackups, UpdateContinuousBackups: since when point-in-time recovery is on, and the time now.
    PointInTimeRecovery(Option<(SimTime, SimTime)>),
    /// DescribeContributorInsights, which are never on, of a table or of its index.
    ContributorInsights(TableName, Option<Box<str>>),
    /// TransactWriteItems.
    Transacted {
        /// ConsumedCapacity, by table.
        consumed: Vec<(TableName, Consumed)>,
    },
    /// TransactGetItems.
    TransactGot {
        /// The items in the order of the request; `None` where there is none.
        items: Vec<Option<Arc<Item>>>,
        /// ConsumedCapacity, by table.
        consumed: Vec<(TableName, Consumed)>,
    },
    /// BatchGetItem.
    Got {
        /// Items found.
        items: Vec<(TableName, Arc<Item>)>,
        /// UnprocessedKeys.
        unprocessed: Vec<(TableName, Key, bool)>,
        /// ConsumedCapacity, by table.
        consumed: Vec<(TableName, Consumed)>,
    },
    /// BatchWriteItem.
    Wrote {
        /// UnprocessedItems.
        unprocessed: Vec<(TableName, BatchWrite)>,
        /// ConsumedCapacity, by table.
        consumed: Vec<(TableName, Consumed)>,
    },
}

/// ConsumedCapacity: what a call has used of one table. Reads are in half units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consumed {
    /// Half read units of the table.
    pub read_half_units: u32,
    /// Write units of the table.
    pub write_units: u32,
    /// What it has used of indexes, by name: half read units and write units.
    pub(crate) indexes: Vec<(Box<str>, u32, u32)>,
    /// The same of local indexes, whose units are the table's.
    pub(crate) locals: Vec<(Box<str>, u32, u32)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TableDescription {
    pub table: TableName,
    pub status: TableStatus,
    /// Billing mode and units.
    pub capacity: Capacity,
    /// ItemCount (exact here; AWS updates it every six hours).
    pub(crate) item_count: u64,
    /// TableSizeBytes.
    pub size_bytes: u64,
    /// CreationDateTime.
    pub(crate) created_at: SimTime,
    /// TableId: differs from that of an earlier table of the same name.
    pub id: TableId,
    pub hash_key: AttributeName,
    pub(crate) range_key: Option<AttributeName>,
    /// AttributeDefinitions, as far as they were given.
    pub(crate) key_types: Vec<(AttributeName, AttributeType)>,
    /// Global secondary indexes.
    pub(crate) indexes: Vec<IndexDescription>,
    /// DeletionProtectionEnabled.
    pub(crate) is_protected: bool,
    /// WarmThroughput, where it was asked for.
    pub(crate) warm: Option<Warm>,
    /// SSEDescription.
    pub(crate) encryption: Option<Encryption>,
    /// When its units were changed.
    pub(crate) adjusted: Adjusted,
    /// LastUpdateToPayPerRequestDateTime.
    pub(crate) on_demand_since: Option<SimTime>,
}

/// When provisioned units were raised and lowered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Adjusted {
    /// LastIncreaseDateTime.
    pub(crate) raised_at: Option<SimTime>,
    /// LastDecreaseDateTime.
    pub(crate) lowered_at: Option<SimTime>,
    /// The day of the last decrease, and how many it had by then.
    pub(crate) decreases: (u64, u32),
}

/// GlobalSecondaryIndexDescription.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct IndexDescription {
    /// Whether it is a local one.
    pub(crate) is_local: bool,
    /// IndexName.
    pub name: Box<str>,
    /// Whether it is ACTIVE; else CREATING.
    pub(crate) is_active: bool,
    pub hash_key: AttributeName,
    pub(crate) range_key: Option<AttributeName>,
    /// What it shows.
    pub projection: Projection,
    pub capacity: Capacity,
    /// WarmThroughput, where it was asked for.
    pub(crate) warm: Option<Warm>,
    pub(crate) item_count: u64,
    /// IndexSizeBytes.
    pub size_bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableStatus {
    Creating,
    Active,
    Updating,
    Deleting,
}

impl Consumed {
    /// The part of indexes of that kind.
    pub(crate) fn of_index(&mut self, is_local: bool) -> &mut Vec<(Box<str>, u32, u32)> {
        if is_local { &mut self.locals } else { &mut self.indexes }
    }
}
