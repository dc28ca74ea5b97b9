//! A run as tables for notebooks: `events.parquet`, and by the second `shards.parquet`, `consumers.parquet` and
//! `tables.parquet`.
//!
//! Written with the `parquet` crate alone, without Arrow: half as many crates, and columns of numbers and texts are all
//! that there is. Every column may be empty; those that many events have are columns of their own, and `rest` has the
//! other fields as JSON. Items of tables are not written: the events file has them.

mod events;
mod series;
mod table;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;

use self::events::Events;
use self::series::Series;
use super::files::make_folder;
use super::words::count;
use crate::base::{Event, Fold, SimTime};
use crate::measure::Names;

/// Rows of events, from which on only marks are written.
const EVENTS_MAX: u64 = 20_000_000;

/// The fold that writes the tables.
pub(crate) struct Tables {
    names: Names,
    events: Events,
    series: Series,
}

impl Tables {
    /// Begins the files in `dir`, which is made if need be.
    pub(crate) fn create(dir: &Path) -> io::Result<Self> {
        Self::bounded(dir, EVENTS_MAX)
    }
    fn bounded(dir: &Path, events_max: u64) -> io::Result<Self> {
        make_folder(dir)?;
        Ok(Self { names: Names::default(), events: Events::create(dir, events_max)?, series: Series::create(dir)? })
    }

    /// Ends the files, and says in a sentence what they have.
    pub(crate) fn finish(self) -> io::Result<String> {
        let (rows, since) = (count(self.events.rows()), self.events.only_marks_since());
        self.series.finish()?;
        self.events.finish()?;
        Ok(match since {
            Some(since) => format!("{rows} events: all up to {since}, then marks only"),
            None => format!("all {rows} events"),
        })
    }
}

impl Fold for Tables {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.names.on(at, event);
        self.series.on(at, event, &self.names);
        self.events.on(at, event, &self.names);
    }
}
