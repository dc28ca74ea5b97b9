//! The table of events: a row for each.

use std::io;
use std::path::Path;

use serde_json::{Map, Value};

use super::table::{Cell, Kind, Table};
use crate::base::event::FieldVisitor;
use crate::base::item::Item;
use crate::base::{ConsumerId, DeliveryId, Event, HostId, ShardId, SimDuration, SimTime, StreamId, TableId};
use crate::measure::Names;
use crate::report::events_file::is_mark;

/// Columns; a field of that name goes into one if it is of its kind.
const COLUMNS: &[(&str, Kind)] = &[
    ("time_ns", Kind::Number),
    ("event", Kind::Text),
    ("host", Kind::Text),
    ("consumer", Kind::Text),
    ("stream", Kind::Text),
    ("shard", Kind::Number),
    ("table", Kind::Text),
    ("operation", Kind::Text),
    ("reason", Kind::Text),
    ("ordinal", Kind::Number),
    ("from", Kind::Number),
    ("to", Kind::Number),
    ("key", Kind::Text),
    ("size_bytes", Kind::Number),
    ("iterator_age_ms", Kind::Number),
    ("behind_latest_ms", Kind::Number),
    ("read_half_units", Kind::Number),
    ("write_units", Kind::Number),
    ("rest", Kind::Text),
];

pub(super) struct Events {
    table: Table,
    events_max: u64,
    only_marks_since: Option<SimTime>,
}

impl Events {
    pub(super) fn create(dir: &Path, events_max: u64) -> io::Result<Self> {
        Ok(Self { table: Table::create(dir, "events", COLUMNS)?, events_max, only_marks_since: None })
    }
    pub(super) fn rows(&self) -> u64 {
        self.table.rows()
    }
    pub(super) fn only_marks_since(&self) -> Option<SimTime> {
        self.only_marks_since
    }
    pub(super) fn finish(self) -> io::Result<()> {
        self.table.finish()
    }

    pub(super) fn on(&mut self, at: SimTime, event: &Event, names: &Names) {
        if self.table.rows() >= self.events_max && !is_mark(event.kind()) {
            self.only_marks_since.get_or_insert(at);
            return;
        }
        self.table.put("time_ns", Cell::Number(at.as_nanos()));
        self.table.put("event", Cell::Text(event.kind().as_str()));
        let mut row = Row { table: &mut self.table, names, rest: Map::new() };
        event.visit(&mut row);
        let rest = row.rest;
        if !rest.is_empty() {
            self.table.put("rest", Cell::Text(&Value::Object(rest).to_string()));
        }
        self.table.end_row();
    }
}

struct Row<'a> {
    table: &'a mut Table,
    names: &'a Names,
    rest: Map<String, Value>,
}

impl Row<'_> {
    fn say(&mut self, name: &str, text: &str) {
        if !self.table.put(name, Cell::Text(text)) {
            self.rest.insert(name.to_owned(), text.into());
        }
    }
}

impl FieldVisitor for Row<'_> {
    fn number(&mut self, name: &'static str, value: u64) {
        if !self.table.put(name, Cell::Number(value)) {
            self.rest.insert(name.to_owned(), value.into());
        }
    }
    fn duration(&mut self, name: &'static str, value: SimDuration) {
        self.rest.insert(format!("{name}_ns"), value.as_nanos().into());
    }
    fn flag(&mut self, name: &'static str, value: bool) {
        self.rest.insert(name.to_owned(), value.into());
    }
    fn text(&mut self, name: &'static str, value: &str) {
        self.say(name, value);
    }
    fn absent(&mut self, _: &'static str) {}
    fn host(&mut self, name: &'static str, value: HostId) {
        let names = self.names;
        self.say(name, names.host(value));
    }
    fn stream(&mut self, name: &'static str, value: StreamId) {
        let names = self.names;
        self.say(name, names.stream(value));
    }
    fn table(&mut self, name: &'static str, value: TableId) {
        let names = self.names;
        self.say(name, names.table(value));
    }
    fn delivery(&mut self, name: &'static str, value: DeliveryId) {
        let names = self.names;
        self.say(name, names.delivery(value));
    }
    fn consumer(&mut self, name: &'static str, value: ConsumerId) {
        let names = self.names;
        self.say(name, names.consumer(value));
    }
    fn shard(&mut self, name: &'static str, value: ShardId) {
        self.number(name, value.0.into());
    }
    fn item(&mut self, _: &'static str, _: &Item) {}
}
