//! One run of a search, and what is kept of it.

use std::cell::RefCell;
use std::rc::Rc;

use super::runs::{BuiltIn, Ran, Runs};
use super::situations::{Situation, Situations};
use crate::base::{Seeds, SimTime};
use crate::check::{Verdict, shape};
use crate::report::{CameOut, RunReport};
use crate::scenario::{self, Which, diagnostic::Diagnostics};

/// What a failure is called that is the code's and no check's.
const MISTAKE: &str = "mistake-of-the-application";

/// A scenario that is searched.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// As the user wrote it.
    pub(crate) path: String,
    /// What stands in the file.
    pub(crate) text: String,
    /// What its runs have in common besides the file.
    pub(crate) which: Which,
}

/// A run to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    /// Its place in the search.
    pub(crate) place: u64,
    /// Which scenario.
    pub(crate) source: usize,
    pub(crate) seeds: Seeds,
    /// Whether the seed draws the scenario too.
    pub(crate) is_swarm: bool,
    /// Whether it is done twice, to see that both are the same.
    pub(crate) is_twice: bool,
}

impl Task {
    /// Whether another is the same run.
    pub(crate) fn is_run_of(&self, other: &Self) -> bool {
        self.source == other.source && self.seeds == other.seeds && self.is_swarm == other.is_swarm
    }
}

/// Something that failed in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The check's name, or the expectation's text.
    pub(crate) of: String,
    /// What it has in common with others of its kind. An expectation says enough by itself.
    pub(crate) shape: String,
    /// The first that shows it, in words.
    pub(crate) what: String,
    /// How it came about, a line each.
    pub(crate) timeline: Vec<String>,
}

/// What is kept of a run.
#[derive(Clone, Debug)]
pub(crate) struct Explored {
    /// Which of the searched scenarios.
    pub(crate) source: usize,
    /// Its place in the search.
    pub(crate) place: u64,
    /// Which of its runs.
    pub(crate) seeds: Seeds,
    /// Whether its scenario was drawn.
    pub(crate) is_swarm: bool,
    pub(crate) trace_hash: u64,
    pub(crate) failures: Vec<Failure>,
    /// Checks and expectations that judged something.
    pub(crate) judged: Vec<String>,
    /// Whether all was judged and done that the scenario asks for.
    pub(crate) is_whole: bool,
    /// What happened in it that matters here, and when first.
    pub(crate) reached: Vec<(Situation, SimTime)>,
    /// The command that repeats it.
    pub(crate) again: String,
    /// The hash of the same run done once more, if it was.
    pub(crate) second_hash: Option<u64>,
}

/// Makes a run of these scenarios.
pub(crate) fn explore_one(task: &Task, sources: &[Source]) -> Result<Explored, Diagnostics> {
    explore_by(&BuiltIn, task, sources)
}

/// The same, carried out by `runs`.
pub(crate) fn explore_by(runs: &dyn Runs, task: &Task, sources: &[Source]) -> Result<Explored, Diagnostics> {
    let Task { place, source: number, seeds, is_swarm, is_twice } = task;
    let source = &sources[*number];
    let which = Which { seeds: Some(seeds.clone()), is_swarm: *is_swarm, ..source.which.clone() };
    let plan = scenario::load(&source.text, &source.path, &which)?.plan();
    let situations = Rc::new(RefCell::new(Situations::default()));
    let ran = runs.run(&plan, vec![situations.clone()]);
    let second_hash = is_twice.then(|| runs.run(&plan, Vec::new()).report.trace_hash);
    let (failures, report) = (failures(&ran), ran.report);
    let reached = situations.borrow().reached();
    Ok(Explored {
        source: *number,
        place: *place,
        seeds: seeds.clone(),
        is_swarm: *is_swarm,
        trace_hash: report.trace_hash,
        failures,
        judged: judged(&report),
        is_whole: report.came_out() != CameOut::Unknown,
        reached,
        again: report.reproducing_line(),
        second_hash,
    })
}

fn judged(report: &RunReport) -> Vec<String> {
    let checks = report.checks.iter().map(|check| (check.name, check.verdict));
    let expectations = report.expectations.iter().map(|expected| (&*expected.text, expected.verdict));
    let judged = checks.chain(expectations).filter(|(_, verdict)| *verdict != Verdict::Unknown);
    judged.map(|(name, _)| name.to_owned()).collect()
}

/// What failed and was not declared to.
pub(super) fn failures(ran: &Ran) -> Vec<Failure> {
    let report = &ran.report;
    let timeline = |of: &str| {
        let told = report.timelines.iter().find(|timeline| timeline.of == of);
        let moments = told.into_iter().flat_map(|timeline| &timeline.moments);
        moments.map(|moment| format!("{} {}", moment.at, moment.what)).collect()
    };
    let failure = |of: &str, shape: String, what: &str| Failure {
        of: of.to_owned(),
        shape,
        what: what.to_owned(),
        timeline: timeline(of),
    };
    let checks = report.checks.iter().filter(|check| check.verdict == Verdict::Fail).flat_map(|check| {
        let mut shapes: Vec<Failure> = Vec::new();
        for evidence in &check.evidence {
            let (of, shape) = (check.name, shape(&evidence.what));
            if shapes.iter().all(|other| other.shape != shape) {
                shapes.push(failure(of, shape, &evidence.to_string()));
            }
        }
        // The timeline is that of the first.
        shapes.iter_mut().skip(1).for_each(|failure| failure.timeline.clear());
        shapes
    });
    let expectations = report.expectations.iter().filter(|expected| expected.verdict == Verdict::Fail);
    let expectations = expectations.map(|expected| failure(&expected.text, String::new(), &expected.detail));
    let mistakes = ran.mistakes.iter().map(|mistake| failure(MISTAKE, shape(mistake), mistake));
    let failed = checks.chain(expectations).chain(mistakes);
    failed.filter(|failure| !report.declared_failing.contains(&failure.of)).collect()
}
