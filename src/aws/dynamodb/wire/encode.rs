//! The table service's replies to bodies of answers.

use std::borrow::Cow;
use std::sync::Arc;

use super::body::Body;
use super::projection::project;
use super::{attribute, tables};
use crate::aws::dynamodb::api::{BatchWrite, Consumed, Error, Item, Key, Path, Response, ThrottlingReason};
use crate::aws::protocol::Account;
use crate::aws::protocol::value::{Fields, Value};
use crate::aws::protocol::{Encoding, HttpResponse, WireError};
use crate::base::TableName;

/// What an answer repeats of its request, and what it leaves out.
#[derive(Debug, Default)]
pub struct Echo {
    /// The table of a call on items.
    pub(in crate::aws::dynamodb) table: Option<TableName>,
    /// What is shown of items.
    pub(in crate::aws::dynamodb) shown: Shown,
    /// Whether the item is `Item`, as GetItem has it, and not `Attributes`.
    pub(in crate::aws::dynamodb) is_get: bool,
    /// ReturnConsumedCapacity.
    pub(in crate::aws::dynamodb) consumed: ReturnConsumed,
    /// The tables of BatchGetItem.
    pub(in crate::aws::dynamodb) batch: Vec<BatchKeys>,
}

/// What BatchGetItem asks of one table.
#[derive(Debug)]
pub(in crate::aws::dynamodb) struct BatchKeys {
    pub table: TableName,
    pub shown: Shown,
}

/// What is shown of items.
#[derive(Debug, Default)]
pub(in crate::aws::dynamodb) enum Shown {
    #[default]
    All,
    Paths(Vec<Path>),
    /// Their number only.
    Nothing,
}

/// ReturnConsumedCapacity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::aws::dynamodb) enum ReturnConsumed {
    #[default]
    None,
    Total,
    Indexes,
}

impl Echo {
    /// What is noted of every request.
    pub(in crate::aws::dynamodb) fn of(body: &Body<'_>) -> Self {
        let consumed = match body.text("ReturnConsumedCapacity") {
            "TOTAL" => ReturnConsumed::Total,
            "INDEXES" => ReturnConsumed::Indexes,
            _ => ReturnConsumed::None,
        };
        Self { consumed, ..Self::default() }
    }

    pub(in crate::aws::dynamodb) fn show(&mut self, projection: Option<Vec<Path>>) {
        self.shown = projection.map_or(Shown::All, Shown::Paths);
    }

    fn capacity<'a>(&self, consumed: &Consumed) -> Value<'a> {
        match &self.table {
            Some(table) => self.capacity_of(table, consumed),
            None => Value::Null,
        }
    }

    fn capacity_of<'a>(&self, table: &TableName, consumed: &Consumed) -> Value<'a> {
        let units = |half_reads: u32, writes: u32| f64::from(half_reads) / 2.0 + f64::from(writes);
        let of_table = units(consumed.read_half_units, consumed.write_units);
        let all = consumed.indexes.iter().chain(&consumed.locals);
        let of_indexes: f64 = all.map(|(_, reads, writes)| units(*reads, *writes)).sum();
        let each = |units: f64| Value::structure([("CapacityUnits", Value::Float(units))]);
        let by_name = |indexes: &[(Box<str>, u32, u32)]| {
            let one = |(name, reads, writes): &(Box<str>, u32, u32)| {
                (Cow::Owned(name.to_string()), each(units(*reads, *writes)))
            };
            if indexes.is_empty() { Value::Null } else { Value::Map(indexes.iter().map(one).collect()) }
        };
        let (by_table, by_index, by_local) = match self.consumed {
            ReturnConsumed::None => return Value::Null,
            ReturnConsumed::Total => (Value::Null, Value::Null, Value::Null),
            ReturnConsumed::Indexes => (each(of_table), by_name(&consumed.indexes), by_name(&consumed.locals)),
        };
        Value::structure([
            ("TableName", Value::display(table)),
            ("CapacityUnits", Value::Float(of_table + of_indexes)),
            ("Table", by_table),
            ("GlobalSecondaryIndexes", by_index),
            ("LocalSecondaryIndexes", by_local),
        ])
    }

    fn capacities<'a>(&self, consumed: &[(TableName, Consumed)]) -> Value<'a> {
        match self.consumed {
            ReturnConsumed::None => Value::Null,
            _ => Value::list(consumed.iter().map(|(table, consumed)| self.capacity_of(table, consumed))),
        }
    }
}

fn shown<'a>(item: &Item, shown: &Shown) -> Value<'a> {
    match shown {
        Shown::Paths(paths) => attribute::write_item(&project(item, paths)),
        _ => attribute::write_item(item),
    }
}

/// The body of an answer.
pub fn encode<'a>(echo: &Echo, response: &'a Response, account: &Account, epoch_unix_ms: u64) -> Value<'a> {
    match response {
        Response::Item(item, consumed) => {
            let item = item.as_ref().map_or(Value::Null, |item| shown(item, &echo.shown));
            // What a write did not touch is not shown as nothing.
            let is_empty = matches!(&item, Value::Map(members) if members.is_empty());
            let item = if is_empty && !echo.is_get { Value::Null } else { item };
            let name = if echo.is_get { "Item" } else { "Attributes" };
            Value::structure([(name, item), ("ConsumedCapacity", echo.capacity(consumed))])
        }
        Response::Items { items, scanned, last_evaluated, consumed } => {
            let listed = match echo.shown {
                Shown::Nothing => Value::Null,
                _ => Value::list(items.iter().map(|item| shown(item, &echo.shown))),
            };
            Value::structure([
                ("Items", listed),
                ("Count", (items.len() as u32).into()),
                ("ScannedCount", (*scanned).into()),
                ("LastEvaluatedKey", last_evaluated.as_ref().map_or(Value::Null, key)),
                ("ConsumedCapacity", echo.capacity(consumed)),
            ])
        }
        Response::Got { items, unprocessed, consumed } => {
            let of = |keys: &BatchKeys| {
                let mine = items.iter().filter(|(table, _)| *table == keys.table);
                let listed = Value::list(mine.map(|(_, item)| shown(item, &keys.shown)));
                (Cow::Owned(keys.table.to_string()), listed)
            };
            Value::structure([
                ("Responses", Value::Map(echo.batch.iter().map(of).collect())),
                ("UnprocessedKeys", unprocessed_keys(unprocessed)),
                ("ConsumedCapacity", echo.capacities(consumed)),
            ])
        }
        Response::Wrote { unprocessed, consumed } => Value::structure([
            ("UnprocessedItems", unprocessed_items(unprocessed)),
            ("ConsumedCapacity", echo.capacities(consumed)),
        ]),
        Response::TransactGot { items, consumed } => {
            let item = |(item, of): (&Option<Arc<Item>>, &BatchKeys)| match item {
                Some(item) => Value::structure([("Item", shown(item, &of.shown))]),
                None => Value::Map(Vec::new()),
            };
            Value::structure([
                ("Responses", Value::list(items.iter().zip(&echo.batch).map(item))),
                ("ConsumedCapacity", echo.capacities(consumed)),
            ])
        }
        Response::Transacted { consumed } => Value::structure([("ConsumedCapacity", echo.capacities(consumed))]),
        other => tables::encode(other, account, epoch_unix_ms),
    }
}

fn key<'a>(key: &Key) -> Value<'a> {
    attribute::write_item(key.attributes())
}

/// Values of one table after the other, as a map of lists.
fn grouped<'a, T>(parts: &[(TableName, T)], value: impl Fn(&T) -> Value<'a>) -> Vec<(TableName, Vec<Value<'a>>)> {
    let mut groups: Vec<(TableName, Vec<Value<'a>>)> = Vec::new();
    for (table, part) in parts {
        match groups.iter_mut().find(|(known, _)| known == table) {
            Some((_, group)) => group.push(value(part)),
            None => groups.push((table.clone(), vec![value(part)])),
        }
    }
    groups
}

fn unprocessed_keys<'a>(unprocessed: &[(TableName, Key, bool)]) -> Value<'a> {
    let is_consistent =
        |table: &TableName| unprocessed.iter().any(|(known, _, consistent)| known == table && *consistent);
    let parts: Vec<(TableName, &Key)> = unprocessed.iter().map(|(table, key, _)| (table.clone(), key)).collect();
    let tables: Fields<'a> = grouped(&parts, |of| key(of))
        .into_iter()
        .map(|(table, keys)| {
            let consistent = is_consistent(&table).then_some(true).into();
            (table.to_string().into(), Value::structure([("Keys", Value::list(keys)), ("ConsistentRead", consistent)]))
        })
        .collect();
    Value::Map(tables)
}

fn unprocessed_items<'a>(unprocessed: &[(TableName, BatchWrite)]) -> Value<'a> {
    let write = |write: &BatchWrite| match write {
        BatchWrite::Put(item) => {
            Value::structure([("PutRequest", Value::structure([("Item", attribute::write_item(item))]))])
        }
        BatchWrite::Delete(of) => Value::structure([("DeleteRequest", Value::structure([("Key", key(of))]))]),
    };
    let tables = grouped(unprocessed, write).into_iter();
    Value::Map(tables.map(|(table, writes)| (table.to_string().into(), Value::list(writes))).collect())
}

/// An error of the service, with the item or the reasons that belong to it.
pub fn refusal(encoding: Encoding, error: &Error, account: &Account) -> HttpResponse {
    let extra = match error {
        Error::ConditionalCheckFailed(Some(item)) => ("Item", attribute::write_item(item)),
        Error::ProvisionedThroughputExceeded(Some(reason)) => {
            ("ThrottlingReasons", Value::list([throttling_reason(reason, account)]))
        }
        Error::TransactionCanceled(reasons) => {
            let reason = |reason: &Option<Box<Error>>| match reason.as_deref() {
                None => Value::structure([("Code", "None".into())]),
                Some(error) => Value::structure([
                    ("Code", error.cancellation_code().into()),
                    ("Message", Value::display(error)),
                    (
                        "Item",
                        match error {
                            Error::ConditionalCheckFailed(Some(item)) => attribute::write_item(item),
                            _ => Value::Null,
                        },
                    ),
                ]),
            };
            ("CancellationReasons", Value::list(reasons.iter().map(reason)))
        }
        _ => ("Item", Value::Null),
    };
    let wire = WireError::of(error);
    encoding.refusal_with(namespace(wire.code), &wire, extra)
}

fn throttling_reason<'a>(reason: &ThrottlingReason, account: &Account) -> Value<'a> {
    let table = account.table_arn(&reason.table);
    let resource = reason.index.as_ref().map_or_else(|| table.clone(), |index| format!("{table}/index/{index}"));
    Value::structure([("reason", Value::display(reason)), ("resource", resource.into())])
}

/// An error of a request that never reached the service.
pub(crate) fn wire_refusal(encoding: Encoding, error: &WireError) -> HttpResponse {
    encoding.refusal(namespace(error.code), error)
}

/// What stands before an error's name.
fn namespace(code: &str) -> &'static str {
    match code {
        "ValidationException" => "com.amazon.coral.validate#",
        "ThrottlingException" => "com.amazon.coral.availability#",
        "SerializationException"
        | "UnknownOperationException"
        | "MissingAuthenticationTokenException"
        | "IncompleteSignatureException"
        | "InvalidSignatureException" => "com.amazon.coral.service#",
        _ => "com.amazonaws.dynamodb.v20120810#",
    }
}
