//! Members that several requests have, or that are structures of their own.

use super::body::{Body, table_name};
use super::encode::{Echo, Shown};
use super::legacy;
use super::scope::Scope;
use crate::aws::dynamodb::api::{Path, Returns, TransactAction, TransactWrite, Update};
use crate::aws::protocol::WireError;
use crate::aws::protocol::value::Value;
use crate::base::TableName;

/// In the order in which they are told.
const OLDER: [&str; 7] = [
    "AttributeUpdates",
    "Expected",
    "AttributesToGet",
    "QueryFilter",
    "ScanFilter",
    "ConditionalOperator",
    "KeyConditions",
];
const EXPRESSIONS: [&str; 5] =
    ["UpdateExpression", "ConditionExpression", "ProjectionExpression", "FilterExpression", "KeyConditionExpression"];

/// The placeholders of a request, once it is clear that it does not mix the two families of parameters. `with_values`
/// are the expressions of the operation that values may stand in.
pub(in crate::aws::dynamodb) fn scope(body: &Body<'_>, with_values: &[&str]) -> Result<Scope, WireError> {
    check_mix(body, with_values)?;
    Scope::of(body.value)
}

/// What is checked before all else.
pub(in crate::aws::dynamodb) fn check_mix(body: &Body<'_>, with_values: &[&str]) -> Result<(), WireError> {
    legacy::check_not_mixed(body.value, &OLDER, &EXPRESSIONS)?;
    let has = |name: &str| body.value.get(name).is_some();
    if has("ExpressionAttributeNames") && !EXPRESSIONS.into_iter().any(has) {
        return Err(WireError::validation("ExpressionAttributeNames can only be specified when using expressions"));
    }
    if has("ExpressionAttributeValues") && !with_values.iter().copied().any(has) {
        let verb = if with_values.len() == 1 { "is" } else { "are" };
        return Err(WireError::validation(format!(
            "ExpressionAttributeValues can only be specified when using expressions: {} {verb} null",
            with_values.join(" and ")
        )));
    }
    Ok(())
}

/// ReturnValues; UPDATED_OLD and UPDATED_NEW show what the update changes.
pub(in crate::aws::dynamodb) fn returns(
    body: &Body<'_>,
    updates: Option<&[Update]>,
    echo: &mut Echo,
) -> Result<Returns, WireError> {
    let old_on_failure = body.text("ReturnValuesOnConditionCheckFailure") == "ALL_OLD";
    let updated = || Shown::Paths(updates.into_iter().flatten().map(|update| update.path().clone()).collect());
    let (old, new) = match body.text("ReturnValues") {
        "ALL_OLD" => (true, false),
        "ALL_NEW" if updates.is_some() => (false, true),
        "UPDATED_OLD" if updates.is_some() => {
            echo.shown = updated();
            (true, false)
        }
        "UPDATED_NEW" if updates.is_some() => {
            echo.shown = updated();
            (false, true)
        }
        "NONE" | "" => (false, false),
        _ => return Err(WireError::validation("ReturnValues can only be ALL_OLD or NONE")),
    };
    Ok(Returns { old, new, old_on_failure })
}

/// Select, which must agree with the projection.
pub(in crate::aws::dynamodb) fn select(
    body: &Body<'_>,
    projection: Option<Vec<Path>>,
    echo: &mut Echo,
) -> Result<(), WireError> {
    let (select, has_projection) = (body.text("Select"), projection.is_some());
    if has_projection && !matches!(select, "" | "SPECIFIC_ATTRIBUTES") {
        let text = format!("Cannot specify the ProjectionExpression when choosing to get {select}");
        return Err(WireError::validation(text));
    }
    if !has_projection && select == "SPECIFIC_ATTRIBUTES" {
        let text = "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES";
        return Err(WireError::validation(text));
    }
    if select == "ALL_PROJECTED_ATTRIBUTES" && body.value.get("IndexName").is_none() {
        let text = "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName";
        return Err(WireError::validation(text));
    }
    echo.show(projection);
    if select == "COUNT" {
        echo.shown = Shown::Nothing;
    }
    Ok(())
}

/// RequestItems by table.
pub(in crate::aws::dynamodb) fn by_table<'a>(body: &Body<'a>) -> Result<Vec<(TableName, Body<'a>)>, WireError> {
    let tables = body.value.get("RequestItems").and_then(Value::as_map).map_or(&[][..], Vec::as_slice);
    let one = |(name, value): &'a (std::borrow::Cow<'a, str>, Value<'a>)| {
        Ok((table_name(name, body.account)?, Body { value, account: body.account }))
    };
    tables.iter().map(one).collect()
}

pub(in crate::aws::dynamodb) fn transact_write(of: Body<'_>) -> Result<TransactWrite, WireError> {
    let kinds = ["ConditionCheck", "Put", "Delete", "Update"];
    let mut present = kinds.into_iter().filter_map(|kind| Some((kind, of.part(kind)?)));
    let (Some((kind, body)), None) = (present.next(), present.next()) else {
        let text = "TransactItems can only contain one of Check, Put, Update or Delete";
        return Err(WireError::validation(text));
    };
    let scope = scope(&body, &["UpdateExpression", "ConditionExpression"])?;
    let action = match kind {
        "Put" => TransactAction::Put(body.item("Item")?),
        "Delete" => TransactAction::Delete(body.key("Key")?),
        "Update" => TransactAction::Update(body.key("Key")?, scope.update(body.text("UpdateExpression"))?),
        _ => TransactAction::Check(body.key("Key")?),
    };
    let condition = body.condition(&scope)?;
    scope.finish()?;
    let old_on_failure = body.text("ReturnValuesOnConditionCheckFailure") == "ALL_OLD";
    Ok(TransactWrite { table: body.table()?, action, condition, old_on_failure })
}
