//! The end of the terminal report: what was lost, the verdict, what failed, and the line that repeats the run.

use std::fmt::Write;

use super::style::Page;
use super::words::{count, percent, plural, wrap};
use super::{ExpectationResult, RunReport};
use crate::check::{CheckResult, Verdict};
use crate::measure::{ProducerFigures, StreamFigures};

/// The lines that a reader sees first, because they stand last.
pub(super) fn write(report: &RunReport, page: &Page, out: &mut String) {
    let style = page.style;
    let _ = writeln!(out);
    for line in page.notes.iter().chain(&losses(report)) {
        let _ = writeln!(out, "{}", wrap(line, 2, page.width));
    }
    if let Some(drawn) = &report.swarm {
        let _ = writeln!(out, "{}", wrap(&format!("drawn by the seed: {}", drawn.join("; ")), 2, page.width));
    }
    let came_out = report.came_out();
    let word = style.verdict(came_out.colour(), &came_out.as_str().to_uppercase());
    let _ = writeln!(out, "{word}  {}", style.bold(&report.scenario));
    let _ = writeln!(out, "{}", wrap(&reason(report), 2, page.width));
    for name in failing(report) {
        let line = wrap(name, 4, page.width);
        let _ = writeln!(out, "{}", style.verdict(came_out.colour(), &line));
    }
    let _ = writeln!(out, "  {}", style.bold(&report.reproducing_line()));
}

/// What was lost or held up, each kind with its share: nothing for a run that lost nothing.
pub(super) fn losses(report: &RunReport) -> Vec<String> {
    let figures = &report.figures;
    let given_up = figures.producers.iter().filter(|(_, p)| p.records_given_up > 0).map(|(name, p)| given_up(name, p));
    let unread = figures.consumers.iter().filter(|(_, c)| c.unread_records_trimmed > 0);
    let unread = unread.map(|(name, c)| {
        format!("lost: {} records trimmed before {name} had read them", count(c.unread_records_trimmed))
    });
    let skipped = figures.consumers.iter().filter(|(_, c)| c.records_skipped_at_latest > 0).map(|(name, c)| {
        let skipped = plural(c.records_skipped_at_latest as usize, "record");
        format!("lost: {skipped} skipped by {name}, which began at LATEST again before a first checkpoint")
    });
    let throttled = figures.streams.iter().filter(|(_, s)| s.records_throttled > 0).map(|(name, s)| throttled(name, s));
    let reads = figures.streams.iter().filter(|(_, s)| s.reads_throttled > 0).map(|(name, s)| {
        let calls = s.get_records_calls + s.reads_throttled;
        let share = percent(100.0 * s.reads_throttled as f64 / calls as f64);
        format!("throttled: {} reads of {name}, {share} % of all calls", count(s.reads_throttled))
    });
    given_up.chain(unread).chain(skipped).chain(throttled).chain(reads).collect()
}

fn given_up(name: &str, producer: &ProducerFigures) -> String {
    let (given_up, share) = (count(producer.records_given_up), percent(producer.given_up_percent));
    format!("lost: {given_up} records given up by {name}, {share} % of what it offered")
}

fn throttled(name: &str, stream: &StreamFigures) -> String {
    let per_record = stream.records_throttled as f64 / stream.records_acked.max(1) as f64;
    format!(
        "throttled: {} writes of {name}, {} % of all tries, {per_record:.2} for each record accepted",
        count(stream.records_throttled),
        percent(stream.throttled_percent)
    )
}

/// One line on why the verdict is what it is.
pub(super) fn reason(report: &RunReport) -> String {
    let verdicts = || report.checks.iter().map(|c| c.verdict).chain(report.expectations.iter().map(|e| e.verdict));
    let with = |verdict| verdicts().filter(|v| *v == verdict).count();
    let (failed, unknown) = (with(Verdict::Fail), with(Verdict::Unknown));
    let of =
        format!("{} and {}", plural(report.checks.len(), "check"), plural(report.expectations.len(), "expectation"));
    let found = match (failed, unknown) {
        (0, 0) => format!("{of} hold"),
        (0, unknown) => {
            let unproven: Vec<&str> = unproven(report).collect();
            let idle = unknown - unproven.len();
            let mut parts = vec![format!("{} hold", with(Verdict::Pass))];
            parts.extend((idle > 0).then(|| format!("{idle} had nothing to judge")));
            parts.extend(
                (!unproven.is_empty())
                    .then(|| format!("{} could not be judged: {}", unproven.len(), unproven.join(", "))),
            );
            format!("of {of}, {}", parts.join(", "))
        }
        (failed, _) => format!("of {of}, {failed} failed"),
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

/// Checks that met what they judge, in a run that is too short or too disturbed to tell.
pub(super) fn unproven(report: &RunReport) -> impl Iterator<Item = &str> {
    let is_unproven = |c: &&CheckResult| c.verdict == Verdict::Unknown && !c.is_idle();
    report.checks.iter().filter(is_unproven).map(|c| c.name)
}

/// What was asked for and not judged, or not done.
pub(super) fn undone(report: &RunReport) -> impl Iterator<Item = String> {
    let is_missed = |e: &&ExpectationResult| e.verdict == Verdict::Unknown && !e.if_any;
    let missed = report.expectations.iter().filter(is_missed).map(|e| format!("not judged: {}", e.text));
    missed.chain(report.surprises.iter().cloned())
}

pub(super) fn failing(report: &RunReport) -> Vec<&str> {
    let checks = report.checks.iter().filter(|c| c.verdict == Verdict::Fail).map(|c| c.name);
    let expectations = report.expectations.iter().filter(|e| e.verdict == Verdict::Fail).map(|e| &*e.text);
    checks.chain(expectations).collect()
}
