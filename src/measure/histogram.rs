//! A histogram of whole numbers with a relative error below 1/64, in integer arithmetic only.
//!
//! Numbers below 128 have a bucket each; above, every power of two is cut into 64 buckets. The largest value is
//! kept exactly. It models no time: a caller that wants another window begins another histogram.

const EXACT_BELOW: u64 = 128;
const BUCKETS_PER_POWER: usize = 64;

/// Counts of values by magnitude.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max: u64,
}

impl Histogram {
    /// Counts `value` once.
    pub fn record(&mut self, value: u64) {
        self.record_often(value, 1);
    }
    /// Counts `value` so many times.
    pub(crate) fn record_often(&mut self, value: u64, times: u64) {
        if times == 0 {
            return;
        }
        let bucket = bucket_of(value);
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += times;
        self.total += times;
        self.max = self.max.max(value);
    }
    /// Counts all values of another as well.
    pub(crate) fn add(&mut self, other: &Self) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
        self.total += other.total;
        self.max = self.max.max(other.max);
    }
    /// The largest value, exactly; `None` when there are no values.
    pub fn max(&self) -> Option<u64> {
        (self.total > 0).then_some(self.max)
    }
    /// The value that `percent` of the values do not exceed, rounded up by less than 1/64 of itself; `None` when
    /// there are no values.
    pub(crate) fn percentile(&self, percent: u64) -> Option<u64> {
        let rank = (self.total * percent).div_ceil(100).max(1);
        let mut below = 0;
        self.counts.iter().enumerate().find_map(|(bucket, count)| {
            below += count;
            (below >= rank).then(|| highest_of(bucket).min(self.max))
        })
    }
}

fn bucket_of(value: u64) -> usize {
    if value < EXACT_BELOW {
        return value as usize;
    }
    let shift = value.ilog2() as usize - 6;
    BUCKETS_PER_POWER * shift + (value >> shift) as usize
}

fn highest_of(bucket: usize) -> u64 {
    if bucket < EXACT_BELOW as usize {
        return bucket as u64;
    }
    let shift = bucket / BUCKETS_PER_POWER - 1;
    let first = (bucket - BUCKETS_PER_POWER * shift) as u128;
    u64::try_from(((first + 1) << shift) - 1).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_empty_histogram_has_no_percentiles() {
        assert_eq!(Histogram::default().percentile(50), None);
        assert_eq!(Histogram::default().max(), None);
    }

    proptest! {
        #[test]
        fn percentiles_are_right_within_a_sixty_fourth(
            values in prop::collection::vec(prop_oneof![0u64..300, any::<u64>(), 0u64..1_000_000], 1..200),
            percent in 1u64..=100,
        ) {
            let mut histogram = Histogram::default();
            values.iter().for_each(|v| histogram.record(*v));
            let mut sorted = values;
            sorted.sort_unstable();
            let exact = sorted[(sorted.len() as u64 * percent).div_ceil(100) as usize - 1];
            let shown = histogram.percentile(percent).unwrap_or(0);
            prop_assert!(shown >= exact && shown - exact <= exact / 64, "{exact} shown as {shown}");
            prop_assert_eq!(histogram.max(), sorted.last().copied());
        }
    }
}
