//! Bodies of requests to the table service's requests.

use super::body::{Body, table_name};
use super::encode::{BatchKeys, Echo, ReturnConsumed, Shown};
use super::scope::Scope;
use super::{attribute, legacy, shapes, tables};
use crate::aws::Account;
use crate::aws::dynamodb::api::{BatchWrite, Key, Path, Request, Returns, TransactAction, TransactWrite, Update};
use crate::aws::protocol::value::Value;
use crate::aws::protocol::{WireError, shape};
use crate::base::TableName;

/// A request and what its answer needs to repeat.
#[derive(Debug)]
pub struct Call {
    /// What the service is asked.
    pub request: Request,
    /// What its answer repeats.
    pub echo: Echo,
}

/// Reads the body of an operation's request.
///
/// # Errors
/// UnknownOperationException, SerializationException or ValidationException.
pub fn decode(operation: &str, body: &Value<'_>, account: &Account) -> Result<Call, WireError> {
    let Some(members) = shapes::input(operation) else { return Err(unknown(operation)) };
    shape::check(members, body)?;
    let body = Body { value: body, account };
    let consumed = match body.text("ReturnConsumedCapacity") {
        "TOTAL" => ReturnConsumed::Total,
        "INDEXES" => ReturnConsumed::Indexes,
        _ => ReturnConsumed::None,
    };
    let mut echo = Echo { consumed, ..Echo::default() };
    let request = match operation {
        "PutItem" => put_item(&body, &mut echo)?,
        "GetItem" => get_item(&body, &mut echo)?,
        "UpdateItem" => update_item(&body, &mut echo)?,
        "DeleteItem" => delete_item(&body, &mut echo)?,
        "Query" => query(&body, &mut echo)?,
        "Scan" => scan(&body, &mut echo)?,
        "BatchGetItem" => batch_get_item(&body, &mut echo)?,
        "BatchWriteItem" => batch_write_item(&body)?,
        "TransactWriteItems" => Request::TransactWriteItems {
            writes: body.list("TransactItems").map(transact_write).collect::<Result<_, _>>()?,
            token: body.optional_text("ClientRequestToken").map(Into::into),
        },
        _ => tables::decode(operation, &body)?,
    };
    if let Request::PutItem { table, .. }
    | Request::GetItem { table, .. }
    | Request::UpdateItem { table, .. }
    | Request::DeleteItem { table, .. }
    | Request::Query { table, .. }
    | Request::Scan { table, .. } = &request
    {
        echo.table = Some(table.clone());
    }
    Ok(Call { request, echo })
}

/// AWS says nothing more of an operation that it does not know. Whoever calls one that is not here is told.
pub(super) fn unknown(operation: &str) -> WireError {
    WireError::new("UnknownOperationException", format!("{operation} is not among what kinesim has of DynamoDB"))
}

const OLDER: [&str; 7] = [
    "Expected",
    "AttributeUpdates",
    "AttributesToGet",
    "KeyConditions",
    "QueryFilter",
    "ScanFilter",
    "ConditionalOperator",
];
const EXPRESSIONS: [&str; 5] =
    ["ConditionExpression", "UpdateExpression", "ProjectionExpression", "KeyConditionExpression", "FilterExpression"];

/// The placeholders of a request, once it is clear that it does not mix the two families of parameters.
fn scope(body: &Body<'_>) -> Result<Scope, WireError> {
    legacy::check_not_mixed(body.value, &OLDER, &EXPRESSIONS)?;
    let placeholders = legacy::present(body.value, &["ExpressionAttributeNames", "ExpressionAttributeValues"]);
    if let Some(first) = placeholders.first().filter(|_| legacy::present(body.value, &EXPRESSIONS).is_empty()) {
        return Err(WireError::validation(format!("{first} can only be specified when using expressions")));
    }
    Scope::of(body.value)
}

/// ReturnValues; UPDATED_OLD and UPDATED_NEW show what the update changes.
fn returns(body: &Body<'_>, updates: Option<&[Update]>, echo: &mut Echo) -> Result<Returns, WireError> {
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
        _ => return Err(WireError::validation("Return values set to invalid value")),
    };
    Ok(Returns { old, new, old_on_failure })
}

fn put_item(body: &Body<'_>, echo: &mut Echo) -> Result<Request, WireError> {
    let scope = scope(body)?;
    let (table, item, condition) = (body.table()?, body.item("Item")?, body.condition(&scope)?);
    scope.finish()?;
    Ok(Request::PutItem { table, item, condition, returns: returns(body, None, echo)? })
}

fn get_item(body: &Body<'_>, echo: &mut Echo) -> Result<Request, WireError> {
    let scope = scope(body)?;
    echo.show(body.projection(&scope)?);
    scope.finish()?;
    echo.is_get = true;
    Ok(Request::GetItem {
        table: body.table()?,
        key: body.key("Key")?,
        consistent: body.flag("ConsistentRead") == Some(true),
    })
}

fn update_item(body: &Body<'_>, echo: &mut Echo) -> Result<Request, WireError> {
    let scope = scope(body)?;
    let updates = match body.optional_text("UpdateExpression") {
        Some(text) => scope.update(text)?,
        None => legacy::updates(body.value)?,
    };
    let condition = body.condition(&scope)?;
    scope.finish()?;
    let returns = returns(body, Some(&updates), echo)?;
    Ok(Request::UpdateItem { table: body.table()?, key: body.key("Key")?, updates, condition, returns })
}

fn delete_item(body: &Body<'_>, echo: &mut Echo) -> Result<Request, WireError> {
    let scope = scope(body)?;
    let (table, key, condition) = (body.table()?, body.key("Key")?, body.condition(&scope)?);
    scope.finish()?;
    Ok(Request::DeleteItem { table, key, condition, returns: returns(body, None, echo)? })
}

/// Select, which must agree with the projection.
fn select(body: &Body<'_>, projection: Option<Vec<Path>>, echo: &mut Echo) -> Result<(), WireError> {
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

fn query(body: &Body<'_>, echo: &mut Echo) -> Result<Request, WireError> {
    let scope = scope(body)?;
    let keys = match (body.optional_text("KeyConditionExpression"), body.value.get("KeyConditions")) {
        (Some(text), _) => scope.key_conditions(text)?,
        (None, Some(_)) => legacy::key_conditions(body.value)?,
        (None, None) => {
            let text = "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.";
            return Err(WireError::validation(text));
        }
    };
    let filter = body.filter(&scope, "QueryFilter")?;
    select(body, body.projection(&scope)?, echo)?;
    scope.finish()?;
    Ok(Request::Query {
        table: body.table()?,
        index: body.optional_text("IndexName").map(Into::into),
        keys,
        filter,
        forward: body.flag("ScanIndexForward") != Some(false),
        page: body.page()?,
    })
}

fn scan(body: &Body<'_>, echo: &mut Echo) -> Result<Request, WireError> {
    let scope = scope(body)?;
    let filter = body.filter(&scope, "ScanFilter")?;
    select(body, body.projection(&scope)?, echo)?;
    scope.finish()?;
    let segment = match (body.number("Segment"), body.number("TotalSegments")) {
        (Some(segment), Some(total)) if segment < total => Some((segment, total)),
        (None, None) => None,
        (Some(segment), Some(total)) => {
            return Err(WireError::validation(format!(
                "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {segment} is \
                 not less than TotalSegments: {total}"
            )));
        }
        (Some(_), None) => {
            let text = "The TotalSegments parameter is required but was not present in the request when Segment parameter is \
                        present";
            return Err(WireError::validation(text));
        }
        (None, Some(_)) => {
            let text = "The Segment parameter is required but was not present in the request when parameter TotalSegments is \
                        present";
            return Err(WireError::validation(text));
        }
    };
    let index = body.optional_text("IndexName").map(Into::into);
    Ok(Request::Scan { table: body.table()?, index, filter, segment, page: body.page()? })
}

/// RequestItems by table.
fn by_table<'a>(body: &Body<'a>) -> Result<Vec<(TableName, Body<'a>)>, WireError> {
    let tables = body.value.get("RequestItems").and_then(Value::as_map).map_or(&[][..], Vec::as_slice);
    let one = |(name, value): &'a (std::borrow::Cow<'a, str>, Value<'a>)| {
        Ok((table_name(name, body.account)?, Body { value, account: body.account }))
    };
    tables.iter().map(one).collect()
}

fn batch_get_item(body: &Body<'_>, echo: &mut Echo) -> Result<Request, WireError> {
    let mut gets: Vec<(TableName, Key, bool)> = Vec::new();
    for (table, of) in by_table(body)? {
        let Value::Map(_) = of.value else { return Err(WireError::serialization("Unexpected field type")) };
        let scope = scope(&of)?;
        let shown = of.projection(&scope)?.map_or(Shown::All, Shown::Paths);
        scope.finish()?;
        let consistent = of.flag("ConsistentRead") == Some(true);
        for key in of.list("Keys") {
            gets.push((table.clone(), Key::new(attribute::item(key.value)?), consistent));
        }
        echo.batch.push(BatchKeys { table, shown });
    }
    Ok(Request::BatchGetItem { gets })
}

fn batch_write_item(body: &Body<'_>) -> Result<Request, WireError> {
    let mut writes = Vec::new();
    for (table, of) in by_table(body)? {
        let requests = of.value.as_list().ok_or_else(|| WireError::serialization("Unexpected field type"))?;
        for request in requests {
            let request = Body { value: request, account: body.account };
            let write = match (request.part("PutRequest"), request.part("DeleteRequest")) {
                (Some(put), None) => BatchWrite::Put(put.item("Item")?),
                (None, Some(delete)) => BatchWrite::Delete(delete.key("Key")?),
                _ => {
                    let text = "Supplied WriteRequest must contain exactly one of PutRequest and DeleteRequest";
                    return Err(WireError::validation(text));
                }
            };
            writes.push((table.clone(), write));
        }
    }
    Ok(Request::BatchWriteItem { writes })
}

fn transact_write(of: Body<'_>) -> Result<TransactWrite, WireError> {
    let kinds = ["ConditionCheck", "Put", "Delete", "Update"];
    let mut present = kinds.into_iter().filter_map(|kind| Some((kind, of.part(kind)?)));
    let (Some((kind, body)), None) = (present.next(), present.next()) else {
        let text = "TransactItems can only contain one of Check, Put, Update or Delete";
        return Err(WireError::validation(text));
    };
    let scope = scope(&body)?;
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
