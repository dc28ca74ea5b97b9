//! A plan's answer in words, for the terminal.

use std::fmt::Write;

use super::advised::{advised, formula_says};
use super::answer::Answer;
use super::observed::told_seen;
use super::point::{Point, word};
use super::search::Way;
use crate::price::Usd;
use crate::report::{Page, count, plural, wrap};

/// Configurations of the table.
const POINTS_MAX: usize = 16;

/// The whole answer; what it comes to stands at the end, where the eye is.
pub(crate) fn told(answer: &Answer, page: &Page) -> String {
    let mut out = told_seen(&answer.seen, page);
    points(answer, page, &mut out);
    match &answer.best {
        Some(best) => advised(answer, best, page, &mut out),
        None => none_holds(answer, page, &mut out),
    }
    out
}

/// What was tried, how, and how much of it holds.
pub(super) fn tried(answer: &Answer) -> String {
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
    format!("{of}; {keep} the promises")
}

fn points(answer: &Answer, page: &Page, out: &mut String) {
    let chosen = &answer.chosen;
    let _ = writeln!(out, "{}\n", wrap(&tried(answer), 0, page.width()));
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
    let cost = point.cost_usd().map_or("-".to_owned(), |usd| Usd::of_dollars(usd).in_cents());
    let values = point.settings.iter().map(|(_, value)| word(value));
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

fn none_holds(answer: &Answer, page: &Page, out: &mut String) {
    let _ = writeln!(out, "\n{}", page.bold("no configuration keeps all promises"));
    if let Some(nearest) = &answer.nearest {
        let _ = writeln!(out, "{}", wrap(&format!("nearest: {}", nearest.told()), 2, page.width()));
        for broken in nearest.broken() {
            let _ = writeln!(out, "{}", wrap(&format!("  {}: {}", broken.text, broken.detail), 4, page.width()));
        }
        for formula in &answer.formula {
            let says = format!("beside the public formula: {}", formula_says(formula));
            let _ = writeln!(out, "{}", wrap(&says, 2, page.width()));
        }
    }
}
