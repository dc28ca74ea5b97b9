//! DeleteItem (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html>).

use super::row::{At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, TableName, WireError};
use crate::aws::dynamodb::api::{Condition, Key, Returns};
use crate::aws::dynamodb::wire::legacy;
use crate::aws::dynamodb::wire::members::returns;
use crate::aws::dynamodb::wire::parameters::OF_WRITE;
use crate::aws::dynamodb::wire::shapes::{
    CONDITION, CONDITIONAL, EXPECTED, EXPRESSION_NAMES, EXPRESSION_VALUES, KEY, RETURN_CONSUMED, RETURN_METRICS,
    RETURN_ON_FAILURE, RETURN_VALUES, TABLE,
};

#[derive(Clone, Debug)]
pub struct DeleteItem {
    pub table: TableName,
    pub key: Key,
    /// Condition on the present item.
    pub condition: Option<Condition>,
    /// What to return.
    pub(crate) returns: Returns,
}

impl Row for DeleteItem {
    const OPERATION: Operation = Operation::write("DeleteItem");
    const PLANE: Plane = Plane::Items;
    const MEMBERS: &'static [Member] = &[
        TABLE,
        KEY,
        EXPECTED,
        CONDITIONAL,
        RETURN_VALUES,
        RETURN_CONSUMED,
        RETURN_METRICS,
        CONDITION,
        EXPRESSION_NAMES,
        EXPRESSION_VALUES,
        RETURN_ON_FAILURE,
    ];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, echo: &mut Echo) -> Result<Self, WireError> {
        OF_WRITE.check_mix(body.value)?;
        let key = body.key("Key")?;
        let returns = returns(body, None, echo)?;
        let older = legacy::expected(body.value)?;
        let newer = OF_WRITE.expressions(body.value)?.condition;
        Ok(Self { table: body.table()?, key, condition: newer.or(older), returns })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { table, key, condition, returns } = self;
        service.delete_item(at, &table, &key, condition.as_ref(), returns)
    }
}
