//! What all plots have in common: colours, the title, the legend beside the data, the time axis.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::base::{SimDuration, SimTime};
use crate::measure::Series;

pub(in crate::report) type Error = DrawingAreaErrorKind<<SVGBackend<'static> as DrawingBackend>::ErrorType>;
/// An SVG, or the error that a drawing in memory does not meet.
pub(super) type Drawn = Result<String, Error>;
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(crate) type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

pub(crate) const WIDTH: u32 = 1000;
pub(crate) const INK: RGBColor = RGBColor(0x33, 0x33, 0x33);
pub(crate) const SOFT: RGBColor = RGBColor(0x66, 0x66, 0x66);
pub(crate) const OTHERS: RGBColor = RGBColor(0x99, 0x99, 0x99);
pub(in crate::report) const GRID: RGBColor = RGBColor(0xe6, 0xe6, 0xe6);
/// Half as strong as it is written, so that a band shows on another.
pub(in crate::report) const FAULT: RGBColor = RGBColor(0xe1, 0xc9, 0xc1);
pub(in crate::report) const FAULT_STRENGTH: f64 = 0.5;
/// Names of marks: dark enough to be read on a band.
pub(in crate::report) const MARK: RGBColor = RGBColor(0x8a, 0x3b, 0x2a);
const PALETTE: [RGBColor; 8] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x8a, 0x6d, 0x3b),
    RGBColor(0x33, 0x22, 0x88),
];

const FONT: &str = "Helvetica, Arial, sans-serif";
pub(super) const TITLE_HEIGHT: u32 = 56;
/// Height of times and their name.
pub(super) const TIMES_HEIGHT: u32 = 42;
/// A lower panel has fewer lines across.
const SMALL_HEIGHT: u32 = 200;
const LEGEND_WIDTH: u32 = 170;
const WIDE_LEGEND: u32 = 210;
/// Characters of an entry that fit.
const LEGEND_CHARS: usize = 20;
const WIDE_LEGEND_CHARS: usize = 26;
/// Half the side of the mark for a throw.
const THROW_SIZE: i32 = 5;
const LEGEND_ROW: i32 = 20;
/// Entries of a legend that fit beside the smallest plot.
const LEGEND_MAX: usize = 14;

/// The n-th colour: the palette, then its tints, then its shades, then all again.
pub(in crate::report) fn colour(n: usize) -> RGBColor {
    let RGBColor(red, green, blue) = PALETTE[n % PALETTE.len()];
    let toward = |other: u8| {
        let mean = |part: u8| (u16::from(part) + u16::from(other)).div_ceil(2) as u8;
        RGBColor(mean(red), mean(green), mean(blue))
    };
    match n / PALETTE.len() % 3 {
        0 => RGBColor(red, green, blue),
        1 => toward(0xff),
        _ => toward(0x20),
    }
}

/// Dark or white text, whichever can be read on this colour.
pub(crate) fn readable_on(RGBColor(red, green, blue): RGBColor) -> RGBColor {
    let brightness = (299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue)) / 1000;
    if brightness > 125 { INK } else { WHITE }
}

pub(in crate::report) fn text(size: u32, colour: RGBColor) -> TextStyle<'static> {
    let mut style = TextStyle::from((FONT, size).into_font());
    style.color = colour.to_backend_color();
    style
}

pub(crate) fn anchored(size: u32, colour: RGBColor, horizontal: HPos, vertical: VPos) -> TextStyle<'static> {
    text(size, colour).pos(Pos::new(horizontal, vertical))
}

/// How an entry of the legend is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sample {
    Filled,
    Band,
    /// A line across, in long dashes.
    Across,
    /// A line upwards, in dots.
    Upright,
    Triangle,
}

/// An entry of the legend.
pub(super) struct Key {
    name: String,
    colour: RGBColor,
    sample: Sample,
}

impl Key {
    /// Of a line or bar of this colour.
    pub(super) fn new(name: String, colour: RGBColor) -> Self {
        Self { name, colour, sample: Sample::Filled }
    }
    /// Of a bound: a dashed line across.
    pub(super) fn bound(name: &str) -> Self {
        Self { name: name.into(), colour: SOFT, sample: Sample::Across }
    }
}

/// Draws title, subtitle and legend, and lets `draw` fill the rest.
pub(super) fn draw(
    height: u32,
    titles: (&str, &str),
    keys: &[Key],
    series: &Series,
    draw: impl FnOnce(&Area<'_>) -> Result<(), Error>,
) -> Drawn {
    draw_body(height, titles, |body| {
        let (data, legend) = body.split_horizontally(WIDTH - LEGEND_WIDTH);
        draw_legend(&legend, keys, &mark_keys(series), LEGEND_CHARS)?;
        draw(&data)
    })
}

/// A panel among others above and below it.
pub(super) struct Stacked {
    pub(super) height: u32,
    /// What it shows: the heading of its legend.
    pub(super) name: String,
    pub(super) keys: Vec<Key>,
}

/// Draws title and subtitle, and below them panels, each with its own legend.
pub(super) fn draw_panels(
    panels: &[Stacked],
    titles: (&str, &str),
    series: &Series,
    draw: impl Fn(usize, &Area<'_>) -> Result<(), Error>,
) -> Drawn {
    let height = TITLE_HEIGHT + panels.iter().map(|panel| panel.height).sum::<u32>();
    draw_body(height, titles, |body| {
        let mut rest = body.clone();
        for (n, Stacked { height, name, keys }) in panels.iter().enumerate() {
            let (panel, below) = rest.split_vertically(*height);
            let (data, legend) = panel.split_horizontally(WIDTH - WIDE_LEGEND);
            let (heading, legend) = legend.split_vertically(LEGEND_ROW);
            heading.draw(&Text::new(name.clone(), (8, 6), bold(15)))?;
            let marks = if n == 0 { mark_keys(series) } else { Vec::new() };
            draw_legend(&legend, keys, &marks, WIDE_LEGEND_CHARS)?;
            draw(n, &data)?;
            rest = below;
        }
        Ok(())
    })
}

fn bold(size: u32) -> TextStyle<'static> {
    TextStyle::from((FONT, size, FontStyle::Bold).into_font()).color(&INK)
}

fn draw_body(height: u32, (title, subtitle): (&str, &str), draw: impl FnOnce(&Area<'_>) -> Result<(), Error>) -> Drawn {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        root.fill(&WHITE)?;
        root.draw(&Text::new(title.to_string(), (16, 12), bold(22)))?;
        root.draw(&Text::new(subtitle.to_string(), (16, 36), text(15, SOFT)))?;
        let (_, body) = root.split_vertically(TITLE_HEIGHT);
        draw(&body)?;
        root.present()?;
    }
    Ok(svg)
}

/// The data's entries, as many as fit, and then those of the marks.
fn draw_legend(area: &Area<'_>, keys: &[Key], marks: &[Key], chars: usize) -> Result<(), Error> {
    let room = LEGEND_MAX - marks.len();
    let cut = if keys.len() > room { room - 1 } else { keys.len() };
    let style = anchored(14, INK, HPos::Left, VPos::Center);
    let more = (cut < keys.len()).then(|| format!("and {} more", keys.len() - cut));
    let entries = keys[..cut].iter().map(Some).chain(more.iter().map(|_| None)).chain(marks.iter().map(Some));
    for (row, key) in (0..).zip(entries) {
        let y = 14 + row * LEGEND_ROW;
        let name = key.map_or(more.as_deref().unwrap_or_default(), |key| &key.name);
        if let Some(key) = key {
            draw_sample(area, key, y)?;
        }
        area.draw(&Text::new(crate::report::words::cut(name, chars), (27, y + 6), style.clone()))?;
    }
    Ok(())
}

/// What an entry looks like in the plot.
fn draw_sample(area: &Area<'_>, key: &Key, y: i32) -> Result<(), Error> {
    let (left, right, middle, bottom) = (8, 20, (14, y + 6), y + 12);
    let line = key.colour.stroke_width(1);
    match key.sample {
        Sample::Filled => area.draw(&Rectangle::new([(left, y), (right, bottom)], key.colour.filled())),
        Sample::Band => {
            let fill = key.colour.mix(FAULT_STRENGTH).filled();
            area.draw(&Rectangle::new([(left, y), (right, bottom)], fill))
        }
        Sample::Triangle => area.draw(&TriangleMarker::new(middle, THROW_SIZE, key.colour.filled())),
        Sample::Across => {
            area.draw(&PathElement::new([(left - 2, y + 6), (left + 4, y + 6)], line))?;
            area.draw(&PathElement::new([(right - 4, y + 6), (right + 2, y + 6)], line))
        }
        Sample::Upright => (0..3).try_for_each(|dash| {
            let top = y - 1 + 5 * dash;
            area.draw(&PathElement::new([(middle.0, top), (middle.0, top + 2)], line))
        }),
    }
}

/// The unit of the time axis that suits a run's length: its name and its seconds.
#[derive(Clone, Copy)]
pub(crate) struct TimeUnit {
    pub name: &'static str,
    pub seconds: f64,
}

pub(crate) fn time_unit(duration: SimDuration) -> TimeUnit {
    let (name, seconds) = match duration.as_secs() {
        0..=180 => ("seconds", 1.0),
        181..=14_400 => ("minutes", 60.0),
        14_401..=345_600 => ("hours", 3600.0),
        _ => ("days", 86_400.0),
    };
    TimeUnit { name, seconds }
}

/// Axes and grid. `y_top` is the highest value shown; 0 stands for a chart without values. `is_timed`: whether times
/// stand below it.
pub(crate) fn axes<'a, 'b>(
    area: &'a Area<'b>,
    series: &Series,
    y_name: &str,
    y_top: f64,
    is_timed: bool,
) -> Result<Chart<'a, 'b>, Error> {
    let unit = time_unit(series.duration());
    let x_end = (series.duration().as_secs_f64() / unit.seconds).max(f64::MIN_POSITIVE);
    let y_end = if y_top > 0.0 { y_top * 1.06 } else { 1.0 };
    let mut chart = ChartBuilder::on(area)
        .margin_left(10)
        .margin_right(14)
        .margin_top(6)
        .x_label_area_size(if is_timed { TIMES_HEIGHT } else { 0 })
        .y_label_area_size(74)
        .build_cartesian_2d(0.0..x_end, 0.0..y_end)?;
    draw_marks(&mut chart, series, unit, y_end)?;

    chart
        .configure_mesh()
        .x_desc(if is_timed { format!("time ({})", unit.name) } else { String::new() })
        .y_desc(y_name)
        .x_labels(11)
        .y_labels(if area.dim_in_pixel().1 < SMALL_HEIGHT { 4 } else { 6 })
        .max_light_lines(0)
        .bold_line_style(GRID)
        .axis_style(OTHERS)
        .label_style(text(14, SOFT))
        .axis_desc_style(text(15, INK))
        .x_label_formatter(&|x| number(*x))
        .y_label_formatter(&|y| number(*y))
        .draw()?;
    Ok(chart)
}

/// Shades the times in which a fault was in force, an instant one as a thin line, and draws actions as lines.
pub(crate) fn draw_marks(chart: &mut Chart<'_, '_>, series: &Series, unit: TimeUnit, y_end: f64) -> Result<(), Error> {
    let end = series.duration().as_secs_f64();
    let seconds = |at: SimTime| at.as_nanos() as f64 / 1e9;
    let marks = series.marks();
    let bands = marks.iter().filter_map(|mark| {
        let from = seconds(mark.from);
        let until = seconds(mark.until?).max(from + end / 500.0).min(end);
        Some(Rectangle::new(
            [(from / unit.seconds, 0.0), (until / unit.seconds, y_end)],
            FAULT.mix(FAULT_STRENGTH).filled(),
        ))
    });
    chart.draw_series(bands)?;
    for action in marks.iter().filter(|mark| mark.until.is_none()) {
        let x = seconds(action.from) / unit.seconds;
        chart.draw_series(DashedLineSeries::new([(x, 0.0), (x, y_end)], 2, 3, SOFT.stroke_width(1)))?;
    }
    Ok(())
}

/// Marks on the time axis where record processors threw, above what is there.
pub(crate) fn draw_throws(chart: &mut Chart<'_, '_>, series: &Series, unit: TimeUnit) -> Result<(), Error> {
    let (step, end) = (series.step().as_secs_f64(), series.duration().as_secs_f64());
    let middle = |from: SimTime| (from.as_nanos() as f64 / 1e9 + step / 2.0).min(end) / unit.seconds;
    let throws = series.throws().map(|from| TriangleMarker::new((middle(from), 0.0), THROW_SIZE, MARK.filled()));
    chart.draw_series(throws)?;
    Ok(())
}

/// More names than these a plot does not show.
const NAMES_MAX: usize = 6;
/// Height of a name, in pixels.
pub(super) const NAME_ROW: i32 = 15;
/// Width of a character of a name, about, in pixels.
const NAME_CHAR_WIDTH: i32 = 6;

/// What a row of names takes of a panel's height, about.
pub(super) fn name_row_share(area: &Area<'_>) -> f64 {
    const LEAST: f64 = 0.065;
    (f64::from(NAME_ROW) / f64::from(area.dim_in_pixel().1.max(1))).max(LEAST)
}

/// A name in a plot.
#[derive(Debug, PartialEq, Eq)]
struct Name {
    at: SimTime,
    text: String,
    times: usize,
}

/// The names of what is marked, each once, at its first time.
fn names(series: &Series) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    for mark in series.marks() {
        match names.iter_mut().find(|name| name.text == mark.what) {
            Some(name) => name.times += 1,
            None => names.push(Name { at: mark.from, text: mark.what, times: 1 }),
        }
    }
    names
}

/// How many names a plot shows.
pub(super) fn names_shown(series: &Series) -> usize {
    names(series).len().min(NAMES_MAX)
}

/// Names faults on their bands and actions at their lines, each in a row of its own from the top. Where there are more
/// than fit, the first are named, and how many are not.
pub(super) fn name_marks(area: &Area<'_>, chart: &Chart<'_, '_>, series: &Series, unit: TimeUnit) -> Result<(), Error> {
    let names = names(series);
    let (x0, y0) = area.get_base_pixel();
    let (across, up) = (chart.plotting_area().get_x_axis_pixel_range(), chart.plotting_area().get_y_axis_pixel_range());
    let (left, right, top) = (across.start - x0, across.end - x0, up.start - y0);
    for (row, name) in (0..).zip(names.iter().take(NAMES_MAX)) {
        let more = names.len() - NAMES_MAX.min(names.len());
        let more = if row + 1 == NAMES_MAX && more > 0 { format!(" (and {more} more)") } else { String::new() };
        let times = if name.times > 1 { format!(" (\u{d7}{})", name.times) } else { String::new() };
        let at = name.at.as_nanos() as f64 / 1e9 / unit.seconds;
        let x = chart.plotting_area().map_coordinate(&(at, 0.0)).0 - x0;
        // On the side where it fits, or where there is more room.
        let rest = times + &more;
        let chars = |pixels: i32| (pixels / NAME_CHAR_WIDTH).max(0) as usize;
        let is_right = chars(right - x) >= name.text.chars().count() + rest.chars().count() || right - x >= x - left;
        let room = chars(if is_right { right - x } else { x - left } - 4).saturating_sub(rest.chars().count());
        let text = crate::report::words::cut(&name.text, room) + &rest;
        let (x, side) = if is_right { (x + 3, HPos::Left) } else { (x - 3, HPos::Right) };
        let y = top + 4 + row as i32 * NAME_ROW;
        area.draw(&Text::new(text, (x, y), anchored(12, MARK, side, VPos::Top)))?;
    }
    Ok(())
}

/// The legend's entries for what is marked.
fn mark_keys(series: &Series) -> Vec<Key> {
    let marks = series.marks();
    let is_there = [
        (marks.iter().any(|mark| mark.until.is_some()), "fault in force", FAULT, Sample::Band),
        (marks.iter().any(|mark| mark.until.is_none()), "action", SOFT, Sample::Upright),
        (series.throws().next().is_some(), "processor threw", MARK, Sample::Triangle),
    ];
    let keys = is_there.into_iter().filter(|(is_there, ..)| *is_there);
    keys.map(|(_, name, colour, sample)| Key { name: name.into(), colour, sample }).collect()
}

/// An axis label: grouped when whole, with the decimals it needs otherwise.
pub(in crate::report) fn number(value: f64) -> String {
    if value.fract().abs() < 1e-9 {
        return crate::report::words::count(value.round() as u64);
    }
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}
