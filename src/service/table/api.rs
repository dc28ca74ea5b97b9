//! Requests, replies, errors, faults and settings of the table service, under the names AWS gives them.
//!
//! Conditions, updates and key conditions are typed trees; text forms are translated before they get here.
//! See <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html>.

use std::fmt;
use std::sync::Arc;

pub use crate::base::item::{AttributeName, AttributeValue, Item};
use crate::base::{SimDuration, TableName};

/// A request of the table service.
#[derive(Clone, Debug)]
pub enum Request {
    /// CreateTable.
    CreateTable(CreateTable),
    /// DescribeTable.
    DescribeTable {
        /// The table.
        table: TableName,
    },
    /// UpdateTable: capacity, and a new index.
    UpdateTable {
        /// The table.
        table: TableName,
        /// New billing mode or units.
        capacity: Option<Capacity>,
        /// An index to add.
        add_index: Option<IndexSchema>,
    },
    /// DeleteTable.
    DeleteTable {
        /// The table.
        table: TableName,
    },
    /// PutItem.
    PutItem {
        /// The table.
        table: TableName,
        /// The whole item, with its key.
        item: Item,
        /// Condition on the present item.
        condition: Option<Condition>,
        /// What to return.
        returns: Returns,
    },
    /// GetItem.
    GetItem {
        /// The table.
        table: TableName,
        /// Key attributes.
        key: Key,
        /// ConsistentRead.
        consistent: bool,
    },
    /// UpdateItem.
    UpdateItem {
        /// The table.
        table: TableName,
        /// Key attributes.
        key: Key,
        /// Changes, applied together.
        updates: Vec<Update>,
        /// Condition on the present item.
        condition: Option<Condition>,
        /// What to return.
        returns: Returns,
    },
    /// DeleteItem.
    DeleteItem {
        /// The table.
        table: TableName,
        /// Key attributes.
        key: Key,
        /// Condition on the present item.
        condition: Option<Condition>,
        /// What to return.
        returns: Returns,
    },
    /// Query, of the table or of an index.
    Query {
        /// The table.
        table: TableName,
        /// IndexName.
        index: Option<Box<str>>,
        /// Value of the hash key.
        hash: AttributeValue,
        /// Condition on the range key.
        range: Option<RangeCondition>,
        /// Filter, applied after capacity is counted.
        filter: Option<Condition>,
        /// ScanIndexForward.
        forward: bool,
        /// The rest of the request.
        page: Page,
    },
    /// Scan.
    Scan {
        /// The table.
        table: TableName,
        /// Filter, applied after capacity is counted.
        filter: Option<Condition>,
        /// (Segment, TotalSegments).
        segment: Option<(u32, u32)>,
        /// The rest of the request.
        page: Page,
    },
    /// BatchGetItem, up to 100 keys.
    BatchGetItem {
        /// Keys by table, with ConsistentRead.
        gets: Vec<(TableName, Key, bool)>,
    },
    /// BatchWriteItem, up to 25 writes.
    BatchWriteItem {
        /// Writes by table.
        writes: Vec<(TableName, BatchWrite)>,
    },
}

/// CreateTable.
#[derive(Clone, Debug)]
pub struct CreateTable {
    /// TableName.
    pub table: TableName,
    /// HASH key attribute.
    pub hash_key: AttributeName,
    /// RANGE key attribute.
    pub range_key: Option<AttributeName>,
    /// Billing mode and units.
    pub capacity: Capacity,
    /// Global secondary indexes.
    pub indexes: Vec<IndexSchema>,
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

/// A keys-only global secondary index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexSchema {
    /// IndexName.
    pub name: Box<str>,
    /// HASH key attribute.
    pub hash_key: AttributeName,
    /// RANGE key attribute.
    pub range_key: Option<AttributeName>,
    /// Its own capacity; the table's when `None`.
    pub capacity: Option<Capacity>,
}

/// The key of an item: values of the hash key and, where the table has one, the range key.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Value of the hash key.
    pub hash: AttributeValue,
    /// Value of the range key.
    pub range: Option<AttributeValue>,
}

impl Key {
    /// A key with a string hash key only.
    pub fn s(hash: &str) -> Self {
        Self { hash: AttributeValue::s(hash), range: None }
    }
}

/// A condition on an item (ConditionExpression, FilterExpression, `Expected`).
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// The attribute exists.
    Exists(AttributeName),
    /// The attribute does not exist.
    NotExists(AttributeName),
    /// The attribute compares so to the value; false when it is missing or of another type
    /// (except `Ne`, which is then true).
    Compare(AttributeName, Comparator, AttributeValue),
    /// Between both values, inclusive.
    Between(AttributeName, AttributeValue, AttributeValue),
    /// Equal to one of the values.
    In(AttributeName, Vec<AttributeValue>),
    /// The string or binary begins with the value.
    BeginsWith(AttributeName, AttributeValue),
    /// The string contains the text, or the set or list the element.
    Contains(AttributeName, AttributeValue),
    /// The size compares so to the number.
    Size(AttributeName, Comparator, u64),
    /// All hold.
    And(Vec<Condition>),
    /// At least one holds.
    Or(Vec<Condition>),
    /// Does not hold.
    Not(Box<Condition>),
}

/// A comparator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// One change of an UpdateItem (SET, REMOVE, ADD, DELETE).
#[derive(Clone, Debug, PartialEq)]
pub enum Update {
    /// Sets the attribute.
    Set(AttributeName, AttributeValue),
    /// Sets the attribute unless it is there (`if_not_exists`).
    SetIfNotExists(AttributeName, AttributeValue),
    /// Removes the attribute.
    Remove(AttributeName),
    /// Adds to a number (from 0 when missing) or to a set.
    Add(AttributeName, AttributeValue),
    /// Deletes elements of a set.
    DeleteFromSet(AttributeName, AttributeValue),
}

/// What a write returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Returns {
    /// ReturnValues ALL_OLD.
    pub old: bool,
    /// ReturnValues ALL_NEW (UpdateItem only).
    pub new: bool,
    /// ReturnValuesOnConditionCheckFailure ALL_OLD.
    pub old_on_failure: bool,
}

/// Condition on the range key of a Query.
#[derive(Clone, Debug, PartialEq)]
pub enum RangeCondition {
    /// Compares so (not `Ne`).
    Compare(Comparator, AttributeValue),
    /// Between both values, inclusive.
    Between(AttributeValue, AttributeValue),
    /// Begins with.
    BeginsWith(AttributeValue),
}

/// Paging and consistency of Query and Scan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// ConsistentRead.
    pub consistent: bool,
    /// Limit on items evaluated.
    pub limit: Option<u32>,
    /// ExclusiveStartKey.
    pub start: Option<Key>,
}

/// One write of BatchWriteItem.
#[derive(Clone, Debug, PartialEq)]
pub enum BatchWrite {
    /// PutRequest.
    Put(Item),
    /// DeleteRequest.
    Delete(Key),
}

/// A reply of the table service.
pub type Reply = Result<Response, Error>;

/// The answer to a request that succeeded.
#[derive(Clone, Debug)]
pub enum Response {
    /// CreateTable, DescribeTable, UpdateTable, DeleteTable.
    Table(TableDescription),
    /// PutItem, UpdateItem, DeleteItem, GetItem: the item asked for, if any.
    Item(Option<Arc<Item>>),
    /// Query and Scan.
    Items {
        /// Items that passed the filter.
        items: Vec<Arc<Item>>,
        /// ScannedCount.
        scanned: u32,
        /// LastEvaluatedKey.
        last_evaluated: Option<Key>,
    },
    /// BatchGetItem.
    Got {
        /// Items found.
        items: Vec<(TableName, Arc<Item>)>,
        /// UnprocessedKeys.
        unprocessed: Vec<(TableName, Key, bool)>,
    },
    /// BatchWriteItem.
    Wrote {
        /// UnprocessedItems.
        unprocessed: Vec<(TableName, BatchWrite)>,
    },
}

/// TableDescription.
#[derive(Clone, Debug, PartialEq)]
pub struct TableDescription {
    /// TableName.
    pub table: TableName,
    /// TableStatus.
    pub status: TableStatus,
    /// Billing mode and units.
    pub capacity: Capacity,
    /// ItemCount (exact here; AWS updates it every six hours).
    pub item_count: u64,
    /// TableSizeBytes.
    pub size_bytes: u64,
    /// Index names with whether each is ACTIVE.
    pub indexes: Vec<(Box<str>, bool)>,
}

/// TableStatus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableStatus {
    /// CREATING.
    Creating,
    /// ACTIVE.
    Active,
    /// UPDATING.
    Updating,
    /// DELETING.
    Deleting,
}

/// An error of the table service.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// ConditionalCheckFailedException, with the item if it was asked for.
    ConditionalCheckFailed(Option<Arc<Item>>),
    /// ProvisionedThroughputExceededException.
    ProvisionedThroughputExceeded,
    /// ThrottlingException.
    Throttling,
    /// ResourceNotFoundException.
    ResourceNotFound,
    /// ResourceInUseException.
    ResourceInUse,
    /// LimitExceededException.
    LimitExceeded,
    /// ValidationException.
    Validation(Box<str>),
    /// InternalServerError (500): a write may or may not have been applied.
    InternalServerError,
    /// ServiceUnavailable (503).
    ServiceUnavailable,
}

impl Error {
    /// AWS's name of the error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ConditionalCheckFailed(_) => "ConditionalCheckFailedException",
            Self::ProvisionedThroughputExceeded => "ProvisionedThroughputExceededException",
            Self::Throttling => "ThrottlingException",
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::ResourceInUse => "ResourceInUseException",
            Self::LimitExceeded => "LimitExceededException",
            Self::Validation(_) => "ValidationException",
            Self::InternalServerError => "InternalServerError",
            Self::ServiceUnavailable => "ServiceUnavailable",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConditionalCheckFailed(_) => "The conditional request failed",
            Self::ProvisionedThroughputExceeded => {
                "The level of configured provisioned throughput for the table was exceeded. \
                 Consider increasing your provisioning level with the UpdateTable API."
            }
            Self::Throttling => "Rate of requests exceeds the allowed throughput.",
            Self::ResourceNotFound => "Requested resource not found",
            Self::ResourceInUse => "The resource is in use",
            Self::LimitExceeded => "Too many operations for a given subscriber",
            Self::Validation(message) => message,
            Self::InternalServerError => "Internal server error",
            Self::ServiceUnavailable => "The service is unavailable",
        })
    }
}
impl std::error::Error for Error {}

impl Request {
    /// AWS's name of the operation.
    pub const fn operation(&self) -> &'static str {
        match self {
            Self::CreateTable(_) => "CreateTable",
            Self::DescribeTable { .. } => "DescribeTable",
            Self::UpdateTable { .. } => "UpdateTable",
            Self::DeleteTable { .. } => "DeleteTable",
            Self::PutItem { .. } => "PutItem",
            Self::GetItem { .. } => "GetItem",
            Self::UpdateItem { .. } => "UpdateItem",
            Self::DeleteItem { .. } => "DeleteItem",
            Self::Query { .. } => "Query",
            Self::Scan { .. } => "Scan",
            Self::BatchGetItem { .. } => "BatchGetItem",
            Self::BatchWriteItem { .. } => "BatchWriteItem",
        }
    }
}

/// What a fault hits: all calls, or calls of one table, or one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultTarget {
    /// Only this table.
    pub table: Option<TableName>,
    /// Only this operation, by AWS's name.
    pub operation: Option<Box<str>>,
}

/// A declared fault point of the table service. Applied by [`super::TableService::inject`], undone by
/// [`super::TableService::heal`].
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// ProvisionedThroughputExceeded at this rate (`0.0..=1.0`).
    Throttle {
        /// What is hit.
        target: FaultTarget,
        /// Share of calls.
        rate: f64,
    },
    /// InternalServerError at this rate; half of the failed writes were applied.
    InternalError {
        /// What is hit.
        target: FaultTarget,
        /// Share of calls.
        rate: f64,
    },
    /// ServiceUnavailable at this rate.
    Unavailable {
        /// What is hit.
        target: FaultTarget,
        /// Share of calls.
        rate: f64,
    },
}

/// Settings of the table service: declared assumptions.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// An eventually consistent read may return an item as it was up to this long ago; the lag of each read is
    /// drawn uniformly from zero to this.
    pub stale_read_lag_max: SimDuration,
    /// How long CreateTable, UpdateTable and DeleteTable take, drawn uniformly.
    pub transition: (SimDuration, SimDuration),
    /// Whether the 300 s burst bucket starts full (it starts empty otherwise, the worst case).
    pub burst_starts_full: bool,
    /// Whether tables are throttled at all.
    pub capacity_limits: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            stale_read_lag_max: SimDuration::from_millis(100),
            transition: (SimDuration::from_secs(5), SimDuration::from_secs(15)),
            burst_starts_full: false,
            capacity_limits: true,
        }
    }
}
