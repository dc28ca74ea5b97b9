//! The samples of one period, and the datapoint that a statistic makes of them.

use std::collections::BTreeMap;

use super::rule::{ALL, Statistic};

/// What a metric had in a period.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples {
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
    /// How often each value came, by its bits, which are in the order of values that are not negative. Kept only for
    /// percentiles.
    values: BTreeMap<u64, u64>,
}

impl Samples {
    /// Takes a sample, which is not negative.
    #[inline]
    pub(super) fn add(&mut self, value: f64, statistic: Statistic) {
        (self.min, self.max) =
            if self.count == 0 { (value, value) } else { (self.min.min(value), self.max.max(value)) };
        self.count += 1;
        self.sum += value;
        if matches!(statistic, Statistic::Percentile(_)) {
            *self.values.entry(value.to_bits()).or_default() += 1;
        }
    }

    /// The period's datapoint; none when it had no samples.
    pub(super) fn datapoint(&self, statistic: Statistic) -> Option<f64> {
        let of_some = match statistic {
            Statistic::SampleCount => self.count as f64,
            Statistic::Average => self.sum / self.count.max(1) as f64,
            Statistic::Sum => self.sum,
            Statistic::Minimum => self.min,
            Statistic::Maximum => self.max,
            Statistic::Percentile(part) => return self.percentile(part),
        };
        (self.count > 0).then_some(of_some)
    }

    /// The sample of the nearest rank.
    fn percentile(&self, part: u32) -> Option<f64> {
        let rank = (u128::from(self.count) * u128::from(part)).div_ceil(ALL.into()) as u64;
        let mut seen = 0;
        let found = self.values.iter().find(|(_, times)| {
            seen += **times;
            seen >= rank
        });
        found.map(|(bits, _)| f64::from_bits(*bits))
    }
}
