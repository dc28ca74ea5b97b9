//! BatchGetItem (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>).

use super::row::{
    At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, Shape, TableName, WireError, required,
};
use crate::aws::dynamodb::api::{Item, Key, Path};
use crate::aws::dynamodb::batches::BATCH_GET_MAX;
use crate::aws::dynamodb::wire::attribute;
use crate::aws::dynamodb::wire::encode::{BatchKeys, Shown};
use crate::aws::dynamodb::wire::members::by_table;
use crate::aws::dynamodb::wire::parameters::OF_GET;
use crate::aws::dynamodb::wire::shapes::{KEYS_AND_ATTRIBUTES, RETURN_CONSUMED, TABLE_NAME};

/// BatchGetItem, up to 100 keys.
#[derive(Clone, Debug)]
pub struct BatchGetItem {
    /// Keys by table, with ConsistentRead.
    pub gets: Vec<(TableName, Key, bool)>,
    /// The attributes that are asked for, by table.
    pub(crate) shown: Vec<(TableName, Path)>,
}

impl Row for BatchGetItem {
    const OPERATION: Operation = Operation::read("BatchGetItem");
    const PLANE: Plane = Plane::Batch;
    const MEMBERS: &'static [Member] = &[
        required("RequestItems", Shape::TextMap { key: &TABLE_NAME, value: &KEYS_AND_ATTRIBUTES, min: 1, max: 100 }),
        RETURN_CONSUMED,
    ];

    fn tables(&self) -> Vec<&TableName> {
        self.gets.iter().map(|(table, ..)| table).collect()
    }
    fn decode(body: &Body<'_>, echo: &mut Echo) -> Result<Self, WireError> {
        let (mut gets, mut shown) = (Vec::new(), Vec::new());
        for (table, of) in by_table(body)? {
            OF_GET.check_mix(of.value)?;
            let to_get = of.attributes_to_get()?;
            let paths = OF_GET.expressions(of.value)?.projection.or(to_get);
            let consistent = of.flag("ConsistentRead") == Some(true);
            let keys = of.list("Keys").map(|key| attribute::item(key.value)).collect::<Result<Vec<_>, _>>()?;
            if (1..keys.len()).any(|at| keys[..at].iter().any(|other| is_same_key(other, &keys[at]))) {
                return Err(WireError::validation("Provided list of item keys contains duplicates"));
            }
            gets.extend(keys.into_iter().map(|key| (table.clone(), Key::new(key), consistent)));
            shown.extend(paths.iter().flatten().map(|path| (table.clone(), path.clone())));
            echo.batch.push(BatchKeys { table, shown: paths.map_or(Shown::All, Shown::Paths) });
        }
        if gets.len() > BATCH_GET_MAX {
            return Err(WireError::validation("Too many items requested for the BatchGetItem call"));
        }
        Ok(Self { gets, shown })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        let Self { gets, shown } = self;
        service.batch_get_item(at, gets, &shown)
    }
}

/// Returns whether two keys have the same attributes, in whatever order.
fn is_same_key(one: &Item, other: &Item) -> bool {
    one.len() == other.len() && one.iter().all(|(name, value)| other.get(name) == Some(value))
}
