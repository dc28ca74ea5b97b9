//! Fixed point: time in microseconds, amounts in millionths, shares in parts of 2^60. No state is a float.

use crate::base::{SimDuration, SimTime};

/// A time or a duration in microseconds from the start of the run.
pub(super) type Us = u64;
/// Millionths of a record, or of a unit.
pub(super) type Micro = u64;
/// Millionths a second.
pub(super) type Rate = u64;

/// One, in millionths.
pub(super) const ONE: u64 = 1_000_000;
/// A second, in microseconds.
pub(super) const SECOND: Us = 1_000_000;
/// A minute, in microseconds.
pub(super) const MINUTE: Us = 60 * SECOND;

/// What a rate brings in a time.
#[inline]
pub(super) fn amount(rate: Rate, time: Us) -> Micro {
    match rate.checked_mul(time) {
        Some(product) => product / SECOND,
        None => u64::try_from(u128::from(rate) * u128::from(time) / u128::from(SECOND)).unwrap_or(u64::MAX),
    }
}

/// How long a rate takes for an amount, rounded up; for ever when it brings nothing.
#[inline]
pub(super) fn time_for(amount: Micro, rate: Rate) -> Us {
    match (rate, amount.checked_mul(SECOND)) {
        (0, _) => u64::MAX,
        (_, Some(product)) => product.div_ceil(rate),
        (_, None) => {
            let time = (u128::from(amount) * u128::from(SECOND)).div_ceil(u128::from(rate));
            u64::try_from(time).unwrap_or(u64::MAX)
        }
    }
}

/// `value * part / whole`, without overflow between.
#[inline]
pub(super) fn part_of(value: u64, part: u64, whole: u64) -> u64 {
    match (whole, value.checked_mul(part)) {
        (0, _) => 0,
        (_, Some(product)) => product / whole,
        (_, None) => u64::try_from(u128::from(value) * u128::from(part) / u128::from(whole)).unwrap_or(u64::MAX),
    }
}

/// A part of the whole, 2^60 being all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Share(pub(super) u64);

impl Share {
    /// All of it.
    pub(super) const ALL: u64 = 1 << 60;
    /// This part of a value.
    #[inline]
    pub(super) fn of(self, value: u64) -> u64 {
        ((u128::from(value) * u128::from(self.0)) >> 60) as u64
    }
}

/// Microseconds of a duration, rounded.
pub(super) fn us(duration: SimDuration) -> Us {
    (duration.as_nanos() + 500) / 1000
}

/// The instant of the run.
pub(super) fn instant(at: Us) -> SimTime {
    SimTime::from_nanos(at.saturating_mul(1000))
}

/// Whole records of millionths, to the nearest.
pub(super) fn whole(amount: Micro) -> u64 {
    amount.saturating_add(ONE / 2) / ONE
}

/// Seconds from the start of the run, as figures tell them.
pub(super) fn seconds(at: Us) -> f64 {
    (at / 1000) as f64 / 1000.0
}
