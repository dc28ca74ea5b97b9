//! The configuration that a plan recommends, in words: for each figure of the answer the rule and the minute that
//! decided it.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::answer::{Answer, Best};
use super::confirm::Confirmed;
use super::formula::{Formula, RULE};
use super::point::{Point, is_broken};
use crate::price::Usd;
use crate::report::{ExpectationResult, Page, count, plural, wrap};

/// Limits that are told.
const LIMITS_MAX: usize = 5;
/// Actions and changes by policies that are told.
const HAPPENED_MAX: usize = 12;
/// What is paid for, as much as is told.
const COSTS_MAX: usize = 6;

/// `: 1,234.56 USD a month`, where there are prices.
pub(super) fn a_month(point: &Point) -> String {
    point.cost_usd().map_or(String::new(), |usd| format!(": {} USD a month", Usd::of_dollars(usd).in_cents()))
}

/// A part of the answer.
pub(super) struct Section {
    /// What it tells.
    pub(super) head: &'static str,
    pub(super) lines: Vec<Line>,
}

/// A line of a part.
pub(super) enum Line {
    /// Something, this far from the margin.
    Said(usize, String),
    /// How that came about, or a rule.
    Quiet(usize, String),
    /// One of lines that stand in columns.
    Row(String),
}

/// Why a configuration is recommended.
pub(super) fn sections(answer: &Answer, best: &Best) -> Vec<Section> {
    let mut told = Told::default();
    promises(best, &mut told);
    limits(best, &mut told);
    costs(best, &mut told);
    formula(best, &mut told);
    happened(best, &mut told);
    less(best, &mut told);
    more(best, &mut told);
    alarms(best, &mut told);
    if let Some(confirmed) = &answer.confirmed {
        told.head("record by record");
        told_confirmed(confirmed, &mut told);
    }
    told.sections
}

/// What is recommended and why; the last line is the configuration.
pub(super) fn advised(answer: &Answer, best: &Best, page: &Page, out: &mut String) {
    for Section { head, lines } in sections(answer, best) {
        let _ = writeln!(out, "\n{}", page.bold(head));
        for line in lines {
            let _ = match line {
                Line::Said(indent, text) => writeln!(out, "{}", wrap(&text, indent, page.width())),
                Line::Quiet(indent, text) => writeln!(out, "{}", page.dim(&wrap(&text, indent, page.width()))),
                Line::Row(text) => writeln!(out, "  {text}"),
            };
        }
    }
    let _ = writeln!(out, "\n{}{}", page.bold(&best.point.told()), a_month(&best.point));
}

/// The parts so far.
#[derive(Default)]
struct Told {
    sections: Vec<Section>,
}

impl Told {
    fn head(&mut self, head: &'static str) {
        self.sections.push(Section { head, lines: Vec::new() });
    }
    fn add(&mut self, line: Line) {
        match self.sections.last_mut() {
            Some(section) => section.lines.push(line),
            None => unreachable!("a line stands under a head"),
        }
    }
    fn line(&mut self, text: &str, indent: usize) {
        self.add(Line::Said(indent, text.to_owned()));
    }
    fn dim(&mut self, text: &str, indent: usize) {
        self.add(Line::Quiet(indent, text.to_owned()));
    }
    fn promise(&mut self, promise: &ExpectationResult, indent: usize) {
        self.line(&format!("{}: {}", promise.text, promise.detail), indent);
    }
}

fn promises(best: &Best, told: &mut Told) {
    told.head("what it promises");
    let promises = best.point.came.iter().flat_map(|carried| &carried.expectations);
    promises.for_each(|promise| told.promise(promise, 2));
}

fn limits(best: &Best, told: &mut Told) {
    told.head("what it uses of each limit, at most");
    for limit in best.headroom.iter().take(LIMITS_MAX) {
        let at = limit.at.map_or(String::new(), |at| format!(" at {at}"));
        told.add(Line::Row(format!("{:>6.1} %  {}{at}", limit.used_percent, limit.limit)));
    }
}

fn costs(best: &Best, told: &mut Told) {
    let Ok(carried) = &best.point.came else { return };
    let cost = &carried.figures.cost;
    let mut lines: Vec<_> = cost.lines.iter().collect();
    if lines.is_empty() {
        return;
    }
    told.head("what it costs a month, in USD");
    lines.sort_by(|a, b| b.per_month_usd.total_cmp(&a.per_month_usd));
    let mut amount =
        |usd: f64, what: &str| told.add(Line::Row(format!("{:>12}  {what}", Usd::of_dollars(usd).in_cents())));
    for line in lines.iter().take(COSTS_MAX) {
        amount(line.per_month_usd, &format!("{} of {}", line.what, line.of));
    }
    let rest: f64 = lines.iter().skip(COSTS_MAX).map(|line| line.per_month_usd).sum();
    if lines.len() > COSTS_MAX {
        amount(rest, &format!("and {} more", lines.len() - COSTS_MAX));
    }
    let rules: BTreeSet<(&str, &str)> = lines.iter().map(|line| (line.what, line.rule)).collect();
    rules.into_iter().for_each(|(what, rule)| told.dim(&format!("{what}: {rule}"), 2));
    told.dim(&format!("prices of {}, {}", cost.region, cost.prices_of), 2);
}

/// `stream orders: it says 5 shards`.
pub(super) fn formula_says(formula: &Formula) -> String {
    let says = match formula.shards {
        Some(shards) => format!("it says {}", plural(shards as usize, "shard")),
        None => "it needs a rate that is known beforehand".to_owned(),
    };
    format!("stream {}: {says}", formula.stream)
}

fn formula(best: &Best, told: &mut Told) {
    told.head("beside the public formula");
    for formula in &best.formula {
        told.line(&format!("{}, here {}", formula_says(formula), formula.configured), 2);
    }
    told.dim(RULE, 2);
}

fn happened(best: &Best, told: &mut Told) {
    let happened = best.point.came.iter().flat_map(|carried| &carried.happened).collect::<Vec<_>>();
    if happened.is_empty() {
        return;
    }
    told.head("what was done to it");
    happened.iter().take(HAPPENED_MAX).for_each(|happened| told.line(happened, 2));
    let more = happened.len().saturating_sub(HAPPENED_MAX);
    if more > 0 {
        told.line(&format!("and {more} more"), 2);
    }
}

fn less(best: &Best, told: &mut Told) {
    let Some(fails) = &best.fails else { return };
    told.head("what less would break");
    told.line(&format!("{}{}", fails.told(), a_month(fails)), 2);
    fails.broken().for_each(|broken| told.promise(broken, 4));
}

fn more(best: &Best, told: &mut Told) {
    told.head("what more traffic would break");
    match &best.growth.breaks {
        Some((times, point)) => {
            told.line(&format!("it holds up to x{}; at x{times}:", best.growth.holds), 2);
            point.broken().for_each(|broken| told.promise(broken, 4));
        }
        None => told.line(&format!("it holds at x{}, and more was not tried", best.growth.holds), 2),
    }
}

/// As planned an alarm should be silent, and with too much traffic it should come in time.
fn alarms(best: &Best, told: &mut Told) {
    let of = |point: &Point| point.came.as_ref().ok().and_then(|carried| carried.alarms.clone());
    let Some(planned) = of(&best.point) else { return };
    told.head("which alarm would tell you");
    told.dim(&format!("late: a record that waits for more than {}", planned.late_after.told()), 2);
    let broken = best.growth.breaks.as_ref().and_then(|(times, point)| Some((*times, of(point)?)));
    for (at, alarm) in planned.alarms.iter().enumerate() {
        told.line(&format!("{}, as planned: {}", alarm.name, alarm.verdict()), 2);
        if let Some((times, alarm)) = broken.as_ref().and_then(|(times, of)| Some((times, of.alarms.get(at)?))) {
            told.line(&format!("at x{times}: {}", alarm.verdict()), 4);
        }
        told.dim(&alarm.told, 4);
    }
    for alarm in &planned.unwatched {
        told.line(&format!("{}: not evaluated: {}", alarm.name, alarm.why), 2);
    }
}

fn told_confirmed(confirmed: &Confirmed, told: &mut Told) {
    match confirmed {
        Confirmed::TooMany(records) => {
            let records = count(*records);
            told.line(&format!("not run: about {records} records up to its worst minutes; ask a smaller horizon"), 2);
        }
        Confirmed::Run { until, promises } => {
            let broken: Vec<_> = promises.iter().filter(|promise| is_broken(promise)).collect();
            match broken.is_empty() {
                true => told.line(&format!("it holds, from the start to {until}"), 2),
                false => told.line(&format!("it does not hold, from the start to {until}:"), 2),
            }
            broken.into_iter().for_each(|broken| told.promise(broken, 4));
        }
    }
}
