//! A quantity times the time that it lasted: shard hours, unit hours.

use crate::base::SimTime;

/// Sums up a quantity that holds for a while.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Integral {
    since: SimTime,
    value: u64,
    unit_ns: u128,
}

impl Integral {
    /// The quantity is `value` from `at` on. Times never go back.
    pub(super) fn set(&mut self, at: SimTime, value: u64) {
        self.unit_ns = self.unit_ns(at);
        (self.since, self.value) = (at, value);
    }
    /// Forgets what was before `at`; the quantity goes on.
    pub(super) fn restart(&mut self, at: SimTime) {
        (self.since, self.unit_ns) = (at, 0);
    }
    /// The sum until `at`, in units times milliseconds.
    pub(super) fn unit_ms(&self, at: SimTime) -> u64 {
        (self.unit_ns(at) / 1_000_000) as u64
    }
    fn unit_ns(&self, at: SimTime) -> u128 {
        self.unit_ns + u128::from(self.value) * u128::from(at.since(self.since).as_nanos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_counts_for_as_long_as_it_lasts() {
        let at = SimTime::from_secs;
        let mut shards = Integral::default();
        shards.set(at(10), 2);
        shards.set(at(15), 4);
        assert_eq!(shards.unit_ms(at(20)), 2 * 5_000 + 4 * 5_000);
        shards.restart(at(20));
        assert_eq!(shards.unit_ms(at(21)), 4_000, "what holds goes on to hold");
    }
}
