//! What went on in each of the last seconds.

use crate::base::SimTime;

/// Seconds that are remembered, the present one included.
pub(in crate::watch) const HISTORY_S: usize = 32;

/// A second's counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::watch) struct Second {
    second: u64,
    /// Records accepted, or write units used.
    pub(in crate::watch) done: u32,
    /// Bytes of these records, or half read units used.
    pub(in crate::watch) amount: u64,
    /// Records or calls throttled.
    pub(in crate::watch) throttled: u32,
}

/// The last seconds.
#[derive(Clone, Default)]
pub(in crate::watch) struct Load([Second; HISTORY_S]);

impl Load {
    /// The second of `now`, to be added to.
    pub(super) fn second(&mut self, now: SimTime) -> &mut Second {
        let second = now.as_secs();
        let slot = &mut self.0[second as usize % HISTORY_S];
        if slot.second != second {
            *slot = Second { second, ..Second::default() };
        }
        slot
    }
    /// The last whole second before `now`.
    pub(in crate::watch) fn last(&self, now: SimTime) -> Second {
        now.as_secs().checked_sub(1).map_or(Second::default(), |second| self.of(second))
    }
    /// The last `seconds` whole seconds before `now`, oldest first; there are less near the beginning.
    pub(in crate::watch) fn history(&self, now: SimTime, seconds: usize) -> impl Iterator<Item = Second> + '_ {
        let until = now.as_secs();
        (until.saturating_sub(seconds.min(HISTORY_S - 1) as u64)..until).map(|second| self.of(second))
    }
    fn of(&self, second: u64) -> Second {
        let slot = self.0[second as usize % HISTORY_S];
        if slot.second == second { slot } else { Second { second, ..Second::default() } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimDuration;

    #[test]
    fn a_second_is_shown_when_it_is_over_and_forgotten_half_a_minute_later() {
        let mut load = Load::default();
        load.second(SimTime::from_millis(2500)).done += 3;
        let done = |load: &Load, at_ms: u64| load.last(SimTime::from_millis(at_ms)).done;
        assert_eq!([2900, 3000, 3999, 4000].map(|at| done(&load, at)), [0, 3, 3, 0]);
        load.second(SimTime::from_secs(2) + SimDuration::from_secs(HISTORY_S as u64)).done += 1;
        let history: Vec<u32> = load.history(SimTime::from_secs(35), 99).map(|second| second.done).collect();
        assert_eq!((history.len(), history.iter().sum::<u32>()), (HISTORY_S - 1, 1), "{history:?}");
    }
}
