//! ListTables (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html>).

use super::row::{
    At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, Shape, TableName, WireError, optional,
};
use crate::aws::dynamodb::wire::shapes::INDEX_NAME;

#[derive(Clone, Debug)]
pub struct ListTables {
    pub(crate) exclusive_start: Option<TableName>,
    /// Limit, 1 to 100.
    pub limit: Option<u32>,
}

impl Row for ListTables {
    const OPERATION: Operation = Operation::read("ListTables");
    const PLANE: Plane = Plane::Control;
    const MEMBERS: &'static [Member] =
        &[optional("ExclusiveStartTableName", INDEX_NAME), optional("Limit", Shape::Integer { min: 1, max: 100 })];

    fn tables(&self) -> Vec<&TableName> {
        Vec::new()
    }
    fn decode(body: &Body<'_>, _: &mut Echo) -> Result<Self, WireError> {
        let parse = |name: &str| crate::aws::dynamodb::wire::body::table_name(name, body.account);
        let exclusive_start = body.optional_text("ExclusiveStartTableName").map(parse).transpose()?;
        Ok(Self { exclusive_start, limit: body.number("Limit") })
    }
    fn handle(self, service: &mut DynamoDb, _: &mut At<'_>) -> Reply {
        let Self { exclusive_start, limit } = self;
        service.list_tables(exclusive_start.as_ref(), limit)
    }
}
