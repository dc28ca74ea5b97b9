//! The name of a run among all that a scenario can have: a seed, and times at which another one takes over.
//!
//! `7@3m12s:41` is the run of seed 7 up to 3m12s; from then on every stream of chance is drawn anew from seed 41. So a
//! run that has come to a rare situation can be continued in many ways, each told in one line. Not modelled: chance
//! that clients draw for themselves, as a user's own code may.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

use super::seed::{Chance, Seed};
use super::time::{SimDuration, SimTime};
use super::written::Duration;

/// A seed, and the seeds that follow it: `7`, `7@3m12s:41`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seeds {
    /// Whose run it is at the start.
    first: Seed,
    /// In order of time.
    forks: Vec<Fork>,
}

/// From a time on, chance is drawn from another seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fork {
    pub(crate) at: SimTime,
    pub(crate) seed: Seed,
}

impl Seeds {
    /// Whose run it is at the start.
    pub(crate) fn first(&self) -> Seed {
        self.first
    }
    /// The seeds that take over, in order of time.
    pub(crate) fn forks(&self) -> &[Fork] {
        &self.forks
    }
    /// The same with one more seed, which takes over at a time that lies behind the others'.
    pub(crate) fn followed_by(&self, at: SimTime, seed: Seed) -> Option<Self> {
        let is_later = at > self.forks.last().map_or(SimTime::ZERO, |last| last.at);
        let mut seeds = self.clone();
        seeds.forks.push(Fork { at, seed });
        is_later.then_some(seeds)
    }
    /// Every seed in turn, with the time from which it counts.
    pub(crate) fn all(&self) -> impl Iterator<Item = Fork> {
        let first = Fork { at: SimTime::ZERO, seed: self.first };
        std::iter::once(first).chain(self.forks.iter().copied())
    }
}

impl From<&Seeds> for Chance {
    fn from(seeds: &Seeds) -> Self {
        Self::of(seeds.all().map(|fork| fork.seed))
    }
}

impl From<u64> for Seeds {
    fn from(seed: u64) -> Self {
        Self { first: Seed(seed), forks: Vec::new() }
    }
}

impl Default for Seeds {
    fn default() -> Self {
        Self::from(1)
    }
}

impl fmt::Display for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first.0)?;
        self.forks.iter().try_for_each(|fork| write!(f, "@{}:{}", written(fork.at.since(SimTime::ZERO)), fork.seed.0))
    }
}

/// A time as people write it, `3m12s`, exactly.
fn written(time: SimDuration) -> String {
    let ms = time.as_millis();
    if time != SimDuration::from_millis(ms) {
        return Duration(time).to_string();
    }
    let parts = [(ms / 3_600_000, "h"), (ms / 60_000 % 60, "m"), (ms / 1000 % 60, "s"), (ms % 1000, "ms")];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    parts.map(|(number, unit)| format!("{number}{unit}")).collect()
}

/// What is wanted, for messages.
const WANTED: &str = "a seed such as 7, or one that others follow such as 7@3m12s:41";

impl FromStr for Seeds {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.trim().split('@');
        let seed = |text: &str| text.parse().map(Seed).map_err(|_| WANTED);
        let first = seed(parts.next().unwrap_or_default())?;
        let forks = parts.map(|part| -> Result<Fork, &'static str> {
            let (at, next) = part.split_once(':').ok_or(WANTED)?;
            let at = at.parse::<Duration>().map_err(|_| WANTED)?;
            Ok(Fork { at: SimTime::ZERO + at.0, seed: seed(next)? })
        });
        let forks: Vec<Fork> = forks.collect::<Result<_, _>>()?;
        let are_in_order = forks.windows(2).all(|two| two[0].at < two[1].at);
        let is_later = forks.first().is_none_or(|fork| fork.at.since(SimTime::ZERO) > SimDuration::ZERO);
        if are_in_order && is_later {
            Ok(Self { first, forks })
        } else {
            Err("a timeline whose times grow, such as 7@3m12s:41@5m:3")
        }
    }
}

/// TOML's integers end at 2^63-1; what is above stands in quotes, and so does what has more than one seed.
impl Serialize for Seeds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(self.first.0) {
            Ok(small) if self.forks.is_empty() => serializer.serialize_i64(small),
            _ => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Seeds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;
        impl Visitor<'_> for Written {
            type Value = Seeds;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number from 0 to 18446744073709551615, in quotes when above 9223372036854775807")
            }
            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Seeds, E> {
                let wrong = |_| E::invalid_value(Unexpected::Signed(number), &self);
                u64::try_from(number).map(Seeds::from).map_err(wrong)
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Seeds, E> {
                Ok(number.into())
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Seeds, E> {
                text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Written)
    }
}

impl JsonSchema for Seeds {
    fn schema_name() -> Cow<'static, str> {
        "Seed".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A whole number, in quotes when it is above 2^63-1; or a timeline: \"7@3m12s:41\" goes on \
                            with seed 41 at 3m12s.",
            "anyOf": [
                { "type": "integer", "minimum": 0 },
                { "type": "string", "pattern": "^[0-9]{1,20}(@[0-9a-z.]+:[0-9]{1,20})*$" },
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeline_is_read_as_it_is_written() {
        for text in ["7", "0", "18446744073709551615", "7@3m12s:41", "7@1s:1@1h30m:2", "7@1m500ms:2"] {
            let read: Seeds = text.parse().unwrap_or_else(|wrong| panic!("{text}: {wrong}"));
            assert_eq!(read.to_string(), text);
        }
        for wrong in ["", "x", "-1", "7@", "7@3m", "7@:1", "7@3:1", "7@3m:", "7@3m:1@3m:2", "7@5m:1@3m:2", "7@0s:1"] {
            assert!(wrong.parse::<Seeds>().is_err(), "{wrong}");
        }
    }
}
