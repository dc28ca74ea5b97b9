//! What goes through a delivery stream: its stages above each other on one clock.

use super::canvas::{self, Drawn, Key, Stacked};
use super::lines::{Line, Panel, draw_lines, key_of};
use crate::measure::{Flow, Series};
use crate::report::flow::{Stage, StageLine, stages};

const PANEL_HEIGHT: u32 = 130;

/// The stages of a delivery stream.
pub(super) fn stacked(series: &Series, flow: &Flow) -> Drawn {
    let stages = stages(series, flow);
    let lines: Vec<Vec<Line>> = stages.iter().map(|stage| stage.lines.iter().map(line).collect()).collect();
    let panels = stages.iter().zip(&lines).enumerate().map(|(n, (stage, lines))| {
        let names = if n == 0 { canvas::NAME_ROW as u32 * canvas::names_shown(series) as u32 } else { 0 };
        let times = if n + 1 == stages.len() { canvas::TIMES_HEIGHT } else { 0 };
        let bound = stage.bounds.first().map(|_| Key::bound("expected bound"));
        let keys = lines.iter().map(key_of).chain(bound).collect();
        Stacked { height: PANEL_HEIGHT + names + times, name: stage.name.into(), keys }
    });
    let panels: Vec<Stacked> = panels.collect();
    let source = flow.source.as_ref().map_or_else(|| "Direct PUT".to_owned(), |source| format!("stream {source}"));
    let title = format!("Flow through delivery stream {}: {source} to {}", flow.name, flow.destination);
    let subtitle = format!("records as they went in, means over {}; beside a name: all of the run", series.step());
    canvas::draw_panels(&panels, (&title, &subtitle), series, |n, area| {
        let Stage { unit, bounds, .. } = &stages[n];
        let (is_named, is_timed) = (n == 0, n + 1 == stages.len());
        draw_lines(area, series, &Panel { y_name: unit, lines: &lines[n], limits: bounds, is_named, is_timed })
    })
}

fn line(of: &StageLine) -> Line {
    Line { name: of.told(), colour: of.colour, values: of.values.clone() }
}
