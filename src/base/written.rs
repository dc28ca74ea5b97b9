//! Values as people write them: `"10m"`, `"1 MiB"`, `"1500/s"`, `"5%"`.
//!
//! Each type reads one text form strictly, says what it wanted otherwise, and writes itself back in a form that it
//! reads again.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base::SimDuration;
use crate::base::units::{ByteSize, KIB, MIB};

/// Declares how a unit type is read from and written to a file, and its JSON Schema.
macro_rules! text_unit {
    ($name:ident, $pattern:literal, $meaning:literal) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl Visitor<'_> for Text {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        // No text at all is never a value: its refusal says what one looks like.
                        f.write_str("".parse::<$name>().err().unwrap_or("a text in quotes"))
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(|reason| E::custom(format!("`{text}` is not {reason}")))
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern, "description": $meaning })
            }
        }
    };
}

/// What a text was expected to be.
type Wanted = &'static str;

const DURATION: Wanted = "a duration such as \"250ms\", \"10s\", \"1h30m\" or \"7d\" (units: us, ms, s, m, h, d)";
const DURATION_TOO_LONG: Wanted = "a duration of ten years at most, \"3650d\"";
const SIZE: Wanted = "a size such as \"700 B\", \"64 KiB\" or \"1 MiB\" (units: B, KB, KiB, MB, MiB)";
const RATE: Wanted = "a rate such as \"1500/s\", \"90/min\" or \"2/h\"";
const RATE_TOO_HIGH: Wanted = "a rate of 100 million a second at most";
const SHARE: Wanted = "a share such as \"5%\" or \"0.1%\", from 0% to 100%";

/// Longer than the longest retention by far; a run beyond it is a slip of the pen.
const DURATION_DAYS_MAX: u64 = 3650;
/// Above what any account may write.
const RATE_MAX_PER_S: f64 = 1e8;

/// Splits a number from the unit behind it.
fn split_number(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    Some((text[..end].parse().ok()?, text[end..].trim_start()))
}

/// A length of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub SimDuration);

impl FromStr for Duration {
    type Err = Wanted;
    fn from_str(text: &str) -> Result<Self, Wanted> {
        let mut rest = text.trim();
        let mut nanos = 0u64;
        if rest.is_empty() {
            return Err(DURATION);
        }
        while !rest.is_empty() {
            let (number, tail) = split_number(rest).ok_or(DURATION)?;
            let end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
            let unit_nanos = match &tail[..end] {
                "ns" => 1.0,
                "us" => 1e3,
                "ms" => 1e6,
                "s" => 1e9,
                "m" | "min" => 60e9,
                "h" => 3600e9,
                "d" => 86_400e9,
                _ => return Err(DURATION),
            };
            nanos = nanos.saturating_add((number * unit_nanos + 0.5) as u64);
            rest = tail[end..].trim_start();
        }
        match SimDuration::from_nanos(nanos) {
            duration if duration <= SimDuration::from_hours(DURATION_DAYS_MAX * 24) => Ok(Self(duration)),
            _ => Err(DURATION_TOO_LONG),
        }
    }
}
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Exact, whatever the length: the largest unit that divides it.
        let nanos = self.0.as_nanos();
        match () {
            () if nanos.is_multiple_of(1_000_000) => self.0.fmt(f),
            () if nanos.is_multiple_of(1_000) => write!(f, "{}us", nanos / 1_000),
            () => write!(f, "{nanos}ns"),
        }
    }
}
text_unit!(
    Duration,
    r"^(\s*\d+(\.\d+)?\s*(ns|us|ms|s|m|min|h|d))+$",
    "A duration: \"250ms\", \"10s\", \"1h30m\", \"7d\"."
);

/// A range of durations: `"2ms..8ms"`, or one duration for both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DurationRange(pub SimDuration, pub SimDuration);

impl FromStr for DurationRange {
    type Err = Wanted;
    fn from_str(text: &str) -> Result<Self, Wanted> {
        let wanted = "a duration such as \"5ms\" or a range such as \"2ms..8ms\", the lower end first";
        let (low, high) = text.split_once("..").unwrap_or((text, text));
        match (low.parse::<Duration>(), high.parse::<Duration>()) {
            (Ok(low), Ok(high)) if low <= high => Ok(Self(low.0, high.0)),
            _ => Err(wanted),
        }
    }
}
impl fmt::Display for DurationRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", Duration(self.0), Duration(self.1))
    }
}
text_unit!(DurationRange, r"^.+$", "A range of durations, \"2ms..8ms\", or one duration.");

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

impl FromStr for Size {
    type Err = Wanted;
    fn from_str(text: &str) -> Result<Self, Wanted> {
        let (number, unit) = split_number(text.trim()).ok_or(SIZE)?;
        let bytes = match unit {
            "B" => 1,
            "KB" => 1000,
            "KiB" => KIB,
            "MB" => 1_000_000,
            "MiB" => MIB,
            _ => return Err(SIZE),
        };
        Ok(Self((number * bytes as f64 + 0.5) as u64))
    }
}
impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("0 B"),
            n if n.is_multiple_of(MIB) || n.is_multiple_of(KIB) => ByteSize(n).fmt(f),
            n => write!(f, "{n} B"),
        }
    }
}
text_unit!(Size, r"^\s*\d+(\.\d+)?\s*(B|KB|KiB|MB|MiB)$", "A size: \"700 B\", \"64 KiB\", \"1 MiB\".");

/// A size, or a range of sizes: `"500 B..2 KiB"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeRange(pub u64, pub u64);

impl FromStr for SizeRange {
    type Err = Wanted;
    fn from_str(text: &str) -> Result<Self, Wanted> {
        let (low, high) = text.split_once("..").unwrap_or((text, text));
        match (low.parse::<Size>(), high.parse::<Size>()) {
            (Ok(low), Ok(high)) if low <= high => Ok(Self(low.0, high.0)),
            _ => Err("a size such as \"700 B\" or a range such as \"500 B..2 KiB\", the lower end first"),
        }
    }
}
impl fmt::Display for SizeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 == self.1 {
            true => Size(self.0).fmt(f),
            false => write!(f, "{}..{}", Size(self.0), Size(self.1)),
        }
    }
}
text_unit!(SizeRange, r"^.+$", "A size, \"700 B\", or a range of sizes, \"500 B..2 KiB\".");

/// So many a second, written `800/s`, `90/min` or `20/h`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// As it was written.
    number: f64,
    unit: &'static str,
}

impl Rate {
    /// So many times as many.
    pub(crate) fn times(self, factor: f64) -> Self {
        Self { number: self.number * factor, ..self }
    }
    /// So many a second.
    pub fn per_s(self) -> f64 {
        match self.unit {
            "s" => self.number,
            "min" => self.number / 60.0,
            _ => self.number / 3600.0,
        }
    }
}

impl FromStr for Rate {
    type Err = Wanted;
    fn from_str(text: &str) -> Result<Self, Wanted> {
        let (number, unit) = split_number(text.trim()).ok_or(RATE)?;
        let unit = match unit {
            "/s" => "s",
            "/min" | "/m" => "min",
            "/h" => "h",
            _ => return Err(RATE),
        };
        match (Self { number, unit }) {
            rate if rate.per_s() <= RATE_MAX_PER_S => Ok(rate),
            _ => Err(RATE_TOO_HIGH),
        }
    }
}
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.unit)
    }
}
text_unit!(Rate, r"^\s*\d+(\.\d+)?\s*/(s|m|min|h)$", "A rate: \"1500/s\", \"90/min\", \"2/h\".");

/// A share, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    percent: f64,
}

impl Share {
    /// The share as a fraction, 0 to 1.
    pub(crate) fn fraction(self) -> f64 {
        self.percent / 100.0
    }
}

impl FromStr for Share {
    type Err = Wanted;
    fn from_str(text: &str) -> Result<Self, Wanted> {
        match split_number(text.trim()) {
            Some((percent, "%")) if (0.0..=100.0).contains(&percent) => Ok(Self { percent }),
            _ => Err(SHARE),
        }
    }
}
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.percent)
    }
}
text_unit!(Share, r"^\s*\d+(\.\d+)?\s*%$", "A share: \"5%\", from 0% to 100%.");

#[cfg(test)]
mod tests {
    use super::*;

    fn reads<T: FromStr + fmt::Display>(text: &str, back: &str) {
        let value: T = text.parse().unwrap_or_else(|_| panic!("{text} is read"));
        assert_eq!(value.to_string(), back);
    }

    #[test]
    fn units_are_read_as_people_write_them_and_written_back() {
        for (text, back) in [
            ("10m", "10m"),
            ("1h30m", "90m"),
            ("1.5s", "1.5s"),
            ("200us", "200us"),
            ("7d", "7d"),
            ("0s", "0s"),
            ("1500us", "1500us"),
        ] {
            reads::<Duration>(text, back);
        }
        for (text, back) in
            [("700 B", "700 B"), ("1MiB", "1 MiB"), ("1 KB", "1000 B"), ("1.5 KiB", "1536 B"), ("0 B", "0 B")]
        {
            reads::<Size>(text, back);
        }
        reads::<Rate>("1500/s", "1500/s");
        reads::<Rate>("90/min", "90/min");
        reads::<Share>("0.1%", "0.1%");
        reads::<DurationRange>("2ms..8ms", "2ms..8ms");
        reads::<SizeRange>("1 KiB", "1 KiB");
    }

    #[test]
    fn wrong_units_are_refused() {
        for text in ["", "10", "10 parsecs", "m", "-5s"] {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
        for text in ["3651d", "99999999999999999999h", "3000d 3000d"] {
            assert_eq!(text.parse::<Duration>(), Err(DURATION_TOO_LONG), "{text}");
        }
        assert_eq!("1000000000/s".parse::<Rate>(), Err(RATE_TOO_HIGH));
        for text in ["700", "1 GiBB", "10s"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
        assert!("1500".parse::<Rate>().is_err() && "5/day".parse::<Rate>().is_err());
        assert!("130%".parse::<Share>().is_err() && "5".parse::<Share>().is_err());
        assert!("8ms..2ms".parse::<DurationRange>().is_err());
    }
}
