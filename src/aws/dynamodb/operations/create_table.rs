//! CreateTable (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html>).

use super::row::{
    At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, Shape, TableName, WireError, optional, required,
};
use crate::aws::dynamodb::api::CreateTable;
use crate::aws::dynamodb::wire::shapes::{
    BILLING, DEFINITIONS, ENCRYPTION, KEY_SCHEMA, MANY, NEW_INDEX, NEW_LOCAL_INDEX, STREAM_SPECIFICATION, TABLE, TAGS,
    THROUGHPUT, WARM,
};
use crate::aws::dynamodb::wire::table_members::create_table;

impl Row for CreateTable {
    const OPERATION: Operation = Operation::write("CreateTable");
    const PLANE: Plane = Plane::Control;
    const MEMBERS: &'static [Member] = &[
        required("AttributeDefinitions", DEFINITIONS),
        TABLE,
        required("KeySchema", KEY_SCHEMA),
        optional("LocalSecondaryIndexes", Shape::List { of: &NEW_LOCAL_INDEX, min: 0, max: MANY }),
        optional("GlobalSecondaryIndexes", Shape::List { of: &NEW_INDEX, min: 0, max: MANY }),
        BILLING,
        optional("ProvisionedThroughput", THROUGHPUT),
        optional("Tags", TAGS),
        optional("DeletionProtectionEnabled", Shape::Boolean),
        STREAM_SPECIFICATION,
        WARM,
        ENCRYPTION,
    ];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, _: &mut Echo) -> Result<Self, WireError> {
        create_table(body)
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        service.create_table(at, self)
    }
}
