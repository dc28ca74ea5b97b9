//! A whole scenario.

use std::fmt;
use std::time::Duration;

use proptest::prelude::*;

use super::schedule::{Schedule, schedules};
use super::workload::{STREAM, Workload, workloads};
use crate::report::RunReport;
use crate::{run, scenario};

/// What a consumer is built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// GetRecords in a loop over all shards, with positions in memory of its own.
    Poller,
    /// The Kinesis Client Library, with so many workers.
    Kcl(u32),
}

/// An application that reads the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consumer {
    /// What it is built with.
    pub library: Library,
    /// Seconds between checkpoints.
    pub checkpoint_every_s: u32,
    /// Whether it begins with new records, instead of the oldest.
    pub is_from_latest: bool,
}

/// A workload, those who read it, and what goes wrong.
#[derive(Clone, PartialEq, Eq)]
pub struct Scenario {
    /// The stream and its producer.
    pub workload: Workload,
    /// Who reads it: `reader-1` and so on are the hosts of the first, `reader2-1` of the second.
    pub consumers: Vec<Consumer>,
    /// What goes wrong.
    pub schedule: Schedule,
    /// Further lines of the file: expectations, other sections.
    pub more: String,
}

/// Liveness is judged in the calm after the last disturbance, which has to last as long as the slowest check needs.
const CALM_S: u32 = 16 * 60;

impl Scenario {
    /// How long the run lasts, in seconds.
    pub fn duration_s(&self) -> u32 {
        self.schedule.until_s() + CALM_S
    }

    /// Runs it.
    ///
    /// # Panics
    /// When `more` is not right, with what is wrong and where.
    pub fn run(&self, seed: u64) -> RunReport {
        match scenario::load(&self.to_string(), "drawn.toml", Some(seed.into())) {
            Ok(scenario) => run::run(&scenario.plan(), run::Options::default()).report,
            Err(diagnostics) => panic!("{diagnostics}"),
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "name = \"drawn\"\nduration = \"{}s\"\n\n{}", self.duration_s(), self.workload)?;
        for (n, consumer) in self.consumers.iter().enumerate() {
            writeln!(f, "[consumer.{}]\nstream = \"{STREAM}\"", name(n))?;
            match consumer.library {
                Library::Poller => writeln!(f, "library = \"poller\"")?,
                Library::Kcl(workers) => writeln!(f, "library = \"kcl-2\"\nworkers = {workers}")?,
            }
            if consumer.is_from_latest {
                writeln!(f, "initial_position = \"latest\"")?;
            }
            if let Library::Kcl(_) = consumer.library {
                writeln!(f, "checkpoint_every = \"{}s\"", consumer.checkpoint_every_s)?;
            }
            writeln!(f)?;
        }
        write!(f, "{}", self.schedule)?;
        if self.more.is_empty() { Ok(()) } else { write!(f, "\n{}", self.more) }
    }
}

/// The file, because that is what one wants to see of a case that fails.
impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

fn name(consumer: usize) -> String {
    if consumer == 0 { "reader".to_owned() } else { format!("reader{}", consumer + 1) }
}

fn consumers() -> impl Strategy<Value = Consumer> {
    let library = prop_oneof![
        3 => (1..=3u32).prop_map(Library::Kcl),
        1 => Just(Library::Poller),
    ];
    (library, 1..=60u32, prop::bool::weighted(0.2)).prop_map(|(library, checkpoint_every_s, is_from_latest)| Consumer {
        library,
        checkpoint_every_s,
        is_from_latest,
    })
}

/// Scenarios of any workload that [`workloads`] draws, with one or two consumers.
pub fn scenarios() -> impl Strategy<Value = Scenario> {
    scenarios_of(workloads(), "")
}

/// Scenarios of these workloads, with one or two consumers and up to six disturbances in the first five minutes.
/// `more` stands at the end of the file: `[[expect]]` and whatever else the test wants.
pub fn scenarios_of(
    workloads: impl Strategy<Value = Workload>,
    more: impl Into<String>,
) -> impl Strategy<Value = Scenario> {
    let (more, within) = (more.into(), Duration::from_secs(300));
    (workloads, prop::collection::vec(consumers(), 1..=2), schedules(&["reader-1"], within, true))
        .prop_map(move |(workload, consumers, schedule)| Scenario { workload, consumers, schedule, more: more.clone() })
}
