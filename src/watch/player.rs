//! What keys act on: whether the run goes on, how fast, where to, and what of it is shown.

use std::time::Duration;

use super::course::{Course, Goal, Progress};
use super::sought::Sought;
use crate::base::{SimDuration, SimTime};
use crate::check::CheckResult;
use crate::report::RunReport;
use crate::scenario::plan::Plan;

/// Things that happen between two looks at the keyboard, at most.
const STEPS_MAX: u32 = 2000;

/// How fast simulated time goes by when the run is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Speed {
    X1,
    X10,
    X100,
    X1000,
    /// As fast as the machine can.
    Max,
}

impl Speed {
    pub(super) const ALL: [Self; 5] = [Self::X1, Self::X10, Self::X100, Self::X1000, Self::Max];

    /// Simulated time for a time of the machine; `None` for all there is.
    fn of(self, elapsed: Duration) -> Option<SimDuration> {
        let factor = match self {
            Self::X1 => 1,
            Self::X10 => 10,
            Self::X100 => 100,
            Self::X1000 => 1000,
            Self::Max => return None,
        };
        let nanos = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
        Some(SimDuration::from_nanos(nanos.saturating_mul(factor)))
    }
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::X1 => "x1",
            Self::X10 => "x10",
            Self::X100 => "x100",
            Self::X1000 => "x1000",
            Self::Max => "as fast as it can",
        }
    }
    fn beside(self, up: bool) -> Self {
        let at = Self::ALL.iter().position(|speed| *speed == self).unwrap_or(0);
        Self::ALL[if up { (at + 1).min(Self::ALL.len() - 1) } else { at.saturating_sub(1) }]
    }
}

/// A part of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pane {
    Shards,
    Leases,
    Events,
    Checks,
}

impl Pane {
    pub(super) const ALL: [Self; 4] = [Self::Shards, Self::Leases, Self::Events, Self::Checks];
}

/// What somebody may want.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Go on, or stop.
    Toggle,
    NextEvent,
    PreviousEvent,
    NextSecond,
    PreviousSecond,
    Speed(Speed),
    Faster,
    Slower,
    Jump(Sought),
    To(SimTime),
    Restart,
    /// Down by so many lines, or up.
    Scroll(isize),
    NextPane,
    Zoom,
    /// Every event, or those worth telling.
    AllEvents,
    Help,
    AskTime,
    AskKind,
    Quit,
}

/// What is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Prompt {
    /// The time to go to.
    Time(String),
    /// A part of the name of the event to look for.
    Kind(String),
}

/// What the run is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Motion {
    Still,
    /// Up to this time until the next look at the clock.
    Playing(SimTime),
    Going(Goal),
}

/// A watched run.
pub(crate) struct Player {
    pub(super) course: Course,
    pub(super) motion: Motion,
    pub(super) speed: Speed,
    pub(super) prompt: Option<Prompt>,
    /// What there is to say of the last command.
    pub(super) said: Option<String>,
    pub(super) pane: Pane,
    /// By pane, how many lines it is scrolled by.
    pub(super) scrolled: [usize; Pane::ALL.len()],
    pub(super) is_zoomed: bool,
    pub(super) shows_all_events: bool,
    pub(super) shows_help: bool,
    pub(super) is_coloured: bool,
    is_done: bool,
}

impl Player {
    /// A run at its beginning, standing still.
    ///
    /// # Panics
    /// When the plan wants HTTP.
    pub(crate) fn new(plan: Plan, is_coloured: bool) -> Self {
        Self {
            course: Course::new(plan),
            motion: Motion::Still,
            speed: Speed::X1,
            prompt: None,
            said: None,
            pane: Pane::Shards,
            scrolled: [0; _],
            is_zoomed: false,
            shows_all_events: false,
            shows_help: false,
            is_coloured,
            is_done: false,
        }
    }
    /// Returns whether somebody wants to stop watching.
    pub(crate) fn is_done(&self) -> bool {
        self.is_done
    }
    /// Returns whether nothing happens until a key is pressed.
    pub(crate) fn is_still(&self) -> bool {
        self.motion == Motion::Still
    }
    /// What the run came to, if all of it was watched.
    pub(crate) fn report(&self) -> Option<&RunReport> {
        self.course.report()
    }
    /// How far the run is: simulated time, and the number of events.
    pub(crate) fn place(&self) -> (SimTime, u64) {
        (self.course.now(), self.course.view().events)
    }
    pub(super) fn checks(&self) -> Vec<CheckResult> {
        self.course.report().map_or_else(|| self.course.checks(), |report| report.checks.clone())
    }

    /// So much of the machine's time has gone by since the last call.
    pub(crate) fn pass(&mut self, elapsed: Duration) {
        if let Motion::Playing(until) = &mut self.motion {
            // What the machine was too slow for is not caught up with.
            let now = self.course.now();
            *until = self.speed.of(elapsed).map_or(SimTime::MAX, |passed| now.saturating_add(passed));
        }
    }

    /// Lets a part of what is to happen happen. Returns whether there is more of it.
    pub(crate) fn work(&mut self) -> bool {
        let (goal, is_played) = match &self.motion {
            Motion::Still => return false,
            Motion::Playing(until) => (Goal::Time(*until), true),
            Motion::Going(goal) => (goal.clone(), false),
        };
        match self.course.advance(&goal, STEPS_MAX) {
            Progress::More => return true,
            Progress::Reached => {}
            Progress::Over => {
                self.said = Some(match &goal {
                    Goal::Next(sought) => format!("the run is over: no {} was left", sought.told()),
                    _ => "the run is over".into(),
                });
            }
        }
        if !is_played || self.course.report().is_some() {
            self.motion = Motion::Still;
        }
        false
    }

    pub(super) fn act(&mut self, command: Command) {
        self.said = None;
        let (now, events) = (self.course.now(), self.course.view().events);
        let second = SimDuration::from_secs(1);
        match command {
            Command::Toggle => self.toggle(),
            Command::NextEvent => self.go(Goal::Events(events + 1)),
            Command::PreviousEvent => self.go(Goal::Events(events.saturating_sub(1))),
            Command::NextSecond => self.go(Goal::Time(now.saturating_add(second))),
            Command::PreviousSecond => self.go(Goal::Time(now.saturating_sub(second))),
            Command::Jump(sought) => self.go(Goal::Next(sought)),
            Command::To(at) => self.go(Goal::Time(at)),
            Command::Restart => self.go(Goal::Events(0)),
            Command::Speed(speed) => self.play_at(speed),
            Command::Faster => self.play_at(self.speed.beside(true)),
            Command::Slower => self.play_at(self.speed.beside(false)),
            Command::Scroll(lines) => {
                let scrolled = &mut self.scrolled[self.pane as usize];
                *scrolled = scrolled.saturating_add_signed(lines);
            }
            Command::NextPane => self.pane = Pane::ALL[(self.pane as usize + 1) % Pane::ALL.len()],
            Command::Zoom => self.is_zoomed = !self.is_zoomed,
            Command::AllEvents => self.shows_all_events = !self.shows_all_events,
            Command::Help => self.shows_help = !self.shows_help,
            Command::AskTime => self.prompt = Some(Prompt::Time(String::new())),
            Command::AskKind => self.prompt = Some(Prompt::Kind(String::new())),
            Command::Quit => self.is_done = true,
        }
    }

    fn toggle(&mut self) {
        if self.motion != Motion::Still {
            self.motion = Motion::Still;
        } else if self.course.report().is_some() {
            self.said = Some("the run is over; r begins it again".into());
        } else {
            self.motion = Motion::Playing(self.course.now());
        }
    }

    /// A speed alone lets nothing go on that stands still.
    fn play_at(&mut self, speed: Speed) {
        self.speed = speed;
        if let Motion::Playing(until) = &mut self.motion {
            *until = self.course.now();
        }
    }

    fn go(&mut self, goal: Goal) {
        self.course.set_out();
        let is_reached = match &goal {
            Goal::Time(at) => self.course.end().min(*at) == self.course.now() && self.course.report().is_some(),
            _ => false,
        };
        if self.course.is_behind(&goal) {
            self.course.restart();
        }
        self.motion = if is_reached { Motion::Still } else { Motion::Going(goal) };
    }
}
