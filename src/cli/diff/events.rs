//! The first event in which two runs differ.
//!
//! Events are compared as the lines of an events file, whether they come from one or from a run. Of each line a hash is
//! kept, so that a run of many millions fits; the few lines that are told are made the second time through.

use std::cell::RefCell;
use std::io::{self, Write};
use std::ops::Range;
use std::rc::Rc;

use xxhash_rust::xxh3::xxh3_64;

use super::side::Opened;
use crate::base::{Event, Fold, SimTime};
use crate::report::diff::{Events, FirstEvent};
use crate::report::export::EventsWriter;
use crate::report::reading::{Wanted, open_events, told};

/// Events told before the first that differs, and from it on.
const BEFORE: u64 = 5;
const AFTER: u64 = 3;

/// Compares the events of two sides.
pub(super) fn first(a: &Opened, b: &Opened) -> io::Result<Events> {
    if a.trace_hash()? == b.trace_hash()? {
        return Ok(Events::Same);
    }
    let (Some(of_a), Some(of_b)) = (hashes(a)?, hashes(b)?) else {
        return Ok(Events::Unknown("a folder has no events and its scenario cannot be run any more".into()));
    };
    let same = of_a.iter().zip(&of_b).take_while(|(a, b)| a == b).count() as u64;
    if same as usize == of_a.len().max(of_b.len()) {
        return Ok(Events::Unknown("the hashes differ, and the events that are kept do not".into()));
    }
    let range = same.saturating_sub(BEFORE)..same + AFTER;
    let (lines_a, lines_b) = (lines(a, range.clone())?, lines(b, range.clone())?);
    let before = (same - range.start) as usize;
    let from = |lines: &[String]| lines.get(before..).unwrap_or_default().to_vec();
    let shared = lines_a[..before.min(lines_a.len())].to_vec();
    Ok(Events::Differ(FirstEvent { number: same + 1, before: shared, of: [from(&lines_a), from(&lines_b)] }))
}

/// Whether the events in a side's folder are all that its run had.
fn is_whole(side: &Opened) -> io::Result<bool> {
    let Some(folder) = side.folder() else { return Ok(false) };
    let Ok(lines) = open_events(folder) else { return Ok(false) };
    let mut count = 0;
    for line in lines {
        line?;
        count += 1;
    }
    Ok(count == side.events()?)
}

/// A hash for each event. `None` where there is neither a file of all events nor a scenario that can be run.
fn hashes(side: &Opened) -> io::Result<Option<Vec<u64>>> {
    if is_whole(side)?
        && let Some(folder) = side.folder()
    {
        let lines = open_events(folder)?.map(|line| line.map(|line| xxh3_64(line.as_bytes())));
        return lines.collect::<io::Result<_>>().map(Some);
    }
    let kept = Rc::new(RefCell::new(Lines::new(0..0)));
    let ran = side.run_again(kept.clone());
    let hashes = std::mem::take(&mut kept.borrow_mut().hashes);
    Ok(ran.map(|_| hashes))
}

/// The events of these numbers, as people read them.
fn lines(side: &Opened, wanted: Range<u64>) -> io::Result<Vec<String>> {
    let shown = |line: &str| Wanted::default().pick(line).map(|event| told(&event));
    if is_whole(side)?
        && let Some(folder) = side.folder()
    {
        let length = (wanted.end - wanted.start) as usize;
        let lines = open_events(folder)?.skip(wanted.start as usize).take(length).collect::<io::Result<Vec<_>>>()?;
        return Ok(lines.iter().filter_map(|line| shown(line)).collect());
    }
    let kept = Rc::new(RefCell::new(Lines::new(wanted)));
    side.run_again(kept.clone());
    let kept = kept.borrow();
    Ok(kept.shown.iter().filter_map(|line| shown(line)).collect())
}

/// The events of a run as lines: a hash of each, and those that are wanted.
struct Lines {
    writer: EventsWriter<Line>,
    wanted: Range<u64>,
    count: u64,
    hashes: Vec<u64>,
    shown: Vec<String>,
}

/// Shares a line with whoever looks at it.
#[derive(Clone, Default)]
struct Line(Rc<RefCell<Vec<u8>>>);

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn new(wanted: Range<u64>) -> Self {
        let writer = EventsWriter::new(Line::default());
        Self { writer, wanted, count: 0, hashes: Vec::new(), shown: Vec::new() }
    }
}

impl Fold for Lines {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.writer.out().0.borrow_mut().clear();
        self.writer.on(at, event);
        let line = self.writer.out().clone();
        let line = line.0.borrow();
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        if self.wanted.is_empty() {
            self.hashes.push(xxh3_64(text));
        } else if self.wanted.contains(&self.count) {
            self.shown.push(String::from_utf8_lossy(text).into_owned());
        }
        self.count += 1;
    }
}
