//! What carries out the runs of a search.

use std::cell::RefCell;
use std::rc::Rc;

use crate::base::{Fold, Seeds};
use crate::report::{RunReport, shell_word};
use crate::run::{Options, run};
use crate::scenario::Which;
use crate::scenario::plan::Plan;

/// What is told of a run.
pub(crate) struct Ran {
    pub(crate) report: RunReport,
    /// What the user's code did that no code may.
    pub(crate) mistakes: Vec<String>,
}

/// Carries out plans, in whatever thread it is asked to.
pub(crate) trait Runs: Sync {
    /// Says what is missing for runs of such a plan.
    fn lacks(&self, plan: &Plan) -> Result<(), String>;
    fn run(&self, plan: &Plan, listeners: Vec<Rc<RefCell<dyn Fold>>>) -> Ran;
    /// How somebody repeats a run of a file; that of the file's own seeds when none are given.
    fn again(&self, path: &str, which: &Which, seeds: Option<&Seeds>) -> String;
}

/// Runs in which all clients are kinesim's own.
pub(crate) struct BuiltIn;

impl Runs for BuiltIn {
    fn lacks(&self, plan: &Plan) -> Result<(), String> {
        let lacking = |name: &str| {
            format!(
                "the code of consumer `{name}` is yours (`library = \"app\"`): give it with kinesim::Search::simulation"
            )
        };
        plan.apps.first().map_or(Ok(()), |app| Err(lacking(&app.name)))
    }

    fn run(&self, plan: &Plan, listeners: Vec<Rc<RefCell<dyn Fold>>>) -> Ran {
        let report = run(plan, Options { listeners, ..Options::default() }).report;
        Ran { report, mistakes: Vec::new() }
    }

    fn again(&self, path: &str, which: &Which, seeds: Option<&Seeds>) -> String {
        let seeds = seeds.map_or(String::new(), |seeds| format!(" --seed {seeds}"));
        format!("kinesim run {}{}{seeds}", shell_word(path), which.flags())
    }
}
