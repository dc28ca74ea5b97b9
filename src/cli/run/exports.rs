//! What other programs read of a run: a trace for Perfetto, tables for notebooks.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use super::arguments::Arguments;
use crate::aws::Cloud;
use crate::base::Fold;
use crate::report::files;
#[cfg(feature = "parquet")]
use crate::report::parquet::Tables;
use crate::report::perfetto::TraceFile;
use crate::world::Witness;

/// What was asked for of them.
#[derive(Default)]
pub(super) struct Exports {
    trace: Option<Rc<RefCell<TraceFile>>>,
    #[cfg(feature = "parquet")]
    tables: Option<Rc<RefCell<Tables>>>,
}

impl Exports {
    /// Begins their files.
    pub(super) fn create(arguments: &Arguments) -> io::Result<Self> {
        let mut exports = Self::default();
        if let Some(path) = &arguments.perfetto {
            exports.trace = Some(Rc::new(RefCell::new(TraceFile::create(path)?)));
        }
        #[cfg(feature = "parquet")]
        if let Some(dir) = &arguments.parquet {
            exports.tables = Some(Rc::new(RefCell::new(Tables::create(dir)?)));
        }
        Ok(exports)
    }

    /// What hears the run's events.
    pub(super) fn listeners(&self) -> Vec<Rc<RefCell<dyn Fold>>> {
        let mut listeners: Vec<Rc<RefCell<dyn Fold>>> = Vec::new();
        listeners.extend(self.trace.clone().map(|trace| trace as Rc<RefCell<dyn Fold>>));
        #[cfg(feature = "parquet")]
        listeners.extend(self.tables.clone().map(|tables| tables as Rc<RefCell<dyn Fold>>));
        listeners
    }
    /// What watches the run's calls.
    pub(super) fn calls(&self) -> Option<Rc<dyn Witness<Cloud>>> {
        self.trace.as_ref().map(|trace| Rc::new(TraceFile::calls(trace)) as Rc<dyn Witness<Cloud>>)
    }

    /// Ends the files of a run that is over, and says what they have.
    pub(super) fn finish(self, arguments: &Arguments) -> io::Result<Vec<String>> {
        let mut notes = Vec::new();
        if let (Some(trace), Some(path)) = (self.trace, &arguments.perfetto) {
            let has = alone(trace).finish().map_err(|error| files::with_path(path, &error))?;
            notes.push(format!("trace: {} ({has}); ui.perfetto.dev opens it", path.display()));
        }
        #[cfg(feature = "parquet")]
        if let (Some(tables), Some(dir)) = (self.tables, &arguments.parquet) {
            let has = alone(tables).finish().map_err(|error| files::with_path(dir, &error))?;
            notes.push(format!("tables: {} ({has}), and values by the second", dir.display()));
        }
        Ok(notes)
    }
}

/// What listened to a run that is over.
pub(super) fn alone<T>(listener: Rc<RefCell<T>>) -> T {
    let Ok(listener) = Rc::try_unwrap(listener) else { unreachable!("the run is over, nobody else listens") };
    listener.into_inner()
}
