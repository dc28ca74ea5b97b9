//! The service as a value: its state, and what its parts look up in it.
//!
//! What it does stands in the files beside this one, by subject; which of them answers a request, in `operations/`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::api::{Error, Item, Settings};
use super::faults::Faults;
use super::idempotency::Tokens;
use super::table::Table;
use crate::aws::protocol::operation::Operation;
use crate::base::seed::Random;
use crate::base::{Chance, Event, HostId, SimTime, TableId, TableName};

/// The service: all tables of one account in one region.
pub struct DynamoDb {
    pub(super) settings: Settings,
    pub(super) tables: Vec<Table>,
    /// Tables that exist, by name.
    pub(super) names: BTreeMap<TableName, TableId>,
    pub(super) faults: Faults,
    pub(super) tokens: Tokens,
    pub(super) durations: Random,
    pub(super) lags: Random,
    pub(super) next_deadline: SimTime,
}

/// What a request needs besides the service.
pub(super) struct At<'a> {
    pub now: SimTime,
    pub caller: HostId,
    pub operation: Operation,
    pub events: &'a mut Vec<Event>,
}

impl DynamoDb {
    /// An account without tables.
    pub fn new(settings: Settings, chance: impl Into<Chance>) -> Self {
        let chance = chance.into();
        Self {
            settings,
            tables: Vec::new(),
            names: BTreeMap::new(),
            faults: Faults::new(&chance),
            tokens: Tokens::default(),
            durations: chance.stream("transitions"),
            lags: chance.stream("stale reads"),
            next_deadline: SimTime::MAX,
        }
    }

    pub(super) fn find(&self, name: &TableName) -> Result<TableId, Error> {
        self.names.get(name).copied().ok_or_else(Error::not_found)
    }

    /// Names of the tables that exist.
    pub(crate) fn table_names(&self) -> impl Iterator<Item = &TableName> {
        self.names.keys()
    }

    /// The items of a table as they are now, in scan order; for tests and inspection.
    pub fn items(&self, name: &TableName) -> Vec<Arc<Item>> {
        let Ok(id) = self.find(name) else { return Vec::new() };
        self.tables[id.index()].store.present().cloned().collect()
    }
}
