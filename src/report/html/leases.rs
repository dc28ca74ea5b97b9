//! Lease ownership as a Gantt chart: a row for each shard, a bar for each worker that believed to hold its lease, with
//! steals and overlaps marked.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::markup::{Column, Markup, paragraph, table};
use super::page::Panel;
use super::plot::{Data, Frame, Key, Side, Window, seconds};
use crate::base::event::LeaseGain;
use crate::base::{ConsumerId, HostId, ShardId, SimTime};
use crate::measure::Series;
use crate::measure::detail::{Detail, Hold, Overlap, overlaps};
use crate::report::plots::canvas::{Error, INK, anchored, colour, readable_on};
use crate::report::words::{count, plural};

const ROWS_MAX: usize = 30;
const ROWS_AROUND: usize = 10;
/// Rows of leases that stay where they are.
const ROWS_STILL: usize = 8;
const ROW_HEIGHT: u32 = 22;
/// Bars drawn: those of a lease that moves all the time are counted and not all drawn.
const BARS_MAX: usize = 3000;
/// Rows of the table.
const TABLE_MAX: usize = 60;
const CONSUMERS_MAX: usize = 4;
const OVERLAP: RGBColor = RGBColor(0xc8, 0x10, 0x2e);
const HALF: f64 = 0.36;

pub(super) fn panel(detail: &Detail, series: &Series) -> Option<Panel> {
    let all: Vec<ConsumerId> = with_leases(detail, series);
    if all.is_empty() {
        return None;
    }
    let charts = all
        .iter()
        .take(CONSUMERS_MAX)
        .map(|id| Chart::new(*id, detail, series, Window::whole(series), ROWS_MAX, &[]).figure(series, true));
    let body = Markup::default().all(charts);
    let left = all.len().saturating_sub(CONSUMERS_MAX);
    let body = if left == 0 { body } else { body.with(&paragraph(format!("and {left} more consumers"))) };
    Some(Panel::new("leases", "Leases", body))
}

/// The charts about a failure.
pub(super) fn around(detail: &Detail, series: &Series, window: Window, about: &[ShardId]) -> Markup {
    let charts = with_leases(detail, series)
        .into_iter()
        .take(2)
        .map(|id| Chart::new(id, detail, series, window, ROWS_AROUND, about).figure(series, false));
    Markup::default().all(charts)
}

fn with_leases(detail: &Detail, series: &Series) -> Vec<ConsumerId> {
    series.consumers().map(|(id, _)| id).filter(|id| !detail.holds().of(*id).0.is_empty()).collect()
}

/// What a chart is made from.
struct Chart<'a> {
    name: &'a str,
    window: Window,
    holds: Vec<Hold>,
    overlaps: Vec<Overlap>,
    /// Of all shards that had a lease in the window.
    shards: usize,
    rows: Vec<ShardId>,
    workers: Vec<HostId>,
    left_out: usize,
    end: SimTime,
}

impl<'a> Chart<'a> {
    fn new(
        id: ConsumerId,
        detail: &Detail,
        series: &'a Series,
        window: Window,
        rows_max: usize,
        about: &[ShardId],
    ) -> Self {
        let (holds, left_out) = detail.holds().of(id);
        let end = SimTime::ZERO.saturating_add(series.duration());
        let mut workers: Vec<HostId> = holds.iter().map(|hold| hold.host).collect();
        workers.sort_unstable();
        workers.dedup();
        let is_shown = |from: SimTime, until: SimTime| window.has(seconds(from), seconds(until));
        let holds: Vec<Hold> =
            holds.iter().filter(|hold| is_shown(hold.from, hold.until.unwrap_or(end))).copied().collect();
        let mut overlaps = overlaps(&holds, end);
        overlaps.retain(|overlap| is_shown(overlap.from, overlap.until));
        let mut shards: Vec<ShardId> = holds.iter().map(|hold| hold.shard).collect();
        shards.sort_unstable();
        let mut counts: Vec<(usize, ShardId)> = Vec::new();
        for shard in shards {
            match counts.last_mut().filter(|(_, last)| *last == shard) {
                Some((times, _)) => *times += 1,
                None => counts.push((1, shard)),
            }
        }
        let all = counts.len();
        counts.sort_by_key(|(times, shard)| (std::cmp::Reverse(*times), *shard));
        // Rows in which nothing moves look all the same: a few of them are enough.
        let moving = counts.iter().filter(|(times, _)| *times > 1).count();
        let others = moving.max(ROWS_STILL.min(rows_max));
        let named = about.iter().filter(|shard| counts.iter().any(|(_, known)| known == *shard)).copied();
        let most = counts.iter().take(others.min(rows_max)).map(|(_, shard)| *shard);
        let mut rows: Vec<ShardId> = named.chain(most).collect();
        rows.sort_unstable();
        rows.dedup();
        Self { name: series.names().consumer(id), window, holds, overlaps, shards: all, rows, workers, left_out, end }
    }

    fn said(&self) -> String {
        let stolen = self.holds.iter().filter(|hold| hold.how == LeaseGain::Stolen).count();
        let shown = match self.rows.len() {
            rows if rows < self.shards => format!("{rows} of {} shards, those whose leases moved most", self.shards),
            _ => "all shards".to_owned(),
        };
        let longest = self.overlaps.iter().max_by_key(|overlap| overlap.until.since(overlap.from));
        let longest = longest.map_or(String::new(), |overlap| {
            let length = overlap.until.since(overlap.from).told();
            format!(", the longest {length} on shard {} at {}", overlap.shard.0, overlap.from)
        });
        let left = if self.left_out == 0 {
            String::new()
        } else {
            format!(" {} later moves are not shown.", count(self.left_out as u64))
        };
        format!(
            "A bar is a time in which a worker believed to hold the lease; gaps have no owner: {shown}. {}, \
             {}{longest}.{left}",
            plural(stolen, "steal"),
            plural(self.overlaps.len(), "overlap"),
        )
    }

    fn figure(&self, series: &Series, is_whole: bool) -> Markup {
        let names: Vec<String> = self.rows.iter().map(|shard| format!("shard {}", shard.0)).collect();
        let height = (ROW_HEIGHT * self.rows.len() as u32).max(2 * ROW_HEIGHT);
        let title = format!("Who had the leases of {}", self.name);
        let side = Side::Rows(&names);
        let frame = Frame { title, said: self.said(), window: self.window, side, height, is_movable: is_whole };
        let worker = |(n, host): (usize, &HostId)| Key::filled(series.names().host(*host), colour(n));
        let mut keys: Vec<Key> = self.workers.iter().enumerate().map(worker).take(12).collect();
        let is_stolen = self.holds.iter().any(|hold| hold.how == LeaseGain::Stolen);
        keys.extend(is_stolen.then(|| Key::line("stolen (edge at its beginning)", INK)));
        keys.extend((!self.overlaps.is_empty()).then(|| Key::line("two workers at once (above the bar)", OVERLAP)));
        let table = if is_whole { self.table(series) } else { Markup::default() };
        frame.figure(series, keys, &table, |chart| self.draw(&frame, chart, series))
    }

    fn draw(&self, frame: &Frame<'_>, chart: &mut Data<'_, '_>, series: &Series) -> Result<(), Error> {
        let Window { from, until } = self.window;
        let clipped = |a: SimTime, b: SimTime| (seconds(a).max(from), seconds(b).min(until));
        let row = |shard: ShardId| self.rows.binary_search(&shard).ok().map(|row| frame.row(row));
        let width = until - from;
        let drawn = self.holds.iter().filter_map(|hold| Some((hold, row(hold.shard)?))).take(BARS_MAX);
        for (hold, middle) in drawn {
            let (left, right) = clipped(hold.from, hold.until.unwrap_or(self.end));
            let worker = colour(self.workers.binary_search(&hold.host).unwrap_or(0));
            chart.draw_series([Rectangle::new([(left, middle - HALF), (right, middle + HALF)], worker.filled())])?;
            if hold.how == LeaseGain::Stolen && seconds(hold.from) >= from {
                let edge = (left + width / 300.0).min(right);
                chart.draw_series([Rectangle::new([(left, middle - HALF), (edge, middle + HALF)], INK.filled())])?;
            }
            let name = series.names().host(hold.host);
            // A character takes about one hundredth of the width.
            if right - left > width * 0.012 * (name.chars().count() + 2) as f64 {
                let style = anchored(100, readable_on(worker), HPos::Center, VPos::Center);
                chart.draw_series([Text::new(name.to_owned(), ((left + right) / 2.0, middle), style)])?;
            }
        }
        for overlap in self.overlaps.iter().take(BARS_MAX) {
            let Some(middle) = row(overlap.shard) else { continue };
            let (left, right) = clipped(overlap.from, overlap.until);
            let right = right.max(left + width / 400.0);
            chart.draw_series([Rectangle::new([(left, middle + HALF), (right, middle + 0.5)], OVERLAP.filled())])?;
        }
        Ok(())
    }

    fn table(&self, series: &Series) -> Markup {
        let names = series.names();
        let overlap_of = |hold: &Hold| {
            let own = self.overlaps.iter().filter(|o| o.shard == hold.shard && o.hosts.1 == hold.host);
            own.filter(|o| o.from == hold.from).map(|o| o.until.since(o.from).told()).next()
        };
        let mut moved: Vec<&Hold> = self.holds.iter().collect();
        // First what is worth looking at: steals and overlaps.
        moved.sort_by_key(|hold| (hold.how != LeaseGain::Stolen && overlap_of(hold).is_none(), hold.from, hold.shard));
        let rows = moved.iter().take(TABLE_MAX).map(|hold| {
            vec![
                format!("shard {}", hold.shard.0),
                names.host(hold.host).to_owned(),
                hold.from.to_string(),
                hold.until.map_or("the end".to_owned(), |until| until.to_string()),
                hold.how.as_str().to_owned(),
                overlap_of(hold).unwrap_or_else(|| "-".to_owned()),
            ]
        });
        let columns = [
            Column::Text("Shard"),
            Column::Text("Worker"),
            Column::Text("From"),
            Column::Text("Until"),
            Column::Text("How it came"),
            Column::Text("Beside the one before"),
        ];
        let left = moved.len().saturating_sub(TABLE_MAX);
        let more = if left == 0 { Markup::default() } else { paragraph(format!("and {left} more")) };
        table(&format!("Leases of {}, steals and overlaps first", self.name), &columns, rows).with(&more)
    }
}
