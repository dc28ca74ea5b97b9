//! Requests to bodies.

use super::expressions::Placeholders;
use crate::aws::dynamodb::api::{AttributeName, AttributeType, Capacity, Condition, CreateTable, Key, Page, Returns};
use crate::aws::dynamodb::operations::Request;
use crate::aws::dynamodb::operations::{DeleteItem, DescribeTable, GetItem, PutItem, Scan, UpdateItem};
use crate::aws::dynamodb::wire::{attribute, tables};
use crate::aws::protocol::value::Value;
use crate::base::TableName;

type Member<'a> = (&'static str, Value<'a>);

/// The body of a request; `None` for operations that no built-in client uses.
pub fn body(request: &Request) -> Option<Value<'_>> {
    Some(match request {
        Request::CreateTable(create) => create_table(create),
        Request::DescribeTable(DescribeTable { table }) => Value::structure([name(table)]),
        Request::GetItem(GetItem { table, key, consistent, .. }) => {
            Value::structure([name(table), self::key("Key", key), ("ConsistentRead", (*consistent).into())])
        }
        Request::PutItem(PutItem { table, item, condition, returns }) => {
            let mut placeholders = Placeholders::default();
            let condition = self::condition(&mut placeholders, condition.as_ref());
            let [names, values] = placeholders.members();
            let [returned, on_failure] = self::returns(*returns);
            let item = ("Item", attribute::write_item(item));
            Value::structure([name(table), item, condition, names, values, returned, on_failure])
        }
        Request::UpdateItem(UpdateItem { table, key, updates, is_older: _, condition, returns }) => {
            let mut placeholders = Placeholders::default();
            let text = placeholders.update(updates);
            let update = ("UpdateExpression", Some(text).filter(|text| !text.is_empty()).into());
            let condition = self::condition(&mut placeholders, condition.as_ref());
            let [names, values] = placeholders.members();
            let [returned, on_failure] = self::returns(*returns);
            let key = self::key("Key", key);
            Value::structure([name(table), key, update, condition, names, values, returned, on_failure])
        }
        Request::DeleteItem(DeleteItem { table, key, condition, returns }) => {
            let mut placeholders = Placeholders::default();
            let condition = self::condition(&mut placeholders, condition.as_ref());
            let [names, values] = placeholders.members();
            let [returned, on_failure] = self::returns(*returns);
            let key = self::key("Key", key);
            Value::structure([name(table), key, condition, names, values, returned, on_failure])
        }
        Request::Scan(Scan { table, index: None, filter, segment, page }) => {
            let mut placeholders = Placeholders::default();
            let filter = filter.as_ref().map(|filter| placeholders.condition(filter));
            let [names, values] = placeholders.members();
            let [consistent, limit, start] = self::page(page);
            let (segment, of) = segment.unzip();
            let (segment, of) = (("Segment", segment.into()), ("TotalSegments", of.into()));
            let filter = ("FilterExpression", filter.into());
            Value::structure([name(table), filter, names, values, segment, of, consistent, limit, start])
        }
        _ => return None,
    })
}

fn name(table: &TableName) -> Member<'static> {
    ("TableName", Value::display(table))
}

fn key(name: &'static str, key: &Key) -> Member<'static> {
    (name, attribute::write_item(key.attributes()))
}

fn condition(placeholders: &mut Placeholders, condition: Option<&Condition>) -> Member<'static> {
    ("ConditionExpression", condition.map(|condition| placeholders.condition(condition)).into())
}

fn returns(returns: Returns) -> [Member<'static>; 2] {
    let returned = match returns {
        Returns { new: true, .. } => "ALL_NEW".into(),
        Returns { old: true, .. } => "ALL_OLD".into(),
        Returns { .. } => Value::Null,
    };
    let on_failure = returns.old_on_failure.then_some("ALL_OLD").into();
    [("ReturnValues", returned), ("ReturnValuesOnConditionCheckFailure", on_failure)]
}

fn page(page: &Page) -> [Member<'static>; 3] {
    let start = page.start.as_ref().map_or(Value::Null, |start| attribute::write_item(start.attributes()));
    [("ConsistentRead", page.consistent.into()), ("Limit", page.limit.into()), ("ExclusiveStartKey", start)]
}

/// A table without indexes and tags, whose keys are strings unless it says otherwise.
fn create_table(create: &CreateTable) -> Value<'_> {
    let keys = || [Some(&create.hash_key), create.range_key.as_ref()].into_iter().flatten();
    let definition = |name: &AttributeName| {
        let known = create.key_types.iter().find(|(known, _)| known == name);
        let kind = known.map_or(AttributeType::S, |(_, kind)| *kind);
        Value::structure([("AttributeName", Value::display(name)), ("AttributeType", kind.name().into())])
    };
    let (billing, throughput) = match create.capacity {
        Capacity::OnDemand => ("PAY_PER_REQUEST", Value::Null),
        Capacity::Provisioned { read, write } => {
            let units = [("ReadCapacityUnits", read.into()), ("WriteCapacityUnits", write.into())];
            ("PROVISIONED", Value::structure(units))
        }
    };
    Value::structure([
        name(&create.table),
        ("AttributeDefinitions", Value::list(keys().map(definition))),
        ("KeySchema", tables::key_schema(&create.hash_key, create.range_key.as_ref())),
        ("BillingMode", billing.into()),
        ("ProvisionedThroughput", throughput),
        ("DeletionProtectionEnabled", create.is_protected.then_some(true).into()),
    ])
}
