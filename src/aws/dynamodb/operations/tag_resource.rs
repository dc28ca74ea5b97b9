//! TagResource (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html>).

use super::row::{At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, TableName, WireError, required};
use crate::aws::dynamodb::wire::shapes::{RESOURCE, TAGS};
use crate::aws::dynamodb::wire::table_members::tags;

#[derive(Clone, Debug)]
pub struct TagResource {
    pub table: TableName,
    /// Tags; equal keys are overwritten.
    pub tags: Vec<(Box<str>, Box<str>)>,
}

impl Row for TagResource {
    const OPERATION: Operation = Operation::write("TagResource");
    const PLANE: Plane = Plane::Control;
    const MEMBERS: &'static [Member] = &[RESOURCE, required("Tags", TAGS)];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, _: &mut Echo) -> Result<Self, WireError> {
        Ok(Self { table: body.resource()?, tags: tags(body) })
    }
    fn handle(self, service: &mut DynamoDb, _: &mut At<'_>) -> Reply {
        let Self { table, tags } = self;
        service.tag(&table, tags)
    }
}
