//! US dollars, exact to a billionth.

use std::fmt;
use std::ops::Add;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Billionths in a dollar.
const NANOS: u64 = 1_000_000_000;
const DIGITS: usize = 9;
/// A price or a bound above this is a slip of the pen.
const DOLLARS_MAX: u64 = 1_000_000_000;

const WANTED: &str = "an amount such as \"2000 USD\" or \"0.015 USD\", with nine decimals at most";

/// An amount in whole billionths of a US dollar, up to 18 billion dollars. Written `0.015 USD`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Usd(u64);

impl Usd {
    /// The amount in billionths.
    #[cfg(test)]
    pub(crate) const fn nanos(self) -> u64 {
        self.0
    }
    /// The price of `quantity` where this is that of `per`, rounded to a billionth.
    pub(crate) fn times(self, quantity: u128, per: u128) -> Self {
        assert!(per > 0, "a price is of something");
        let nanos = (u128::from(self.0) * quantity + per / 2) / per;
        Self(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
    /// The amount in dollars, for reports.
    pub(crate) fn dollars(self) -> f64 {
        self.0 as f64 / NANOS as f64
    }
    /// So many dollars, to the nearest billionth; nothing of what is no amount.
    pub(crate) fn of_dollars(dollars: f64) -> Self {
        Self((dollars * NANOS as f64).round() as u64)
    }
    /// To whole cents, as a bill shows it: `1,234.50`.
    pub(crate) fn in_cents(self) -> String {
        let cents = (self.0 + NANOS / 200) / (NANOS / 100);
        let mut dollars = (cents / 100).to_string();
        for at in (1..dollars.len()).rev().filter(|at| (dollars.len() - at).is_multiple_of(3)).collect::<Vec<_>>() {
            dollars.insert(at, ',');
        }
        format!("{dollars}.{:02}", cents % 100)
    }
}

impl Add for Usd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

impl FromStr for Usd {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let number = text.trim().strip_suffix("USD").ok_or(WANTED)?.trim_end().replace('_', "");
        let (whole, part) = number.split_once('.').unwrap_or((&number, ""));
        let is_number = |digits: &str| digits.chars().all(|c| c.is_ascii_digit());
        if whole.is_empty() || part.len() > DIGITS || !is_number(whole) || !is_number(part) {
            return Err(WANTED);
        }
        let whole: u64 = whole.parse().ok().filter(|whole| *whole <= DOLLARS_MAX).ok_or(WANTED)?;
        let part: u64 = format!("{part:0<DIGITS$}").parse().map_err(|_| WANTED)?;
        Ok(Self(whole * NANOS + part))
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = format!("{:09}", self.0 % NANOS);
        match part.trim_end_matches('0') {
            "" => write!(f, "{} USD", self.0 / NANOS),
            part => write!(f, "{}.{part} USD", self.0 / NANOS),
        }
    }
}

impl<'de> Deserialize<'de> for Usd {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|wanted| D::Error::custom(format!("`{text}` is not {wanted}")))
    }
}

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl schemars::JsonSchema for Usd {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Usd".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "pattern": r"^\s*[\d_]+(\.\d{1,9})?\s*USD$",
            "description": "An amount of US dollars: \"0.015 USD\"."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_to_the_billionth_and_written_back() {
        for (text, nanos, back) in [
            ("0.014 USD", 14_000_000, "0.014 USD"),
            ("2_000USD", 2_000 * NANOS, "2000 USD"),
            ("0.000000001 USD", 1, "0.000000001 USD"),
            (" 1.50 USD ", 1_500_000_000, "1.5 USD"),
        ] {
            let read: Usd = text.parse().expect("an amount");
            assert_eq!((read.nanos(), read.to_string().as_str()), (nanos, back), "{text}");
        }
        for text in ["", "5", "USD", "-1 USD", "1e3 USD", "0.0000000001 USD", "2000000000 USD", "1.5 EUR"] {
            assert!(text.parse::<Usd>().is_err(), "{text}");
        }
    }

    #[test]
    fn cents_are_rounded_half_up_and_grouped() {
        let shown = |text: &str| text.parse::<Usd>().expect("an amount").in_cents();
        assert_eq!(
            ["0.004 USD", "0.005 USD", "999.999 USD", "1234567.8 USD"].map(shown),
            ["0.00", "0.01", "1,000.00", "1,234,567.80"]
        );
    }
}
