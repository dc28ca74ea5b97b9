//! Peaks: how much came in the busiest second and in the busiest minute of simulated time.
//!
//! Seconds and minutes are those of the clock (the second from 3 s to 4 s), not windows that slide.

use crate::base::SimTime;

const SECOND_NS: u64 = 1_000_000_000;
const MINUTE_NS: u64 = 60 * SECOND_NS;

/// Two quantities that are added up together, in total and by second and minute.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    second_end_ns: u64,
    minute_end_ns: u64,
    second: Pair,
    minute: Pair,
    total: Pair,
    second_peak: Pair,
    /// When the greatest second of each quantity began.
    second_peak_at: (SimTime, SimTime),
    minute_peak: Pair,
}

/// Two quantities, such as records and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pair {
    /// Records, or the only quantity.
    pub count: u64,
    pub bytes: u64,
}

impl Pair {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.bytes += other.bytes;
    }
    fn max(self, other: Self) -> Self {
        Self { count: self.count.max(other.count), bytes: self.bytes.max(other.bytes) }
    }
}

impl Meter {
    /// Adds to the present second. Times never go back.
    #[inline]
    pub(super) fn add(&mut self, at: SimTime, count: u64, bytes: u64) {
        if at.as_nanos() >= self.second_end_ns {
            self.roll(at);
        }
        self.second.count += count;
        self.second.bytes += bytes;
    }
    /// The sum of all.
    pub(super) fn total(&self) -> Pair {
        let mut total = self.total;
        total.add(self.second);
        total
    }
    /// The most in one second, of each quantity for itself.
    pub(crate) fn second_peak(&self) -> Pair {
        self.second_peak.max(self.second)
    }
    /// When the second with the most began, of each quantity for itself; `None` when there was none of it.
    pub(super) fn second_peak_at(&self) -> (Option<SimTime>, Option<SimTime>) {
        let (peak, (count_at, bytes_at)) = (self.second_peak, self.with_present());
        let most = |before: u64, now: u64, at: SimTime| (before.max(now) > 0).then_some(at);
        (most(peak.count, self.second.count, count_at), most(peak.bytes, self.second.bytes, bytes_at))
    }
    /// The times of the greatest seconds, the present one taken in.
    fn with_present(&self) -> (SimTime, SimTime) {
        let present = SimTime::from_nanos(self.second_end_ns.saturating_sub(SECOND_NS));
        let (count_at, bytes_at) = self.second_peak_at;
        (
            if self.second.count > self.second_peak.count { present } else { count_at },
            if self.second.bytes > self.second_peak.bytes { present } else { bytes_at },
        )
    }
    /// The most in one minute, of each quantity for itself.
    pub(crate) fn minute_peak(&self) -> Pair {
        let mut minute = self.minute;
        minute.add(self.second);
        self.minute_peak.max(minute)
    }

    fn roll(&mut self, at: SimTime) {
        self.total.add(self.second);
        self.minute.add(self.second);
        self.second_peak_at = self.with_present();
        self.second_peak = self.second_peak.max(self.second);
        self.second = Pair::default();
        self.second_end_ns = (at.as_nanos() / SECOND_NS + 1) * SECOND_NS;
        if at.as_nanos() >= self.minute_end_ns {
            self.minute_peak = self.minute_peak.max(self.minute);
            self.minute = Pair::default();
            self.minute_end_ns = (at.as_nanos() / MINUTE_NS + 1) * MINUTE_NS;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_are_of_clock_seconds_and_clock_minutes() {
        let mut meter = Meter::default();
        for (ms, count) in [(100, 5), (900, 2), (1000, 6), (59_999, 1), (60_000, 7), (61_000, 6), (62_500, 4)] {
            meter.add(SimTime::from_millis(ms), count, count * 10);
        }
        assert_eq!(meter.total(), Pair { count: 31, bytes: 310 });
        assert_eq!(meter.second_peak(), Pair { count: 7, bytes: 70 });
        assert_eq!(meter.second_peak_at(), (Some(SimTime::ZERO), Some(SimTime::ZERO)), "of equal seconds the first");
        assert_eq!(Meter::default().second_peak_at(), (None, None));
        assert_eq!(meter.minute_peak(), Pair { count: 17, bytes: 170 });
    }
}
