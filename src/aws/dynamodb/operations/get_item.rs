//! GetItem (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html>).

use super::row::{At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, TableName, WireError};
use crate::aws::dynamodb::api::{Key, Path};
use crate::aws::dynamodb::wire::parameters::OF_GET;
use crate::aws::dynamodb::wire::shapes::{
    CONSISTENT, EXPRESSION_NAMES, KEY, PROJECTION, RETURN_CONSUMED, TABLE, TO_GET,
};

#[derive(Clone, Debug)]
pub struct GetItem {
    pub table: TableName,
    pub key: Key,
    /// ConsistentRead.
    pub(crate) consistent: bool,
    /// The attributes that are asked for, all when empty.
    pub(crate) shown: Vec<Path>,
}

impl Row for GetItem {
    const OPERATION: Operation = Operation::read("GetItem");
    const PLANE: Plane = Plane::Items;
    const MEMBERS: &'static [Member] = &[TABLE, KEY, TO_GET, CONSISTENT, RETURN_CONSUMED, PROJECTION, EXPRESSION_NAMES];

    fn tables(&self) -> Vec<&TableName> {
        vec![&self.table]
    }
    fn decode(body: &Body<'_>, echo: &mut Echo) -> Result<Self, WireError> {
        OF_GET.check_mix(body.value)?;
        let key = body.key("Key")?;
        let to_get = body.attributes_to_get()?;
        let shown = OF_GET.expressions(body.value)?.projection.or(to_get);
        echo.is_get = true;
        echo.show(shown.clone());
        let (table, shown) = (body.table()?, shown.unwrap_or_default());
        Ok(Self { table, key, consistent: body.flag("ConsistentRead") == Some(true), shown })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { table, key, consistent, shown } = self;
        service.get_item(at, &table, &key, (&shown, consistent))
    }
}
