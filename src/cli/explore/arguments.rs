//! What can be asked of `kinesim explore`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::part::{Asked, asked};

use crate::base::Bug;
use crate::base::written::Duration;
use crate::cli::run::cores;
use crate::cli::terminal::{REGRESSIONS, bug};
use crate::explore::{Findings, Partition, Scope, Searched, Source, Wanted};
use crate::scenario::Which;

/// A search that finds nothing new in so many runs has come to its plateau.
const PLATEAU_RUNS: u64 = 200;

/// When a search is over before its seeds are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum StopOn {
    /// At the first run that fails.
    Fail,
    /// Once 200 runs have reached nothing new.
    Plateau,
    /// Never.
    Never,
}

impl StopOn {
    pub(super) fn is_over(self, findings: &Findings) -> bool {
        match self {
            Self::Fail => !findings.is_clean(),
            Self::Plateau => findings.runs - findings.last_new >= PLATEAU_RUNS,
            Self::Never => false,
        }
    }
}

/// What is done with searches that were divided.
#[derive(Subcommand)]
pub(super) enum Divided {
    /// Put together what the parts of a search found, each made with `--partition`, and tell it as one search would.
    Merge(MergeArguments),
}

/// The files in which what was found is kept and told.
#[derive(Args)]
pub(super) struct Files {
    /// Keep failing timelines in FILE; they run first the next time. `none` keeps none.
    #[arg(long, value_name = "FILE", default_value = REGRESSIONS)]
    pub(super) regressions: PathBuf,
    /// Write what was found as JSON into FILE; `-` prints it instead of the report.
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
    /// Write a suite for each scenario and a case for each check, as JUnit's XML has them, into FILE.
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    /// Write what was found as one page for a browser into FILE, with the short files that show it.
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct MergeArguments {
    /// Folders that parts have left, or folders of these.
    #[arg(required = true, value_name = "DIR")]
    pub(super) folders: Vec<PathBuf>,
    /// Leave of each kind of failure a small scenario file in DIR. Nothing is written when nothing fails.
    #[arg(long, value_name = "DIR", default_value = "kinesim-found")]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) told: Files,
}

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(in crate::cli) struct Arguments {
    #[command(subcommand)]
    pub(super) divided: Option<Divided>,
    /// Scenario files, or folders of them.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// How many runs each file has, a seed each but for branches.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(super) seeds: u64,
    /// Go on for this time instead, such as `60s`.
    #[arg(long = "for", value_name = "TIME", conflicts_with = "seeds")]
    pub(super) time: Option<Duration>,
    /// The first seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) from: u64,
    /// So many runs at the same time; as many as there are cores when not given.
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
    /// Let half of the runs continue others that came to a rare situation, each with another seed from there on.
    #[arg(long)]
    pub(super) branch: bool,
    /// Let each seed draw the scenario too: which faults are on and how often, and what `[explore]` of the file allows.
    #[arg(long)]
    swarm: bool,
    /// Plant this bug, as the key `bug` of a file does, to see whether it is found.
    #[arg(long, value_name = "BUG", value_parser = bug)]
    bug: Option<Bug>,
    /// Leave of each kind of failure a small scenario file in DIR. Nothing is written when nothing fails. A part of a
    /// search leaves what it found in a folder of its own in DIR, such as `DIR/2-of-3`.
    #[arg(long, value_name = "DIR", default_value = "kinesim-found")]
    pub(super) out: PathBuf,
    /// Cut each kind of failure down for no longer than this; `0s` leaves it out.
    #[arg(long, value_name = "TIME", default_value = "30s")]
    pub(super) shrink_within: Duration,
    #[command(flatten)]
    pub(super) told: Files,
    /// Search one part of so many: of the seeds every N-th. `auto/N` asks the engine that runs many of these which part
    /// this is. In an array of Slurm or AWS Batch nothing need be said; `1/1` searches all there.
    #[arg(long, value_name = "K/N", value_parser = asked)]
    pub(super) partition: Option<Asked>,
    /// When to stop before the seeds are through.
    #[arg(long, value_name = "WHEN", default_value = "never")]
    pub(super) stop_on: StopOn,
}

impl Arguments {
    pub(super) fn jobs(&self) -> usize {
        self.jobs.unwrap_or_else(cores)
    }
    /// Which runs are to be made of so many scenarios, after so many that come first.
    pub(super) fn wanted(&self, sources: usize, first: usize, partition: Partition) -> Wanted {
        let (first_place, is_swarm) = (first as u64, self.swarm);
        Wanted { sources, first_place, from: self.from, partition, is_swarm, has_branches: self.branch }
    }
    /// What is asked for.
    pub(super) fn scope(&self, sources: &[Source], partition: Option<Partition>) -> Scope {
        Scope {
            scenarios: Searched::of(sources),
            from: self.from,
            seeds: self.time.is_none().then_some(self.seeds),
            swarm: self.swarm,
            bug: self.bug,
            branch: self.branch,
            partition,
        }
    }
    /// A seed's run.
    pub(super) fn which(&self, seed: u64) -> Which {
        Which { seeds: Some(seed.into()), is_swarm: self.swarm, bug: self.bug, ..Which::default() }
    }
}
