//! Faults, actions, hosts that are down, shards, and who owned which lease.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use super::lanes::{Group, Lanes, Process};
use super::writer::{Place, Value, Writer};
use crate::base::event::{LeaseGain, ProcessingEnd, StreamStatus};
use crate::base::{ConsumerId, Event, HostId, ShardId, SimTime, StreamId};
use crate::measure::Names;

/// A slice whose end is to come.
struct Open {
    place: Place,
    group: Group,
    from: SimTime,
    name: Arc<str>,
}

/// What has begun and not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Fault(u32),
    Down(HostId),
    Still(HostId),
    Shard(StreamId, ShardId),
    Lease(ConsumerId, ShardId, HostId),
}

impl Key {
    fn process(self) -> Process {
        match self {
            Self::Fault(_) => Process::Outside,
            Self::Down(host) | Self::Still(host) => Process::Host(host),
            Self::Shard(stream, _) => Process::Stream(stream),
            Self::Lease(consumer, ..) => Process::Consumer(consumer),
        }
    }
}

/// The slices that are open.
#[derive(Default)]
pub(super) struct Course {
    open: BTreeMap<Key, Open>,
    /// How a lease was gained, for its slice.
    gains: BTreeMap<Key, LeaseGain>,
    actions: Option<Place>,
}

impl Course {
    /// Where a worker's lease of a shard stands, and since when.
    pub(super) fn lease(&self, consumer: ConsumerId, shard: ShardId, host: HostId) -> Option<(Place, SimTime)> {
        self.open.get(&Key::Lease(consumer, shard, host)).map(|open| (open.place, open.from))
    }

    pub(super) fn on<W: Write>(
        &mut self,
        at: SimTime,
        event: &Event,
        names: &Names,
        lanes: &mut Lanes,
        writer: &mut Writer<W>,
    ) {
        match event {
            Event::HostDeclared { host, name, .. } => lanes.name(Process::Host(*host), name, writer),
            Event::StreamDeclared { stream, name, .. } => {
                lanes.name(Process::Stream(*stream), &format!("stream {name}"), writer);
            }
            Event::TableDeclared { table, name, .. } => {
                lanes.name(Process::Table(*table), &format!("table {name}"), writer);
            }
            Event::ConsumerDeclared { consumer, name, .. } => {
                lanes.name(Process::Consumer(*consumer), &format!("consumer {name}"), writer);
            }
            Event::ActionTaken { what, outcome, .. } => {
                let place = *self.actions.get_or_insert_with(|| lanes.take(Process::Outside, Group::Actions, writer));
                writer.instant(place, at, &format!("{what}: {outcome}"));
            }
            Event::RunEnded {} => {
                let open: Vec<Key> = self.open.keys().copied().collect();
                open.into_iter().for_each(|key| self.end(at, key, lanes, writer));
            }
            _ => {
                self.on_beginnings(at, event, names, lanes, writer);
                self.on_ends(at, event, lanes, writer);
            }
        }
    }

    fn on_beginnings<W: Write>(
        &mut self,
        at: SimTime,
        event: &Event,
        names: &Names,
        lanes: &mut Lanes,
        writer: &mut Writer<W>,
    ) {
        match event {
            Event::FaultBegan { fault, what } => {
                self.begin(at, Key::Fault(*fault), Group::Faults, what.clone(), lanes, writer);
            }
            Event::HostCrashed { host } => {
                self.begin(at, Key::Down(*host), Group::State, "down".into(), lanes, writer);
                self.lead_from_faults(at, Key::Down(*host), writer);
            }
            Event::HostPaused { host } => {
                self.begin(at, Key::Still(*host), Group::State, "stands still".into(), lanes, writer);
                self.lead_from_faults(at, Key::Still(*host), writer);
            }
            Event::ShardOpened { stream, shard, .. } => {
                let key = Key::Shard(*stream, *shard);
                self.begin(at, key, Group::Shard(*shard), "open".into(), lanes, writer);
            }
            Event::LeaseGained { consumer, host, shard, how, .. } => {
                let key = Key::Lease(*consumer, *shard, *host);
                if !self.open.contains_key(&key) {
                    self.gains.insert(key, *how);
                    self.begin(at, key, Group::Lease(*shard), names.host(*host).into(), lanes, writer);
                }
            }
            _ => {}
        }
    }

    fn on_ends<W: Write>(&mut self, at: SimTime, event: &Event, lanes: &mut Lanes, writer: &mut Writer<W>) {
        let all = |open: &BTreeMap<Key, Open>, is_it: &dyn Fn(&Key) -> bool| -> Vec<Key> {
            open.keys().filter(|key| is_it(key)).copied().collect()
        };
        let over = match event {
            Event::FaultEnded { fault } => vec![Key::Fault(*fault)],
            Event::HostRestarted { host } => vec![Key::Down(*host)],
            Event::HostResumed { host } => vec![Key::Still(*host)],
            Event::ShardClosed { stream, shard, .. } => vec![Key::Shard(*stream, *shard)],
            Event::LeaseLost { consumer, host, shard }
            | Event::ProcessingEnded { consumer, host, shard, reason: ProcessingEnd::ShardEnd } => {
                vec![Key::Lease(*consumer, *shard, *host)]
            }
            Event::HostCrashed { host } => {
                all(&self.open, &|key| matches!(key, Key::Lease(.., of) | Key::Still(of) if of == host))
            }
            Event::WorkerStopped { host, .. } => {
                all(&self.open, &|key| matches!(key, Key::Lease(.., of) if of == host))
            }
            Event::StreamStatusChanged { stream, status: StreamStatus::Deleted } => {
                all(&self.open, &|key| matches!(key, Key::Shard(of, _) if of == stream))
            }
            _ => return,
        };
        over.into_iter().for_each(|key| self.end(at, key, lanes, writer));
    }

    fn begin<W: Write>(
        &mut self,
        at: SimTime,
        key: Key,
        group: Group,
        name: Arc<str>,
        lanes: &mut Lanes,
        writer: &mut Writer<W>,
    ) {
        self.end(at, key, lanes, writer);
        let place = lanes.take(key.process(), group, writer);
        self.open.insert(key, Open { place, group, from: at, name });
    }

    fn end<W: Write>(&mut self, at: SimTime, key: Key, lanes: &mut Lanes, writer: &mut Writer<W>) {
        let Some(Open { place, group, from, name }) = self.open.remove(&key) else { return };
        lanes.free(key.process(), group, place);
        let category = match key {
            Key::Fault(_) => "fault",
            Key::Down(_) | Key::Still(_) => "host",
            Key::Shard(..) => "shard",
            Key::Lease(..) => "lease",
        };
        match self.gains.remove(&key) {
            Some(how) => {
                writer.slice(place, (from, at), category, &name, &[("gained", Value::Text(how.as_str()))]);
            }
            None => writer.slice(place, (from, at), category, &name, &[]),
        }
    }

    /// Arrows from the faults that began at this time.
    fn lead_from_faults<W: Write>(&self, at: SimTime, key: Key, writer: &mut Writer<W>) {
        let Some(to) = self.open.get(&key) else { return };
        let began = self.open.iter().filter(|(key, fault)| matches!(key, Key::Fault(_)) && fault.from == at);
        began.for_each(|(_, fault)| writer.flow((fault.place, at), (to.place, at), "stopped by"));
    }
}
