//! What the plots of a page have in common: the frame, the time axis, the shaded faults, the words beside it.
//!
//! A plot is drawn in layers: the frame with its values, and the data on a finer grid in an SVG of its own, so that the
//! page's script can show a part of the time by moving that one's view. Colours are those of [`canvas`]; the page's
//! style gives each another tone in the dark.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::markup::{Markup, folded};
use crate::base::{SimDuration, SimTime};
use crate::measure::Series;
use crate::report::plots::canvas::{self, Error, FAULT, FAULT_STRENGTH, GRID, INK, OTHERS, SOFT, anchored, text};

/// Width of a plot, in its own pixels.
const WIDTH: u32 = 720;
const LEFT: u32 = 84;
const RIGHT: u32 = 10;
const TOP: u32 = 24;
const BOTTOM: u32 = 30;
/// Width of the data.
pub(super) const DATA_WIDTH: u32 = WIDTH - LEFT - RIGHT;
/// Steps of the data's grid in a pixel: a plot can be looked at so much closer.
const FINER: u32 = 8;
/// Least pixels between two numbers of marks.
const NUMBER_WIDTH: f64 = 16.0;
/// Steps of time that people read easily, in seconds.
const TICKS_S: [u64; 19] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800];
const TICKS_MAX: u64 = 7;

pub(super) type Data<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// The times that a plot shows, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    pub(super) from: f64,
    pub(super) until: f64,
}

/// What stands beside the data, from bottom to top.
pub(super) enum Side<'a> {
    /// Numbers from 0 to this, of which the name says what they are.
    Values(&'a str, f64),
    /// A row each, the first on top.
    Rows(&'a [String]),
}

/// A plot without its data.
pub(super) struct Frame<'a> {
    /// What it is called.
    pub(super) title: String,
    /// What it says, in a sentence or two, for whoever does not see it.
    pub(super) said: String,
    pub(super) window: Window,
    pub(super) side: Side<'a>,
    /// Height of the data.
    pub(super) height: u32,
    /// Whether the script may show a part of it.
    pub(super) is_movable: bool,
}

/// An entry of the legend.
pub(super) struct Key {
    name: String,
    class: &'static str,
    colour: RGBColor,
}

impl Key {
    pub(super) fn filled(name: impl Into<String>, colour: RGBColor) -> Self {
        Self { name: name.into(), class: "filled", colour }
    }
    pub(super) fn line(name: impl Into<String>, colour: RGBColor) -> Self {
        Self { name: name.into(), class: "line", colour }
    }
}

impl Window {
    /// The whole run.
    pub(super) fn whole(series: &Series) -> Self {
        Self { from: 0.0, until: series.duration().as_secs_f64().max(1.0) }
    }
    pub(super) fn has(self, from: f64, until: f64) -> bool {
        until >= self.from && from <= self.until
    }
    fn length(self) -> f64 {
        self.until - self.from
    }
    pub(super) fn told(self) -> String {
        format!("{} to {}", clock(self.from as u64), clock(self.until as u64))
    }
}

/// Seconds of a time.
pub(super) fn seconds(at: SimTime) -> f64 {
    at.as_nanos() as f64 / 1e9
}

/// `3725` as `1:02:05`.
pub(super) fn clock(s: u64) -> String {
    format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// Seconds between two ticks.
fn tick_s(window: Window) -> u64 {
    let least = (window.length() as u64).div_ceil(TICKS_MAX).max(1);
    TICKS_S.into_iter().find(|s| *s >= least).unwrap_or(least.next_multiple_of(86_400))
}

/// A plot with its title, its legend, what it says, and the same as a table.
pub(super) fn framed(
    title: &str,
    said: &str,
    svg: &Markup,
    keys: impl IntoIterator<Item = Key>,
    table: &Markup,
) -> Markup {
    let keys = keys.into_iter().map(|key| {
        Markup::of("<li><svg class=\"key\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><rect class=\"")
            .raw(key.class)
            .raw("\" width=\"12\" height=\"12\" fill=\"")
            .text(hex(key.colour))
            .raw("\"/></svg> ")
            .text(key.name)
            .raw("</li>")
    });
    let table = if table.is_empty() { Markup::default() } else { folded("The same as a table", table) };
    Markup::of("<figure><figcaption>")
        .text(title)
        .raw("</figcaption>\n<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"")
        .text(format!("Plot: {title}"))
        .raw("\">")
        .with(svg)
        .raw("</div>\n<ul class=\"legend\">")
        .all(keys)
        .raw("</ul>\n<p class=\"said\">")
        .text(said)
        .raw("</p>\n")
        .with(&table)
        .raw("</figure>\n")
}

impl Frame<'_> {
    fn top(&self) -> f64 {
        match self.side {
            Side::Values(_, top) if top > 0.0 => top * 1.06,
            Side::Values(..) => 1.0,
            Side::Rows(rows) => rows.len().max(1) as f64,
        }
    }
    /// The middle of a row, as data has it.
    pub(super) fn row(&self, row: usize) -> f64 {
        self.top() - row as f64 - 0.5
    }

    /// The whole figure: `draw` draws the data, in seconds and in values or rows.
    pub(super) fn figure(
        &self,
        series: &Series,
        keys: Vec<Key>,
        table: &Markup,
        draw: impl FnOnce(&mut Data<'_, '_>) -> Result<(), Error>,
    ) -> Markup {
        let Ok(svg) = self.svg(series, draw) else { unreachable!("a drawing in memory meets no error of a device") };
        let has_band = series
            .marks()
            .iter()
            .any(|mark| mark.until.is_some_and(|until| self.window.has(seconds(mark.from), seconds(until))));
        let band = has_band.then(|| Key::filled("fault in force (numbers: see What happened)", FAULT));
        framed(&self.title, &self.said, &svg, keys.into_iter().chain(band), table)
    }

    fn svg(&self, series: &Series, draw: impl FnOnce(&mut Data<'_, '_>) -> Result<(), Error>) -> Result<Markup, Error> {
        let (whole, data_height) = (self.height + TOP + BOTTOM, self.height);
        let frame = layer((WIDTH, whole), |area| self.draw_frame(area))?;
        let data = layer((DATA_WIDTH * FINER, data_height * FINER), |area| {
            let Window { from, until } = self.window;
            let mut chart = ChartBuilder::on(area).build_cartesian_2d(from..until, 0.0..self.top())?;
            draw_bands(&mut chart, series, self.window, self.top())?;
            draw(&mut chart)
        })?;
        let above = layer((WIDTH, whole), |area| self.draw_numbers(area, series))?;
        let ticks = layer((WIDTH, whole), |area| self.draw_ticks(area))?;
        let movable = if self.is_movable { " data-movable" } else { "" };
        let Window { from, until } = self.window;
        let (wide, high) = (DATA_WIDTH * FINER, data_height * FINER);
        Ok(Markup::of("<svg class=\"plot\" role=\"img\" viewBox=\"0 0 ")
            .text(format!("{WIDTH} {whole}"))
            .raw("\" data-from=\"")
            .text(from)
            .raw("\" data-until=\"")
            .text(until)
            .raw("\"")
            .raw(movable)
            .raw("><title>")
            .text(&self.title)
            .raw("</title><desc>")
            .text(&self.said)
            .raw("</desc>\n<g>")
            .with(&frame)
            .raw("</g>\n<svg class=\"data\" preserveAspectRatio=\"none\" ")
            .raw("x=\"")
            .text(LEFT)
            .raw("\" y=\"")
            .text(TOP)
            .raw("\" width=\"")
            .text(DATA_WIDTH)
            .raw("\" height=\"")
            .text(data_height)
            .raw("\" viewBox=\"0 0 ")
            .text(format!("{wide} {high}"))
            .raw("\">")
            .with(&data)
            .raw("</svg>\n<g class=\"numbers\">")
            .with(&above)
            .raw("</g>\n<g class=\"ticks\">")
            .with(&ticks)
            .raw("</g></svg>"))
    }

    /// Lines across with their values, or the names of the rows.
    fn draw_frame(&self, area: &Area<'_>) -> Result<(), Error> {
        let (right, bottom) = ((LEFT + DATA_WIDTH) as i32, (TOP + self.height) as i32);
        let line = |y: i32, colour: RGBColor| PathElement::new([(LEFT as i32, y), (right, y)], colour.stroke_width(1));
        let label = anchored(15, SOFT, HPos::Right, VPos::Center);
        let at = |value: f64| bottom - (value / self.top() * f64::from(self.height)) as i32;
        match &self.side {
            Side::Values(name, top) => {
                for value in values(*top) {
                    area.draw(&line(at(value), GRID))?;
                    area.draw(&Text::new(canvas::number(value), (LEFT as i32 - 6, at(value)), label.clone()))?;
                }
                area.draw(&Text::new((*name).to_owned(), (2, 1), text(15, INK)))?;
            }
            Side::Rows(rows) => {
                for (row, name) in rows.iter().enumerate() {
                    let name = crate::report::words::cut(name, 10);
                    area.draw(&Text::new(name, (LEFT as i32 - 6, at(self.row(row))), label.clone()))?;
                }
            }
        }
        area.draw(&line(bottom, OTHERS))
    }

    fn x(&self, s: f64) -> f64 {
        f64::from(LEFT) + (s - self.window.from) / self.window.length() * f64::from(DATA_WIDTH)
    }

    /// Numbers of what happened, above where it began.
    fn draw_numbers(&self, area: &Area<'_>, series: &Series) -> Result<(), Error> {
        let style = anchored(14, canvas::MARK, HPos::Left, VPos::Bottom);
        let mut free = f64::from(LEFT) + if matches!(self.side, Side::Values(..)) { 90.0 } else { 0.0 };
        for (number, mark) in (1..).zip(series.marks()) {
            let (from, until) = (seconds(mark.from), seconds(mark.until.unwrap_or(mark.from)));
            let x = self.x(from.max(self.window.from));
            if self.window.has(from, until) && x >= free {
                area.draw(&Text::new(format!("{number}"), (x as i32, TOP as i32 - 2), style.clone()))?;
                free = x + NUMBER_WIDTH;
            }
        }
        Ok(())
    }

    fn draw_ticks(&self, area: &Area<'_>) -> Result<(), Error> {
        let style = anchored(15, SOFT, HPos::Center, VPos::Top);
        let step = tick_s(self.window);
        let first = (self.window.from as u64).next_multiple_of(step);
        let ticks = (0..).map(|n| first + n * step).take_while(|s| *s as f64 <= self.window.until);
        for s in ticks {
            let (x, y) = (self.x(s as f64) as i32, (TOP + self.height) as i32);
            area.draw(&PathElement::new([(x, y), (x, y + 4)], OTHERS.stroke_width(1)))?;
            let x = x.min((WIDTH - 30) as i32);
            area.draw(&Text::new(clock(s), (x, y + 7), style.clone()))?;
        }
        Ok(())
    }
}

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Values that lines across are drawn at.
pub(super) fn values(top: f64) -> Vec<f64> {
    let top = if top > 0.0 { top } else { 1.0 };
    let mut step = 1e-3;
    let mut factors = [2.0, 2.5, 2.0].into_iter().cycle();
    while top / step > 5.0 {
        step *= factors.next().unwrap_or(2.0);
    }
    (0..=5).map(|n| f64::from(n) * step).take_while(|value| *value <= top * 1.06).collect()
}

/// Times in which a fault was in force, and actions as lines.
fn draw_bands(chart: &mut Data<'_, '_>, series: &Series, window: Window, top: f64) -> Result<(), Error> {
    for mark in series.marks() {
        let from = seconds(mark.from);
        let Some(until) = mark.until.map(seconds) else {
            if window.has(from, from) {
                chart.draw_series(DashedLineSeries::new([(from, 0.0), (from, top)], 16, 24, SOFT.stroke_width(1)))?;
            }
            continue;
        };
        // What has no length is seen all the same.
        let until = until.max(from + window.length() / 400.0);
        if window.has(from, until) {
            let corners = [(from.max(window.from), 0.0), (until.min(window.until), top)];
            chart.draw_series([Rectangle::new(corners, FAULT.mix(FAULT_STRENGTH).filled())])?;
        }
    }
    Ok(())
}

/// A line in runs without a gap, as stairs: a value holds until the next.
pub(super) fn stairs(
    values: impl Iterator<Item = Option<f64>>,
    step: SimDuration,
    window: Window,
) -> Vec<Vec<(f64, f64)>> {
    let step = step.as_secs_f64();
    let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (point, value) in values.enumerate() {
        let (from, until) = (step * point as f64, step * (point + 1) as f64);
        if until < window.from || from > window.until {
            continue;
        }
        let (from, until) = (from.max(window.from), until.min(window.until));
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => match &mut run[..] {
                // What stays the same needs no point of its own.
                [.., before, last] if before.1 == value && last.1 == value => last.0 = until,
                _ => run.extend([(from, value), (until, value)]),
            },
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

/// What is drawn, without the SVG element around it.
pub(super) fn layer(size: (u32, u32), draw: impl FnOnce(&Area<'_>) -> Result<(), Error>) -> Result<Markup, Error> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        draw(&area)?;
        area.present()?;
    }
    let inner = svg.split_once('>').and_then(|(_, rest)| rest.trim_end().strip_suffix("</svg>")).unwrap_or_default();
    Ok(Markup::drawn(joined(inner)))
}

/// Rectangles of one colour that follow each other, as one path: a heat map is a quarter as long that way.
fn joined(svg: &str) -> String {
    let mut out = String::with_capacity(svg.len());
    let mut open: Option<String> = None;
    for line in svg.trim_start().lines() {
        match rectangle(line) {
            Some((colour, path)) => {
                if open.as_deref() != Some(colour) {
                    out.push_str(if open.is_some() { "\"/>\n" } else { "" });
                    out.push_str(&format!("<path {colour} d=\""));
                    open = Some(colour.to_owned());
                }
                out.push_str(&path);
            }
            None => {
                out.push_str(if open.take().is_some() { "\"/>\n" } else { "" });
                out.push_str(line.trim_end());
                out.push('\n');
            }
        }
    }
    out.push_str(if open.is_some() { "\"/>\n" } else { "" });
    out
}

/// The colour and the outline of a filled rectangle.
fn rectangle(line: &str) -> Option<(&str, String)> {
    let (place, rest) = line.strip_prefix("<rect ")?.split_once(" opacity=")?;
    let colour = &line[line.len() - rest.len() - "opacity=".len()..];
    let colour = colour.strip_suffix(" stroke=\"none\"/>")?;
    let value = |name: &str| place.split(name).nth(1)?.split('"').nth(1)?.parse::<i32>().ok();
    let (x, y, width, height) = (value("x=")?, value("y=")?, value("width=")?, value("height=")?);
    Some((colour, format!("M{x} {y}h{width}v{height}h-{width}z")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_of_a_colour_become_one_path_and_nothing_else_changes() {
        let svg = "<rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" opacity=\"1\" fill=\"#AABBCC\" stroke=\"none\"/>\n\
                   <rect x=\"5\" y=\"2\" width=\"3\" height=\"4\" opacity=\"1\" fill=\"#AABBCC\" stroke=\"none\"/>\n\
                   <circle r=\"1\"/>\n";
        let path = "<path opacity=\"1\" fill=\"#AABBCC\" d=\"M1 2h3v4h-3zM5 2h3v4h-3z\"/>\n<circle r=\"1\"/>\n";
        assert_eq!(joined(svg), path);
    }

    #[test]
    fn lines_across_are_at_round_values() {
        assert_eq!(values(100.0), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(values(3.0), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(clock(3725), "1:02:05");
    }
}
