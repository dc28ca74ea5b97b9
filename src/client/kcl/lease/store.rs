//! Every read and write of the lease table, with its condition.
//!
//! Writes are fenced by the lease counter only, as in the library's `DynamoDBLeaseRefresher`; a renewal whose
//! condition fails is checked once for being the worker's own retried write, a checkpoint is not.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use super::decoded::DecodedRows;
use crate::aws::dynamodb::Request;
use crate::aws::dynamodb::api::{
    Capacity, Comparator, Condition, CreateTable, Error, Key, Page, Response, Returns, TableStatus, Update,
};
use crate::aws::dynamodb::{DeleteItem, DescribeTable, GetItem, PutItem, Scan, UpdateItem};
use crate::base::item::AttributeValue;
use crate::base::lease_row::{Checkpoint, Lease, LeaseRow, attribute as a, shard_set};
use crate::base::{Planted, ShardId, SimDuration, TableName};
use crate::client::Cx;
use crate::client::kcl::planted::CheckpointCondition;
use crate::client::sdk::{Sdk, SdkError};

/// Why a call on the lease table failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeaseError {
    /// ProvisionedThroughputExceeded after the SDK's retries.
    Throttled,
    /// Anything else: a timeout, an internal error, a missing table.
    Dependency,
}

fn failure(error: &SdkError<Error>) -> LeaseError {
    match error {
        SdkError::Service(Error::ProvisionedThroughputExceeded(_) | Error::Throttling) => LeaseError::Throttled,
        _ => LeaseError::Dependency,
    }
}

/// The lease table of one application, as one worker reaches it.
pub struct LeaseStore {
    sdk: Sdk,
    table: TableName,
    is_consistent: bool,
    /// What the workers of the application share.
    decoded: Rc<DecodedRows>,
    planted: Planted,
}

type Result<T> = std::result::Result<T, LeaseError>;

/// Time between two looks at a table that is being created.
pub(crate) const CREATE_POLL: SimDuration = SimDuration::from_secs(10);

/// A row as its owner needs it to be told from other owners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owned {
    /// See [`attribute::INCARNATION`](a::INCARNATION).
    pub(crate) incarnation: Option<u64>,
    /// The lease's counter.
    pub(crate) counter: u64,
}

impl LeaseStore {
    /// Reaches `table` through `sdk`; `is_consistent` is the library's `consistentReads`.
    pub fn new(sdk: Sdk, table: TableName, is_consistent: bool) -> Self {
        Self { sdk, table, is_consistent, decoded: Rc::default(), planted: Planted::default() }
    }
    /// The same, with a bug, and with the rows that the other workers have decoded.
    pub(crate) fn with(self, planted: Planted, decoded: Rc<DecodedRows>) -> Self {
        Self { planted, decoded, ..self }
    }

    /// Creates the table unless it exists, and waits until it is ACTIVE.
    pub(crate) async fn create_table_and_wait(&self, cx: &Cx, capacity: Capacity) {
        loop {
            match self.sdk.dynamodb(Request::DescribeTable(DescribeTable { table: self.table.clone() })).await {
                Ok(Response::Table(table)) if matches!(table.status, TableStatus::Active | TableStatus::Updating) => {
                    return;
                }
                Err(SdkError::Service(Error::ResourceNotFound(_))) => {
                    let request = CreateTable::plain(self.table.clone(), Cow::Borrowed(a::LEASE_KEY), capacity);
                    // ResourceInUse means that another worker was first; any other error shows in the next look.
                    let _ = self.sdk.dynamodb(Request::CreateTable(request)).await;
                }
                _ => {}
            }
            cx.sleep(CREATE_POLL).await;
        }
    }

    /// All well-formed leases: a paged, eventually consistent scan.
    ///
    /// # Errors
    /// The first page's that failed.
    pub(crate) async fn list(&self) -> Result<Vec<Rc<Lease>>> {
        let mut leases = Vec::new();
        let mut rows = 0;
        let mut start = None;
        loop {
            let page = Page { start, ..Page::default() };
            let scan =
                Request::Scan(Scan { table: self.table.clone(), index: None, filter: None, segment: None, page });
            match self.sdk.dynamodb(scan).await {
                Ok(Response::Items { items, last_evaluated, .. }) => {
                    leases.extend((rows..).zip(&items).filter_map(|(row, item)| self.decoded.lease(row, item)));
                    rows += items.len();
                    start = last_evaluated;
                    if start.is_none() {
                        self.decoded.end(rows);
                        return Ok(leases);
                    }
                }
                Ok(_) => unreachable!("Scan answers items"),
                Err(error) => return Err(failure(&error)),
            }
        }
    }

    /// Returns whether the table has no rows.
    ///
    /// # Errors
    /// The call's.
    pub(crate) async fn is_empty(&self) -> Result<bool> {
        let page = Page { limit: Some(1), ..Page::default() };
        let scan = Request::Scan(Scan { table: self.table.clone(), index: None, filter: None, segment: None, page });
        match self.sdk.dynamodb(scan).await {
            Ok(Response::Items { items, .. }) => Ok(items.is_empty()),
            Ok(_) => unreachable!("Scan answers items"),
            Err(error) => Err(failure(&error)),
        }
    }

    /// One lease.
    ///
    /// # Errors
    /// The call's.
    pub(crate) async fn get(&self, shard: ShardId) -> Result<Option<Lease>> {
        let (table, key, consistent) = (self.table.clone(), key(shard), self.is_consistent);
        match self.sdk.dynamodb(Request::GetItem(GetItem { table, key, consistent, shown: Vec::new() })).await {
            Ok(Response::Item(item, _)) => Ok(item.and_then(|item| Lease::from_item(&item))),
            Ok(_) => unreachable!("GetItem answers an item"),
            Err(error) => Err(failure(&error)),
        }
    }

    /// What the row says of its owner, read consistently, as an application does besides the library. `None` when there
    /// is no such row, or it is not `me` who owns it.
    ///
    /// # Errors
    /// The call's.
    pub(crate) async fn owned(&self, shard: ShardId, me: &str) -> Result<Option<Owned>> {
        let (table, key) = (self.table.clone(), key(shard));
        match self.sdk.dynamodb(Request::GetItem(GetItem { table, key, consistent: true, shown: Vec::new() })).await {
            Ok(Response::Item(item, _)) => Ok(item.and_then(|item| {
                let row = LeaseRow(&item);
                let counter = row.counter()?.try_into().ok()?;
                (row.owner() == Some(me)).then(|| Owned { incarnation: row.incarnation(), counter })
            })),
            Ok(_) => unreachable!("GetItem answers an item"),
            Err(error) => Err(failure(&error)),
        }
    }

    /// Gives a row its number, if it has none and `me` owns it. Returns whether it has this number now.
    ///
    /// # Errors
    /// The call's.
    pub(crate) async fn incarnate(&self, shard: ShardId, me: &str, incarnation: u64) -> Result<bool> {
        let updates = vec![Update::set(a::INCARNATION, AttributeValue::n(incarnation as i64))];
        let condition = Condition::NotExists(a::INCARNATION.into());
        self.update(shard, updates, Condition::And(vec![condition, owner_is(me)])).await
    }

    /// Creates a row unless it exists. Returns whether it was created.
    ///
    /// # Errors
    /// The call's.
    pub(crate) async fn create_if_absent(&self, lease: &Lease) -> Result<bool> {
        let (table, item, returns) = (self.table.clone(), lease.to_item(), Returns::default());
        let condition = Some(Condition::NotExists(a::LEASE_KEY.into()));
        applied(self.sdk.dynamodb(Request::PutItem(PutItem { table, item, condition, returns })).await)
    }

    /// Renews: counter := counter + 1 if it is unchanged. On a failed condition the row is read once: the worker's
    /// own retried write is a success.
    ///
    /// # Errors
    /// The call's.
    pub(crate) async fn renew(&self, lease: &mut Lease) -> Result<bool> {
        let next = AttributeValue::n(lease.counter + 1);
        let updates = vec![Update::set(a::COUNTER, next)];
        let mut renewed = self.update(lease.shard, updates, counter_is(lease.counter)).await?;
        if !renewed && self.planted.is_own_renewal_known() {
            let row = self.get(lease.shard).await?;
            renewed = row.is_some_and(|row| is_own_write(&row, lease));
        }
        lease.counter += i64::from(renewed);
        Ok(renewed)
    }

    /// Takes: owner := me, counter := counter + 1, if the counter is unchanged.
    ///
    /// # Errors
    /// The call's.
    pub(crate) async fn take(&self, lease: &mut Lease, me: &Arc<str>) -> Result<bool> {
        let mut updates = vec![
            Update::set(a::COUNTER, AttributeValue::n(lease.counter + 1)),
            Update::set(a::OWNER, AttributeValue::S(me.clone())),
        ];
        let is_switch = lease.owner.as_ref().is_some_and(|owner| owner != me);
        if is_switch {
            updates.push(Update::Add(a::SWITCHES.into(), AttributeValue::n(1)));
        }
        let taken = self.update(lease.shard, updates, counter_is(lease.counter)).await?;
        if taken {
            lease.counter += 1;
            lease.switches += i64::from(is_switch);
            lease.owner = Some(me.clone());
        }
        Ok(taken)
    }

    /// Stores a checkpoint (final or prepared), if the counter is unchanged. No second look on failure.
    ///
    /// # Errors
    /// The call's; then the lease is as it was.
    pub(crate) async fn update_lease(
        &self,
        lease: &mut Lease,
        checkpoint: Checkpoint,
        pending: Option<(Checkpoint, Arc<[u8]>)>,
    ) -> Result<bool> {
        let mut updates = vec![
            Update::set(a::COUNTER, AttributeValue::n(lease.counter + 1)),
            Update::set(a::CHECKPOINT, AttributeValue::s(&checkpoint.to_string())),
            Update::set(a::SUB_SEQUENCE, AttributeValue::n(0)),
            Update::set(a::SWITCHES, AttributeValue::n(0)),
        ];
        match &pending {
            Some((pending, state)) => updates.extend([
                Update::set(a::PENDING, AttributeValue::s(&pending.to_string())),
                Update::set(a::PENDING_SUB_SEQUENCE, AttributeValue::n(0)),
                Update::set(a::PENDING_STATE, AttributeValue::B(state.clone())),
            ]),
            None => updates
                .extend([a::PENDING, a::PENDING_SUB_SEQUENCE, a::PENDING_STATE].map(|n| Update::Remove(n.into()))),
        }
        let condition = match self.planted.checkpoint_condition(&lease.owner) {
            CheckpointCondition::Counter => counter_is(lease.counter),
            CheckpointCondition::Owner(owner) => owner_is(owner.as_deref().unwrap_or_default()),
            CheckpointCondition::Nothing => Condition::Exists(a::LEASE_KEY.into()),
        };
        let stored = self.update(lease.shard, updates, condition).await?;
        if stored {
            lease.counter += 1;
            (lease.checkpoint, lease.pending, lease.switches) = (checkpoint, pending, 0);
        }
        Ok(stored)
    }

    /// Writes the children on an ended shard's row, if the row exists.
    ///
    /// # Errors
    /// The call's.
    pub(crate) async fn update_children(&self, lease: &Lease, children: &[ShardId]) -> Result<bool> {
        let updates = vec![Update::set(a::CHILDREN, shard_set(children))];
        self.update(lease.shard, updates, Condition::Exists(a::LEASE_KEY.into())).await
    }

    /// Writes the shard's range on its row, if the row exists.
    ///
    /// # Errors
    /// The call's.
    pub(crate) async fn update_range(&self, lease: &Lease) -> Result<bool> {
        let Some(range) = lease.range else { return Ok(false) };
        let updates = vec![
            Update::set(a::RANGE_START, AttributeValue::s(&range.start.to_string())),
            Update::set(a::RANGE_END, AttributeValue::s(&range.end.to_string())),
        ];
        self.update(lease.shard, updates, Condition::Exists(a::LEASE_KEY.into())).await
    }

    /// Deletes a row, unconditionally.
    ///
    /// # Errors
    /// The call's.
    pub(crate) async fn delete(&self, shard: ShardId) -> Result<()> {
        let (table, key, returns) = (self.table.clone(), key(shard), Returns::default());
        applied(self.sdk.dynamodb(Request::DeleteItem(DeleteItem { table, key, condition: None, returns })).await)
            .map(drop)
    }

    async fn update(&self, shard: ShardId, updates: Vec<Update>, condition: Condition) -> Result<bool> {
        let (table, key, returns) = (self.table.clone(), key(shard), Returns::default());
        applied(
            self.sdk
                .dynamodb(Request::UpdateItem(UpdateItem {
                    table,
                    key,
                    updates,
                    is_older: false,
                    condition: Some(condition),
                    returns,
                }))
                .await,
        )
    }
}

/// A failed renewal was the worker's own retried write when the row has its name and the next counter.
pub(crate) fn is_own_write(row: &Lease, mine: &Lease) -> bool {
    row.owner == mine.owner && row.counter == mine.counter + 1
}

fn key(shard: ShardId) -> Key {
    Key::of(a::LEASE_KEY, AttributeValue::s(&shard.to_string()))
}

fn counter_is(counter: i64) -> Condition {
    Condition::compare(a::COUNTER, Comparator::Eq, AttributeValue::n(counter))
}

fn owner_is(owner: &str) -> Condition {
    Condition::compare(a::OWNER, Comparator::Eq, AttributeValue::s(owner))
}

/// A failed condition is an answer, not an error.
fn applied(reply: std::result::Result<Response, SdkError<Error>>) -> Result<bool> {
    match reply {
        Ok(_) => Ok(true),
        Err(SdkError::Service(Error::ConditionalCheckFailed(_))) => Ok(false),
        Err(error) => Err(failure(&error)),
    }
}
