//! Units of lease tables against their capacity, with what is saved for bursts.

use plotters::prelude::*;

use super::markup::{Column, Markup, table};
use super::page::Panel;
use super::plot::{Frame, Key, Side, Window, clock, seconds, stairs};
use crate::base::{SimDuration, SimTime};
use crate::measure::Series;
use crate::measure::detail::{Detail, TableUnits, UnitsPoint};
use crate::report::plots::canvas::{SOFT, colour};
use crate::report::words::{count, count_or_dash, tenths};

const HEIGHT: u32 = 160;
const TABLES_MAX: usize = 4;
const ROWS: usize = 12;

pub(super) fn panel(detail: &Detail, series: &Series) -> Option<Panel> {
    let mut used: Vec<&TableUnits> = detail.tables().iter().filter(|table| !table.points.is_empty()).collect();
    if used.is_empty() {
        return None;
    }
    used.sort_by_key(|table| (std::cmp::Reverse(throttled(table)), table.table));
    used.truncate(TABLES_MAX);
    let window = Window::whole(series);
    let plots = used.iter().map(|table| plots(table, detail.step(), series, window));
    let body = Markup::of("<div class=\"plots\">\n").all(plots).raw("</div>\n");
    Some(Panel::new("tables", "Tables", body))
}

/// The plots about a failure, of tables that throttled.
pub(super) fn around(detail: &Detail, series: &Series, window: Window) -> Markup {
    let short = detail.tables().iter().filter(|table| throttled(table) > 0).take(1);
    let step = detail.step();
    let plots = short.map(|table| units(table, step, series, window).with(&throttles(table, step, series, window)));
    Markup::default().all(plots)
}

fn throttled(table: &TableUnits) -> u64 {
    table.points.iter().map(|point| point.throttled).sum()
}

fn plots(table: &TableUnits, step: SimDuration, series: &Series, window: Window) -> Markup {
    let throttles = (throttled(table) > 0).then(|| throttles(table, step, series, window));
    let bucket = has_bucket(table).then(|| bucket(table, step, series, window));
    let units = units(table, step, series, window);
    units.all(throttles).all(bucket)
}

fn throttles(table: &TableUnits, step: SimDuration, series: &Series, window: Window) -> Markup {
    let values: Vec<f64> = table.points.iter().map(|point| point.throttled as f64 / step.as_secs_f64()).collect();
    let top = values.iter().copied().fold(0.0, f64::max);
    let said = format!("For want of units, means over every {step}: {} calls in all.", count(throttled(table)));
    let title = format!("Throttled calls of {} a second", table.name);
    let side = Side::Values("calls a second", top);
    let is_movable = window == Window::whole(series);
    let frame = Frame { title, said, window, side, height: HEIGHT, is_movable };
    frame.figure(series, vec![Key::line("throttled calls", colour(3))], &Markup::default(), |chart| {
        for run in stairs(values.iter().copied().map(Some), step, window) {
            chart.draw_series(LineSeries::new(run, colour(3).stroke_width(2)))?;
        }
        Ok(())
    })
}

fn has_bucket(table: &TableUnits) -> bool {
    table.write_capacity.iter().any(|(_, units)| *units > 0)
}

fn units(table: &TableUnits, step: SimDuration, series: &Series, window: Window) -> Markup {
    let name = &table.name;
    let is_whole = window == Window::whole(series);
    let per_s = |n: u64, unit: f64| n as f64 / unit / step.as_secs_f64();
    let lines: [(&str, RGBColor, Vec<f64>); 2] = [
        ("write units", colour(0), table.points.iter().map(|point| per_s(point.writes, 1.0)).collect()),
        ("read units", colour(2), table.points.iter().map(|point| per_s(point.read_halves, 2.0)).collect()),
    ];
    let top = lines.iter().flat_map(|(.., values)| values).copied().fold(0.0, f64::max);
    let capacity = steps(&table.write_capacity, series);
    let highest = capacity.iter().map(|(.., units)| *units).fold(0.0, f64::max);
    // A capacity far above what is used would make lines of everything flat.
    let is_near = highest > 0.0 && highest <= 4.0 * top.max(1.0);
    let top = if is_near { top.max(highest) } else { top };
    let against = match (highest > 0.0, is_near) {
        (false, _) => "The table is on demand.".to_owned(),
        (true, true) => String::new(),
        (true, false) => format!("Its capacity of {highest} write units is above the plot."),
    };
    let said = format!(
        "Means over every {step}; {} calls were throttled for want of units. {against}",
        count(throttled(table))
    );
    let mut keys: Vec<Key> = lines.iter().map(|(name, colour, _)| Key::line(*name, *colour)).collect();
    keys.extend(is_near.then(|| Key::line("write capacity, dashed", SOFT)));
    let title = format!("Units of {name} a second");
    let side = Side::Values("units a second", top);
    let frame = Frame { title, said, window, side, height: HEIGHT, is_movable: is_whole };
    let as_table = if is_whole { units_table(table, step) } else { Markup::default() };
    frame.figure(series, keys, &as_table, |chart| {
        for (from, until, units) in capacity.iter().filter(|_| is_near) {
            let line = [(*from, *units), (*until, *units)];
            chart.draw_series(DashedLineSeries::new(line, 48, 32, SOFT.stroke_width(1)))?;
        }
        for (_, colour, values) in &lines {
            for run in stairs(values.iter().copied().map(Some), step, window) {
                chart.draw_series(LineSeries::new(run, colour.stroke_width(2)))?;
            }
        }
        Ok(())
    })
}

/// From when until when which capacity.
fn steps(capacity: &[(SimTime, u32)], series: &Series) -> Vec<(f64, f64, f64)> {
    let end = series.duration().as_secs_f64();
    let until = capacity.iter().skip(1).map(|(at, _)| seconds(*at)).chain([end]);
    capacity.iter().zip(until).map(|((from, units), until)| (seconds(*from), until, f64::from(*units))).collect()
}

fn bucket(table: &TableUnits, step: SimDuration, series: &Series, window: Window) -> Markup {
    let name = &table.name;
    let top = table.points.iter().filter_map(|point| point.saved).max().unwrap_or(0);
    let least = table.points.iter().enumerate().filter_map(|(at, point)| Some((point.saved?, at))).min();
    let least = least.map_or(String::new(), |(units, at)| {
        format!("Least: {} at {}.", count(units), clock(step.as_secs() * at as u64))
    });
    let said = format!(
        "Unused write units that the table may still spend, of 300 seconds at most. When none are left, writes beyond \
         the capacity are throttled. {least}"
    );
    let title = format!("Burst bucket of {name}");
    let side = Side::Values("write units saved", top as f64);
    let frame = Frame { title, said, window, side, height: HEIGHT, is_movable: true };
    let keys = vec![Key::line("write units saved for bursts", colour(2))];
    frame.figure(series, keys, &Markup::default(), |chart| {
        let mut last = None;
        let held = table.points.iter().map(|point| {
            last = point.saved.or(last);
            last.map(|units| units as f64)
        });
        for run in stairs(held, step, window) {
            chart.draw_series(LineSeries::new(run, colour(2).stroke_width(2)))?;
        }
        Ok(())
    })
}

fn units_table(of: &TableUnits, step: SimDuration) -> Markup {
    let length = of.points.len().div_ceil(ROWS).max(1);
    let rows = of.points.chunks(length).enumerate().map(|(n, chunk)| {
        let most = |of: fn(&UnitsPoint) -> u64, unit: f64| {
            tenths(chunk.iter().map(of).max().unwrap_or(0) as f64 / unit / step.as_secs_f64())
        };
        let throttled: u64 = chunk.iter().map(|point| point.throttled).sum();
        let saved = chunk.iter().filter_map(|point| point.saved).min();
        vec![
            clock(step.as_secs() * (n * length) as u64),
            most(|point| point.writes, 1.0),
            most(|point| point.read_halves, 2.0),
            count_or_dash(throttled),
            saved.filter(|_| has_bucket(of)).map_or("-".to_owned(), count),
        ]
    });
    let columns = [
        Column::Text("From"),
        Column::Number("Write units a second"),
        Column::Number("Read units a second"),
        Column::Number("Throttled calls"),
        Column::Number("Least saved"),
    ];
    table(&format!("{}: the most of each part of the run", of.name), &columns, rows)
}
