//! What all plots have in common: colours, the title, the legend beside the data, the time axis.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::base::{SimDuration, SimTime};
use crate::measure::Series;

pub(super) type Error = DrawingAreaErrorKind<<SVGBackend<'static> as DrawingBackend>::ErrorType>;
/// An SVG, or the error that a drawing in memory does not meet.
pub(super) type Drawn = Result<String, Error>;
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(crate) type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

pub(crate) const WIDTH: u32 = 1000;
pub(crate) const INK: RGBColor = RGBColor(0x33, 0x33, 0x33);
pub(crate) const SOFT: RGBColor = RGBColor(0x66, 0x66, 0x66);
pub(crate) const OTHERS: RGBColor = RGBColor(0x99, 0x99, 0x99);
const GRID: RGBColor = RGBColor(0xe6, 0xe6, 0xe6);
const FAULT: RGBColor = RGBColor(0xf0, 0xe4, 0xe0);
/// Names of marks: dark enough to be read on a band.
const MARK: RGBColor = RGBColor(0x8a, 0x3b, 0x2a);
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
const LEGEND_WIDTH: u32 = 150;
const LEGEND_ROW: i32 = 20;
/// Entries of a legend that fit beside the smallest plot.
const LEGEND_MAX: usize = 14;

/// The n-th colour: the palette, then its tints, then its shades, then all again.
pub(super) fn colour(n: usize) -> RGBColor {
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

pub(super) fn text(size: u32, colour: RGBColor) -> TextStyle<'static> {
    let mut style = TextStyle::from((FONT, size).into_font());
    style.color = colour.to_backend_color();
    style
}

pub(crate) fn anchored(size: u32, colour: RGBColor, horizontal: HPos, vertical: VPos) -> TextStyle<'static> {
    text(size, colour).pos(Pos::new(horizontal, vertical))
}

/// An entry of the legend.
pub(super) struct Key {
    pub name: String,
    pub colour: RGBColor,
}

/// Draws title, subtitle and legend, and lets `draw` fill the rest.
pub(super) fn draw(
    height: u32,
    title: &str,
    subtitle: &str,
    keys: &[Key],
    draw: impl FnOnce(&Area<'_>) -> Result<(), Error>,
) -> Drawn {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        root.fill(&WHITE)?;
        root.draw(&Text::new(
            title.to_string(),
            (16, 12),
            TextStyle::from((FONT, 22, FontStyle::Bold).into_font()).color(&INK),
        ))?;
        root.draw(&Text::new(subtitle.to_string(), (16, 36), text(15, SOFT)))?;
        let (_, body) = root.split_vertically(TITLE_HEIGHT);
        let (data, legend) = body.split_horizontally(WIDTH - LEGEND_WIDTH);
        draw_legend(&legend, keys)?;
        draw(&data)?;
        root.present()?;
    }
    Ok(svg)
}

fn draw_legend(area: &Area<'_>, keys: &[Key]) -> Result<(), Error> {
    let cut = if keys.len() > LEGEND_MAX { LEGEND_MAX - 1 } else { keys.len() };
    let style = anchored(14, INK, HPos::Left, VPos::Center);
    for (row, key) in keys[..cut].iter().enumerate() {
        let y = 14 + row as i32 * LEGEND_ROW;
        area.draw(&Rectangle::new([(8, y), (20, y + 12)], key.colour.filled()))?;
        area.draw(&Text::new(crate::report::words::cut(&key.name, 17), (27, y + 6), style.clone()))?;
    }
    if cut < keys.len() {
        let y = 14 + cut as i32 * LEGEND_ROW;
        area.draw(&Text::new(format!("and {} more", keys.len() - cut), (27, y + 6), style))?;
    }
    Ok(())
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

/// Axes and grid. `y_top` is the highest value shown; 0 stands for a chart without values.
pub(crate) fn axes<'a, 'b>(
    area: &'a Area<'b>,
    series: &Series,
    y_name: &str,
    y_top: f64,
) -> Result<Chart<'a, 'b>, Error> {
    let unit = time_unit(series.duration());
    let x_end = (series.duration().as_secs_f64() / unit.seconds).max(f64::MIN_POSITIVE);
    let y_end = if y_top > 0.0 { y_top * 1.06 } else { 1.0 };
    let mut chart = ChartBuilder::on(area)
        .margin_left(10)
        .margin_right(14)
        .margin_top(6)
        .x_label_area_size(42)
        .y_label_area_size(74)
        .build_cartesian_2d(0.0..x_end, 0.0..y_end)?;
    shade_faults(&mut chart, series, unit, y_end)?;
    chart
        .configure_mesh()
        .x_desc(format!("time ({})", unit.name))
        .y_desc(y_name)
        .x_labels(11)
        .y_labels(6)
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

/// Shades the times in which a fault was in force, an instant one as a thin line.
pub(crate) fn shade_faults(
    chart: &mut Chart<'_, '_>,
    series: &Series,
    unit: TimeUnit,
    y_end: f64,
) -> Result<(), Error> {
    let end = series.duration().as_secs_f64();
    let seconds = |at: SimTime| at.as_nanos() as f64 / 1e9;
    let marks = series.marks();
    let bands = marks.iter().filter_map(|mark| {
        let from = seconds(mark.from);
        let until = seconds(mark.until?).max(from + end / 500.0).min(end);
        Some(Rectangle::new([(from / unit.seconds, 0.0), (until / unit.seconds, y_end)], FAULT.filled()))
    });
    chart.draw_series(bands)?;
    for action in marks.iter().filter(|mark| mark.until.is_none()) {
        let x = seconds(action.from) / unit.seconds;
        chart.draw_series(DashedLineSeries::new([(x, 0.0), (x, y_end)], 2, 3, SOFT.stroke_width(1)))?;
    }
    Ok(())
}

/// More marks than these have no name in a plot.
const NAMES_MAX: usize = 6;
/// Height of a name, in pixels.
const NAME_ROW: i32 = 15;
/// Longest name, in characters.
const NAME_CHARS: usize = 44;
/// Width of a character of a name, about, in pixels.
const NAME_CHAR_WIDTH: i32 = 6;

/// What a row of names takes of a panel's height, about.
pub(super) const NAME_ROW_SHARE: f64 = 0.065;

/// How many names a plot shows.
pub(super) fn names_shown(series: &Series) -> usize {
    series.marks().len().min(NAMES_MAX)
}

/// Names faults on their bands and actions at their lines, each in a row of its own from the top. Where there are more
/// than fit, the first are named, and how many are not.
pub(super) fn name_marks(area: &Area<'_>, chart: &Chart<'_, '_>, series: &Series, unit: TimeUnit) -> Result<(), Error> {
    let marks = series.marks();
    let (x0, y0) = area.get_base_pixel();
    let (left, right) =
        (chart.plotting_area().get_x_axis_pixel_range(), chart.plotting_area().get_y_axis_pixel_range());
    let (right_end, top) = (left.end - x0, right.start - y0);
    for (row, mark) in marks.iter().take(NAMES_MAX).enumerate() {
        let more = marks.len() - NAMES_MAX.min(marks.len());
        let more = if row + 1 == NAMES_MAX && more > 0 { format!(" (and {more} more)") } else { String::new() };
        let name = crate::report::words::cut(&mark.what, NAME_CHARS) + &more;
        let at = mark.from.as_nanos() as f64 / 1e9 / unit.seconds;
        let x = chart.plotting_area().map_coordinate(&(at, 0.0)).0 - x0 + 3;
        let width = NAME_CHAR_WIDTH * name.chars().count() as i32;
        let (x, side) = if x + width > right_end { (x - 6, HPos::Right) } else { (x, HPos::Left) };
        let y = top + 4 + row as i32 * NAME_ROW;
        area.draw(&Text::new(name, (x, y), anchored(12, MARK, side, VPos::Top)))?;
    }
    Ok(())
}

/// The legend's entries for shaded times and dashed lines, when there are any.
pub(crate) fn mark_keys(series: &Series) -> impl Iterator<Item = Key> {
    let marks = series.marks();
    let band = marks.iter().any(|mark| mark.until.is_some());
    let line = marks.iter().any(|mark| mark.until.is_none());
    let band = band.then(|| Key { name: "fault in force".into(), colour: FAULT });
    band.into_iter().chain(line.then(|| Key { name: "action (dashed)".into(), colour: SOFT }))
}

/// An axis label: grouped when whole, with the decimals it needs otherwise.
fn number(value: f64) -> String {
    if value.fract().abs() < 1e-9 {
        return crate::report::words::count(value.round() as u64);
    }
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}
