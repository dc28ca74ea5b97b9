//! Answers about tables: their settings and descriptions.

use crate::aws::dynamodb::api::{
    Adjusted, AttributeName, AttributeType, Capacity, Encryption, IndexDescription, Projection, Response,
    TableDescription, TableStatus, Warm,
};
use crate::aws::protocol::Account;
use crate::aws::protocol::value::Value;
use crate::base::SimTime;

/// How far back point-in-time recovery reaches.
const RECOVERY_DAYS: u32 = 35;

/// The body of an answer about tables.
pub(super) fn encode<'a>(response: &'a Response, account: &Account, epoch_unix_ms: u64) -> Value<'a> {
    match response {
        Response::Table(table) => {
            let description = description(table, account, epoch_unix_ms);
            // DescribeTable and the rest call the same thing by two names; each client reads its own.
            Value::structure([("Table", description.clone()), ("TableDescription", description)])
        }
        Response::DeletedTable(table) => {
            Value::structure([("TableDescription", deleted(table, account, epoch_unix_ms))])
        }
        Response::ContributorInsights(table, index) => Value::structure([
            ("TableName", Value::display(table)),
            ("IndexName", index.as_deref().into()),
            ("ContributorInsightsStatus", "DISABLED".into()),
        ]),
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
        Response::PointInTimeRecovery(between) => {
            let status = if between.is_some() { "ENABLED" } else { "DISABLED" };
            let time = |at: SimTime| Value::Time(epoch_unix_ms + at.as_millis());
            let (earliest, latest) = between.unzip();
            let recovery = Value::structure([
                ("PointInTimeRecoveryStatus", status.into()),
                ("RecoveryPeriodInDays", between.map(|_| RECOVERY_DAYS).into()),
                ("EarliestRestorableDateTime", earliest.map_or(Value::Null, time)),
                ("LatestRestorableDateTime", latest.map_or(Value::Null, time)),
            ]);
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

fn units(capacity: Capacity) -> (u32, u32) {
    match capacity {
        Capacity::OnDemand => (0, 0),
        Capacity::Provisioned { read, write } => (read, write),
    }
}

fn provisioned<'a>(capacity: Capacity, adjusted: Adjusted, epoch_unix_ms: u64) -> Value<'a> {
    let (read, write) = units(capacity);
    let time = |at: Option<SimTime>| at.map_or(Value::Null, |at| Value::Time(epoch_unix_ms + at.as_millis()));
    Value::structure([
        ("LastIncreaseDateTime", time(adjusted.raised_at)),
        ("LastDecreaseDateTime", time(adjusted.lowered_at)),
        ("NumberOfDecreasesToday", adjusted.decreases.1.into()),
        ("ReadCapacityUnits", read.into()),
        ("WriteCapacityUnits", write.into()),
    ])
}

/// What a table on demand can take at once when it is new
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html>).
const WARM_ON_DEMAND: Warm = (12_000, 4_000);

/// WarmThroughput: while a table or index changes, only what was asked for.
fn warm_throughput<'a>(asked: Option<Warm>, capacity: Capacity, is_active: bool) -> Value<'a> {
    let of_capacity = match capacity {
        Capacity::OnDemand => WARM_ON_DEMAND,
        Capacity::Provisioned { read, write } => (read.into(), write.into()),
    };
    let Some((read, write)) = asked.or(is_active.then_some(of_capacity)) else { return Value::Null };
    // What was left out is what the capacity gives.
    let or = |units: u64, other: u64| if units == 0 { other } else { units };
    Value::structure([
        ("ReadUnitsPerSecond", or(read, of_capacity.0).into()),
        ("WriteUnitsPerSecond", or(write, of_capacity.1).into()),
        ("Status", if is_active { "ACTIVE" } else { "UPDATING" }.into()),
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
        let described: Vec<_> = of_kind.map(|index| index_description(index, &arn, is_new, epoch_unix_ms)).collect();
        if described.is_empty() { Value::Null } else { Value::list(described) }
    };
    let is_active = table.status == TableStatus::Active;
    let time = |at: SimTime| Value::Time(epoch_unix_ms + at.as_millis());
    // A table that was on demand before says so too.
    let mode = match (table.capacity, table.on_demand_since) {
        (Capacity::OnDemand, _) => "PAY_PER_REQUEST".into(),
        (Capacity::Provisioned { .. }, Some(_)) => "PROVISIONED".into(),
        (Capacity::Provisioned { .. }, None) => Value::Null,
    };
    let since = table.on_demand_since.filter(|_| !is_new).map_or(Value::Null, time);
    let billing = match mode {
        Value::Null => Value::Null,
        mode => Value::structure([("BillingMode", mode), ("LastUpdateToPayPerRequestDateTime", since)]),
    };
    Value::structure([
        ("AttributeDefinitions", Value::list(table.key_types.iter().map(definition))),
        ("TableName", Value::display(&table.table)),
        ("KeySchema", key_schema(&table.hash_key, table.range_key.as_ref())),
        ("TableStatus", status(table.status)),
        ("CreationDateTime", time(table.created_at)),
        ("ProvisionedThroughput", provisioned(table.capacity, table.adjusted, epoch_unix_ms)),
        ("TableSizeBytes", table.size_bytes.into()),
        ("ItemCount", table.item_count.into()),
        ("TableArn", arn.clone().into()),
        ("TableId", table_id(table).into()),
        ("BillingModeSummary", billing),
        ("LocalSecondaryIndexes", indexes(true)),
        ("GlobalSecondaryIndexes", indexes(false)),
        ("DeletionProtectionEnabled", table.is_protected.into()),
        ("WarmThroughput", warm_throughput(table.warm, table.capacity, is_active)),
        ("SSEDescription", table.encryption.as_ref().map_or(Value::Null, |of| sse_description(of, account))),
    ])
}

/// Of a table that goes, its shape is not told any more.
fn deleted<'a>(table: &'a TableDescription, account: &Account, epoch_unix_ms: u64) -> Value<'a> {
    Value::structure([
        ("TableName", Value::display(&table.table)),
        ("TableStatus", status(table.status)),
        ("ProvisionedThroughput", provisioned(table.capacity, table.adjusted, epoch_unix_ms)),
        ("TableSizeBytes", table.size_bytes.into()),
        ("ItemCount", table.item_count.into()),
        ("TableArn", account.table_arn(&table.table).into()),
        ("TableId", table_id(table).into()),
        ("DeletionProtectionEnabled", table.is_protected.into()),
    ])
}

/// The key that AWS has for an account's tables.
const DEFAULT_KEY: &str = "00000000-0000-4000-8000-646566617574";

fn sse_description<'a>(of: &'a Encryption, account: &Account) -> Value<'a> {
    let arn = |key: &str| format!("arn:aws:kms:{}:{}:key/{key}", account.region, account.id);
    let key = match of.key_id.as_deref() {
        Some(key) if key.starts_with("arn:") => key.to_owned(),
        Some(key) => arn(key),
        None => arn(DEFAULT_KEY),
    };
    let status = if of.is_ending { "UPDATING" } else { "ENABLED" };
    Value::structure([("Status", status.into()), ("SSEType", "KMS".into()), ("KMSMasterKeyArn", key.into())])
}

fn table_id(table: &TableDescription) -> String {
    format!("00000000-0000-4000-8000-{:012x}", table.id.0)
}

/// An index; of one that came with its table nothing is filled in.
fn index_description<'a>(index: &'a IndexDescription, table_arn: &str, is_new: bool, epoch_unix_ms: u64) -> Value<'a> {
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
        ("ProvisionedThroughput", global(provisioned(index.capacity, Adjusted::default(), epoch_unix_ms))),
        ("WarmThroughput", global(warm_throughput(index.warm, index.capacity, index.is_active))),
        ("IndexSizeBytes", index.size_bytes.into()),
        ("ItemCount", index.item_count.into()),
        ("IndexArn", format!("{table_arn}/index/{}", index.name).into()),
    ])
}
