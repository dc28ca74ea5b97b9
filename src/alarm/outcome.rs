//! What became of an alarm: when it was in ALARM, how long before or after harm, and how often for nothing.

use super::evaluator::State;
use super::harm::{Harm, Harms};
use super::rule::{Alarm, Unwatched};
use crate::base::{SimDuration, SimTime};

/// What became of all alarms.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AlarmsReport {
    /// Records that wait longer are late.
    pub(crate) late_after: SimDuration,
    /// In the file's order.
    pub(crate) alarms: Vec<AlarmReport>,
    /// Those that are not evaluated.
    pub(crate) unwatched: Vec<Unwatched>,
}

/// A time in which an alarm was in ALARM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Episode {
    /// The end of the period that brought it there.
    pub(crate) from: SimTime,
    /// `None` when it was there at the end.
    pub(crate) until: Option<SimTime>,
}

/// What became of one alarm.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AlarmReport {
    /// AlarmName.
    pub(crate) name: String,
    /// What it looks at, and its condition.
    pub(crate) told: String,
    /// Its state at the end.
    pub(crate) state: State,
    /// Times in ALARM, in order.
    pub(crate) episodes: Vec<Episode>,
    /// How many of them had nothing to warn of: nothing was throttled, late or lost from the first period that they
    /// judge until they ended.
    pub(crate) for_nothing: usize,
    /// Each kind of harm that there was, with its first time.
    pub(crate) harms: Vec<(Harm, SimTime)>,
}

impl AlarmReport {
    pub(super) fn of(alarm: &Alarm, state: State, episodes: Vec<Episode>, harms: &Harms) -> Self {
        let judged = alarm.period * alarm.condition.evaluation_periods as u64;
        let is_for_nothing = |episode: &&Episode| {
            let from = episode.from.saturating_sub(judged);
            !harms.any_between(from, episode.until.unwrap_or(SimTime::MAX))
        };
        Self {
            name: alarm.name.to_string(),
            told: alarm.to_string(),
            state,
            for_nothing: episodes.iter().filter(is_for_nothing).count(),
            episodes,
            harms: Harm::ALL.into_iter().filter_map(|harm| Some((harm, harms.first(harm)?))).collect(),
        }
    }

    /// When it was first in ALARM.
    pub(crate) fn fired(&self) -> Option<SimTime> {
        self.episodes.first().map(|episode| episode.from)
    }

    /// `fires at 0:41:00.000, 11m after the first record was late`, and how often for nothing.
    pub(crate) fn verdict(&self) -> String {
        let harms = |fired: Option<SimTime>| {
            let told = self.harms.iter().map(move |(harm, first)| match fired {
                Some(fired) => format!("{} the first {}", lead(fired, *first), harm.as_str()),
                None => format!("the first {} at {first}", harm.as_str()),
            });
            told.collect::<Vec<_>>().join(", ")
        };
        let Some(fired) = self.fired() else {
            return match self.harms.is_empty() {
                true => "never fires; nothing was throttled, late or lost".to_owned(),
                false => format!("never fires; {}", harms(None)),
            };
        };
        let times = match self.episodes.len() {
            1 => String::new(),
            times => format!(" and {} more", plural(times - 1)),
        };
        let nothing = match (self.for_nothing, self.episodes.len()) {
            (0, _) => String::new(),
            (all, of) if all == of => "; for nothing each time".to_owned(),
            (some, _) => format!("; {} for nothing", plural(some)),
        };
        let harms = harms(Some(fired));
        let harms =
            if harms.is_empty() { ", nothing was throttled, late or lost".to_owned() } else { format!(", {harms}") };
        format!("fires at {fired}{times}{harms}{nothing}")
    }
}

fn plural(times: usize) -> String {
    if times == 1 { "once".to_owned() } else { format!("{times} times") }
}

/// `11m after`, `2h before`, or `when`.
fn lead(fired: SimTime, harm: SimTime) -> String {
    match (fired.since(harm), harm.since(fired)) {
        (after, _) if !after.is_zero() => format!("{} after", after.told()),
        (_, before) if !before.is_zero() => format!("{} before", before.told()),
        _ => "when".to_owned(),
    }
}
