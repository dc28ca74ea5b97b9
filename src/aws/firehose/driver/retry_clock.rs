//! The two clocks of RetryOptions, and pauses that double.
//!
//! AWS counts the duration in two ways, as the pages on
//! [Redshift](https://docs.aws.amazon.com/firehose/latest/APIReference/API_RedshiftRetryOptions.html) and
//! [OpenSearch](https://docs.aws.amazon.com/firehose/latest/APIReference/API_ElasticsearchRetryOptions.html) say it,
//! and those on [Splunk](https://docs.aws.amazon.com/firehose/latest/APIReference/API_SplunkRetryOptions.html) and
//! [endpoints](https://docs.aws.amazon.com/firehose/latest/APIReference/API_HttpEndpointRetryOptions.html).

use crate::base::{SimDuration, SimTime};

/// Runs from the beginning of the first attempt on, whatever happens: of Redshift and OpenSearch. When the first
/// attempt takes longer than the duration there is no second one.
pub(super) struct FromFirstAttempt {
    duration: SimDuration,
    began: Option<SimTime>,
}

impl FromFirstAttempt {
    pub(super) fn new(duration: SimDuration) -> Self {
        Self { duration, began: None }
    }
    /// An attempt begins.
    pub(super) fn attempt(&mut self, now: SimTime) {
        self.began.get_or_insert(now);
    }
    /// Whether another attempt may begin then.
    pub(super) fn allows(&self, at: SimTime) -> bool {
        self.began.is_none_or(|began| at.since(began) <= self.duration)
    }
}

/// Runs from a failure to the next attempt, and stands still while an answer or an acknowledgement is waited for: of
/// Splunk and HTTP endpoints.
pub(super) struct FromFirstFailure {
    duration: SimDuration,
    spent: SimDuration,
    failed: Option<SimTime>,
}

impl FromFirstFailure {
    pub(super) fn new(duration: SimDuration) -> Self {
        Self { duration, spent: SimDuration::ZERO, failed: None }
    }
    /// An attempt begins: from now on is waited.
    pub(super) fn attempt(&mut self, now: SimTime) {
        self.spent = self.spent_by(now);
        self.failed = None;
    }
    /// It failed.
    pub(super) fn failure(&mut self, now: SimTime) {
        self.failed = Some(now);
    }
    /// Whether another attempt may begin then.
    pub(super) fn allows(&self, at: SimTime) -> bool {
        self.spent_by(at) <= self.duration
    }
    fn spent_by(&self, at: SimTime) -> SimDuration {
        self.spent.saturating_add(self.failed.map_or(SimDuration::ZERO, |failed| at.since(failed)))
    }
}

/// A pause after so many failures, which doubles from the first up to the longest.
pub(super) fn pause((first, longest): (SimDuration, SimDuration), failures: u32) -> SimDuration {
    (first * (1 << failures.min(20))).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATTEMPT: SimDuration = SimDuration::from_secs(100);
    const PAUSE: SimDuration = SimDuration::from_secs(10);

    /// How many attempts of that length there are with such a clock, with that pause between them.
    fn attempts(mut begin: impl FnMut(SimTime), mut end: impl FnMut(SimTime) -> bool) -> u32 {
        let (mut now, mut count) = (SimTime::from_secs(1000), 0);
        loop {
            begin(now);
            count += 1;
            now += ATTEMPT;
            if !end(now) {
                return count;
            }
            now += PAUSE;
        }
    }

    fn from_first_attempt(duration: u64) -> u32 {
        let clock = std::cell::RefCell::new(FromFirstAttempt::new(SimDuration::from_secs(duration)));
        attempts(|now| clock.borrow_mut().attempt(now), |now| clock.borrow().allows(now + PAUSE))
    }

    fn from_first_failure(duration: u64) -> u32 {
        let clock = std::cell::RefCell::new(FromFirstFailure::new(SimDuration::from_secs(duration)));
        let end = |now| {
            clock.borrow_mut().failure(now);
            clock.borrow().allows(now + PAUSE)
        };
        attempts(|now| clock.borrow_mut().attempt(now), end)
    }

    #[test]
    fn one_clock_counts_the_attempts_and_the_other_only_what_lies_between_them() {
        for (duration, including, excluding) in
            [(0, 1, 1), (9, 1, 1), (10, 1, 2), (99, 1, 10), (110, 2, 12), (330, 4, 34)]
        {
            assert_eq!(
                (from_first_attempt(duration), from_first_failure(duration)),
                (including, excluding),
                "{duration} s"
            );
        }
    }

    #[test]
    fn without_an_attempt_everything_is_allowed() {
        assert!(FromFirstAttempt::new(SimDuration::ZERO).allows(SimTime::from_secs(9)));
        assert!(FromFirstFailure::new(SimDuration::ZERO).allows(SimTime::from_secs(9)));
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let s = SimDuration::from_secs;
        let pauses: Vec<_> = (0..9).map(|failures| pause((s(1), s(120)), failures).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 120, 120]);
        assert_eq!(pause((s(1), s(120)), u32::MAX), s(120));
    }
}
