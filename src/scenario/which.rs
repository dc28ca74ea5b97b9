//! Which of the runs that a scenario can have is meant.

use crate::base::{Bug, Seeds};

/// One of a scenario's runs. A seed, or nothing, can be given in its place.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// Its seeds; the file's own when absent.
    pub(crate) seeds: Option<Seeds>,
    /// Whether the seed draws the scenario too, within what its `[explore]` allows.
    pub(crate) is_swarm: bool,
    /// The bug that is planted; the file's own when absent.
    pub(crate) bug: Option<Bug>,
    /// The consumer whose code is brought from outside, whatever library the file names for it.
    pub(crate) brought: Option<Box<str>>,
}

impl Which {
    /// What a command says of a run besides its seeds.
    pub(crate) fn flags(&self) -> String {
        let swarm = if self.is_swarm { " --swarm" } else { "" };
        let bug = self.bug.map_or(String::new(), |bug| format!(" --bug {}", bug.word()));
        format!("{swarm}{bug}")
    }
}

impl From<&Which> for Which {
    fn from(which: &Which) -> Self {
        which.clone()
    }
}

impl From<Option<Seeds>> for Which {
    fn from(seeds: Option<Seeds>) -> Self {
        Self { seeds, ..Self::default() }
    }
}
