//! One configuration, carried out and judged.

use std::cmp::Ordering;

use toml::{Table, Value};

use crate::alarm::AlarmsReport;
use crate::base::SimDuration;
use crate::check::Verdict;
use crate::measure::Figures;
use crate::report::ExpectationResult;
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::plan::Plan;
use crate::scenario::{Alternatives, Scenario, Setting, list_of};

/// What carries a plan out.
pub(crate) type Engine = dyn Fn(&Plan) -> Carried + Sync;

/// What came of a plan.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    /// What was counted, and what that costs.
    pub(crate) figures: Figures,
    /// How the expectations were judged, the promises among them.
    pub(crate) expectations: Vec<ExpectationResult>,
    /// Of each expectation the number that decided it, as people write it.
    pub(crate) decided: Vec<Option<String>>,
    /// The greatest iterator age of a consumer.
    pub(crate) age_max_ms: Option<u64>,
    /// What became of the file's alarms, where it has any.
    pub(crate) alarms: Option<AlarmsReport>,
    /// What was done to it from outside, in order of time, and what of that AWS refused.
    pub(crate) happened: Vec<String>,
}

/// A configuration and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// What is set otherwise than in the file.
    pub(crate) settings: Vec<Setting>,
    /// What came of it, or why it is no scenario.
    pub(crate) came: Result<Carried, String>,
}

impl Point {
    /// Whether all promises hold. What has nothing to judge holds.
    pub(crate) fn holds(&self) -> bool {
        self.came.as_ref().is_ok_and(|carried| carried.expectations.iter().all(|promise| !is_broken(promise)))
    }
    /// The promises that do not.
    pub(crate) fn broken(&self) -> impl Iterator<Item = &ExpectationResult> {
        self.came.iter().flat_map(|carried| carried.expectations.iter().filter(|promise| is_broken(promise)))
    }
    /// What it costs a month, in USD.
    pub(crate) fn cost_usd(&self) -> Option<f64> {
        self.came.as_ref().ok().map(|carried| carried.figures.cost.per_month_usd)
    }
    /// The cheaper one first; what is no scenario costs nothing.
    pub(super) fn by_cost(&self, other: &Self) -> Ordering {
        self.cost_or_0().total_cmp(&other.cost_or_0())
    }
    /// The same, with nothing for what is no scenario.
    pub(super) fn cost_or_0(&self) -> f64 {
        self.cost_usd().unwrap_or(0.0)
    }
    /// `stream.clicks.shards = 4, consumer.billing.workers = 2`.
    pub(crate) fn told(&self) -> String {
        list_of(&self.settings).unwrap_or_else(|| "the file as it stands".to_owned())
    }
}

/// A value as people write it, without quotes.
pub(super) fn word(value: &Value) -> String {
    value.as_str().map_or(value.to_string(), str::to_owned)
}

/// What may have nothing to judge holds then.
pub(super) fn is_broken(promise: &ExpectationResult) -> bool {
    match promise.verdict {
        Verdict::Pass => false,
        Verdict::Fail => true,
        Verdict::Unknown => !promise.if_any,
    }
}

/// What every configuration is asked.
pub(crate) struct Asked<'a> {
    /// The file.
    pub(crate) file: &'a Alternatives,
    /// The promises, as `[[expect]]`s.
    pub(crate) promises: Vec<Table>,
    /// How much time is planned for; the file's duration when absent.
    pub(crate) horizon: Option<SimDuration>,
    /// What carries it out.
    pub(crate) engine: &'a Engine,
    /// The same in a word: `rates` or `records`.
    pub(crate) how: &'static str,
}

impl Asked<'_> {
    /// Carries one configuration out.
    pub(crate) fn point(&self, settings: Vec<Setting>) -> Point {
        let came = self.plan(&settings).map(|plan| (self.engine)(&plan)).map_err(|wrong| first(&wrong));
        Point { settings, came }
    }

    /// What a configuration makes of the file.
    ///
    /// # Errors
    /// It is no scenario.
    pub(crate) fn plan(&self, settings: &[Setting]) -> Result<Plan, Diagnostics> {
        self.scenario(settings).map(|scenario| scenario.plan())
    }

    /// The file with a configuration's values and the promises.
    ///
    /// # Errors
    /// It is no scenario.
    pub(crate) fn scenario(&self, settings: &[Setting]) -> Result<Scenario, Diagnostics> {
        self.file.with(settings, &self.promises, self.horizon)
    }
}

fn first(wrong: &Diagnostics) -> String {
    wrong.problems().first().map(|problem| problem.title.clone()).unwrap_or_default()
}
