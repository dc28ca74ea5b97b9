//! The state of one alarm, period by period: M of N, and what missing data does.
//!
//! CloudWatch looks at more periods than the alarm judges, so that data which comes seldom is judged by what there is:
//! its examples have five for three. How many more is not published for other lengths; here it is always two.

use std::collections::VecDeque;

use super::rule::{Condition, MissingData};

/// Periods that are looked at beyond those that are judged.
const LOOKED_AT_BEYOND: usize = 2;

/// StateValue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing is known yet, or no more.
    #[default]
    InsufficientData,
    /// The condition does not hold.
    Ok,
    /// It does.
    Alarm,
}

impl State {
    /// CloudWatch's name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::InsufficientData => "INSUFFICIENT_DATA",
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
        }
    }
}

/// Judges an alarm's datapoints as they come.
#[derive(Clone, Debug)]
pub(crate) struct Evaluator {
    condition: Condition,
    /// Of the periods that are looked at, the oldest first: whether each breached.
    recent: VecDeque<Option<bool>>,
    state: State,
}

impl Evaluator {
    /// Nothing judged yet.
    pub(crate) fn new(condition: Condition) -> Self {
        Self { condition, recent: VecDeque::new(), state: State::default() }
    }

    /// The state after one more period, whose datapoint is missing when it had no samples.
    pub(crate) fn take(&mut self, datapoint: Option<f64>) -> State {
        let Condition { comparison, threshold, evaluation_periods, .. } = self.condition;
        self.recent.push_back(datapoint.map(|datapoint| comparison.breaches(datapoint, threshold)));
        if self.recent.len() > evaluation_periods + LOOKED_AT_BEYOND {
            self.recent.pop_front();
        }
        self.state = self.judge();
        self.state
    }

    fn judge(&self) -> State {
        let Condition { evaluation_periods, datapoints_to_alarm, missing, .. } = self.condition;
        let newest = self.recent.iter().rev().flatten().take(evaluation_periods);
        let (breaching, good) = newest.fold((0, 0), |(bad, good), is_bad| match is_bad {
            true => (bad + 1, good),
            false => (bad, good + 1),
        });
        // What was before the first period is not missing: nobody looked.
        let absent = evaluation_periods.min(self.recent.len()).saturating_sub(breaching + good);
        match missing {
            _ if breaching >= datapoints_to_alarm => State::Alarm,
            MissingData::Breaching if breaching + absent >= datapoints_to_alarm => State::Alarm,
            MissingData::Breaching | MissingData::NotBreaching => State::Ok,
            // One that is good tells enough.
            MissingData::Missing | MissingData::Ignore if good > 0 => State::Ok,
            MissingData::Missing if breaching == 0 => State::InsufficientData,
            MissingData::Missing if self.oldest_breach() >= datapoints_to_alarm => State::Alarm,
            MissingData::Missing | MissingData::Ignore => self.state,
        }
    }

    /// How many periods ago the oldest breach is that is looked at, the newest period being 1.
    fn oldest_breach(&self) -> usize {
        self.recent.iter().position(|is_bad| *is_bad == Some(true)).map_or(0, |at| self.recent.len() - at)
    }
}
