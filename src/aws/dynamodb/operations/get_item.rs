//! GetItem (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html>).

use super::row::{At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, TableName, WireError};
use crate::aws::dynamodb::api::Key;
use crate::aws::dynamodb::wire::members::scope;
use crate::aws::dynamodb::wire::shapes::{
    CONSISTENT, EXPRESSION_NAMES, KEY, PROJECTION, RETURN_CONSUMED, TABLE, TO_GET,
};

#[derive(Clone, Debug)]
pub struct GetItem {
    pub table: TableName,
    pub key: Key,
    /// ConsistentRead.
    pub(crate) consistent: bool,
}

impl Row for GetItem {
    const OPERATION: Operation = Operation::read("GetItem");
    const PLANE: Plane = Plane::Items;
    const MEMBERS: &'static [Member] = &[TABLE, KEY, TO_GET, CONSISTENT, RETURN_CONSUMED, PROJECTION, EXPRESSION_NAMES];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, echo: &mut Echo) -> Result<Self, WireError> {
        let scope = scope(body, &["ProjectionExpression"])?;
        echo.show(body.projection(&scope)?);
        scope.finish()?;
        echo.is_get = true;
        Ok(Self { table: body.table()?, key: body.key("Key")?, consistent: body.flag("ConsistentRead") == Some(true) })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { table, key, consistent } = self;
        service.get_item(at, &table, &key, consistent)
    }
}
