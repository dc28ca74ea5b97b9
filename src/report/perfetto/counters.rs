//! What is counted every second: records of shards, ages and records unread of consumers, units of tables.

use std::collections::BTreeMap;
use std::io::Write;

use super::lanes::Process;
use super::writer::{Part, Writer};
use crate::base::event::WriteRefusal;
use crate::base::{Event, Fold, ShardId, SimTime};
use crate::measure::Backlog;

/// A counter: its process, what it counts, and of which shard.
type Key = (Process, &'static str, Option<ShardId>);

#[derive(Default)]
struct Count {
    /// Of the present second.
    now: u64,
    written: Option<u64>,
}

/// The counts of the present second.
#[derive(Default)]
pub(super) struct Counters {
    second: u64,
    counts: BTreeMap<Key, Count>,
    backlog: Backlog,
}

impl Counters {
    pub(super) fn on<W: Write>(&mut self, at: SimTime, event: &Event, writer: &mut Writer<W>) {
        if at.as_secs() > self.second || matches!(event, Event::RunEnded {}) {
            self.write(writer);
            // Nothing was counted in seconds that were passed over.
            if at.as_secs() > self.second + 1 {
                self.second += 1;
                self.write(writer);
            }
            self.second = at.as_secs();
        }
        if self.backlog.is_due(at) {
            // Each look also forgets what was read.
            self.backlog.look(at, |_| {});
        }
        self.backlog.on(at, event);
        match event {
            Event::RecordAccepted { stream, shard, size_bytes, .. } => {
                self.add((Process::Stream(*stream), "records/s", Some(*shard)), 1);
                self.add((Process::Stream(*stream), "bytes/s", Some(*shard)), u64::from(*size_bytes));
            }
            Event::RecordRefused { stream, shard, reason, .. } if *reason != WriteRefusal::InternalFailure => {
                self.add((Process::Stream(*stream), "records throttled/s", Some(*shard)), 1);
            }
            Event::UnitsConsumed { table, read_half_units, write_units, .. } => {
                self.add((Process::Table(*table), "half read units/s", None), u64::from(*read_half_units));
                self.add((Process::Table(*table), "write units/s", None), u64::from(*write_units));
            }
            Event::TableThrottled { table, .. } => self.add((Process::Table(*table), "calls throttled/s", None), 1),
            _ => {}
        }
    }

    fn add(&mut self, key: Key, more: u64) {
        self.counts.entry(key).or_default().now += more;
    }

    /// Writes what has changed since the second before.
    fn write<W: Write>(&mut self, writer: &mut Writer<W>) {
        let (begin, end) = (SimTime::from_secs(self.second), SimTime::from_secs(self.second + 1));
        if !writer.has_room(Part::Counters, begin) {
            return;
        }
        for unread in self.backlog.unread(end) {
            let consumer = Process::Consumer(unread.consumer);
            self.add((consumer, "age of the oldest unread record, ms", Some(unread.shard)), unread.age_ms);
            self.add((consumer, "records unread", Some(unread.shard)), unread.records);
        }
        for ((process, what, shard), count) in &mut self.counts {
            let value = std::mem::take(&mut count.now);
            if count.written.replace(value) != Some(value) {
                let of = shard.map_or(String::new(), |shard| format!("shard {}: ", shard.0));
                writer.counter(process.pid(), begin, &format!("{of}{what}"), value);
            }
        }
    }
}
