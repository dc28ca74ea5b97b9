//! Line plots: records per shard, and iterator age per consumer.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{self, Area, Drawn, Error, Key, OTHERS, SOFT, anchored, axes, colour, fault_key, time_unit};
use crate::aws::kinesis::capacity::SHARD_RECORDS_PER_S;
use crate::measure::{Series, ShardSeries};

/// Shards with a line of their own; the others share one.
const SHARDS_MAX: usize = 8;

/// A line: a value for each point, or none.
struct Line {
    name: String,
    colour: RGBColor,
    values: Vec<Option<f64>>,
}

/// Records accepted and throttled, by shard.
pub(super) fn records(series: &Series, name: &str, shards: &[ShardSeries]) -> Drawn {
    let busiest = busiest(shards);
    let accepted = shard_lines(series, shards, &busiest, |shard| &shard.accepted);
    let throttled = shard_lines(series, shards, &busiest, |shard| &shard.throttled);
    let limit = shown_limit(&accepted).map(|_| Key { name: "one shard's limit".into(), colour: SOFT });
    let keys: Vec<_> = accepted.iter().map(key_of).chain(limit).chain(fault_key(series)).collect();
    let title = format!("Records per shard of stream {name}");
    let subtitle = format!("records per second, means over {}; above: acknowledged, below: throttled", series.step());
    canvas::draw(640, &title, &subtitle, &keys, |area| {
        let (upper, lower) = area.split_vertically(345);
        draw_lines(&upper, series, "acknowledged (records/s)", &accepted, shown_limit(&accepted))?;
        draw_lines(&lower, series, "throttled (records/s)", &throttled, None)
    })
}

/// The greatest iterator age, by consumer.
pub(crate) fn iterator_age(series: &Series) -> Drawn {
    let most = series.consumers().flat_map(|(_, c)| c.age_max_ms.iter().flatten()).max().copied().unwrap_or(0);
    let (unit, ms) = match most {
        0..10_000 => ("ms", 1.0),
        10_000..600_000 => ("seconds", 1e3),
        600_000..36_000_000 => ("minutes", 6e4),
        _ => ("hours", 3.6e6),
    };
    let lines = series.consumers().enumerate().map(|(n, (id, consumer))| {
        let values = consumer.age_max_ms.iter().map(|age| age.map(|age| age as f64 / ms)).collect();
        Line { name: series.names().consumer(id).into(), colour: colour(n), values }
    });
    let lines: Vec<_> = lines.collect();
    let keys: Vec<_> = lines.iter().map(key_of).chain(fault_key(series)).collect();
    let subtitle = format!(
        "greatest in every {}: GetRecords.IteratorAgeMilliseconds, and the age of records that nobody reads",
        series.step()
    );
    canvas::draw(460, "Iterator age per consumer", &subtitle, &keys, |area| {
        draw_lines(area, series, &format!("iterator age ({unit})"), &lines, None)
    })
}

fn key_of(line: &Line) -> Key {
    Key { name: line.name.clone(), colour: line.colour }
}

/// Indices of the shards that get a line: those with most records, in order of their numbers.
fn busiest(shards: &[ShardSeries]) -> Vec<usize> {
    let sum = |points: &[u32]| points.iter().map(|n| u64::from(*n)).sum::<u64>();
    let load = |shard: &ShardSeries| sum(&shard.accepted) + sum(&shard.throttled);
    let mut order: Vec<usize> = (0..shards.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(load(&shards[*i])), *i));
    order.truncate(SHARDS_MAX);
    order.sort_unstable();
    order
}

fn shard_lines(
    series: &Series,
    shards: &[ShardSeries],
    busiest: &[usize],
    of: fn(&ShardSeries) -> &Vec<u32>,
) -> Vec<Line> {
    let per_s = |shards: &mut dyn Iterator<Item = &ShardSeries>| {
        let mut sums = vec![0u64; points(series)];
        shards.for_each(|shard| sums.iter_mut().zip(of(shard)).for_each(|(sum, n)| *sum += u64::from(*n)));
        let rates = sums.into_iter().enumerate().map(|(point, sum)| Some(sum as f64 / seconds_of(series, point)));
        rates.collect::<Vec<_>>()
    };
    let mut lines: Vec<Line> = Vec::new();
    for (n, i) in busiest.iter().enumerate() {
        let values = per_s(&mut std::iter::once(&shards[*i]));
        lines.push(Line { name: format!("shard {i}"), colour: colour(n), values });
    }
    if shards.len() > busiest.len() {
        let rest = shards.iter().enumerate().filter(|(i, _)| !busiest.contains(i)).map(|(_, shard)| shard);
        // Their mean, so that it has the scale of the other lines.
        let others = shards.len() - busiest.len();
        let mean = per_s(&mut rest.into_iter()).into_iter().map(|sum| sum.map(|sum| sum / others as f64));
        lines.push(Line { name: format!("mean of {others} others"), colour: OTHERS, values: mean.collect() });
    }
    lines
}

fn points(series: &Series) -> usize {
    series.duration().as_nanos().div_ceil(series.step().as_nanos()) as usize
}

/// Length of a point: the last one may be cut off by the run's end.
fn seconds_of(series: &Series, point: usize) -> f64 {
    let (step, end) = (series.step().as_secs_f64(), series.duration().as_secs_f64());
    (end - step * point as f64).clamp(f64::MIN_POSITIVE, step)
}

fn top_of(lines: &[Line]) -> f64 {
    lines.iter().flat_map(|line| line.values.iter().flatten()).copied().fold(0.0, f64::max)
}

/// The limit is shown where it matters, and does not flatten the lines where it does not.
fn shown_limit(lines: &[Line]) -> Option<f64> {
    (top_of(lines) > SHARD_RECORDS_PER_S / 3.0).then_some(SHARD_RECORDS_PER_S)
}

fn draw_lines(area: &Area<'_>, series: &Series, y_name: &str, lines: &[Line], limit: Option<f64>) -> Result<(), Error> {
    let top = top_of(lines);
    let mut chart = axes(area, series, y_name, limit.map_or(top, |limit| top.max(limit * 1.05)))?;
    let unit = time_unit(series.duration());
    let end = series.duration().as_secs_f64() / unit.seconds;
    if top == 0.0 {
        let style = anchored(15, SOFT, HPos::Center, VPos::Center);
        chart.draw_series([Text::new("none", (end / 2.0, 0.5), style)])?;
        return Ok(());
    }
    if let Some(limit) = limit {
        let style = SOFT.stroke_width(1);
        chart.draw_series(DashedLineSeries::new([(0.0, limit), (end, limit)], 6, 4, style))?;
    }
    let step = series.step().as_secs_f64() / unit.seconds;
    for line in lines {
        for run in stairs(&line.values, step, end) {
            chart.draw_series(LineSeries::new(run, line.colour.stroke_width(2)))?;
        }
    }
    Ok(())
}

/// The line as stairs, in runs without a gap.
fn stairs(values: &[Option<f64>], step: f64, end: f64) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (point, value) in values.iter().enumerate() {
        let from = step * point as f64;
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) if from < end => run.extend([(from, *value), ((from + step).min(end), *value)]),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}
