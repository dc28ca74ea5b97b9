//! Floor 5: the scenario file: types, parsing, diagnostics, defaults, and compilation into a [`plan::Plan`].
//!
//! Reading is strict: an unknown key, a wrong unit or an impossible value is an error that points into the file
//! ([`diagnostic`]). [`mod@file`] has the sections and their defaults, [`units`] the values as people write them,
//! `compile.rs` checks what the types cannot, `random.rs` draws random faults, `explain.rs` says what a file
//! means.

mod compile;
pub mod diagnostic;
mod expect;
mod explain;
mod faults;
pub mod file;
pub mod plan;
mod random;
pub mod spans;
mod starter;
#[cfg(test)]
mod tests;
pub mod units;

use std::path::{Path, PathBuf};

pub use compile::Compiled;
use diagnostic::{Diagnostics, Problem, nearest};
pub use explain::explain;
use file::File;
use plan::Plan;
use spans::Spans;
pub use starter::starter;

/// A scenario that was read and found right.
pub struct Scenario {
    file: File,
    plan: Plan,
}

/// Reads trace files that scenarios name.
pub type TraceLoader<'a> = &'a dyn Fn(&str) -> Result<crate::client::producer::trace::Trace, String>;

/// Reads a scenario from text. `path` is what messages call it; trace files are read relative to its folder.
///
/// # Errors
/// All that is wrong with it.
pub fn load(source: &str, path: &str, seed: Option<u64>) -> Result<Scenario, Diagnostics> {
    let folder = Path::new(path).parent().map(PathBuf::from).unwrap_or_default();
    load_from(source, path, &folder, seed)
}

/// Reads a scenario file. `shown` is what messages and reports call it.
///
/// # Errors
/// That it cannot be read, or all that is wrong with it.
pub fn load_file(path: &Path, shown: &str, seed: Option<u64>) -> Result<Scenario, Diagnostics> {
    let folder = path.parent().map(PathBuf::from).unwrap_or_default();
    match std::fs::read_to_string(path) {
        Ok(source) => load_from(&source, shown, &folder, seed),
        Err(error) => {
            let problem = Problem {
                title: format!("cannot read {shown}: {error}"),
                span: 0..0,
                label: String::new(),
                help: Some("name a scenario file; `kinesim new NAME` writes one to start from".to_owned()),
            };
            Err(Diagnostics::new(shown, "", vec![problem]))
        }
    }
}

fn load_from(source: &str, path: &str, folder: &Path, seed: Option<u64>) -> Result<Scenario, Diagnostics> {
    let mut file: File = toml::from_str(source)
        .map_err(|error| Diagnostics::new(path, source, vec![describe_toml_error(&error, source)]))?;
    file.seed = seed.unwrap_or(file.seed);
    let read_trace =
        |name: &str| crate::client::producer::trace::Trace::read(&folder.join(name)).map_err(|error| error.to_string());
    let spans = Spans::new(source);
    let compiled = compile::compile(file, path, &spans, &read_trace);
    match compiled {
        Ok(Compiled { file, plan }) => Ok(Scenario { file, plan }),
        Err(problems) => Err(Diagnostics::new(path, source, problems)),
    }
}

/// A syntax error, an unknown key, a missing key or a value of the wrong form, in our words.
fn describe_toml_error(error: &toml::de::Error, source: &str) -> Problem {
    let span = error.span().unwrap_or(0..0);
    let message = error.message();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    if let (true, Some((unknown, known))) = (message.starts_with("unknown field"), quoted.split_first()) {
        let help = match nearest(unknown, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? Keys here: {}", known.join(", ")),
            None => format!("keys here: {}", known.join(", ")),
        };
        let (title, label) = (format!("unknown key `{unknown}`"), "not a key of this section".to_owned());
        return Problem { title, span, label, help: Some(help) };
    }
    if let (true, Some((unknown, known))) = (message.starts_with("unknown variant"), quoted.split_first()) {
        let near = nearest(unknown, known.iter().copied()).map(|near| format!("did you mean `{near}`? "));
        let help = format!("{}One of: {}", near.unwrap_or_default(), known.join(", "));
        let (title, label) = (format!("`{unknown}` is not one of the words for this key"), "here".to_owned());
        return Problem { title, span, label, help: Some(help) };
    }
    if message.starts_with("missing field") {
        let key = quoted.first().copied().unwrap_or("a key");
        // The span of a section is all of it; its first line says enough.
        let end = source[span.start..].find('\n').map_or(source.len(), |n| span.start + n);
        let (title, label) = (format!("`{key}` is missing"), "this section needs it".to_owned());
        return Problem { title, span: span.start..end.min(span.end.max(span.start)), label, help: None };
    }
    let is_bare_number = message.starts_with("invalid type") && message.ends_with("expected a string");
    let help =
        is_bare_number.then(|| "write it in quotes with its unit, such as \"100/s\", \"10s\" or \"1 KiB\"".to_owned());
    Problem { title: message.replace('\n', " "), span, label: "here".to_owned(), help }
}

impl Scenario {
    /// What is run.
    pub fn plan(&self) -> Plan {
        self.plan.clone()
    }
    /// The file with every default filled in and every random fault written out. Running it gives the same hash.
    pub fn resolved_toml(&self) -> String {
        let body = toml::to_string(&self.file).unwrap_or_else(|error| unreachable!("a read file is written: {error}"));
        format!(
            "# Every default is filled in and every random fault is drawn. Running this file gives the same run.\n\n{body}"
        )
    }
    /// What the file means, in a few lines.
    pub fn explain(&self) -> String {
        explain(&self.plan)
    }
}

/// The JSON Schema of scenario files.
pub fn json_schema() -> String {
    let schema = schemars::schema_for!(File);
    let text = serde_json::to_string_pretty(&schema).unwrap_or_else(|error| unreachable!("a schema is JSON: {error}"));
    format!("{text}\n")
}
