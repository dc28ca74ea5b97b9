//! Answers about tables: their settings and descriptions.

use crate::aws::dynamodb::api::{
    AttributeName, AttributeType, Capacity, IndexDescription, Projection, Response, TableDescription, TableStatus,
};
use crate::aws::protocol::Account;
use crate::aws::protocol::value::Value;

/// The body of an answer about tables.
pub(super) fn encode<'a>(response: &'a Response, account: &Account, epoch_unix_ms: u64) -> Value<'a> {
    match response {
        Response::Table(table) => {
            let description = description(table, account, epoch_unix_ms);
            // DescribeTable and the rest call the same thing by two names; each client reads its own.
            Value::structure([("Table", description.clone()), ("TableDescription", description)])
        }
        Response::Tables { names, has_more } => Value::structure([
            ("TableNames", Value::list(names.iter().map(Value::display))),
            ("LastEvaluatedTableName", names.last().filter(|_| *has_more).map(ToString::to_string).into()),
        ]),
        Response::TimeToLive(attribute) => {
            let status = if attribute.is_some() { "ENABLED" } else { "DISABLED" };
            let name = || -> Value<'a> { attribute.as_deref().into() };
            Value::structure([
                (
                    "TimeToLiveDescription",
                    Value::structure([("TimeToLiveStatus", status.into()), ("AttributeName", name())]),
                ),
                (
                    "TimeToLiveSpecification",
                    Value::structure([("Enabled", attribute.is_some().into()), ("AttributeName", name())]),
                ),
            ])
        }
        Response::Tags(tags) => {
            let tag = |(key, value): &'a (Box<str>, Box<str>)| {
                Value::structure([("Key", (&**key).into()), ("Value", (&**value).into())])
            };
            Value::structure([("Tags", Value::list(tags.iter().map(tag)))])
        }
        Response::PointInTimeRecovery(is_enabled) => {
            let status = if *is_enabled { "ENABLED" } else { "DISABLED" };
            let recovery = Value::structure([("PointInTimeRecoveryStatus", status.into())]);
            let backups = Value::structure([
                ("ContinuousBackupsStatus", "ENABLED".into()),
                ("PointInTimeRecoveryDescription", recovery),
            ]);
            Value::structure([("ContinuousBackupsDescription", backups)])
        }
        _ => Value::Map(Vec::new()),
    }
}

pub(super) fn key_schema<'a>(hash: &'a AttributeName, range: Option<&'a AttributeName>) -> Value<'a> {
    let one = |(name, kind): (&'a AttributeName, &'static str)| {
        Value::structure([("AttributeName", (&**name).into()), ("KeyType", kind.into())])
    };
    Value::list([(hash, "HASH")].into_iter().chain(range.map(|range| (range, "RANGE"))).map(one))
}

fn provisioned<'a>(capacity: Capacity) -> Value<'a> {
    let (read, write) = match capacity {
        Capacity::OnDemand => (0, 0),
        Capacity::Provisioned { read, write } => (read, write),
    };
    Value::structure([
        ("NumberOfDecreasesToday", Value::Int(0)),
        ("ReadCapacityUnits", read.into()),
        ("WriteCapacityUnits", write.into()),
    ])
}

fn status<'a>(status: TableStatus) -> Value<'a> {
    match status {
        TableStatus::Creating => "CREATING",
        TableStatus::Active => "ACTIVE",
        TableStatus::Updating => "UPDATING",
        TableStatus::Deleting => "DELETING",
    }
    .into()
}

fn description<'a>(table: &'a TableDescription, account: &Account, epoch_unix_ms: u64) -> Value<'a> {
    let arn = account.table_arn(&table.table);
    let definition = |(name, kind): &'a (AttributeName, AttributeType)| {
        Value::structure([("AttributeName", (&**name).into()), ("AttributeType", kind.name().into())])
    };
    let is_new = table.status == TableStatus::Creating;
    let indexes = |is_local: bool| {
        let of_kind = table.indexes.iter().filter(|index| index.is_local == is_local);
        let described: Vec<_> = of_kind.map(|index| index_description(index, &arn, is_new)).collect();
        if described.is_empty() { Value::Null } else { Value::list(described) }
    };
    let billing = match table.capacity {
        Capacity::OnDemand => Value::structure([("BillingMode", "PAY_PER_REQUEST".into())]),
        Capacity::Provisioned { .. } => Value::Null,
    };
    Value::structure([
        ("AttributeDefinitions", Value::list(table.key_types.iter().map(definition))),
        ("TableName", Value::display(&table.table)),
        ("KeySchema", key_schema(&table.hash_key, table.range_key.as_ref())),
        ("TableStatus", status(table.status)),
        ("CreationDateTime", Value::Time(epoch_unix_ms + table.created_at.as_millis())),
        ("ProvisionedThroughput", provisioned(table.capacity)),
        ("TableSizeBytes", table.size_bytes.into()),
        ("ItemCount", table.item_count.into()),
        ("TableArn", arn.clone().into()),
        ("TableId", format!("00000000-0000-4000-8000-{:012x}", table.id.0).into()),
        ("BillingModeSummary", billing),
        ("LocalSecondaryIndexes", indexes(true)),
        ("GlobalSecondaryIndexes", indexes(false)),
        ("DeletionProtectionEnabled", table.is_protected.into()),
    ])
}

/// An index; of one that came with its table nothing is filled in.
fn index_description<'a>(index: &'a IndexDescription, table_arn: &str, is_new: bool) -> Value<'a> {
    let (kind, names) = match &index.projection {
        Projection::KeysOnly => ("KEYS_ONLY", Value::Null),
        Projection::All => ("ALL", Value::Null),
        Projection::Include(names) => ("INCLUDE", Value::list(names.iter().map(|name| (&**name).into()))),
    };
    let backfilling = (!index.is_active && !is_new).then_some(true);
    let status = if index.is_active { "ACTIVE" } else { "CREATING" };
    let global = |value: Value<'a>| if index.is_local { Value::Null } else { value };
    Value::structure([
        ("IndexName", (&*index.name).into()),
        ("KeySchema", key_schema(&index.hash_key, index.range_key.as_ref())),
        ("Projection", Value::structure([("ProjectionType", kind.into()), ("NonKeyAttributes", names)])),
        ("IndexStatus", global(status.into())),
        ("Backfilling", global(backfilling.into())),
        ("ProvisionedThroughput", global(provisioned(index.capacity))),
        ("IndexSizeBytes", index.size_bytes.into()),
        ("ItemCount", index.item_count.into()),
        ("IndexArn", format!("{table_arn}/index/{}", index.name).into()),
    ])
}
