//! The table of DynamoDB's operations: one file and one line each.
//!
//! An operation's file has its request, the members of its input and how a body becomes a request, which tables it is
//! about, and which method of the service carries it out. Everything that must know all operations is made from the
//! list below.
//!
//! Not here: PartiQL, streams, global tables, backups, imports and exports.
//!
//! Members are AWS's, under its names, and as it describes them; words stand where a member is named otherwise, or
//! holds less or more.

#![expect(missing_docs, reason = "requests and their members are AWS's, under its names")]

mod batch_get_item;
mod batch_write_item;
mod create_table;
mod delete_item;
mod delete_table;
mod describe_continuous_backups;
mod describe_contributor_insights;
mod describe_table;
mod describe_time_to_live;
mod get_item;
mod list_tables;
mod list_tags_of_resource;
mod put_item;
mod query;
pub(super) mod row;
mod scan;
mod tag_resource;
mod transact_get_items;
mod transact_write_items;
mod untag_resource;
mod update_continuous_backups;
mod update_item;
mod update_table;
mod update_time_to_live;

pub use self::batch_get_item::BatchGetItem;
pub use self::batch_write_item::BatchWriteItem;
pub use self::delete_item::DeleteItem;
pub use self::delete_table::DeleteTable;
pub use self::describe_continuous_backups::DescribeContinuousBackups;
pub use self::describe_contributor_insights::DescribeContributorInsights;
pub use self::describe_table::DescribeTable;
pub use self::describe_time_to_live::DescribeTimeToLive;
pub use self::get_item::GetItem;
pub use self::list_tables::ListTables;
pub use self::list_tags_of_resource::ListTagsOfResource;
pub use self::put_item::PutItem;
pub use self::query::Query;
pub use self::scan::Scan;
pub use self::tag_resource::TagResource;
pub use self::transact_get_items::TransactGetItems;
pub use self::transact_write_items::TransactWriteItems;
pub use self::untag_resource::UntagResource;
pub use self::update_continuous_backups::UpdateContinuousBackups;
pub use self::update_item::UpdateItem;
pub use self::update_time_to_live::UpdateTimeToLive;

use self::row::{At, Body, DynamoDb as Machine, Echo, Plane, Reply, Row, TableName, Value, WireError};
use super::api::{CreateTable, UpdateTable};
use crate::aws::dynamodb::wire::body::check_long_name;
use crate::aws::dynamodb::wire::shapes::DIALECT;
use crate::aws::protocol::Account;
use crate::aws::protocol::operation::{Operation, operations};
use crate::aws::protocol::types;

operations! {
    fn aim(tables) -> Vec<&TableName>;
    const fn plane(PLANE) -> Plane;
    BatchGetItem,
    BatchWriteItem,
    CreateTable,
    DeleteItem,
    DeleteTable,
    DescribeContinuousBackups,
    DescribeContributorInsights,
    DescribeTable,
    DescribeTimeToLive,
    GetItem,
    ListTables,
    ListTagsOfResource,
    PutItem,
    Query,
    Scan,
    TagResource,
    TransactGetItems,
    TransactWriteItems,
    UntagResource,
    UpdateContinuousBackups,
    UpdateItem,
    UpdateTable,
    UpdateTimeToLive,
}

/// A request that was read with what its answer repeats, or why it cannot be.
pub(super) type Decoded<'a> = Result<(Request, Echo), WireError>;

/// Checks a body against an operation's members and reads it.
fn decode<'a, R: Row + Into<Request>>(body: &'a Value<'a>, account: &'a Account) -> Decoded<'a> {
    types::check_types(R::MEMBERS, body, DIALECT)?;
    if R::PLANE == Plane::Control {
        check_table_name::<R>(body)?;
    }
    types::check_constraints(R::MEMBERS, body)?;
    body.get("TableName").and_then(Value::as_text).map_or(Ok(()), check_long_name)?;
    let body = Body { value: body, account };
    let mut echo = Echo::of(&body);
    let request = R::decode(&body, &mut echo)?;
    if R::PLANE == Plane::Items {
        echo.table = request.tables().first().copied().filter(|_| R::OPERATION.name() != "TransactWriteItems").cloned();
    }
    Ok((request.into(), echo))
}

/// Calls on tables are told of a name that is missing, too short or too long before all else.
fn check_table_name<R: Row>(body: &Value<'_>) -> Result<(), WireError> {
    if !R::MEMBERS.iter().any(|member| member.name == "TableName" && member.is_required) {
        return Ok(());
    }
    let Some(name) = body.get("TableName").and_then(Value::as_text) else {
        let text = "The parameter 'TableName' is required but was not present in the request";
        return Err(WireError::validation(text));
    };
    if name.starts_with("arn:") || (3..=255).contains(&name.len()) {
        return Ok(());
    }
    Err(WireError::validation("TableName must be at least 3 characters long and at most 255 characters long"))
}
