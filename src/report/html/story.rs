//! The events that a page shows: what happened to streams, shards, hosts and leases, and what went wrong.
//!
//! Records that are accepted and read are not among them: there are millions, and an events file has them. What goes
//! wrong in the same way several times in a second is one line with its count.

use std::fmt::Write;

use crate::base::event::{Event, EventKind, FieldVisitor, Fold};
use crate::base::item::Item;
use crate::base::{ConsumerId, DeliveryId, HostId, ShardId, SimDuration, SimTime, StreamId, TableId};
use crate::measure::Names;
use crate::report::events_file::{is_mark, is_trouble};

/// More lines are counted and not kept.
const LINES_MAX: usize = 40_000;
/// How far back an equal line is looked for.
const LOOK_BACK: usize = 24;

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(super) at: SimTime,
    pub(super) kind: EventKind,
    pub(super) host: String,
    pub(super) shard: String,
    /// The other fields.
    pub(super) rest: String,
    /// How often it happened in its second.
    pub(super) times: u32,
}

/// The fold that keeps the lines.
#[derive(Default)]
pub(crate) struct Story {
    names: Names,
    lines: Vec<Line>,
    left_out: u64,
}

impl Story {
    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }
    /// Events that there was no room for.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    fn take(&mut self, line: Line) {
        let second = line.at.as_secs();
        let is_same = |other: &&mut Line| {
            let others = (&other.host, &other.shard, &other.rest);
            other.kind == line.kind && others == (&line.host, &line.shard, &line.rest)
        };
        let mut latest = self.lines.iter_mut().rev().take(LOOK_BACK).take_while(|other| other.at.as_secs() == second);
        if let Some(same) = latest.find(is_same) {
            same.times += 1;
        } else if self.lines.len() < LINES_MAX {
            self.lines.push(line);
        } else {
            self.left_out += 1;
        }
    }
}

impl Fold for Story {
    fn on(&mut self, at: SimTime, event: &Event) {
        let kind = event.kind();
        let (mark, trouble) = (is_mark(kind), is_trouble(kind));
        if !mark && !trouble {
            return;
        }
        self.names.on(at, event);
        let mut fields = Fields {
            names: &self.names,
            is_short: trouble,
            host: String::new(),
            shard: String::new(),
            rest: String::new(),
        };
        event.visit(&mut fields);
        let Fields { host, shard, rest, .. } = fields;
        self.take(Line { at, kind, host, shard, rest, times: 1 });
    }
}

/// An event's fields as a line has them.
struct Fields<'a> {
    names: &'a Names,
    /// Without what tells single records apart.
    is_short: bool,
    host: String,
    shard: String,
    rest: String,
}

impl Fields<'_> {
    fn put(&mut self, name: &'static str, value: impl std::fmt::Display) {
        const OF_RECORDS: [&str; 7] = ["key", "size_bytes", "number", "index", "ordinal", "from", "to"];
        if self.is_short && OF_RECORDS.contains(&name) {
            return;
        }
        let comma = if self.rest.is_empty() { "" } else { ", " };
        let _ = write!(self.rest, "{comma}{} {value}", name.replace('_', " "));
    }
}

impl FieldVisitor for Fields<'_> {
    fn number(&mut self, name: &'static str, value: u64) {
        self.put(name, value);
    }
    fn duration(&mut self, name: &'static str, value: SimDuration) {
        self.put(name, value);
    }
    fn flag(&mut self, name: &'static str, value: bool) {
        self.put(name, if value { "yes" } else { "no" });
    }
    fn text(&mut self, name: &'static str, value: &str) {
        match name {
            "range" => {}
            _ => self.put(name, value),
        }
    }
    fn absent(&mut self, _: &'static str) {}
    fn host(&mut self, name: &'static str, value: HostId) {
        let names = self.names;
        match self.host.is_empty() {
            true => self.host = names.host(value).to_owned(),
            false => self.put(name, names.host(value)),
        }
    }
    fn stream(&mut self, name: &'static str, value: StreamId) {
        let names = self.names;
        self.put(name, names.stream(value));
    }
    fn table(&mut self, name: &'static str, value: TableId) {
        let names = self.names;
        self.put(name, names.table(value));
    }
    fn delivery(&mut self, name: &'static str, value: DeliveryId) {
        let names = self.names;
        self.put(name, names.delivery(value));
    }
    fn consumer(&mut self, name: &'static str, value: ConsumerId) {
        let names = self.names;
        self.put(name, names.consumer(value));
    }
    fn shard(&mut self, name: &'static str, value: ShardId) {
        match self.shard.is_empty() && name == "shard" {
            true => self.shard = value.0.to_string(),
            false => self.put(name, value.0),
        }
    }
    fn item(&mut self, _: &'static str, _: &Item) {}
}
