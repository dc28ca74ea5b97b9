//! The terminal report: the figures, what happened to the run, how it was judged, what failed and why, and at the end,
//! where the eye is, the verdict with the line that repeats it.
//!
//! It has no wall time in it, so that it is the same for every run of the same seed; [`performance_line`] is apart.

use std::fmt::Write;

use super::columns::OnTerminal;
pub use super::style::{Page, Style};
use super::summary::{self, failing, undone, unproven};
use super::words::{count, plural, wrap};
use super::{RunReport, alarms, tables, verdict_word};
use crate::base::SimDuration;
use crate::check::{CheckResult, Verdict};
use crate::measure::{Happening, Outcome};

/// The whole report. On a terminal its end is what is seen.
pub fn render(report: &RunReport, page: impl Into<Page>) -> String {
    let page = &page.into();
    let mut out = String::new();
    head(report, page, &mut out);
    tables::figures(&report.figures, &mut OnTerminal { page, out: &mut out });
    alarms::write(report.alarms.as_ref(), page, &mut out);
    happened(report, page, &mut out);
    results(report, page, &mut out);
    failures(report, page, &mut out);
    summary::write(report, page, &mut out);
    out
}

fn head(report: &RunReport, page: &Page, out: &mut String) {
    let _ = writeln!(out, "{}", page.style.bold(&report.scenario));
    let _ = writeln!(out, "{}", page.style.dim(&wrap(&head_line(report), 2, page.width)));
}

/// Which run it was, and how long.
pub(super) fn head_line(report: &RunReport) -> String {
    format!(
        "seed {}, {} simulated, {}, trace hash {:016x}",
        report.seed,
        simulated(report),
        plural(report.events as usize, "event"),
        report.trace_hash
    )
}

/// One line: how it came out, and of what, with the seed and what failed.
pub(crate) fn quiet_line(report: &RunReport) -> String {
    let head = format!("{} {:016x} {}", report.came_out().as_str(), report.trace_hash, report.source);
    let run = format!("{head} ({:?}, seed {})", report.scenario, report.seed);
    let broken: Vec<String> = failing(report).into_iter().map(str::to_owned).chain(undone(report)).collect();
    if !broken.is_empty() {
        return format!("{run}: {}", broken.join("; "));
    }
    let unproven: Vec<&str> = unproven(report).collect();
    if unproven.is_empty() { run } else { format!("{run}; could not be judged: {}", unproven.join(", ")) }
}

/// How fast the run was: `10m simulated in 1.20 s (500x), 1,034,000 events/s`.
pub(crate) fn performance_line(report: &RunReport, wall_seconds: f64) -> String {
    let wall = wall_seconds.max(f64::MIN_POSITIVE);
    let (speed, rate) = (report.simulated_seconds / wall, report.events as f64 / wall);
    let simulated = simulated(report);
    format!("{simulated} simulated in {wall:.2} s ({speed:.0}x), {} events/s\n", count(rate as u64))
}

fn simulated(report: &RunReport) -> SimDuration {
    SimDuration::from_millis((report.simulated_seconds * 1000.0).round() as u64)
}

/// What failed, with the events that show it.
fn failures(report: &RunReport, page: &Page, out: &mut String) {
    for check in report.checks.iter().filter(|c| c.verdict == Verdict::Fail) {
        let _ = writeln!(out, "\n{} {}", page.style.verdict(Verdict::Fail, "FAIL"), page.style.bold(check.name));
        // The detail has the number of findings and the first; a single one is all in it.
        let several = check.detail.split_once(", first at ").filter(|_| check.evidence.len() > 1);
        let heading = several.map_or(wrap(&check.detail, 2, page.width), |(times, _)| format!("  {times}:"));
        let _ = writeln!(out, "{heading}");
        let is_told = check.evidence.len() == 1 && check.detail.contains(&check.evidence[0].what);
        if !is_told {
            evidence(check, page, out);
        }
        timeline(report, check.name, page, out);
    }
    for expectation in report.expectations.iter().filter(|e| e.verdict == Verdict::Fail) {
        let _ = writeln!(
            out,
            "\n{} expected: {}",
            page.style.verdict(Verdict::Fail, "FAIL"),
            page.style.bold(&expectation.text)
        );
        let _ = writeln!(out, "{}", wrap(&expectation.detail, 2, page.width));
        timeline(report, &expectation.text, page, out);
    }
}

fn evidence(check: &CheckResult, page: &Page, out: &mut String) {
    for evidence in &check.evidence {
        let at = evidence.at.to_string();
        let what = wrap(&evidence.what, at.len() + 6, page.width);
        let _ = writeln!(out, "    {}  {}", page.style.dim(&at), what.trim_start());
    }
    let times = check.detail.split_once(" times, first at ").and_then(|(times, _)| times.parse::<usize>().ok());
    let more = times.unwrap_or_default().saturating_sub(check.evidence.len());
    if more > 0 {
        let _ = writeln!(out, "    and {more} more");
    }
}

/// What a failure followed from, when anything did.
fn timeline(report: &RunReport, of: &str, page: &Page, out: &mut String) {
    let Some(timeline) = report.timelines.iter().find(|timeline| timeline.of == of && timeline.moments.len() > 1)
    else {
        return;
    };
    let _ = writeln!(out, "  {}", page.style.dim("how it came about:"));
    for moment in &timeline.moments {
        let at = moment.at.to_string();
        let what = wrap(&moment.what, at.len() + 6, page.width);
        let _ = writeln!(out, "    {}  {}", page.style.dim(&at), what.trim_start());
    }
}

/// Every check and expectation in a line each; those that failed are told in full below.
fn results(report: &RunReport, page: &Page, out: &mut String) {
    let told_below = |verdict, detail| if verdict == Verdict::Fail { "see below" } else { detail };
    let judged = report.checks.iter().filter(|check| !CheckResult::is_idle(check));
    let checks = judged.map(|c| (c.verdict, c.name, told_below(c.verdict, c.detail.as_str())));
    let expectations = report.expectations.iter();
    let expectations = expectations.map(|e| (e.verdict, &*e.text, told_below(e.verdict, e.detail.as_str())));
    section("Checks", checks.collect(), page, out);
    let idle: Vec<&str> = report.checks.iter().filter(|c| c.is_idle()).map(|c| c.name).collect();
    if !idle.is_empty() {
        let line = wrap(&format!("nothing to judge: {}", idle.join(", ")), 2, page.width);
        let _ = writeln!(out, "{}", page.style.dim(&line));
    }
    section("Expectations", expectations.collect(), page, out);
}

/// More than these are not shown; `--json` has them all.
const HAPPENED_MAX: usize = 40;

/// Every fault and action with its time and outcome.
fn happened(report: &RunReport, page: &Page, out: &mut String) {
    if report.happened.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", page.style.bold("What happened to the run"));
    for happening in report.happened.iter().take(HAPPENED_MAX) {
        let outcome = outcome_told(happening);
        let line = wrap(&format!("{}: {outcome}", happening.what), 16, page.width);
        let _ =
            writeln!(out, "  {}  {}", page.style.dim(&format!("{:>12}", happening.at.to_string())), line.trim_start());
    }
    let left = report.happened.len().saturating_sub(HAPPENED_MAX);
    if left > 0 {
        let _ = writeln!(out, "  and {left} more, which the JSON report has");
    }
}

/// How a fault or an action went.
pub(super) fn outcome_told(happening: &Happening) -> String {
    match &happening.outcome {
        Outcome::InForce => "in force to the end".to_owned(),
        Outcome::Ended(at) if *at == happening.at => "happened".to_owned(),
        Outcome::Ended(at) => format!("ended at {at}"),
        Outcome::Missed(at) => format!("ended at {at}, and met nothing"),
        Outcome::Done(at) if *at == happening.at => "done".to_owned(),
        Outcome::Done(at) => format!("done at {at}"),
        Outcome::UnderWay => "under way when the run ended".to_owned(),
        Outcome::Refused(why) => format!("refused: {why}"),
    }
}

fn section(title: &str, lines: Vec<(Verdict, &str, &str)>, page: &Page, out: &mut String) {
    if lines.is_empty() {
        return;
    }
    let name_width_max = page.width * 2 / 5;
    let length = |name: &str| name.chars().count();
    let fitting = lines.iter().map(|(_, name, _)| length(name)).filter(|length| *length <= name_width_max);
    let width = fitting.max().unwrap_or(0);
    let _ = writeln!(out, "\n{}", page.style.bold(title));
    for (verdict, name, detail) in lines {
        let word = page.style.verdict(verdict, &format!("{:7}", verdict_word(verdict)));
        let indent = 2 + 7 + 1 + width + 2;
        let detail = wrap(detail, indent, page.width);
        let line = match width.checked_sub(length(name)) {
            Some(gap) => format!("  {word} {name}{}{}", " ".repeat(gap + 2), detail.trim_start()),
            // A long name has its first line for itself.
            None => format!("  {word} {}\n{detail}", wrap(name, 10, page.width).trim_start()),
        };
        let _ = writeln!(out, "{}", line.trim_end());
    }
}
