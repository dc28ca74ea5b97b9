//! What UpdateTable may change, in the order in which production tells of mistakes, and when units were changed.

use super::api::{Adjusted, Capacity, Encryption, Error, UpdateTable};
use super::table::{Table, check_capacity};
use crate::base::SimTime;

fn invalid(text: impl Into<Box<str>>) -> Error {
    Error::Validation(text.into())
}

/// What is wrong with a request by itself.
pub(super) fn check_update(request: &UpdateTable) -> Result<(), Error> {
    let UpdateTable { capacity, is_protected, warm, encryption, has_many_changes, .. } = request;
    let is_something = capacity.is_some() || request.is_structural() || *has_many_changes;
    if !is_something && is_protected.is_none() && warm.is_none() && encryption.is_none() {
        return Err(invalid(NOTHING));
    }
    capacity.map_or(Ok(()), check_capacity)?;
    request.index_capacities.iter().try_for_each(|(_, capacity)| check_capacity(*capacity))
}

/// What is said of an update of nothing.
pub(super) const NOTHING: &str = "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, \
                                  GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required";

impl UpdateTable {
    /// Whether indexes change.
    pub(super) fn is_structural(&self) -> bool {
        self.add_index.is_some() || self.delete_index.is_some() || !self.index_capacities.is_empty()
    }
}

impl Table {
    /// Begins to encrypt otherwise. Returns whether that changes anything.
    pub(super) fn change_encryption(&mut self, wanted: Option<Option<Encryption>>) -> bool {
        match (wanted, &mut self.encryption) {
            (None, _) | (Some(None), None) => false,
            (Some(None), Some(present)) => {
                present.is_ending = true;
                true
            }
            (Some(wanted), present) if *present == wanted => false,
            (Some(wanted), present) => {
                *present = wanted;
                true
            }
        }
    }

    /// What is wrong with an update of this table.
    pub(super) fn check_update(&self, request: &UpdateTable) -> Result<(), Error> {
        let present = self.units.capacity;
        let is_units = matches!(request.capacity, Some(Capacity::Provisioned { .. }));
        if present == Capacity::OnDemand && request.keeps_mode && (is_units || !request.index_capacities.is_empty()) {
            return Err(invalid(
                "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be \
                 specified when BillingMode is PAY_PER_REQUEST",
            ));
        }
        if request.has_many_changes {
            let text = "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per \
                        table";
            return Err(Error::LimitExceeded(text.into()));
        }
        check_changes("table", present, request.capacity)?;
        for (name, capacity) in &request.index_capacities {
            let index = &self.indexes[self.index_named(name)?];
            check_changes(&format!("index {name}"), index.units.capacity, Some(*capacity))?;
        }
        let is_left_out = |name: &str| !request.index_capacities.iter().any(|(given, _)| **given == *name);
        let left_out = self.indexes.iter().find(|index| !index.is_local && is_left_out(&index.name));
        match left_out.filter(|_| is_units && present == Capacity::OnDemand && request.is_told_whole) {
            None => Ok(()),
            Some(index) => Err(invalid(format!(
                "One or more parameter values were invalid: ProvisionedThroughput must be specified for index: {}",
                index.name
            ))),
        }
    }
}

/// Units that are given are other ones.
fn check_changes(what: &str, present: Capacity, wanted: Option<Capacity>) -> Result<(), Error> {
    let (Capacity::Provisioned { read, write }, true) = (present, Some(present) == wanted) else { return Ok(()) };
    let kind = what.split(' ').next().unwrap_or(what);
    Err(invalid(format!(
        "The provisioned throughput for the {what} will not change. The requested value equals the current value. \
         Current ReadCapacityUnits provisioned for the {kind}: {read}. Requested ReadCapacityUnits: {read}. Current \
         WriteCapacityUnits provisioned for the {kind}: {write}. Requested WriteCapacityUnits: {write}. Refer to the \
         Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
    )))
}

/// The day of a time, counted from the start.
fn day(at: SimTime) -> u64 {
    at.as_secs() / 86_400
}

impl Adjusted {
    /// Notes a change, as it begins and again as it ends, when a decrease counts.
    pub(super) fn note(&mut self, from: Capacity, to: Capacity, at: SimTime, is_done: bool) {
        let (Capacity::Provisioned { read, write }, Capacity::Provisioned { read: to_read, write: to_write }) =
            (from, to)
        else {
            return;
        };
        if to_read > read || to_write > write {
            self.raised_at = Some(at);
        }
        if to_read < read || to_write < write {
            self.lowered_at = Some(at);
            if is_done {
                self.decreases = (day(at), self.on(at).decreases.1 + 1);
            }
        }
    }

    /// The same with the decreases of this day only.
    pub(super) fn on(self, at: SimTime) -> Self {
        let (of, count) = self.decreases;
        Self { decreases: (day(at), if of == day(at) { count } else { 0 }), ..self }
    }
}
