//! Iterator age of each consumer over time: half of the reads, 99 of 100, and the worst.

use plotters::prelude::*;

use super::markup::{Column, Markup, paragraph, table};
use super::page::Panel;
use super::plot::{Frame, Key, Side, Window, clock, stairs};
use crate::base::{ConsumerId, SimDuration};
use crate::measure::Series;
use crate::measure::detail::{AgePoint, Detail};
use crate::report::plots::canvas::{SOFT, colour};
use crate::report::words::millis;

/// Consumers with a plot of their own: those with the greatest age.
const CONSUMERS_MAX: usize = 6;
/// Rows of the table beside a plot.
const ROWS: usize = 12;
const HEIGHT: u32 = 190;

pub(super) fn panel(detail: &Detail, series: &Series) -> Option<Panel> {
    let mut aged = aged(detail, series);
    if aged.is_empty() {
        return None;
    }
    let left = aged.len().saturating_sub(CONSUMERS_MAX);
    aged.truncate(CONSUMERS_MAX);
    let plots =
        aged.iter().map(|(id, ages)| plot(*id, ages, detail.ages().step(), series, Window::whole(series), true));
    let mut body = Markup::of("<div class=\"plots\">\n").all(plots).raw("</div>\n");
    if left > 0 {
        body = body.with(&paragraph(format!("and {left} more consumers with smaller ages")));
    }
    Some(Panel::new("ages", "Iterator age", body))
}

/// The plots about a failure.
pub(super) fn around(detail: &Detail, series: &Series, window: Window) -> Markup {
    let aged = aged(detail, series);
    let plots = aged.iter().take(2).map(|(id, ages)| plot(*id, ages, detail.ages().step(), series, window, false));
    Markup::default().all(plots)
}

/// A line of a plot: its name, its colour, its width, and the age that it shows.
type Percentile = (&'static str, RGBColor, u32, fn(&AgePoint) -> u64);

type Aged = (ConsumerId, Vec<Option<AgePoint>>);

/// Consumers by their greatest age, greatest first.
fn aged(detail: &Detail, series: &Series) -> Vec<Aged> {
    let all = series.consumers().map(|(id, _)| (id, detail.ages().of(id)));
    let mut aged: Vec<Aged> = all.filter(|(_, ages)| ages.iter().any(Option::is_some)).collect();
    aged.sort_by_key(|(id, ages)| (std::cmp::Reverse(ages.iter().flatten().map(|age| age.max).max()), *id));
    aged
}

fn plot(
    id: ConsumerId,
    ages: &[Option<AgePoint>],
    step: SimDuration,
    series: &Series,
    window: Window,
    is_whole: bool,
) -> Markup {
    let name = series.names().consumer(id);
    let is_shown = |(point, _): &(usize, &Option<AgePoint>)| {
        let from = step.as_secs_f64() * *point as f64;
        window.has(from, from + step.as_secs_f64())
    };
    let shown = || ages.iter().enumerate().filter(is_shown);
    let most = shown().filter_map(|(point, age)| Some((age.as_ref()?.max, point)));
    let most = most.max_by_key(|(age, point)| (*age, std::cmp::Reverse(*point)));
    let (unit, ms) = match most.map_or(0, |(age, _)| age) {
        0..10_000 => ("milliseconds", 1.0),
        10_000..600_000 => ("seconds", 1e3),
        600_000..36_000_000 => ("minutes", 6e4),
        _ => ("hours", 3.6e6),
    };
    let top = most.map_or(0, |(age, _)| age) as f64 / ms;
    let bounds: Vec<f64> = series.age_bounds_ms().iter().map(|bound| *bound as f64 / ms).collect();
    let bounds: Vec<f64> = bounds.into_iter().filter(|bound| *bound <= 3.0 * top).collect();
    let top = bounds.iter().copied().fold(top, f64::max);
    let worst = most.map_or(String::new(), |(age, point)| {
        format!(" Worst: {} at {}.", millis(Some(age)), clock(step.as_secs() * point as u64))
    });
    let said = format!(
        "Age of what GetRecords returned, and of records that nobody reads, over every {step} (from {}).{worst}",
        window.told()
    );
    let frame = Frame {
        title: format!("Iterator age of {name}"),
        said,
        window,
        side: Side::Values(unit, top),
        height: HEIGHT,
        is_movable: is_whole,
    };
    // The wider ones show beside the others where they are the same.
    let lines: [Percentile; 3] = [
        ("worst", colour(1), 5, |age| age.max),
        ("p99", colour(3), 3, |age| age.p99),
        ("p50", colour(0), 1, |age| age.p50),
    ];
    let mut keys: Vec<Key> = lines.iter().map(|(name, colour, ..)| Key::line(*name, *colour)).collect();
    keys.extend((!bounds.is_empty()).then(|| Key::line("expected bound, dashed", SOFT)));
    let table = if is_whole { ages_table(name, ages, step) } else { Markup::default() };
    frame.figure(series, keys, &table, |chart| {
        for bound in &bounds {
            let line = [(window.from, *bound), (window.until, *bound)];
            chart.draw_series(DashedLineSeries::new(line, 48, 32, SOFT.stroke_width(1)))?;
        }
        for (_, colour, width, of) in &lines {
            let values = ages.iter().map(|age| age.as_ref().map(|age| of(age) as f64 / ms));
            for run in stairs(values, step, window) {
                chart.draw_series(LineSeries::new(run, colour.stroke_width(*width)))?;
            }
        }
        Ok(())
    })
}

/// The run in a few rows: of each the worst.
fn ages_table(name: &str, ages: &[Option<AgePoint>], step: SimDuration) -> Markup {
    let length = ages.len().div_ceil(ROWS).max(1);
    let rows = ages.chunks(length).enumerate().map(|(n, chunk)| {
        let most = |of: fn(&AgePoint) -> u64| millis(chunk.iter().flatten().map(of).max());
        let from = clock(step.as_secs() * (n * length) as u64);
        vec![from, most(|age| age.p50), most(|age| age.p99), most(|age| age.max)]
    });
    let columns = [Column::Text("From"), Column::Number("p50"), Column::Number("p99"), Column::Number("Worst")];
    table(&format!("Iterator age of {name}: the greatest of each part of the run"), &columns, rows)
}
