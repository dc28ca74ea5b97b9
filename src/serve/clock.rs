//! The simulated clock of the endpoint: as fast as the machine's, a multiple of it, or standing still until told.
//!
//! The one place of the endpoint that reads the machine's clocks.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::base::{SimDuration, SimTime};

/// How simulated time passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pace {
    /// So many simulated seconds a second; 1 is real time.
    Times(f64),
    /// Not at all, unless it is advanced.
    Manual,
    /// As fast as the machine's, and while every client waits, straight to what they wait for.
    Auto,
}

impl FromStr for Pace {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "real" => Ok(Self::Times(1.0)),
            "manual" => Ok(Self::Manual),
            "auto" => Ok(Self::Auto),
            _ => {
                let times = text.strip_prefix('x').and_then(|number| number.parse::<f64>().ok());
                let is_sound = |times: &f64| (0.001..=1e6).contains(times);
                times
                    .filter(is_sound)
                    .map(Self::Times)
                    .ok_or("write `real`, `auto`, `manual`, or a multiple such as `x60`")
            }
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manual => f.write_str("manual"),
            Self::Auto => f.write_str("auto"),
            Self::Times(1.0) => f.write_str("real"),
            Self::Times(times) => write!(f, "x{times}"),
        }
    }
}

/// How long a request takes, on the machine's clock: told on a terminal, and nowhere else.
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }
    pub(super) fn micros(&self) -> u128 {
        self.0.elapsed().as_micros()
    }
}

/// Where the clock stops: simulated time cannot tell much later instants apart, and nobody waits so long.
const END: SimTime = SimTime::ZERO.saturating_add(SimDuration::from_hours(100 * 365 * 24));

/// Simulated time, anchored at an instant of the machine's monotonic clock.
pub(super) struct Clock {
    pace: Pace,
    anchor: Instant,
    anchor_time: SimTime,
}

impl Clock {
    /// A clock that starts at the run's beginning, now.
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, anchor: Instant::now(), anchor_time: SimTime::ZERO }
    }
    /// A clock that goes on at `at`.
    pub(crate) fn resumed(pace: Pace, at: SimTime) -> Self {
        Self { anchor_time: at, ..Self::new(pace) }
    }
    /// The machine's wall clock, in milliseconds since the Unix epoch.
    pub(crate) fn wall_unix_ms() -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
    }
    /// Returns how fast simulated time passes.
    pub(super) fn pace(&self) -> Pace {
        self.pace
    }
    /// Returns simulated time since the first start of the session.
    pub(super) fn now(&self) -> SimTime {
        let passed_ns = match self.pace {
            Pace::Manual => 0,
            Pace::Times(1.0) | Pace::Auto => self.anchor.elapsed().as_nanos() as u64,
            Pace::Times(times) => (self.anchor.elapsed().as_nanos() as f64 * times) as u64,
        };
        self.anchor_time.saturating_add(SimDuration::from_nanos(passed_ns)).min(END)
    }
    /// Moves the clock forward. Returns whether it can go so far: a hundred years from the start.
    #[must_use]
    pub(super) fn advance(&mut self, by: SimDuration) -> bool {
        let is_within = self.now().saturating_add(by) <= END;
        if is_within {
            self.anchor_time = self.anchor_time.saturating_add(by);
        }
        is_within
    }
    /// Changes the pace from now on.
    pub(crate) fn set_pace(&mut self, pace: Pace) {
        self.anchor_time = self.now();
        self.anchor = Instant::now();
        self.pace = pace;
    }
    /// How long until then; `None` when the clock stands still.
    pub(crate) fn wait_until(&self, at: SimTime) -> Option<Duration> {
        let left = Duration::from_nanos(at.since(self.now()).as_nanos());
        match self.pace {
            Pace::Manual => None,
            Pace::Auto => Some(left),
            Pace::Times(times) => Some(left.div_f64(times)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_read_as_it_is_written() {
        for text in ["real", "manual", "auto", "x60", "x0.5"] {
            assert_eq!(text.parse::<Pace>().map(|pace| pace.to_string()), Ok(text.to_owned()));
        }
        for bad in ["", "60", "x", "x0", "x-1", "xnan", "fast"] {
            assert!(bad.parse::<Pace>().is_err(), "{bad}");
        }
    }

    #[test]
    fn no_clock_goes_further_than_a_hundred_years() {
        let mut clock = Clock::new(Pace::Manual);
        assert!(clock.advance(SimDuration::from_hours(99 * 365 * 24)));
        let before = clock.now();
        assert!(!clock.advance(SimDuration::from_hours(2 * 365 * 24)));
        assert_eq!(clock.now(), before);
        assert_eq!(Clock::resumed(Pace::Times(1e6), END).now(), END);
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let mut clock = Clock::new(Pace::Manual);
        assert_eq!((clock.now(), clock.wait_until(SimTime::from_secs(1))), (SimTime::ZERO, None));
        assert!(clock.advance(SimDuration::from_hours(24)));
        assert_eq!(clock.now(), SimTime::from_secs(86_400));
    }
}
