//! A part of a search, for many machines: which seeds are its own.
//!
//! Seeds are dealt out by their number alone, so that the parts of a search need nothing of each other, and together
//! make every run once.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

/// What is wanted, for messages.
const WANTED: &str = "a part of how many, such as 2/3";

/// One of several parts, from 1 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Partition {
    of: u64,
    number: u64,
}

impl Partition {
    /// The only one.
    pub(crate) const WHOLE: Self = Self { of: 1, number: 1 };

    /// The `number`-th of so many; none when there are not so many.
    pub(crate) fn new(number: u64, of: u64) -> Option<Self> {
        (1..=of).contains(&number).then_some(Self { of, number })
    }
    /// All of so many.
    pub(crate) fn all(of: u64) -> impl Iterator<Item = Self> {
        (1..=of).map(move |number| Self { of, number })
    }
    /// How many parts there are.
    pub(crate) fn of(self) -> u64 {
        self.of
    }
    /// Whether a seed is its own.
    pub(crate) fn has(self, seed: u64) -> bool {
        seed % self.of == self.number % self.of
    }
    /// How far its first seed lies behind a seed.
    pub(super) fn first_behind(self, seed: u64) -> u64 {
        (self.number % self.of + self.of - seed % self.of) % self.of
    }
    /// How many of so many seeds from one on are its own.
    pub(crate) fn share(self, from: u64, seeds: u64) -> u64 {
        let first = self.first_behind(from);
        if first < seeds { (seeds - 1 - first) / self.of + 1 } else { 0 }
    }
    /// What its folder is called.
    pub(crate) fn folder(self) -> String {
        format!("{}-of-{}", self.number, self.of)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Partition {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, of) = text.split_once('/').ok_or(WANTED)?;
        let read = |text: &str| text.trim().parse::<u64>().map_err(|_| WANTED);
        Self::new(read(number)?, read(of)?).ok_or("a part from 1 on to as many as there are, such as 3/3")
    }
}

impl Serialize for Partition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Partition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_is_of_one_part_and_the_shares_are_all() {
        for (of, from, seeds) in [(1, 1, 10), (3, 1, 100), (3, 5, 7), (4, 2, 1), (7, 3, 5), (2, 0, 0)] {
            let parts: Vec<Partition> = Partition::all(of).collect();
            for seed in from..from + seeds {
                assert_eq!(parts.iter().filter(|part| part.has(seed)).count(), 1, "{seed} of {of}");
            }
            for part in &parts {
                let own: Vec<u64> = (from..from + seeds).filter(|seed| part.has(*seed)).collect();
                assert_eq!(part.share(from, seeds), own.len() as u64, "{part} of {from}, {seeds}");
                assert!(own.first().is_none_or(|first| *first == from + part.first_behind(from)), "{part}");
            }
        }
    }

    #[test]
    fn a_part_is_written_from_1_on() {
        assert_eq!("2/3".parse::<Partition>().map(|part| part.to_string()), Ok("2/3".into()));
        for wrong in ["0/3", "4/3", "2", "1/0", "a/b"] {
            assert!(wrong.parse::<Partition>().is_err(), "{wrong}");
        }
    }
}
