//! DescribeContributorInsights
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContributorInsights.html>): always off.

use super::row::{At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, TableName, WireError};
use crate::aws::dynamodb::wire::shapes::{INDEX, TABLE};

#[derive(Clone, Debug)]
pub struct DescribeContributorInsights {
    pub table: TableName,
    /// IndexName.
    pub(crate) index: Option<Box<str>>,
}

impl Row for DescribeContributorInsights {
    const OPERATION: Operation = Operation::read("DescribeContributorInsights");
    const PLANE: Plane = Plane::Control;
    const MEMBERS: &'static [Member] = &[TABLE, INDEX];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, _: &mut Echo) -> Result<Self, WireError> {
        Ok(Self { table: body.table()?, index: body.optional_text("IndexName").map(Into::into) })
    }
    fn handle(self, service: &mut DynamoDb, _: &mut At<'_>) -> Reply {
        let Self { table, index } = self;
        service.contributor_insights(table, index)
    }
}
