//! What happens again and again.

use super::time::SimDuration;

/// More often than this nothing happens again: nobody reads such a run.
pub(crate) const TIMES_MAX: usize = 10_000;

/// Something that begins at `at`, takes `length`, and with `every` begins again so often, as long as it is over by
/// `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Repeat {
    pub(crate) at: SimDuration,
    pub(crate) length: SimDuration,
    pub(crate) every: Option<SimDuration>,
    pub(crate) until: SimDuration,
}

impl Repeat {
    /// When it begins, up to one time more than there may be. The first time is always one of them.
    pub(crate) fn times(self) -> impl Iterator<Item = SimDuration> {
        let every = self.every.filter(|every| !every.is_zero());
        let times = std::iter::successors(Some(self.at), move |last| {
            let next = last.saturating_add(every?);
            (next.saturating_add(self.length) <= self.until).then_some(next)
        });
        times.take(TIMES_MAX + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(at: u64, length: u64, every: Option<u64>, until: u64) -> Vec<u64> {
        let s = SimDuration::from_secs;
        let repeat = Repeat { at: s(at), length: s(length), every: every.map(s), until: s(until) };
        repeat.times().map(|time| time.as_millis() / 1000).collect()
    }

    #[test]
    fn the_last_time_is_over_by_the_end() {
        assert_eq!(seconds(10, 5, Some(20), 55), [10, 30, 50]);
        assert_eq!(seconds(10, 5, Some(20), 54), [10, 30]);
    }

    #[test]
    fn what_is_not_to_come_again_happens_once() {
        assert_eq!(seconds(10, 5, None, 1000), [10]);
        assert_eq!(seconds(10, 5, Some(20), 0), [10], "too late for the end, which others tell");
        assert_eq!(seconds(10, 5, Some(0), 1000), [10], "an interval of nothing is refused where it is written");
    }
}
