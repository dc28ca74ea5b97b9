//! Which partition key, and how much data, a record has.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::settings::{KeyDistribution, SizeDistribution};
use crate::base::seed::Random;
use crate::base::{HashKey, PartitionKey, salted};

/// The keys of one producer by number, which all its hosts share.
#[derive(Clone, Default)]
pub(super) struct KeyTable(Rc<RefCell<Vec<Option<PartitionKey>>>>);

/// Draws partition keys. A key is made, with its MD5, when it is first drawn, and shared from then on.
pub(super) struct Keys {
    draw: Draw,
    made: KeyTable,
    names: Names,
    /// How many keys each is written as.
    parts: u32,
    random: Random,
    /// Drawn before they are asked for.
    ahead: VecDeque<Drawn>,
}

/// So many keys are drawn at a time: they lie all over a large table, and the processor fetches several at once.
const AHEAD: usize = 32;

/// How the number of the next key is drawn.
enum Draw {
    Uniform(u32),
    Zipf(AliasTable),
    /// Key 0 with this share, else one of that many others.
    Hot(f64, u32),
    /// The number of the record.
    Unique,
}

/// What the key with a number is called.
enum Names {
    /// `key-N`.
    Numbered,
    /// `PREFIX-N`, never the same.
    Unique(Box<str>),
    /// Key 0 is this one, the others are `key-0`, `key-1`, ...
    Hot(Box<str>),
    Listed(Vec<Box<str>>),
    /// `key-N`, with an explicit hash key.
    Explicit(Vec<HashKey>),
}

/// A drawn key.
pub(super) type Drawn = (PartitionKey, Option<Box<HashKey>>);

impl Keys {
    /// A source of keys; `producer` is its name, which makes unique keys unique among producers.
    pub(super) fn new(distribution: &KeyDistribution, producer: &str, made: KeyTable, random: Random) -> Self {
        let (distribution, parts) = match distribution {
            KeyDistribution::Salted { of, parts } => (&**of, *parts),
            _ => (distribution, 1),
        };
        let (draw, names, count) = match distribution {
            KeyDistribution::Uniform { count } => (Draw::Uniform(*count), Names::Numbered, *count),
            KeyDistribution::Zipf { count, exponent } => {
                (Draw::Zipf(AliasTable::zipf(*count, *exponent)), Names::Numbered, *count)
            }
            KeyDistribution::Hot { key, share, count } => {
                (Draw::Hot(*share, *count), Names::Hot((&**key).into()), count.saturating_add(1))
            }
            KeyDistribution::List(keys) => {
                let names = keys.iter().map(|key| (&**key).into()).collect();
                (Draw::Uniform(keys.len() as u32), Names::Listed(names), keys.len() as u32)
            }
            KeyDistribution::Unique => (Draw::Unique, Names::Unique(producer.into()), 0),
            KeyDistribution::ExplicitHash(hashes) => {
                (Draw::Uniform(hashes.len() as u32), Names::Explicit(hashes.clone()), hashes.len() as u32)
            }
            KeyDistribution::Salted { .. } => unreachable!("a scenario salts once"),
        };
        made.0.borrow_mut().resize(count as usize * parts as usize, None);
        Self { draw, made, names, parts, random, ahead: VecDeque::new() }
    }

    /// The key of the `record`-th record.
    pub(super) fn next(&mut self, record: u64) -> Drawn {
        if let Draw::Unique = self.draw {
            return (self.names.make(record as usize), None);
        }
        if self.ahead.is_empty() {
            self.draw_ahead();
        }
        let Some(drawn) = self.ahead.pop_front() else { unreachable!("one was drawn at least") };
        drawn
    }

    /// Draws the next key, and some more when no other seed can take over until they are asked for.
    fn draw_ahead(&mut self) {
        let mut numbers = [0; AHEAD];
        let numbers = &mut numbers[..if self.random.is_settled() { AHEAD } else { 1 }];
        let parts = self.parts;
        numbers.fill_with(|| {
            let number = self.draw.number(&mut self.random);
            if parts == 1 { number } else { number * parts as usize + self.random.below(u64::from(parts)) as usize }
        });
        let (names, mut made) = (&self.names, self.made.0.borrow_mut());
        self.ahead.extend(numbers.iter().map(|number| {
            let explicit = match names {
                Names::Explicit(hashes) => Some(Box::new(hashes[*number])),
                _ => None,
            };
            (made[*number].get_or_insert_with(|| names.salted(*number, parts)).clone(), explicit)
        }));
    }
}

impl Draw {
    fn number(&self, random: &mut Random) -> usize {
        match self {
            Self::Uniform(count) => random.below(u64::from(*count)) as usize,
            Self::Zipf(table) => table.draw(random.next_u64()),
            Self::Hot(share, count) => match random.chance(*share) || *count == 0 {
                true => 0,
                false => 1 + random.below(u64::from(*count)) as usize,
            },
            Self::Unique => unreachable!("the number of the record, which is not drawn"),
        }
    }
}

impl Names {
    /// The name of a key that is one of so many that another became.
    fn salted(&self, number: usize, parts: u32) -> PartitionKey {
        if parts == 1 {
            return self.make(number);
        }
        let (of, part) = (number / parts as usize, (number % parts as usize) as u32);
        let Ok(key) = PartitionKey::new(&salted(self.make(of).as_str(), part)) else {
            unreachable!("keys are checked when a scenario is read")
        };
        key
    }
    fn make(&self, number: usize) -> PartitionKey {
        let key = match self {
            Self::Numbered | Self::Explicit(_) => PartitionKey::new(&format!("key-{number}")),
            Self::Unique(prefix) => PartitionKey::new(&format!("{prefix}-{number}")),
            Self::Hot(hot) if number == 0 => PartitionKey::new(hot),
            Self::Hot(_) => PartitionKey::new(&format!("key-{}", number - 1)),
            Self::Listed(keys) => PartitionKey::new(&keys[number]),
        };
        let Ok(key) = key else { unreachable!("keys are checked when a scenario is read") };
        key
    }
}

/// The key `key-N`.
pub(super) fn numbered(number: u64) -> PartitionKey {
    Names::Numbered.make(number as usize)
}

/// A key that a distribution draws, and how often against the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Weighted {
    /// Where its records go.
    pub(crate) hash: HashKey,
    /// Its weight; all weights are summed to compare.
    pub(crate) weight: f64,
    /// Bytes of the partition key, which count as the record's.
    pub(crate) key_bytes: u32,
}

/// Every key of a distribution; `None` when each record has one of its own.
pub(crate) fn weighted(distribution: &KeyDistribution, producer: &str) -> Option<Vec<Weighted>> {
    let keys = Keys::new(distribution, producer, KeyTable::default(), crate::base::Seed(0).stream("none"));
    let (count, parts) = (keys.made.0.borrow().len(), keys.parts);
    let distribution = match distribution {
        KeyDistribution::Salted { of, .. } => of,
        _ => distribution,
    };
    let weight = |number: usize| match (distribution, number) {
        (KeyDistribution::Zipf { exponent, .. }, _) => zipf_weight(number as u32 + 1, *exponent),
        (KeyDistribution::Hot { count: 0, .. }, _) => 1.0,
        (KeyDistribution::Hot { share, .. }, 0) => *share,
        (KeyDistribution::Hot { share, count, .. }, _) => (1.0 - share) / f64::from(*count),
        _ => 1.0,
    };
    let key = |number: usize| {
        let made = keys.names.salted(number, parts);
        let hash = match &keys.names {
            Names::Explicit(hashes) => hashes[number],
            _ => made.hash_key(),
        };
        Weighted { hash, weight: weight(number / parts as usize), key_bytes: made.size_bytes() }
    };
    (!matches!(distribution, KeyDistribution::Unique)).then(|| (0..count).map(key).collect())
}

/// The weight of a rank, from 1.
fn zipf_weight(rank: u32, exponent: f64) -> f64 {
    libm::pow(f64::from(rank), -exponent)
}

const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;

/// Draws from a discrete distribution in constant time (Walker's alias method, as Vose builds it).
struct AliasTable {
    /// For each slot: draw the slot itself below this threshold, else its alias.
    slots: Vec<(u64, u32)>,
}

impl AliasTable {
    /// Weights `1 / rank^exponent` for ranks 1 to `count`.
    fn zipf(count: u32, exponent: f64) -> Self {
        Self::new((1..=count).map(|rank| zipf_weight(rank, exponent)).collect())
    }

    fn new(mut weights: Vec<f64>) -> Self {
        let total: f64 = weights.iter().sum();
        let count = weights.len();
        // Scaled to a mean of 1: a slot holds its own weight up to 1 and lends the rest of itself to a richer one.
        weights.iter_mut().for_each(|w| *w *= count as f64 / total);
        let mut slots = vec![(u64::MAX, 0); count];
        let (mut poor, mut rich): (Vec<usize>, Vec<usize>) = (0..count).partition(|i| weights[*i] < 1.0);
        while let (Some(low), Some(&high)) = (poor.pop(), rich.last()) {
            slots[low] = ((weights[low] * TWO_TO_64) as u64, high as u32);
            weights[high] -= 1.0 - weights[low];
            if weights[high] < 1.0 {
                rich.pop();
                poor.push(high);
            }
        }
        Self { slots }
    }

    /// One 64-bit draw gives both the slot and the position in it.
    fn draw(&self, uniform: u64) -> usize {
        let product = u128::from(uniform) * self.slots.len() as u128;
        let slot = (product >> 64) as usize;
        let (threshold, alias) = self.slots[slot];
        if product as u64 <= threshold { slot } else { alias as usize }
    }
}

/// Draws sizes.
pub(super) struct Sizes {
    distribution: SizeDistribution,
    random: Random,
}

impl Sizes {
    pub(super) fn new(distribution: &SizeDistribution, random: Random) -> Self {
        Self { distribution: distribution.clone(), random }
    }

    /// Bytes of the next record's data.
    pub(super) fn next(&mut self) -> u32 {
        match self.distribution {
            SizeDistribution::Fixed(bytes) => bytes,
            SizeDistribution::Uniform(low, high) => self.random.between(u64::from(low), u64::from(high)) as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::base::Seed;

    /// How often each key came in `n` draws.
    fn counts(distribution: &KeyDistribution, n: u64) -> BTreeMap<String, u64> {
        let mut keys = Keys::new(distribution, "web", KeyTable::default(), Seed(3).stream("keys"));
        let mut counts = BTreeMap::new();
        for record in 0..n {
            *counts.entry(keys.next(record).0.as_str().to_owned()).or_insert(0) += 1;
        }
        counts
    }

    #[test]
    fn uniform_keys_are_equally_likely() {
        let counts = counts(&KeyDistribution::Uniform { count: 10 }, 100_000);
        assert_eq!(counts.len(), 10);
        assert!(counts.values().all(|n| n.abs_diff(10_000) < 400), "{counts:?}");
    }

    #[test]
    fn a_salted_key_becomes_several_that_are_equally_likely_here_and_by_weight() {
        let hot = KeyDistribution::Hot { key: "AAPL".into(), share: 0.5, count: 9 };
        let salted = KeyDistribution::Salted { of: Box::new(hot), parts: 4 };
        let counts = counts(&salted, 100_000);
        assert_eq!(counts.len(), 40);
        for part in 0..4 {
            assert!(counts[&format!("AAPL#{part}")].abs_diff(12_500) < 500, "{counts:?}");
        }
        let weights = weighted(&salted, "web").expect("keys that are known");
        let (all, hot) = (weights.iter().map(|key| key.weight).sum::<f64>(), weights[0].weight);
        assert!((hot / all - 0.125).abs() < 1e-9, "{hot} of {all}");
        let hash = PartitionKey::new("AAPL#0").expect("a key").hash_key();
        assert_eq!(weights[0].hash, hash);
    }

    #[test]
    fn zipf_keys_follow_one_over_rank() {
        let counts = counts(&KeyDistribution::Zipf { count: 1000, exponent: 1.0 }, 200_000);
        let harmonic: f64 = (1..=1000).map(|rank| 1.0 / f64::from(rank)).sum();
        for rank in [1u32, 2, 3, 10] {
            let expected = 200_000.0 / harmonic / f64::from(rank);
            let found = counts[&format!("key-{}", rank - 1)] as f64;
            assert!((found - expected).abs() < 5.0 * expected.sqrt(), "rank {rank}: {found} for {expected}");
        }
    }

    #[test]
    fn a_hot_key_has_its_share_and_the_rest_is_uniform() {
        let hot = |share, count| KeyDistribution::Hot { key: "celebrity".into(), share, count };
        let some = counts(&hot(0.4, 6), 100_000);
        assert!(some["celebrity"].abs_diff(40_000) < 800, "{some:?}");
        assert_eq!(some.len(), 7);
        assert!(some["key-5"].abs_diff(10_000) < 400, "{some:?}");
        assert_eq!(counts(&hot(0.4, 0), 10)["celebrity"], 10);
        assert!(!counts(&hot(0.0, 2), 1000).contains_key("celebrity"));
    }

    #[test]
    fn listed_keys_are_used_as_they_are_and_unique_ones_never_twice() {
        let listed = counts(&KeyDistribution::List(vec!["a".into(), "b".into()]), 1000);
        assert_eq!(listed.keys().collect::<Vec<_>>(), ["a", "b"]);
        let unique = counts(&KeyDistribution::Unique, 1000);
        assert_eq!(unique.len(), 1000);
        assert!(unique.contains_key("web-999"));
    }

    #[test]
    fn explicit_hash_keys_come_with_the_key_of_their_number() {
        let hashes = vec![HashKey::MIN, HashKey::MAX];
        let mut keys = Keys::new(
            &KeyDistribution::ExplicitHash(hashes.clone()),
            "web",
            KeyTable::default(),
            Seed(1).stream("keys"),
        );
        for record in 0..100 {
            let (key, explicit) = keys.next(record);
            let number = if key.as_str() == "key-0" { 0 } else { 1 };
            assert_eq!(explicit.as_deref(), Some(&hashes[number]));
        }
    }

    #[test]
    fn sizes_stay_in_their_range_and_reach_its_ends() {
        let mut sizes = Sizes::new(&SizeDistribution::Uniform(10, 12), Seed(1).stream("sizes"));
        let drawn: std::collections::BTreeSet<u32> = (0..100).map(|_| sizes.next()).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [10, 11, 12]);
        assert_eq!(Sizes::new(&SizeDistribution::Fixed(7), Seed(1).stream("s")).next(), 7);
    }
}
