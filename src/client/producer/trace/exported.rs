//! Metrics of CloudWatch as a trace: a column for the stream or for each of its shards, in seconds where those are
//! drawn.

use super::{Columns, Counts, Rows, Told, Trace};
use crate::base::Seed;
use crate::metrics::{Burstiness, Metrics, MetricsError};

/// So many counts are kept at most: a month of seconds, or a day of the seconds of thirty shards.
const COUNTS_MAX: u64 = 3_000_000;

impl Trace {
    /// The traffic of metrics; `seed` draws the seconds of each interval.
    pub(crate) fn of_metrics(metrics: &Metrics, burstiness: Burstiness, seed: Seed) -> Result<Self, MetricsError> {
        let columns = &metrics.columns;
        let parts = burstiness.parts(metrics.period_ms) * metrics.intervals as u64 * columns.len() as u64;
        if burstiness == Burstiness::Poisson && parts > COUNTS_MAX {
            return Err(MetricsError::TooFine { seconds: parts });
        }
        let mut random = seed.stream("seconds");
        let has_bytes = columns.iter().all(|column| !column.bytes.is_empty());
        let (mut starts_ms, mut counts, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
        for interval in 0..metrics.intervals {
            let begins = interval as u64 * metrics.period_ms;
            let of: Vec<u64> = columns.iter().map(|column| column.records[interval]).collect();
            for (after, part) in burstiness.cut(metrics.period_ms, &of, &mut random) {
                starts_ms.push(begins + after);
                if has_bytes {
                    // Bytes come with their records: all of an interval have its mean size.
                    let share = |(column, records): (usize, &u64)| {
                        let all = u128::from(columns[column].bytes[interval]) * u128::from(*records);
                        (all / u128::from(of[column].max(1))) as u64
                    };
                    bytes.extend(part.iter().enumerate().map(share));
                }
                counts.extend(part);
            }
        }
        let ranges: Option<Vec<_>> = columns.iter().map(|column| column.range).collect();
        let told = Told {
            from: metrics.from.clone(),
            period_ms: metrics.period_ms,
            length_ms: metrics.length_ms(),
            missing: metrics.missing,
            is_even: burstiness == Burstiness::Even,
            shards: ranges.as_ref().map(Vec::len),
            observed: metrics.observed,
        };
        let of = ranges.map_or(Columns::Drawn, Columns::Ranges);
        let bytes = has_bytes.then_some(bytes);
        let counts = Counts { of, starts_ms, end_ms: metrics.length_ms(), counts, bytes };
        Ok(Self { rows: Rows::Counts(counts), told: Some(told) })
    }
}
