//! A run as a trace that <https://ui.perfetto.dev> opens, and every other viewer of Chrome's trace events.
//!
//! The form is the JSON of trace events
//! (<https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>) rather than Perfetto's protobuf:
//! more viewers open it, scripts read it, and it needs no schema. It is written while the run goes on, in the order in
//! which things end, so that nothing of it is kept.
//!
//! Hosts are processes with a track for each call that is in flight at a time; a consumer is a process with a track of
//! owners for each shard's lease; a stream one with its shards; faults and actions are on tracks of their own. Flows
//! lead from what something came from: a put to the read of its records, the read to their processing, that to the
//! checkpoint, a lease to the first iterator, a fault to the host that it stopped. That a call is a second try of
//! another is not known. Calls are those of built-in clients, as they see them ([`Witness`]); those of code that comes
//! over the network are not in it.

mod calls;
mod counters;
mod course;
mod lanes;
#[cfg(test)]
mod tests;
mod writer;

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::rc::Rc;

use self::calls::Calls;
use self::counters::Counters;
use self::course::Course;
use self::lanes::Lanes;
use self::writer::{Part, Writer};
use super::files::{make_folder, with_path};
use super::words::count;
use crate::aws::{Cloud, Reply, Request};
use crate::base::{Event, Fold, HostId, SimTime};
use crate::measure::Names;
use crate::world::Witness;

/// The fold that writes a trace.
pub(crate) struct Trace<W: Write> {
    writer: Writer<W>,
    lanes: Lanes,
    names: Names,
    calls: Calls,
    course: Course,
    counters: Counters,
}

/// Watches the calls for a trace.
pub(crate) struct WatchedCalls<W: Write>(Rc<RefCell<Trace<W>>>);

/// A trace in a file.
pub(crate) type TraceFile = Trace<BufWriter<File>>;

impl TraceFile {
    /// Begins the file, with the folder in which it is to be.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_folder(folder)?;
        }
        let file = File::create(path).map_err(|error| with_path(path, &error))?;
        Ok(Self::new(BufWriter::new(file)))
    }
}

impl<W: Write> Trace<W> {
    fn new(out: W) -> Self {
        Self {
            writer: Writer::new(out),
            lanes: Lanes::default(),
            names: Names::default(),
            calls: Calls::default(),
            course: Course::default(),
            counters: Counters::default(),
        }
    }

    /// Who watches the calls for a trace.
    pub(crate) fn calls(trace: &Rc<RefCell<Self>>) -> WatchedCalls<W> {
        WatchedCalls(trace.clone())
    }

    /// Ends the trace, and says in a sentence what it has.
    pub(crate) fn finish(self) -> io::Result<String> {
        let calls = count(self.calls.written());
        let said = match (self.writer.left_out_since(Part::Calls), self.writer.left_out_since(Part::Counters)) {
            (None, _) => format!("{calls} calls, all there were"),
            (Some(since), None) => {
                format!("{calls} calls up to {since}, where the room for them was full; the rest whole")
            }
            (Some(since), Some(counters)) => {
                format!("{calls} calls up to {since} and counters up to {counters}, where the room for them was full")
            }
        };
        self.writer.finish(&said)?;
        Ok(said)
    }
}

impl<W: Write> Fold for Trace<W> {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.names.on(at, event);
        self.counters.on(at, event, &mut self.writer);
        self.course.on(at, event, &self.names, &mut self.lanes, &mut self.writer);
        self.calls.on(at, event, &self.course, &mut self.lanes, &mut self.writer);
    }
}

impl<W: Write> Witness<Cloud> for WatchedCalls<W> {
    fn sent(&self, at: SimTime, host: HostId, request: &Request) -> Option<u32> {
        let Trace { calls, lanes, writer, .. } = &mut *self.0.borrow_mut();
        Some(calls.sent(at, host, request, lanes, writer))
    }
    fn ended(&self, at: SimTime, number: u32, reply: Option<&Reply>) {
        let Trace { calls, lanes, writer, .. } = &mut *self.0.borrow_mut();
        calls.ended(at, number, reply, lanes, writer);
    }
}
