//! The run that is watched: lets it happen up to a goal, and begins it again to go back.
//!
//! What happens at once, such as the records of one call, tells several events. They are held back and shown one by
//! one where single events matter, so what the checks say may be ahead of the screen by the rest of such a group.

use std::cell::{Ref, RefCell};
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use super::sought::Sought;
use super::view::View;
use crate::base::{Event, Fold, SimDuration, SimTime};
use crate::check::{CheckResult, Verdict};
use crate::report::RunReport;
use crate::run::Stepped;
use crate::scenario::plan::Plan;

/// How far the run is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// To this time, all that happens then included.
    Time(SimTime),
    /// Until so many events were told.
    Events(u64),
    /// To the next of these.
    Next(Sought),
}

/// How a part of the way ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// The goal is reached.
    Reached,
    /// The run is over, and what was looked for did not come.
    Over,
    /// There is more to do.
    More,
}

/// The events as the view gets them.
struct Feed {
    view: View,
    /// Events that were told and are not yet shown.
    held: VecDeque<(SimTime, Event)>,
    /// Whether events wait to be shown one by one.
    is_holding: bool,
}

impl Fold for Feed {
    fn on(&mut self, at: SimTime, event: &Event) {
        match self.is_holding {
            true => self.held.push_back((at, event.clone())),
            false => self.view.on(at, event),
        }
    }
}

/// A run, and what is shown of it.
pub(super) struct Course {
    plan: Plan,
    run: Stepped,
    feed: Rc<RefCell<Feed>>,
    /// Checks that had failed when a jump to a failed one began.
    known_failures: Option<BTreeSet<&'static str>>,
    /// The second in which a check failed, when a jump has found it and looks for the event.
    failed_by: Option<SimTime>,
    /// How many events building the world tells: nothing is before them.
    first_events: u64,
    report: Option<RunReport>,
}

impl Course {
    pub(super) fn new(plan: Plan) -> Self {
        let (run, feed) = begin(&plan);
        let first_events = feed.borrow().view.events;
        Self { plan, run, feed, known_failures: None, failed_by: None, first_events, report: None }
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }
    pub(super) fn view(&self) -> Ref<'_, View> {
        Ref::map(self.feed.borrow(), |feed| &feed.view)
    }
    /// The time that is shown.
    pub(super) fn now(&self) -> SimTime {
        self.feed.borrow().view.now
    }
    pub(super) fn end(&self) -> SimTime {
        SimTime::ZERO.saturating_add(self.plan.duration)
    }
    pub(super) fn checks(&self) -> Vec<CheckResult> {
        self.run.checks()
    }
    /// What the run came to, once it is over and all of it is shown.
    pub(super) fn report(&self) -> Option<&RunReport> {
        self.report.as_ref().filter(|_| self.feed.borrow().held.is_empty())
    }
    /// Returns whether a goal lies before what is shown.
    pub(super) fn is_behind(&self, goal: &Goal) -> bool {
        let view = self.view();
        match goal {
            Goal::Time(at) => *at < view.now,
            Goal::Events(events) => *events < view.events,
            Goal::Next(_) => false,
        }
    }

    /// Begins the run again.
    pub(super) fn restart(&mut self) {
        let (run, feed) = begin(&self.plan);
        (self.run, self.feed, self.report) = (run, feed, None);
    }
    /// Forgets what a jump has found out on its way, because another goal was set.
    pub(super) fn set_out(&mut self) {
        (self.known_failures, self.failed_by) = (None, None);
    }

    /// Goes on towards `goal`, for so many things that happen at most.
    pub(super) fn advance(&mut self, goal: &Goal, steps_max: u32) -> Progress {
        match goal {
            Goal::Next(Sought::FailedCheck) => self.advance_to_failure(steps_max),
            Goal::Next(sought) => self.advance_one_by_one(steps_max, |_, event| sought.is(event)),
            Goal::Events(events) => {
                let events = (*events).max(self.first_events);
                if self.view().events == events {
                    return Progress::Reached;
                }
                self.advance_one_by_one(steps_max, |view, _| view.events == events)
            }
            Goal::Time(until) => self.advance_to_time((*until).min(self.end()), steps_max),
        }
    }

    fn advance_to_time(&mut self, until: SimTime, steps_max: u32) -> Progress {
        self.show_held(|_, _| false);
        self.feed.borrow_mut().is_holding = false;
        for _ in 0..steps_max {
            if !self.run.step(until) {
                self.feed.borrow_mut().view.pass(until);
                self.conclude_when_over();
                return Progress::Reached;
            }
        }
        Progress::More
    }

    /// Shows event after event until one is what was wanted.
    fn advance_one_by_one(&mut self, steps_max: u32, is_wanted: impl Fn(&View, &Event) -> bool) -> Progress {
        self.feed.borrow_mut().is_holding = true;
        for _ in 0..steps_max {
            if self.show_held(&is_wanted) {
                return Progress::Reached;
            }
            if self.report.is_some() {
                return Progress::Over;
            }
            if !self.run.step(self.end()) {
                self.feed.borrow_mut().view.pass(self.end());
                self.conclude_when_over();
            }
        }
        Progress::More
    }

    /// Second by second until a check has failed by its end; then again up to there, event by event.
    fn advance_to_failure(&mut self, steps_max: u32) -> Progress {
        let failing = self.failing();
        let known = self.known_failures.get_or_insert_with(|| failing.clone()).clone();
        if let Some(by) = self.failed_by {
            return self.approach_failure(&known, by, steps_max);
        }
        let second = SimDuration::from_secs(1);
        let until = SimTime::from_secs(self.now().as_secs()).saturating_add(second).min(self.end());
        let progress = self.advance_to_time(until, steps_max);
        if self.failing().is_subset(&known) {
            return if self.report.is_some() { Progress::Over } else { Progress::More };
        }
        if progress == Progress::Reached {
            self.failed_by = Some(until);
            self.restart();
        }
        Progress::More
    }

    fn approach_failure(&mut self, known: &BTreeSet<&'static str>, by: SimTime, steps_max: u32) -> Progress {
        let from = by.saturating_sub(SimDuration::from_secs(1));
        if self.now() < from && self.advance_to_time(from, steps_max) != Progress::Reached {
            return Progress::More;
        }
        for _ in 0..steps_max {
            if self.advance_one_by_one(1, |_, _| false) == Progress::Over || !self.failing().is_subset(known) {
                self.show_held(|_, _| false);
                return Progress::Reached;
            }
        }
        Progress::More
    }

    fn failing(&self) -> BTreeSet<&'static str> {
        let failing = self.run.checks().into_iter().filter(|check| check.verdict == Verdict::Fail);
        failing.map(|check| check.name).collect()
    }

    /// Shows events that are held back, up to the first that is wanted. Returns whether there was one.
    fn show_held(&self, is_wanted: impl Fn(&View, &Event) -> bool) -> bool {
        let mut feed = self.feed.borrow_mut();
        while let Some((at, event)) = feed.held.pop_front() {
            feed.view.on(at, &event);
            if is_wanted(&feed.view, &event) {
                return true;
            }
        }
        false
    }

    fn conclude_when_over(&mut self) {
        if self.run.is_over() && self.report.is_none() {
            self.report = Some(self.run.conclude(&self.plan).report);
        }
    }
}

fn begin(plan: &Plan) -> (Stepped, Rc<RefCell<Feed>>) {
    let feed = Feed { view: View::default(), held: VecDeque::new(), is_holding: false };
    let feed = Rc::new(RefCell::new(feed));
    let run = Stepped::new(plan, vec![feed.clone()]);
    (run, feed)
}
