//! Scan (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html>).

use super::row::{
    At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, Shape, TableName, WireError, optional,
};
use crate::aws::dynamodb::api::{Condition, Page};
use crate::aws::dynamodb::wire::members::{scope, select};
use crate::aws::dynamodb::wire::shapes::{
    CONDITIONAL, CONDITIONS, CONSISTENT, EXPRESSION_NAMES, EXPRESSION_VALUES, FILTER, INDEX, LIMIT, PROJECTION,
    RETURN_CONSUMED, SELECT, START, TABLE, TO_GET,
};

#[derive(Clone, Debug)]
pub struct Scan {
    pub table: TableName,
    /// IndexName.
    pub index: Option<Box<str>>,
    /// Filter, applied after capacity is counted.
    pub filter: Option<Condition>,
    /// (Segment, TotalSegments).
    pub(crate) segment: Option<(u32, u32)>,
    /// The rest of the request.
    pub page: Page,
}

impl Row for Scan {
    const OPERATION: Operation = Operation::read("Scan");
    const PLANE: Plane = Plane::Items;
    const MEMBERS: &'static [Member] = &[
        TABLE,
        INDEX,
        TO_GET,
        LIMIT,
        SELECT,
        optional("ScanFilter", CONDITIONS),
        CONDITIONAL,
        START,
        RETURN_CONSUMED,
        optional("TotalSegments", Shape::Integer { min: 1, max: 1_000_000 }),
        optional("Segment", Shape::Integer { min: 0, max: 999_999 }),
        PROJECTION,
        FILTER,
        EXPRESSION_NAMES,
        EXPRESSION_VALUES,
        CONSISTENT,
    ];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, echo: &mut Echo) -> Result<Self, WireError> {
        let scope = scope(body, &["FilterExpression"])?;
        let filter = body.filter(&scope, "ScanFilter")?;
        select(body, body.projection(&scope)?, echo)?;
        scope.finish()?;
        let segment = match (body.number("Segment"), body.number("TotalSegments")) {
            (Some(segment), Some(total)) if segment < total => Some((segment, total)),
            (None, None) => None,
            (Some(segment), Some(total)) => {
                return Err(WireError::validation(format!(
                    "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: \
                     {segment} is not less than TotalSegments: {total}"
                )));
            }
            (Some(_), None) => {
                let text = "The TotalSegments parameter is required but was not present in the request when Segment \
                    parameter is present";
                return Err(WireError::validation(text));
            }
            (None, Some(_)) => {
                let text = "The Segment parameter is required but was not present in the request when parameter \
                    TotalSegments is present";
                return Err(WireError::validation(text));
            }
        };
        let index = body.optional_text("IndexName").map(Into::into);
        Ok(Self { table: body.table()?, index, filter, segment, page: body.page()? })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { table, index, filter, segment, page } = self;
        service.scan(at, &table, index.as_deref(), filter.as_ref(), segment, &page)
    }
}
