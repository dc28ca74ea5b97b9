//! Members that several requests have, or that are structures of their own.

use super::body::{Body, table_name};
use super::encode::{Echo, Shown};
use super::parameters::{Expressions, OF_UPDATE};
use crate::aws::dynamodb::api::{Item, Path, Returns, TransactAction, TransactWrite, Update};
use crate::aws::dynamodb::items::size_problem;
use crate::aws::protocol::WireError;
use crate::aws::protocol::value::Value;
use crate::base::TableName;

/// An item that is put is not too large.
pub(in crate::aws::dynamodb) fn check_put(item: &Item) -> Result<(), WireError> {
    size_problem(item.size_bytes(), false).map_or(Ok(()), |text| Err(WireError::validation(text)))
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
    OF_UPDATE.check_mix(body.value)?;
    let (item, key) = (body.item("Item")?, body.key("Key")?);
    let Expressions { update, condition, .. } = OF_UPDATE.expressions(body.value)?;
    let action = match kind {
        "Put" => TransactAction::Put(item),
        "Delete" => TransactAction::Delete(key),
        "Update" => TransactAction::Update(key, update.unwrap_or_default()),
        _ => TransactAction::Check(key),
    };
    let old_on_failure = body.text("ReturnValuesOnConditionCheckFailure") == "ALL_OLD";
    Ok(TransactWrite { table: body.table()?, action, condition, old_on_failure })
}
