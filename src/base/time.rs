//! Simulated time: nanoseconds since the start of the run.
//!
//! The run starts at a wall-clock instant of the scenario's choosing (its epoch); only timestamps that AWS
//! itself shows to callers are expressed against that epoch, everything else counts from zero.

use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

/// A length of simulated time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimDuration(u64);

/// An instant of simulated time: nanoseconds since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(u64);

impl SimDuration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// Longer than any run.
    pub(crate) const MAX: Self = Self(u64::MAX);

    /// `n` nanoseconds.
    pub(crate) const fn from_nanos(n: u64) -> Self {
        Self(n)
    }
    /// `n` microseconds.
    pub(crate) const fn from_micros(n: u64) -> Self {
        Self(n * 1_000)
    }
    /// `n` milliseconds.
    pub const fn from_millis(n: u64) -> Self {
        Self(n * 1_000_000)
    }
    /// `n` seconds.
    pub const fn from_secs(n: u64) -> Self {
        Self(n * 1_000_000_000)
    }
    /// `n` minutes.
    pub(crate) const fn from_mins(n: u64) -> Self {
        Self::from_secs(n * 60)
    }
    /// `n` hours.
    pub(crate) const fn from_hours(n: u64) -> Self {
        Self::from_secs(n * 3600)
    }
    /// Whole nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }
    /// Whole milliseconds, rounded down.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }
    /// Whole seconds, rounded down.
    pub(crate) const fn as_secs(self) -> u64 {
        self.0 / 1_000_000_000
    }
    /// Seconds with their fraction, for reports only.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }
    /// The difference, or zero when `other` is longer.
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
    /// The sum, or [`Self::MAX`].
    pub(crate) const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
    /// Returns whether this is no time at all.
    pub(crate) const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl SimTime {
    /// The start of the run.
    pub const ZERO: Self = Self(0);
    /// After the end of every run.
    pub(crate) const MAX: Self = Self(u64::MAX);

    /// The instant `n` nanoseconds into the run.
    pub(crate) const fn from_nanos(n: u64) -> Self {
        Self(n)
    }
    /// The instant `n` milliseconds into the run.
    pub const fn from_millis(n: u64) -> Self {
        Self(n * 1_000_000)
    }
    /// The instant `n` seconds into the run.
    pub const fn from_secs(n: u64) -> Self {
        Self(n * 1_000_000_000)
    }
    /// Nanoseconds since the start of the run.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }
    /// Milliseconds since the start of the run, rounded down.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }
    /// Seconds since the start of the run, rounded down.
    pub(crate) const fn as_secs(self) -> u64 {
        self.0 / 1_000_000_000
    }
    /// Time elapsed since `earlier`, or zero when `earlier` is later.
    pub const fn since(self, earlier: SimTime) -> SimDuration {
        SimDuration(self.0.saturating_sub(earlier.0))
    }
    /// The instant `d` later, or [`Self::MAX`].
    pub(crate) const fn saturating_add(self, d: SimDuration) -> Self {
        Self(self.0.saturating_add(d.0))
    }
    /// The instant `d` earlier, or the start of the run.
    pub const fn saturating_sub(self, d: SimDuration) -> Self {
        Self(self.0.saturating_sub(d.0))
    }
}

impl Add<SimDuration> for SimTime {
    type Output = SimTime;
    fn add(self, d: SimDuration) -> SimTime {
        SimTime(self.0 + d.0)
    }
}
impl AddAssign<SimDuration> for SimTime {
    fn add_assign(&mut self, d: SimDuration) {
        self.0 += d.0;
    }
}
impl Sub<SimTime> for SimTime {
    type Output = SimDuration;
    fn sub(self, earlier: SimTime) -> SimDuration {
        SimDuration(self.0 - earlier.0)
    }
}
impl Add for SimDuration {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self(self.0 + o.0)
    }
}
impl AddAssign for SimDuration {
    fn add_assign(&mut self, o: Self) {
        self.0 += o.0;
    }
}
impl Sub for SimDuration {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        Self(self.0 - o.0)
    }
}
impl Mul<u64> for SimDuration {
    type Output = Self;
    fn mul(self, k: u64) -> Self {
        Self(self.0 * k)
    }
}
impl Div<u64> for SimDuration {
    type Output = Self;
    fn div(self, k: u64) -> Self {
        Self(self.0 / k)
    }
}

impl SimDuration {
    /// As people say it, to three digits or so: `250ms`, `1.5s`, `22m20s`, `2h05m`.
    pub fn told(self) -> String {
        match self.as_millis() {
            0 if self.0 > 0 => self.to_string(),
            ms @ 0..1_000 => format!("{ms}ms"),
            ms @ 1_000..60_000 => Self::from_millis(ms / 10 * 10).to_string(),
            ms @ 60_000..3_600_000 if ms / 1000 % 60 == 0 => format!("{}m", ms / 60_000),
            ms @ 60_000..3_600_000 => format!("{}m{:02}s", ms / 60_000, ms / 1000 % 60),
            ms if ms / 60_000 % 60 == 0 => format!("{}h", ms / 3_600_000),
            ms => format!("{}h{:02}m", ms / 3_600_000, ms / 60_000 % 60),
        }
    }
}

impl fmt::Display for SimDuration {
    /// A whole number of the largest unit that has one, or at most three decimals: `2h`, `90s`, `1.5s`, `250ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(&str, u64); 6] = [
            ("d", 86_400_000_000_000),
            ("h", 3_600_000_000_000),
            ("m", 60_000_000_000),
            ("s", 1_000_000_000),
            ("ms", 1_000_000),
            ("us", 1_000),
        ];
        if self.0 == 0 {
            return f.write_str("0s");
        }
        for (unit, size) in UNITS[..4].iter() {
            if self.0.is_multiple_of(*size) {
                return write!(f, "{}{unit}", self.0 / size);
            }
        }
        for (unit, size) in &UNITS[3..] {
            if self.0 >= *size {
                let thousandths = (self.0 as u128 * 1000 / *size as u128) as u64;
                let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
                return write!(f, "{}{unit}", text.trim_end_matches('0').trim_end_matches('.'));
            }
        }
        write!(f, "{}ns", self.0)
    }
}

impl fmt::Display for SimTime {
    /// `h:mm:ss.mmm` since the start of the run, as reports show it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.as_millis();
        let (h, m, s, ms) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
        write!(f, "{h}:{m:02}:{s:02}.{ms:03}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_print_in_the_largest_exact_unit() {
        for (d, text) in [
            (SimDuration::ZERO, "0s"),
            (SimDuration::from_millis(1500), "1.5s"),
            (SimDuration::from_millis(250), "250ms"),
            (SimDuration::from_hours(48), "2d"),
            (SimDuration::from_secs(90), "90s"),
            (SimDuration::from_nanos(7), "7ns"),
        ] {
            assert_eq!(d.to_string(), text);
        }
    }

    #[test]
    fn instants_print_as_a_clock() {
        assert_eq!(SimTime::from_millis(3_723_045).to_string(), "1:02:03.045");
    }
}
