//! Members of requests about tables: keys, indexes, capacity and tags.

use std::borrow::Cow;

use super::body::Body;
use super::shapes::{ENCRYPTION, WARM};
use crate::aws::dynamodb::api::{
    AttributeName, AttributeType, Capacity, CreateTable, Encryption, IndexSchema, Projection, UpdateTable, Warm,
};
use crate::aws::dynamodb::table_updates::NOTHING;
use crate::aws::protocol::WireError;
use crate::aws::protocol::value::Value;

fn invalid(text: impl std::fmt::Display) -> WireError {
    WireError::validation(format!("One or more parameter values were invalid: {text}"))
}

pub(in crate::aws::dynamodb) fn tags(body: &Body<'_>) -> Vec<(Box<str>, Box<str>)> {
    body.list("Tags").map(|tag| (tag.text("Key").into(), tag.text("Value").into())).collect()
}

/// KeySchema: a HASH key, and perhaps a RANGE key, each with a type.
pub(in crate::aws::dynamodb) fn keys(
    body: &Body<'_>,
    types: &[(AttributeName, AttributeType)],
) -> Result<(AttributeName, Option<AttributeName>), WireError> {
    let keys: Vec<_> = body.list("KeySchema").map(|key| (key.text("KeyType"), key.text("AttributeName"))).collect();
    if keys.iter().any(|(_, name)| !types.iter().any(|(known, _)| known == name)) {
        let (keys, known) = (keys.iter().map(|(_, name)| *name), types.iter().map(|(name, _)| &**name));
        return Err(invalid(format_args!(
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [{}], AttributeDefinitions: [{}]",
            keys.collect::<Vec<_>>().join(", "),
            known.collect::<Vec<_>>().join(", ")
        )));
    }
    let owned = |name: &str| Cow::Owned(name.to_owned());
    let text = match keys[..] {
        [(_, hash), (_, range)] if hash == range => {
            "Both the Hash Key and the Range Key element in the KeySchema have the same name"
        }
        [("HASH", hash)] => return Ok((owned(hash), None)),
        [("HASH", hash), ("RANGE", range)] => return Ok((owned(hash), Some(owned(range)))),
        [("HASH", _), _] => "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
        _ => "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
    };
    Err(WireError::validation(text))
}

pub(in crate::aws::dynamodb) fn key_types(body: &Body<'_>) -> Vec<(AttributeName, AttributeType)> {
    let one =
        |of: Body<'_>| Some((of.attribute_name("AttributeName"), AttributeType::named(of.text("AttributeType"))?));
    body.list("AttributeDefinitions").filter_map(one).collect()
}

pub(in crate::aws::dynamodb) fn throughput(body: &Body<'_>) -> Option<Capacity> {
    let throughput = body.part("ProvisionedThroughput")?;
    let units = |name| throughput.number(name).unwrap_or_default();
    Some(Capacity::Provisioned { read: units("ReadCapacityUnits"), write: units("WriteCapacityUnits") })
}

/// Largest number of units that a request may name.
const UNITS_MAX: i64 = 1_000_000_000_000;

/// Units that no table has.
fn check_bounds(body: &Body<'_>) -> Result<(), WireError> {
    let throughput = body.part("ProvisionedThroughput");
    let of = |name| throughput.and_then(|of| of.value.get(name)).and_then(Value::as_int);
    for name in ["ReadCapacityUnits", "WriteCapacityUnits"] {
        if let Some(units) = of(name).filter(|units| *units > UNITS_MAX) {
            return Err(WireError::validation(format!("Given value {units} for {name} is out of bounds")));
        }
    }
    Ok(())
}

fn capacity(body: &Body<'_>) -> Result<Capacity, WireError> {
    match (body.text("BillingMode"), throughput(body)) {
        ("PAY_PER_REQUEST", None) => Ok(Capacity::OnDemand),
        ("PAY_PER_REQUEST", Some(_)) => Err(on_demand_units()),
        (_, Some(capacity)) => Ok(capacity),
        (_, None) => {
            let text =
                "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED";
            Err(invalid(text))
        }
    }
}

fn on_demand_units() -> WireError {
    invalid("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
}

/// There are no streams of tables here, and who asks for one must not wait for its records.
fn need_no_stream(body: &Body<'_>) -> Result<(), WireError> {
    match body.part("StreamSpecification").and_then(|of| of.flag("StreamEnabled")) {
        Some(true) => Err(WireError::validation(
            "kinesim has no DynamoDB Streams: leave StreamSpecification out, or set StreamEnabled to false",
        )),
        _ => Ok(()),
    }
}

pub(in crate::aws::dynamodb) fn create_table(body: &Body<'_>) -> Result<CreateTable, WireError> {
    let capacity = capacity(body)?;
    check_bounds(body)?;
    let key_types = key_types(body);
    if let Some(twice) = (1..key_types.len()).find(|at| key_types[..*at].iter().any(|of| of.0 == key_types[*at].0)) {
        let name = &key_types[twice].0;
        return Err(invalid(format_args!("AttributeDefinitions contains duplicate attribute names: {name}")));
    }
    if body.list("KeySchema").count() > key_types.len() {
        return Err(WireError::validation("Invalid KeySchema: Some index key attribute have no definition"));
    }
    let (hash_key, range_key) = keys(body, &key_types)?;
    let has_indexes =
        ["LocalSecondaryIndexes", "GlobalSecondaryIndexes"].iter().any(|name| body.value.get(name).is_some());
    if !has_indexes && key_types.len() != 1 + usize::from(range_key.is_some()) {
        let text = "Number of attributes in KeySchema does not exactly match number of attributes defined in \
                    AttributeDefinitions";
        return Err(invalid(text));
    }
    let mut indexes = local_indexes(body, &key_types, (&hash_key, range_key.as_ref()))?;
    indexes.extend(global_indexes(body, &key_types, capacity)?);
    if let Some(twice) = (1..indexes.len()).find(|at| indexes[..*at].iter().any(|of| of.name == indexes[*at].name)) {
        return Err(invalid(format_args!("Duplicate index name: {}", indexes[twice].name)));
    }
    check_all_used(&key_types, (&hash_key, range_key.as_ref()), &indexes)?;
    need_no_stream(body)?;
    let is_protected = body.flag("DeletionProtectionEnabled") == Some(true);
    let (table, tags, warm, encryption) = (body.table()?, tags(body), warm(body), encryption(body).flatten());
    Ok(CreateTable { table, hash_key, range_key, capacity, indexes, key_types, is_protected, warm, encryption, tags })
}

type Keys<'a> = (&'a AttributeName, Option<&'a AttributeName>);

/// Definitions are those of keys, of the table and its indexes.
fn check_all_used(
    types: &[(AttributeName, AttributeType)],
    (hash, range): Keys<'_>,
    indexes: &[IndexSchema],
) -> Result<(), WireError> {
    let mut used: Vec<&AttributeName> = [Some(hash), range].into_iter().flatten().collect();
    used.extend(indexes.iter().flat_map(|index| [Some(&index.hash_key), index.range_key.as_ref()]).flatten());
    if types.iter().all(|(name, _)| used.contains(&name)) {
        return Ok(());
    }
    let text =
        |names: &mut dyn Iterator<Item = &AttributeName>| names.map(|name| &**name).collect::<Vec<_>>().join(", ");
    used.sort();
    used.dedup();
    Err(invalid(format_args!(
        "Some AttributeDefinitions are not used. AttributeDefinitions: [{}], keys used: [{}]",
        text(&mut types.iter().map(|(name, _)| name)),
        text(&mut used.into_iter())
    )))
}

/// Most local secondary indexes of a table.
const LOCAL_INDEXES_MAX: usize = 5;
/// Most global secondary indexes of a table.
const GLOBAL_INDEXES_MAX: usize = 20;

fn local_indexes(
    body: &Body<'_>,
    types: &[(AttributeName, AttributeType)],
    (hash, range): Keys<'_>,
) -> Result<Vec<IndexSchema>, WireError> {
    let Some(list) = body.value.get("LocalSecondaryIndexes").and_then(Value::as_list) else { return Ok(Vec::new()) };
    if list.is_empty() {
        return Err(invalid("List of LocalSecondaryIndexes is empty"));
    }
    if range.is_none() {
        let text = "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex";
        return Err(invalid(text));
    }
    let one = |of: Body<'_>| {
        let index = IndexSchema { is_local: true, ..index(&of, types)? };
        let name = &index.name;
        if index.range_key.is_none() {
            return Err(invalid(format_args!("Index KeySchema does not have a range key for index: {name}")));
        }
        if index.hash_key != *hash {
            return Err(invalid(format_args!(
                "Index KeySchema does not have the same leading hash key as table KeySchema for index: {name}. index \
                 hash key: {}, table hash key: {hash}",
                index.hash_key
            )));
        }
        Ok(index)
    };
    let indexes = body.list("LocalSecondaryIndexes").map(one).collect::<Result<Vec<_>, _>>()?;
    match indexes.len() <= LOCAL_INDEXES_MAX {
        true => Ok(indexes),
        false => Err(invalid("Number of LocalSecondaryIndexes exceeds per-table limit of 5")),
    }
}

fn global_indexes(
    body: &Body<'_>,
    types: &[(AttributeName, AttributeType)],
    of_table: Capacity,
) -> Result<Vec<IndexSchema>, WireError> {
    let Some(list) = body.value.get("GlobalSecondaryIndexes").and_then(Value::as_list) else { return Ok(Vec::new()) };
    if list.is_empty() {
        return Err(invalid("List of GlobalSecondaryIndexes is empty"));
    }
    let one = |of: Body<'_>| {
        let index = index(&of, types)?;
        match (index.capacity, of_table) {
            (Some(_), Capacity::OnDemand) => Err(invalid(format_args!(
                "ProvisionedThroughput should not be specified for index: {} when BillingMode is PAY_PER_REQUEST",
                index.name
            ))),
            _ => Ok(index),
        }
    };
    let indexes = body.list("GlobalSecondaryIndexes").map(one).collect::<Result<Vec<_>, _>>()?;
    match indexes.len() <= GLOBAL_INDEXES_MAX {
        true => Ok(indexes),
        false => Err(invalid("GlobalSecondaryIndex count exceeds the per-table limit of 20")),
    }
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
    if let (Some(shown), Some(kind @ ("ALL" | "KEYS_ONLY"))) = (shown, shown.map(|of| of.text("ProjectionType")))
        && shown.value.get("NonKeyAttributes").is_some()
    {
        return Err(invalid(format_args!("ProjectionType is {kind}, but NonKeyAttributes is specified")));
    }
    let (name, capacity, warm) = (body.text("IndexName").into(), throughput(body), warm(body));
    Ok(IndexSchema { name, is_local: false, hash_key, range_key, capacity, warm, projection })
}

/// WarmThroughput, of which either part may be left out.
fn warm(body: &Body<'_>) -> Option<Warm> {
    let of = body.part("WarmThroughput")?;
    let units = |name| of.value.get(name).and_then(Value::as_int).and_then(|units| u64::try_from(units).ok());
    Some((units("ReadUnitsPerSecond").unwrap_or_default(), units("WriteUnitsPerSecond").unwrap_or_default()))
}

/// SSESpecification: `Some(None)` when it is not enabled.
fn encryption(body: &Body<'_>) -> Option<Option<Encryption>> {
    let of = body.part(ENCRYPTION.name)?;
    let key_id = of.optional_text("KMSMasterKeyId").map(Into::into);
    Some((of.flag("Enabled") == Some(true)).then_some(Encryption { key_id, is_ending: false }))
}

/// Most changes of indexes in a call.
const INDEX_UPDATES_MAX: usize = 5;

pub(in crate::aws::dynamodb) fn update_table(body: &Body<'_>) -> Result<UpdateTable, WireError> {
    let changes = ["ProvisionedThroughput", "BillingMode", "DeletionProtectionEnabled", "StreamSpecification"];
    let mut changes = changes.into_iter().chain([WARM.name, ENCRYPTION.name]);
    let is_nothing = changes.all(|name| body.value.get(name).is_none());
    if is_nothing && body.list("GlobalSecondaryIndexUpdates").next().is_none() {
        return Err(WireError::validation(NOTHING));
    }
    let capacity = match (body.text("BillingMode"), throughput(body)) {
        ("PAY_PER_REQUEST", None) => Some(Capacity::OnDemand),
        ("PAY_PER_REQUEST", Some(_)) => return Err(on_demand_units()),
        ("PROVISIONED", None) => {
            return Err(invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED"));
        }
        (_, capacity) => capacity,
    };
    check_bounds(body)?;
    check_index_updates(body)?;
    need_no_stream(body)?;
    let mut update = UpdateTable::of(body.table()?);
    (update.capacity, update.keeps_mode) = (capacity, body.value.get("BillingMode").is_none());
    (update.is_told_whole, update.warm, update.encryption) = (true, warm(body), encryption(body));
    update.is_protected = body.flag("DeletionProtectionEnabled");
    update.key_types = key_types(body);
    add_index_updates(body, &mut update)?;
    Ok(update)
}

/// Each element changes one index, and no two the same.
fn check_index_updates(body: &Body<'_>) -> Result<(), WireError> {
    let mut names: Vec<&str> = Vec::new();
    for of in body.list("GlobalSecondaryIndexUpdates") {
        let Some(change) = ["Update", "Create", "Delete"].iter().find_map(|kind| of.part(kind)) else {
            let of = "GlobalSecondaryIndexUpdate";
            return Err(invalid(format_args!("One of {of}.Update, {of}.Create, {of}.Delete must not be null")));
        };
        let name = change.text("IndexName");
        if names.contains(&name) {
            return Err(invalid(format_args!(
                "Only one global secondary index update per index is allowed simultaneously. Index: {name}"
            )));
        }
        names.push(name);
    }
    Ok(())
}

fn add_index_updates(body: &Body<'_>, update: &mut UpdateTable) -> Result<(), WireError> {
    let mut online = 0;
    for of in body.list("GlobalSecondaryIndexUpdates") {
        if let Some(create) = of.part("Create") {
            update.add_index = Some(index(&create, &update.key_types)?);
            online += 1;
        }
        if let Some(delete) = of.part("Delete") {
            update.delete_index = Some(delete.text("IndexName").into());
            online += 1;
        }
        if let Some(change) = of.part("Update") {
            let name: Box<str> = change.text("IndexName").into();
            if let Some(capacity) = throughput(&change) {
                update.index_capacities.push((name, capacity));
            }
        }
    }
    update.has_many_changes = online > 1 || body.list("GlobalSecondaryIndexUpdates").count() > INDEX_UPDATES_MAX;
    Ok(())
}
