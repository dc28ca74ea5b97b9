//! DescribeTimeToLive (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html>).

use super::row::{At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, TableName, WireError};
use crate::aws::dynamodb::wire::shapes::TABLE;

#[derive(Clone, Debug)]
pub struct DescribeTimeToLive {
    pub table: TableName,
}

impl Row for DescribeTimeToLive {
    const OPERATION: Operation = Operation::read("DescribeTimeToLive");
    const PLANE: Plane = Plane::Control;
    const MEMBERS: &'static [Member] = &[TABLE];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, _: &mut Echo) -> Result<Self, WireError> {
        Ok(Self { table: body.table()? })
    }
    fn handle(self, service: &mut DynamoDb, _: &mut At<'_>) -> Reply {
        let Self { table } = self;
        service.time_to_live(&table)
    }
}
