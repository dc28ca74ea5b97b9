//! Injected faults: throttles, internal errors, expired iterators, lost zones, key states.

use super::Kinesis;
use super::api::{Error, Fault, FaultTarget, KmsKeyState};
use crate::base::seed::Random;
use crate::base::{Event, Seed, ShardId, SimTime, StreamName};

/// The faults in force, by number, in the order in which they began.
pub(super) struct Faults {
    active: Vec<(u32, Fault)>,
    random: Random,
}

/// What a fault does to one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Injected {
    Throttle,
    InternalError,
}

impl FaultTarget {
    fn hits(&self, stream: &StreamName, shard: Option<ShardId>, operation: &str) -> bool {
        self.stream.as_ref().is_none_or(|s| s == stream)
            && self.shard.is_none_or(|s| shard == Some(s))
            && self.operation.as_deref().is_none_or(|o| o == operation)
    }
}

const IS_PUT: [&str; 2] = ["PutRecord", "PutRecords"];

impl Faults {
    pub fn new(seed: Seed) -> Self {
        Self { active: Vec::new(), random: seed.stream("faults") }
    }

    /// Whether any fault may refuse single records.
    pub fn hit_records(&self) -> bool {
        self.active.iter().any(|(_, fault)| matches!(fault, Fault::Throttle { .. } | Fault::InternalError { .. }))
    }

    /// The fate of one record of a put.
    pub fn one_record(&mut self, stream: &StreamName, shard: ShardId) -> Option<Injected> {
        let hits = |target: &FaultTarget| IS_PUT.iter().any(|put| target.hits(stream, Some(shard), put));
        for (_, fault) in &self.active {
            match fault {
                Fault::Throttle { target, rate } if hits(target) && self.random.chance(*rate) => {
                    return Some(Injected::Throttle);
                }
                Fault::InternalError { target, rate } if hits(target) && self.random.chance(*rate) => {
                    return Some(Injected::InternalError);
                }
                _ => {}
            }
        }
        None
    }

    /// Faults that refuse a whole call. Throttles and internal errors of puts hit single records instead.
    pub fn whole_call(
        &mut self,
        stream: &StreamName,
        shard: Option<ShardId>,
        operation: &'static str,
    ) -> Result<(), Error> {
        let is_put = IS_PUT.contains(&operation);
        for (_, fault) in &self.active {
            match fault {
                Fault::Unavailable { target, rate }
                    if target.hits(stream, shard, operation) && self.random.chance(*rate) =>
                {
                    return Err(Error::ServiceUnavailable);
                }
                Fault::InternalError { target, rate }
                    if !is_put && target.hits(stream, shard, operation) && self.random.chance(*rate) =>
                {
                    return Err(Error::InternalFailure);
                }
                Fault::Throttle { target, rate }
                    if !is_put && target.hits(stream, shard, operation) && self.random.chance(*rate) =>
                {
                    return Err(Error::ProvisionedThroughputExceeded("Rate exceeded (injected).".into()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether a fault expires the iterator of this call.
    pub fn expires_iterator(&mut self, stream: &StreamName, shard: ShardId) -> bool {
        self.active.iter().any(|(_, fault)| match fault {
            Fault::ExpireIterators { target, rate } => {
                target.hits(stream, Some(shard), "GetRecords") && self.random.chance(*rate)
            }
            _ => false,
        })
    }

    /// State of the KMS key: the latest fault decides.
    pub fn key_state(&self) -> KmsKeyState {
        let states = self.active.iter().rev().map(|(_, fault)| match fault {
            Fault::KmsKey { state } => Some(*state),
            _ => None,
        });
        states.flatten().next().unwrap_or_default()
    }
}

impl Kinesis {
    /// Lets a fault begin; `id` tells it from others.
    pub fn inject(&mut self, _now: SimTime, id: u32, fault: Fault, events: &mut Vec<Event>) {
        if let Fault::ZoneOutage { zone, wipe } = fault {
            self.lose_zone(id, zone, wipe, events);
        }
        self.faults.active.push((id, fault));
    }

    /// Ends a fault.
    pub fn heal(&mut self, now: SimTime, id: u32, events: &mut Vec<Event>) {
        self.faults.active.retain(|(active, _)| *active != id);
        self.restore_zone(id, now, events);
    }
}
