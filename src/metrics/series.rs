//! Datapoints in order of time, and the equal intervals that they make.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::error::MetricsError;
use super::name::{Metric, Name};
use super::traffic::{Column, Metrics, Observed};
use crate::base::HashKeyRange;

/// Longer series of a shorter period are not metrics: a year of seconds.
const INTERVALS_MAX: u64 = 366 * 86_400;

/// A value at an instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    /// Milliseconds from 1970 on.
    pub(super) at_ms: i64,
    pub(super) value: u64,
    pub(super) line: usize,
}

/// What a file has.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) series: BTreeMap<Name, Vec<Point>>,
    /// Names of series that are none of ours, to say what was found instead.
    pub(super) others: Vec<String>,
    /// Hash keys of shards, where the file lists them.
    pub(super) ranges: BTreeMap<u64, HashKeyRange>,
}

impl Gathered {
    /// The metrics in equal intervals.
    pub(super) fn metrics(mut self, period_ms: Option<u64>) -> Result<Metrics, MetricsError> {
        for (name, points) in &mut self.series {
            points.sort_by_key(|point| point.at_ms);
            in_order(*name, points)?;
        }
        let shards = self.incoming();
        let records = |shard| self.of(Metric::IncomingRecords, shard);
        let all = shards.iter().flat_map(|shard| records(*shard));
        let Some(from) = all.clone().map(|point| point.at_ms).min() else {
            return Err(MetricsError::NoTraffic { found: self.found() });
        };
        let period_ms = match period_ms {
            Some(period) => period.max(1),
            None => self.period(&shards).ok_or(MetricsError::NoPeriod)?,
        };
        let until = all.map(|point| point.at_ms).max().unwrap_or(from);
        let intervals = until.abs_diff(from) / period_ms + 1;
        if intervals > INTERVALS_MAX {
            return Err(MetricsError::TooFine { seconds: intervals });
        }
        let grid = Grid { from, period_ms, intervals: intervals as usize };
        let mut missing = 0;
        let mut columns = Vec::with_capacity(shards.len());
        for (range, shard) in self.ranges(&shards).into_iter().zip(&shards) {
            let column = self.column(*shard, range, &grid)?;
            let of_shard = self.of(Metric::IncomingRecords, *shard).len();
            missing += grid.intervals.saturating_sub(of_shard);
            columns.push(column);
        }
        let observed = self.observed(&columns);
        let from = told(from);
        Ok(Metrics { from, period_ms, intervals: grid.intervals, missing, columns, observed })
    }

    fn of(&self, metric: Metric, shard: Option<u64>) -> &[Point] {
        self.series.get(&Name { metric, shard }).map_or(&[], Vec::as_slice)
    }

    /// The shards that have IncomingRecords, or none for the stream as a whole. Shards tell more.
    fn incoming(&self) -> Vec<Option<u64>> {
        let named =
            self.series.iter().filter(|(name, points)| name.metric == Metric::IncomingRecords && !points.is_empty());
        let all: Vec<Option<u64>> = named.map(|(name, _)| name.shard).collect();
        match all.iter().any(Option::is_some) {
            true => all.into_iter().filter(Option::is_some).collect(),
            false => all,
        }
    }

    /// The least distance between two datapoints.
    fn period(&self, shards: &[Option<u64>]) -> Option<u64> {
        let of = |shard: &Option<u64>| {
            self.of(Metric::IncomingRecords, *shard).windows(2).map(|pair| pair[0].at_ms.abs_diff(pair[1].at_ms)).min()
        };
        shards.iter().filter_map(of).min()
    }

    /// Where the shards lie: as the file lists them, or evenly in the order of their ids.
    fn ranges(&self, shards: &[Option<u64>]) -> Vec<Option<HashKeyRange>> {
        let listed: Option<Vec<_>> = shards.iter().map(|shard| self.ranges.get(&(*shard)?).copied()).collect();
        match listed {
            Some(listed) => listed.into_iter().map(Some).collect(),
            None if shards.iter().any(Option::is_none) => vec![None; shards.len()],
            None => HashKeyRange::uniform(shards.len() as u32).map(Some).collect(),
        }
    }

    fn column(&self, shard: Option<u64>, range: Option<HashKeyRange>, grid: &Grid) -> Result<Column, MetricsError> {
        let name = |metric| Name { metric, shard };
        let (of_records, of_bytes) = (self.of(Metric::IncomingRecords, shard), self.of(Metric::IncomingBytes, shard));
        let records = grid.spread(name(Metric::IncomingRecords), of_records)?;
        if of_bytes.is_empty() {
            let bytes = Vec::new();
            let values = records.into_iter().map(|point| point.map_or(0, |point| point.value)).collect();
            return Ok(Column { range, records: values, bytes });
        }
        let bytes = grid.spread(name(Metric::IncomingBytes), of_bytes)?;
        let half = records.iter().zip(&bytes).find_map(|pair| match pair {
            (Some(records), None) if records.value > 0 => Some((records, Metric::IncomingRecords)),
            (None, Some(bytes)) if bytes.value > 0 => Some((bytes, Metric::IncomingBytes)),
            _ => None,
        });
        if let Some((point, has)) = half {
            let lacks = match has {
                Metric::IncomingRecords => Metric::IncomingBytes,
                _ => Metric::IncomingRecords,
            };
            let (has, lacks) = (name(has).to_string(), name(lacks).to_string());
            return Err(MetricsError::Half { line: point.line, has, lacks, at: told(point.at_ms) });
        }
        let values =
            |of: Vec<Option<Point>>| of.into_iter().map(|point| point.map_or(0, |point| point.value)).collect();
        Ok(Column { range, records: values(records), bytes: values(bytes) })
    }

    fn observed(&self, columns: &[Column]) -> Observed {
        // A stream's own metric has all of its shards in it.
        let points = |metric| {
            let of_stream = self.of(metric, None);
            let of_shards = self.series.iter().filter(|(name, _)| name.metric == metric).flat_map(|(_, points)| points);
            let all: Vec<u64> = match of_stream.is_empty() {
                true => of_shards.map(|point| point.value).collect(),
                false => of_stream.iter().map(|point| point.value).collect(),
            };
            (!all.is_empty()).then_some(all)
        };
        Observed {
            records: columns.iter().flat_map(|column| &column.records).sum(),
            throttled: points(Metric::WriteThrottled).map(|all| all.iter().sum()),
            age_max_ms: points(Metric::IteratorAge).and_then(|all| all.into_iter().max()),
        }
    }

    fn found(&self) -> Vec<String> {
        let mut found: Vec<String> = self.series.keys().map(Name::to_string).collect();
        found.extend(self.others.iter().cloned());
        found.truncate(8);
        found
    }
}

/// Equal intervals.
struct Grid {
    from: i64,
    period_ms: u64,
    intervals: usize,
}

impl Grid {
    /// The datapoint of each interval.
    fn spread(&self, name: Name, points: &[Point]) -> Result<Vec<Option<Point>>, MetricsError> {
        let mut spread = vec![None; self.intervals];
        for point in points {
            let apart_ms = self.from.abs_diff(point.at_ms);
            if apart_ms % self.period_ms != 0 {
                let (series, at) = (name.to_string(), told(point.at_ms));
                let period_ms = self.period_ms;
                return Err(MetricsError::Uneven { line: point.line, series, at, apart_ms, period_ms });
            }
            // Bytes before the first record, and after the last, belong to no interval.
            let place = (apart_ms / self.period_ms) as usize;
            if let Some(free) = spread.get_mut(place).filter(|_| point.at_ms >= self.from) {
                *free = Some(*point);
            }
        }
        Ok(spread)
    }
}

/// Pages overlap: the same datapoint twice is one.
fn in_order(name: Name, points: &mut Vec<Point>) -> Result<(), MetricsError> {
    let differs = points.windows(2).find(|pair| pair[0].at_ms == pair[1].at_ms && pair[0].value != pair[1].value);
    if let Some(pair) = differs {
        let (line, other) = (pair[0].line.max(pair[1].line), pair[0].line.min(pair[1].line));
        return Err(MetricsError::TwoValues { line, other, series: name.to_string(), at: told(pair[0].at_ms) });
    }
    points.dedup_by_key(|point| point.at_ms);
    Ok(())
}

/// An instant as people write it.
fn told(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).map_or_else(|_| at_ms.to_string(), |at| at.to_string())
}

/// Milliseconds from 1970 on of `2026-03-02T10:00:00Z`, `2026-03-02 10:00:00` (in UTC), or seconds since 1970.
pub(super) fn instant(text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    if let Ok(at) = text.parse::<DateTime>() {
        let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        return i64::try_from(at.duration_since(epoch).as_millis()).ok();
    }
    since_1970(text.parse().ok()?)
}

/// Seconds since 1970, or milliseconds where seconds would be thousands of years.
pub(super) fn since_1970(number: f64) -> Option<i64> {
    let is_millis = number > 1e11;
    let millis = if is_millis { number } else { number * 1000.0 };
    (number > 0.0 && millis < 1e15).then_some((millis + 0.5) as i64)
}

/// A value that counts something.
pub(super) fn count(number: f64) -> Option<u64> {
    (number.is_finite() && (0.0..9e15).contains(&number)).then_some((number + 0.5) as u64)
}
