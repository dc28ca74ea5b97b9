//! The token bucket behind every "per second" limit.

use super::time::{SimDuration, SimTime};

/// A bucket that refills at `rate` tokens per second up to `depth`, and may be driven below zero (a debt).
///
/// Kept in billionths of a token, so refilling by nanoseconds is exact. Depths and debts of up to nine billion tokens
/// are counted; more is as good as that.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    rate_per_s: u64,
    depth: u64,
    level_nanos: i64,
    updated: SimTime,
}

const NANO: u64 = 1_000_000_000;

fn nanos(tokens: u64) -> i64 {
    i64::try_from(tokens.saturating_mul(NANO)).unwrap_or(i64::MAX)
}

impl TokenBucket {
    /// Returns a bucket with `depth` tokens in it.
    pub(crate) fn full(rate_per_s: u64, depth: u64) -> Self {
        Self { rate_per_s, depth, level_nanos: nanos(depth), updated: SimTime::ZERO }
    }
    /// An empty bucket as of `now`.
    pub fn empty(rate_per_s: u64, depth: u64, now: SimTime) -> Self {
        Self { rate_per_s, depth, level_nanos: 0, updated: now }
    }
    /// Returns the tokens that come back in a second.
    pub fn rate_per_s(&self) -> u64 {
        self.rate_per_s
    }
    /// Changes rate and depth from `now` on; what is in the bucket stays, up to the new depth.
    pub(crate) fn set_rate(&mut self, rate_per_s: u64, depth: u64, now: SimTime) {
        self.refill(now);
        self.rate_per_s = rate_per_s;
        self.depth = depth;
        self.level_nanos = self.level_nanos.min(nanos(depth));
    }
    /// Returns whether `tokens` are there now.
    pub fn has(&mut self, now: SimTime, tokens: u64) -> bool {
        self.refill(now);
        self.level_nanos >= nanos(tokens)
    }
    /// Takes `tokens` if they are there.
    pub(crate) fn try_take(&mut self, now: SimTime, tokens: u64) -> bool {
        let enough = self.has(now, tokens);
        if enough {
            self.level_nanos = self.level_nanos.saturating_sub(nanos(tokens));
        }
        enough
    }
    /// Takes `tokens`, going into debt if need be.
    pub(crate) fn take_as_debt(&mut self, now: SimTime, tokens: u64) {
        self.refill(now);
        self.level_nanos = self.level_nanos.saturating_sub(nanos(tokens));
    }
    /// Returns the whole tokens that are there now; 0 in debt.
    pub(crate) fn tokens(&mut self, now: SimTime) -> u64 {
        self.refill(now);
        u64::try_from(self.level_nanos).unwrap_or(0) / NANO
    }
    /// Returns whether the bucket is below zero now.
    pub(crate) fn in_debt(&mut self, now: SimTime) -> bool {
        self.refill(now);
        self.level_nanos < 0
    }
    /// Returns whether the bucket is as full as it can be: even a taker of more than its depth has waited long enough.
    pub(crate) fn is_brimming(&mut self, now: SimTime) -> bool {
        self.refill(now);
        self.level_nanos >= nanos(self.depth)
    }
    /// How long until `tokens` are there, if nothing else takes any.
    pub(crate) fn wait_for(&mut self, now: SimTime, tokens: u64) -> SimDuration {
        self.refill(now);
        let missing = nanos(tokens).saturating_sub(self.level_nanos);
        if missing <= 0 {
            return SimDuration::ZERO;
        }
        match self.rate_per_s {
            0 => SimDuration::MAX,
            rate => SimDuration::from_nanos(missing.unsigned_abs().div_ceil(rate)),
        }
    }

    fn refill(&mut self, now: SimTime) {
        let elapsed = now.since(self.updated).as_nanos();
        if elapsed > 0 {
            self.updated = now;
            let earned = i64::try_from(elapsed.saturating_mul(self.rate_per_s)).unwrap_or(i64::MAX);
            self.level_nanos = nanos(self.depth).min(self.level_nanos.saturating_add(earned));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_bucket_gives_its_depth_at_once_and_then_its_rate() {
        let mut b = TokenBucket::full(10, 20);
        assert!(b.try_take(SimTime::ZERO, 20));
        assert!(!b.try_take(SimTime::ZERO, 1));
        assert!(!b.try_take(SimTime::from_nanos(99_999_999), 1));
        assert!(b.try_take(SimTime::from_millis(100), 1));
    }

    #[test]
    fn a_debt_blocks_until_it_is_paid() {
        let mut b = TokenBucket::full(2, 2);
        b.take_as_debt(SimTime::ZERO, 12);
        assert!(b.in_debt(SimTime::from_nanos(4_999_999_999)));
        assert!(!b.in_debt(SimTime::from_secs(5)));
        assert_eq!(b.wait_for(SimTime::from_secs(5), 1), SimDuration::from_millis(500));
    }
}
