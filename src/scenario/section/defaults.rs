//! Defaults that several sections have.

use crate::base::SimDuration;
use crate::base::written::Duration;

pub(super) fn one_u32() -> u32 {
    1
}

pub(super) const fn secs(n: u64) -> Duration {
    Duration(SimDuration::from_secs(n))
}

pub(super) fn a_day() -> Duration {
    secs(24 * 3600)
}
