//! Judges expectations over the figures of their windows.

use serde_json::Value;

use crate::base::{ShardId, SimDuration, SimTime};
use crate::check::Verdict;
use crate::fault::FaultPlan;
use crate::measure::Outcome::{Done, Missed, Refused, UnderWay};
use crate::measure::{
    Chronicle, Failure, Figures, Happening, Measures, ShardVerdict, Subject, Unit, lookup, number_at, numbers,
    without_unit,
};
use crate::report::ExpectationResult;
use crate::scenario::plan::{ActionPlan, Comparison, Expectation, Expected, Outcome as Declared, Plan};

/// The verdict of one expectation over the events of its window.
///
/// `measures` is absent when the window has not begun by the end of the run: then there is nothing to judge.
///
/// A broken one comes with what there is to follow back: when and where its number was seen.
pub(super) fn judge(
    expectation: &Expectation,
    measures: Option<&Measures>,
    chronicle: &Chronicle,
) -> (ExpectationResult, Option<Failure>) {
    let Some(measures) = measures else {
        let detail = "the run ended before there was anything to judge".to_owned();
        return (result(expectation, Verdict::Unknown, detail), None);
    };
    let (verdict, detail) = match &expectation.what {
        Expected::Sometimes(occurrence) => {
            let times = measures.occurrences(*occurrence);
            let verdict = if times > 0 { Verdict::Pass } else { Verdict::Fail };
            (verdict, if times == 1 { "happened once".to_owned() } else { format!("happened {times} times") })
        }
        Expected::Number { path, comparison, threshold } => {
            let figures = serde_json::to_value(measures.figures()).unwrap_or(Value::Null);
            let judged = number(&figures, path, *comparison, *threshold);
            if let Some((broken, _)) = judged.decided.filter(|_| judged.verdict == Verdict::Fail) {
                let failure = whereabouts(&broken, measures, chronicle);
                let why = why(&broken, &measures.figures()).map_or(String::new(), |why| format!("; {why}"));
                let detail = format!("{}{}{why}", judged.detail, placed(&failure, chronicle));
                return (result(expectation, Verdict::Fail, detail), Some(failure));
            }
            (judged.verdict, judged.detail)
        }
    };
    (result(expectation, verdict, detail), None)
}

/// The verdict of one expectation over figures that no run made, whatever its window. Absent for what figures do not
/// tell; with it the number that decided, by its path: the first that breaks the bound, or the nearest to it.
pub(crate) fn judge_figures(
    expectation: &Expectation,
    figures: &Figures,
) -> Option<(ExpectationResult, Option<(String, f64)>)> {
    let Expected::Number { path, comparison, threshold } = &expectation.what else { return None };
    let figures = serde_json::to_value(figures).unwrap_or(Value::Null);
    let judged = number(&figures, path, *comparison, *threshold);
    Some((result(expectation, judged.verdict, judged.detail), judged.decided))
}

/// When and where the number at a path was seen; the whole window when nothing shows it.
fn whereabouts(path: &str, measures: &Measures, chronicle: &Chronicle) -> Failure {
    let (from, until) = (measures.from(), measures.now());
    let numbers = numbers();
    let found = number_at(path, &numbers).and_then(|(number, name)| {
        let place = measures.place_of(number, &name).or_else(|| peak_of(path, measures, chronicle));
        place.or_else(|| chronicle.shown(number, &name, from, until))
    });
    let about = || Subject::named_in(&path.replace('.', " "), chronicle.names());
    found.unwrap_or_else(|| Failure { from, until, about: about(), what: String::new() })
}

/// The second or the minute of a peak, from the figure beside it that says when that began.
fn peak_of(path: &str, measures: &Measures, chronicle: &Chronicle) -> Option<Failure> {
    let of_limit = path.strip_suffix("_limit_peak_percent").map(|start| format!("{start}_per_s_peak"));
    let stem = of_limit.as_deref().or(path.strip_suffix("_percent")).unwrap_or(path);
    let figures = serde_json::to_value(measures.figures()).ok()?;
    let [(_, began)] = &lookup(&figures, &format!("{stem}_at_s"))[..] else { return None };
    let from = SimTime::from_millis((began * 1000.0) as u64);
    let (window, length) = match stem.ends_with("per_s_peak") {
        true => ("second", SimDuration::from_secs(1)),
        false => ("minute", SimDuration::from_mins(1)),
    };
    let about = Subject::named_in(&path.replace('.', " "), chronicle.names());
    Some(Failure { from, until: from + length, about, what: format!("in the {window} from {from} on") })
}

/// What a stream's figures say of its throttles, and what helps.
fn why(path: &str, figures: &Figures) -> Option<String> {
    let (name, figure) = path.strip_prefix("streams.")?.rsplit_once('.')?;
    let stream = figures.streams.get(name.split(".shards.").next()?)?;
    if figure == "reads_throttled" {
        return stream.read_remedy.clone();
    }
    let is_of_writes = figure.starts_with("records_throttled") || figure.starts_with("throttled_percent");
    let (id, worst) = stream.shards.iter().max_by_key(|(_, shard)| shard.records_throttled).filter(|_| is_of_writes)?;
    let advice = &worst.advice;
    let told = || format!("{}, {}: {}", of_shard(id), advice.verdict.as_str(), advice.remedy);
    (advice.verdict != ShardVerdict::Fine).then(told)
}

/// `shard 3` of an id.
fn of_shard(id: &str) -> String {
    id.parse().map_or(id.to_owned(), |ShardId(number)| format!("shard {number}"))
}

/// More faults and actions than these are not named.
const IN_FORCE_MAX: usize = 3;

/// `: the greatest, 35.03s, at 0:05:40.000 (shard 2, billing-1), under FAULT pause of billing-1 for 40s`.
fn placed(failure: &Failure, chronicle: &Chronicle) -> String {
    if failure.what.is_empty() {
        return String::new();
    }
    let mut in_force = chronicle.in_force(failure.from, failure.until);
    let more = in_force.len().saturating_sub(IN_FORCE_MAX);
    in_force.truncate(IN_FORCE_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    match in_force.is_empty() {
        true => format!(": {}", failure.what),
        false => format!(": {}; then: {}{more}", failure.what, in_force.join(", ")),
    }
}

fn result(of: &Expectation, verdict: Verdict, detail: String) -> ExpectationResult {
    ExpectationResult { text: of.text.to_string(), verdict, detail, if_any: of.if_any }
}

/// Actions that went otherwise than the scenario wants, and faults that met nothing.
pub(super) fn surprises(plan: &Plan, happened: &[Happening]) -> Vec<String> {
    let is_action = |h: &&Happening| matches!(h.outcome, Done(_) | UnderWay | Refused(_));
    let mut left: Vec<&Happening> = happened.iter().filter(is_action).collect();
    let mut surprise = |action: &ActionPlan| {
        let Some(at) = left.iter().position(|happening| happening.what == action.text) else {
            return Some(format!("not done when the run ended: {}", action.text));
        };
        match (&left.remove(at).outcome, action.expect_refusal) {
            (Refused(why), false) => Some(format!("refused: {} ({why})", action.text)),
            (UnderWay, false) => Some(format!("under way when the run ended: {}", action.text)),
            (Done(_) | UnderWay, true) => Some(format!("not refused: {}", action.text)),
            _ => None,
        }
    };
    let actions: Vec<String> = plan.actions.iter().filter_map(&mut surprise).collect();
    let has_missed = |fault: &&FaultPlan| {
        let is_it = |h: &Happening| h.at == fault.at && h.what == fault.text && matches!(h.outcome, Missed(_));
        !fault.if_any && happened.iter().any(is_it)
    };
    let missed = plan.faults.iter().filter(has_missed);
    actions.into_iter().chain(missed.map(|fault| format!("met nothing: {} at {}", fault.text, fault.at))).collect()
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
fn number(figures: &Value, path: &str, comparison: Comparison, threshold: f64) -> Judged {
    let found = lookup(figures, path);
    if found.is_empty() {
        return Judged { verdict: Verdict::Unknown, detail: "no such number was reported".to_owned(), decided: None };
    }
    let broken: Vec<&(String, f64)> = found.iter().filter(|(_, value)| !comparison.holds(*value, threshold)).collect();
    let all = |numbers: &mut dyn Iterator<Item = &(String, f64)>| {
        numbers.map(|(name, value)| told(name, path, *value)).collect::<Vec<_>>().join(", ")
    };
    match broken.first() {
        None => {
            let far = |value: f64| (threshold - value).abs();
            let decided = found.iter().min_by(|a, b| far(a.1).total_cmp(&far(b.1)));
            let detail = all(&mut found.iter().take(NUMBERS_TOLD_MAX));
            Judged { verdict: Verdict::Pass, detail, decided: decided.map(|decided| (*decided).clone()) }
        }
        Some(first) => {
            let detail = all(&mut broken.iter().copied());
            Judged { verdict: Verdict::Fail, detail, decided: Some((*first).clone()) }
        }
    }
}

/// How a number was judged.
struct Judged {
    verdict: Verdict,
    detail: String,
    /// The first that does not compare, or the one that is nearest to the bound, by its path.
    decided: Option<(String, f64)>,
}

/// Of numbers that hold, more than these are not told.
const NUMBERS_TOLD_MAX: usize = 3;

/// A number as people write it, in the unit that its name ends in; `reads_throttled of orders was 7` where a path has
/// a `*`.
fn told(path: &str, pattern: &str, value: f64) -> String {
    let shown = Unit::of(path).show(value);
    let stars = || {
        let (before, _) = pattern.split_once('*')?;
        let (_, after) = pattern.rsplit_once('*')?;
        let named = path.strip_prefix(before)?.strip_suffix(after)?;
        Some(format!("{} of {named}", without_unit(after.trim_start_matches('.'))))
    };
    format!("{} was {shown}", stars().unwrap_or_else(|| without_unit(path).to_owned()))
}
