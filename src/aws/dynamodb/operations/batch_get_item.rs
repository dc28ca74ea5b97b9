//! BatchGetItem (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>).

use super::row::{
    At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, Shape, TableName, Value, WireError, required,
};
use crate::aws::dynamodb::api::Key;
use crate::aws::dynamodb::wire::attribute;
use crate::aws::dynamodb::wire::encode::{BatchKeys, Shown};
use crate::aws::dynamodb::wire::members::{by_table, scope};
use crate::aws::dynamodb::wire::shapes::{RETURN_CONSUMED, text};

/// BatchGetItem, up to 100 keys.
#[derive(Clone, Debug)]
pub struct BatchGetItem {
    /// Keys by table, with ConsistentRead.
    pub gets: Vec<(TableName, Key, bool)>,
}

impl Row for BatchGetItem {
    const OPERATION: Operation = Operation::read("BatchGetItem");
    const PLANE: Plane = Plane::Batch;
    const MEMBERS: &'static [Member] = &[
        required("RequestItems", Shape::TextMap { key: &text(1, 1024), value: &Shape::Any, min: 1, max: 100 }),
        RETURN_CONSUMED,
    ];

    fn tables(&self) -> Vec<&TableName> {
        self.gets.iter().map(|(table, ..)| table).collect()
    }
    fn decode(body: &Body<'_>, echo: &mut Echo) -> Result<Self, WireError> {
        let mut gets: Vec<(TableName, Key, bool)> = Vec::new();
        for (table, of) in by_table(body)? {
            let Value::Map(_) = of.value else { return Err(WireError::serialization("Unexpected field type")) };
            let scope = scope(&of, &["ProjectionExpression"])?;
            let shown = of.projection(&scope)?.map_or(Shown::All, Shown::Paths);
            scope.finish()?;
            let consistent = of.flag("ConsistentRead") == Some(true);
            for key in of.list("Keys") {
                gets.push((table.clone(), Key::new(attribute::item(key.value)?), consistent));
            }
            echo.batch.push(BatchKeys { table, shown });
        }
        Ok(Self { gets })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { gets } = self;
        service.batch_get_item(at, gets)
    }
}
