//! What is shown of a run: a fold over its events.
//!
//! Rates are of the last whole second of simulated time. Owners of leases are those that say that they hold one: two
//! may say so of the same lease. What waits to be read is judged as reports judge it, whatever the library.

mod load;
mod recent;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use self::load::{HISTORY_S, Load};
pub(super) use self::recent::{Recent, Told};
pub(super) use self::words::fields;
use self::words::words;
use crate::base::event::{ConsumerLibrary, HostRole, ProcessingEnd, StreamStatus, WriteRefusal};
use crate::base::{ConsumerId, Event, Fold, HostId, ShardId, SimTime, StreamId, StreamName, TableId, TableName};
use crate::measure::{Backlog, Names, Unread};

/// The state of a run, as far as its events tell it.
#[derive(Default)]
pub(super) struct View {
    pub(super) now: SimTime,
    /// How many events were told.
    pub(super) events: u64,
    pub(super) names: Names,
    pub(super) shards: BTreeMap<(StreamId, ShardId), Shard>,
    pub(super) consumers: BTreeMap<ConsumerId, Consumer>,
    pub(super) tables: BTreeMap<TableId, Table>,
    pub(super) hosts: BTreeMap<HostId, Host>,
    /// Faults that have begun, by number.
    faults: BTreeMap<u32, Fault>,
    pub(super) recent: Recent,
    backlog: Backlog,
}

/// A shard of a stream.
#[derive(Default)]
pub(super) struct Shard {
    pub(super) is_closed: bool,
    pub(super) load: Load,
}

/// A consumer application.
pub(super) struct Consumer {
    pub(super) stream: StreamName,
    pub(super) library: ConsumerLibrary,
    pub(super) lease_table: Option<TableName>,
    /// By shard that some worker has had to do with.
    pub(super) shards: BTreeMap<ShardId, Reading>,
}

/// A shard, for a consumer.
#[derive(Default)]
pub(super) struct Reading {
    /// Who says that it holds the lease, since when; the latest last.
    pub(super) holders: Vec<(HostId, SimTime)>,
    /// Who read last, where there are no leases.
    pub(super) reader: Option<HostId>,
    /// GetRecords.IteratorAgeMilliseconds of the last read.
    pub(super) age_ms: Option<u64>,
    /// Every record of the closed shard was processed.
    pub(super) is_finished: bool,
}

/// A table and what it was asked for.
#[derive(Default)]
pub(super) struct Table {
    /// 0 when on demand.
    pub(super) units: (u32, u32),
    pub(super) load: Load,
}

/// A fault that has begun.
pub(super) struct Fault {
    pub(super) since: SimTime,
    pub(super) what: Arc<str>,
    is_over: bool,
}

/// A host of a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) is_down: bool,
    pub(super) is_paused: bool,
}

impl View {
    /// Nothing happens until then.
    pub(super) fn pass(&mut self, until: SimTime) {
        self.now = self.now.max(until);
    }
    /// What consumers have not read.
    pub(super) fn unread(&self) -> Vec<Unread> {
        self.backlog.unread(self.now)
    }
    /// Faults in force.
    pub(super) fn faults_in_force(&self) -> impl Iterator<Item = &Fault> {
        self.faults.values().filter(|fault| !fault.is_over)
    }
    /// An event that was told, in words.
    pub(super) fn told(&self, event: &Event) -> String {
        match event {
            Event::FaultEnded { fault } if let Some(fault) = self.faults.get(fault) => {
                format!("FAULT over: {}", fault.what)
            }
            _ => words(event, &self.names),
        }
    }
    /// The table of this name that there is now.
    pub(super) fn table(&self, name: &TableName) -> Option<&Table> {
        self.tables.iter().rev().find(|(id, _)| self.names.table(**id) == name.as_str()).map(|(_, table)| table)
    }

    fn reading(&mut self, consumer: ConsumerId, shard: ShardId) -> Option<&mut Reading> {
        Some(self.consumers.get_mut(&consumer)?.shards.entry(shard).or_default())
    }

    fn on_shards(&mut self, event: &Event) {
        let now = self.now;
        match event {
            Event::RecordAccepted { stream, shard, size_bytes, .. } => {
                if let Some(shard) = self.shards.get_mut(&(*stream, *shard)) {
                    let second = shard.load.second(now);
                    second.done += 1;
                    second.amount += u64::from(*size_bytes);
                }
            }
            Event::RecordRefused { stream, shard, reason, .. } if *reason != WriteRefusal::InternalFailure => {
                if let Some(shard) = self.shards.get_mut(&(*stream, *shard)) {
                    shard.load.second(now).throttled += 1;
                }
            }
            Event::ShardOpened { stream, shard, .. } => drop(self.shards.insert((*stream, *shard), Shard::default())),
            Event::ShardClosed { stream, shard, .. } => {
                if let Some(shard) = self.shards.get_mut(&(*stream, *shard)) {
                    shard.is_closed = true;
                }
            }
            Event::ShardExpired { stream, shard } => drop(self.shards.remove(&(*stream, *shard))),
            Event::StreamStatusChanged { stream, status: StreamStatus::Deleted } => {
                self.shards.retain(|(of, _), _| of != stream);
            }
            _ => {}
        }
    }

    fn on_tables(&mut self, event: &Event) {
        let now = self.now;
        match event {
            Event::TableDeclared { table, read_units, write_units, .. }
            | Event::TableCapacityChanged { table, read_units, write_units } => {
                self.tables.entry(*table).or_default().units = (*read_units, *write_units);
            }
            Event::UnitsConsumed { table, read_half_units, write_units, .. } => {
                let second = self.tables.entry(*table).or_default().load.second(now);
                second.done += write_units;
                second.amount += u64::from(*read_half_units);
            }
            Event::TableThrottled { table, .. } => {
                self.tables.entry(*table).or_default().load.second(now).throttled += 1;
            }
            _ => {}
        }
    }

    fn on_consumers(&mut self, event: &Event) {
        let now = self.now;
        match event {
            Event::ConsumerDeclared { consumer, stream, library, lease_table, .. } => {
                let (stream, lease_table) = (stream.clone(), lease_table.clone());
                let shards = BTreeMap::new();
                self.consumers.insert(*consumer, Consumer { stream, library: *library, lease_table, shards });
            }
            Event::LeaseGained { consumer, host, shard, .. } => {
                if let Some(reading) = self.reading(*consumer, *shard) {
                    reading.holders.retain(|(holder, _)| holder != host);
                    reading.holders.push((*host, now));
                }
            }
            Event::LeaseLost { consumer, host, shard } => {
                if let Some(reading) = self.reading(*consumer, *shard) {
                    reading.holders.retain(|(holder, _)| holder != host);
                }
            }
            Event::ProcessingEnded { consumer, shard, reason, .. } => {
                if let Some(reading) = self.reading(*consumer, *shard) {
                    reading.is_finished |= *reason == ProcessingEnd::ShardEnd;
                }
            }
            Event::RecordsRead { shard, host, iterator_age_ms, .. }
            | Event::SubscriptionRead { shard, host, behind_latest_ms: iterator_age_ms, .. } => {
                if let Some(consumer) = self.backlog.consumer_of(*host)
                    && let Some(reading) = self.reading(consumer, *shard)
                {
                    (reading.reader, reading.age_ms) = (Some(*host), Some(*iterator_age_ms));
                }
            }
            Event::HostCrashed { host } => {
                let readings = self.consumers.values_mut().flat_map(|consumer| consumer.shards.values_mut());
                readings.for_each(|reading| reading.holders.retain(|(holder, _)| holder != host));
            }
            _ => {}
        }
    }

    fn on_world(&mut self, event: &Event) {
        match event {
            Event::HostDeclared { host, role, .. } if *role != HostRole::Operator => {
                self.hosts.insert(*host, Host::default());
            }
            Event::HostCrashed { host } => {
                *self.hosts.entry(*host).or_default() = Host { is_down: true, is_paused: false }
            }
            Event::HostRestarted { host } => self.hosts.entry(*host).or_default().is_down = false,
            Event::HostPaused { host } => self.hosts.entry(*host).or_default().is_paused = true,
            Event::HostResumed { host } => self.hosts.entry(*host).or_default().is_paused = false,
            Event::FaultBegan { fault, what } => {
                let begun = Fault { since: self.now, what: what.clone(), is_over: false };
                self.faults.insert(*fault, begun);
            }
            Event::FaultEnded { fault } => {
                if let Some(fault) = self.faults.get_mut(fault) {
                    fault.is_over = true;
                }
            }
            _ => {}
        }
    }
}

impl Fold for View {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.now = at;
        self.events += 1;
        if self.backlog.is_due(at) {
            // Each look also forgets what was read.
            self.backlog.look(at, |_| {});
        }
        self.names.on(at, event);
        self.backlog.on(at, event);
        self.on_shards(event);
        self.on_tables(event);
        self.on_consumers(event);
        self.on_world(event);
        self.recent.on(at, event);
    }
}
