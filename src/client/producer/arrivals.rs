//! When records arrive: a rate over time, turned into evenly spaced arrivals.
//!
//! The rate is cut into segments in which it is constant, and integrated in integers: a record of all hosts
//! together arrives whenever the integral passes a whole number. Host `i` of `n` takes every `n`-th record
//! from the `i`-th on, so hosts are out of phase and together follow the rate exactly.
//! Not modelled: random (Poisson) arrivals.

use super::settings::Rate;
use crate::base::{SimDuration, SimTime};

/// One record, in millionths of a record per second times nanoseconds.
const RECORD: u64 = 1_000_000_000_000_000;
/// Hosts that one producer may have; more would overflow the integral.
const HOSTS_MAX: u32 = 10_000;
/// A ramp goes up in this many equal steps.
const RAMP_STEPS: u64 = 1000;
/// A day's wave has this many steps: one per minute of a real day.
const DAY_STEPS: u64 = 1440;

/// A stretch of time in which the rate is constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// From the producer's start.
    pub(crate) start_ns: u64,
    /// Where the next one begins.
    pub(crate) end_ns: u64,
    /// Millionths of a record a second, of all hosts together.
    pub(crate) micro_per_s: u64,
}

/// The arrivals of one host, in order.
pub(super) struct Arrivals {
    rate: Rate,
    start: SimTime,
    length_ns: u64,
    hosts: u32,
    /// The segment that is being walked, and its number.
    segment: Segment,
    segment_index: u64,
    /// How far the walk has come, since `start`.
    at_ns: u64,
    /// What the integral has still to grow until this host's next record.
    missing: u64,
}

impl Arrivals {
    /// Arrivals of host `host_index` of `hosts`, from `start` until before `stop`.
    pub(super) fn new(rate: &Rate, start: SimTime, stop: SimTime, hosts: u32, host_index: u32) -> Self {
        assert!(host_index < hosts && hosts <= HOSTS_MAX, "a producer has 1 to {HOSTS_MAX} hosts");
        let length_ns = stop.since(start).as_nanos();
        Self {
            rate: rate.clone(),
            start,
            length_ns,
            hosts,
            segment: segment(rate, 0, length_ns),
            segment_index: 0,
            at_ns: 0,
            missing: u64::from(host_index) * RECORD,
        }
    }

    /// Begins the next segment. Returns whether there is one.
    fn enter_next_segment(&mut self) -> bool {
        if self.segment.end_ns >= self.length_ns {
            self.at_ns = self.length_ns;
            return false;
        }
        self.at_ns = self.segment.end_ns;
        self.segment_index += 1;
        self.segment = segment(&self.rate, self.segment_index, self.length_ns);
        true
    }
}

impl Iterator for Arrivals {
    type Item = SimTime;

    fn next(&mut self) -> Option<SimTime> {
        loop {
            let left_ns = self.segment.end_ns - self.at_ns;
            let rate = self.segment.micro_per_s;
            let wait_ns = if rate == 0 { u64::MAX } else { self.missing.div_ceil(rate) };
            if wait_ns <= left_ns {
                self.at_ns += wait_ns;
                if self.at_ns >= self.length_ns {
                    return None;
                }
                // What the last nanosecond brought too much counts toward the record after this one.
                let surplus = wait_ns * rate - self.missing;
                self.missing = (u64::from(self.hosts) * RECORD).saturating_sub(surplus);
                return Some(self.start.saturating_add(SimDuration::from_nanos(self.at_ns)));
            }
            self.missing -= rate * left_ns;
            if !self.enter_next_segment() {
                return None;
            }
        }
    }
}

/// The `index`-th segment of `rate` over `length_ns`. Segments follow each other without gaps.
pub(crate) fn segment(rate: &Rate, index: u64, length_ns: u64) -> Segment {
    let (start_ns, end_ns, per_s) = match *rate {
        Rate::Constant { per_s } => (0, length_ns, per_s),
        // A wave without a period would never get past its start.
        Rate::Daily { low_per_s: per_s, period, .. } | Rate::Bursts { base_per_s: per_s, every: period, .. }
            if period.is_zero() =>
        {
            (0, length_ns, per_s)
        }
        Rate::Ramp { from_per_s, to_per_s } => {
            let middle = (2 * index + 1) as f64 / (2 * RAMP_STEPS) as f64;
            let (start, end) = step(length_ns, index, RAMP_STEPS);
            (start, end, from_per_s + (to_per_s - from_per_s) * middle)
        }
        Rate::Daily { low_per_s, high_per_s, period } => {
            let (start, end) = step(period.as_nanos(), index, DAY_STEPS);
            let middle = (2 * (index % DAY_STEPS) + 1) as f64 / (2 * DAY_STEPS) as f64;
            let sine = libm::sin(std::f64::consts::PI * middle);
            (start, end, low_per_s + (high_per_s - low_per_s) * sine * sine)
        }
        Rate::Bursts { base_per_s, burst_per_s, every, length } => {
            let (every, length) = (every.as_nanos(), length.as_nanos().min(every.as_nanos()));
            let (period, is_burst) = (index / 2, index % 2 == 1);
            let quiet_ends = (period + 1) * every - length;
            if is_burst {
                (quiet_ends, quiet_ends + length, burst_per_s)
            } else {
                (period * every, quiet_ends, base_per_s)
            }
        }
    };
    let end_ns = end_ns.min(length_ns);
    Segment { start_ns: start_ns.min(end_ns), end_ns, micro_per_s: micro(per_s) }
}

/// Start and end of the `index`-th of `steps` steps through a period that repeats.
fn step(period_ns: u64, index: u64, steps: u64) -> (u64, u64) {
    let at = |i: u64| (u128::from(period_ns) * u128::from(i) / u128::from(steps)) as u64;
    (at(index), at(index + 1))
}

/// A rate in millionths of a record per second; below zero or not a number is zero.
fn micro(per_s: f64) -> u64 {
    (per_s * 1e6 + 0.5) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn arrivals(rate: Rate, secs: u64, hosts: u32, host: u32) -> Vec<u64> {
        let start = SimTime::from_secs(5);
        let all = Arrivals::new(&rate, start, SimTime::from_secs(5 + secs), hosts, host);
        all.map(|t| t.since(start).as_nanos()).collect()
    }

    fn all_hosts(rate: &Rate, secs: u64, hosts: u32) -> Vec<u64> {
        let mut all: Vec<u64> = (0..hosts).flat_map(|h| arrivals(rate.clone(), secs, hosts, h)).collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn a_constant_rate_gives_exactly_that_many_records_evenly_spaced() {
        let times = arrivals(Rate::Constant { per_s: 100.0 }, 10, 1, 0);
        assert_eq!(times.len(), 1000);
        assert!(times.iter().enumerate().all(|(i, t)| *t == i as u64 * 10_000_000));
        assert_eq!(
            arrivals(Rate::Constant { per_s: 0.1 }, 100, 1, 0),
            (0..10).map(|i| i * 10_000_000_000).collect::<Vec<_>>()
        );
        assert!(arrivals(Rate::Constant { per_s: 0.0 }, 100, 1, 0).is_empty());
    }

    #[test]
    fn a_rate_that_does_not_divide_a_second_loses_nothing_over_a_day() {
        assert_eq!(
            Arrivals::new(&Rate::Constant { per_s: 7.0 }, SimTime::ZERO, SimTime::from_secs(86_400), 1, 0).count(),
            604_800
        );
    }

    #[test]
    fn hosts_share_the_load_out_of_phase() {
        let rate = Rate::Constant { per_s: 30.0 };
        assert_eq!(all_hosts(&rate, 10, 3), arrivals(rate.clone(), 10, 1, 0));
        assert_eq!(arrivals(rate, 10, 3, 1)[0], 33_333_334);
    }

    #[test]
    fn a_ramp_offers_the_mean_of_its_ends() {
        let times = arrivals(Rate::Ramp { from_per_s: 0.0, to_per_s: 200.0 }, 100, 1, 0);
        assert!(times.len().abs_diff(10_000) <= 1, "{}", times.len());
        let first_half = times.iter().filter(|t| **t < 50_000_000_000).count();
        assert!(first_half.abs_diff(2500) <= 2, "{first_half}");
    }

    #[test]
    fn a_day_is_quiet_at_its_start_and_busiest_in_the_middle() {
        let period = SimDuration::from_secs(86_400);
        let times = arrivals(Rate::Daily { low_per_s: 1.0, high_per_s: 9.0, period }, 86_400, 1, 0);
        assert!(times.len().abs_diff(5 * 86_400) <= 1, "{}", times.len());
        let in_hour = |h: u64| times.iter().filter(|t| **t / 3_600_000_000_000 == h).count();
        assert!(in_hour(0) < 4000 && in_hour(12) > 32_000, "{} {}", in_hour(0), in_hour(12));
    }

    #[test]
    fn bursts_come_at_the_end_of_every_period() {
        let (every, length) = (SimDuration::from_secs(10), SimDuration::from_secs(2));
        let times = arrivals(Rate::Bursts { base_per_s: 5.0, burst_per_s: 100.0, every, length }, 30, 1, 0);
        assert_eq!(times.len(), 3 * (8 * 5 + 2 * 100));
        let burst = times.iter().filter(|t| (8_000_000_000..10_000_000_000).contains(*t)).count();
        assert_eq!(burst, 200);
    }

    #[test]
    fn a_burst_as_long_as_its_period_never_ends_and_a_period_of_zero_has_none() {
        let bursts = |every_s| {
            let every = SimDuration::from_secs(every_s);
            arrivals(Rate::Bursts { base_per_s: 1.0, burst_per_s: 9.0, every, length: every }, 10, 1, 0).len()
        };
        assert_eq!((bursts(5), bursts(0)), (90, 10));
        let period = SimDuration::ZERO;
        assert_eq!(arrivals(Rate::Daily { low_per_s: 1.0, high_per_s: 2.0, period }, 10, 1, 0).len(), 10);
    }

    proptest! {
        #[test]
        fn hosts_together_offer_what_one_host_would(
            per_s in 0.0f64..500.0, burst in 0.0f64..500.0, hosts in 1u32..9, secs in 1u64..40,
        ) {
            let (every, length) = (SimDuration::from_millis(3700), SimDuration::from_millis(900));
            for rate in [
                Rate::Constant { per_s },
                Rate::Ramp { from_per_s: per_s, to_per_s: burst },
                Rate::Bursts { base_per_s: per_s, burst_per_s: burst, every, length },
            ] {
                prop_assert!(all_hosts(&rate, secs, hosts) == arrivals(rate, secs, 1, 0));
            }
        }
    }
}
