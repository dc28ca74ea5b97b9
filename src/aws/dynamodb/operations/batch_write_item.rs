//! BatchWriteItem (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>).

use super::row::{
    At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, Shape, TableName, WireError, required,
};
use crate::aws::dynamodb::api::BatchWrite;
use crate::aws::dynamodb::wire::members::{by_table, check_put};
use crate::aws::dynamodb::wire::shapes::{RETURN_CONSUMED, RETURN_METRICS, TABLE_NAME, WRITE_REQUESTS};

/// BatchWriteItem, up to 25 writes.
#[derive(Clone, Debug)]
pub struct BatchWriteItem {
    /// Writes by table.
    pub writes: Vec<(TableName, BatchWrite)>,
}

impl Row for BatchWriteItem {
    const OPERATION: Operation = Operation::write("BatchWriteItem");
    const PLANE: Plane = Plane::Batch;
    const MEMBERS: &'static [Member] = &[
        required("RequestItems", Shape::TextMap { key: &TABLE_NAME, value: &WRITE_REQUESTS, min: 1, max: 25 }),
        RETURN_CONSUMED,
        RETURN_METRICS,
    ];

    fn tables(&self) -> Vec<&TableName> {
        self.writes.iter().map(|(table, _)| table).collect()
    }
    fn decode(body: &Body<'_>, _: &mut Echo) -> Result<Self, WireError> {
        let mut writes = Vec::new();
        for (table, of) in by_table(body)? {
            let requests = of.value.as_list().ok_or_else(|| WireError::serialization("Unexpected field type"))?;
            for request in requests {
                let request = Body { value: request, account: body.account };
                let write = match (request.part("PutRequest"), request.part("DeleteRequest")) {
                    (Some(put), None) => {
                        let item = put.item("Item")?;
                        check_put(&item)?;
                        BatchWrite::Put(item)
                    }
                    (None, Some(delete)) => BatchWrite::Delete(delete.key("Key")?),
                    _ => {
                        // The text is production's.
                        let text = "Supplied AttributeValue has more than one datatypes set, must contain exactly one \
                                    of the supported datatypes";
                        return Err(WireError::validation(text));
                    }
                };
                writes.push((table.clone(), write));
            }
        }
        Ok(Self { writes })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { writes } = self;
        service.batch_write_item(at, writes)
    }
}
