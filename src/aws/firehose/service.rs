//! The service as a value: its state.

use std::collections::VecDeque;

use super::api::{RecordId, Reply, Response, Settings};
use super::control::Control;
use crate::aws::Request as Ask;
use crate::aws::protocol::fault_points::{Fault, FaultPoints};
use crate::base::{Chance, DeliveryName, Event, HostId, Payload, SimTime};
use crate::world::OwnCall;

/// The service: all delivery streams of one account in one region.
pub struct Firehose {
    pub(super) settings: Settings,
    pub(super) control: Control,
    pub(super) faults: FaultPoints,
    pub(super) ready: VecDeque<OwnCall<Ask>>,
    accepted: u64,
}

/// What a request needs besides the service.
pub(super) struct At<'a> {
    pub now: SimTime,
    pub caller: HostId,
    pub events: &'a mut Vec<Event>,
}

impl Firehose {
    /// An account without delivery streams.
    pub fn new(settings: Settings, chance: impl Into<Chance>) -> Self {
        let chance = chance.into();
        let control = Control::new(&settings, &chance);
        Self { settings, control, faults: FaultPoints::new(&chance), ready: VecDeque::new(), accepted: 0 }
    }
    /// Lets a fault begin; [`Firehose::heal`] with the same `id` ends it.
    pub fn inject(&mut self, _: SimTime, id: u32, fault: Fault, _: &mut Vec<Event>) {
        self.faults.begin(id, fault);
    }
    /// Ends a fault.
    pub fn heal(&mut self, _: SimTime, id: u32, events: &mut Vec<Event>) {
        self.faults.end(id, events);
    }
    fn next_id(&mut self) -> RecordId {
        self.accepted += 1;
        RecordId(self.accepted)
    }
    pub(super) fn put_record(&mut self, _: &mut At<'_>, delivery: &DeliveryName, _: Payload) -> Reply {
        let is_encrypted = self.control.may_put(delivery)?;
        Ok(Response::RecordPut { id: self.next_id(), is_encrypted })
    }
    pub(super) fn put_record_batch(&mut self, _: &mut At<'_>, delivery: &DeliveryName, records: &[Payload]) -> Reply {
        let is_encrypted = self.control.may_put(delivery)?;
        let results = records.iter().map(|_| Ok(self.next_id())).collect();
        Ok(Response::BatchPut { failed: 0, results, is_encrypted })
    }
}
