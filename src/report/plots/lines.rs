//! Line plots: records per shard, and iterator age per consumer.

use plotters::prelude::*;

use super::canvas::{self, Area, Drawn, Error, Key, OTHERS, SOFT, axes, colour, time_unit};
use crate::aws::kinesis::capacity::{SHARD_BYTES_PER_S, SHARD_RECORDS_PER_S};
use crate::base::SimTime;
use crate::measure::{Series, ShardSeries};

/// Shards with a line of their own; the others share one.
const SHARDS_MAX: usize = 8;

/// A line: a value for each point, or none.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) colour: RGBColor,
    pub(super) values: Vec<Option<f64>>,
}

/// Lines over time, and how they are shown.
pub(super) struct Panel<'a> {
    /// What their values are, with the unit.
    pub(super) y_name: &'a str,
    pub(super) lines: &'a [Line],
    pub(super) limits: &'a [f64],
    /// Whether faults and actions are named in it.
    pub(super) is_named: bool,
    /// Whether times stand below it.
    pub(super) is_timed: bool,
}

/// Records and bytes accepted and records throttled, by shard; what has no value has no panel.
pub(super) fn records(series: &Series, name: &str, shards: &[ShardSeries]) -> Drawn {
    const PANEL_HEIGHT: u32 = 290;
    let busiest = busiest(shards);
    let lines = |of: fn(&ShardSeries, usize) -> u64, unit: f64| shard_lines(series, shards, &busiest, of, unit);
    let records = lines(|shard, point| u64::from(shard.accepted.get(point).copied().unwrap_or(0)), 1.0);
    let bytes = lines(|shard, point| shard.bytes.get(point).copied().unwrap_or(0), 1024.0);
    let throttled = lines(|shard, point| u64::from(shard.throttled.get(point).copied().unwrap_or(0)), 1.0);
    let limits = (shown_limit(&records, SHARD_RECORDS_PER_S), shown_limit(&bytes, SHARD_BYTES_PER_S / 1024.0));
    let limit = limits.0.or(limits.1).map(|_| Key::bound("one shard's limit"));
    let keys: Vec<_> = records.iter().map(key_of).chain(limit).collect();
    let panels = [
        ("acknowledged (records/s)", &records, limits.0),
        ("acknowledged (KiB/s)", &bytes, limits.1),
        ("throttled (records/s)", &throttled, None),
    ];
    let panels: Vec<_> = panels.into_iter().filter(|(_, lines, _)| top_of(lines) > 0.0).collect();
    let title = format!("Records per shard of stream {name}");
    let subtitle = format!("means over {}; a shard is drawn while it is open", series.step());
    let height = canvas::TITLE_HEIGHT + PANEL_HEIGHT * panels.len().max(1) as u32;
    canvas::draw(height, (&title, &subtitle), &keys, series, |area| {
        let areas = area.split_evenly((panels.len().max(1), 1));
        for (n, ((y_name, lines, limit), area)) in panels.iter().zip(&areas).enumerate() {
            let limits = limit.as_slice();
            draw_lines(area, series, &Panel { y_name, lines, limits, is_named: n == 0, is_timed: true })?;
        }
        Ok(())
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
        let values = carried_forward(&consumer.age_max_ms, points(series)).map(|age| age.map(|age| age as f64 / ms));
        let values = values.collect();
        Line { name: series.names().consumer(id).into(), colour: colour(n), values }
    });
    let lines: Vec<_> = lines.collect();
    let bounds: Vec<f64> = series.age_bounds_ms().iter().map(|bound| *bound as f64 / ms).collect();
    let bounds: Vec<f64> = bounds.into_iter().filter(|bound| *bound <= 3.0 * top_of(&lines)).collect();
    let bound = bounds.first().map(|_| Key::bound("expected bound"));
    let keys: Vec<_> = lines.iter().map(key_of).chain(bound).collect();
    let subtitle = format!(
        "greatest in every {}: GetRecords.IteratorAgeMilliseconds, and the age of records that nobody reads",
        series.step()
    );
    canvas::draw(460, ("Iterator age per consumer", &subtitle), &keys, series, |area| {
        let y_name = format!("iterator age ({unit})");
        let panel = Panel { y_name: &y_name, lines: &lines, limits: &bounds, is_named: true, is_timed: true };
        draw_lines(area, series, &panel)
    })
}

pub(super) fn key_of(line: &Line) -> Key {
    Key::new(line.name.clone(), line.colour)
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

/// The last age that is known, until there is another.
fn carried_forward(ages: &[Option<u64>], points: usize) -> impl Iterator<Item = Option<u64>> {
    let mut last = None;
    (0..points).map(move |point| {
        last = ages.get(point).copied().flatten().or(last);
        last
    })
}

/// A line for each of the busiest shards while it is open, and one for the mean of the others that are open.
fn shard_lines(
    series: &Series,
    shards: &[ShardSeries],
    busiest: &[usize],
    of: fn(&ShardSeries, usize) -> u64,
    unit: f64,
) -> Vec<Line> {
    let points = points(series);
    let mut lines: Vec<Line> = Vec::new();
    for (n, i) in busiest.iter().enumerate() {
        let shard = &shards[*i];
        let value = |point| Some(of(shard, point) as f64 / unit / open_s(series, shard, point)?);
        lines.push(Line { name: format!("shard {i}"), colour: colour(n), values: (0..points).map(value).collect() });
    }
    let others: Vec<&ShardSeries> = (0..shards.len()).filter(|i| !busiest.contains(i)).map(|i| &shards[i]).collect();
    if !others.is_empty() {
        // Their mean, so that it has the scale of the other lines.
        let mean = |point| {
            let open = others.iter().filter_map(|shard| Some((of(shard, point), open_s(series, shard, point)?)));
            let (sum, open_s) = open.fold((0, 0.0), |sum, shard| (sum.0 + shard.0, sum.1 + shard.1));
            (open_s > 0.0).then(|| sum as f64 / unit / open_s)
        };
        let name = format!("mean of {} others", others.len());
        lines.push(Line { name, colour: OTHERS, values: (0..points).map(mean).collect() });
    }
    lines
}

/// How long the shard was open in a point: a value over a sliver of it would say nothing.
fn open_s(series: &Series, shard: &ShardSeries, point: usize) -> Option<f64> {
    const SLIVER: f64 = 0.1;
    let step_ns = series.step().as_nanos();
    let from = SimTime::from_nanos(step_ns * point as u64).max(shard.opened);
    let end = SimTime::ZERO.saturating_add(series.duration()).min(shard.closed.unwrap_or(SimTime::MAX));
    let open_s = SimTime::from_nanos(step_ns * (point as u64 + 1)).min(end).since(from).as_secs_f64();
    (open_s > SLIVER * series.step().as_secs_f64()).then_some(open_s)
}

fn points(series: &Series) -> usize {
    series.duration().as_nanos().div_ceil(series.step().as_nanos()) as usize
}

fn top_of(lines: &[Line]) -> f64 {
    lines.iter().flat_map(|line| line.values.iter().flatten()).copied().fold(0.0, f64::max)
}

/// The limit is shown where it matters, and does not flatten the lines where it does not.
fn shown_limit(lines: &[Line], limit: f64) -> Option<f64> {
    (top_of(lines) > limit / 3.0).then_some(limit)
}

pub(super) fn draw_lines(area: &Area<'_>, series: &Series, panel: &Panel<'_>) -> Result<(), Error> {
    let Panel { y_name, lines, limits, is_named, is_timed } = *panel;
    let top = limits.iter().map(|limit| limit * 1.05).fold(top_of(lines), f64::max);
    // Names stand above the data.
    let room = if is_named { canvas::name_row_share(area) * canvas::names_shown(series) as f64 } else { 0.0 };
    let mut chart = axes(area, series, y_name, top / (1.0 - room), is_timed)?;
    let unit = time_unit(series.duration());
    let end = series.duration().as_secs_f64() / unit.seconds;
    for limit in limits {
        let style = SOFT.stroke_width(1);
        chart.draw_series(DashedLineSeries::new([(0.0, *limit), (end, *limit)], 6, 4, style))?;
    }
    let step = series.step().as_secs_f64() / unit.seconds;
    for line in lines {
        for run in stairs(&line.values, step, end) {
            chart.draw_series(LineSeries::new(run, line.colour.stroke_width(2)))?;
        }
    }
    canvas::draw_throws(&mut chart, series, unit)?;
    if is_named { canvas::name_marks(area, &chart, series, unit) } else { Ok(()) }
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
