//! TransactGetItems (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html>).
//!
//! Every item is read twice, to prepare the transaction and to commit it, and costs so
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html>). Not modelled: conflicts
//! with writes, since calls are handled one after another.

use super::row::{
    At, Body, DynamoDb, Echo, Member, Operation, Plane, Reply, Row, Shape, TableName, WireError, required,
};
use crate::aws::dynamodb::api::{CancellationReason, Error, Key, Response};
use crate::aws::dynamodb::items::Tally;
use crate::aws::dynamodb::wire::encode::{BatchKeys, Shown};
use crate::aws::dynamodb::wire::parameters::OF_GET;
use crate::aws::dynamodb::wire::shapes::{EXPRESSION_NAMES, KEY, PROJECTION, RETURN_CONSUMED, TABLE};

/// Most items of a transaction.
const GETS_MAX: usize = 100;
/// All items together.
const BYTES_MAX: u64 = 4 << 20;

const TRANSACT_GET: Shape =
    Shape::Structure(&[required("Get", Shape::Structure(&[KEY, TABLE, PROJECTION, EXPRESSION_NAMES]))]);

/// TransactGetItems, up to 100 items.
#[derive(Clone, Debug)]
pub struct TransactGetItems {
    /// The items, by table and key, in the order in which they are answered.
    pub gets: Vec<(TableName, Key)>,
}

impl Row for TransactGetItems {
    const OPERATION: Operation = Operation::read("TransactGetItems");
    const PLANE: Plane = Plane::Items;
    const MEMBERS: &'static [Member] =
        &[required("TransactItems", Shape::List { of: &TRANSACT_GET, min: 1, max: GETS_MAX }), RETURN_CONSUMED];

    fn tables(&self) -> Vec<&TableName> {
        self.gets.iter().map(|(table, _)| table).collect()
    }
    fn decode(body: &Body<'_>, echo: &mut Echo) -> Result<Self, WireError> {
        let mut gets = Vec::new();
        for of in body.list("TransactItems").filter_map(|item| item.part("Get")) {
            OF_GET.check_mix(of.value)?;
            let key = of.key("Key")?;
            let shown = OF_GET.expressions(of.value)?.projection.map_or(Shown::All, Shown::Paths);
            let table = of.table()?;
            gets.push((table.clone(), key));
            echo.batch.push(BatchKeys { table, shown });
        }
        Ok(Self { gets })
    }
    fn handle(self, service: &mut DynamoDb, at: &mut At<'_>) -> Reply {
        if !(1..=GETS_MAX).contains(&self.gets.len()) {
            return Err(Error::Validation("A transaction has 1 to 100 items".into()));
        }
        let place = |(name, key): &(TableName, Key)| {
            let id = service.serving(name)?;
            Ok((id, service.tables[id.index()].place(key)?))
        };
        let places = self.gets.iter().map(place).collect::<Result<Vec<_>, Error>>()?;
        let (mut items, mut consumed) = (Vec::new(), Vec::new());
        let mut reasons: Vec<CancellationReason> = Vec::new();
        for (id, place) in places {
            let mut tally = Tally::default();
            let prepared = service.read(at, id, &place, None, true, &mut tally);
            let read = prepared.and_then(|_| service.read(at, id, &place, None, true, &mut tally));
            consumed.push((id, at.tell(id, tally)));
            reasons.push(read.as_ref().err().map(|error| Box::new(error.clone())));
            items.push(read.ok().flatten());
        }
        if reasons.iter().any(Option::is_some) {
            return Err(Error::TransactionCanceled(reasons));
        }
        if items.iter().flatten().map(|item| item.size_bytes()).sum::<u64>() > BYTES_MAX {
            let text = "Aggregated size of items in the transaction exceeded the limit of 4 MB";
            return Err(Error::Validation(text.into()));
        }
        Ok(Response::TransactGot { items, consumed: service.named(consumed) })
    }
}
