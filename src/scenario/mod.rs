//! Floor 6: the scenario file: types, parsing, diagnostics, defaults, and compilation into a [`plan::Plan`].
//!
//! Reading is strict: an unknown key, a wrong unit or an impossible value is an error that points into the file
//! ([`diagnostic`]), and one look shows them all (`read.rs`). [`section`] has the sections, with
//! their defaults and what they make a run do, `compile.rs` puts them together, `explain.rs` says what a file means.

mod advice;
mod compile;
mod compiler;
pub(crate) mod diagnostic;
mod disturbances;
mod draft;
mod examples;
mod explain;
pub mod file;
pub(crate) mod gallery;
mod live;
pub mod plan;
mod read;
mod schema;
pub(crate) mod section;
pub mod spans;
mod starter;
#[cfg(test)]
mod tests;
mod twice;

use crate::base::Seeds;
use std::cell::RefCell;
use std::path::{Path, PathBuf};

use crate::client::producer::trace::Trace;
pub(crate) use compile::Compiled;
use diagnostic::{Diagnostics, Problem};
pub(crate) use draft::{Draft, Drafting};
pub(crate) use examples::{example, example_of_word};
pub use explain::explain;
use file::File;
pub use live::LiveFaults;
use plan::Plan;
pub use schema::json_schema;
use spans::Spans;
pub use starter::starter;

/// A scenario that was read and found right.
pub struct Scenario {
    file: File,
    plan: Plan,
    attachments: Vec<(String, Vec<u8>)>,
}

/// Reads a scenario from text. `path` is what messages call it; trace files are read relative to its folder.
///
/// # Errors
/// All that is wrong with it.
pub fn load(source: &str, path: &str, seed: Option<Seeds>) -> Result<Scenario, Diagnostics> {
    let folder = Path::new(path).parent().map(PathBuf::from).unwrap_or_default();
    load_from(source, path, &folder, seed)
}

/// Reads a scenario file. `shown` is what messages and reports call it.
///
/// # Errors
/// That it cannot be read, or all that is wrong with it.
pub fn load_file(path: &Path, shown: &str, seed: Option<Seeds>) -> Result<Scenario, Diagnostics> {
    let folder = path.parent().map(PathBuf::from).unwrap_or_default();
    match std::fs::read_to_string(path) {
        Ok(source) => load_from(&source, shown, &folder, seed),
        Err(error) => {
            let problem = Problem {
                title: format!("cannot read {shown}: {error}"),
                span: 0..0,
                label: String::new(),
                also: None,
                help: Some("name a scenario file; `kinesim new NAME` writes one to start from".to_owned()),
            };
            Err(Diagnostics::new(shown, "", vec![problem]))
        }
    }
}

fn load_from(source: &str, path: &str, folder: &Path, seed: Option<Seeds>) -> Result<Scenario, Diagnostics> {
    let mut file: File = read::read(source).map_err(|problems| Diagnostics::new(path, source, problems))?;
    file.seed = seed.unwrap_or(file.seed);
    let attachments = RefCell::new(Vec::new());
    let read_trace = |name: &str| {
        let bytes = std::fs::read(folder.join(name)).map_err(|error| format!("cannot read {name}: {error}"))?;
        let trace = Trace::parse(&bytes).map_err(|error| error.to_string())?;
        attachments.borrow_mut().push((name.to_owned(), bytes));
        Ok(trace)
    };
    let spans = Spans::new(source);
    let compiled = compile::compile(file, path, &spans, &read_trace);
    match compiled {
        Ok(Compiled { file, plan }) => Ok(Scenario { file, plan, attachments: attachments.into_inner() }),
        Err(problems) => Err(Diagnostics::new(path, source, problems)),
    }
}

/// Reads a scenario to change it. `path` is as for [`load`].
pub(crate) fn draft(source: &str, path: &str, seed: Option<Seeds>) -> Result<Draft, Diagnostics> {
    let Scenario { attachments, .. } = load(source, path, seed.clone())?;
    let mut file: File = read::read(source).map_err(|problems| Diagnostics::new(path, source, problems))?;
    file.seed = seed.unwrap_or(file.seed);
    Ok(Draft::new(file, path, attachments))
}

impl Scenario {
    /// Returns what a run carries out; random faults were drawn when the file was read.
    pub fn plan(&self) -> Plan {
        self.plan.clone()
    }
    /// The file with every default filled in and every random fault written out. Running it gives the same hash.
    pub fn resolved_toml(&self) -> String {
        let body = toml::to_string(&self.file).unwrap_or_else(|error| unreachable!("a read file is written: {error}"));
        format!(
            "# Every default is filled in and every random fault is drawn. Running this file gives the same \
             run.\n\n{body}"
        )
    }
    /// Reads further faults for the run while it goes on.
    pub(crate) fn live_faults(&self) -> LiveFaults {
        LiveFaults::new(self.file.clone())
    }
    /// Trace files that the scenario names, relative to its folder. With them beside it, the resolved file is complete.
    pub(crate) fn attachments(&self) -> &[(String, Vec<u8>)] {
        &self.attachments
    }
    /// What the file means, in a few lines.
    pub fn explain(&self) -> String {
        explain(&self.plan)
    }
}
