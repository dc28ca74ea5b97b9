//! Plots without a time axis, for pages of plans: cells over two keys, points by cost and lag, bars against a limit.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::markup::Markup;
use super::plot::{Area, Key, framed, layer, values};
use crate::report::plots::canvas::{self, Error, GRID, INK, OTHERS, SOFT, anchored, colour, readable_on, text};
use crate::report::words::cut;

/// Width of a plot, in its own pixels.
const WIDTH: u32 = 720;
const LEFT: u32 = 84;
const RIGHT: u32 = 16;
const TOP: u32 = 26;
const BOTTOM: u32 = 40;
const CELL_HEIGHT: u32 = 34;
const BAR_HEIGHT: u32 = 30;
/// Room for the name of a bar.
const NAME_WIDTH: u32 = 300;
const POINTS_HEIGHT: u32 = 260;

/// What holds, and what does not.
pub(super) const HOLDS: RGBColor = RGBColor(0xa9, 0xcc, 0xe8);
pub(super) const FAILS: RGBColor = RGBColor(0xd5, 0x3e, 0x1f);
const NOT_TRIED: RGBColor = GRID;

/// A chart with its words.
pub(super) struct Chart<'a> {
    pub(super) title: &'a str,
    /// What it says, in a sentence or two, for whoever does not see it.
    pub(super) said: &'a str,
    pub(super) table: &'a Markup,
}

impl Chart<'_> {
    fn figure(&self, height: u32, keys: Vec<Key>, draw: impl FnOnce(&Area<'_>) -> Result<(), Error>) -> Markup {
        let Ok(drawn) = layer((WIDTH, height), draw) else {
            unreachable!("a drawing in memory meets no error of a device")
        };
        let svg = Markup::of("<svg class=\"plot\" role=\"img\" viewBox=\"0 0 ")
            .text(format!("{WIDTH} {height}"))
            .raw("\"><title>")
            .text(self.title)
            .raw("</title><desc>")
            .text(self.said)
            .raw("</desc>\n<g class=\"cells\">")
            .with(&drawn)
            .raw("</g></svg>\n");
        framed(self.title, self.said, &svg, keys, self.table)
    }

    /// Cells over two keys: each holds or does not, with a word in it; `None` was not tried.
    pub(super) fn cells(
        &self,
        (across, columns): (&str, &[String]),
        (down, rows): (&str, &[String]),
        cell: impl Fn(usize, usize) -> Option<(bool, String)>,
    ) -> Markup {
        let height = TOP + CELL_HEIGHT * rows.len() as u32 + BOTTOM;
        let width = (WIDTH - LEFT - RIGHT) as f64 / columns.len().max(1) as f64;
        let x = |column: usize| f64::from(LEFT) + width * column as f64;
        let y = |row: usize| (TOP + CELL_HEIGHT * row as u32) as i32;
        let keys = vec![Key::filled("holds", HOLDS), Key::filled("fails", FAILS), Key::filled("not tried", NOT_TRIED)];
        self.figure(height, keys, |area| {
            area.draw(&Text::new(format!("{down} \u{2193}  {across} \u{2192}"), (2, 1), text(15, INK)))?;
            let label = anchored(15, SOFT, HPos::Right, VPos::Center);
            let below = anchored(15, SOFT, HPos::Center, VPos::Top);
            for (row, name) in rows.iter().enumerate() {
                let middle = y(row) + CELL_HEIGHT as i32 / 2;
                area.draw(&Text::new(cut(name, 10), (LEFT as i32 - 6, middle), label.clone()))?;
                for column in 0..columns.len() {
                    let found = cell(column, row);
                    let tone = found.as_ref().map_or(NOT_TRIED, |(holds, _)| if *holds { HOLDS } else { FAILS });
                    let (left, right) = (x(column) as i32 + 1, x(column + 1) as i32 - 1);
                    let corners = [(left, y(row) + 1), (right, y(row) + CELL_HEIGHT as i32 - 1)];
                    area.draw(&Rectangle::new(corners, tone.filled()))?;
                    if let Some((_, word)) = found {
                        let style = anchored(14, readable_on(tone), HPos::Center, VPos::Center);
                        let word = cut(&word, (width / 8.0) as usize);
                        area.draw(&Text::new(word, ((left + right) / 2, middle), style))?;
                    }
                }
            }
            for (column, name) in columns.iter().enumerate() {
                let at = ((x(column) + width / 2.0) as i32, y(rows.len()) + 6);
                area.draw(&Text::new(cut(name, (width / 8.0) as usize), at, below.clone()))?;
            }
            Ok(())
        })
    }

    /// Points by what they cost and how far they lag; those of which no other is better in both are joined.
    pub(super) fn points(&self, points: &[Spot], (x_name, y_name): (&str, &str)) -> Markup {
        let most = |of: fn(&Spot) -> f64| points.iter().map(of).fold(0.0, f64::max).max(1e-9);
        let (right, top) = (most(|spot| spot.cost) * 1.04, most(|spot| spot.lag) * 1.08);
        let (wide, high) = (f64::from(WIDTH - LEFT - RIGHT), f64::from(POINTS_HEIGHT));
        let at = |cost: f64, lag: f64| {
            let (x, y) = (f64::from(LEFT) + cost / right * wide, f64::from(TOP) + (1.0 - lag / top) * high);
            (x as i32, y as i32)
        };
        let keys = vec![Key::filled("holds", HOLDS), Key::filled("fails", FAILS), Key::line("frontier", colour(0))];
        self.figure(TOP + POINTS_HEIGHT + BOTTOM, keys, |area| {
            area.draw(&Text::new(y_name.to_owned(), (2, 1), text(15, INK)))?;
            let name = anchored(15, INK, HPos::Right, VPos::Bottom);
            area.draw(&Text::new(x_name.to_owned(), ((WIDTH - RIGHT) as i32, (TOP + POINTS_HEIGHT) as i32 - 3), name))?;
            for lag in values(top) {
                let label = anchored(15, SOFT, HPos::Right, VPos::Center);
                area.draw(&PathElement::new([at(0.0, lag), at(right, lag)], GRID.stroke_width(1)))?;
                let (x, y) = at(0.0, lag);
                area.draw(&Text::new(canvas::number(lag), (x - 6, y), label))?;
            }
            area.draw(&PathElement::new([at(0.0, 0.0), at(right, 0.0)], OTHERS.stroke_width(1)))?;
            for cost in values(right) {
                let label = anchored(15, SOFT, HPos::Center, VPos::Top);
                let (x, y) = at(cost, 0.0);
                area.draw(&Text::new(canvas::number(cost), (x, y + 6), label))?;
            }
            let edge: Vec<(i32, i32)> = frontier(points).into_iter().map(|spot| at(spot.cost, spot.lag)).collect();
            area.draw(&PathElement::new(edge, colour(0).stroke_width(2)))?;
            for spot in points {
                let tone = if spot.holds { HOLDS } else { FAILS };
                let size = if spot.is_best { 8 } else { 5 };
                area.draw(&Circle::new(at(spot.cost, spot.lag), size, tone.filled()))?;
                area.draw(&Circle::new(at(spot.cost, spot.lag), size, INK.stroke_width(1)))?;
            }
            Ok(())
        })
    }

    /// A bar each, in percent of its limit.
    pub(super) fn bars(&self, bars: &[(String, f64)]) -> Markup {
        let height = TOP + BAR_HEIGHT * bars.len() as u32 + BOTTOM;
        let most = bars.iter().map(|(_, percent)| *percent).fold(100.0, f64::max) * 1.05;
        let wide = f64::from(WIDTH - NAME_WIDTH - RIGHT - 60);
        let x = |percent: f64| (f64::from(NAME_WIDTH) + percent / most * wide) as i32;
        let keys = vec![Key::filled("within the limit", HOLDS), Key::filled("beyond it", FAILS)];
        self.figure(height, keys, |area| {
            let label = anchored(14, SOFT, HPos::Right, VPos::Center);
            for (row, (name, percent)) in bars.iter().enumerate() {
                let (top, bottom) = ((TOP + BAR_HEIGHT * row as u32) as i32, BAR_HEIGHT as i32);
                let middle = top + bottom / 2;
                area.draw(&Text::new(cut(name, 42), (NAME_WIDTH as i32 - 6, middle), label.clone()))?;
                let tone = if *percent > 100.0 { FAILS } else { HOLDS };
                area.draw(&Rectangle::new([(x(0.0), top + 5), (x(*percent), top + bottom - 5)], tone.filled()))?;
                // Beside the bar, or in it where the limit's line would cross the number.
                let (at, ink, side) = match *percent > 75.0 {
                    true => (x(*percent) - 6, readable_on(tone), HPos::Right),
                    false => (x(*percent) + 6, INK, HPos::Left),
                };
                let value = anchored(14, ink, side, VPos::Center);
                area.draw(&Text::new(format!("{percent:.1} %"), (at, middle), value))?;
            }
            let (from, until) = (TOP as i32, (TOP + BAR_HEIGHT * bars.len() as u32) as i32);
            area.draw(&PathElement::new([(x(100.0), from), (x(100.0), until)], INK.stroke_width(1)))?;
            let below = anchored(15, SOFT, HPos::Center, VPos::Top);
            area.draw(&Text::new("100 %: the limit", (x(100.0), until + 6), below))
        })
    }
}

/// A configuration by what it costs and how far it lags.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spot {
    /// USD a month.
    pub(super) cost: f64,
    /// Seconds.
    pub(super) lag: f64,
    pub(super) holds: bool,
    pub(super) is_best: bool,
}

/// Those of which no other is cheaper and lags less, the cheapest first.
fn frontier(points: &[Spot]) -> Vec<Spot> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.lag.total_cmp(&b.lag)));
    let mut edge: Vec<Spot> = Vec::new();
    for spot in sorted {
        if edge.last().is_none_or(|last| spot.lag < last.lag) {
            edge.push(spot);
        }
    }
    edge
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frontier_has_what_nothing_beats_in_both() {
        let spot = |cost, lag| Spot { cost, lag, holds: true, is_best: false };
        let points = [spot(3.0, 1.0), spot(1.0, 9.0), spot(2.0, 9.0), spot(2.0, 4.0), spot(4.0, 1.0), spot(5.0, 0.5)];
        assert_eq!(frontier(&points), [spot(1.0, 9.0), spot(2.0, 4.0), spot(3.0, 1.0), spot(5.0, 0.5)]);
    }
}
