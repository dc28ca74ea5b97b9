//! TransactWriteItems: all writes or none
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>).
//!
//! Each write costs twice its units, also when the transaction is cancelled. Not modelled: conflicts with other
//! transactions (calls are handled one after another), idempotency tokens, TransactGetItems.

use super::api::{CancellationReason, Consumed, Error, Reply, Response, Returns, TransactAction, TransactWrite};
use super::items::{Change, Tally, Write};
use super::store::Place;
use super::{At, TableService, updates};
use crate::base::TableId;

/// Most writes of a transaction.
const WRITES_MAX: usize = 100;

impl TableService {
    pub(super) fn transact_write_items(&mut self, at: &mut At<'_>, writes: &[TransactWrite]) -> Reply {
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
        for (id, _) in &places {
            self.check_available(at, *id)?;
            self.fail_read(at, *id)?;
        }
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
                Err(error @ (Error::Validation(_) | Error::ConditionalCheckFailed(_))) => {
                    reasons.push(Some(Box::new(error)));
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
            TransactAction::Put(item) => table.place_of_item(item)?,
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
