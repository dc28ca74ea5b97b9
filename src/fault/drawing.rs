//! How a kind of fault is drawn at random.

use std::any::Any;

use super::about::Kind;
use super::cast::Cast;
use crate::base::SimDuration;
use crate::base::seed::Random;

/// How faults of a kind are drawn at random.
pub(super) trait Drawing {
    /// What is drawn, in a sentence.
    fn meaning(&self) -> &'static str;
    /// The name of its random stream: adding one kind does not change another.
    fn stream(&self) -> &'static str;
    /// Draws a fault for this time; `None` when there is nothing that it could hit.
    fn draw(&mut self, random: &mut Random, time: Time, cast: &Cast) -> Option<Drawn>;
}

/// When a drawn fault is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Time {
    /// From here.
    pub at: SimDuration,
    /// For so long.
    pub lasts: SimDuration,
}

/// A drawn fault.
pub(super) struct Drawn {
    /// A value of a [`Kind`].
    pub(super) kind: Box<dyn Any>,
    pub(super) ending: Ending,
}

/// How the end of a drawn fault is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    For,
    RestartAfter,
    Never,
}

impl Drawn {
    /// A fault that ends when its time is over.
    pub(super) fn of(kind: impl Kind) -> Option<Self> {
        Some(Self { kind: Box::new(kind), ending: Ending::For })
    }
    /// A fault that a restart ends.
    pub(crate) fn with_restart(kind: impl Kind) -> Option<Self> {
        Some(Self { kind: Box::new(kind), ending: Ending::RestartAfter })
    }
    /// A fault for good.
    pub(crate) fn for_good(kind: impl Kind) -> Option<Self> {
        Some(Self { kind: Box::new(kind), ending: Ending::Never })
    }
}

/// One of the names, uniformly.
pub(crate) fn pick(random: &mut Random, from: &[String]) -> Option<String> {
    (!from.is_empty()).then(|| from[random.below(from.len() as u64) as usize].clone())
}
