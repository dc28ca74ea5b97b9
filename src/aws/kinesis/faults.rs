//! Injected faults: throttles, internal errors, expired iterators, lost zones, key states.

use std::cell::Cell;

use super::aim::Aim;
use super::api::{Error, Fault, FaultTarget, KmsKeyState};
use super::quotas::Quota;
use crate::aws::protocol::operation::Operation;
use crate::base::seed::Random;
use crate::base::{Chance, ShardId, StreamName};

/// The faults in force, by number, in the order in which they began.
pub(super) struct Faults {
    active: Vec<Active>,
    random: Random,
}

/// A fault in force.
struct Active {
    id: u32,
    fault: Fault,
    /// Whether it has met a call. A key's state and a zone's outage are there for all.
    has_met: Cell<bool>,
}

/// What a fault does to one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Injected {
    Throttle,
    InternalError,
}

impl FaultTarget {
    fn hits(&self, aim: Aim<'_>, operation: Operation) -> bool {
        self.stream.as_ref().is_none_or(|stream| aim.stream == Some(stream))
            && self.shard.is_none_or(|shard| aim.shard == Some(shard))
            && self.operation.is_none_or(|only| only == operation)
    }
}

pub(super) const PUT_RECORD: Operation = Operation::write("PutRecord");
pub(super) const PUT_RECORDS: Operation = Operation::write("PutRecords");
/// Their throttles and internal errors hit single records.
const PUTS: [Operation; 2] = [PUT_RECORD, PUT_RECORDS];

impl Faults {
    pub(super) fn new(chance: &Chance) -> Self {
        Self { active: Vec::new(), random: chance.stream("faults") }
    }

    /// Lets a fault begin.
    pub(super) fn begin(&mut self, id: u32, fault: Fault) {
        let is_for_all = matches!(fault, Fault::KmsKey { .. } | Fault::ZoneOutage { .. });
        self.active.push(Active { id, fault, has_met: Cell::new(is_for_all) });
    }
    /// Ends the fault of this `id`, if it is one of these. Returns whether it ended without having met anything.
    pub(super) fn end(&mut self, id: u32) -> bool {
        let has_missed = self.active.iter().any(|active| active.id == id && !active.has_met.get());
        self.active.retain(|active| active.id != id);
        has_missed
    }

    /// Returns whether any fault may refuse single records.
    pub(crate) fn hit_records(&self) -> bool {
        self.active.iter().any(|active| matches!(active.fault, Fault::Throttle { .. } | Fault::InternalError { .. }))
    }

    /// The fate of one record of a put by this operation.
    pub(crate) fn one_record(&mut self, operation: Operation, stream: &StreamName, shard: ShardId) -> Option<Injected> {
        let hits = |target: &FaultTarget| target.hits(Aim::shard(stream, shard), operation);
        for Active { fault, has_met, .. } in &self.active {
            let (target, rate, injected) = match fault {
                Fault::Throttle { target, rate } => (target, rate, Injected::Throttle),
                Fault::InternalError { target, rate } => (target, rate, Injected::InternalError),
                _ => continue,
            };
            if hits(target) && self.random.chance(*rate) {
                has_met.set(true);
                return Some(injected);
            }
        }
        None
    }

    /// Faults that refuse a whole call. Throttles and internal errors of puts hit single records instead.
    pub(crate) fn whole_call(&mut self, operation: Operation, quota: Quota, aim: Aim<'_>) -> Result<(), Error> {
        let is_put = PUTS.contains(&operation);
        for Active { fault, has_met, .. } in &self.active {
            let (target, rate, error) = match fault {
                Fault::Unavailable { target, rate } => (target, rate, Error::ServiceUnavailable),
                Fault::InternalError { target, rate } if !is_put => (target, rate, Error::InternalFailure),
                Fault::Throttle { target, rate } if !is_put => (target, rate, throttled(operation, quota)),
                _ => continue,
            };
            if target.hits(aim, operation) && self.random.chance(*rate) {
                has_met.set(true);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Returns whether a fault expires the iterator of this call.
    pub(crate) fn expires_iterator(&mut self, stream: &StreamName, shard: ShardId) -> bool {
        let aim = Aim::shard(stream, shard);
        self.active.iter().any(|Active { fault, has_met, .. }| {
            let Fault::ExpireIterators { target, rate } = fault else { return false };
            let is_hit = target.hits(aim, Operation::read("GetRecords")) && self.random.chance(*rate);
            has_met.set(has_met.get() || is_hit);
            is_hit
        })
    }

    /// State of the KMS key: the latest fault decides.
    pub(crate) fn key_state(&self) -> KmsKeyState {
        let states = self.active.iter().rev().map(|active| match &active.fault {
            Fault::KmsKey { state } => Some(*state),
            _ => None,
        });
        states.flatten().next().unwrap_or_default()
    }
}

/// The data plane's operations name the throughput, those with a quota of calls the quota.
fn throttled(operation: Operation, quota: Quota) -> Error {
    match quota {
        Quota::None => Error::ProvisionedThroughputExceeded("Rate exceeded (injected).".into()),
        Quota::Account(_) | Quota::Stream(_) | Quota::Pipe(_) => {
            Error::LimitExceeded(format!("Rate exceeded for {operation} (injected)").into())
        }
    }
}
