//! How a configuration is carried out: by rates, or record by record.
//!
//! By rates an expectation is judged over all of the time, the start of the consumers included. One that looks at a
//! part of the time is for records.

use super::point::Carried;
use crate::base::{SimDuration, SimTime};
use crate::check::Verdict;
use crate::fluid::{Flow, flow};
use crate::measure::{Figures, Outcome, lookup};
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
    Carried { happened, figures: report.figures, expectations: report.expectations }
}

/// Carries a plan out by rates.
pub(crate) fn by_rates(plan: &Plan) -> Carried {
    let flow = flow(plan);
    let expectations = plan.expectations.iter().map(|expectation| judged(expectation, &flow)).collect();
    let happened = flow.happened.iter().map(|of| told(of.at, &of.what, of.refused));
    let happened = happened.chain(consequences(&flow.figures)).collect();
    Carried { figures: flow.figures, expectations, happened }
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
    paths.flatten().filter_map(|(path, _)| minute_of(&path, &flow)).collect()
}

fn judged(expectation: &Expectation, flow: &Flow) -> ExpectationResult {
    match judge_figures(expectation, &flow.figures) {
        Some((result, None)) => result,
        Some((result, Some(broken))) => {
            let when =
                minute_of(&broken, flow).map_or(String::new(), |from| format!("; worst in the minute from {from} on"));
            ExpectationResult { detail: format!("{}{when}", result.detail), ..result }
        }
        None => ExpectationResult {
            text: expectation.text.to_string(),
            verdict: Verdict::Unknown,
            detail: "rates do not tell".to_owned(),
            if_any: expectation.if_any,
        },
    }
}

/// The minute that decided a number: `streams.clicks.throttled_percent`.
fn minute_of(path: &str, flow: &Flow) -> Option<SimTime> {
    let mut steps = path.split('.');
    let (section, name) = (steps.next()?, steps.next()?);
    let worst = |values: Vec<u64>| {
        let (minute, value) = (0..).zip(values).max_by_key(|(minute, value)| (*value, std::cmp::Reverse(*minute)))?;
        (value > 0).then_some(SimTime::from_secs(60 * minute))
    };
    match section {
        "streams" => {
            let minutes = flow.writes.get(name)?;
            let is_of_throttles = path.contains("throttled");
            worst(
                minutes.iter().map(|minute| if is_of_throttles { minute.throttled } else { minute.records }).collect(),
            )
        }
        "consumers" => worst(flow.ages_ms.get(name)?.iter().map(|age| age.unwrap_or(0)).collect()),
        "tables" => worst(flow.tables.get(name)?.iter().map(|minute| minute.write_units_asked).collect()),
        _ => None,
    }
}
