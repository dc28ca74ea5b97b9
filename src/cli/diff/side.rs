//! One side of a comparison: a folder is read, a scenario is run.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::base::Fold;
use crate::cli::terminal::{load, print_diagnostics, wants_code};
use crate::measure::Series;
use crate::report::diff::Side;
use crate::report::json;
use crate::run::{Options, RunResult, run};
use crate::scenario::{Scenario, Which};

/// A side that was found to be right.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    /// Of a folder what stands in it, of a file nothing.
    folder: Option<Folder>,
    /// The scenario, that of a folder only where it can still be run.
    scenario: Option<Scenario>,
    result: Option<RunResult>,
}

struct Folder {
    report: String,
    resolved: String,
}

fn wrong(path: &Path, what: impl std::fmt::Display) -> io::Error {
    io::Error::other(format!("{}: {what}", path.display()))
}

impl Opened {
    /// Reads a side. Says what is wrong with a scenario, and gives nothing then.
    pub(super) fn open(path: &Path) -> io::Result<Option<Self>> {
        let which = Which::default();
        if path.is_dir() {
            let read = |name: &str| {
                let help = "`kinesim run FILE --out DIR` leaves such a folder";
                fs::read_to_string(path.join(name)).map_err(|error| wrong(&path.join(name), format!("{error}; {help}")))
            };
            let folder = Folder { report: read("report.json")?, resolved: read("scenario.resolved.toml")? };
            // Another version may have had other keys: then there are no plots.
            let scenario = load(&path.join("scenario.resolved.toml"), &which)?.ok();
            return Ok(Some(Self { path: path.to_owned(), folder: Some(folder), scenario, result: None }));
        }
        match load(path, &which)? {
            Ok(scenario) if wants_code(path, &scenario)? => Ok(None),
            Ok(scenario) => {
                let result = run(&scenario.plan(), Options::default());
                Ok(Some(Self { path: path.to_owned(), folder: None, scenario: Some(scenario), result: Some(result) }))
            }
            Err(diagnostics) => print_diagnostics(&diagnostics).map(|()| None),
        }
    }

    /// What is compared.
    pub(super) fn side(&self) -> io::Result<Side> {
        let (report, resolved) = match (&self.folder, &self.result, &self.scenario) {
            (Some(folder), ..) => (folder.report.clone(), folder.resolved.clone()),
            (None, Some(result), Some(scenario)) => (json::render(&result.report, None), scenario.resolved_toml()),
            _ => unreachable!("what is no folder was run"),
        };
        let report = serde_json::from_str(&report).map_err(|error| wrong(&self.path, error))?;
        let scenario = resolved.parse().map_err(|error| wrong(&self.path, error))?;
        Ok(Side { name: self.path.display().to_string(), report, scenario })
    }

    /// The folder, where it is one.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.folder.as_ref().map(|_| &*self.path)
    }

    /// The hash of its events.
    pub(super) fn trace_hash(&self) -> io::Result<String> {
        let side = self.side()?;
        Ok(side.report["trace_hash"].as_str().unwrap_or_default().to_owned())
    }

    /// Number of its events.
    pub(super) fn events(&self) -> io::Result<u64> {
        Ok(self.side()?.report["performance"]["events"].as_u64().unwrap_or(0))
    }

    /// Runs it again, for somebody who listens. `None` where it cannot be run.
    pub(super) fn run_again(&self, listener: Rc<RefCell<dyn Fold>>) -> Option<RunResult> {
        let plan = self.scenario.as_ref()?.plan();
        Some(run(&plan, Options { listeners: vec![listener], ..Options::default() }))
    }

    /// Its values over time; a folder is run again for them.
    pub(super) fn plotted(&mut self) -> io::Result<Option<&Series>> {
        if self.result.is_none() {
            self.result = self.scenario.as_ref().map(|scenario| run(&scenario.plan(), Options::default()));
        }
        Ok(self.result.as_ref().map(|result| &result.series))
    }
}
