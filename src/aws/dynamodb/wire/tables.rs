//! Requests and answers about tables: their creation, changes, settings and descriptions.

use std::borrow::Cow;

use super::body::Body;
use crate::aws::Account;
use crate::aws::dynamodb::api::{
    AttributeName, AttributeType, Capacity, CreateTable, IndexDescription, IndexSchema, Projection, Request, Response,
    TableDescription, TableStatus, UpdateTable,
};
use crate::aws::protocol::WireError;
use crate::aws::protocol::value::Value;

/// The request of an operation on tables.
pub(super) fn decode(operation: &str, body: &Body<'_>) -> Result<Request, WireError> {
    Ok(match operation {
        "CreateTable" => Request::CreateTable(create_table(body)?),
        "UpdateTable" => Request::UpdateTable(update_table(body)?),
        "DeleteTable" => Request::DeleteTable { table: body.table()? },
        "DescribeTable" => Request::DescribeTable { table: body.table()? },
        "ListTables" => {
            let parse = |name: &str| super::body::table_name(name, body.account);
            let exclusive_start = body.optional_text("ExclusiveStartTableName").map(parse).transpose()?;
            Request::ListTables { exclusive_start, limit: body.number("Limit") }
        }
        "UpdateTimeToLive" => {
            let wanted = body.part("TimeToLiveSpecification");
            let attribute =
                wanted.filter(|of| of.flag("Enabled") == Some(true)).map(|of| of.attribute_name("AttributeName"));
            Request::UpdateTimeToLive { table: body.table()?, attribute }
        }
        "DescribeTimeToLive" => Request::DescribeTimeToLive { table: body.table()? },
        "UpdateContinuousBackups" => {
            let wanted = body.part("PointInTimeRecoverySpecification");
            let is_enabled = wanted.and_then(|of| of.flag("PointInTimeRecoveryEnabled")) == Some(true);
            Request::UpdateContinuousBackups { table: body.table()?, is_enabled }
        }
        "DescribeContinuousBackups" => Request::DescribeContinuousBackups { table: body.table()? },
        "TagResource" => Request::TagResource { table: body.resource()?, tags: tags(body) },
        "UntagResource" => {
            let keys = body.list("TagKeys").filter_map(|key| key.value.as_text()).map(Into::into).collect();
            Request::UntagResource { table: body.resource()?, keys }
        }
        "ListTagsOfResource" => Request::ListTagsOfResource { table: body.resource()? },
        _ => return Err(super::decode::unknown(operation)),
    })
}

fn invalid(text: impl std::fmt::Display) -> WireError {
    WireError::validation(format!("One or more parameter values were invalid: {text}"))
}

fn tags(body: &Body<'_>) -> Vec<(Box<str>, Box<str>)> {
    body.list("Tags").map(|tag| (tag.text("Key").into(), tag.text("Value").into())).collect()
}

/// KeySchema: a HASH key, and perhaps a RANGE key, each with a type.
pub(super) fn keys(
    body: &Body<'_>,
    types: &[(AttributeName, AttributeType)],
) -> Result<(AttributeName, Option<AttributeName>), WireError> {
    let mut keys = body.list("KeySchema").map(|key| (key.text("KeyType"), key.attribute_name("AttributeName")));
    let hash = match keys.next() {
        Some(("HASH", name)) => name,
        _ => {
            return Err(WireError::validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"));
        }
    };
    let range = match keys.next() {
        None => None,
        Some(("RANGE", name)) if name != hash => Some(name),
        Some(("RANGE", _)) => {
            return Err(WireError::validation(
                "Both the Hash Key and the Range Key element in the KeySchema have the same name",
            ));
        }
        Some(_) => {
            return Err(WireError::validation(
                "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
            ));
        }
    };
    let is_missing = |name: &&AttributeName| !types.iter().any(|(known, _)| known == *name);
    let missing = [Some(&hash), range.as_ref()].into_iter().flatten().find(is_missing);
    let problem = missing
        .map(|name| format!("Some index key attributes are not defined in AttributeDefinitions. Keys: [{name}]"));
    problem.map_or(Ok((hash, range)), |problem| Err(invalid(problem)))
}

pub(super) fn key_types(body: &Body<'_>) -> Vec<(AttributeName, AttributeType)> {
    let one =
        |of: Body<'_>| Some((of.attribute_name("AttributeName"), AttributeType::named(of.text("AttributeType"))?));
    body.list("AttributeDefinitions").filter_map(one).collect()
}

pub(super) fn throughput(body: &Body<'_>) -> Option<Capacity> {
    let throughput = body.part("ProvisionedThroughput")?;
    let units = |name| throughput.number(name).unwrap_or_default();
    Some(Capacity::Provisioned { read: units("ReadCapacityUnits"), write: units("WriteCapacityUnits") })
}

fn create_table(body: &Body<'_>) -> Result<CreateTable, WireError> {
    if body.list("LocalSecondaryIndexes").next().is_some() {
        return Err(WireError::validation("kinesim has no local secondary indexes"));
    }
    let key_types = key_types(body);
    let (hash_key, range_key) = keys(body, &key_types)?;
    let capacity = match (body.text("BillingMode"), throughput(body)) {
        ("PAY_PER_REQUEST", None) => Capacity::OnDemand,
        ("PAY_PER_REQUEST", Some(_)) => {
            let text =
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST";
            return Err(invalid(text));
        }
        (_, Some(capacity)) => capacity,
        (_, None) => {
            let text =
                "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED";
            return Err(invalid(text));
        }
    };
    let indexes =
        body.list("GlobalSecondaryIndexes").map(|of| index(&of, &key_types)).collect::<Result<Vec<_>, WireError>>()?;
    let mut used: Vec<&AttributeName> = [Some(&hash_key), range_key.as_ref()].into_iter().flatten().collect();
    used.extend(indexes.iter().flat_map(|index| [Some(&index.hash_key), index.range_key.as_ref()]).flatten());
    if key_types.iter().any(|(name, _)| !used.contains(&name)) {
        let text = "Some AttributeDefinitions are not used. AttributeDefinitions must be those of keys of the table and its \
                    indexes";
        return Err(invalid(text));
    }
    Ok(CreateTable {
        table: body.table()?,
        hash_key,
        range_key,
        capacity,
        indexes,
        key_types,
        is_protected: body.flag("DeletionProtectionEnabled") == Some(true),
        tags: tags(body),
    })
}

fn index(body: &Body<'_>, types: &[(AttributeName, AttributeType)]) -> Result<IndexSchema, WireError> {
    let (hash_key, range_key) = keys(body, types)?;
    let shown = body.part("Projection");
    let projection = match shown.map(|of| of.text("ProjectionType")) {
        Some("ALL") => Projection::All,
        Some("INCLUDE") => {
            let names = shown.into_iter().flat_map(|of| of.list("NonKeyAttributes"));
            Projection::Include(
                names.filter_map(|name| name.value.as_text()).map(|name| Cow::Owned(name.to_owned())).collect(),
            )
        }
        Some("KEYS_ONLY") => Projection::KeysOnly,
        _ => return Err(invalid("Unknown ProjectionType: null")),
    };
    let capacity = throughput(body);
    Ok(IndexSchema { name: body.text("IndexName").into(), hash_key, range_key, capacity, projection })
}

fn update_table(body: &Body<'_>) -> Result<UpdateTable, WireError> {
    let key_types = key_types(body);
    let mut update = UpdateTable::of(body.table()?);
    update.capacity = match (body.text("BillingMode"), throughput(body)) {
        ("PAY_PER_REQUEST", None) => Some(Capacity::OnDemand),
        ("PAY_PER_REQUEST", Some(_)) => {
            let text =
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST";
            return Err(invalid(text));
        }
        ("PROVISIONED", None) => {
            let text =
                "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED";
            return Err(invalid(text));
        }
        (_, capacity) => capacity,
    };
    for of in body.list("GlobalSecondaryIndexUpdates") {
        if let Some(create) = of.part("Create")
            && update.add_index.replace(index(&create, &key_types)?).is_some()
        {
            return Err(one_change());
        }
        if let Some(delete) = of.part("Delete")
            && update.delete_index.replace(delete.text("IndexName").into()).is_some()
        {
            return Err(one_change());
        }
        if let Some(change) = of.part("Update") {
            let capacity = throughput(&change).ok_or_else(|| invalid("ProvisionedThroughput must be specified"))?;
            update.index_capacities.push((change.text("IndexName").into(), capacity));
        }
    }
    update.is_protected = body.flag("DeletionProtectionEnabled");
    update.key_types = key_types;
    Ok(update)
}

fn one_change() -> WireError {
    WireError {
        code: "LimitExceededException",
        message: Some(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table".into(),
        ),
        status: 400,
    }
}

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
    let indexes = match table.indexes.is_empty() {
        true => Value::Null,
        false => Value::list(table.indexes.iter().map(|index| index_description(index, &arn))),
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
        ("GlobalSecondaryIndexes", indexes),
        ("DeletionProtectionEnabled", table.is_protected.into()),
    ])
}

fn index_description<'a>(index: &'a IndexDescription, table_arn: &str) -> Value<'a> {
    let (kind, names) = match &index.projection {
        Projection::KeysOnly => ("KEYS_ONLY", Value::Null),
        Projection::All => ("ALL", Value::Null),
        Projection::Include(names) => ("INCLUDE", Value::list(names.iter().map(|name| (&**name).into()))),
    };
    let backfilling = (!index.is_active).then_some(true);
    Value::structure([
        ("IndexName", (&*index.name).into()),
        ("KeySchema", key_schema(&index.hash_key, index.range_key.as_ref())),
        ("Projection", Value::structure([("ProjectionType", kind.into()), ("NonKeyAttributes", names)])),
        ("IndexStatus", if index.is_active { "ACTIVE" } else { "CREATING" }.into()),
        ("Backfilling", backfilling.into()),
        ("ProvisionedThroughput", provisioned(index.capacity)),
        ("IndexSizeBytes", index.size_bytes.into()),
        ("ItemCount", index.item_count.into()),
        ("IndexArn", format!("{table_arn}/index/{}", index.name).into()),
    ])
}
