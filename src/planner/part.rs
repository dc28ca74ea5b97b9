//! A part of a plan's configurations, made on one machine of many, and all parts together again.
//!
//! A part keeps of each configuration what decides: what it costs, and how each promise came out. What is recommended
//! is carried out once more where the parts come together, so that its figures are there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::axis::Grid;
use super::point::{Asked, Carried, Point};
use super::search::{Chosen, Way};
use crate::check::Verdict;
use crate::measure::Figures;
use crate::report::{ExpectationResult, verdict_word};

/// What one machine of many leaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// What was planned: only parts of the same fit together.
    asked: String,
    points: Vec<Kept>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// Its number in the grid.
    number: usize,
    /// Why it is no scenario.
    wrong: Option<String>,
    cost_per_month_usd: f64,
    age_max_ms: Option<u64>,
    promises: Vec<KeptPromise>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptPromise {
    promise: String,
    verdict: String,
    detail: String,
    if_any: bool,
    decided: Option<String>,
}

/// Parts that do not come to a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoWhole {
    /// One is of another plan.
    OfAnother,
    /// So many configurations are in none, the first of this number.
    Missing(usize, usize),
}

impl std::fmt::Display for NoWhole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OfAnother => f.write_str(
                "a part is of another plan: give the same file, `--vary`, `--slo`, `--horizon` and `--engine` as when \
                 it was made",
            ),
            Self::Missing(many, first) => {
                write!(f, "{many} configurations are in no part, the first is number {}: a part is missing", first + 1)
            }
        }
    }
}

/// What is planned, to the letter.
fn told(asked: &Asked<'_>, grid: &Grid) -> String {
    let promises: Vec<String> = asked.promises.iter().map(toml::Table::to_string).collect();
    format!("{}\n{:?}\n{promises:?}\n{:?}\n{}", asked.file.text(), grid.axes, asked.horizon, asked.how)
}

impl Part {
    /// Of the configurations that were tried.
    pub(crate) fn of(asked: &Asked<'_>, grid: &Grid, chosen: &Chosen) -> Self {
        let kept = |point: &Point| Kept::of(grid.number(&grid.places_of(&point.settings)), point);
        Self { asked: told(asked, grid), points: chosen.points.iter().map(kept).collect() }
    }
}

impl Kept {
    fn of(number: usize, point: &Point) -> Self {
        let promise = |(result, decided): (&ExpectationResult, &Option<String>)| KeptPromise {
            promise: result.text.clone(),
            verdict: verdict_word(result.verdict).to_owned(),
            detail: result.detail.clone(),
            if_any: result.if_any,
            decided: decided.clone(),
        };
        let came = point.came.as_ref().ok();
        Self {
            number,
            wrong: point.came.as_ref().err().cloned(),
            cost_per_month_usd: came.map_or(0.0, |came| came.figures.cost.per_month_usd),
            age_max_ms: came.and_then(|came| came.age_max_ms),
            promises: came.iter().flat_map(|came| came.expectations.iter().zip(&came.decided)).map(promise).collect(),
        }
    }

    fn point(self, grid: &Grid) -> Point {
        let settings = grid.settings_at(&grid.places(self.number));
        if let Some(wrong) = self.wrong {
            return Point { settings, came: Err(wrong) };
        }
        let mut figures = Figures::default();
        figures.cost.per_month_usd = self.cost_per_month_usd;
        let promises = self.promises.into_iter().map(|kept| {
            let verdicts = [Verdict::Pass, Verdict::Unknown, Verdict::Fail];
            let verdict = verdicts.into_iter().find(|verdict| verdict_word(*verdict) == kept.verdict);
            let result = ExpectationResult {
                text: kept.promise,
                verdict: verdict.unwrap_or(Verdict::Unknown),
                detail: kept.detail,
                if_any: kept.if_any,
            };
            (result, kept.decided)
        });
        let (expectations, decided) = promises.unzip();
        let came =
            Carried { figures, expectations, decided, age_max_ms: self.age_max_ms, alarms: None, happened: Vec::new() };
        Point { settings, came: Ok(came) }
    }
}

/// All parts together, as if one machine had tried every configuration.
///
/// # Errors
/// They are not parts of this plan, or one is missing.
pub(crate) fn merge(asked: &Asked<'_>, grid: &Grid, parts: Vec<Part>) -> Result<Chosen, NoWhole> {
    let whose = told(asked, grid);
    if parts.iter().any(|part| part.asked != whose || part.points.iter().any(|kept| kept.number >= grid.len())) {
        return Err(NoWhole::OfAnother);
    }
    let kept = parts.into_iter().flat_map(|part| part.points).map(|kept| (kept.number, kept));
    let kept: BTreeMap<usize, Kept> = kept.collect();
    let missing: Vec<usize> = (0..grid.len()).filter(|number| !kept.contains_key(number)).collect();
    if let Some(first) = missing.first() {
        return Err(NoWhole::Missing(missing.len(), *first));
    }
    let points = kept.into_values().map(|kept| kept.point(grid)).collect();
    let mut chosen = Chosen { points, of: grid.len(), way: Way::All };
    if let Some(best) = chosen.cheapest().map(|best| best.settings.clone()) {
        let at = chosen.points.iter().position(|point| point.settings == best);
        at.into_iter().for_each(|at| chosen.points[at] = asked.point(best.clone()));
    }
    Ok(chosen)
}
