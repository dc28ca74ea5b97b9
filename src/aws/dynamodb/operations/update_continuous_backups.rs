//! UpdateContinuousBackups
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContinuousBackups.html>).

use super::row::{
    At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, Shape, TableName, WireError, required,
};
use crate::aws::dynamodb::wire::shapes::TABLE;

/// UpdateContinuousBackups. Nothing is backed up.
#[derive(Clone, Debug)]
pub struct UpdateContinuousBackups {
    pub table: TableName,
    /// PointInTimeRecoveryEnabled.
    pub(crate) is_enabled: bool,
}

impl Row for UpdateContinuousBackups {
    const OPERATION: Operation = Operation::write("UpdateContinuousBackups");
    const PLANE: Plane = Plane::Control;
    const MEMBERS: &'static [Member] = &[
        TABLE,
        required(
            "PointInTimeRecoverySpecification",
            Shape::Structure(&[required("PointInTimeRecoveryEnabled", Shape::Boolean)]),
        ),
    ];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, _: &mut Echo) -> Result<Self, WireError> {
        let wanted = body.part("PointInTimeRecoverySpecification");
        let is_enabled = wanted.and_then(|of| of.flag("PointInTimeRecoveryEnabled")) == Some(true);
        Ok(Self { table: body.table()?, is_enabled })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { table, is_enabled } = self;
        service.set_recovery(at, &table, is_enabled)
    }
}
