//! The JSON report, schema 1: what scripts and CI read. Its form is stable; keys are only ever added.

use serde::Serialize;

use super::{RunReport, Timeline, alarms};
use crate::check::Verdict;
use crate::measure::{Figures, Happening, Moment, Outcome};

/// Number of the report's form.
pub(crate) const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    scenario: &'a str,
    seed: u64,
    /// The seed and those that follow it, where some do.
    seeds: Option<String>,
    /// What the seed has made of the scenario, where it is one of a swarm.
    swarm: Option<&'a [String]>,
    trace_hash: String,
    verdict: Verdict,
    checks: Vec<Check<'a>>,
    came_out: &'static str,
    expectations: Vec<Expectation<'a>>,
    happened: Vec<Happened<'a>>,
    /// Null where the scenario has none.
    alarms: Option<alarms::Document<'a>>,
    timelines: Vec<TimelineOf<'a>>,
    #[serde(flatten)]
    figures: &'a Figures,
    performance: Performance,
}

#[derive(Serialize)]
struct Check<'a> {
    name: &'a str,
    verdict: Verdict,
    detail: &'a str,
}

#[derive(Serialize)]
struct Expectation<'a> {
    text: &'a str,
    verdict: Verdict,
    detail: &'a str,
}

/// A fault or an action. `until_s` is when a fault ended, or an action was through: null while it is under way;
/// `refused` is why an action was not done; `met_nothing` is of a fault that met neither a message nor a call.
#[derive(Serialize)]
struct Happened<'a> {
    at_s: f64,
    what: &'a str,
    until_s: Option<f64>,
    refused: Option<&'a str>,
    met_nothing: bool,
}

impl<'a> From<&'a Happening> for Happened<'a> {
    fn from(of: &'a Happening) -> Self {
        let until_s = match of.outcome {
            Outcome::Ended(at) | Outcome::Missed(at) | Outcome::Done(at) => Some(at.as_nanos() as f64 / 1e9),
            Outcome::InForce | Outcome::UnderWay | Outcome::Refused(_) => None,
        };
        let refused = match &of.outcome {
            Outcome::Refused(why) => Some(&**why),
            _ => None,
        };
        let met_nothing = matches!(of.outcome, Outcome::Missed(_));
        Self { at_s: of.at.as_nanos() as f64 / 1e9, what: &of.what, until_s, refused, met_nothing }
    }
}

/// A failure followed back to what it came from, oldest first.
#[derive(Serialize)]
struct TimelineOf<'a> {
    of: &'a str,
    moments: Vec<MomentOf<'a>>,
}

#[derive(Serialize)]
struct MomentOf<'a> {
    at_s: f64,
    what: &'a str,
}

impl<'a> From<&'a Timeline> for TimelineOf<'a> {
    fn from(timeline: &'a Timeline) -> Self {
        let moment = |m: &'a Moment| MomentOf { at_s: m.at.as_nanos() as f64 / 1e9, what: &m.what };
        Self { of: &timeline.of, moments: timeline.moments.iter().map(moment).collect() }
    }
}

#[derive(Serialize)]
struct Performance {
    simulated_seconds: f64,
    wall_seconds: Option<f64>,
    events: u64,
}

/// The report as JSON text, two spaces an indent, with a newline at its end. `wall_seconds` is what the run took on the
/// wall clock, if the caller measured it.
pub fn render(report: &RunReport, wall_seconds: Option<f64>) -> String {
    let checks = report.checks.iter().map(|c| Check { name: c.name, verdict: c.verdict, detail: &c.detail });
    let expectation = |e: &super::ExpectationResult| e.verdict;
    let expectations = report.expectations.iter();
    let document = Document {
        schema: SCHEMA,
        scenario: &report.scenario,
        seed: report.seed.first().0,
        swarm: report.swarm.as_deref(),
        seeds: (!report.seed.forks().is_empty()).then(|| report.seed.to_string()),
        trace_hash: format!("{:016x}", report.trace_hash),
        verdict: report.verdict,
        checks: checks.collect(),
        came_out: report.came_out().as_str(),
        happened: report.happened.iter().map(Happened::from).collect(),
        alarms: report.alarms.as_ref().map(alarms::Document::from),
        timelines: report.timelines.iter().map(TimelineOf::from).collect(),
        expectations: expectations
            .map(|e| Expectation { text: &e.text, verdict: expectation(e), detail: &e.detail })
            .collect(),
        figures: &report.figures,
        performance: Performance { simulated_seconds: report.simulated_seconds, wall_seconds, events: report.events },
    };
    match serde_json::to_string_pretty(&document) {
        Ok(text) => text + "\n",
        Err(error) => unreachable!("text and numbers are always JSON: {error}"),
    }
}
