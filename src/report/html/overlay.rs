//! Plots of two runs in one: what streams took and throttled, and the iterator age of consumers, A over B.

use std::collections::BTreeSet;

use plotters::prelude::*;

use super::markup::{Column, Markup, table};
use super::plot::{Frame, Key, Side, Window, clock, stairs};
use crate::base::SimDuration;
use crate::measure::{Series, ShardSeries};
use crate::report::plots::canvas::colour;
use crate::report::words::tenths;

const HEIGHT: u32 = 180;
/// More streams or consumers have no plot.
const PLOTS_MAX: usize = 6;
const ROWS: usize = 12;
const POINTS_MAX: usize = 100;

/// A value for each point of a run, and the length of a point.
struct Line {
    values: Vec<Option<f64>>,
    step: SimDuration,
}

/// The plots of everything that has one name in both runs.
pub(super) fn plots(a: &Series, b: &Series) -> Markup {
    let streams = common(stream_names(a), stream_names(b)).into_iter().take(PLOTS_MAX).flat_map(|name| {
        let of = |title: &str, of: fn(&ShardSeries) -> &[u32]| {
            let lines = [stream_line(a, &name, of), stream_line(b, &name, of)];
            figure(format!("{title} of {name}"), "records a second", lines, a, b)
        };
        [of("Records acknowledged", |shard| &shard.accepted), of("Records throttled", |shard| &shard.throttled)]
    });
    let consumers = common(consumer_names(a), consumer_names(b)).into_iter().take(PLOTS_MAX).map(|name| {
        let lines = [age_line(a, &name), age_line(b, &name)];
        figure(format!("Worst iterator age of {name}"), "seconds", lines, a, b)
    });
    Markup::default().all(streams.chain(consumers).flatten())
}

fn stream_names(series: &Series) -> BTreeSet<String> {
    series.streams().map(|(id, _)| series.names().stream(id).to_owned()).collect()
}

fn consumer_names(series: &Series) -> BTreeSet<String> {
    series.consumers().map(|(id, _)| series.names().consumer(id).to_owned()).collect()
}

fn common(a: BTreeSet<String>, b: BTreeSet<String>) -> Vec<String> {
    a.intersection(&b).cloned().collect()
}

fn points(series: &Series) -> usize {
    series.duration().as_nanos().div_ceil(series.step().as_nanos()) as usize
}

/// The sum over a stream's shards, a second.
fn stream_line(series: &Series, name: &str, of: fn(&ShardSeries) -> &[u32]) -> Line {
    let mut sums = vec![0u64; points(series)];
    for (_, shards) in series.streams().filter(|(id, _)| series.names().stream(*id) == name) {
        for shard in shards {
            sums.iter_mut().zip(of(shard)).for_each(|(sum, more)| *sum += u64::from(*more));
        }
    }
    let step_s = series.step().as_secs_f64();
    let rates = sums.into_iter().map(|sum| Some(sum as f64 / step_s)).collect();
    thinned(rates, series.step(), |rates| rates.iter().sum::<f64>() / rates.len() as f64)
}

fn age_line(series: &Series, name: &str) -> Line {
    let consumer = series.consumers().find(|(id, _)| series.names().consumer(*id) == name);
    let ages = consumer.map_or(&[][..], |(_, consumer)| &consumer.age_max_ms);
    let mut last = None;
    let held = (0..points(series)).map(|point| {
        last = ages.get(point).copied().flatten().or(last);
        last.map(|ms| ms as f64 / 1e3)
    });
    thinned(held.collect(), series.step(), |ages| ages.iter().copied().fold(0.0, f64::max))
}

/// At most [`POINTS_MAX`] values: two lines over each other are hard to tell apart where both go up and down.
fn thinned(values: Vec<Option<f64>>, step: SimDuration, of: fn(&[f64]) -> f64) -> Line {
    let each = values.len().div_ceil(POINTS_MAX).max(1);
    let known = |chunk: &[Option<f64>]| chunk.iter().flatten().copied().collect::<Vec<f64>>();
    let chunks = values.chunks(each).map(known).map(|known| (!known.is_empty()).then(|| of(&known)));
    Line { values: chunks.collect(), step: SimDuration::from_secs(step.as_secs() * each as u64) }
}

/// `None` where neither run has anything to show.
fn figure(title: String, unit: &str, lines: [Line; 2], a: &Series, b: &Series) -> Option<Markup> {
    let top = lines.iter().flat_map(|line| line.values.iter().flatten()).copied().fold(0.0, f64::max);
    if top == 0.0 {
        return None;
    }
    let longer = if a.duration() >= b.duration() { a } else { b };
    let window = Window::whole(longer);
    let most = |line: &Line| tenths(line.values.iter().flatten().copied().fold(0.0, f64::max));
    let said = format!(
        "At most {} in A and {} in B, over every {}. Faults that are shaded are those of A.",
        most(&lines[0]),
        most(&lines[1]),
        lines[0].step
    );
    let as_table = values_table(&title, &lines);
    let frame = Frame { title, said, window, side: Side::Values(unit, top), height: HEIGHT, is_movable: true };
    let looks = [("A", colour(0), 4), ("B", colour(3), 2)];
    let keys = looks.iter().map(|(name, colour, _)| Key::line(*name, *colour)).collect();
    Some(frame.figure(a, keys, &as_table, |chart| {
        for ((_, colour, width), line) in looks.iter().zip(&lines) {
            for run in stairs(line.values.iter().copied(), line.step, window) {
                chart.draw_series(LineSeries::new(run, colour.stroke_width(*width)))?;
            }
        }
        Ok(())
    }))
}

fn values_table(title: &str, lines: &[Line; 2]) -> Markup {
    let end_s = lines.iter().map(|line| line.step.as_secs() * line.values.len() as u64).max().unwrap_or(0);
    let length = (end_s / ROWS as u64).max(1);
    let most = |line: &Line, from: u64| {
        let is_in = |(point, _): &(u64, _)| (from..from + length).contains(&(line.step.as_secs() * point));
        let values = (0..).zip(&line.values).filter(is_in).filter_map(|(_, value)| *value);
        values.reduce(f64::max).map_or("-".to_owned(), tenths)
    };
    let rows = (0..end_s.div_ceil(length)).map(|n| {
        let from = n * length;
        vec![clock(from), most(&lines[0], from), most(&lines[1], from)]
    });
    let columns = [Column::Text("From"), Column::Number("A"), Column::Number("B")];
    table(&format!("{title}: the greatest of each part"), &columns, rows)
}
