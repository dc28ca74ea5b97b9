//! Lease ownership over time: a row for each shard, a bar for each time in which a worker had its lease.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{self, Area, Drawn, Error, INK, Key, SOFT, anchored, colour, draw_marks, text, time_unit};
use crate::base::HostId;
use crate::measure::{ConsumerSeries, LeaseSpan, Series};

/// Rows shown: the shards whose leases moved most.
const ROWS_MAX: usize = 30;
const ROW_HEIGHT: u32 = 24;
const AROUND_HEIGHT: u32 = 110;
const HEIGHT_MIN: u32 = 260;
/// Width of a character of a bar's label, about.
const CHAR_WIDTH: i32 = 7;

/// Who had which lease when.
pub(crate) fn ownership(series: &Series, name: &str, consumer: &ConsumerSeries) -> Drawn {
    let rows = rows(consumer);
    let all = consumer.leases.iter().filter(|spans| !spans.is_empty()).count();
    let workers = workers(consumer);
    let key = |(n, host): (usize, &HostId)| Key::new(series.names().host(*host).into(), colour(n));
    let keys: Vec<_> = workers.iter().enumerate().map(key).collect();
    let subtitle = if rows.len() < all {
        format!("the {} of {all} shards whose leases moved most; gaps: no owner", rows.len())
    } else {
        "which worker had which shard's lease; gaps: no owner".into()
    };
    let rows_height = ROW_HEIGHT * rows.len() as u32 + canvas::NAME_ROW as u32 * canvas::names_shown(series) as u32;
    let height = (AROUND_HEIGHT + rows_height).max(HEIGHT_MIN);
    canvas::draw(height, (&format!("Lease ownership of {name}"), &subtitle), &keys, series, |area| {
        draw_rows(area, series, consumer, &rows, &workers)
    })
}

/// The shards to show, in order of their numbers.
fn rows(consumer: &ConsumerSeries) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..consumer.leases.len()).filter(|i| !consumer.leases[*i].is_empty()).collect();
    rows.sort_by_key(|i| (std::cmp::Reverse(consumer.leases[*i].len()), *i));
    rows.truncate(ROWS_MAX);
    rows.sort_unstable();
    rows
}

fn workers(consumer: &ConsumerSeries) -> Vec<HostId> {
    let mut workers: Vec<HostId> = consumer.leases.iter().flatten().map(|span| span.host).collect();
    workers.sort_unstable();
    workers.dedup();
    workers
}

fn draw_rows(
    area: &Area<'_>,
    series: &Series,
    consumer: &ConsumerSeries,
    rows: &[usize],
    workers: &[HostId],
) -> Result<(), Error> {
    let unit = time_unit(series.duration());
    let end = series.duration().as_secs_f64() / unit.seconds;
    // Names stand above the rows.
    let names = f64::from(canvas::NAME_ROW) / f64::from(ROW_HEIGHT) * canvas::names_shown(series) as f64;
    let top = rows.len() as f64 + names;
    let mut chart = ChartBuilder::on(area)
        .margin_left(10)
        .margin_right(14)
        .margin_top(6)
        .x_label_area_size(42)
        .y_label_area_size(74)
        .build_cartesian_2d(0.0..end.max(f64::MIN_POSITIVE), 0.0..top)?;
    draw_marks(&mut chart, series, unit, top)?;
    chart
        .configure_mesh()
        .disable_mesh()
        .x_desc(format!("time ({})", unit.name))
        .x_labels(11)
        .y_labels(0)
        .axis_style(canvas::OTHERS)
        .label_style(text(14, SOFT))
        .axis_desc_style(text(15, INK))
        .x_label_formatter(&|x| format!("{x}"))
        .draw()?;
    let label = anchored(14, INK, HPos::Right, VPos::Center);
    for (row, shard) in rows.iter().enumerate() {
        let middle = (rows.len() - row) as f64 - 0.5;
        let (_, y) = chart.plotting_area().map_coordinate(&(0.0, middle));
        let (x0, y0) = area.get_base_pixel();
        let left = chart.plotting_area().map_coordinate(&(0.0, middle)).0 - x0;
        area.draw(&Text::new(format!("shard {shard}"), (left - 8, y - y0), label.clone()))?;
        for span in &consumer.leases[*shard] {
            draw_span(&mut chart, series, *span, middle, unit.seconds, workers)?;
        }
    }
    canvas::draw_throws(&mut chart, series, unit)?;
    canvas::name_marks(area, &chart, series, unit)
}

fn draw_span(
    chart: &mut canvas::Chart<'_, '_>,
    series: &Series,
    span: LeaseSpan,
    middle: f64,
    unit_s: f64,
    workers: &[HostId],
) -> Result<(), Error> {
    const HALF_HEIGHT: f64 = 0.36;
    let end_ns = series.duration().as_nanos();
    let at = |ns: u64| ns.min(end_ns) as f64 / 1e9 / unit_s;
    let (from, until) = (at(span.from.as_nanos()), at(span.until.map_or(end_ns, |until| until.as_nanos())));
    let worker = workers.iter().position(|host| *host == span.host).unwrap_or(0);
    let corners = [(from, middle - HALF_HEIGHT), (until, middle + HALF_HEIGHT)];
    chart.draw_series([Rectangle::new(corners, colour(worker).filled())])?;
    let name = series.names().host(span.host);
    let place = chart.plotting_area();
    let width = place.map_coordinate(&(until, middle)).0 - place.map_coordinate(&(from, middle)).0;
    if width > CHAR_WIDTH * (name.chars().count() as i32 + 2) {
        let style = anchored(13, canvas::readable_on(colour(worker)), HPos::Center, VPos::Center);
        chart.draw_series([Text::new(name.to_string(), ((from + until) / 2.0, middle), style)])?;
    }
    Ok(())
}
