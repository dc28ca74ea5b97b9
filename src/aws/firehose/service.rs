//! The service as a value: its state, and what its parts look up in it.

use std::collections::BTreeMap;

use super::agenda::{Agenda, Asker, Cx, Due};
use super::api::{Error, Settings};
use super::control::{Became, Change, Control};
use super::delivery_stream::DeliveryStream;
use super::pipeline::Pipeline;
use crate::aws::firehose::asking::Told;
use crate::aws::protocol::fault_points::{FaultPoints, met_by_faults};
use crate::base::seed::Random;
use crate::base::{Chance, DeliveryId, DeliveryName, Event, HostId, SimTime};
use crate::world::CallError;

/// The service: all delivery streams of one account in one region.
pub struct Firehose {
    pub(super) settings: Settings,
    pub(super) control: Control,
    pub(super) faults: FaultPoints,
    /// Those that are gone keep their number.
    pub(super) streams: Vec<DeliveryStream>,
    pub(super) names: BTreeMap<DeliveryName, DeliveryId>,
    pub(super) agenda: Agenda,
    random: Random,
    pub(super) is_up: bool,
}

/// What a request needs besides the service.
pub(super) struct At<'a> {
    pub now: SimTime,
    pub caller: HostId,
    pub events: &'a mut Vec<Event>,
}

met_by_faults!(Firehose);

impl Firehose {
    /// An account without delivery streams.
    pub fn new(settings: Settings, chance: impl Into<Chance>) -> Self {
        let chance = chance.into();
        Self {
            control: Control::new(&settings, &chance),
            settings,
            faults: FaultPoints::new(&chance),
            streams: Vec::new(),
            names: BTreeMap::new(),
            agenda: Agenda::default(),
            random: chance.stream("deliveries"),
            is_up: true,
        }
    }
    /// Adds a delivery stream that is ACTIVE.
    pub(crate) fn provision(&mut self, now: SimTime, name: DeliveryName, pipeline: Pipeline, events: &mut Vec<Event>) {
        self.control.provision(now, &name, &pipeline);
        self.begin(now, name, pipeline, events);
    }

    /// Delivery streams that are there and were ACTIVE.
    pub(crate) fn names(&self) -> impl Iterator<Item = &DeliveryName> {
        self.names.keys()
    }

    /// A delivery stream that has become ACTIVE begins to work.
    fn begin(&mut self, now: SimTime, name: DeliveryName, pipeline: Pipeline, events: &mut Vec<Event>) {
        let id = DeliveryId(self.streams.len() as u16);
        events.push(Event::DeliveryDeclared {
            delivery: id,
            name: name.as_str().into(),
            put: pipeline.source.put_kind(),
            stream: pipeline.source.stream().cloned(),
            sink: pipeline.destination.kind(),
        });
        let stream = DeliveryStream::new(id, name.clone(), pipeline, now, &self.settings);
        stream.tell_hints(events);
        self.streams.push(stream);
        self.names.insert(name, id);
        self.with(now, events, id, DeliveryStream::begin_reading);
    }

    /// Does what the control plane has decided.
    pub(super) fn take_up(&mut self, now: SimTime, change: Became, events: &mut Vec<Event>) {
        let Became { name, what, .. } = change;
        match (what, self.names.get(&name).copied()) {
            (Change::Active(pipeline), _) => self.begin(now, name, *pipeline, events),
            (Change::Updated(pipeline, version), Some(id)) => {
                self.with(now, events, id, |stream, cx| stream.change(cx, *pipeline, version));
            }
            (Change::Gone, Some(id)) => {
                self.names.remove(&name);
                self.with(now, events, id, DeliveryStream::end_all);
            }
            // One that was never ACTIVE.
            (Change::Updated(..) | Change::Gone, None) => {}
        }
    }

    pub(super) fn find(&self, name: &DeliveryName) -> Result<DeliveryId, Error> {
        self.names.get(name).copied().ok_or_else(|| self.control.not_found(name))
    }

    /// Lets a delivery stream do something.
    pub(super) fn with<T>(
        &mut self,
        now: SimTime,
        events: &mut Vec<Event>,
        id: DeliveryId,
        act: impl FnOnce(&mut DeliveryStream, &mut Cx<'_>) -> T,
    ) -> T {
        let Self { settings, streams, agenda, random, .. } = self;
        act(&mut streams[id.index()], &mut Cx { now, events, agenda, random, settings })
    }

    pub(super) fn do_due(&mut self, now: SimTime, events: &mut Vec<Event>) {
        while let Some((id, due)) = self.agenda.take_due(now) {
            self.with(now, events, id, |stream, cx| match due {
                _ if stream.is_deleted => {}
                Due::Listing => stream.list_shards(cx),
                Due::Shard(shard) => stream.read_shard(cx, shard),
                Due::Transform(lane) => stream.close_for_function(cx, lane),
                Due::Invocation(lane, number) => stream.invoke(cx, lane, number),
                Due::Buffer(key) => stream.close(cx, &key),
                Due::Work(number) => stream.go_on(cx, number),
                Due::Expiry => stream.expire(cx),
            });
        }
    }

    pub(super) fn tell(
        &mut self,
        now: SimTime,
        events: &mut Vec<Event>,
        (id, asker): (DeliveryId, Asker),
        reply: Result<Told, CallError>,
    ) {
        self.with(now, events, id, |stream, cx| match asker {
            _ if stream.is_deleted => {}
            Asker::Listing => stream.listed(cx, reply),
            Asker::Shard(shard) => stream.shard_answered(cx, shard, reply),
            Asker::Invocation(lane, number) => stream.function_answered(cx, lane, number, reply),
            Asker::Work(number) => stream.work_answered(cx, number, reply),
        });
    }

    /// The host is up again: whatever was asked before the crash is asked again.
    pub(super) fn go_on(&mut self, now: SimTime) {
        let asked = self.agenda.forget_calls();
        // Nothing is told here; what goes on tells it.
        let mut events = Vec::new();
        for (id, asker) in asked {
            self.with(now, &mut events, id, |stream, cx| match asker {
                Asker::Listing | Asker::Shard(_) => {}
                Asker::Invocation(lane, number) => stream.invoke_again(cx, lane, number),
                Asker::Work(number) => stream.deliver_again(cx, number),
            });
        }
        for index in 0..self.streams.len() {
            self.with(now, &mut events, DeliveryId(index as u16), DeliveryStream::begin_reading);
        }
        debug_assert!(events.is_empty(), "what is asked again is told when it is asked");
    }
}
