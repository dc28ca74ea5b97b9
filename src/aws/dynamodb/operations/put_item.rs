//! PutItem (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html>).

use super::row::{At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, TableName, WireError, required};
use crate::aws::dynamodb::api::{Condition, Item, Returns};
use crate::aws::dynamodb::wire::legacy;
use crate::aws::dynamodb::wire::members::{check_put, returns};
use crate::aws::dynamodb::wire::parameters::OF_WRITE;
use crate::aws::dynamodb::wire::shapes::{
    CONDITION, CONDITIONAL, EXPECTED, EXPRESSION_NAMES, EXPRESSION_VALUES, RETURN_CONSUMED, RETURN_METRICS,
    RETURN_ON_FAILURE, RETURN_VALUES, TABLE, VALUES,
};

#[derive(Clone, Debug)]
pub struct PutItem {
    pub table: TableName,
    /// The whole item, with its key.
    pub item: Item,
    /// Condition on the present item.
    pub condition: Option<Condition>,
    /// What to return.
    pub(crate) returns: Returns,
}

impl Row for PutItem {
    const OPERATION: Operation = Operation::write("PutItem");
    const PLANE: Plane = Plane::Items;
    const MEMBERS: &'static [Member] = &[
        TABLE,
        required("Item", VALUES),
        EXPECTED,
        RETURN_VALUES,
        RETURN_CONSUMED,
        RETURN_METRICS,
        CONDITIONAL,
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
        let item = body.item("Item")?;
        let returns = returns(body, None, echo)?;
        check_put(&item)?;
        let older = legacy::expected(body.value)?;
        let newer = OF_WRITE.expressions(body.value)?.condition;
        Ok(Self { table: body.table()?, item, condition: newer.or(older), returns })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { table, item, condition, returns } = self;
        service.put_item(at, &table, item, condition.as_ref(), returns)
    }
}
