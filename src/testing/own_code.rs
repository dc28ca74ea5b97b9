//! Runs of a search in which the user's own code is a host.
//!
//! A run keeps to one thread, and what it is made of need not be `Send`: the code is given anew for each run, in the
//! thread in which it runs.

use std::cell::RefCell;
use std::rc::Rc;

use crate::base::{Fold, Seeds};
use crate::explore::{Ran, Runs};
use crate::scenario::Which;
use crate::scenario::plan::Plan;
use crate::simulation::Simulation;

/// Gives a simulation its code.
pub(super) struct OwnCode<F>(pub(super) F);

impl<F: Fn(Simulation) -> Simulation + Sync> Runs for OwnCode<F> {
    fn lacks(&self, plan: &Plan) -> Result<(), String> {
        (self.0)(Simulation::without_scenario()).lacks(plan).map_err(|error| error.to_string())
    }

    /// Where a scenario was cut so far that an application is gone, its code is, too.
    fn run(&self, plan: &Plan, listeners: Vec<Rc<RefCell<dyn Fold>>>) -> Ran {
        let run = (self.0)(Simulation::without_scenario()).carry_out(plan, listeners);
        Ran { report: run.report, mistakes: run.mistakes }
    }

    fn again(&self, path: &str, which: &Which, seeds: Option<&Seeds>) -> String {
        if which.is_swarm || which.bug.is_some() {
            // A simulation by itself does neither.
            return format!("{path}{}, in a search", which.flags());
        }
        let seed = seeds.map_or(String::new(), |seeds| format!(".seed({seeds})"));
        format!("Simulation::from_scenario({path:?})?{seed}")
    }
}
