//! How a configuration is carried out: by rates, or record by record.
//!
//! By rates an expectation is judged over all of the time, or over what comes after the start-up. One that looks at
//! another part of the time is for records.

use super::alarmed::alarmed;
use super::point::Carried;
use crate::base::{SimDuration, SimTime};
use crate::check::Verdict;
use crate::fluid::{Flow, TableMinute, WriteMinute, flow};
use crate::measure::{Figures, Outcome, Unit, lookup};
use crate::report::ExpectationResult;
use crate::run::{Options, judge_figures, run};
use crate::scenario::plan::{Expectation, Expected, Plan, Window};

/// Carries a plan out record by record.
pub(crate) fn by_records(plan: &Plan) -> Carried {
    let report = run(plan, Options::default()).report;
    let refused = |outcome: &Outcome| match outcome {
        Outcome::Refused(why) => Some(why.to_string()),
        _ => None,
    };
    let happened = report.happened.iter().map(|of| told(of.at, &of.what, refused(&of.outcome).as_deref()));
    let happened = happened.chain(consequences(&report.figures)).collect();
    let figures = report.figures;
    let decided = plan.expectations.iter().map(|of| Some(shown(judge_figures(of, &figures)?.1?))).collect();
    let (age_max_ms, alarms) = (age_max_ms(&figures), report.alarms);
    Carried { figures, expectations: report.expectations, decided, age_max_ms, alarms, happened }
}

/// Carries a plan out by rates.
pub(crate) fn by_rates(plan: &Plan) -> Carried {
    let flow = flow(plan);
    let (expectations, decided) = plan.expectations.iter().map(|expectation| judged(expectation, &flow)).unzip();
    let alarms = alarmed(plan, &flow);
    let happened = flow.happened.iter().map(|of| told(of.at, &of.what, of.refused));
    let happened = happened.chain(consequences(&flow.figures)).collect();
    let figures = flow.after_start_up;
    Carried { age_max_ms: age_max_ms(&figures), figures, expectations, decided, alarms, happened }
}

fn age_max_ms(figures: &Figures) -> Option<u64> {
    figures.consumers.values().filter_map(|of| of.iterator_age_max_ms).max()
}

/// `0:25:00 autoscaling of orders from 2 to 4 shards: refused (LimitExceededException)`.
fn told(at: SimTime, what: &str, refused: Option<&str>) -> String {
    let outcome = refused.map_or(String::new(), |why| format!(": refused ({why})"));
    format!("{} {what}{outcome}", SimTime::from_secs(at.as_secs()))
}

/// What deployments, crashes and outages came to: `billing: a shard had no worker for 34.1s, from 0:06:00 on`.
fn consequences(figures: &Figures) -> impl Iterator<Item = String> {
    let seconds = |s: f64| SimDuration::from_millis((s * 1000.0) as u64);
    let from = |at_s: Option<f64>| SimTime::from_secs(at_s.unwrap_or(0.0) as u64);
    figures.consumers.iter().flat_map(move |(name, of)| {
        let unowned = (of.unowned_s_max > 0.0).then(|| {
            let (longest, all) = (seconds(of.unowned_s_max), seconds(of.unowned_s_total));
            format!(
                "{name}: a shard had no worker for {longest}, from {} on; {all} of all shards",
                from(of.unowned_max_at_s)
            )
        });
        let caught_up = of.catch_ups.iter().map(move |up| match up.catch_up_s {
            Some(took) => format!("{name}: at the tip again {} after {} was over", seconds(took), up.after),
            None => format!("{name}: never at the tip again after {}", up.after),
        });
        let trimmed = (of.unread_records_trimmed > 0)
            .then(|| format!("{name}: {} records left the stream before it had read them", of.unread_records_trimmed));
        unowned.into_iter().chain(caught_up).chain(trimmed).collect::<Vec<_>>()
    })
}

/// What a plan has and rates leave out.
pub(crate) fn left_out(plan: &Plan) -> Vec<String> {
    let short = Plan { duration: SimDuration::from_secs(1), ..plan.clone() };
    let is_of_part =
        |expectation: &&Expectation| matches!(expectation.window, Window::Between(..) | Window::AfterFaultsHeal);
    let of_part = plan.expectations.iter().filter(is_of_part);
    let of_part = of_part.map(|expectation| format!("the part of the time of `{}`", expectation.text));
    flow(&short).left_out.into_iter().chain(of_part).collect()
}

/// The minutes that decide how the promises of a plan are judged.
pub(super) fn worst_minutes(plan: &Plan) -> Vec<SimTime> {
    let flow = flow(plan);
    let figures = serde_json::to_value(&flow.figures).unwrap_or_default();
    let paths = plan.expectations.iter().filter_map(|expectation| match &expectation.what {
        Expected::Number { path, .. } => Some(lookup(&figures, path)),
        Expected::Sometimes(_) => None,
    });
    paths.flatten().filter_map(|(path, _)| minute_of(&path, &flow, 0)).collect()
}

/// `2.62%`.
fn shown((path, value): (String, f64)) -> String {
    Unit::of(&path).show(value)
}

fn judged(expectation: &Expectation, flow: &Flow) -> (ExpectationResult, Option<String>) {
    let (figures, from) = match expectation.window {
        Window::AfterStartUp => (&flow.after_start_up, flow.minutes_of_start_up()),
        Window::WholeRun | Window::Between(..) | Window::AfterFaultsHeal => (&flow.figures, 0),
    };
    match judge_figures(expectation, figures) {
        Some((result, None)) => (result, None),
        Some((result, Some(decided))) => {
            let when = minute_of(&decided.0, flow, from);
            let when = when.map_or(String::new(), |at| format!("; worst in the minute from {at} on"));
            (ExpectationResult { detail: format!("{}{when}", result.detail), ..result }, Some(shown(decided)))
        }
        None => {
            let untold = ExpectationResult {
                text: expectation.text.to_string(),
                verdict: Verdict::Unknown,
                detail: "rates do not tell".to_owned(),
                if_any: expectation.if_any,
            };
            (untold, None)
        }
    }
}

/// The minute, not before `from`, that decided a number: `streams.clicks.throttled_percent`. None where all of it is 0,
/// or where minutes do not tell.
fn minute_of(path: &str, flow: &Flow, from: usize) -> Option<SimTime> {
    let mut steps = path.split('.');
    let (section, name) = (steps.next()?, steps.next()?);
    let worst = |values: &mut dyn Iterator<Item = u64>| {
        let minutes = (0..).zip(values).skip(from);
        let (minute, value) = minutes.max_by_key(|(minute, value)| (*value, std::cmp::Reverse(*minute)))?;
        (value > 0).then_some(SimTime::from_secs(60 * minute))
    };
    let is_of_throttles = path.contains("throttled");
    match section {
        "streams" => {
            let of = |minute: &WriteMinute| if is_of_throttles { minute.throttled } else { minute.records };
            worst(&mut flow.writes.get(name)?.iter().map(of))
        }
        "consumers" if path.contains("iterator_age") => {
            worst(&mut flow.ages_ms.get(name)?.iter().map(|age| age.unwrap_or(0)))
        }
        "tables" => {
            let of = |minute: &TableMinute| if is_of_throttles { minute.throttled() } else { minute.write_units_asked };
            worst(&mut flow.tables.get(name)?.iter().map(of))
        }
        _ => None,
    }
}
