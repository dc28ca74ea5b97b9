//! A plan's answer in words, for the terminal.

use std::fmt::Write;

use super::answer::{Answer, Best};
use super::point::Point;
use super::search::Way;
use crate::report::{Page, count, plural, wrap};

/// Limits that are told.
const LIMITS_MAX: usize = 5;
/// Configurations of the table.
const POINTS_MAX: usize = 12;

/// The whole answer; what it comes to stands at the end, where the eye is.
pub(crate) fn told(answer: &Answer, page: &Page) -> String {
    let mut out = String::new();
    points(answer, page, &mut out);
    match &answer.best {
        Some(best) => recommended(best, page, &mut out),
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
    let _ = writeln!(out, "{}", wrap(&format!("{of}; {holding} keep the promises"), 2, page.width()));
    let mut shown: Vec<&Point> = chosen.points.iter().collect();
    let cost = |point: &Point| point.cost_usd().unwrap_or(0.0);
    // Around the edge between those that hold and those that do not.
    let edge = answer.best.as_ref().map_or(0.0, |best| cost(&best.point));
    shown.sort_by(|a, b| (cost(a) - edge).abs().total_cmp(&(cost(b) - edge).abs()));
    shown.truncate(POINTS_MAX);
    shown.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
    for point in shown {
        let mark = if point.holds() { "holds" } else { "fails" };
        let cost = point.cost_usd().map_or(String::new(), |usd| format!("  {} a month", money(usd)));
        let why = match (&point.came, point.broken().next()) {
            (Err(wrong), _) => format!("  no scenario: {wrong}"),
            (_, Some(broken)) => format!("  {}", broken.text),
            _ => String::new(),
        };
        let _ = writeln!(out, "    {mark}{cost}  {}{why}", point.told());
    }
    if chosen.points.len() > POINTS_MAX {
        let _ = writeln!(out, "    and {} more", chosen.points.len() - POINTS_MAX);
    }
}

/// `1,234.56 USD`.
fn money(usd: f64) -> String {
    let cents = (usd * 100.0).round() as u64;
    format!("{}.{:02} USD", count(cents / 100), cents % 100)
}

fn recommended(best: &Best, page: &Page, out: &mut String) {
    let mut line = |text: &str| {
        let _ = writeln!(out, "{}", wrap(text, 2, page.width()));
    };
    line("\nhow much of each limit it uses:");
    for limit in best.headroom.iter().take(LIMITS_MAX) {
        let at = limit.at.map_or(String::new(), |at| format!(" at {at}"));
        line(&format!("  {:>6.1} %  {}{at}", limit.used_percent, limit.limit));
    }
    for formula in &best.formula {
        let says = match formula.shards {
            Some(shards) => format!("the public formula says {}", plural(shards as usize, "shard")),
            None => "the public formula needs a rate, and a trace has none beforehand".to_owned(),
        };
        line(&format!("stream {}: {} here; {says}", formula.stream, plural(formula.configured as usize, "shard")));
    }
    if let Some(fails) = &best.fails {
        let cost = fails.cost_usd().map_or(String::new(), |usd| format!(" for {}", money(usd)));
        line(&format!("less does not hold: {}{cost}", fails.told()));
        fails.broken().for_each(|broken| line(&format!("  {}: {}", broken.text, broken.detail)));
    }
    match &best.growth.breaks {
        Some((times, broken)) => {
            line(&format!("traffic can grow to x{}; at x{times} this breaks first:", best.growth.holds));
            broken.iter().for_each(|broken| line(&format!("  {}: {}", broken.text, broken.detail)));
        }
        None => line(&format!("traffic can grow to x{} and more", best.growth.holds)),
    }
    let cost = best.point.cost_usd().map_or(String::new(), |usd| format!(", {} a month", money(usd)));
    let _ = writeln!(out, "\n{}", page.bold(&format!("{}{cost}", best.point.told())));
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
