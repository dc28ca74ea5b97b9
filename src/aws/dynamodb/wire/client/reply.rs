//! Bodies of answers to replies.

use std::sync::Arc;

use crate::aws::dynamodb::api::{
    Adjusted, Capacity, Consumed, Error, Item, Key, Reply, Response, TableDescription, TableStatus,
};
use crate::aws::dynamodb::operations::Request;
use crate::aws::dynamodb::operations::{DeleteItem, DescribeTable, GetItem, PutItem, Scan, UpdateItem};
use crate::aws::dynamodb::wire::body::Body;
use crate::aws::dynamodb::wire::{attribute, table_members};
use crate::aws::protocol::Account;
use crate::aws::protocol::envelope::refused;
use crate::aws::protocol::value::Value;
use crate::base::{SimTime, TableId};

/// The reply that an answer to `request` means; `None` when it cannot be read. What was consumed is told only to who
/// asks for it, which the built-in clients do not.
pub fn reply(request: &Request, status: u16, body: &Value<'_>, account: &Account, epoch_unix_ms: u64) -> Option<Reply> {
    if status != 200 {
        let (code, message) = refused(body)?;
        return error(code, message, body).map(Err);
    }
    Some(Ok(match request {
        Request::CreateTable(_) => Response::Table(table(body, "TableDescription", account, epoch_unix_ms)?),
        Request::DescribeTable(DescribeTable { .. }) => Response::Table(table(body, "Table", account, epoch_unix_ms)?),
        Request::GetItem(GetItem { .. }) => Response::Item(item(body, "Item")?, Consumed::default()),
        Request::PutItem(PutItem { .. })
        | Request::UpdateItem(UpdateItem { .. })
        | Request::DeleteItem(DeleteItem { .. }) => Response::Item(item(body, "Attributes")?, Consumed::default()),
        Request::Scan(Scan { .. }) => {
            let items = body.get("Items")?.as_list()?.iter().map(|one| attribute::item(one).ok().map(Arc::new));
            let last_evaluated = item(body, "LastEvaluatedKey")?.map(|key| Key::new(Arc::unwrap_or_clone(key)));
            let scanned = body.get("ScannedCount")?.as_int()?.try_into().ok()?;
            Response::Items {
                items: items.collect::<Option<_>>()?,
                scanned,
                last_evaluated,
                consumed: Consumed::default(),
            }
        }
        _ => return None,
    }))
}

/// An item that may be missing, but must be right when it is there.
fn item(body: &Value<'_>, name: &str) -> Option<Option<Arc<Item>>> {
    match body.get(name) {
        None => Some(None),
        Some(item) => attribute::item(item).ok().map(|item| Some(Arc::new(item))),
    }
}

/// A table without indexes.
fn table(body: &Value<'_>, name: &str, account: &Account, epoch_unix_ms: u64) -> Option<TableDescription> {
    let body = Body { value: body.get(name)?, account };
    let number = |name: &str| body.value.get(name)?.as_int()?.try_into().ok();
    let key_types = table_members::key_types(&body);
    let (hash_key, range_key) = table_members::keys(&body, &key_types).ok()?;
    let id = u16::from_str_radix(body.text("TableId").rsplit('-').next()?, 16).ok()?;
    Some(TableDescription {
        table: body.table().ok()?,
        status: status(body.text("TableStatus"))?,
        capacity: match body.part("BillingModeSummary") {
            Some(billing) if billing.text("BillingMode") == "PAY_PER_REQUEST" => Capacity::OnDemand,
            _ => table_members::throughput(&body)?,
        },
        item_count: number("ItemCount")?,
        size_bytes: number("TableSizeBytes")?,
        created_at: SimTime::from_millis(body.value.get("CreationDateTime")?.as_unix_ms()?.checked_sub(epoch_unix_ms)?),
        id: TableId(id),
        hash_key,
        range_key,
        key_types,
        indexes: Vec::new(),
        is_protected: body.flag("DeletionProtectionEnabled") == Some(true),
        warm: None,
        encryption: None,
        adjusted: Adjusted::default(),
        on_demand_since: None,
    })
}

fn status(text: &str) -> Option<TableStatus> {
    Some(match text {
        "CREATING" => TableStatus::Creating,
        "ACTIVE" => TableStatus::Active,
        "UPDATING" => TableStatus::Updating,
        "DELETING" => TableStatus::Deleting,
        _ => return None,
    })
}

/// The error with this code.
pub(super) fn error(code: &str, message: &str, body: &Value<'_>) -> Option<Error> {
    match code {
        "ConditionalCheckFailedException" => Some(Error::ConditionalCheckFailed(item(body, "Item")?)),
        "ProvisionedThroughputExceededException" => Some(Error::ProvisionedThroughputExceeded(None)),
        _ => Error::of_answer(code, message),
    }
}
