//! Keys by load in bounded memory: Space-Saving (Metwally, Agrawal, El Abbadi: "Efficient Computation of Frequent and
//! Top-k Elements in Data Streams", ICDT 2005, LNCS 3363, <https://doi.org/10.1007/978-3-540-30570-5_27>).
//!
//! So many keys are counted. A new key without room takes the place, and the count, of the key with the least; how much
//! it may have got too much is kept as its error. With `m` counters and a whole weight of `W`:
//!
//! - every key with more than `W/m` is there;
//! - a count is never too low, and too high by at most its error, which is at most `W/m`.
//!
//! Records weigh what they use of a shard, so counts are parts of a load. Not exact: records and bytes of a key, and
//! its busiest second, are counted from when the key gets its counter.

use std::collections::BTreeMap;

use crate::base::HashKey;
use crate::base::units::MIB;
use crate::measure::Meter;

/// The weight of what a shard takes in a second.
pub(super) const SHARD_SECOND: u64 = MIB * 1000;

/// What records with so many bytes use of a shard.
pub(super) fn weight(records: u64, bytes: u64) -> u64 {
    records.saturating_mul(SHARD_SECOND / 1000).max(bytes.saturating_mul(SHARD_SECOND / MIB))
}

/// A key that is counted.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub(super) hash: HashKey,
    pub(super) key: Box<str>,
    /// Never too low.
    pub(super) weight: u64,
    /// At most so much of it is not the key's.
    pub(super) error: u64,
    /// Records and bytes since the key has its counter.
    pub(super) meter: Meter,
    /// Its place in the heap.
    place: usize,
}

/// The sketch.
pub(super) struct SpaceSaving {
    counters: usize,
    counted: Vec<Counted>,
    /// Numbers of the counted, the least at the top.
    heap: Vec<u32>,
    by_hash: BTreeMap<HashKey, u32>,
    whole: u64,
}

impl SpaceSaving {
    /// A sketch of so many counters.
    pub(super) fn new(counters: usize) -> Self {
        let counters = counters.max(1);
        Self { counters, counted: Vec::new(), heap: Vec::new(), by_hash: BTreeMap::new(), whole: 0 }
    }

    /// Adds to the count of a key, and gives its meter.
    pub(super) fn add(&mut self, hash: HashKey, key: &str, weight: u64) -> &mut Meter {
        self.whole += weight;
        let at = match self.by_hash.get(&hash) {
            Some(at) => *at as usize,
            None => self.counter(hash, key),
        };
        self.counted[at].weight += weight;
        self.sink(self.counted[at].place);
        &mut self.counted[at].meter
    }

    /// A counter for a key that has none.
    fn counter(&mut self, hash: HashKey, key: &str) -> usize {
        let at = if self.counted.len() < self.counters {
            let place = self.heap.len();
            let (key, meter) = (key.into(), Meter::default());
            self.counted.push(Counted { hash, key, weight: 0, error: 0, meter, place });
            self.heap.push(place as u32);
            self.rise(place);
            place
        } else {
            let at = self.heap[0] as usize;
            let least = &mut self.counted[at];
            self.by_hash.remove(&least.hash);
            let (weight, place) = (least.weight, least.place);
            *least = Counted { hash, key: key.into(), weight, error: weight, meter: Meter::default(), place };
            at
        };
        self.by_hash.insert(hash, at as u32);
        at
    }

    fn weight_at(&self, place: usize) -> u64 {
        self.counted[self.heap[place] as usize].weight
    }
    fn swap(&mut self, a: usize, b: usize) {
        self.heap.swap(a, b);
        self.counted[self.heap[a] as usize].place = a;
        self.counted[self.heap[b] as usize].place = b;
    }
    fn rise(&mut self, mut place: usize) {
        while place > 0 && self.weight_at(place) < self.weight_at((place - 1) / 2) {
            self.swap(place, (place - 1) / 2);
            place = (place - 1) / 2;
        }
    }
    fn sink(&mut self, mut place: usize) {
        loop {
            let children = [2 * place + 1, 2 * place + 2].into_iter().filter(|child| *child < self.heap.len());
            let Some(least) = children.min_by_key(|child| self.weight_at(*child)) else { return };
            if self.weight_at(place) <= self.weight_at(least) {
                return;
            }
            self.swap(place, least);
            place = least;
        }
    }

    /// The weight of all that was added.
    pub(super) fn whole(&self) -> u64 {
        self.whole
    }
    /// What no error, and no key that is not there, is above.
    pub(super) fn bound(&self) -> u64 {
        match self.counted.len() < self.counters {
            true => 0,
            false => self.whole / self.counters as u64,
        }
    }
    /// The keys of which at least half is certain, the heaviest first. The others may have got all from keys before
    /// them.
    pub(super) fn certain(&self) -> impl Iterator<Item = &Counted> {
        self.keys().into_iter().filter(|key| key.weight > 2 * key.error)
    }
    /// How many keys are counted.
    pub(super) fn counters(&self) -> usize {
        self.counters
    }
    /// The keys, the heaviest first; of equal ones in order of their text.
    pub(super) fn keys(&self) -> Vec<&Counted> {
        let mut keys: Vec<&Counted> = self.counted.iter().collect();
        keys.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.key.cmp(&b.key)));
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{PartitionKey, Seed};

    /// Keys that break what the sketch guarantees.
    fn broken(sketch: &SpaceSaving, exact: &BTreeMap<String, u64>, told: &[(&str, u64, u64)]) -> Vec<String> {
        let bound = sketch.whole() / sketch.counters() as u64;
        let mut wrong = Vec::new();
        for (key, weight, error) in told {
            let truth = exact[*key];
            if *weight < truth || weight.saturating_sub(*error) > truth || *error > bound {
                wrong.push(format!("{key}: {weight} with an error of {error}, and it is {truth}"));
            }
        }
        let is_there = |key: &str| told.iter().any(|(there, ..)| *there == key);
        wrong.extend(
            exact.iter().filter(|(key, n)| **n > bound && !is_there(key)).map(|(key, n)| format!("{key}: {n}")),
        );
        wrong
    }

    fn counted(keys: impl Iterator<Item = u64>, counters: usize) -> (SpaceSaving, BTreeMap<String, u64>) {
        let (mut sketch, mut exact) = (SpaceSaving::new(counters), BTreeMap::new());
        for (n, key) in keys.enumerate() {
            let (key, weight) = (format!("key-{key}"), 1 + n as u64 % 3);
            let hash = PartitionKey::new(&key).expect("a key").hash_key();
            sketch.add(hash, &key, weight);
            *exact.entry(key).or_default() += weight;
        }
        (sketch, exact)
    }

    fn told(sketch: &SpaceSaving) -> Vec<(&str, u64, u64)> {
        sketch.keys().into_iter().map(|of| (&*of.key, of.weight, of.error)).collect()
    }

    /// Few keys with much, very many with little, whatever the order.
    fn skewed() -> impl Iterator<Item = u64> {
        let mut random = Seed(11).stream("keys");
        (0..50_000).map(move |_| (0..3).fold(random.below(2000), |below, _| random.below(1 + below)))
    }

    #[test]
    fn what_it_guarantees_holds_over_skewed_sorted_and_hostile_keys() {
        let all_new = (0..5000).chain(std::iter::repeat_n(7, 400)).chain(5000..9000);
        let mut sorted: Vec<u64> = skewed().collect();
        sorted.sort_unstable();
        for keys in [skewed().collect::<Vec<_>>(), sorted, all_new.collect()] {
            for counters in [1, 16, 256] {
                let (sketch, exact) = counted(keys.iter().copied(), counters);
                assert_eq!(broken(&sketch, &exact, &told(&sketch)), Vec::<String>::new());
                assert_eq!(told(&sketch).iter().map(|(_, weight, _)| weight).sum::<u64>(), sketch.whole());
            }
        }
    }

    #[test]
    fn a_sketch_that_forgets_what_it_takes_over_is_found_out() {
        let (sketch, exact) = counted(skewed(), 64);
        // A new key that begins at nothing, and one that tells no error.
        let forgets: Vec<_> =
            told(&sketch).into_iter().map(|(key, weight, error)| (key, weight - error, error)).collect();
        assert!(!broken(&sketch, &exact, &forgets).is_empty());
        let boasts: Vec<_> = told(&sketch).into_iter().map(|(key, weight, _)| (key, weight, 0)).collect();
        assert!(!broken(&sketch, &exact, &boasts).is_empty());
        assert!(!broken(&sketch, &exact, &told(&sketch)[1..]).is_empty(), "the heaviest is missing");
    }

    #[test]
    fn few_keys_are_counted_exactly() {
        let (sketch, exact) = counted([1, 2, 1, 3, 1].into_iter(), 8);
        assert_eq!((sketch.bound(), told(&sketch)[0]), (0, ("key-1", exact["key-1"], 0)));
    }

    #[test]
    fn a_record_weighs_what_it_uses_of_a_shard() {
        assert_eq!(weight(1000, 1000), SHARD_SECOND);
        assert_eq!(weight(2, MIB), SHARD_SECOND);
    }
}
