//! The event stream of the live run, as lines of JSON for whoever listens.

use std::io::{self, Write};

use hyper::body::Bytes;
use tokio::sync::{broadcast, watch};

use crate::base::{Event, Fold, SimTime};
use crate::http::frames::Frames;
use crate::report::export::EventsWriter;

/// Lines that wait for a slow listener; it misses what comes on top, and is told how much.
const LINES_WAITING_MAX: usize = 4096;

/// Lines to all listeners.
#[derive(Clone)]
pub(super) struct Lines(broadcast::Sender<Bytes>);

impl Lines {
    pub(super) fn new() -> Self {
        Self(broadcast::Sender::new(LINES_WAITING_MAX))
    }
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // Nobody listens any more: the line is for nobody.
        let _ = self.0.send(Bytes::copy_from_slice(line));
        Ok(line.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes events while somebody listens.
pub(super) struct Tail {
    lines: Lines,
    writer: EventsWriter<Lines>,
}

impl Tail {
    pub(super) fn new(lines: Lines) -> Self {
        Self { writer: EventsWriter::new(lines.clone()), lines }
    }
}

impl Fold for Tail {
    fn on(&mut self, at: SimTime, event: &Event) {
        match self.lines.0.receiver_count() {
            0 => self.writer.skip(at, event),
            _ => self.writer.on(at, event),
        }
    }
}

/// The events from now on, until the endpoint stops.
pub(super) fn listen(lines: &Lines, mut stops: watch::Receiver<bool>) -> Frames {
    let mut lines = lines.0.subscribe();
    let (sender, frames) = Frames::channel(16);
    tokio::task::spawn_local(async move {
        loop {
            let line = tokio::select! { biased;
                _ = stops.wait_for(|is_stopping| *is_stopping) => return,
                line = lines.recv() => line,
            };
            let line = match line {
                Ok(line) => line,
                Err(broadcast::error::RecvError::Lagged(missed)) => Bytes::from(format!("{{\"missed\":{missed}}}\n")),
                Err(broadcast::error::RecvError::Closed) => return,
            };
            if sender.send(line).await.is_err() {
                return;
            }
        }
    });
    frames
}
