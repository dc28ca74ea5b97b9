//! Events in words: a sentence where a run's story has one, and else the event's name and fields.

use std::fmt::{Display, Write};

use crate::base::event::FieldVisitor;
use crate::base::item::Item;
use crate::base::{ConsumerId, DeliveryId, Event, HostId, ShardId, SimDuration, StreamId, TableId};
use crate::measure::{Names, sentence};

/// The event in a sentence, or as [`fields`] has it.
pub(in crate::watch) fn words(event: &Event, names: &Names) -> String {
    sentence(event, names).unwrap_or_else(|| fields(event, names))
}

/// The event's name, and its fields by name.
pub(in crate::watch) fn fields(event: &Event, names: &Names) -> String {
    let mut fields = Fields { names, out: event.kind().as_str().to_owned() };
    event.visit(&mut fields);
    fields.out
}

struct Fields<'a> {
    names: &'a Names,
    out: String,
}

impl Fields<'_> {
    fn put(&mut self, name: &'static str, value: impl Display) {
        let _ = write!(self.out, " {name}={value}");
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
        self.put(name, value);
    }
    fn absent(&mut self, _: &'static str) {}
    fn host(&mut self, name: &'static str, value: HostId) {
        let names = self.names;
        self.put(name, names.host(value));
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
        self.put(name, value.0);
    }
    fn item(&mut self, name: &'static str, value: &Item) {
        self.put(name, format_args!("{} attributes", value.len()));
    }
}
