//! What happens again and again.

use super::time::SimDuration;

/// When something that takes `length` happens: at `at`, and with `every` again so often, as long as it is over by
/// `until`. The first time is always one of them.
pub(crate) fn repeats(
    at: SimDuration,
    length: SimDuration,
    every: Option<SimDuration>,
    until: SimDuration,
) -> impl Iterator<Item = SimDuration> {
    let every = every.filter(|every| !every.is_zero());
    std::iter::successors(Some(at), move |last| {
        let next = last.saturating_add(every?);
        (next.saturating_add(length) <= until).then_some(next)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(at: u64, length: u64, every: Option<u64>, until: u64) -> Vec<u64> {
        let s = SimDuration::from_secs;
        repeats(s(at), s(length), every.map(s), s(until)).map(|time| time.as_millis() / 1000).collect()
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
