//! The terminal report: the verdict first, then what failed and how to repeat it, then the figures.
//!
//! It has no wall time in it, so that it is the same for every run of the same seed; [`performance_line`] is apart.

use std::fmt::Write;

pub use super::style::Style;
pub(crate) use super::style::WIDTH;
use super::words::{count, plural, wrap};
use super::{ExpectationResult, RunReport, tables, verdict_word};
use crate::base::SimDuration;
use crate::check::{CheckResult, Verdict};
use crate::measure::Outcome;

/// The whole report.
pub fn render(report: &RunReport, style: Style) -> String {
    let mut out = String::new();
    head(report, style, &mut out);
    failures(report, style, &mut out);
    results(report, style, &mut out);
    happened(report, style, &mut out);
    tables::figures(&report.figures, style, &mut out);
    out
}

/// One line: how it came out, and of what, with the seed and what failed.
pub(crate) fn quiet_line(report: &RunReport) -> String {
    let head = format!("{} {:016x} {}", report.came_out().as_str(), report.trace_hash, report.source);
    let run = format!("{head} ({:?}, seed {})", report.scenario, report.seed);
    let broken: Vec<String> = failing(report).into_iter().map(str::to_owned).chain(undone(report)).collect();
    if broken.is_empty() { run } else { format!("{run}: {}", broken.join("; ")) }
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

fn head(report: &RunReport, style: Style, out: &mut String) {
    let came_out = report.came_out();
    let word = came_out.as_str().to_uppercase();
    let _ = writeln!(out, "{}  {}", style.verdict(came_out.colour(), &word), style.bold(&report.scenario));
    let _ = writeln!(out, "{}", wrap(&reason(report), 2, WIDTH));
    let run = format!(
        "seed {}, {} simulated, {}, trace hash {:016x}",
        report.seed,
        simulated(report),
        plural(report.events as usize, "event"),
        report.trace_hash
    );
    let _ = writeln!(out, "  {}", style.dim(&run));
    if failing(report).is_empty() {
        let _ = writeln!(out, "  {}", style.dim(&report.reproducing_line()));
    }
}

/// One line on why the verdict is what it is.
fn reason(report: &RunReport) -> String {
    let verdicts = || report.checks.iter().map(|c| c.verdict).chain(report.expectations.iter().map(|e| e.verdict));
    let with = |verdict| verdicts().filter(|v| *v == verdict).count();
    let (failed, unknown) = (with(Verdict::Fail), with(Verdict::Unknown));
    let of =
        format!("{} and {}", plural(report.checks.len(), "check"), plural(report.expectations.len(), "expectation"));
    let found = match (failed, unknown) {
        (0, 0) => format!("{of} hold"),
        (0, unknown) => format!("of {of}, {} hold and {unknown} had nothing to judge", with(Verdict::Pass)),
        (failed, _) => format!("of {of}, {failed} failed: {}", failing(report).join("; ")),
    };
    let found = [found].into_iter().chain(undone(report)).collect::<Vec<_>>().join("; ");
    match (report.declared_failing.is_empty(), report.is_as_declared) {
        (true, _) => found,
        (false, true) => format!("{found} (as the scenario says that it will)"),
        (false, false) => {
            format!("{found} (the scenario says that these will: {})", report.declared_failing.join("; "))
        }
    }
}

/// What was asked for and not judged, or not done.
fn undone(report: &RunReport) -> impl Iterator<Item = String> {
    let is_missed = |e: &&ExpectationResult| e.verdict == Verdict::Unknown && !e.if_any;
    let missed = report.expectations.iter().filter(is_missed).map(|e| format!("not judged: {}", e.text));
    missed.chain(report.surprises.iter().cloned())
}

fn failing(report: &RunReport) -> Vec<&str> {
    let checks = report.checks.iter().filter(|c| c.verdict == Verdict::Fail).map(|c| c.name);
    let expectations = report.expectations.iter().filter(|e| e.verdict == Verdict::Fail).map(|e| &*e.text);
    checks.chain(expectations).collect()
}

/// What failed, with the events that show it.
fn failures(report: &RunReport, style: Style, out: &mut String) {
    for check in report.checks.iter().filter(|c| c.verdict == Verdict::Fail) {
        let _ = writeln!(out, "\n{} {}", style.verdict(Verdict::Fail, "FAIL"), style.bold(check.name));
        // The detail has the number of findings and the first; a single one is all in it.
        let several = check.detail.split_once(", first at ").filter(|_| check.evidence.len() > 1);
        let heading = several.map_or(wrap(&check.detail, 2, WIDTH), |(times, _)| format!("  {times}:"));
        let _ = writeln!(out, "{heading}");
        let is_told = check.evidence.len() == 1 && check.detail.contains(&check.evidence[0].what);
        if !is_told {
            evidence(check, style, out);
        }
        timeline(report, check.name, style, out);
    }
    for expectation in report.expectations.iter().filter(|e| e.verdict == Verdict::Fail) {
        let _ = writeln!(out, "\n{} expected: {}", style.verdict(Verdict::Fail, "FAIL"), style.bold(&expectation.text));
        let _ = writeln!(out, "{}", wrap(&expectation.detail, 2, WIDTH));
        timeline(report, &expectation.text, style, out);
    }
    if !failing(report).is_empty() {
        let _ = writeln!(out, "\nTo see it again: {}", style.bold(&report.reproducing_line()));
    }
}

fn evidence(check: &CheckResult, style: Style, out: &mut String) {
    for evidence in &check.evidence {
        let at = evidence.at.to_string();
        let what = wrap(&evidence.what, at.len() + 6, WIDTH);
        let _ = writeln!(out, "    {}  {}", style.dim(&at), what.trim_start());
    }
}

/// What a failure followed from, when anything did.
fn timeline(report: &RunReport, of: &str, style: Style, out: &mut String) {
    let Some(timeline) = report.timelines.iter().find(|timeline| timeline.of == of && timeline.moments.len() > 1)
    else {
        return;
    };
    let _ = writeln!(out, "  {}", style.dim("how it came about:"));
    for moment in &timeline.moments {
        let at = moment.at.to_string();
        let what = wrap(&moment.what, at.len() + 6, WIDTH);
        let _ = writeln!(out, "    {}  {}", style.dim(&at), what.trim_start());
    }
}

/// Every check and expectation in a line each.
fn results(report: &RunReport, style: Style, out: &mut String) {
    let checks = report.checks.iter().map(|c| (c.verdict, c.name, c.detail.as_str()));
    let expectations = report.expectations.iter().map(|e| (e.verdict, &*e.text, e.detail.as_str()));
    section("Checks", checks.collect(), style, out);
    section("Expectations", expectations.collect(), style, out);
}

/// More than these are not shown; `--json` has them all.
const HAPPENED_MAX: usize = 40;

/// Every fault and action with its time and outcome.
fn happened(report: &RunReport, style: Style, out: &mut String) {
    if report.happened.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", style.bold("What happened to the run"));
    for happening in report.happened.iter().take(HAPPENED_MAX) {
        let outcome = match &happening.outcome {
            Outcome::InForce => "in force to the end".to_owned(),
            Outcome::Ended(at) if *at == happening.at => "happened".to_owned(),
            Outcome::Ended(at) => format!("ended at {at}"),
            Outcome::Done => "done".to_owned(),
            Outcome::Refused(why) => format!("refused: {why}"),
        };
        let line = wrap(&format!("{}: {outcome}", happening.what), 16, WIDTH);
        let _ = writeln!(out, "  {}  {}", style.dim(&format!("{:>12}", happening.at.to_string())), line.trim_start());
    }
    let left = report.happened.len().saturating_sub(HAPPENED_MAX);
    if left > 0 {
        let _ = writeln!(out, "  and {left} more, which the JSON report has");
    }
}

fn section(title: &str, lines: Vec<(Verdict, &str, &str)>, style: Style, out: &mut String) {
    const NAME_WIDTH_MAX: usize = 44;
    if lines.is_empty() {
        return;
    }
    let width = lines.iter().map(|(_, name, _)| name.chars().count()).max().unwrap_or(0).min(NAME_WIDTH_MAX);
    let _ = writeln!(out, "\n{}", style.bold(title));
    for (verdict, name, detail) in lines {
        let word = style.verdict(verdict, &format!("{:7}", verdict_word(verdict)));
        let indent = 2 + 7 + 1 + width + 2;
        let detail = wrap(detail, indent, WIDTH.max(indent + 30));
        let gap =
            if name.chars().count() > width { "\n".to_string() } else { " ".repeat(width - name.chars().count() + 2) };
        let detail = if gap == "\n" { detail.as_str() } else { detail.trim_start() };
        let _ = writeln!(out, "{}", format!("  {word} {name}{gap}{detail}").trim_end());
    }
}
