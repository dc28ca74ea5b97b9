//! A plan's answer in words, for the terminal.

use std::fmt::Write;

use super::answer::{Answer, Best};
use super::confirm::Confirmed;
use super::point::{Point, is_broken};
use super::search::Way;
use crate::report::{Page, count, plural, wrap};

/// Limits that are told.
const LIMITS_MAX: usize = 5;
/// Actions and changes by policies that are told.
const HAPPENED_MAX: usize = 12;
/// Configurations of the table.
const POINTS_MAX: usize = 16;

/// The whole answer; what it comes to stands at the end, where the eye is.
pub(crate) fn told(answer: &Answer, page: &Page) -> String {
    let mut out = String::new();
    points(answer, page, &mut out);
    match &answer.best {
        Some(best) => recommended(answer, best, page, &mut out),
        None => none_holds(answer, page, &mut out),
    }
    out
}

fn points(answer: &Answer, page: &Page, out: &mut String) {
    let chosen = &answer.chosen;
    let tried = plural(chosen.points.len(), "configuration");
    let of = match chosen.way {
        Way::All => tried,
        Way::Search => format!(
            "{tried} of {}, by halves on the last key, taking it that what holds holds with more as well",
            count(chosen.of as u64)
        ),
    };
    let holding = chosen.points.iter().filter(|point| point.holds()).count();
    let keep = if holding == 1 { "1 keeps".to_owned() } else { format!("{holding} keep") };
    let _ = writeln!(out, "{}\n", wrap(&format!("{of}; {keep} the promises"), 0, page.width()));
    let shown = around_the_edge(answer);
    let rows: Vec<Vec<String>> = shown.iter().map(|point| row(point)).collect();
    let keys = chosen.points.first().map(short_keys).unwrap_or_default();
    let head: Vec<String> = ["".to_owned(), "USD a month".to_owned()].into_iter().chain(keys).collect();
    let width = |column: usize| rows.iter().chain([&head]).map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths).skip(1).map(|(cell, width)| format!("{cell:>width$}"));
        format!("  {:<width$}  {}", row[0], cells.collect::<Vec<_>>().join("  "), width = widths[0])
    };
    let _ = writeln!(out, "{}", page.dim(&line(&head)));
    for (point, row) in shown.iter().zip(&rows) {
        let why = match (&point.came, point.broken().next()) {
            (Err(wrong), _) => format!("no scenario: {wrong}"),
            (_, Some(broken)) => broken.text.clone(),
            _ => String::new(),
        };
        let _ = writeln!(out, "{}", format!("{}  {why}", line(row)).trim_end());
    }
    if chosen.points.len() > POINTS_MAX {
        let _ = writeln!(out, "  and {} more", chosen.points.len() - POINTS_MAX);
    }
}

/// The configurations whose costs are nearest to that of the best, the cheapest first.
fn around_the_edge(answer: &Answer) -> Vec<&Point> {
    let edge = answer.best.as_ref().map_or(0.0, |best| best.point.cost_or_0());
    let from_edge = |point: &Point| (point.cost_or_0() - edge).abs();
    let mut shown: Vec<&Point> = answer.chosen.points.iter().collect();
    shown.sort_by(|a, b| from_edge(a).total_cmp(&from_edge(b)));
    shown.truncate(POINTS_MAX);
    shown.sort_by(|a, b| a.by_cost(b));
    shown
}

fn row(point: &Point) -> Vec<String> {
    let mark = if point.holds() { "holds" } else { "fails" };
    let cost = point.cost_usd().map_or("-".to_owned(), cents);
    let values = point.settings.iter().map(|(_, value)| value.as_str().map_or(value.to_string(), str::to_owned));
    [mark.to_owned(), cost].into_iter().chain(values).collect()
}

/// Of each key the last steps of its path, as many as tell it from the others.
fn short_keys(point: &Point) -> Vec<String> {
    let keys: Vec<&str> = point.settings.iter().map(|(key, _)| &**key).collect();
    let last = |key: &str, steps: usize| {
        let all: Vec<&str> = key.split('.').collect();
        all[all.len().saturating_sub(steps)..].join(".")
    };
    let is_clear =
        |key: &str, steps: usize| keys.iter().filter(|other| last(other, steps) == last(key, steps)).count() < 2;
    keys.iter().map(|key| last(key, (1..5).find(|steps| is_clear(key, *steps)).unwrap_or(5))).collect()
}

/// `1,234.56`.
fn cents(usd: f64) -> String {
    let cents = (usd * 100.0).round() as u64;
    format!("{}.{:02}", count(cents / 100), cents % 100)
}

/// `: 1,234.56 USD a month`, where there are prices.
fn a_month(point: &Point) -> String {
    point.cost_usd().map_or(String::new(), |usd| format!(": {} USD a month", cents(usd)))
}

fn recommended(answer: &Answer, best: &Best, page: &Page, out: &mut String) {
    let _ = writeln!(out, "\n{}", page.bold("what it uses of each limit, at most"));
    for limit in best.headroom.iter().take(LIMITS_MAX) {
        let at = limit.at.map_or(String::new(), |at| format!(" at {at}"));
        let _ = writeln!(out, "  {:>6.1} %  {}{at}", limit.used_percent, limit.limit);
    }
    let mut line = |text: &str, indent: usize| {
        let _ = writeln!(out, "{}", wrap(text, indent, page.width()));
    };
    line(&format!("\n{}", page.bold("beside the public formula")), 0);
    for formula in &best.formula {
        let says = match formula.shards {
            Some(shards) => format!("it says {}", plural(shards as usize, "shard")),
            None => "it needs a mean rate, and a trace has none beforehand".to_owned(),
        };
        line(&format!("stream {}: {says}, here {}", formula.stream, formula.configured), 2);
    }
    let happened = best.point.came.iter().flat_map(|carried| &carried.happened).collect::<Vec<_>>();
    if !happened.is_empty() {
        line(&format!("\n{}", page.bold("what was done to it")), 0);
        happened.iter().take(HAPPENED_MAX).for_each(|happened| line(happened, 2));
        let more = happened.len().saturating_sub(HAPPENED_MAX);
        if more > 0 {
            line(&format!("and {more} more"), 2);
        }
    }
    if let Some(fails) = &best.fails {
        line(&format!("\n{}", page.bold("what less would break")), 0);
        line(&format!("{}{}", fails.told(), a_month(fails)), 2);
        fails.broken().for_each(|broken| line(&format!("{}: {}", broken.text, broken.detail), 4));
    }
    line(&format!("\n{}", page.bold("what more traffic would break")), 0);
    match &best.growth.breaks {
        Some((times, broken)) => {
            line(&format!("it holds up to x{}; at x{times}:", best.growth.holds), 2);
            broken.iter().for_each(|broken| line(&format!("{}: {}", broken.text, broken.detail), 4));
        }
        None => line(&format!("it holds at x{}, and more was not tried", best.growth.holds), 2),
    }
    if let Some(confirmed) = &answer.confirmed {
        line(&format!("\n{}", page.bold("record by record")), 0);
        told_confirmed(confirmed, &mut line);
    }
    let _ = writeln!(out, "\n{}{}", page.bold(&best.point.told()), a_month(&best.point));
}

fn told_confirmed(confirmed: &Confirmed, line: &mut dyn FnMut(&str, usize)) {
    match confirmed {
        Confirmed::TooMany(records) => {
            line(
                &format!("not run: about {} records up to its worst minutes; ask a smaller horizon", count(*records)),
                2,
            );
        }
        Confirmed::Run { until, promises } => {
            let broken: Vec<_> = promises.iter().filter(|promise| is_broken(promise)).collect();
            match broken.is_empty() {
                true => line(&format!("it holds, from the start to {until}"), 2),
                false => line(&format!("it does not hold, from the start to {until}:"), 2),
            }
            broken.iter().for_each(|broken| line(&format!("{}: {}", broken.text, broken.detail), 4));
        }
    }
}

fn none_holds(answer: &Answer, page: &Page, out: &mut String) {
    let _ = writeln!(out, "\n{}", page.bold("no configuration keeps all promises"));
    if let Some(nearest) = &answer.nearest {
        let _ = writeln!(out, "{}", wrap(&format!("nearest: {}", nearest.told()), 2, page.width()));
        for broken in nearest.broken() {
            let _ = writeln!(out, "{}", wrap(&format!("  {}: {}", broken.text, broken.detail), 4, page.width()));
        }
    }
}
