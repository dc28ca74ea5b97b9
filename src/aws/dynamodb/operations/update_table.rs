//! UpdateTable (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html>).

use super::row::{
    At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, Shape, TableName, WireError, optional,
};
use crate::aws::dynamodb::api::UpdateTable;
use crate::aws::dynamodb::wire::shapes::{
    BILLING, DEFINITIONS, ENCRYPTION, INDEX_UPDATE, MANY, STREAM_SPECIFICATION, TABLE, THROUGHPUT, WARM,
};
use crate::aws::dynamodb::wire::table_members::update_table;

impl Row for UpdateTable {
    const OPERATION: Operation = Operation::write("UpdateTable");
    const PLANE: Plane = Plane::Control;
    const MEMBERS: &'static [Member] = &[
        optional("AttributeDefinitions", DEFINITIONS),
        TABLE,
        BILLING,
        optional("ProvisionedThroughput", THROUGHPUT),
        optional("GlobalSecondaryIndexUpdates", Shape::List { of: &INDEX_UPDATE, min: 0, max: MANY }),
        optional("DeletionProtectionEnabled", Shape::Boolean),
        STREAM_SPECIFICATION,
        WARM,
        ENCRYPTION,
    ];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, _: &mut Echo) -> Result<Self, WireError> {
        update_table(body)
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        service.update_table(at, self)
    }
}
