//! The course of one alarm, fed with a datapoint a period: by the fold over events, or by whoever has rates.

use std::sync::Arc;

use super::evaluator::{Evaluator, State};
use super::harm::Harms;
use super::outcome::{AlarmReport, Episode};
use super::rule::Alarm;
use crate::base::SimTime;

/// An alarm with what has become of it.
pub(crate) struct Course {
    alarm: Arc<Alarm>,
    evaluator: Evaluator,
    period_end: SimTime,
    state: State,
    episodes: Vec<Episode>,
}

impl Course {
    /// From the start of the run.
    pub(crate) fn new(alarm: Arc<Alarm>) -> Self {
        let (evaluator, period_end) = (Evaluator::new(alarm.condition), SimTime::ZERO.saturating_add(alarm.period));
        Self { alarm, evaluator, period_end, state: State::default(), episodes: Vec::new() }
    }
    /// The alarm.
    pub(crate) fn alarm(&self) -> &Alarm {
        &self.alarm
    }
    /// When the present period ends.
    pub(crate) fn period_end(&self) -> SimTime {
        self.period_end
    }
    /// Ends the period with its datapoint, which is missing when it had no samples.
    pub(crate) fn take(&mut self, datapoint: Option<f64>) {
        let at = self.period_end;
        let before = std::mem::replace(&mut self.state, self.evaluator.take(datapoint));
        match (before == State::Alarm, self.state == State::Alarm) {
            (false, true) => self.episodes.push(Episode { from: at, until: None }),
            (true, false) => self.episodes.last_mut().into_iter().for_each(|episode| episode.until = Some(at)),
            _ => {}
        }
        self.period_end = at.saturating_add(self.alarm.period);
    }
    /// What became of it, held against what went wrong.
    pub(crate) fn report(&self, harms: &Harms) -> AlarmReport {
        AlarmReport::of(&self.alarm, self.state, self.episodes.clone(), harms)
    }
}
