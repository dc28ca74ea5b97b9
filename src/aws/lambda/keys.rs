//! Partition keys that a simulated function gives records.
//!
//! A record has the same key whenever it is transformed: what is drawn follows from its data alone.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

use crate::base::Payload;

/// The values of a key among records.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys {
    /// The key's name; values are `NAME-0`, `NAME-1`, ...
    pub name: Box<str>,
    /// How many values there are, one at least.
    pub values: u32,
    /// How uneven they are: value `n` is `1 / (n + 1)^exponent` as frequent as the first. All are as frequent when
    /// there is none.
    pub(crate) zipf: Option<f64>,
}

/// Ready to be drawn from.
pub(super) struct Drawn {
    keys: Keys,
    /// Up to each value, how much all values weigh; empty when all are as frequent.
    weights: Vec<f64>,
}

impl Drawn {
    pub(super) fn new(keys: Keys) -> Self {
        let mut sum = 0.0;
        let mut weight = |rank: u32, exponent: f64| {
            sum += libm::pow(f64::from(rank), -exponent);
            sum
        };
        let weights = keys.zipf.map(|exponent| (1..=keys.values).map(|rank| weight(rank, exponent)).collect());
        Self { keys, weights: weights.unwrap_or_default() }
    }
    /// The keys of a record with this data.
    pub(super) fn of(&self, data: &Payload) -> BTreeMap<Box<str>, Box<str>> {
        let hash = match data {
            Payload::Synthetic { seed, .. } => xxh3_64(&seed.to_be_bytes()),
            Payload::Bytes(bytes) => xxh3_64(bytes),
        };
        let number = match self.weights.last() {
            None => ((u128::from(hash) * u128::from(self.keys.values.max(1))) >> 64) as usize,
            Some(all) => {
                let at = (hash >> 11) as f64 / (1u64 << 53) as f64 * all;
                self.weights.partition_point(|up_to| *up_to <= at).min(self.weights.len() - 1)
            }
        };
        let value = format!("{}-{number}", self.keys.name);
        BTreeMap::from([(self.keys.name.clone(), value.into())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(zipf: Option<f64>) -> Vec<u32> {
        let drawn = Drawn::new(Keys { name: "user".into(), values: 10, zipf });
        let mut counts = vec![0; 10];
        for seed in 0..10_000 {
            let value = drawn.of(&Payload::Synthetic { seed, len: 100 });
            let number: usize = value["user"].strip_prefix("user-").expect("its name").parse().expect("a number");
            counts[number] += 1;
        }
        counts
    }

    #[test]
    fn values_are_as_frequent_as_they_are_said_to_be() {
        assert!(counts(None).iter().all(|count| (900..1100).contains(count)), "{:?}", counts(None));
        let uneven = counts(Some(1.0));
        // 1 / (1 + 1/2 + ... + 1/10) = 0.341.
        assert!((3250..3600).contains(&uneven[0]) && (300..400).contains(&uneven[9]), "{uneven:?}");
    }

    #[test]
    fn a_record_has_the_same_key_whenever_it_is_transformed() {
        let drawn = Drawn::new(Keys { name: "user".into(), values: 1000, zipf: Some(0.8) });
        for data in [Payload::Synthetic { seed: 7, len: 20 }, Payload::from(b"{\"user\":7}".to_vec())] {
            assert_eq!(drawn.of(&data), drawn.of(&data.clone()));
        }
    }
}
