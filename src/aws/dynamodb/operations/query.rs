//! Query (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html>).

use super::row::{
    At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, Shape, TableName, WireError, optional,
};
use crate::aws::dynamodb::api::{AttributeName, Condition, KeyCondition, Page};
use crate::aws::dynamodb::pages;
use crate::aws::dynamodb::wire::legacy;
use crate::aws::dynamodb::wire::members::{scope, select};
use crate::aws::dynamodb::wire::shapes::{
    CONDITIONAL, CONDITIONS, CONSISTENT, EXPRESSION, EXPRESSION_NAMES, EXPRESSION_VALUES, FILTER, INDEX, LIMIT,
    PROJECTION, RETURN_CONSUMED, SELECT, START, TABLE, TO_GET,
};

/// Query, of the table or of an index.
#[derive(Clone, Debug)]
pub struct Query {
    pub table: TableName,
    /// IndexName.
    pub index: Option<Box<str>>,
    /// KeyConditionExpression: the hash key equals a value, and perhaps a condition on the range key.
    pub keys: Vec<(AttributeName, KeyCondition)>,
    /// Filter, applied after capacity is counted.
    pub filter: Option<Condition>,
    /// ScanIndexForward.
    pub(crate) forward: bool,
    /// The rest of the request.
    pub page: Page,
}

impl Row for Query {
    const OPERATION: Operation = Operation::read("Query");
    const PLANE: Plane = Plane::Items;
    const MEMBERS: &'static [Member] = &[
        TABLE,
        INDEX,
        SELECT,
        TO_GET,
        LIMIT,
        CONSISTENT,
        optional("KeyConditions", CONDITIONS),
        optional("QueryFilter", CONDITIONS),
        CONDITIONAL,
        optional("ScanIndexForward", Shape::Boolean),
        START,
        RETURN_CONSUMED,
        PROJECTION,
        FILTER,
        optional("KeyConditionExpression", EXPRESSION),
        EXPRESSION_NAMES,
        EXPRESSION_VALUES,
    ];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, echo: &mut Echo) -> Result<Self, WireError> {
        let scope = scope(body, &["FilterExpression", "KeyConditionExpression"])?;
        let keys = match (body.optional_text("KeyConditionExpression"), body.value.get("KeyConditions")) {
            (Some(text), _) => scope.key_conditions(text)?,
            (None, Some(_)) => legacy::key_conditions(body.value)?,
            (None, None) => {
                let text =
                    "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.";
                return Err(WireError::validation(text));
            }
        };
        let filter = body.filter(&scope, "QueryFilter")?;
        select(body, body.projection(&scope)?, echo)?;
        scope.finish()?;
        Ok(Self {
            table: body.table()?,
            index: body.optional_text("IndexName").map(Into::into),
            keys,
            filter,
            forward: body.flag("ScanIndexForward") != Some(false),
            page: body.page()?,
        })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { table, index, keys, filter, forward, page } = self;
        let query = pages::Query { index, keys, filter, forward, page };
        service.query(at, &table, &query)
    }
}
