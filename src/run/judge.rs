//! Judges expectations over the figures of their windows.

use serde_json::Value;

use crate::check::Verdict;
use crate::measure::Outcome::{Done, Refused};
use crate::measure::{Happening, Measures, Unit, lookup, without_unit};
use crate::report::ExpectationResult;
use crate::scenario::plan::{ActionPlan, Comparison, Expectation, Expected, Outcome as Declared, Plan};

/// The verdict of one expectation over the events of its window.
///
/// `measures` is absent when the window has not begun by the end of the run: then there is nothing to judge.
pub(super) fn judge(expectation: &Expectation, measures: Option<&Measures>) -> ExpectationResult {
    let Some(measures) = measures else {
        let detail = "the run ended before there was anything to judge".to_owned();
        return result(expectation, Verdict::Unknown, detail);
    };
    let (verdict, detail) = match &expectation.what {
        Expected::Sometimes(occurrence) => {
            let times = measures.occurrences(*occurrence);
            let verdict = if times > 0 { Verdict::Pass } else { Verdict::Fail };
            (verdict, if times == 1 { "happened once".to_owned() } else { format!("happened {times} times") })
        }
        Expected::Number { path, comparison, threshold } => {
            let figures = serde_json::to_value(measures.figures()).unwrap_or(Value::Null);
            number(&figures, path, *comparison, *threshold)
        }
    };
    result(expectation, verdict, detail)
}

fn result(of: &Expectation, verdict: Verdict, detail: String) -> ExpectationResult {
    ExpectationResult { text: of.text.to_string(), verdict, detail, if_any: of.if_any }
}

/// Actions that went otherwise than the scenario wants.
pub(super) fn surprises(plan: &Plan, happened: &[Happening]) -> Vec<String> {
    let mut left: Vec<&Happening> = happened.iter().filter(|h| matches!(h.outcome, Done | Refused(_))).collect();
    let mut surprise = |action: &ActionPlan| {
        let Some(at) = left.iter().position(|happening| happening.what == action.text) else {
            return Some(format!("not done when the run ended: {}", action.text));
        };
        match (&left.remove(at).outcome, action.expect_refusal) {
            (Refused(why), false) => Some(format!("refused: {} ({why})", action.text)),
            (Done, true) => Some(format!("not refused: {}", action.text)),
            _ => None,
        }
    };
    plan.actions.iter().filter_map(&mut surprise).collect()
}

/// The run's verdict, and whether it is the outcome that the scenario is there to show. `is_whole` says that all that
/// the scenario asked for was done and judged.
pub(super) fn conclude(plan: &Plan, checks: &[(&str, Verdict)], is_whole: bool) -> (Verdict, bool) {
    let mut failing: Vec<&str> = checks.iter().filter(|c| c.1 == Verdict::Fail).map(|c| c.0).collect();
    let judged = checks.iter().any(|c| c.1 != Verdict::Unknown);
    let verdict = match (failing.is_empty(), judged && is_whole) {
        (false, _) => Verdict::Fail,
        (true, true) => Verdict::Pass,
        (true, false) => Verdict::Unknown,
    };
    let as_declared = match &plan.outcome {
        Declared::Pass => verdict == Verdict::Pass,
        Declared::Fail { failing: declared } => {
            let mut declared: Vec<&str> = declared.iter().map(|d| &**d).collect();
            declared.sort_unstable();
            failing.sort_unstable();
            is_whole && declared == failing
        }
    };
    (verdict, as_declared)
}

/// Every number that the path names must compare; none at all is unknown.
fn number(figures: &Value, path: &str, comparison: Comparison, threshold: f64) -> (Verdict, String) {
    let found = lookup(figures, path);
    if found.is_empty() {
        return (Verdict::Unknown, "no such number was reported".to_owned());
    }
    let broken: Vec<String> = found
        .iter()
        .filter(|(_, value)| !comparison.holds(*value, threshold))
        .map(|(name, value)| told(name, *value))
        .collect();
    match broken.is_empty() {
        true => {
            let values: Vec<String> = found.iter().take(3).map(|(name, value)| told(name, *value)).collect();
            (Verdict::Pass, values.join(", "))
        }
        false => (Verdict::Fail, broken.join(", ")),
    }
}

/// A number as people write it, in the unit that its name ends in.
fn told(path: &str, value: f64) -> String {
    format!("{} was {}", without_unit(path), Unit::of(path).show(value))
}
