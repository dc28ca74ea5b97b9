//! Trace events as lines of JSON, up to a size.

use std::fmt::Display;
use std::io::{self, Write};

use crate::base::SimTime;

/// Text up to which calls, with what came of them and their flows, are written, in bytes. A browser opens this well.
const CALLS_BYTES_MAX: u64 = 200_000_000;
/// Text up to which counters are written. Leases, faults, shards and hosts always are.
const COUNTERS_BYTES_MAX: u64 = 300_000_000;

/// A track: its process and its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) pid: u32,
    pub(super) tid: u32,
}

/// A part of a trace that may be left out for its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Calls,
    Counters,
}

/// What is said of a slice.
pub(super) enum Value<'a> {
    Text(&'a str),
    Number(u64),
}

/// Writes the events. The first error ends the writing and is told by [`Self::finish`].
pub(super) struct Writer<W> {
    out: W,
    line: Vec<u8>,
    error: Option<io::Error>,
    written_bytes: u64,
    flows: u64,
    left_out: [Option<SimTime>; 2],
    bytes_max: [u64; 2],
}

impl<W: Write> Writer<W> {
    pub(super) fn new(out: W) -> Self {
        let mut writer = Self {
            out,
            line: Vec::new(),
            error: None,
            written_bytes: 0,
            flows: 0,
            left_out: [None; 2],
            bytes_max: [CALLS_BYTES_MAX, COUNTERS_BYTES_MAX],
        };
        // Every event follows a comma but the first: the name of the process that is there in every run.
        let begin = r#"{"displayTimeUnit":"ms","traceEvents":[
{"ph":"M","name":"process_name","pid":1,"tid":0,"ts":0.000,"args":{"name":"faults and actions"}}"#;
        writer.line.extend_from_slice(begin.as_bytes());
        writer.put();
        writer
    }

    /// With other bounds of size.
    #[cfg(test)]
    pub(super) fn bounded(mut self, bytes_max: [u64; 2]) -> Self {
        self.bytes_max = bytes_max;
        self
    }

    /// Returns whether there is room for a part at `at`. Once there was none there never is again, and the trace says
    /// so.
    pub(super) fn has_room(&mut self, part: Part, at: SimTime) -> bool {
        let index = part as usize;
        if self.left_out[index].is_none() && self.written_bytes >= self.bytes_max[index] {
            self.left_out[index] = Some(at);
            let what = match part {
                Part::Calls => "no calls from here on: the trace is full",
                Part::Counters => "no counters from here on: the trace is full",
            };
            self.begin("i", what, None, at);
            self.line.extend_from_slice(b",\"s\":\"g\"");
            self.end();
        }
        self.left_out[index].is_none()
    }
    /// Since when a part is left out.
    pub(super) fn left_out_since(&self, part: Part) -> Option<SimTime> {
        self.left_out[part as usize]
    }

    /// Names a process, and says where it stands among others.
    pub(super) fn process(&mut self, pid: u32, name: &str) {
        self.metadata("process_name", Place { pid, tid: 0 }, "name", &Value::Text(name));
        self.metadata("process_sort_index", Place { pid, tid: 0 }, "sort_index", &Value::Number(pid.into()));
    }
    /// Names a track, and says where it stands among others.
    pub(super) fn thread(&mut self, place: Place, name: &str, sort: u64) {
        self.metadata("thread_name", place, "name", &Value::Text(name));
        self.metadata("thread_sort_index", place, "sort_index", &Value::Number(sort));
    }
    /// Something that lasted.
    pub(super) fn slice(
        &mut self,
        place: Place,
        (from, until): (SimTime, SimTime),
        category: &str,
        name: &str,
        values: &[(&str, Value<'_>)],
    ) {
        self.begin("X", name, Some(place), from);
        self.text("cat", category);
        self.micros("dur", until.since(from).as_nanos());
        self.values(values);
        self.end();
    }
    /// Something without length.
    pub(super) fn instant(&mut self, place: Place, at: SimTime, name: &str) {
        self.begin("i", name, Some(place), at);
        self.line.extend_from_slice(b",\"s\":\"t\"");
        self.end();
    }
    /// The value of a counter of a process from `at` on.
    pub(super) fn counter(&mut self, pid: u32, at: SimTime, name: &str, value: u64) {
        self.begin("C", name, Some(Place { pid, tid: 0 }), at);
        self.values(&[("value", Value::Number(value))]);
        self.end();
    }
    /// An arrow from within a slice to one that began at the time.
    pub(super) fn flow(&mut self, from: (Place, SimTime), to: (Place, SimTime), name: &str) {
        self.flows += 1;
        let id = self.flows;
        for (phase, (place, at)) in [("s", from), ("f", to)] {
            self.begin(phase, name, Some(place), at);
            self.text("cat", "flow");
            self.raw("id", id);
            if phase == "f" {
                self.text("bp", "e");
            }
            self.end();
        }
    }

    /// Ends the trace with a sentence on what it has.
    pub(super) fn finish(mut self, said: &str) -> io::Result<W> {
        self.line.extend_from_slice(b"\n],\"otherData\":{\"made_by\":\"kinesim\"");
        self.text("has", said);
        self.line.extend_from_slice(b"}}\n");
        self.put();
        match self.error {
            Some(error) => Err(error),
            None => self.out.flush().map(|()| self.out),
        }
    }

    fn metadata(&mut self, what: &str, place: Place, key: &str, value: &Value<'_>) {
        self.begin("M", what, Some(place), SimTime::ZERO);
        self.values(std::slice::from_ref(&(
            key,
            match value {
                Value::Text(text) => Value::Text(text),
                Value::Number(number) => Value::Number(*number),
            },
        )));
        self.end();
    }

    fn begin(&mut self, phase: &str, name: &str, place: Option<Place>, at: SimTime) {
        self.line.extend_from_slice(b",\n{\"ph\":\"");
        self.line.extend_from_slice(phase.as_bytes());
        self.line.push(b'"');
        self.text("name", name);
        let Place { pid, tid } = place.unwrap_or(Place { pid: 0, tid: 0 });
        self.raw("pid", pid);
        self.raw("tid", tid);
        self.micros("ts", at.as_nanos());
    }
    fn values(&mut self, values: &[(&str, Value<'_>)]) {
        if values.is_empty() {
            return;
        }
        self.line.extend_from_slice(b",\"args\":{\"");
        // Each is written after a comma; the first follows the brace instead.
        let first = self.line.len() - 1;
        for (name, value) in values {
            match value {
                Value::Text(value) => self.text(name, value),
                Value::Number(value) => self.raw(name, value),
            }
        }
        self.line.drain(first..first + 2);
        self.line.push(b'}');
    }
    fn text(&mut self, name: &str, value: &str) {
        self.key(name);
        if let Err(error) = serde_json::to_writer(&mut self.line, value) {
            unreachable!("text is always JSON, and memory takes it: {error}");
        }
    }
    /// Trace events count in microseconds; decimals are theirs too.
    fn micros(&mut self, name: &str, nanos: u64) {
        self.raw(name, format_args!("{}.{:03}", nanos / 1000, nanos % 1000));
    }
    fn raw(&mut self, name: &str, value: impl Display) {
        self.key(name);
        let _ = write!(self.line, "{value}");
    }
    fn key(&mut self, name: &str) {
        self.line.extend_from_slice(b",\"");
        self.line.extend_from_slice(name.as_bytes());
        self.line.extend_from_slice(b"\":");
    }
    fn end(&mut self) {
        self.line.push(b'}');
        self.put();
    }
    fn put(&mut self) {
        self.written_bytes += self.line.len() as u64;
        if self.error.is_none() {
            self.error = self.out.write_all(&self.line).err();
        }
        self.line.clear();
    }
}
