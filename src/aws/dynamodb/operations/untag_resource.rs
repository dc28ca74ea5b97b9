//! UntagResource (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html>).

use super::row::{
    At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, Shape, TableName, WireError, required,
};
use crate::aws::dynamodb::wire::shapes::{RESOURCE, text};

#[derive(Clone, Debug)]
pub struct UntagResource {
    pub table: TableName,
    /// TagKeys.
    pub keys: Vec<Box<str>>,
}

impl Row for UntagResource {
    const OPERATION: Operation = Operation::write("UntagResource");
    const PLANE: Plane = Plane::Control;
    const MEMBERS: &'static [Member] =
        &[RESOURCE, required("TagKeys", Shape::List { of: &text(1, 128), min: 0, max: 200 })];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, _: &mut Echo) -> Result<Self, WireError> {
        let keys = body.list("TagKeys").filter_map(|key| key.value.as_text()).map(Into::into).collect();
        Ok(Self { table: body.resource()?, keys })
    }
    fn handle(self, service: &mut DynamoDb, _: &mut At<'_>) -> Reply {
        let Self { table, keys } = self;
        service.untag(&table, &keys)
    }
}
