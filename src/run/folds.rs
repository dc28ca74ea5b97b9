//! All the folds of a run behind one observer.

use std::cell::RefCell;
use std::rc::Rc;

use super::judge::{self, conclude};
use super::result::RunResult;
use crate::alarm::Alarms;
use crate::aws::s3::Object;
use crate::base::trace_hash::TraceHash;
use crate::base::{Event, Fold, SimTime};
use crate::check::{CheckResult, CheckSettings, Checks, Evidence, History, Pace, Verdict};
use crate::client::Cx;
use crate::measure::{Backdrop, Chronicle, Failure, Figures, Measures, Series, Subject, Windowed};
use crate::report::sinks::LeftObject;
use crate::report::{ExpectationResult, RunReport, Timeline};
use crate::scenario::plan::{AlarmPlan, Outcome, Plan, Window};

/// More failures than these are not followed back.
const TIMELINES_MAX: usize = 8;

/// What the checks of such a run must know.
pub(super) fn check_settings(plan: &Plan, history: History) -> CheckSettings {
    CheckSettings {
        liveness: plan.liveness,
        throttle_window: plan.services.kinesis.throttle_window,
        limits_enforced: plan.services.kinesis.data_plane_limits && plan.services.dynamodb.capacity_limits,
        visibility_lag: plan.services.kinesis.visibility_lag,
        epoch_unix_ms: plan.services.kinesis.epoch_unix_ms,
        history,
        paces: paces(plan),
    }
}

/// How fast each built-in consumer can read, by its number.
fn paces(plan: &Plan) -> Vec<Pace> {
    let kcl = plan.kcl.iter().map(|kcl| (kcl.consumer, kcl.time_per_record()));
    let pollers = plan.pollers.iter().map(|poller| (poller.consumer, poller.time_per_record()));
    let mut paces = Vec::new();
    for (consumer, per_record) in kcl.chain(pollers) {
        paces.resize(paces.len().max(consumer.index() + 1), Pace::default());
        paces[consumer.index()] = Pace { per_record };
    }
    paces
}

pub(super) struct Folds {
    hash: TraceHash,
    checks: Checks,
    measures: Measures,
    chronicle: Chronicle,
    series: Series,
    /// Where the scenario has any.
    alarms: Option<Alarms>,
    /// Figures of the windows that expectations look at, other than the whole run.
    windows: Vec<(Window, Windowed<Measures>)>,
    listeners: Vec<Rc<RefCell<dyn Fold>>>,
}

impl Folds {
    pub(super) fn new(plan: &Plan, history: History, listeners: Vec<Rc<RefCell<dyn Fold>>>) -> Self {
        let mut windows: Vec<(Window, Windowed<Measures>)> = Vec::new();
        for window in plan.expectations.iter().map(|e| e.window) {
            if window != Window::WholeRun && !windows.iter().any(|(known, _)| *known == window) {
                windows.push((window, Windowed::new(window, Measures::new(plan.prices.clone()))));
            }
        }
        let checks = Checks::new(&check_settings(plan, history));
        let (hash, measures, series) =
            (TraceHash::new(), Measures::new(plan.prices.clone()), Series::new(plan.duration).before(backdrop(plan)));
        let (chronicle, alarms) = (Chronicle::default(), alarms_of(plan));
        Self { hash, checks, measures, chronicle, series, alarms, windows, listeners }
    }

    /// The figures of a window; `None` when it has not begun.
    fn measures_of(&self, window: Window) -> Option<&Measures> {
        match self.windows.iter().find(|(known, _)| *known == window) {
            Some((_, windowed)) => windowed.inner(),
            None => Some(&self.measures),
        }
    }

    /// The checks' results so far.
    pub(crate) fn check_results(&self) -> Vec<CheckResult> {
        self.checks.results()
    }

    /// The figures so far.
    pub(super) fn figures(&self) -> Figures {
        self.measures.figures()
    }

    /// The hash of all events so far.
    pub(super) fn trace_hash(&self) -> u64 {
        self.hash.value()
    }

    /// The first failures, each followed back to what it came from.
    fn timelines(
        &self,
        checks: &[CheckResult],
        expectations: &[ExpectationResult],
        broken: Vec<Option<Failure>>,
    ) -> Vec<Timeline> {
        let names = self.chronicle.names();
        let found = checks.iter().filter(|check| check.verdict == Verdict::Fail).filter_map(|check| {
            let Evidence { from, at, what } = check.evidence.first()?;
            let about = Subject::named_in(what, names);
            Some((check.name.to_owned(), Failure { from: *from, until: *at, about, what: what.clone() }))
        });
        let broken = expectations.iter().zip(broken).filter_map(|(e, failure)| {
            let failure = failure?;
            Some((e.text.clone(), Failure { what: format!("not {}", e.text), ..failure }))
        });
        let told = found.chain(broken).take(TIMELINES_MAX);
        told.map(|(of, failure)| Timeline { of, moments: self.chronicle.timeline(&failure) }).collect()
    }

    /// What came of the run. The values over time go with it.
    pub(super) fn conclude(&mut self, plan: &Plan) -> RunResult {
        let checks = self.checks.results();
        let judged = plan.expectations.iter();
        let judged = judged.map(|e| judge::judge(e, self.measures_of(e.window), &self.chronicle));
        let (expectations, broken): (Vec<_>, Vec<_>) = judged.unzip();
        let timelines = self.timelines(&checks, &expectations, broken);
        let verdicts: Vec<(&str, Verdict)> = checks
            .iter()
            .map(|c| (c.name, c.verdict))
            .chain(expectations.iter().map(|e| (&*e.text, e.verdict)))
            .collect();
        let happened = self.series.happened().to_vec();
        let surprises = judge::surprises(plan, &happened);
        let is_judged = expectations.iter().all(|e| e.verdict != Verdict::Unknown || e.if_any);
        let (verdict, is_as_declared) = conclude(plan, &verdicts, is_judged && surprises.is_empty());
        let declared_failing = match &plan.outcome {
            Outcome::Pass => Vec::new(),
            Outcome::Fail { failing } => failing.iter().map(ToString::to_string).collect(),
        };
        let report = RunReport {
            scenario: plan.name.to_string(),
            source: plan.source.to_string(),
            has_code: !plan.apps.is_empty(),
            again: None,
            seed: plan.seed.clone(),
            swarm: plan.swarm.clone(),
            asked_bug: plan.asked_bug,
            trace_hash: self.hash.value(),
            verdict,
            is_as_declared,
            declared_failing,
            checks,
            expectations,
            happened,
            surprises,
            timelines,
            figures: self.measures.figures(),
            alarms: self.alarms.as_ref().map(|alarms| alarms.report(&plan.alarms.unwatched)),
            simulated_seconds: plan.duration.as_secs_f64(),
            events: self.hash.events(),
        };
        let series = std::mem::replace(&mut self.series, Series::new(plan.duration));
        RunResult { report, series, objects: Vec::new() }
    }
}

/// The alarms of a plan.
fn alarms_of(plan: &Plan) -> Option<Alarms> {
    let AlarmPlan { watched, unwatched } = &plan.alarms;
    (!watched.is_empty() || !unwatched.is_empty()).then(|| Alarms::new(watched, plan.late_after()))
}

/// What plots show of a plan.
fn backdrop(plan: &Plan) -> Backdrop {
    let disturbances = plan.disturbances.iter().map(|d| (d.from, d.until, d.text.clone())).collect();
    let freshness = plan.freshness_bounds_ms().map(|(name, bound)| (name.to_owned(), bound));
    Backdrop { disturbances, age_bounds_ms: plan.age_bounds_ms().collect(), freshness_bounds_ms: freshness.collect() }
}

impl Fold for Folds {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.on_all(at, std::slice::from_ref(event));
    }
    fn on_all(&mut self, at: SimTime, events: &[Event]) {
        self.hash.on_all(at, events);
        self.checks.on_all(at, events);
        self.measures.on_all(at, events);
        self.chronicle.on_all(at, events);
        self.series.on_all(at, events);
        if let Some(alarms) = &mut self.alarms {
            alarms.on_all(at, events);
        }
        for (_, window) in &mut self.windows {
            window.on_all(at, events);
        }
        for listener in &self.listeners {
            listener.borrow_mut().on_all(at, events);
        }
    }
}

/// What the folds saw and what is left at the services, once the world is gone.
pub(super) fn end_of_run(plan: &Plan, folds: Rc<RefCell<Folds>>, services: Cx) -> RunResult {
    let objects = services.look(|cloud| cloud.s3.objects().map(left).collect());
    // It holds the folds too.
    drop(services);
    let end = SimTime::ZERO.saturating_add(plan.duration);
    let Ok(folds) = Rc::try_unwrap(folds) else { unreachable!("the world is gone, nobody else listens") };
    let mut folds = folds.into_inner();
    folds.on(end, &Event::RunEnded {});
    RunResult { objects, ..folds.conclude(plan) }
}

fn left((bucket, key, object): (&str, &str, &Object)) -> LeftObject {
    LeftObject { bucket: bucket.into(), key: key.into(), body: object.body.clone() }
}
