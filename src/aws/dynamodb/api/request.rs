//! What can be asked.
//!
//! Members are AWS's, under its names, and as it describes them; words stand where a member is named otherwise, or
//! holds less or more.

#![expect(missing_docs, reason = "members are AWS's, under its names")]

use super::{AttributeName, AttributeType, AttributeValue, Comparator, Condition, Item, Path, Update};
use crate::base::TableName;

#[derive(Clone, Debug)]
pub struct CreateTable {
    pub table: TableName,
    pub hash_key: AttributeName,
    pub(crate) range_key: Option<AttributeName>,
    /// Billing mode and units.
    pub capacity: Capacity,
    /// Secondary indexes, local and global ones.
    pub(crate) indexes: Vec<IndexSchema>,
    /// AttributeDefinitions. Keys without one may be strings, numbers or binaries.
    pub(crate) key_types: Vec<(AttributeName, AttributeType)>,
    /// DeletionProtectionEnabled.
    pub(crate) is_protected: bool,
    /// WarmThroughput.
    pub(crate) warm: Option<Warm>,
    /// SSESpecification, when it is enabled.
    pub(crate) encryption: Option<Encryption>,
    pub tags: Vec<(Box<str>, Box<str>)>,
}

impl CreateTable {
    /// A table with a hash key, without indexes.
    pub fn plain(table: TableName, hash_key: AttributeName, capacity: Capacity) -> Self {
        Self {
            table,
            hash_key,
            range_key: None,
            capacity,
            indexes: Vec::new(),
            key_types: Vec::new(),
            is_protected: false,
            warm: None,
            encryption: None,
            tags: Vec::new(),
        }
    }
}

/// WarmThroughput: what a table can take at once, in units per second for reads and writes.
pub(crate) type Warm = (u64, u64);

/// SSESpecification that is enabled: with a key of one's own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Encryption {
    /// KMSMasterKeyId as it was given; AWS's own key when `None`.
    pub(crate) key_id: Option<Box<str>>,
    /// Whether it goes with the present change of the table.
    pub(crate) is_ending: bool,
}

/// Billing mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// PAY_PER_REQUEST.
    OnDemand,
    /// PROVISIONED, in units per second.
    Provisioned {
        /// ReadCapacityUnits.
        read: u32,
        /// WriteCapacityUnits.
        write: u32,
    },
}

/// What an index shows of its items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Projection {
    /// KEYS_ONLY: the keys of the index and of the table.
    #[default]
    KeysOnly,
    /// INCLUDE: those and these.
    Include(Vec<AttributeName>),
    All,
}

/// A secondary index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexSchema {
    /// IndexName.
    pub name: Box<str>,
    /// Whether it is a local one, which shares the table's hash key, units and consistency.
    pub(crate) is_local: bool,
    pub hash_key: AttributeName,
    pub(crate) range_key: Option<AttributeName>,
    /// Its own capacity; the table's when `None`.
    pub capacity: Option<Capacity>,
    /// WarmThroughput.
    pub(crate) warm: Option<Warm>,
    /// What it shows.
    pub projection: Projection,
}

/// The key attributes of an item, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Key(Item);

impl Key {
    /// These attributes as a key.
    pub fn new(attributes: Item) -> Self {
        Self(attributes)
    }
    /// A key of one attribute.
    pub fn of(name: impl Into<AttributeName>, value: AttributeValue) -> Self {
        Self(Item::new().with(name, value))
    }
    /// The same key with one attribute more.
    pub fn and(self, name: impl Into<AttributeName>, value: AttributeValue) -> Self {
        Self(self.0.with(name, value))
    }
    pub fn attributes(&self) -> &Item {
        &self.0
    }
}

/// What a write returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Returns {
    /// ReturnValues ALL_OLD.
    pub old: bool,
    /// ReturnValues ALL_NEW (UpdateItem only).
    pub new: bool,
    /// ReturnValuesOnConditionCheckFailure ALL_OLD.
    pub(crate) old_on_failure: bool,
}

/// Condition on a key attribute of a Query.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyCondition {
    /// Compares so (not `Ne`).
    Compare(Comparator, AttributeValue),
    /// Between both values, inclusive.
    Between(AttributeValue, AttributeValue),
    BeginsWith(AttributeValue),
    /// What KeyConditions can say and no key can be looked up by, such as `CONTAINS`.
    NotIndexable,
}

/// Paging and consistency of Query and Scan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// ConsistentRead.
    pub(crate) consistent: bool,
    /// Select ALL_ATTRIBUTES.
    pub(crate) wants_all: bool,
    /// The attributes that are asked for, all when empty.
    pub(crate) shown: Vec<Path>,
    /// Whether the filter is one of the older parameters, which messages call by another name.
    pub(crate) filter_is_older: bool,
    /// Limit on items evaluated.
    pub limit: Option<u32>,
    /// ExclusiveStartKey.
    pub start: Option<Key>,
}

#[derive(Clone, Debug)]
pub struct UpdateTable {
    pub table: TableName,
    /// New billing mode or units.
    pub capacity: Option<Capacity>,
    /// Whether only units were given, which a table on demand has not.
    pub(crate) keeps_mode: bool,
    /// Whether it must name the units of every index of a table that leaves PAY_PER_REQUEST, as a real request must.
    pub(crate) is_told_whole: bool,
    /// WarmThroughput.
    pub(crate) warm: Option<Warm>,
    /// SSESpecification: `Some(None)` when it is not enabled.
    pub(crate) encryption: Option<Option<Encryption>>,
    /// Whether more changes of indexes are asked for than one call may make.
    pub(crate) has_many_changes: bool,
    /// An index to add.
    pub(crate) add_index: Option<IndexSchema>,
    /// An index to delete.
    pub(crate) delete_index: Option<Box<str>>,
    /// New capacities of indexes.
    pub(crate) index_capacities: Vec<(Box<str>, Capacity)>,
    /// DeletionProtectionEnabled.
    pub(crate) is_protected: Option<bool>,
    /// Types of the keys of the new index.
    pub(crate) key_types: Vec<(AttributeName, AttributeType)>,
}

impl UpdateTable {
    /// An update that changes nothing yet.
    pub fn of(table: TableName) -> Self {
        Self {
            table,
            capacity: None,
            keeps_mode: false,
            is_told_whole: false,
            warm: None,
            encryption: None,
            has_many_changes: false,
            add_index: None,
            delete_index: None,
            index_capacities: Vec::new(),
            is_protected: None,
            key_types: Vec::new(),
        }
    }
    /// An update of the capacity.
    pub fn capacity(table: TableName, capacity: Capacity) -> Self {
        Self { capacity: Some(capacity), ..Self::of(table) }
    }
}

/// One write of TransactWriteItems.
#[derive(Clone, Debug, PartialEq)]
pub struct TransactWrite {
    pub table: TableName,
    /// What is written.
    pub action: TransactAction,
    /// Condition on the present item.
    pub condition: Option<Condition>,
    /// ReturnValuesOnConditionCheckFailure ALL_OLD.
    pub(crate) old_on_failure: bool,
}

/// What one write of TransactWriteItems does.
#[derive(Clone, Debug, PartialEq)]
pub enum TransactAction {
    Put(Item),
    Update(Key, Vec<Update>),
    Delete(Key),
    /// ConditionCheck.
    Check(Key),
}

/// One write of BatchWriteItem.
#[derive(Clone, Debug, PartialEq)]
pub enum BatchWrite {
    /// PutRequest.
    Put(Item),
    /// DeleteRequest.
    Delete(Key),
}
