//! One seed, many named random streams.
//!
//! Every user of chance derives its own ChaCha8 stream from (seed, name), so that adding one never changes
//! what another draws.

use std::cell::Cell;
use std::rc::Rc;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The seed of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

/// Where a run, or a part of it, has its chance from: a seed, and those that take over later.
#[derive(Clone, Debug)]
pub struct Chance {
    /// In the order of their turns.
    seeds: Rc<[Seed]>,
    /// Whose turn it is, for all that derive from the same run.
    turn: Rc<Cell<usize>>,
}

/// A named random stream. At each turn of the run's chance it begins anew, from the next seed.
#[derive(Clone, Debug)]
pub struct Random {
    drawn: ChaCha8Rng,
    /// The turn that `drawn` belongs to.
    turn: usize,
    from: Chance,
}

impl From<Seed> for Chance {
    fn from(seed: Seed) -> Self {
        Self { seeds: [seed].into(), turn: Rc::default() }
    }
}

impl Chance {
    /// That of seeds which take turns.
    pub(super) fn of(seeds: impl Iterator<Item = Seed>) -> Self {
        Self { seeds: seeds.collect(), turn: Rc::default() }
    }
    /// The random stream called `name`.
    pub fn stream(&self, name: &str) -> Random {
        let from = self.derive(name);
        let turn = from.turn.get();
        Random { drawn: from.begun(turn), turn, from }
    }
    /// The chance of a part of the run called `name`.
    pub(crate) fn derive(&self, name: &str) -> Self {
        Self { seeds: self.seeds.iter().map(|seed| seed.derive(name)).collect(), turn: self.turn.clone() }
    }
    /// The next seed takes over, in every stream.
    pub(crate) fn take_turn(&self) {
        self.turn.set((self.turn.get() + 1).min(self.seeds.len() - 1));
    }
    /// The seed whose turn it is.
    pub(crate) fn seed(&self) -> Seed {
        self.seeds[self.turn.get()]
    }
    fn begun(&self, turn: usize) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(self.seeds[turn].0)
    }
}

impl Seed {
    /// The random stream called `name`.
    pub fn stream(self, name: &str) -> Random {
        Chance::from(self).stream(name)
    }
    /// The seed of a part of the run called `name`.
    pub fn derive(self, name: &str) -> Seed {
        Seed(xxh3_64_with_seed(name.as_bytes(), self.0))
    }
}

impl Random {
    /// Returns whether no other seed takes over any more, so that it does not matter when a number is drawn.
    pub(crate) fn is_settled(&self) -> bool {
        self.turn + 1 == self.from.seeds.len()
    }
    /// A uniform 64-bit number.
    pub(crate) fn next_u64(&mut self) -> u64 {
        let turn = self.from.turn.get();
        if turn != self.turn {
            (self.drawn, self.turn) = (self.from.begun(turn), turn);
        }
        self.drawn.next_u64()
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
    fn at_its_turn_the_next_seed_takes_over_in_every_stream_and_the_draws_before_are_as_they_were() {
        let chance = Chance::of([Seed(7), Seed(8)].into_iter());
        let part = chance.derive("world");
        let (mut early, mut mixed) = (part.stream("links"), part.stream("links"));
        let of = |seed: u64| Seed(seed).derive("world").stream("links");
        let (mut seven, mut eight) = (of(7), of(8));
        assert_eq!((mixed.next_u64(), mixed.next_u64()), (seven.next_u64(), seven.next_u64()));
        assert!(!mixed.is_settled());
        chance.take_turn();
        let mut late = part.stream("links");
        let drawn = eight.next_u64();
        assert_eq!([mixed.next_u64(), early.next_u64(), late.next_u64()], [drawn; 3]);
        chance.take_turn();
        assert_eq!(mixed.next_u64(), eight.next_u64(), "the last seed stays");
        assert!(mixed.is_settled());
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
