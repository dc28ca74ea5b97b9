//! Query (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html>).

use super::row::{
    At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, Shape, TableName, WireError, optional,
};
use crate::aws::dynamodb::api::{AttributeName, Condition, KeyCondition, Page};
use crate::aws::dynamodb::page_checks;
use crate::aws::dynamodb::wire::legacy;
use crate::aws::dynamodb::wire::members::select;
use crate::aws::dynamodb::wire::parameters::OF_QUERY;
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
        OF_QUERY.check_mix(body.value)?;
        let older_filter = legacy::filter(body.value, "QueryFilter")?;
        let to_get = body.attributes_to_get()?;
        let start = body.start()?;
        if ["KeyConditionExpression", "KeyConditions"].iter().all(|name| body.value.get(name).is_none()) {
            let text = "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.";
            return Err(WireError::validation(text));
        }
        let read = OF_QUERY.expressions(body.value)?;
        let keys = read.keys.map_or_else(|| legacy::key_conditions(body.value), Ok)?;
        if !(1..=2).contains(&keys.len()) {
            return Err(WireError::validation("Conditions can be of length 1 or 2 only"));
        }
        let shown = read.projection.or(to_get);
        let page = body.page(start, shown.as_deref());
        select(body, shown, echo)?;
        let index = body.optional_text("IndexName").map(Into::into);
        let forward = body.flag("ScanIndexForward") != Some(false);
        Ok(Self { table: body.table()?, index, keys, filter: read.filter.or(older_filter), forward, page })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { table, index, keys, filter, forward, page } = self;
        let query = page_checks::Query { index, keys, filter, forward, page };
        service.query(at, &table, &query)
    }
}
