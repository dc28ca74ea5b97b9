//! Peaks: how much came in the busiest second and in the busiest minute of simulated time.
//!
//! Seconds and minutes are those of the clock (the second from 3 s to 4 s), not windows that slide.

use crate::base::SimTime;

const SECOND_NS: u64 = 1_000_000_000;
const MINUTE_NS: u64 = 60 * SECOND_NS;

/// Two quantities that are added up together, in total and by second and minute.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    second_end_ns: u64,
    minute_end_ns: u64,
    second: Pair,
    minute: Pair,
    total: Pair,
    second_peak: Peaks,
    minute_peak: Peaks,
}

/// Two quantities, such as records and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pair {
    /// Records, or the only quantity.
    pub count: u64,
    pub bytes: u64,
}

/// The most of each quantity for itself in a second or a minute, and when that began: of equal ones the first, and
/// never when there was none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Peaks {
    pub count: u64,
    pub(crate) count_at: Option<SimTime>,
    pub bytes: u64,
    pub(crate) bytes_at: Option<SimTime>,
}

impl Pair {
    pub(crate) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.bytes += other.bytes;
    }
}

impl Peaks {
    /// The same with one more second or minute, which ends at `end_ns` and is `long_ns` long.
    fn with(mut self, window: Pair, end_ns: u64, long_ns: u64) -> Self {
        let began = Some(SimTime::from_nanos(end_ns.saturating_sub(long_ns)));
        if window.count > self.count {
            (self.count, self.count_at) = (window.count, began);
        }
        if window.bytes > self.bytes {
            (self.bytes, self.bytes_at) = (window.bytes, began);
        }
        self
    }
}

impl Meter {
    /// Adds to the present second. Times never go back.
    #[inline]
    pub(crate) fn add(&mut self, at: SimTime, count: u64, bytes: u64) {
        if at.as_nanos() >= self.second_end_ns {
            self.roll(at);
        }
        self.second.count += count;
        self.second.bytes += bytes;
    }
    /// Adds what came evenly between two instants: every second, and every minute, is like the others. Not for the same
    /// meter as [`Self::add`].
    pub(crate) fn add_evenly(&mut self, from: SimTime, to: SimTime, count: u64, bytes: u64) {
        let long = u128::from(to.since(from).as_nanos().max(1));
        let part =
            |of: u64, window: u64| (u128::from(of) * u128::from(window)).div_ceil(long).min(u128::from(of)) as u64;
        let of = |window: u64| Pair { count: part(count, window), bytes: part(bytes, window) };
        let ends = |window: u64| from.as_nanos() + window;
        self.second_peak = self.second_peak.with(of(SECOND_NS), ends(SECOND_NS), SECOND_NS);
        self.minute_peak = self.minute_peak.with(of(MINUTE_NS), ends(MINUTE_NS), MINUTE_NS);
        self.total.add(Pair { count, bytes });
    }
    /// The sum of all.
    pub(crate) fn total(&self) -> Pair {
        let mut total = self.total;
        total.add(self.second);
        total
    }
    /// The most in one second.
    pub(crate) fn second_peak(&self) -> Peaks {
        self.second_peak.with(self.second, self.second_end_ns, SECOND_NS)
    }
    /// The most in one minute.
    pub(crate) fn minute_peak(&self) -> Peaks {
        let mut minute = self.minute;
        minute.add(self.second);
        self.minute_peak.with(minute, self.minute_end_ns, MINUTE_NS)
    }

    fn roll(&mut self, at: SimTime) {
        self.total.add(self.second);
        self.minute.add(self.second);
        self.second_peak = self.second_peak();
        self.second = Pair::default();
        self.second_end_ns = (at.as_nanos() / SECOND_NS + 1) * SECOND_NS;
        if at.as_nanos() >= self.minute_end_ns {
            self.minute_peak = self.minute_peak.with(self.minute, self.minute_end_ns, MINUTE_NS);
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
        let peaks = |count, s| {
            let began = Some(SimTime::from_secs(s));
            Peaks { count, count_at: began, bytes: count * 10, bytes_at: began }
        };
        assert_eq!(meter.second_peak(), peaks(7, 0), "of equal seconds the first");
        assert_eq!(meter.minute_peak(), peaks(17, 60));
        assert_eq!(Meter::default().minute_peak(), Peaks::default());
    }

    #[test]
    fn what_comes_evenly_has_its_mean_in_every_second_and_minute() {
        let mut meter = Meter::default();
        let at = SimTime::from_secs;
        meter.add_evenly(at(0), at(300), 600, 3000);
        meter.add_evenly(at(300), at(600), 90_000, 300);
        assert_eq!(meter.total(), Pair { count: 90_600, bytes: 3300 });
        let peaks = Peaks { count: 300, count_at: Some(at(300)), bytes: 10, bytes_at: Some(at(0)) };
        assert_eq!(meter.second_peak(), peaks);
        assert_eq!(meter.minute_peak().count, 18_000);
    }
}
