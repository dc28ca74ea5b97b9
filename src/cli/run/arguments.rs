//! What can be asked of `kinesim run`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::base::{Bug, Seeds};
use crate::cli::terminal::bug;
use crate::report::events_file::EventsKept;
use crate::run::Engine;
use crate::scenario::Which;

#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// Scenario files, or folders of them; `-` reads one from standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Seed of the run, instead of the file's; `7@3m12s:41` goes on with seed 41 at 3m12s.
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<Seeds>,
    /// Let the seed draw the scenario too: faults, and what its `[explore]` allows.
    #[arg(long)]
    pub(super) swarm: bool,
    /// Plant this bug, as the key `bug` of a file does, to see whether it is found.
    #[arg(long, value_name = "BUG", value_parser = bug)]
    pub(super) bug: Option<Bug>,
    /// Print one JSON document (one for each file) instead of the report.
    #[arg(long)]
    pub(super) json: bool,
    /// Leave report.html, report.txt, report.json, events.ndjson.lz4, scenario.resolved.toml and plots in DIR
    /// (in DIR/NAME for each of several files).
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Which events `--out` leaves. Without this all of them up to 1 GB of text, from then on marks only.
    #[arg(long, value_enum, value_name = "WHICH", requires = "out")]
    pub(super) events: Option<EventsWord>,
    /// Write the report as one page for a browser into FILE, which needs nothing but itself. For a single scenario;
    /// `--out` leaves a page for each.
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    /// Write a trace into FILE that ui.perfetto.dev opens: hosts, calls, leases, faults, counters. For a single
    /// scenario.
    #[arg(long, value_name = "FILE")]
    pub(super) perfetto: Option<PathBuf>,
    /// Leave events and values by the second as Parquet files in DIR, for notebooks. For a single scenario, and in a
    /// build with the feature `parquet`.
    #[arg(long, value_name = "DIR")]
    pub(super) parquet: Option<PathBuf>,
    /// How many files to run at the same time; reports come in the order of the files. One per core when absent.
    #[arg(long, short, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,
    /// Write a suite for each file and a case for each check and expectation, as JUnit's XML has them, into FILE.
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    /// Print nothing but the verdict.
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Run twice, and say where the runs differ if they do.
    #[arg(long)]
    pub(super) check_determinism: bool,
    /// What executes the world. Both give the same trace hash.
    #[arg(long, value_enum, default_value_t = EngineWord::Bare)]
    pub(super) engine: EngineWord,
}

/// How many runs fit at a time when nothing is said.
pub(in crate::cli) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

impl Arguments {
    /// Which run of a scenario is meant.
    pub(super) fn which(&self) -> Which {
        Which { seeds: self.seed.clone(), is_swarm: self.swarm, bug: self.bug, ..Which::default() }
    }

    /// How many runs there may be at a time.
    pub(super) fn jobs(&self) -> usize {
        self.jobs.map_or_else(cores, NonZeroUsize::get)
    }

    /// Whether a run has the terminal to itself.
    pub(super) fn is_one_at_a_time(&self) -> bool {
        self.jobs() == 1 || matches!(&self.files[..], [only] if !only.is_dir())
    }
}

/// Which events are left.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum EventsWord {
    /// No file of events.
    None,
    /// What happened to streams, shards, hosts, leases and sessions, but no single call or record.
    Marks,
    /// Every event, however many.
    All,
}

impl EventsWord {
    /// What a file is to have; `None` when there is to be none.
    pub(super) const fn kept(word: Option<Self>) -> Option<EventsKept> {
        match word {
            None => Some(EventsKept::Fitting),
            Some(Self::None) => None,
            Some(Self::Marks) => Some(EventsKept::Marks),
            Some(Self::All) => Some(EventsKept::All),
        }
    }
}

/// What executes the world.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum EngineWord {
    /// The world's own executor.
    Bare,
    /// The same inside a turmoil simulation.
    #[cfg(feature = "turmoil")]
    Turmoil,
}

impl From<EngineWord> for Engine {
    fn from(word: EngineWord) -> Self {
        match word {
            EngineWord::Bare => Self::Bare,
            #[cfg(feature = "turmoil")]
            EngineWord::Turmoil => Self::Turmoil,
        }
    }
}
