//! The event export: every event as a line of JSON, with hosts, streams, tables and consumers by name.
//!
//! `{"time_ns":1500000000,"time":"0:00:01.500","event":"HostCrashed","host":"billing-1"}`

use std::fmt::Display;
use std::io::{self, Write};

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use serde_json::{Map, Value};

use crate::base::event::{Event, FieldVisitor, Fold};
use crate::base::item::{AttributeValue, Item};
use crate::base::{ConsumerId, HostId, SimDuration, SimTime, StreamId, TableId};
use crate::measure::Names;

/// Writes events as newline-delimited JSON. The first error ends the writing and is told by [`Self::finish`].
pub(crate) struct EventsWriter<W> {
    out: W,
    line: Vec<u8>,
    names: Names,
    error: Option<io::Error>,
}

impl<W: Write> EventsWriter<W> {
    /// A writer of lines to `out`, which should be buffered.
    pub(crate) fn new(out: W) -> Self {
        Self { out, line: Vec::new(), names: Names::default(), error: None }
    }
    /// Learns the names in an event that is not written.
    pub(crate) fn skip(&mut self, at: SimTime, event: &Event) {
        self.names.on(at, event);
    }
    /// Flushes, and gives back what was written to, or the first error.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        match self.error {
            Some(error) => Err(error),
            None => self.out.flush().map(|()| self.out),
        }
    }
}

/// A gzip encoder without a time in its header, so that the same events are the same bytes.
pub(crate) fn gzip<W: Write>(out: W) -> GzEncoder<W> {
    GzBuilder::new().mtime(0).write(out, Compression::default())
}

impl<W: Write> Fold for EventsWriter<W> {
    fn on(&mut self, at: SimTime, event: &Event) {
        if self.error.is_some() {
            return;
        }
        self.names.on(at, event);
        self.line.clear();
        let mut line = Line { out: &mut self.line, names: &self.names };
        line.out.push(b'{');
        line.number("time_ns", at.as_nanos());
        line.text("time", &at.to_string());
        line.text("event", event.kind().as_str());
        event.visit(&mut line);
        self.line.extend_from_slice(b"}\n");
        self.error = self.out.write_all(&self.line).err();
    }
}

struct Line<'a> {
    out: &'a mut Vec<u8>,
    names: &'a Names,
}

impl Line<'_> {
    fn value(&mut self, name: impl Display, value: impl serde::Serialize) {
        if self.out.len() > 1 {
            self.out.push(b',');
        }
        self.out.push(b'"');
        if let Err(error) = write!(self.out, "{name}\":") {
            unreachable!("memory takes text: {error}");
        }
        if let Err(error) = serde_json::to_writer(&mut *self.out, &value) {
            unreachable!("text and numbers are always JSON, and memory takes them: {error}");
        }
    }
}

impl FieldVisitor for Line<'_> {
    fn number(&mut self, name: &'static str, value: u64) {
        self.value(name, value);
    }
    fn duration(&mut self, name: &'static str, value: SimDuration) {
        self.value(format_args!("{name}_ns"), value.as_nanos());
    }
    fn flag(&mut self, name: &'static str, value: bool) {
        self.value(name, value);
    }
    fn text(&mut self, name: &'static str, value: &str) {
        self.value(name, value);
    }
    fn absent(&mut self, name: &'static str) {
        self.value(name, ());
    }
    fn host(&mut self, name: &'static str, value: HostId) {
        let names = self.names;
        self.value(name, names.host(value));
    }
    fn stream(&mut self, name: &'static str, value: StreamId) {
        let names = self.names;
        self.value(name, names.stream(value));
    }
    fn table(&mut self, name: &'static str, value: TableId) {
        let names = self.names;
        self.value(name, names.table(value));
    }
    fn consumer(&mut self, name: &'static str, value: ConsumerId) {
        let names = self.names;
        self.value(name, names.consumer(value));
    }
    fn item(&mut self, name: &'static str, value: &Item) {
        let attributes: Map<String, Value> = value.iter().map(|(name, value)| (name.into(), json_of(value))).collect();
        self.value(name, attributes);
    }
}

fn json_of(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => Value::String(text.to_string()),
        AttributeValue::N(number) => number.as_i64().map_or(Value::String(number.to_string()), Value::from),
        AttributeValue::Bool(flag) => Value::Bool(*flag),
        AttributeValue::Null => Value::Null,
        AttributeValue::Ss(set) => set.iter().map(|s| s.to_string()).collect(),
        other => Value::String(other.to_string()),
    }
}
