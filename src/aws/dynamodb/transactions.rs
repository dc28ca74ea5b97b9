//! TransactWriteItems: all writes or none
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>).
//!
//! Each write costs twice its units, also when the transaction is cancelled. A call with the
//! client token of a transaction that was applied reads its items instead, for twice their units. Not modelled:
//! conflicts with other transactions (calls are handled one after another), that such a read may be throttled.

use super::api::{CancellationReason, Consumed, Error, Reply, Response, Returns, TransactAction, TransactWrite};
use super::capacity::read_half_units;
use super::items::{Change, Tally, Write};
use super::service::{At, DynamoDb};
use super::store::Place;
use super::updates;
use crate::base::TableId;

/// Most writes of a transaction.
const WRITES_MAX: usize = 100;

impl DynamoDb {
    pub(super) fn transact_write_items(
        &mut self,
        at: &mut At<'_>,
        writes: Vec<TransactWrite>,
        token: Option<Box<str>>,
    ) -> Reply {
        let places = self.places_of_writes(&writes)?;
        let is_applied = token.as_ref().map_or(Ok(false), |token| self.tokens.is_applied(at.now, token, &writes))?;
        if is_applied {
            return Ok(self.applied_before(at, &places));
        }
        let reply = self.transact(at, &writes, places)?;
        if let Some(token) = token {
            self.tokens.keep(at.now, token, writes);
        }
        Ok(reply)
    }

    /// Where the writes go: each to another item.
    fn places_of_writes(&self, writes: &[TransactWrite]) -> Result<Vec<(TableId, Place)>, Error> {
        if !(1..=WRITES_MAX).contains(&writes.len()) {
            return Err(Error::Validation("A transaction has 1 to 100 writes".into()));
        }
        let places = writes.iter().map(|write| self.place_of(write)).collect::<Result<Vec<_>, Error>>()?;
        let mut sorted: Vec<&(TableId, Place)> = places.iter().collect();
        sorted.sort();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            let text = "Transaction request cannot include multiple operations on one item";
            return Err(Error::Validation(text.into()));
        }
        Ok(places)
    }

    /// The answer to a transaction that was applied before: its items were read.
    fn applied_before(&mut self, at: &mut At<'_>, places: &[(TableId, Place)]) -> Response {
        let mut consumed = Vec::with_capacity(places.len());
        for (id, place) in places {
            let table = &mut self.tables[id.index()];
            let size_bytes = table.store.row(place).map_or(0, |row| row.size_bytes);
            let read_half_units = read_half_units(size_bytes, true) * TRANSACTION_COST;
            table.units.take_read(at.now, place.hash(), read_half_units);
            let read = Consumed { read_half_units, ..Consumed::default() };
            consumed.push((*id, at.tell(*id, Tally { consumed: read, ..Tally::default() })));
        }
        Response::Transacted { consumed: self.named(consumed) }
    }

    /// Applies all writes, or none.
    fn transact(&mut self, at: &mut At<'_>, writes: &[TransactWrite], places: Vec<(TableId, Place)>) -> Reply {
        let mut prepared = Vec::with_capacity(writes.len());
        let mut reasons: Vec<CancellationReason> = Vec::with_capacity(writes.len());
        let mut consumed: Vec<(TableId, Consumed)> = Vec::new();
        for (write, (id, place)) in writes.iter().zip(places) {
            let mut tally = Tally::default();
            let one = Write {
                place,
                change: write.change(),
                condition: write.condition.as_ref(),
                returns: Returns { old_on_failure: write.old_on_failure, ..Returns::default() },
            };
            let outcome = self.prepare(at, id, one, TRANSACTION_COST, &mut tally);
            consumed.push((id, at.tell(id, tally)));
            match outcome {
                Ok(ready) => {
                    reasons.push(None);
                    prepared.push((id, ready));
                }
                Err(error) => reasons.push(Some(Box::new(error))),
            }
        }
        if reasons.iter().any(Option::is_some) {
            return Err(Error::TransactionCanceled(reasons));
        }
        for (id, ready) in prepared {
            self.commit(at, id, ready);
        }
        Ok(Response::Transacted { consumed: self.named(consumed) })
    }

    fn place_of(&self, write: &TransactWrite) -> Result<(TableId, Place), Error> {
        let id = self.serving(&write.table)?;
        let table = &self.tables[id.index()];
        let place = match &write.action {
            TransactAction::Put(item) => table.place_of_item(item, false)?,
            TransactAction::Update(key, changes) => {
                updates::check_paths(changes)?;
                table.check_updates(changes)?;
                table.place(key)?
            }
            TransactAction::Delete(key) | TransactAction::Check(key) => table.place(key)?,
        };
        Ok((id, place))
    }
}

/// How often the units of a write count in a transaction.
const TRANSACTION_COST: u32 = 2;

impl TransactWrite {
    fn change(&self) -> Change<'_> {
        match &self.action {
            TransactAction::Put(item) => Change::Put(item.clone()),
            TransactAction::Update(key, changes) => Change::Update(key, changes),
            TransactAction::Delete(_) => Change::Delete,
            TransactAction::Check(_) => Change::Nothing,
        }
    }
}
