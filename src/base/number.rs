//! DynamoDB numbers: decimals of up to 38 significant digits
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>).

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::ids::NameError;

/// A decimal number, kept without trailing zeros so that equal numbers are equal values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Number {
    mantissa: i128,
    exponent: i16,
}

const DIGITS_MAX: u32 = 38;
const ERROR: NameError = NameError("a number has at most 38 significant digits and a magnitude of 1E-130 to 9.9E+125");

impl Number {
    /// The one form of 0; there is no negative one.
    pub const ZERO: Self = Self { mantissa: 0, exponent: 0 };

    fn normal(mut mantissa: i128, mut exponent: i32) -> Result<Self, NameError> {
        if mantissa == 0 {
            return Ok(Self::ZERO);
        }
        while mantissa % 10 == 0 {
            mantissa /= 10;
            exponent += 1;
        }
        let digits = mantissa.unsigned_abs().ilog10() + 1;
        let magnitude = exponent + digits as i32 - 1;
        if digits > DIGITS_MAX || !(-130..=125).contains(&magnitude) {
            return Err(ERROR);
        }
        Ok(Self { mantissa, exponent: exponent as i16 })
    }

    /// The value as an integer, when it is one that fits.
    pub(crate) fn as_i64(self) -> Option<i64> {
        let scale = 10i128.checked_pow(u32::try_from(self.exponent).ok()?)?;
        i64::try_from(self.mantissa.checked_mul(scale)?).ok()
    }

    /// The sum, or an error when it needs more than 38 digits or is out of range.
    pub(crate) fn checked_add(self, other: Self) -> Result<Self, NameError> {
        if self.mantissa == 0 {
            return Ok(other);
        }
        if other.mantissa == 0 {
            return Ok(self);
        }
        let exponent = self.exponent.min(other.exponent);
        let scaled = |n: Self| {
            let scale = 10i128.checked_pow((n.exponent - exponent) as u32)?;
            n.mantissa.checked_mul(scale)
        };
        let sum = scaled(self).zip(scaled(other)).and_then(|(a, b)| a.checked_add(b)).ok_or(ERROR)?;
        Self::normal(sum, exponent.into())
    }

    /// Appends mantissa and exponent, for the trace hash.
    pub(crate) fn encode_parts(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.mantissa.to_le_bytes());
        out.extend_from_slice(&self.exponent.to_le_bytes());
    }

    /// The number with its sign changed.
    pub(crate) fn negated(self) -> Self {
        Self { mantissa: -self.mantissa, ..self }
    }

    /// How many bytes the number takes in an item: one for two digits, which begin at an even place, and one more.
    pub fn size_bytes(self) -> u64 {
        let Some(last) = self.mantissa.unsigned_abs().checked_ilog10() else { return 1 };
        let (digits, place) = (last + 1, last as i32 + i32::from(self.exponent));
        let is_shifted = digits % 2 == 0 && place % 2 == 0;
        u64::from(1 + digits.div_ceil(2) + u32::from(is_shifted) + u32::from(self.mantissa < 0))
    }
}

impl From<i64> for Number {
    fn from(n: i64) -> Self {
        match Self::normal(n.into(), 0) {
            Ok(number) => number,
            Err(_) => unreachable!("every 64-bit integer has at most 19 digits"),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = self.mantissa.signum().cmp(&other.mantissa.signum());
        if sign != Ordering::Equal || self.mantissa == 0 {
            return sign;
        }
        let magnitude = |n: &Self| n.mantissa.unsigned_abs().ilog10() as i32 + i32::from(n.exponent);
        // Equal magnitudes: bring both mantissas to 38 digits and compare those.
        let aligned = |n: &Self| {
            let digits = n.mantissa.unsigned_abs().ilog10();
            n.mantissa.unsigned_abs() * 10u128.pow(DIGITS_MAX - 1 - digits)
        };
        let by_size = magnitude(self).cmp(&magnitude(other)).then_with(|| aligned(self).cmp(&aligned(other)));
        if self.mantissa < 0 { by_size.reverse() } else { by_size }
    }
}

impl fmt::Display for Number {
    /// As DynamoDB answers it: without an exponent, and without zeros that say nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.mantissa.unsigned_abs().to_string();
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let point = digits.len() as i32 + i32::from(self.exponent);
        if self.exponent >= 0 {
            write!(f, "{sign}{digits}{}", "0".repeat(self.exponent as usize))
        } else if point > 0 {
            let (whole, fraction) = digits.split_at(point as usize);
            write!(f, "{sign}{whole}.{fraction}")
        } else {
            write!(f, "{sign}0.{}{digits}", "0".repeat(point.unsigned_abs() as usize))
        }
    }
}

impl FromStr for Number {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        let (body, exponent) = match s.split_once(['e', 'E']) {
            Some((body, e)) => (body, e.parse::<i32>().map_err(|_| ERROR)?),
            None => (s, 0),
        };
        let (negative, body) = match body.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, body.strip_prefix('+').unwrap_or(body)),
        };
        let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ERROR);
        }
        let digits = digits.trim_start_matches('0');
        let kept = digits.trim_end_matches('0');
        if kept.len() > DIGITS_MAX as usize || exponent.abs() > 1000 {
            return Err(ERROR);
        }
        let mantissa: i128 = if kept.is_empty() { 0 } else { kept.parse().map_err(|_| ERROR)? };
        let dropped = (digits.len() - kept.len()) as i32;
        let exponent = exponent - fraction.len() as i32 + dropped;
        Self::normal(if negative { -mantissa } else { mantissa }, exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(s: &str) -> Number {
        s.parse().expect(s)
    }

    #[test]
    fn equal_numbers_are_equal_however_they_are_written() {
        assert_eq!(n("1.50"), n("15e-1"));
        assert_eq!(n("-0"), Number::ZERO);
        assert_eq!(n("100").to_string(), "100");
        assert_eq!(n("0.00120").to_string(), "0.0012");
        assert_eq!(n("1024.102412").to_string(), "1024.102412");
        assert_eq!(n("-0015.789e6").to_string(), "-15789000");
        assert_eq!(n("0001.000e-130").to_string(), format!("0.{}1", "0".repeat(129)));
        assert_eq!(n("9.9e125").to_string(), format!("99{}", "0".repeat(124)));
    }

    #[test]
    fn two_digits_take_a_byte() {
        let sizes = ["0", "7", "12", "1.2", "-1234", "12340", "0.12"].map(|text| n(text).size_bytes());
        assert_eq!(sizes, [1, 2, 2, 3, 4, 4, 2]);
    }

    #[test]
    fn order_is_numeric() {
        let sorted = ["-10", "-9.5", "-0.1", "0", "0.09", "0.1", "9", "10", "1e20", "1e30"];
        assert!(sorted.windows(2).all(|w| n(w[0]) < n(w[1])));
    }

    #[test]
    fn adding_is_exact_or_refused() {
        assert_eq!(n("0.1").checked_add(n("0.2")), Ok(n("0.3")));
        assert_eq!(n("41").checked_add(n("-41")), Ok(Number::ZERO));
        assert!(n("1e125").checked_add(n("1")).is_err());
        assert_eq!(n("7").as_i64(), Some(7));
        assert_eq!(n("7.5").as_i64(), None);
    }

    #[test]
    fn too_many_digits_and_too_large_magnitudes_are_refused() {
        assert!("123456789012345678901234567890123456789".parse::<Number>().is_err());
        assert!("1e126".parse::<Number>().is_err());
        assert!("".parse::<Number>().is_err() && "1.2.3".parse::<Number>().is_err());
    }
}
