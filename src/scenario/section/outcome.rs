//! `outcome` and `failing`: what a scenario is there to show.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::nearest::nearest;
use crate::file_path;
use crate::scenario::compiler::Compiler;
use crate::scenario::plan::{Expectation, Outcome};

/// The outcome that a scenario is there to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeWord {
    /// Every check and expectation holds.
    #[default]
    Pass,
    /// Exactly what `failing` names fails.
    Fail,
}

impl Compiler<'_> {
    /// The outcome, with what is said to fail.
    pub(crate) fn outcome(&mut self, word: OutcomeWord, failing: &[String], expectations: &[Expectation]) -> Outcome {
        self.failing_names(failing, expectations);
        let failing = failing.iter().map(|name| name.as_str().into()).collect::<Vec<Arc<str>>>();
        match word {
            OutcomeWord::Pass => {
                let help = "say `outcome = \"fail\"`, or leave `failing` out";
                self.need(failing.is_empty(), file_path!["failing"], "nothing fails in a scenario that passes", help);
                Outcome::Pass
            }
            OutcomeWord::Fail => {
                let help = "for example `failing = [\"iterator_age.p99 < 5s\"]`";
                self.need(!failing.is_empty(), file_path!["outcome"], "`failing` must say what fails", help);
                Outcome::Fail { failing }
            }
        }
    }

    /// What is said to fail is a check, or an expectation of this file.
    fn failing_names(&mut self, failing: &[String], expectations: &[Expectation]) {
        let checks = crate::check::invariants().iter().map(|registered| registered.name);
        let known: Vec<&str> = checks.chain(expectations.iter().map(|expected| &*expected.text)).collect();
        for (n, name) in failing.iter().enumerate() {
            if known.contains(&name.as_str()) {
                continue;
            }
            let help = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "the name of a check, or the text of an expectation as reports have it".to_owned(),
            };
            let title = format!("there is no check or expectation `{name}`");
            self.problem(file_path!["failing", n], title, "nothing of that name can fail", &help);
        }
    }
}
