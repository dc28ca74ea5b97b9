//! Floor 6: the scenario file: types, parsing, diagnostics, defaults, and compilation into a [`plan::Plan`].
//!
//! Reading is strict: an unknown key, a wrong unit or an impossible value is an error that points into the file
//! ([`diagnostic`]), and one look shows them all (`read.rs`). [`section`] has the sections, with
//! their defaults and what they make a run do, `compile.rs` puts them together, `explain.rs` says what a file means.

mod advice;
mod alternative;
mod beside;
mod compile;
mod compiler;
pub(crate) mod diagnostic;
mod disturbances;
mod draft;
mod examples;
mod explain;
mod explain_delivery;
pub mod file;
pub(crate) mod gallery;
mod given_metrics;
mod live;
#[cfg(test)]
mod lively;
mod percent;
pub mod plan;
mod planned;
mod read;
mod schema;
pub(crate) mod section;
pub mod spans;
mod starter;
mod swarm;
#[cfg(test)]
mod tests;
mod traffic;
mod tree;
mod twice;
mod which;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::event::DeclaredStart;
use crate::fault::Fault;
pub(crate) use alternative::{Alternatives, Axis, Setting, factor, list_of};
use beside::{Attachments, Beside};
pub(crate) use compile::Compiled;
use diagnostic::{Diagnostics, Problem};
pub(crate) use draft::{Draft, Drafting};
pub(crate) use examples::{example, example_of_word};
pub use explain::explain;
use file::File;
pub use live::LiveFaults;
#[cfg(test)]
pub(crate) use lively::LIVELY;
use plan::Plan;
pub(crate) use planned::TRAFFIC;
pub use schema::json_schema;
use section::{Consumer, Library};
use spans::Spans;
pub use starter::starter;
use traffic::{Traffic, Wanted};
pub use which::Which;

/// A scenario that was read and found right.
pub struct Scenario {
    file: File,
    plan: Plan,
    attachments: Vec<(String, Vec<u8>)>,
    traffic: Arc<Traffic>,
    beside: Beside,
    /// The consumer whose code is brought from outside.
    brought: Option<Box<str>>,
}

/// Reads a scenario from text. `path` is what messages call it; trace files are read relative to its folder.
///
/// # Errors
/// All that is wrong with it.
pub fn load(source: &str, path: &str, which: impl Into<Which>) -> Result<Scenario, Diagnostics> {
    let folder = Path::new(path).parent().map(PathBuf::from).unwrap_or_default();
    load_from(source, path, &folder, &which.into())
}

/// Reads a scenario file. `shown` is what messages and reports call it.
///
/// # Errors
/// That it cannot be read, or all that is wrong with it.
pub fn load_file(path: &Path, shown: &str, which: impl Into<Which>) -> Result<Scenario, Diagnostics> {
    let folder = path.parent().map(PathBuf::from).unwrap_or_default();
    match std::fs::read_to_string(path) {
        Ok(source) => load_from(&source, shown, &folder, &which.into()),
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

/// A swarm's seed draws a scenario anew so often before that is an error.
const DRAWS_MAX: u32 = 50;

fn load_from(source: &str, path: &str, folder: &Path, which: &Which) -> Result<Scenario, Diagnostics> {
    let mut file: File = read::read(source).map_err(|problems| Diagnostics::new(path, source, problems))?;
    file.seed = which.seeds.clone().unwrap_or(file.seed);
    let asked_bug = which.bug.filter(|bug| file.bug != Some(*bug));
    file.bug = which.bug.or(file.bug);
    let told = |scenario: Scenario| Scenario { plan: Plan { asked_bug, ..scenario.plan }, ..scenario };
    if let Some(consumer) = which.brought.as_deref().and_then(|name| file.consumer.get_mut(name)) {
        consumer.become_brought();
    }
    if !which.is_swarm {
        let traffic = Arc::new(Traffic::of(folder.to_owned()));
        return made(file, source, path, folder, &traffic).map(told).map(|scenario| scenario.with_brought(which));
    }
    let (seeds, bug, explore) = (file.seed, file.bug, file.explore.unwrap_or_default());
    let traffic = Arc::new(Traffic::of(folder.to_owned()));
    let mut draws = (0..DRAWS_MAX).map(|draw| {
        let swarm::Variant { text, drawn } = swarm::variant(source, &explore, seeds.first(), draw);
        let shown = format!("{path}, as seed {} draws it", seeds.first().0);
        let mut file: File = read::read(&text).map_err(|problems| Diagnostics::new(&shown, &text, problems))?;
        (file.seed, file.bug) = (seeds.clone(), bug);
        let mut scenario = made(file, &text, path, folder, &traffic).map_err(|problems| problems.of(&shown))?;
        scenario.plan.swarm = Some(drawn.into());
        Ok(told(scenario))
    });
    match draws.next() {
        Some(Err(wrong)) => draws.find(Result::is_ok).unwrap_or(Err(wrong)),
        Some(drawn) => drawn,
        None => unreachable!("a scenario is drawn at least once"),
    }
}

/// A scenario of a file that was read.
fn made(file: File, text: &str, path: &str, folder: &Path, traffic: &Arc<Traffic>) -> Result<Scenario, Diagnostics> {
    let attachments = Attachments::default();
    let read_trace = |wanted: &Wanted<'_>| {
        let read = traffic.load(wanted)?;
        attachments.borrow_mut().push((wanted.file().to_owned(), read.bytes.to_vec()));
        Ok(read.trace)
    };
    let beside = Beside::read(&file, text, path, folder, &attachments)?;
    match compile::compile(file, path, &Spans::new(text), &read_trace, &beside) {
        Ok(Compiled { file, plan }) => {
            let (attachments, traffic) = (attachments.into_inner(), traffic.clone());
            Ok(Scenario { file, plan, beside, attachments, traffic, brought: None })
        }
        Err(problems) => Err(Diagnostics::new(path, text, problems)),
    }
}

/// Reads a scenario to change it. `path` is as for [`load`].
pub(crate) fn draft(source: &str, path: &str, which: impl Into<Which>) -> Result<Draft, Diagnostics> {
    let which = which.into();
    let Scenario { traffic, file: drawn, beside, .. } = load(source, path, &which)?;
    let file = if which.is_swarm {
        drawn
    } else {
        let file: File = read::read(source).map_err(|problems| Diagnostics::new(path, source, problems))?;
        File { seed: drawn.seed, bug: drawn.bug, explore: None, plan: None, ..file }
    };
    Ok(Draft::new(file, path, traffic, beside))
}

impl Scenario {
    /// Returns what a run carries out; random faults were drawn when the file was read.
    pub fn plan(&self) -> Plan {
        self.plan.clone()
    }
    /// The file with every default filled in and every random fault written out. Running it gives the same hash.
    pub fn resolved_toml(&self) -> String {
        let body = toml::to_string(&self.file).unwrap_or_else(|error| unreachable!("a read file is written: {error}"));
        let drawn = self.plan.swarm.iter().flat_map(|drawn| drawn.iter());
        let drawn: String = drawn.map(|drawn| format!("# Drawn: {drawn}\n")).collect();
        format!(
            "# Every default is filled in and every random fault is drawn. Running this file gives the same \
             run.\n{drawn}\n{body}"
        )
    }
    /// Reads further faults for the run while it goes on.
    pub(crate) fn live_faults(&self) -> LiveFaults {
        LiveFaults::new(self.file.clone())
    }
    /// Traffic files that the scenario names, relative to its folder. With them beside it, the resolved file is
    /// complete.
    pub(crate) fn attachments(&self) -> &[(String, Vec<u8>)] {
        &self.attachments
    }
    /// The consumer whose code is brought from outside, if one's is.
    pub(crate) fn brought(&self) -> Option<&str> {
        self.brought.as_deref()
    }
    /// Names of the consumers, each with whether the file leaves its code to the user.
    pub(crate) fn consumers(&self) -> impl Iterator<Item = (&str, bool)> {
        self.file.consumer.iter().map(|(name, consumer)| (name.as_str(), consumer.library == Library::App))
    }
    /// What a command cannot be made to suffer, or to do, as the consumer `name`: each in a few words.
    pub(crate) fn not_carried_out(&self, name: &str) -> Vec<String> {
        let is_of_it = |host: &str| host.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'));
        let is_skewed = |fault: &&Fault| fault.clock_skew.as_ref().is_some_and(|skew| is_of_it(&skew.host));
        let skews = self.file.fault.iter().filter(is_skewed).count();
        let told = (skews > 0).then(|| {
            let faults = if skews == 1 { "fault" } else { "faults" };
            format!("{skews} {faults} `clock_skew`: a process has the machine's clock")
        });
        told.into_iter().collect()
    }
    /// Code that is brought to a scenario begins where that says, so that what it leaves out can be judged. Where it
    /// begins at another place than the oldest record, only the code knows which that is.
    fn with_brought(mut self, which: &Which) -> Self {
        self.brought = which.brought.clone();
        let File { consumer, .. } = &self.file;
        let begins_at_oldest = |name: &str| consumer.get(name).is_some_and(Consumer::begins_at_oldest);
        for app in self.plan.apps.iter_mut().filter(|app| which.brought.as_deref() == Some(&*app.name)) {
            if begins_at_oldest(&app.name) {
                app.begins = DeclaredStart::TrimHorizon;
            }
        }
        self
    }
    /// What the file means, in a few lines.
    pub fn explain(&self) -> String {
        explain(&self.plan)
    }
}
