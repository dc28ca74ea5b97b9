//! Tables by the second: what shards took, how far consumers are behind, what tables gave.
//!
//! A second in which there was nothing to say of a shard or a table has no row.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::table::{Cell, Kind, Table};
use crate::base::event::WriteRefusal;
use crate::base::{ConsumerId, Event, Fold, HostId, ShardId, SimTime, StreamId, TableId};
use crate::measure::{Backlog, Names};

const SHARDS: &[(&str, Kind)] = &[
    ("second", Kind::Number),
    ("stream", Kind::Text),
    ("shard", Kind::Number),
    ("records", Kind::Number),
    ("bytes", Kind::Number),
    ("records_throttled", Kind::Number),
    ("reads_throttled", Kind::Number),
];
const CONSUMERS: &[(&str, Kind)] = &[
    ("second", Kind::Number),
    ("consumer", Kind::Text),
    ("shard", Kind::Number),
    ("owner", Kind::Text),
    ("records_read", Kind::Number),
    ("iterator_age_ms", Kind::Number),
    ("records_unread", Kind::Number),
    ("oldest_unread_ms", Kind::Number),
];
const TABLES: &[(&str, Kind)] = &[
    ("second", Kind::Number),
    ("table", Kind::Text),
    ("half_read_units", Kind::Number),
    ("write_units", Kind::Number),
    ("calls_throttled", Kind::Number),
];

/// What a consumer did with a shard in a second.
#[derive(Default)]
struct Reading {
    read: u64,
    age_ms: Option<u64>,
    unread: Option<(u64, u64)>,
}

/// The tables, and the counts of the present second.
pub(super) struct Series {
    second: u64,
    shards: BTreeMap<(StreamId, ShardId), [u64; 4]>,
    consumers: BTreeMap<(ConsumerId, ShardId), Reading>,
    tables: BTreeMap<TableId, [u64; 3]>,
    /// Who gained the lease last and has not said that it lost it.
    owners: BTreeMap<(ConsumerId, ShardId), HostId>,
    backlog: Backlog,
    files: [Table; 3],
}

impl Series {
    pub(super) fn create(dir: &Path) -> io::Result<Self> {
        let files = [
            Table::create(dir, "shards", SHARDS)?,
            Table::create(dir, "consumers", CONSUMERS)?,
            Table::create(dir, "tables", TABLES)?,
        ];
        Ok(Self {
            second: 0,
            shards: BTreeMap::new(),
            consumers: BTreeMap::new(),
            tables: BTreeMap::new(),
            owners: BTreeMap::new(),
            backlog: Backlog::default(),
            files,
        })
    }
    pub(super) fn finish(self) -> io::Result<()> {
        self.files.into_iter().try_for_each(Table::finish)
    }

    pub(super) fn on(&mut self, at: SimTime, event: &Event, names: &Names) {
        while at.as_secs() > self.second {
            self.write(names);
            self.second += 1;
        }
        if self.backlog.is_due(at) {
            // Each look also forgets what was read.
            self.backlog.look(at, |_| {});
        }
        self.backlog.on(at, event);
        match event {
            Event::RecordAccepted { stream, shard, size_bytes, .. } => {
                let counts = self.shards.entry((*stream, *shard)).or_default();
                counts[0] += 1;
                counts[1] += u64::from(*size_bytes);
            }
            Event::RecordRefused { stream, shard, reason, .. } if *reason != WriteRefusal::InternalFailure => {
                self.shards.entry((*stream, *shard)).or_default()[2] += 1;
            }
            Event::ReadRefused { stream, shard, .. } => self.shards.entry((*stream, *shard)).or_default()[3] += 1,
            Event::UnitsConsumed { table, read_half_units, write_units, .. } => {
                let counts = self.tables.entry(*table).or_default();
                counts[0] += u64::from(*read_half_units);
                counts[1] += u64::from(*write_units);
            }
            Event::TableThrottled { table, .. } => self.tables.entry(*table).or_default()[2] += 1,
            Event::RecordsRead { shard, host, from, to, iterator_age_ms, .. }
            | Event::SubscriptionRead { shard, host, from, to, behind_latest_ms: iterator_age_ms, .. } => {
                if let Some(consumer) = self.backlog.consumer_of(*host) {
                    let reading = self.consumers.entry((consumer, *shard)).or_default();
                    reading.read += to - from;
                    reading.age_ms = reading.age_ms.max(Some(*iterator_age_ms));
                }
            }
            Event::LeaseGained { consumer, host, shard, .. } => {
                self.owners.insert((*consumer, *shard), *host);
            }
            Event::LeaseLost { consumer, host, shard } if self.owners.get(&(*consumer, *shard)) == Some(host) => {
                self.owners.remove(&(*consumer, *shard));
            }
            Event::HostCrashed { host } => self.owners.retain(|_, owner| owner != host),
            Event::RunEnded {} => self.write(names),
            _ => {}
        }
    }

    fn write(&mut self, names: &Names) {
        let second = self.second;
        for unread in self.backlog.unread(SimTime::from_secs(second + 1)) {
            let reading = self.consumers.entry((unread.consumer, unread.shard)).or_default();
            reading.unread = Some((unread.records, unread.age_ms));
        }
        let [shards, consumers, tables] = &mut self.files;
        for ((stream, shard), counts) in std::mem::take(&mut self.shards) {
            shards.put("second", Cell::Number(second));
            shards.put("stream", Cell::Text(names.stream(stream)));
            shards.put("shard", Cell::Number(shard.0.into()));
            for ((name, _), count) in SHARDS[3..].iter().zip(counts) {
                shards.put(name, Cell::Number(count));
            }
            shards.end_row();
        }
        for ((consumer, shard), reading) in std::mem::take(&mut self.consumers) {
            consumers.put("second", Cell::Number(second));
            consumers.put("consumer", Cell::Text(names.consumer(consumer)));
            consumers.put("shard", Cell::Number(shard.0.into()));
            if let Some(owner) = self.owners.get(&(consumer, shard)) {
                consumers.put("owner", Cell::Text(names.host(*owner)));
            }
            consumers.put("records_read", Cell::Number(reading.read));
            if let Some(age_ms) = reading.age_ms {
                consumers.put("iterator_age_ms", Cell::Number(age_ms));
            }
            let (records, age_ms) = reading.unread.unwrap_or_default();
            consumers.put("records_unread", Cell::Number(records));
            consumers.put("oldest_unread_ms", Cell::Number(age_ms));
            consumers.end_row();
        }
        for (table, counts) in std::mem::take(&mut self.tables) {
            tables.put("second", Cell::Number(second));
            tables.put("table", Cell::Text(names.table(table)));
            for ((name, _), count) in TABLES[2..].iter().zip(counts) {
                tables.put(name, Cell::Number(count));
            }
            tables.end_row();
        }
    }
}
