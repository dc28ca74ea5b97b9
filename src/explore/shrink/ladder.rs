//! Values that are easy to say, from which smaller ones are taken: 1, 2, 5, 10; 30s, 1m, 2m.

use crate::base::SimDuration;
use crate::base::written::{Duration, Rate, Share, SizeRange};

/// Times that are easy to say, in seconds up to a minute, then minutes, hours and days.
const SECONDS: [u64; 7] = [1, 2, 3, 5, 10, 20, 30];
const MINUTES: [u64; 19] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 25, 30, 40, 50];
const HOURS: [u64; 11] = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20];
const DAYS: [u64; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

/// Counts that are easy to say.
const COUNTS: [u32; 24] =
    [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 50, 100, 200, 300, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000];
const RATES: [&str; 17] = [
    "1/min", "10/min", "1/s", "2/s", "5/s", "10/s", "20/s", "50/s", "100/s", "200/s", "500/s", "1000/s", "2000/s",
    "5000/s", "10000/s", "20000/s", "50000/s",
];
const SIZES: [u64; 7] = [1, 10, 100, 1024, 10 << 10, 100 << 10, 1 << 20];
/// Finer than the last of these no time is told apart.
const UNITS_MS: [u64; 5] = [60_000, 10_000, 1000, 100, 1];

/// Times below this one, growing.
pub(super) fn times_below(time: Duration) -> Vec<Duration> {
    let minutes = MINUTES.map(|n| n * 60);
    let hours = HOURS.map(|n| n * 3600);
    let days = DAYS.map(|n| n * 86_400);
    let all = [&SECONDS[..], &minutes, &hours, &days].concat();
    let all = all.into_iter().map(|s| Duration(SimDuration::from_secs(s)));
    all.filter(|step| *step < time).collect()
}

/// Counts below this one and not below 1, growing.
pub(super) fn counts_below(count: u32) -> Vec<u32> {
    COUNTS.into_iter().filter(|step| *step < count).collect()
}

/// Rates below this one, growing.
pub(super) fn rates_below(rate: Rate) -> Vec<Rate> {
    let all = RATES.iter().filter_map(|text| text.parse::<Rate>().ok());
    all.filter(|step| step.per_s() < rate.per_s()).collect()
}

/// Sizes below this one, growing; a range has its larger end among them.
pub(super) fn sizes_below(size: SizeRange) -> Vec<SizeRange> {
    let one = |bytes| SizeRange(bytes, bytes);
    let upper = (size.0 < size.1).then_some(size.1);
    let all = SIZES.into_iter().filter(|step| *step < size.1).chain(upper);
    all.map(one).collect()
}

/// All there is of something, which goes without saying.
pub(super) fn is_all(share: &str) -> bool {
    share.parse::<Share>().is_ok_and(|share| share.to_string() == "100%")
}

/// How hard a time is to say: 0 is easy.
pub(super) fn roughness(time: Duration) -> usize {
    let ms = time.0.as_millis();
    let is_whole = |unit: &u64| time.0 == SimDuration::from_millis(ms) && ms.is_multiple_of(*unit);
    match UNITS_MS.iter().position(is_whole) {
        // Below ten seconds each second is easy to say.
        Some(2) if ms < 10_000 => 0,
        Some(place) => place.saturating_sub(1),
        None => UNITS_MS.len(),
    }
}

/// Times nearby that are easier to say, the easiest first; none is 0.
pub(super) fn rounder(time: Duration) -> Vec<Duration> {
    let mut found: Vec<Duration> = Vec::new();
    for unit in UNITS_MS {
        let below = time.0.as_millis() / unit * unit;
        for ms in [below, below + unit] {
            let near = Duration(SimDuration::from_millis(ms));
            if ms > 0 && roughness(near) < roughness(time) && !found.contains(&near) {
                found.push(near);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Duration {
        text.parse().expect("a time")
    }

    #[test]
    fn what_is_easy_to_say_stays() {
        for easy in ["0s", "3s", "30s", "50s", "2m", "90s", "4m10s", "1h"] {
            assert_eq!(roughness(time(easy)), 0, "{easy}");
            assert!(rounder(time(easy)).is_empty(), "{easy}");
        }
        let near: Vec<String> = rounder(time("12m0.4s")).iter().map(ToString::to_string).collect();
        assert_eq!(near, ["12m", "13m", "730s", "721s"]);
        assert_eq!(rounder(time("0.4s")), [time("1m"), time("10s"), time("1s")], "nothing lasts no time");
        assert!(roughness(time("1234us")) > roughness(time("1234ms")));
    }

    #[test]
    fn steps_lie_below_and_are_easy_to_say() {
        let below: Vec<String> = times_below(time("2m1s")).iter().map(ToString::to_string).collect();
        assert_eq!(below, ["1s", "2s", "3s", "5s", "10s", "20s", "30s", "1m", "2m"]);
        assert!(times_below(time("8d")).iter().all(|step| roughness(*step) == 0));
        assert_eq!(counts_below(4), [1, 2, 3]);
        assert!(counts_below(1).is_empty());
        assert_eq!(rates_below("90/min".parse().expect("a rate")).len(), 3);
        assert_eq!(sizes_below(SizeRange(50, 200)), [1, 10, 100, 200].map(|n| SizeRange(n, n)));
    }
}
