//! What goes through delivery streams over time: their stages above each other on one clock.

use plotters::prelude::*;

use super::markup::{Column, Markup, paragraph, table};
use super::page::Panel;
use super::plot::{Frame, Key, Side, Window, clock, stairs};
use crate::measure::{Flow, Series};
use crate::report::flow::{Stage, is_used, stages};
use crate::report::plots::canvas::{SOFT, number};

/// Delivery streams with plots of their own: those that took most records.
const DELIVERIES_MAX: usize = 6;
/// Rows of the table beside a plot.
const ROWS: usize = 12;
const HEIGHT: u32 = 100;

pub(super) fn panel(series: &Series) -> Option<Panel> {
    let mut flows: Vec<&Flow> = series.flows().filter(|flow| is_used(flow)).collect();
    if flows.is_empty() {
        return None;
    }
    let taken = |flow: &Flow| flow.points.iter().map(|point| point.taken).sum::<u64>();
    flows.sort_by_key(|flow| std::cmp::Reverse(taken(flow)));
    let left = flows.len().saturating_sub(DELIVERIES_MAX);
    flows.truncate(DELIVERIES_MAX);
    let parts = flows.iter().map(|flow| {
        let plots = stages(series, flow);
        let plots = plots.iter().map(|stage| plot(series, flow, stage, Window::whole(series), true));
        let source = flow.source.as_ref().map_or_else(|| "Direct PUT".to_owned(), |source| format!("stream {source}"));
        Markup::of("<h3>")
            .text(format!("{}: {source} to {}", flow.name, flow.destination))
            .raw("</h3>\n<div class=\"plots\">\n")
            .all(plots)
            .raw("</div>\n")
    });
    let mut body = Markup::default().all(parts);
    if left > 0 {
        body = body.with(&paragraph(format!("and {left} more delivery streams that took fewer records")));
    }
    Some(Panel::new("deliveries", "Delivery streams", body))
}

/// The plots about a failure: of the delivery streams that a text of it names.
pub(super) fn around(series: &Series, window: Window, texts: &[&str]) -> Markup {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let words = || texts.iter().flat_map(|text| text.split(|c: char| !is_part(c)));
    let is_named = |flow: &&Flow| is_used(flow) && words().any(|word| *word == *flow.name);
    let plots = series.flows().filter(is_named).flat_map(|flow| {
        let stages = stages(series, flow);
        stages.iter().map(|stage| plot(series, flow, stage, window, false)).collect::<Vec<_>>()
    });
    Markup::default().all(plots)
}

fn plot(series: &Series, flow: &Flow, stage: &Stage, window: Window, is_whole: bool) -> Markup {
    let step = series.step();
    let is_shown = |(point, _): &(usize, &Option<f64>)| {
        let from = step.as_secs_f64() * *point as f64;
        window.has(from, from + step.as_secs_f64())
    };
    let shown = stage.lines.iter().flat_map(|line| line.values.iter().enumerate().filter(is_shown));
    let top = shown.filter_map(|(_, value)| *value).chain(stage.bounds.iter().copied()).fold(0.0, f64::max);
    let frame = Frame {
        title: format!("{}: {}", flow.name, stage.name.to_lowercase()),
        said: format!("{} Over every {step} (from {}).", stage.said, window.told()),
        window,
        side: Side::Values(&stage.unit, top),
        height: HEIGHT,
        is_movable: is_whole,
    };
    let told = |line: &crate::report::flow::StageLine| if is_whole { line.told() } else { line.name.clone() };
    let mut keys: Vec<Key> = stage.lines.iter().map(|line| Key::line(told(line), line.colour)).collect();
    keys.extend((!stage.bounds.is_empty()).then(|| Key::line("expected bound, dashed", SOFT)));
    let table = if is_whole { stage_table(series, flow, stage) } else { Markup::default() };
    frame.figure(series, keys, &table, |chart| {
        for bound in &stage.bounds {
            let line = [(window.from, *bound), (window.until, *bound)];
            chart.draw_series(DashedLineSeries::new(line, 48, 32, SOFT.stroke_width(1)))?;
        }
        for line in &stage.lines {
            for run in stairs(line.values.iter().copied(), step, window) {
                chart.draw_series(LineSeries::new(run, line.colour.stroke_width(2)))?;
            }
        }
        Ok(())
    })
}

/// The run in a few rows: of each the greatest.
fn stage_table(series: &Series, flow: &Flow, stage: &Stage) -> Markup {
    let points = stage.lines.iter().map(|line| line.values.len()).max().unwrap_or(0);
    let length = points.div_ceil(ROWS).max(1);
    let rows = (0..points).step_by(length).map(|from| {
        let most = stage.lines.iter().map(|line| {
            let part = line.values.get(from..(from + length).min(line.values.len())).unwrap_or_default();
            let most =
                part.iter().flatten().copied().fold(None, |most: Option<f64>, v| Some(most.map_or(v, |m| m.max(v))));
            most.map_or_else(|| "-".to_owned(), number)
        });
        std::iter::once(clock(series.step().as_secs() * from as u64)).chain(most).collect()
    });
    let columns: Vec<Column<'_>> = std::iter::once(Column::Text("From"))
        .chain(stage.lines.iter().map(|line| Column::Number(&line.name)))
        .collect();
    let (name, what) = (&flow.name, stage.name.to_lowercase());
    let caption = format!("{name}: {what} ({}), the greatest of each part of the run", stage.unit);
    table(&caption, &columns, rows)
}
