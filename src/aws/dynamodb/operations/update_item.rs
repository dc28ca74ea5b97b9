//! UpdateItem (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html>).

use super::row::{At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, TableName, WireError, optional};
use crate::aws::dynamodb::api::{Condition, Key, Returns, Update};
use crate::aws::dynamodb::updates;
use crate::aws::dynamodb::wire::legacy;
use crate::aws::dynamodb::wire::members::returns;
use crate::aws::dynamodb::wire::parameters::{Expressions, OF_UPDATE};
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
    /// Whether they are AttributeUpdates, of which messages speak otherwise.
    pub(crate) is_older: bool,
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
        OF_UPDATE.check_mix(body.value)?;
        let key = body.key("Key")?;
        let older_updates = legacy::updates(body.value)?;
        let expected = legacy::expected(body.value)?;
        let Expressions { update, condition, .. } = OF_UPDATE.expressions(body.value)?;
        let updates = update.unwrap_or(older_updates);
        let is_older = body.value.get("AttributeUpdates").is_some();
        let returns = returns(body, Some(&updates), echo)?;
        Ok(Self { table: body.table()?, key, updates, is_older, condition: condition.or(expected), returns })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { table, key, updates, is_older, condition, returns } = self;
        let reply = service.update_item(at, &table, &key, &updates, condition.as_ref(), returns);
        reply.map_err(|error| if is_older { updates::of_older(error) } else { error })
    }
}
