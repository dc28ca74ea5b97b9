//! Where a source's records go: the mass of its keys over the hash key space, by the real hash of the real keys.

use super::amount::Share;
use crate::base::HashKeyRange;
use crate::client::producer::KeyDistribution;
use crate::client::producer::keys::{Weighted, weighted};

/// How the records of a source are spread.
#[derive(Clone, Debug)]
pub(super) enum Mass {
    /// A new key for every record: what a range has is its part of the space.
    Even,
    /// Keys in order of their hash, each with the mass of all up to and with it.
    Keys(Vec<(u128, u64)>),
    /// Evenly over a part of the space.
    Within(HashKeyRange),
}

impl Mass {
    /// The mass of a distribution, and the mean bytes of its keys in millionths.
    pub(super) fn of(distribution: &KeyDistribution, producer: &str, records: u64) -> (Self, u64) {
        match weighted(distribution, producer) {
            Some(keys) => Self::of_keys(keys),
            // `PRODUCER-N`, with as many digits as half of the records have.
            None => (Self::Even, (producer.len() as u64 + 1 + digits(records)) * super::amount::ONE),
        }
    }

    /// The mass of keys with weights.
    pub(super) fn of_keys(mut keys: Vec<Weighted>) -> (Self, u64) {
        let total: f64 = keys.iter().map(|key| key.weight).sum();
        if total <= 0.0 {
            return (Self::Even, 0);
        }
        let bytes: f64 = keys.iter().map(|key| key.weight * f64::from(key.key_bytes)).sum();
        keys.sort_by_key(|key| key.hash);
        let mut sum = 0.0;
        let cumulative = keys.iter().map(|key| {
            sum += key.weight;
            (key.hash.get(), ((sum / total).min(1.0) * Share::ALL as f64) as u64)
        });
        let mut cumulative: Vec<_> = cumulative.collect();
        if let Some(last) = cumulative.last_mut() {
            last.1 = Share::ALL;
        }
        (Self::Keys(cumulative), (bytes / total * 1e6) as u64)
    }

    /// What a range has of it.
    pub(super) fn share(&self, range: HashKeyRange) -> Share {
        match self {
            Self::Even => {
                let length = range.end.get() - range.start.get();
                Share(((length >> 68) as u64 + 1).min(Share::ALL))
            }
            Self::Within(own) => {
                let (start, end) = (own.start.max(range.start), own.end.min(range.end));
                let Some(overlap) = end.get().checked_sub(start.get()) else { return Share(0) };
                // The last of each counts as well, but for ranges so long that it does not matter.
                let (overlap, own) = (overlap.saturating_add(1), (own.end.get() - own.start.get()).saturating_add(1));
                let shift = (u128::BITS - own.leading_zeros()).saturating_sub(64);
                Share(((overlap >> shift) * u128::from(Share::ALL) / (own >> shift)) as u64)
            }
            Self::Keys(keys) => {
                let below = |key: u128| match keys.partition_point(|(hash, _)| *hash < key) {
                    0 => 0,
                    count => keys[count - 1].1,
                };
                let end = match range.end.get().checked_add(1) {
                    Some(end) => below(end),
                    None => Share::ALL,
                };
                Share(end - below(range.start.get()))
            }
        }
    }
}

/// Digits of the numbers up to a count, as most of them have.
fn digits(count: u64) -> u64 {
    u64::from(count.max(1).ilog10()) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_ranges_that_tile_the_space_are_all_of_it() {
        for distribution in [
            KeyDistribution::Uniform { count: 100 },
            KeyDistribution::Zipf { count: 1000, exponent: 1.2 },
            KeyDistribution::Hot { key: "hot".into(), share: 0.5, count: 10 },
            KeyDistribution::Unique,
        ] {
            let (mass, _) = Mass::of(&distribution, "p", 1000);
            let sum: u64 = HashKeyRange::uniform(7).map(|range| mass.share(range).0).sum();
            assert!(Share::ALL.abs_diff(sum) < 100, "{distribution:?}: {sum}");
        }
    }

    #[test]
    fn a_part_of_the_space_falls_on_those_who_have_it() {
        let quarters: Vec<_> = HashKeyRange::uniform(4).collect();
        let halves =
            HashKeyRange::uniform(2).map(|half| quarters.iter().map(|of| Mass::Within(*of).share(half).0).sum());
        assert!(halves.into_iter().all(|of: u64| of.abs_diff(2 * Share::ALL) < 100));
        let within = Mass::Within(quarters[1]);
        assert_eq!([0, 1, 2].map(|at| within.share(quarters[at]).0), [0, Share::ALL, 0]);
        let eighth = HashKeyRange::uniform(8).nth(2).expect("an eighth");
        assert!(within.share(eighth).0.abs_diff(Share::ALL / 2) < 100);
    }

    #[test]
    fn the_first_of_two_keys_by_zipf_has_two_thirds() {
        let (mass, _) = Mass::of(&KeyDistribution::Zipf { count: 2, exponent: 1.0 }, "p", 1);
        let key = crate::base::PartitionKey::new("key-0").expect("a key").hash_key();
        let share = mass.share(HashKeyRange { start: key, end: key });
        assert!((share.0 as f64 / Share::ALL as f64 - 2.0 / 3.0).abs() < 1e-9);
    }
}
