//! What the service has to do by itself, in order of time, and the calls that it has out.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use super::api::Settings;
use super::buffer::BufferKey;
use crate::aws::firehose::asking::Ask;
use crate::base::seed::Random;
use crate::base::{DeliveryId, Event, ShardId, SimDuration, SimTime};
use crate::world::{CallId, OwnCall};

/// Something that falls due in a delivery stream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// The source's shards are listed.
    Listing,
    /// A shard of the source is read.
    Shard(ShardId),
    /// A lane's buffer for the function has been open for its interval.
    Transform(u32),
    /// A function is invoked again.
    Invocation(u32, u64),
    /// A buffer has been open for its interval.
    Buffer(BufferKey),
    /// A delivery goes on.
    Work(u64),
    /// Records may have been held for as long as they may be.
    Expiry,
}

/// Who in a delivery stream waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    Listing,
    Shard(ShardId),
    Invocation(u32, u64),
    Work(u64),
}

/// What falls due, in order of time. What has lost its reason meanwhile is left in: whoever is told looks again.
#[derive(Default)]
pub(super) struct Agenda {
    heap: BinaryHeap<Reverse<(SimTime, DeliveryId, Due)>>,
    /// Calls that nobody has made yet.
    ready: VecDeque<OwnCall<Ask>>,
    out: BTreeMap<CallId, (DeliveryId, Asker)>,
    calls: u64,
}

impl Agenda {
    pub(super) fn next_at(&self) -> Option<SimTime> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }
    /// Takes what is due at `now`.
    pub(super) fn take_due(&mut self, now: SimTime) -> Option<(DeliveryId, Due)> {
        let Reverse((at, ..)) = self.heap.peek()?;
        if *at > now {
            return None;
        }
        self.heap.pop().map(|Reverse((_, delivery, due))| (delivery, due))
    }
    /// The number of the call that is made next.
    pub(super) fn next_call_id(&self) -> CallId {
        CallId(self.calls)
    }
    pub(super) fn next_call(&mut self) -> Option<OwnCall<Ask>> {
        self.ready.pop_front()
    }
    /// Who waits for the answer of a call.
    pub(super) fn take_asker(&mut self, id: CallId) -> Option<(DeliveryId, Asker)> {
        self.out.remove(&id)
    }
    /// Forgets every call that is out; returns who waited for one.
    pub(super) fn forget_calls(&mut self) -> Vec<(DeliveryId, Asker)> {
        self.ready.clear();
        std::mem::take(&mut self.out).into_values().collect()
    }
}

/// What a delivery stream uses while it does something.
pub(super) struct Cx<'a> {
    pub(super) now: SimTime,
    pub(super) events: &'a mut Vec<Event>,
    pub(super) agenda: &'a mut Agenda,
    pub(super) random: &'a mut Random,
    pub(super) settings: &'a Settings,
}

impl Cx<'_> {
    /// Does something at a time.
    pub(super) fn at(&mut self, at: SimTime, delivery: DeliveryId, due: Due) {
        self.agenda.heap.push(Reverse((at, delivery, due)));
    }
    /// Makes a call.
    pub(super) fn ask(&mut self, request: Ask, timeout: SimDuration, delivery: DeliveryId, asker: Asker) {
        let id = self.agenda.next_call_id();
        self.agenda.calls += 1;
        self.agenda.ready.push_back(OwnCall { id, request, timeout });
        self.agenda.out.insert(id, (delivery, asker));
    }
    /// When something that has failed so often is tried again.
    pub(super) fn retry_at(&self, failures: u32) -> SimTime {
        let (first, longest) = self.settings.retry_pause;
        self.now.saturating_add((first * (1 << failures.min(20))).min(longest))
    }
}
