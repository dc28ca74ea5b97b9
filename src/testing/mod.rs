//! Floor 11: searches as tests: many seeds of scenarios, and a failing run cut down to a file, from `cargo test`.
//!
//! ```no_run
//! #[test]
//! fn nothing_is_lost_whatever_the_seed() {
//!     kinesim::check!("scenarios/*.toml", seeds = 200, swarm = true);
//! }
//! ```
//!
//! That is short for [`Search`], whose methods are the words of the macro:
//!
//! ```no_run
//! kinesim::Search::scenarios("scenarios/*.toml").seeds(200).swarm(true).check();
//! ```
//!
//! A search ends with the first run that fails. What is told of it does not depend on how many run at a time, nor on
//! any clock: cutting down is bounded by runs.
//!
//! Not here: searches for a time, and branches. `kinesim explore` has them.

mod environment;
mod failed;
mod glob;
#[cfg(feature = "aws-sdk")]
mod own_code;
#[cfg(test)]
mod tests;

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use self::environment::Environment;
use crate::base::Bug;
use crate::explore::{
    BuiltIn, Findings, First, Partition, Regressions, Runs, Search as Rounds, Source, Wanted, explore_by,
};
use crate::run::in_order;
use crate::scenario::{self, Which};
#[cfg(feature = "aws-sdk")]
use crate::simulation::Simulation;

/// So many runs are decided on at a time.
const ROUND: u64 = 24;
/// Seeds of each scenario when nothing is said.
const SEEDS: u64 = 100;
/// So many runs cut a failure down.
const SHRINK_RUNS: u64 = 2_000;
/// And so many where code is the user's: such a run takes longer.
#[cfg(feature = "aws-sdk")]
const SHRINK_RUNS_OF_CODE: u64 = 200;

/// Many runs of scenarios, none of which may fail.
#[must_use = "a search does nothing until it is told to check"]
pub struct Search {
    runs: Box<dyn Runs>,
    pattern: String,
    root: Option<PathBuf>,
    seeds: Range<u64>,
    is_swarm: bool,
    bug: Option<Bug>,
    shrink_runs: u64,
    out: Option<PathBuf>,
    regressions: Option<PathBuf>,
    jobs: Option<usize>,
}

/// Searches scenario files in a test: `kinesim::check!("scenarios/*.toml", seeds = 200)`. The pattern is relative to
/// the crate's folder. What follows it are methods of [`Search`] with their values.
///
/// It panics with the first failure.
#[macro_export]
macro_rules! check {
    ($pattern:expr $(, $setting:ident = $value:expr)* $(,)?) => {
        $crate::Search::scenarios($pattern).within(env!("CARGO_MANIFEST_DIR"))$(.$setting($value))*.check()
    };
}

impl Search {
    /// Over scenario files: a path, in which `*` stands for any text within a name. It is relative to the folder in
    /// which the test runs, which under `cargo test` and `cargo nextest` is the crate's.
    pub fn scenarios(pattern: impl Into<String>) -> Self {
        Self {
            runs: Box::new(BuiltIn),
            pattern: pattern.into(),
            root: None,
            seeds: 1..1 + SEEDS,
            is_swarm: false,
            bug: None,
            shrink_runs: SHRINK_RUNS,
            out: None,
            regressions: None,
            jobs: None,
        }
    }

    /// Over scenario files with applications, whose code `give` adds to the simulation of each run: with
    /// [`Simulation::app`], as in a single run. It is called in the thread of the run, so that what the code shares
    /// within a run need not be `Send`. Scenario and seed are the search's.
    #[cfg(feature = "aws-sdk")]
    pub fn simulation<F>(pattern: impl Into<String>, give: F) -> Self
    where
        F: Fn(Simulation) -> Simulation + Sync + 'static,
    {
        Self { runs: Box::new(own_code::OwnCode(give)), shrink_runs: SHRINK_RUNS_OF_CODE, ..Self::scenarios(pattern) }
    }

    /// The folder to which the pattern is relative.
    pub fn within(mut self, root: impl Into<PathBuf>) -> Self {
        self.root = Some(root.into());
        self
    }

    /// How many runs each scenario has: those of seeds 1, 2, 3 and so on; 100 when not said.
    ///
    /// The environment variable `KINESIM_SEEDS` overrides it, so that a nightly build can search further: `5000` for as
    /// many seeds, `5000..9000` for those from 5000 up to 8999.
    pub fn seeds(mut self, seeds: u64) -> Self {
        self.seeds = 1..seeds.saturating_add(1);
        self
    }

    /// Whether each seed draws the scenario too, within what its `[explore]` allows.
    pub fn swarm(mut self, is_swarm: bool) -> Self {
        self.is_swarm = is_swarm;
        self
    }

    /// Plants a bug, to see whether the search finds it.
    pub fn bug(mut self, bug: Bug) -> Self {
        self.bug = Some(bug);
        self
    }

    /// How many runs may be made to cut a failure down; none is cut down for 0. When not said it is 2,000, and 200
    /// where code is the user's.
    pub fn shrink_runs(mut self, runs: u64) -> Self {
        self.shrink_runs = runs;
        self
    }

    /// The folder for the scenario that was cut down: `kinesim-found` in cargo's target folder when not said.
    pub fn out(mut self, folder: impl Into<PathBuf>) -> Self {
        self.out = Some(folder.into());
        self
    }

    /// Keeps failing timelines in a file, and runs those of these scenarios first. It may be the file of `kinesim
    /// explore`, `kinesim-regressions.toml`. A path is relative to the folder to which the pattern is. When not said
    /// none are kept.
    pub fn regressions(mut self, file: impl Into<PathBuf>) -> Self {
        self.regressions = Some(file.into());
        self
    }

    /// So many runs at the same time; as many as there are cores when not said.
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = Some(jobs);
        self
    }

    /// Runs all seeds, or until one fails.
    ///
    /// # Panics
    /// With the first failure: the check, how it came about, the line that repeats the run, and the file that was cut
    /// down from it. Also when no run judged all that its scenario asks for, when a run was not the same twice, and
    /// when a scenario is wrong or there is none.
    #[track_caller]
    pub fn check(self) {
        if let Err(told) = self.search(&Environment::read()) {
            panic!("{told}");
        }
    }

    /// What speaks against the scenarios, in words.
    fn search(mut self, environment: &Environment) -> Result<(), String> {
        self.seeds = environment.seeds(self.seeds)?;
        let sources = self.sources(environment)?;
        let regressions = self.kept()?;
        let first = regressions.as_ref().map_or(Vec::new(), |regressions| regressions.first(&sources));
        let findings = self.findings(&sources, &first)?;
        if !findings.is_clean() {
            let kept = regressions.map_or(String::new(), |regressions| keep(&regressions, &findings, &sources));
            return Err(self.told(&findings, &sources, environment) + &kept);
        }
        if findings.judged_runs() == 0 {
            let runs = findings.runs;
            return Err(format!(
                "{}: nothing failed in {runs} runs, but none of them judged all that its scenario asks for: \
                 `kinesim run FILE` says what is not judged, and why",
                self.pattern
            ));
        }
        Ok(())
    }

    fn sources(&self, environment: &Environment) -> Result<Vec<Source>, String> {
        let root = self.root.as_deref().unwrap_or(Path::new(""));
        let paths = glob::matching(root, &self.pattern).map_err(|error| format!("{}: {error}", self.pattern))?;
        if paths.is_empty() {
            return Err(format!("no scenario matches {} in {}", self.pattern, environment.folder.display()));
        }
        paths.iter().map(|path| self.source(&environment.shown(path))).collect()
    }

    fn source(&self, path: &str) -> Result<Source, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}"))?;
        // As it stands: what a swarm leaves out is declared all the same.
        let declared = scenario::load(&text, path, None).map_err(|wrong| wrong.to_string())?;
        self.runs.lacks(&declared.plan()).map_err(|lacking| format!("{path}: {lacking}"))?;
        let which = Which { is_swarm: self.is_swarm, bug: self.bug, ..Which::default() };
        Ok(Source { path: path.to_owned(), text, which })
    }

    /// What was kept of earlier searches.
    fn kept(&self) -> Result<Option<Regressions>, String> {
        let Some(file) = &self.regressions else { return Ok(None) };
        let root = self.root.as_deref().unwrap_or(Path::new(""));
        Regressions::read(&root.join(file)).map_err(|error| error.to_string())
    }

    fn jobs_or_cores(&self) -> usize {
        self.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get))
    }

    /// Runs what was kept, and then round after round until the seeds are through or a run fails.
    fn findings(&self, sources: &[Source], first: &[First]) -> Result<Findings, String> {
        let mut findings = Findings::default();
        for first in first {
            let explored = explore_by(&*self.runs, &first.task, sources).ok();
            findings.kept.extend(first.noted(explored.as_ref()));
            explored.into_iter().for_each(|explored| findings.take(explored));
            if !findings.is_clean() {
                return Ok(findings);
            }
        }
        let mut left = (self.seeds.end - self.seeds.start).saturating_mul(sources.len() as u64);
        let (from, partition, is_swarm) = (self.seeds.start, Partition::WHOLE, self.is_swarm);
        let first_place = first.len() as u64;
        let wanted = Wanted { sources: sources.len(), first_place, from, partition, is_swarm, has_branches: false };
        let mut rounds = Rounds::new(wanted);
        let mut wrong = None;
        while left > 0 && findings.is_clean() && wrong.is_none() {
            let round = rounds.round(left.min(ROUND) as usize);
            left -= round.len() as u64;
            let explored = |task| explore_by(&*self.runs, &task, sources);
            let done = in_order(round.into_iter(), self.jobs_or_cores(), explored, |explored| {
                match explored {
                    Ok(explored) => findings.take(explored),
                    Err(diagnostics) => wrong = Some(diagnostics.to_string()),
                }
                let goes_on = wrong.is_none() && findings.is_clean();
                if goes_on { Ok(()) } else { Err(io::ErrorKind::Interrupted.into()) }
            });
            done.or_else(|error| match error.kind() {
                io::ErrorKind::Interrupted => Ok(()),
                _ => Err(format!("no thread for a run could be started: {error}")),
            })?;
        }
        wrong.map_or(Ok(findings), Err)
    }
}

/// Keeps what failed; what is to be said of it.
fn keep(regressions: &Regressions, findings: &Findings, sources: &[Source]) -> String {
    let file = regressions.path().display();
    match regressions.keep(findings, sources) {
        Ok(0) => format!("  it was kept in {file}, and runs first until it is taken out there\n"),
        Ok(_) => format!("  kept in {file}, and runs first the next time\n"),
        Err(error) => format!("  not kept: {error}\n"),
    }
}
