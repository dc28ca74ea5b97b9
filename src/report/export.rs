//! The event export: every event as a line of JSON, with hosts, streams, tables and consumers by name.
//!
//! `{"time_ns":1500000000,"time":"0:00:01.500","event":"HostCrashed","host":"billing-1"}`

use std::fmt::Display;
use std::io::{self, Write};

use crate::base::event::{Event, FieldVisitor, Fold};
use crate::base::item::{AttributeValue, Item};
use crate::base::{ConsumerId, DeliveryId, HostId, ShardId, SimDuration, SimTime, StreamId, TableId};
use crate::measure::Names;

/// Writes events as newline-delimited JSON. The first error ends the writing and is told by [`Self::finish`].
///
/// A run has millions of events, and a line costs as much as the event did: keys, numbers and names are put together
/// from bytes, and only text that needs escapes goes through a JSON library.
pub(crate) struct EventsWriter<W> {
    out: W,
    line: Vec<u8>,
    /// How a line of `at` begins: many events happen at one time.
    begin: Vec<u8>,
    at: Option<SimTime>,
    names: Names,
    error: Option<io::Error>,
    written_bytes: u64,
}

impl<W: Write> EventsWriter<W> {
    /// A writer of lines to `out`, which should be buffered.
    pub(crate) fn new(out: W) -> Self {
        Self::with_names(out, Names::default())
    }
    /// A writer that knows names from earlier events.
    pub(crate) fn with_names(out: W, names: Names) -> Self {
        let (line, begin) = (Vec::new(), Vec::new());
        Self { out, line, begin, at: None, names, error: None, written_bytes: 0 }
    }
    /// Learns the names in an event that is not written.
    pub(crate) fn skip(&mut self, at: SimTime, event: &Event) {
        self.names.on(at, event);
    }
    /// Length of all lines so far.
    pub(super) const fn written_bytes(&self) -> u64 {
        self.written_bytes
    }
    /// Writes a line that tells of the lines themselves, in the form of an event without fields.
    pub(super) fn note(&mut self, at: SimTime, what: &str) {
        self.line(at, what, |_| {});
    }
    /// What is written to.
    pub(crate) const fn out(&self) -> &W {
        &self.out
    }
    /// Flushes, and gives back what was written to, or the first error.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        match self.error {
            Some(error) => Err(error),
            None => self.out.flush().map(|()| self.out),
        }
    }

    fn line(&mut self, at: SimTime, event: &str, fields: impl FnOnce(&mut Line<'_>)) {
        if self.error.is_some() {
            return;
        }
        if self.at != Some(at) {
            self.at = Some(at);
            self.begin.clear();
            self.begin.push(b'{');
            let mut begin = Line { out: &mut self.begin, names: &self.names };
            begin.number("time_ns", at.as_nanos());
            display(begin.key("time", ""), at);
        }
        self.line.clear();
        self.line.extend_from_slice(&self.begin);
        let mut line = Line { out: &mut self.line, names: &self.names };
        line.text("event", event);
        fields(&mut line);
        self.line.extend_from_slice(b"}\n");
        self.written_bytes += self.line.len() as u64;
        self.error = self.out.write_all(&self.line).err();
    }
}

impl<W: Write> Fold for EventsWriter<W> {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.names.on(at, event);
        self.line(at, event.kind().as_str(), |line| event.visit(line));
    }
}

struct Line<'a> {
    out: &'a mut Vec<u8>,
    names: &'a Names,
}

impl Line<'_> {
    /// The key of a member, with its unit. Gives what its value is to be written to.
    fn key(&mut self, name: &str, unit: &str) -> &mut Vec<u8> {
        self.out.extend_from_slice(if self.out.len() > 1 { b",\"" } else { b"\"" });
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(unit.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }
}

/// A text without anything that JSON escapes, in quotes.
fn display(out: &mut Vec<u8>, value: impl Display) {
    if let Err(error) = write!(out, "\"{value}\"") {
        unreachable!("memory takes text: {error}");
    }
}

fn json(out: &mut Vec<u8>, value: impl serde::Serialize) {
    if let Err(error) = serde_json::to_writer(out, &value) {
        unreachable!("text and numbers are always JSON, and memory takes them: {error}");
    }
}

fn text(out: &mut Vec<u8>, value: &str) {
    if value.bytes().any(|b| b < b' ' || b == b'"' || b == b'\\') {
        return json(out, value);
    }
    out.push(b'"');
    out.extend_from_slice(value.as_bytes());
    out.push(b'"');
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    // The longest has 20 digits.
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            return out.extend_from_slice(&digits[first..]);
        }
    }
}

impl FieldVisitor for Line<'_> {
    fn number(&mut self, name: &'static str, value: u64) {
        number(self.key(name, ""), value);
    }
    fn duration(&mut self, name: &'static str, value: SimDuration) {
        number(self.key(name, "_ns"), value.as_nanos());
    }
    fn flag(&mut self, name: &'static str, value: bool) {
        json(self.key(name, ""), value);
    }
    fn text(&mut self, name: &'static str, value: &str) {
        text(self.key(name, ""), value);
    }
    fn absent(&mut self, name: &'static str) {
        self.key(name, "").extend_from_slice(b"null");
    }
    fn host(&mut self, name: &'static str, value: HostId) {
        let names = self.names;
        self.text(name, names.host(value));
    }
    fn stream(&mut self, name: &'static str, value: StreamId) {
        let names = self.names;
        self.text(name, names.stream(value));
    }
    fn table(&mut self, name: &'static str, value: TableId) {
        let names = self.names;
        self.text(name, names.table(value));
    }
    fn delivery(&mut self, name: &'static str, value: DeliveryId) {
        let names = self.names;
        self.text(name, names.delivery(value));
    }
    fn consumer(&mut self, name: &'static str, value: ConsumerId) {
        let names = self.names;
        self.text(name, names.consumer(value));
    }
    fn shard(&mut self, name: &'static str, value: ShardId) {
        display(self.key(name, ""), value);
    }
    fn item(&mut self, name: &'static str, value: &Item) {
        let out = self.key(name, "");
        for (at, (name, value)) in value.iter().enumerate() {
            out.push(if at == 0 { b'{' } else { b',' });
            text(out, name);
            out.push(b':');
            attribute(out, value);
        }
        out.extend_from_slice(if value.is_empty() { b"{}" } else { b"}" });
    }
}

fn attribute(out: &mut Vec<u8>, value: &AttributeValue) {
    match value {
        AttributeValue::S(value) => text(out, value),
        AttributeValue::N(value) => match value.as_i64() {
            Some(value) => json(out, value),
            None => text(out, &value.to_string()),
        },
        AttributeValue::Bool(flag) => json(out, flag),
        AttributeValue::Null => out.extend_from_slice(b"null"),
        AttributeValue::Ss(set) => json(out, set.iter().map(|s| s.to_string()).collect::<Vec<_>>()),
        other => text(out, &other.to_string()),
    }
}
