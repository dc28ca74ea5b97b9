//! A run that somebody lets happen step by step, and looks at between: the same events as [`super::run`] gives.
//!
//! It has no clock, and nothing comes from outside. It cannot go back: whoever wants an earlier time begins again, and
//! comes to the same events. Runs whose clients speak HTTP have no single steps, and are not run here.

use std::cell::RefCell;
use std::rc::Rc;

use super::app_hosts::nobody;
use super::build::{Built, build};
use super::folds::Folds;
use super::result::RunResult;
use crate::aws::Cloud;
use crate::base::{Event, Fold, SimTime};
use crate::check::CheckResult;
use crate::client::Transport;
use crate::scenario::plan::Plan;
use crate::world::World;

/// A run between two of its steps.
pub(crate) struct Stepped {
    world: World<Cloud>,
    folds: Rc<RefCell<Folds>>,
    end: SimTime,
}

impl Stepped {
    /// The run of a plan at its beginning. Further folds may listen.
    ///
    /// # Panics
    /// When the plan wants HTTP.
    pub(crate) fn new(plan: &Plan, listeners: Vec<Rc<RefCell<dyn Fold>>>) -> Self {
        assert!(plan.transport == Transport::Messages, "a run over HTTP has no single steps");
        let Built { world, folds, .. } = build(plan, listeners, &nobody());
        let end = SimTime::ZERO.saturating_add(plan.duration);
        world.run_until(SimTime::ZERO);
        Self { world, folds, end }
    }

    /// Returns how far the run has come.
    pub(crate) fn now(&self) -> SimTime {
        self.world.now()
    }
    /// Lets one thing happen that is due until then: a message arrives, a task wakes up. Returns whether anything did;
    /// if not, the time is then `until`.
    pub(crate) fn step(&self, until: SimTime) -> bool {
        let until = until.min(self.end).max(self.now());
        let has_happened = self.world.step(until);
        if !has_happened {
            self.world.run_until(until);
        }
        has_happened
    }
    /// Returns whether all of it has happened.
    pub(crate) fn is_over(&self) -> bool {
        self.now() >= self.end && self.world.next_due().is_none_or(|due| due > self.end)
    }

    /// What the checks say so far.
    pub(crate) fn checks(&self) -> Vec<CheckResult> {
        self.folds.borrow().check_results()
    }
    /// Ends and judges the run, all of which has happened.
    ///
    /// # Panics
    /// When it is not over.
    pub(crate) fn conclude(&self, plan: &Plan) -> RunResult {
        assert!(self.is_over(), "a run is judged when all of it has happened");
        let mut folds = self.folds.borrow_mut();
        folds.on(self.end, &Event::RunEnded {});
        folds.conclude(plan)
    }
}
