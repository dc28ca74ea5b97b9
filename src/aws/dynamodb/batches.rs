//! BatchGetItem and BatchWriteItem.
//!
//! The parts of a batch succeed or fail on their own: those that were throttled or hit an internal error come back as
//! unprocessed, and only a batch of which nothing was processed fails as a whole. See
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>.

use std::collections::BTreeMap;

use super::api::{BatchWrite, Consumed, Error, Key, Path, Reply, Response, Returns};
use super::injection::lose_answer;
use super::items::{Change, Tally, Write, size_problem};
use super::service::{At, DynamoDb};
use super::store::Place;
use crate::base::{TableId, TableName};

/// Most keys of BatchGetItem.
pub(super) const BATCH_GET_MAX: usize = 100;
/// Most writes of BatchWriteItem.
const BATCH_WRITE_MAX: usize = 25;

/// A batch while it is processed.
#[derive(Default)]
struct Progress {
    tallies: BTreeMap<TableId, Tally>,
    is_any_done: bool,
    failure: Option<Error>,
}

impl Progress {
    /// What a part gave; `None` when it is unprocessed. An error that is about the whole batch comes back.
    fn settle<T>(&mut self, outcome: Result<T, Error>) -> Result<Option<T>, Error> {
        match outcome {
            Ok(done) => {
                self.is_any_done = true;
                Ok(Some(done))
            }
            Err(error @ (Error::ProvisionedThroughputExceeded(_) | Error::InternalServerError)) => {
                self.failure = Some(error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Tells what each table's part has used; the error when nothing was processed.
    fn finish(self, at: &mut At<'_>) -> Result<Vec<(TableId, Consumed)>, Error> {
        let consumed = self.tallies.into_iter().map(|(id, tally)| (id, at.tell(id, tally))).collect();
        self.failure.filter(|_| !self.is_any_done).map_or(Ok(consumed), Err)
    }
}

/// Refuses batches that are empty, too large, or name an item twice.
fn check_batch(places: &[(TableId, Place)], max: usize) -> Result<(), Error> {
    if places.is_empty() || places.len() > max {
        return Err(Error::Validation(format!("A batch of this kind has 1 to {max} members").into()));
    }
    let mut sorted: Vec<&(TableId, Place)> = places.iter().collect();
    sorted.sort();
    match sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        true => Err(Error::Validation("Provided list of item keys contains duplicates".into())),
        false => Ok(()),
    }
}

impl DynamoDb {
    /// What was used, by the names of tables.
    pub(super) fn named(&self, consumed: Vec<(TableId, Consumed)>) -> Vec<(TableName, Consumed)> {
        consumed.into_iter().map(|(id, consumed)| (self.tables[id.index()].name.clone(), consumed)).collect()
    }

    pub(super) fn batch_get_item(
        &mut self,
        at: &mut At<'_>,
        gets: Vec<(TableName, Key, bool)>,
        shown: &[(TableName, Path)],
    ) -> Reply {
        let place = |(name, key, _): &(TableName, Key, bool)| {
            let id = self.serving(name)?;
            Ok((id, self.tables[id.index()].place(key)?))
        };
        let places: Vec<(TableId, Place)> = gets.iter().map(place).collect::<Result<_, Error>>()?;
        for (name, path) in shown {
            self.tables[self.serving(name)?.index()].check_scalars([path].into_iter())?;
        }
        check_batch(&places, BATCH_GET_MAX)?;
        let as_of = self.read_instant(false, at.now);
        let mut progress = Progress::default();
        let (mut items, mut unprocessed) = (Vec::new(), Vec::new());
        for ((table, key, consistent), (id, place)) in gets.into_iter().zip(places) {
            let tally = progress.tallies.entry(id).or_default();
            let as_of = as_of.filter(|_| !consistent);
            let met = self.meet_fault(at, id);
            let got = met.and_then(|_| self.read(at, id, &place, as_of, consistent, tally));
            match progress.settle(got)? {
                Some(item) => items.extend(item.map(|item| (table, item))),
                None => unprocessed.push((table, key, consistent)),
            }
        }
        let consumed = self.named(progress.finish(at)?);
        Ok(Response::Got { items, unprocessed, consumed })
    }

    pub(super) fn batch_write_item(&mut self, at: &mut At<'_>, writes: Vec<(TableName, BatchWrite)>) -> Reply {
        let place = |(name, write): &(TableName, BatchWrite)| {
            let id = self.serving(name)?;
            let place = match write {
                BatchWrite::Put(item) => self.tables[id.index()].place_of_item(item, true)?,
                BatchWrite::Delete(key) => self.tables[id.index()].place(key)?,
            };
            Ok((id, place))
        };
        let places: Vec<(TableId, Place)> = writes.iter().map(place).collect::<Result<_, Error>>()?;
        check_batch(&places, BATCH_WRITE_MAX)?;
        let is_too_large = |(_, write): &(TableName, BatchWrite)| match write {
            BatchWrite::Put(item) => size_problem(item.size_bytes(), false),
            BatchWrite::Delete(_) => None,
        };
        if let Some(text) = writes.iter().find_map(is_too_large) {
            return Err(Error::Validation(text.into()));
        }
        let mut progress = Progress::default();
        let mut unprocessed = Vec::new();
        for ((table, write), (id, place)) in writes.into_iter().zip(places) {
            let change = match &write {
                BatchWrite::Put(item) => Change::Put(item.clone()),
                BatchWrite::Delete(_) => Change::Delete,
            };
            let one = Write { place, change, condition: None, returns: Returns::default() };
            let tally = progress.tallies.entry(id).or_default();
            let wrote = match self.meet_fault(at, id) {
                Ok(None) => self.write(at, id, one, tally),
                Ok(Some(answer)) => lose_answer(self.write(at, id, one, tally), answer),
                Err(refused) => Err(refused),
            };
            if progress.settle(wrote)?.is_none() {
                unprocessed.push((table, write));
            }
        }
        let consumed = self.named(progress.finish(at)?);
        Ok(Response::Wrote { unprocessed, consumed })
    }
}
