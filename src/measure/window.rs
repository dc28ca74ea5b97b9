//! A fold that counts in a part of the run only.
//!
//! The fold sees everything before its part as well, so that it knows names, positions and owners, and then forgets
//! what it counted: a record processed before the window and again in it is a duplicate in the window.

use super::start_up::StartUp;
use crate::base::SimTime;
use crate::base::event::{Event, Fold};

/// The part of the run that an expectation looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// From the start of the run to its end.
    WholeRun,
    /// From one instant (inclusive) to another (exclusive).
    Between(SimTime, SimTime),
    /// After the last fault has healed.
    AfterFaultsHeal,
    /// Once every open shard has been read by each consumer that has begun.
    AfterStartUp,
}

/// A fold that can forget its counts and keep its knowledge.
pub trait Restart: Fold {
    /// Forgets what was counted before `at`; names, positions, owners and states stay known.
    fn restart(&mut self, at: SimTime);
    /// Time goes on to `at`, and nothing happens in between.
    fn pass_to(&mut self, at: SimTime);
}

/// Restricts a fold to a part of the run.
pub(crate) struct Windowed<F> {
    inner: F,
    phase: Phase,
    until: SimTime,
}

enum Phase {
    BeforeTime(SimTime),
    BeforeEndOfStartUp(Box<StartUp>),
    BeforeHealing,
    Within,
    After,
}

impl<F: Restart> Windowed<F> {
    /// A fold that counts in this window.
    pub(crate) fn new(window: Window, inner: F) -> Self {
        let (phase, until) = match window {
            Window::WholeRun => (Phase::Within, SimTime::MAX),
            Window::Between(from, until) => (Phase::BeforeTime(from), until),
            Window::AfterFaultsHeal => (Phase::BeforeHealing, SimTime::MAX),
            Window::AfterStartUp => (Phase::BeforeEndOfStartUp(Box::default()), SimTime::MAX),
        };
        Self { inner, phase, until }
    }
    /// The fold; `None` when the window has not begun and there is nothing to judge.
    pub(crate) fn inner(&self) -> Option<&F> {
        matches!(self.phase, Phase::Within | Phase::After).then_some(&self.inner)
    }
}

impl<F: Restart> Fold for Windowed<F> {
    #[inline]
    fn on(&mut self, at: SimTime, event: &Event) {
        match &self.phase {
            Phase::BeforeTime(from) if at >= *from => {
                self.inner.restart(*from);
                self.phase = Phase::Within;
            }
            Phase::After => return,
            _ => {}
        }
        if at >= self.until {
            self.inner.pass_to(self.until);
            self.phase = Phase::After;
            return;
        }
        self.inner.on(at, event);
        let begins = match &mut self.phase {
            Phase::BeforeHealing => matches!(event, Event::FaultsHealed {}),
            Phase::BeforeEndOfStartUp(start_up) => {
                start_up.on(at, event);
                start_up.is_over()
            }
            Phase::BeforeTime(_) | Phase::Within | Phase::After => false,
        };
        if begins {
            self.inner.restart(at);
            self.phase = Phase::Within;
        }
    }
}
