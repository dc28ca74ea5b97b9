//! Shards over time as heat maps: the same stretch by the second and by the minute side by side, then the whole run.
//!
//! A limit is a limit of a second. CloudWatch shows sums of a minute, in which the second that throttles is not seen.

use plotters::prelude::*;

use super::markup::{Column, Markup, paragraph, table};
use super::page::Panel;
use super::plot::{Frame, Key, Side, Window, clock};
use crate::base::ShardId;
use crate::measure::Series;
use crate::measure::detail::{Cell, Detail, Loads, ShardLoad, Stretch, worst_stretch};
use crate::report::words::{count, count_or_dash, percent};

/// Rows of a map: the shards with most throttles and load.
const ROWS_MAX: usize = 24;
/// Streams with a map by the second.
const STREAMS_MAX: usize = 4;
const ROW_HEIGHT: u32 = 16;
/// Half of a cell's height; faults show between the rows.
const HALF: f64 = 0.39;
const MINUTE_S: u64 = 60;
/// Length of the stretch that is shown by the second.
const STRETCH_S: u64 = 300;
/// More columns would be less than two pixels wide.
const COLUMNS_MAX: u64 = 300;
/// Loads in percent from which on a cell has the next tone.
const STEPS: [f64; 5] = [0.0, 25.0, 50.0, 75.0, 95.0];
const TONES: [RGBColor; 5] = [
    RGBColor(0xdb, 0xe9, 0xf6),
    RGBColor(0xa9, 0xcc, 0xe8),
    RGBColor(0x6b, 0xa8, 0xd6),
    RGBColor(0x2f, 0x74, 0xb5),
    RGBColor(0x0b, 0x3c, 0x74),
];
const THROTTLED: RGBColor = RGBColor(0xd5, 0x3e, 0x1f);

/// How long a cell of a map is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grain {
    Second,
    /// So many minutes.
    Minutes(u64),
}

impl Grain {
    fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minutes(minutes) => minutes * MINUTE_S,
        }
    }
}

/// A map of some shards.
struct Map<'a> {
    shards: &'a [ShardLoad],
    rows: Vec<usize>,
    stretch: Stretch,
    grain: Grain,
}

pub(super) fn panel(detail: &Detail, series: &Series) -> Option<Panel> {
    let loads = detail.loads();
    let mut busiest: Vec<_> = loads.streams().filter(|(_, shards)| has_load(shards)).collect();
    if busiest.is_empty() {
        return None;
    }
    busiest.sort_by_key(|(id, shards)| (std::cmp::Reverse(total(shards).throttled), *id));
    let left_out = busiest.len().saturating_sub(STREAMS_MAX);
    let shown = busiest.iter().take(STREAMS_MAX);
    let maps = shown.map(|(id, shards)| stream(series.names().stream(*id), shards, loads, series));
    let mut body = Markup::default().all(maps);
    if left_out > 0 {
        body = body.with(&paragraph(format!("and {left_out} more streams, without maps")));
    }
    Some(Panel::new("shards", "Shards", body))
}

/// The map by the second about a failure.
pub(super) fn around(detail: &Detail, series: &Series, window: Window, about: &[ShardId]) -> Markup {
    const ROWS_AROUND: usize = 8;
    let stretch = Stretch { from_s: window.from as u64, until_s: window.until as u64 };
    let known = detail.loads().streams().filter(|(_, shards)| has_load(shards)).take(2);
    let maps = known.filter_map(|(id, shards)| {
        let map = Map { shards, rows: rows(shards, stretch, ROWS_AROUND, about), stretch, grain: Grain::Second };
        let title = format!("Load of {}, by the second", series.names().stream(id));
        let is_kept = shards.iter().any(|shard| !shard.seconds(stretch).is_empty());
        is_kept.then(|| map.figure(title, series, &Markup::default(), false))
    });
    Markup::default().all(maps)
}

fn has_load(shards: &[ShardLoad]) -> bool {
    total(shards) != Cell::default()
}

fn total(shards: &[ShardLoad]) -> Cell {
    const ALL: Stretch = Stretch { from_s: 0, until_s: u32::MAX as u64 };
    shards.iter().flat_map(|shard| shard.minutes(ALL)).fold(Cell::default(), |sum, (_, cell)| sum.plus(*cell))
}

fn stream(name: &str, shards: &[ShardLoad], loads: &Loads, series: &Series) -> Markup {
    let duration_s = series.duration().as_secs().max(1);
    let stretch = worst_stretch(shards, duration_s, STRETCH_S);
    let map = |grain, stretch| Map { shards, rows: rows(shards, stretch, ROWS_MAX, &[]), stretch, grain };
    let by_second = map(Grain::Second, stretch);
    let table = by_second.table(name);
    let second = by_second.figure(format!("{name} by the second: what throttles"), series, &table, false);
    let minute = map(Grain::Minutes(1), stretch);
    let minute =
        minute.figure(format!("{name} by the minute: what CloudWatch shows"), series, &Markup::default(), false);
    let which = match duration_s <= STRETCH_S {
        true => "Both maps show the whole run.".to_owned(),
        false => format!(
            "Both maps show the {} s in which most was throttled, or the busiest, from {} on; the run is {} s long.",
            stretch.seconds(),
            clock(stretch.from_s),
            count(duration_s)
        ),
    };
    let gone = if loads.has_let_go() { " Seconds of the quieter minutes of this run were not kept." } else { "" };
    let whole = (duration_s > STRETCH_S).then(|| {
        let minutes = duration_s.div_ceil(MINUTE_S).div_ceil(COLUMNS_MAX).max(1);
        let all = Stretch { from_s: 0, until_s: duration_s };
        let title = match minutes {
            1 => format!("{name}, the whole run by the minute"),
            n => format!("{name}, the whole run: the busiest minute of every {n}"),
        };
        map(Grain::Minutes(minutes), all).figure(title, series, &Markup::default(), true)
    });
    Markup::of("<h3>Stream ")
        .text(name)
        .raw("</h3>\n")
        .with(&paragraph(format!("{which}{gone}")))
        .raw("<div class=\"plots\">\n")
        .with(&second)
        .with(&minute)
        .all(whole)
        .raw("</div>\n")
}

/// The shards of a map: those that are meant, then those with most throttles and then most load in its stretch, in
/// order of their numbers.
fn rows(shards: &[ShardLoad], stretch: Stretch, rows_max: usize, about: &[ShardId]) -> Vec<usize> {
    let sum = |shard: &ShardLoad| shard.minutes(stretch).iter().fold(Cell::default(), |sum, (_, cell)| sum.plus(*cell));
    let is_there = |shard: &ShardLoad| {
        let (opened, closed) = shard.life();
        let (from, until) = (stretch.from_s, stretch.until_s);
        opened.is_none_or(|at| at.as_secs() < until) && closed.is_none_or(|at| at.as_secs() >= from)
    };
    let mut rows: Vec<usize> = (0..shards.len()).filter(|row| is_there(&shards[*row])).collect();
    rows.sort_by_key(|row| {
        let Cell { accepted, bytes, throttled } = sum(&shards[*row]);
        let is_meant = about.iter().any(|shard| shard.index() == *row);
        (std::cmp::Reverse((is_meant, throttled, accepted, bytes)), *row)
    });
    rows.truncate(rows_max);
    rows.sort_unstable();
    rows
}

impl Map<'_> {
    /// The cells of a row: when each begins, and its tone.
    fn cells(&self, row: usize) -> Vec<(u64, RGBColor)> {
        let shard = &self.shards[row];
        match self.grain {
            Grain::Second => {
                let cells = shard.seconds(self.stretch).iter();
                cells.map(|(second, cell)| (u64::from(*second), tone(*cell, 1.0, true))).collect()
            }
            Grain::Minutes(minutes) => {
                let mut cells: Vec<(u64, Cell)> = Vec::new();
                let load = |cell: &Cell| cell.load_percent(1.0);
                for (minute, cell) in shard.minutes(self.stretch) {
                    let from = u64::from(*minute) / minutes * minutes * MINUTE_S;
                    match cells.last_mut().filter(|(last, _)| *last == from) {
                        Some((_, busiest)) if load(cell) > load(busiest) => *busiest = *cell,
                        Some(_) => {}
                        None => cells.push((from, *cell)),
                    }
                }
                cells.into_iter().map(|(from, cell)| (from, tone(cell, MINUTE_S as f64, false))).collect()
            }
        }
    }

    fn figure(&self, title: String, series: &Series, table: &Markup, is_movable: bool) -> Markup {
        let names: Vec<String> = self.rows.iter().map(|row| format!("shard {row}")).collect();
        let all = self.shards.len();
        let shown = match self.rows.len() {
            rows if rows < all => format!("the {rows} busiest of {all} shards"),
            _ => "all shards".to_owned(),
        };
        let said = match self.grain {
            Grain::Second => format!(
                "Each cell is a second of a shard against its limit of 1,000 records and 1 MiB: \
                {shown}. {}",
                self.worst()
            ),
            Grain::Minutes(_) => format!(
                "Each cell is a minute's mean against the same limit: {shown}. \
                IncomingRecords and IncomingBytes of a minute say no more."
            ),
        };
        let window = Window { from: self.stretch.from_s as f64, until: self.stretch.until_s as f64 };
        let height = (ROW_HEIGHT * self.rows.len() as u32).max(2 * ROW_HEIGHT);
        let frame = Frame { title, said, window, side: Side::Rows(&names), height, is_movable };
        let ranges = ["under 25 %", "25 %", "50 %", "75 %", "95 % and more"];
        let tones = ranges.iter().zip(TONES).map(|(range, tone)| Key::filled(*range, tone));
        let throttled = (self.grain == Grain::Second).then(|| Key::filled("throttled", THROTTLED));
        frame.figure(series, tones.chain(throttled).collect(), table, |chart| {
            let length = self.grain.seconds() as f64;
            let mut cells: Vec<_> = self
                .rows
                .iter()
                .enumerate()
                .flat_map(|(row, shard)| {
                    let middle = frame.row(row);
                    runs(self.cells(*shard), length).into_iter().map(move |run| (run, middle))
                })
                .collect();
            // Cells of one tone become one path.
            cells.sort_by_key(|((_, _, RGBColor(r, g, b)), _)| (*r, *g, *b));
            chart.draw_series(cells.into_iter().map(|((from, until, tone), middle)| {
                let until = until.min(window.until);
                Rectangle::new([(from.max(window.from), middle - HALF), (until, middle + HALF)], tone.filled())
            }))?;
            Ok(())
        })
    }

    /// The shard and second with most throttles.
    fn worst(&self) -> String {
        let cells =
            self.rows.iter().flat_map(|row| self.shards[*row].seconds(self.stretch).iter().map(move |c| (row, c)));
        let worst = cells.max_by_key(|(row, (second, cell))| (cell.throttled, std::cmp::Reverse((*row, *second))));
        match worst {
            Some((row, (second, cell))) if cell.throttled > 0 => format!(
                "Worst: shard {row} at {} throttled {} records.",
                clock(u64::from(*second)),
                count(cell.throttled.into())
            ),
            _ => "Nothing was throttled.".to_owned(),
        }
    }

    fn table(&self, name: &str) -> Markup {
        let rows = self.rows.iter().map(|row| {
            let shard = &self.shards[*row];
            let seconds = shard.seconds(self.stretch);
            let busiest = seconds.iter().map(|(_, cell)| cell.load_percent(1.0)).fold(0.0, f64::max);
            let minutes = shard.minutes(self.stretch).iter();
            let minute = minutes.map(|(_, cell)| cell.load_percent(MINUTE_S as f64)).fold(0.0, f64::max);
            let throttled: u64 = seconds.iter().map(|(_, cell)| u64::from(cell.throttled)).sum();
            let hit = seconds.iter().filter(|(_, cell)| cell.throttled > 0).count();
            vec![
                format!("shard {row}"),
                percent(busiest),
                percent(minute),
                count_or_dash(throttled),
                count_or_dash(hit as u64),
            ]
        });
        let columns = [
            Column::Text("Shard"),
            Column::Number("Busiest second, % of limit"),
            Column::Number("Busiest minute, % of limit"),
            Column::Number("Throttled records"),
            Column::Number("Seconds that throttled"),
        ];
        table(&format!("{name} from {} to {}", clock(self.stretch.from_s), clock(self.stretch.until_s)), &columns, rows)
    }
}

fn tone(cell: Cell, seconds: f64, shows_throttles: bool) -> RGBColor {
    if shows_throttles && cell.throttled > 0 {
        return THROTTLED;
    }
    let load = cell.load_percent(seconds);
    let step = STEPS.iter().rposition(|from| load >= *from).unwrap_or(0);
    TONES[step]
}

/// Cells of one tone that touch, as one: (from, until, tone) in seconds.
fn runs(cells: Vec<(u64, RGBColor)>, length: f64) -> Vec<(f64, f64, RGBColor)> {
    let mut runs: Vec<(f64, f64, RGBColor)> = Vec::new();
    for (from, tone) in cells {
        let from = from as f64;
        match runs.last_mut().filter(|(_, until, last)| *until == from && *last == tone) {
            Some((_, until, _)) => *until = from + length,
            None => runs.push((from, from + length, tone)),
        }
    }
    runs
}
