//! Scan (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html>).

use super::row::{
    At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, Shape, TableName, WireError, optional,
};
use crate::aws::dynamodb::api::{Condition, Page};
use crate::aws::dynamodb::wire::legacy;
use crate::aws::dynamodb::wire::members::select;
use crate::aws::dynamodb::wire::parameters::OF_SCAN;
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
        OF_SCAN.check_mix(body.value)?;
        let to_get = body.attributes_to_get()?;
        let older_filter = legacy::filter(body.value, "ScanFilter")?;
        let start = body.start()?;
        let segment = segment(body)?;
        let read = OF_SCAN.expressions(body.value)?;
        let shown = read.projection.or(to_get);
        let page = body.page(start, shown.as_deref());
        select(body, shown, echo)?;
        let index = body.optional_text("IndexName").map(Into::into);
        Ok(Self { table: body.table()?, index, filter: read.filter.or(older_filter), segment, page })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { table, index, filter, segment, page } = self;
        service.scan(at, &table, index.as_deref(), filter.as_ref(), segment, &page)
    }
}

/// Segment and TotalSegments, which go together.
fn segment(body: &Body<'_>) -> Result<Option<(u32, u32)>, WireError> {
    let text = match (body.number("Segment"), body.number("TotalSegments")) {
        (None, None) => return Ok(None),
        (Some(segment), Some(total)) if segment < total => return Ok(Some((segment, total))),
        (Some(segment), Some(total)) => format!(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {segment} is \
             not less than TotalSegments: {total}"
        ),
        (Some(_), None) => "The TotalSegments parameter is required but was not present in the request when Segment \
                            parameter is present"
            .to_owned(),
        (None, Some(_)) => "The Segment parameter is required but was not present in the request when parameter \
                            TotalSegments is present"
            .to_owned(),
    };
    Err(WireError::validation(text))
}
