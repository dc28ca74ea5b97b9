//! TransactWriteItems (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>).

use super::row::{
    At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, Shape, TableName, WireError, optional, required,
};
use crate::aws::dynamodb::api::TransactWrite;
use crate::aws::dynamodb::wire::members::transact_write;
use crate::aws::dynamodb::wire::shapes::{RETURN_CONSUMED, RETURN_METRICS, TRANSACT_WRITE, text};

/// TransactWriteItems, up to 100 writes.
#[derive(Clone, Debug)]
pub struct TransactWriteItems {
    /// The writes, all or none of which are applied.
    pub writes: Vec<TransactWrite>,
    /// ClientRequestToken: applied once in ten minutes.
    pub token: Option<Box<str>>,
}

impl Row for TransactWriteItems {
    const OPERATION: Operation = Operation::write("TransactWriteItems");
    const PLANE: Plane = Plane::Items;
    const MEMBERS: &'static [Member] = &[
        required("TransactItems", Shape::List { of: &TRANSACT_WRITE, min: 1, max: 100 }),
        RETURN_CONSUMED,
        RETURN_METRICS,
        optional("ClientRequestToken", text(1, 36)),
    ];

    fn tables(&self) -> Vec<&TableName> {
        self.writes.iter().map(|write| &write.table).collect()
    }
    fn decode(body: &Body<'_>, _: &mut Echo) -> Result<Self, WireError> {
        Ok(Self {
            writes: body.list("TransactItems").map(transact_write).collect::<Result<_, _>>()?,
            token: body.optional_text("ClientRequestToken").map(Into::into),
        })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { writes, token } = self;
        service.transact_write_items(at, writes, token)
    }
}
