//! `[explore]`: what each seed of a swarm may make of the scenario.
//!
//! Only `--swarm` looks at it: a plain run is the file as it stands. What is drawn, and how, stands in `swarm.rs`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};
use serde::{Deserialize as DeriveDeserialize, Serialize};
use toml::Value;

use super::defaults::secs;
use crate::base::SimDuration;
use crate::base::seed::Random;
use crate::base::written::{Duration, DurationRange, Size};

/// What a swarm may change, seed by seed. Without it only faults are drawn.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Explore {
    /// Kinds of random faults that may be on. When absent those of `[random_faults]`, or without these every kind that
    /// heals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) faults: Vec<String>,
    /// How often a kind that is on is drawn.
    #[serde(default = "rate")]
    pub(crate) rate: Choice,
    /// How long faults last: of each seed a range within this one.
    #[serde(default = "lasts")]
    pub(crate) lasts: DurationRange,
    /// Keys by their path, each with the values it may have: `"consumer.billing.workers" = [1, 3]`, `"stream.*.shards"
    /// = "1..6"`. A `*` stands for every name or number there; `"default"` leaves the key out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) vary: BTreeMap<String, Choice>,
    /// Paths of what a seed may leave out: `"action.*"`, `"consumer.late"`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) maybe: Vec<String>,
}

impl Default for Explore {
    fn default() -> Self {
        Self { faults: Vec::new(), rate: rate(), lasts: lasts(), vary: BTreeMap::new(), maybe: Vec::new() }
    }
}

fn rate() -> Choice {
    Choice::Between(Ends { low: 4, high: 120, unit: Unit::Other("/h".into()) })
}
fn lasts() -> DurationRange {
    DurationRange(secs(1).0, secs(90).0)
}

/// The values that a key may have.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Choice {
    /// One of these.
    Of(Vec<Value>),
    /// One from a range; small ones are as likely as large ones.
    Between(Ends),
}

/// A range of numbers with their unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    low: u64,
    high: u64,
    unit: Unit,
}

/// What a number of a range counts.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Unit {
    /// Nothing: a whole number.
    Whole,
    /// Microseconds, written as a duration.
    Us,
    /// Bytes, written as a size.
    Bytes,
    /// What stands behind both numbers.
    Other(Box<str>),
}

impl Ends {
    /// A range such as `1..6`, `1s..2m`, `4/h..120/h`.
    fn parse(text: &str) -> Option<Self> {
        let (low, high) = text.split_once("..")?;
        let (low, high, unit) = if let (Ok(low), Ok(high)) = (low.parse::<Duration>(), high.parse::<Duration>()) {
            (low.0.as_nanos() / 1000, high.0.as_nanos() / 1000, Unit::Us)
        } else if let (Ok(low), Ok(high)) = (low.parse::<Size>(), high.parse::<Size>()) {
            (low.0, high.0, Unit::Bytes)
        } else {
            let ((low, unit), (high, also)) = (number_and_unit(low)?, number_and_unit(high)?);
            let unit = (unit == also).then_some(unit)?;
            (low, high, if unit.trim().is_empty() { Unit::Whole } else { Unit::Other(unit.into()) })
        };
        (low <= high).then_some(Self { low, high, unit })
    }

    /// A member with two digits that count, so that people can read it. Each doubling is as likely as any other; whole
    /// numbers alone, because logarithms differ from machine to machine.
    fn draw(&self, random: &mut Random) -> Value {
        let Self { low, high, .. } = *self;
        // From one up, so that zero is a step like others.
        let (first, last) = (low.saturating_add(1), high.saturating_add(1));
        let doublings = (last / first).ilog2();
        let from = first << random.below(u64::from(doublings) + 1);
        let to = from.saturating_mul(2).saturating_sub(1).min(last);
        self.written(two_digits(random.between(from, to) - 1).clamp(low, high))
    }

    fn written(&self, number: u64) -> Value {
        match &self.unit {
            Unit::Whole => Value::Integer(number as i64),
            Unit::Us => Value::String(Duration(SimDuration::from_micros(number)).to_string()),
            Unit::Bytes => Value::String(Size(number).to_string()),
            Unit::Other(unit) => Value::String(format!("{number}{unit}")),
        }
    }
}

fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

fn two_digits(number: u64) -> u64 {
    let digits = number.checked_ilog10().unwrap_or(0);
    let step = 10u64.pow(digits.saturating_sub(1));
    (number + step / 2) / step * step
}

impl Choice {
    /// One of the values.
    pub(crate) fn draw(&self, random: &mut Random) -> Value {
        match self {
            Self::Of(values) => values[random.below(values.len() as u64) as usize].clone(),
            Self::Between(ends) => ends.draw(random),
        }
    }
    /// A range that is written so; `None` when it is none.
    pub(crate) fn range(text: &str) -> Option<Self> {
        Ends::parse(text).map(Self::Between)
    }
    /// The values to try one after the other: every one of a list; of a range its lower end, that doubled, and so on,
    /// and its upper end.
    pub(crate) fn steps(&self) -> Vec<Value> {
        match self {
            Self::Of(values) => values.clone(),
            Self::Between(ends) => {
                let doubled = |number: &u64| number.max(&1).checked_mul(2).filter(|number| *number < ends.high);
                let below = std::iter::successors(Some(ends.low).filter(|low| *low < ends.high), doubled);
                below.chain([ends.high]).map(|number| ends.written(number)).collect()
            }
        }
    }
    /// Values that show whether all fit: every one of a list, both ends of a range.
    pub(crate) fn samples(&self) -> Vec<Value> {
        match self {
            Self::Of(values) => values.clone(),
            Self::Between(ends) => vec![ends.written(ends.low), ends.written(ends.high)],
        }
    }
}

/// What is wanted, for messages.
const WANTED: &str = "a list of values such as [1, 4], or a range such as \"1..4\", \"1s..2m\" or \"4/h..60/h\", the \
                      lower end first";

impl<'de> Deserialize<'de> for Choice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Array(values) if !values.is_empty() => Ok(Self::Of(values)),
            Value::String(text) => Ends::parse(&text).map(Self::Between).ok_or_else(|| D::Error::custom(WANTED)),
            _ => Err(D::Error::custom(WANTED)),
        }
    }
}

impl Serialize for Choice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Of(values) => values.serialize(serializer),
            Self::Between(ends) => {
                let text = |number| match ends.written(number) {
                    Value::String(text) => text,
                    other => other.to_string(),
                };
                serializer.collect_str(&format_args!("{}..{}", text(ends.low), text(ends.high)))
            }
        }
    }
}

impl JsonSchema for Choice {
    fn schema_name() -> Cow<'static, str> {
        "Choice".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The values that a key may have: a list, or a range such as \"1..4\" or \"1s..2m\".",
            "anyOf": [{ "type": "array", "minItems": 1 }, { "type": "string", "pattern": r"^.+\.\..+$" }]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Seed;

    fn drawn(text: &str) -> Vec<String> {
        let choice = Choice::deserialize(Value::String(text.into())).expect("a range");
        let mut random = Seed(1).stream("t");
        (0..200).map(|_| choice.draw(&mut random).to_string().replace('"', "")).collect()
    }

    #[test]
    fn what_is_drawn_lies_in_the_range_and_can_be_read() {
        let shards: Vec<u32> = drawn("1..6").iter().map(|text| text.parse().expect("a whole number")).collect();
        assert!((1..=6).all(|n| shards.contains(&n)) && shards.iter().all(|n| (1..=6).contains(n)));
        for text in drawn("1s..6m") {
            let ms = text.parse::<Duration>().expect("a duration").0.as_millis();
            assert!((1_000..=360_000).contains(&ms), "{text}");
        }
        assert!(drawn("4/h..120/h").iter().all(|text| text.ends_with("/h")));
        assert!(drawn("100 B..1 KiB").iter().all(|text| text.parse::<Size>().is_ok()));
        assert!(drawn("10 records..500 records").iter().all(|text| text.ends_with(" records")));
    }

    #[test]
    fn a_choice_is_read_as_it_is_written() {
        for text in ["1..6", "1s..2m", "4/h..120/h", "100 B..1 KiB"] {
            let choice = Choice::deserialize(Value::String(text.into())).expect("a range");
            assert_eq!(Value::try_from(&choice).expect("written"), Value::String(text.into()));
        }
        for wrong in ["6..1", "1..", "1s..4", "1/h..2/s", "x"] {
            assert!(Choice::deserialize(Value::String(wrong.into())).is_err(), "{wrong}");
        }
        assert!(Choice::deserialize(Value::Array(Vec::new())).is_err(), "nothing to choose from");
    }
}
