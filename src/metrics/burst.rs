//! Seconds within an interval: a metric has only the mean of a minute, and what throttles is the second.
//!
//! Everything is in whole numbers, and every interval keeps its records: only where in it they come changes.

use std::str::FromStr;

use crate::base::seed::Random;

const SECOND_MS: u64 = 1000;
/// Up to so many records each is drawn by itself; more are drawn together.
const ONE_BY_ONE_MAX: u64 = 256;
/// Random bits of a draw of many: their number of ones has a deviation of half the root of this.
const BITS: u64 = 1024;

/// How records come within an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Burstiness {
    /// Evenly.
    Even,
    /// Each by itself, at any time of the interval: what comes in a second then has Poisson's spread.
    Poisson,
    /// One second of each interval has so many times the mean, in thousandths; the others share what is left.
    Peak {
        /// 3200 is 3.2 times the mean.
        milli: u64,
    },
}

/// What is no burstiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoBurstiness;

impl std::fmt::Display for NoBurstiness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("write `poisson`, or the busiest second as a multiple of the mean, such as 3.2")
    }
}
impl std::error::Error for NoBurstiness {}

impl FromStr for Burstiness {
    type Err = NoBurstiness;

    fn from_str(text: &str) -> Result<Self, NoBurstiness> {
        if text.eq_ignore_ascii_case("poisson") {
            return Ok(Self::Poisson);
        }
        let factor: f64 = text.strip_prefix('x').unwrap_or(text).parse().map_err(|_| NoBurstiness)?;
        let is_factor = (1.0..=100_000.0).contains(&factor);
        is_factor.then_some(Self::Peak { milli: (factor * 1000.0 + 0.5) as u64 }).ok_or(NoBurstiness)
    }
}

impl Burstiness {
    /// Into how many parts an interval of this length goes at most.
    pub(crate) fn parts(self, length_ms: u64) -> u64 {
        match self {
            Self::Even => 1,
            Self::Poisson => length_ms.div_ceil(SECOND_MS).max(1),
            Self::Peak { .. } => 3,
        }
    }

    /// Cuts an interval of this length: where each part begins, and what it has of each count. The same seconds are
    /// busy in every column of a peak; Poisson's are drawn for each.
    pub(crate) fn cut(self, length_ms: u64, counts: &[u64], random: &mut Random) -> Vec<(u64, Vec<u64>)> {
        match self {
            Self::Poisson if length_ms > SECOND_MS => {
                let seconds = length_ms.div_ceil(SECOND_MS);
                let columns: Vec<Vec<u64>> = counts.iter().map(|count| scattered(*count, seconds, random)).collect();
                let part = |second: u64| {
                    let of = columns.iter().map(|column| column[second as usize]);
                    (second * SECOND_MS, of.collect())
                };
                (0..seconds).map(part).collect()
            }
            Self::Peak { milli } if length_ms > 2 * SECOND_MS => {
                let begin = (length_ms / SECOND_MS / 2) * SECOND_MS;
                let mut parts = [Vec::new(), Vec::new(), Vec::new()];
                for count in counts {
                    let peak = u128::from(*count) * u128::from(milli) / u128::from(length_ms);
                    let peak = u64::try_from(peak).map_or(*count, |peak| peak.min(*count));
                    let before = part(count - peak, begin, length_ms - SECOND_MS);
                    let of = [before, peak, count - peak - before];
                    parts.iter_mut().zip(of).for_each(|(part, of)| part.push(of));
                }
                [0, begin, begin + SECOND_MS].into_iter().zip(parts).collect()
            }
            Self::Even | Self::Poisson | Self::Peak { .. } => vec![(0, counts.to_vec())],
        }
    }
}

fn part(of: u64, part: u64, whole: u64) -> u64 {
    (u128::from(of) * u128::from(part) / u128::from(whole.max(1))) as u64
}

/// Scatters records over seconds, each equally likely for each record: half of the seconds gets a binomial number of
/// them, and so on by halves.
fn scattered(records: u64, seconds: u64, random: &mut Random) -> Vec<u64> {
    let mut scattered = Vec::with_capacity(seconds as usize);
    let mut open = vec![(records, seconds)];
    while let Some((records, seconds)) = open.pop() {
        if seconds == 1 || records == 0 {
            scattered.extend([records].into_iter().chain(std::iter::repeat_n(0, seconds as usize - 1)));
            continue;
        }
        let first = seconds / 2;
        let in_first = binomial(records, first, seconds, random);
        open.push((records - in_first, seconds - first));
        open.push((in_first, first));
    }
    scattered
}

/// How many of `records` fall into `part` of `whole` equal parts. Many are drawn together: their deviation is the
/// binomial one, and its shape that of the ones among many random bits.
fn binomial(records: u64, part: u64, whole: u64, random: &mut Random) -> u64 {
    if records <= ONE_BY_ONE_MAX {
        return (0..records).filter(|_| random.below(whole) < part).count() as u64;
    }
    let ones: u32 = (0..BITS / 64).map(|_| random.next_u64().count_ones()).sum();
    let (n, p, q) = (u128::from(records), u128::from(part), u128::from(whole - part));
    let whole = u128::from(whole);
    // In thousandths: the mean, and the deviation by which each of the bits' own deviations counts.
    let mean = (n * p * 1000 / whole) as i128;
    let deviation = (n * p * q * 1_000_000 / (whole * whole)).isqrt() as i128;
    let of_bits = (BITS / 4).isqrt() as i128;
    let drawn = mean + (i128::from(ones) - i128::from(BITS / 2)) * deviation / of_bits;
    (((drawn + 500) / 1000).max(0) as u64).min(records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Seed;

    fn random() -> Random {
        Seed(7).stream("seconds")
    }

    #[test]
    fn every_interval_keeps_its_records_whatever_the_burstiness() {
        for burstiness in ["poisson", "1", "3.2", "x60", "900"] {
            let burstiness: Burstiness = burstiness.parse().expect("a burstiness");
            for counts in [[0, 1, 7], [200, 60_000, 4_000_000_000]] {
                for length_ms in [1000, 60_000, 300_000] {
                    let parts = burstiness.cut(length_ms, &counts, &mut random());
                    assert!(parts.len() as u64 <= burstiness.parts(length_ms).max(1));
                    assert!(parts.windows(2).all(|pair| pair[0].0 < pair[1].0));
                    for (column, count) in counts.iter().enumerate() {
                        assert_eq!(parts.iter().map(|part| part.1[column]).sum::<u64>(), *count);
                    }
                }
            }
        }
    }

    #[test]
    fn the_busy_second_of_a_peak_has_its_multiple_of_the_mean() {
        let parts = Burstiness::Peak { milli: 3000 }.cut(60_000, &[60_000], &mut random());
        assert_eq!(parts, [(0, vec![28_983]), (30_000, vec![3000]), (31_000, vec![28_017])]);
    }

    #[test]
    fn seconds_of_poisson_have_the_variance_of_their_mean() {
        // Drawn one by one, and together.
        for mean in [3u64, 40, 2500] {
            let seconds: Vec<u64> = (0..200)
                .flat_map(|minute| {
                    let mut random = Seed(minute).stream("seconds");
                    Burstiness::Poisson.cut(60_000, &[60 * mean], &mut random).into_iter().map(|part| part.1[0])
                })
                .collect();
            let n = seconds.len() as f64;
            let of_mean = seconds.iter().map(|s| (*s as f64 - mean as f64).powi(2)).sum::<f64>() / n;
            // The total of a minute is given, which takes a sixtieth of the variance.
            let expected = mean as f64 * 59.0 / 60.0;
            assert!((of_mean / expected - 1.0).abs() < 0.05, "{mean}: {of_mean} for {expected}");
        }
    }

    #[test]
    fn what_is_no_burstiness_says_what_is() {
        for text in ["", "0.5", "often", "-1", "nan"] {
            assert_eq!(text.parse::<Burstiness>(), Err(NoBurstiness), "{text}");
        }
        assert!(NoBurstiness.to_string().contains("poisson"));
    }
}
