//! UpdateItem (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html>).

use super::row::{At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, TableName, WireError, optional};
use crate::aws::dynamodb::api::{Condition, Key, Returns, Update};
use crate::aws::dynamodb::wire::Scope;
use crate::aws::dynamodb::wire::legacy;
use crate::aws::dynamodb::wire::members::{check_mix, returns};
use crate::aws::dynamodb::wire::shapes::{
    CONDITION, CONDITIONAL, EXPECTED, EXPRESSION, EXPRESSION_NAMES, EXPRESSION_VALUES, KEY, RETURN_CONSUMED,
    RETURN_METRICS, RETURN_ON_FAILURE, RETURN_VALUES, TABLE, UPDATES,
};

#[derive(Clone, Debug)]
pub struct UpdateItem {
    pub table: TableName,
    pub key: Key,
    /// Changes, applied together.
    pub(crate) updates: Vec<Update>,
    /// Condition on the present item.
    pub condition: Option<Condition>,
    /// What to return.
    pub(crate) returns: Returns,
}

impl Row for UpdateItem {
    const OPERATION: Operation = Operation::write("UpdateItem");
    const PLANE: Plane = Plane::Items;
    const MEMBERS: &'static [Member] = &[
        TABLE,
        KEY,
        optional("AttributeUpdates", UPDATES),
        EXPECTED,
        CONDITIONAL,
        RETURN_VALUES,
        RETURN_CONSUMED,
        RETURN_METRICS,
        optional("UpdateExpression", EXPRESSION),
        CONDITION,
        EXPRESSION_NAMES,
        EXPRESSION_VALUES,
        RETURN_ON_FAILURE,
    ];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, echo: &mut Echo) -> Result<Self, WireError> {
        check_mix(body, &["UpdateExpression", "ConditionExpression"])?;
        let key = body.key("Key")?;
        let scope = Scope::of(body.value)?;
        let updates = match body.optional_text("UpdateExpression") {
            Some(text) => scope.update(text)?,
            None => legacy::updates(body.value)?,
        };
        let condition = body.condition(&scope)?;
        scope.finish()?;
        let returns = returns(body, Some(&updates), echo)?;
        Ok(Self { table: body.table()?, key, updates, condition, returns })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { table, key, updates, condition, returns } = self;
        service.update_item(at, &table, &key, &updates, condition.as_ref(), returns)
    }
}
