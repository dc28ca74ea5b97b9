//! Faults given one at a time to a run that goes on, as the same values that `[[fault]]` has in a file.

use super::compiler::Compiler;
use super::file::File;
use super::section;
use super::spans::Spans;
use crate::base::{StreamName, TableName};
use crate::fault::{Cast, Fault, FaultPlan, Form, Live, forms};

/// Reads faults for a run: it knows the hosts, streams and tables of the run's scenario.
pub struct LiveFaults {
    file: File,
}

impl LiveFaults {
    /// For the run of this file.
    pub(super) fn new(file: File) -> Self {
        Self { file }
    }

    /// The fault that a JSON value means, such as `{"throttle": {"stream": "orders", "shard": 0}, "for": "30s"}`. It
    /// begins now, so it has no `at`; without `for` it lasts until it is healed. `streams` and `tables` are those that
    /// exist.
    ///
    /// # Errors
    /// What is wrong with it, and what helps.
    pub fn read(
        &self,
        mut value: serde_json::Value,
        streams: Vec<StreamName>,
        tables: Vec<TableName>,
    ) -> Result<FaultPlan, String> {
        let Some(members) = value.as_object_mut() else { return Err("a fault is a JSON object".to_owned()) };
        if members.insert("at".to_owned(), "0s".into()).is_some() {
            return Err("a fault that comes by request begins at once: leave `at` out".to_owned());
        }
        let fault: Fault = serde_json::from_value(value).map_err(|error| error.to_string())?;
        let spans = Spans::new("");
        let cast = self.cast(streams, tables);
        let mut compiler = Compiler::new(&spans, self.file.duration, self.file.seed.first(), cast);
        let plan = section::faults(&mut compiler, &[fault]).pop();
        let problems = compiler.problems.into_iter().map(|problem| match problem.help {
            Some(help) => format!("{} ({help})", problem.title),
            None => problem.title,
        });
        let problems: Vec<String> = problems.collect();
        match plan {
            Some(plan) if problems.is_empty() => Ok(plan),
            _ => Err(problems.join("; ")),
        }
    }

    /// What can be said of a fault of each kind, and who there is.
    pub(crate) fn forms(&self, streams: Vec<StreamName>, tables: Vec<TableName>) -> Vec<Form> {
        forms(&self.cast(streams, tables))
    }

    fn cast(&self, streams: Vec<StreamName>, tables: Vec<TableName>) -> Cast {
        Cast { live: Some(Live { streams, tables }), ..self.file.cast() }
    }
}
