//! ListTagsOfResource (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html>).

use super::row::{At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, TableName, WireError, optional};
use crate::aws::dynamodb::wire::shapes::{RESOURCE, text};

#[derive(Clone, Debug)]
pub struct ListTagsOfResource {
    pub table: TableName,
}

impl Row for ListTagsOfResource {
    const OPERATION: Operation = Operation::read("ListTagsOfResource");
    const PLANE: Plane = Plane::Control;
    const MEMBERS: &'static [Member] = &[RESOURCE, optional("NextToken", text(0, 1 << 20))];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, _: &mut Echo) -> Result<Self, WireError> {
        Ok(Self { table: body.resource()? })
    }
    fn handle(self, service: &mut DynamoDb, _: &mut At<'_>) -> Reply {
        let Self { table } = self;
        service.tags(&table)
    }
}
