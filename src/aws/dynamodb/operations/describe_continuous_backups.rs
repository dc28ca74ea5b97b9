//! DescribeContinuousBackups
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html>).

use super::row::{At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, TableName, WireError};
use crate::aws::dynamodb::wire::shapes::TABLE;

#[derive(Clone, Debug)]
pub struct DescribeContinuousBackups {
    pub table: TableName,
}

impl Row for DescribeContinuousBackups {
    const OPERATION: Operation = Operation::read("DescribeContinuousBackups");
    const PLANE: Plane = Plane::Control;
    const MEMBERS: &'static [Member] = &[TABLE];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, _: &mut Echo) -> Result<Self, WireError> {
        Ok(Self { table: body.table()? })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { table } = self;
        service.recovery(at, &table)
    }
}
