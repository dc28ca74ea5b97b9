//! Traffic files that a scenario names: traces, and metrics of CloudWatch. Each is read once, however many
//! configurations of the scenario there are.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::Seed;
use crate::client::producer::trace::Trace;
use crate::metrics::{Burstiness, Metrics};

/// What is wanted of a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wanted<'a> {
    /// A trace, with each of its keys spread over so many.
    Trace { file: &'a str, salt: u32 },
    /// Metrics as a trace.
    Metrics {
        file: &'a str,
        /// Where the file does not tell it.
        period_ms: Option<u64>,
        burstiness: Burstiness,
        /// What draws the seconds of an interval.
        seed: Seed,
    },
}

impl Wanted<'_> {
    /// The file, as the scenario names it.
    pub(super) fn file(&self) -> &str {
        match self {
            Self::Trace { file, .. } | Self::Metrics { file, .. } => file,
        }
    }
}

/// What was read of a file.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) bytes: Arc<[u8]>,
    pub(super) trace: Arc<Trace>,
}

/// The traffic files of a folder.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    folder: PathBuf,
    /// By what was wanted.
    read: Mutex<BTreeMap<String, Read>>,
}

impl Traffic {
    /// Files are looked for here.
    pub(super) fn of(folder: PathBuf) -> Self {
        Self { folder, read: Mutex::default() }
    }

    /// The traffic of a file.
    pub(super) fn load(&self, wanted: &Wanted<'_>) -> Result<Read, String> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let key = format!("{wanted:?}");
        if let Some(read) = read.get(&key) {
            return Ok(read.clone());
        }
        let name = wanted.file();
        let bytes = std::fs::read(self.folder.join(name)).map_err(|error| format!("cannot read {name}: {error}"))?;
        let trace = match wanted {
            Wanted::Trace { salt, .. } => {
                let salted = Trace::parse(&bytes).and_then(|trace| trace.salted(*salt));
                salted.map_err(|wrong| wrong.to_string())?
            }
            Wanted::Metrics { period_ms, burstiness, seed, .. } => {
                let text = std::str::from_utf8(&bytes).map_err(|_| format!("{name} is not text"))?;
                let metrics = Metrics::parse(text, *period_ms);
                let trace = metrics.and_then(|metrics| Trace::of_metrics(&metrics, *burstiness, *seed));
                trace.map_err(|wrong| format!("{name}, {wrong}"))?
            }
        };
        let new = Read { bytes: bytes.into(), trace: Arc::new(trace) };
        read.insert(key, new.clone());
        Ok(new)
    }
}
