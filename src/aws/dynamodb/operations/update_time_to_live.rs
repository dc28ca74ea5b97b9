//! UpdateTimeToLive (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html>).

use super::row::{
    At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, Shape, TableName, WireError, required,
};
use crate::aws::dynamodb::api::AttributeName;
use crate::aws::dynamodb::wire::shapes::{NAME, TABLE};

/// UpdateTimeToLive. What has expired is not deleted: AWS takes up to days for it.
#[derive(Clone, Debug)]
pub struct UpdateTimeToLive {
    pub table: TableName,
    /// AttributeName, or off.
    pub attribute: Option<AttributeName>,
}

impl Row for UpdateTimeToLive {
    const OPERATION: Operation = Operation::write("UpdateTimeToLive");
    const PLANE: Plane = Plane::Control;
    const MEMBERS: &'static [Member] = &[
        TABLE,
        required(
            "TimeToLiveSpecification",
            Shape::Structure(&[required("Enabled", Shape::Boolean), required("AttributeName", NAME)]),
        ),
    ];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, _: &mut Echo) -> Result<Self, WireError> {
        let wanted = body.part("TimeToLiveSpecification");
        let attribute =
            wanted.filter(|of| of.flag("Enabled") == Some(true)).map(|of| of.attribute_name("AttributeName"));
        Ok(Self { table: body.table()?, attribute })
    }
    fn handle(self, service: &mut DynamoDb, _: &mut At<'_>) -> Reply {
        let Self { table, attribute } = self;
        service.set_time_to_live(&table, attribute)
    }
}
