//! Members of requests about tables: keys, indexes, capacity and tags.

use std::borrow::Cow;

use super::body::Body;
use crate::aws::dynamodb::api::{
    AttributeName, AttributeType, Capacity, CreateTable, IndexSchema, Projection, UpdateTable,
};
use crate::aws::protocol::WireError;

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

pub(in crate::aws::dynamodb) fn create_table(body: &Body<'_>) -> Result<CreateTable, WireError> {
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
        let text = "Some AttributeDefinitions are not used. AttributeDefinitions must be those of keys of the table \
            and its indexes";
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

pub(in crate::aws::dynamodb) fn update_table(body: &Body<'_>) -> Result<UpdateTable, WireError> {
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
