//! One seed, many named random streams.
//!
//! Every user of chance derives its own ChaCha8 stream from (seed, name), so that adding one never changes
//! what another draws.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The seed of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

/// A named random stream.
#[derive(Clone, Debug)]
pub struct Random(ChaCha8Rng);

impl Seed {
    /// The random stream called `name`.
    pub fn stream(self, name: &str) -> Random {
        Random(ChaCha8Rng::seed_from_u64(self.derive(name).0))
    }
    /// The seed of a part of the run called `name`.
    pub fn derive(self, name: &str) -> Seed {
        Seed(xxh3_64_with_seed(name.as_bytes(), self.0))
    }
}

impl Random {
    /// A uniform 64-bit number.
    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }
    /// A uniform number below `bound` (which must not be zero), by widening multiplication.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "nothing lies below zero");
        ((self.next_u64() as u128 * bound as u128) >> 64) as u64
    }
    /// A uniform number in `low..=high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        assert!(low <= high, "an empty range has no member to draw");
        match (high - low).checked_add(1) {
            Some(span) => low + self.below(span),
            None => self.next_u64(),
        }
    }
    /// A uniform number in `[0, 1)` with 53 random bits.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
    /// True with probability `p`.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        p > 0.0 && self.unit() < p
    }
    /// A uniform duration in `low..=high`.
    pub fn duration(&mut self, low: super::SimDuration, high: super::SimDuration) -> super::SimDuration {
        super::SimDuration::from_nanos(self.between(low.as_nanos(), high.as_nanos()))
    }
    /// Puts the items into a uniformly random order (Fisher-Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_depend_on_seed_and_name_only() {
        let draw = |seed, name| Seed(seed).stream(name).next_u64();
        assert_eq!(draw(7, "faults"), draw(7, "faults"));
        assert_ne!(draw(7, "faults"), draw(8, "faults"));
        assert_ne!(draw(7, "faults"), draw(7, "producer.web"));
    }

    #[test]
    fn draws_stay_in_their_ranges() {
        let mut r = Seed(1).stream("t");
        for _ in 0..1000 {
            assert!(r.below(3) < 3);
            assert!((5..=6).contains(&r.between(5, 6)));
            assert!((0.0..1.0).contains(&r.unit()));
        }
        assert!(!r.chance(0.0) && r.chance(1.0));
    }
}
