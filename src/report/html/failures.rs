//! What failed: each failure with what it came from, oldest first, and the plots about that minute.

use super::markup::{Markup, folded, paragraph};
use super::page::Panel;
use super::plot::Window;
use super::{ages, flow, leases, loads, units};
use crate::base::{ShardId, SimTime};
use crate::check::Verdict;
use crate::measure::detail::Detail;
use crate::measure::{Series, Subject};
use crate::report::{RunReport, Timeline};

/// Failures with plots of their own.
const PLOTTED_MAX: usize = 3;
/// Findings of a check that are shown.
const EVIDENCE_MAX: usize = 10;
/// What is shown before and after.
const AROUND_S: f64 = 120.0;
/// More is not shown in one window: a minute would be too small to be seen.
const WINDOW_S_MAX: f64 = 900.0;

/// A failure, as a page tells it.
struct Failure<'a> {
    of: &'a str,
    detail: &'a str,
    evidence: Vec<(SimTime, &'a str)>,
    timeline: Option<&'a Timeline>,
}

/// When a failure was seen.
fn seen(failure: &Failure<'_>) -> Option<SimTime> {
    let told = failure.timeline.and_then(|timeline| timeline.moments.last()).map(|moment| moment.at);
    told.or_else(|| failure.evidence.first().map(|(at, _)| *at))
}

fn failures(report: &RunReport) -> Vec<Failure<'_>> {
    let timeline = |of: &str| report.timelines.iter().find(|timeline| timeline.of == of);
    let checks = report.checks.iter().filter(|check| check.verdict == Verdict::Fail).map(|check| Failure {
        of: check.name,
        detail: &check.detail,
        evidence: check.evidence.iter().map(|evidence| (evidence.at, &*evidence.what)).collect(),
        timeline: timeline(check.name),
    });
    let expectations = report.expectations.iter().filter(|e| e.verdict == Verdict::Fail).map(|e| Failure {
        of: &e.text,
        detail: &e.detail,
        evidence: Vec::new(),
        timeline: timeline(&e.text),
    });
    checks.chain(expectations).collect()
}

/// The times about which something failed, in seconds.
pub(super) fn windows(report: &RunReport, series: &Series) -> Vec<Window> {
    failures(report).iter().filter_map(|failure| window(failure, series)).collect()
}

/// From what a failure came from to a little after it was seen.
fn window(failure: &Failure<'_>, series: &Series) -> Option<Window> {
    let at = seen(failure)?.as_nanos() as f64 / 1e9;
    let first = failure.timeline.and_then(|timeline| timeline.moments.first());
    let first = first.map_or(at, |moment| moment.at.as_nanos() as f64 / 1e9);
    let end = series.duration().as_secs_f64();
    let until = (at + AROUND_S).min(end).floor().max(1.0);
    let from = (first - AROUND_S / 4.0).min(at - AROUND_S).max(until - WINDOW_S_MAX).max(0.0).floor();
    Some(Window { from, until })
}

pub(super) fn panel(report: &RunReport, detail: &Detail, series: &Series) -> Option<Panel> {
    let failures = failures(report);
    if failures.is_empty() {
        return None;
    }
    let mut plotted: Vec<(Window, Vec<ShardId>)> = Vec::new();
    let told = failures.iter().enumerate().map(|(n, failure)| {
        let plots = (n < PLOTTED_MAX).then(|| window(failure, series)).flatten().map(|window| {
            let about = about(failure, series);
            let is_told = plotted.contains(&(window, about.clone()));
            let plots = if is_told { paragraph("As above.") } else { around(window, failure, &about, detail, series) };
            plotted.push((window, about));
            Markup::of("<h3>From ").text(window.told()).raw("</h3>\n").with(&plots)
        });
        let open = if n < PLOTTED_MAX { Markup::of("<details open>") } else { Markup::of("<details>") };
        open.raw("<summary class=\"fail\"><span aria-hidden=\"true\">\u{2717} </span>")
            .text(failure.of)
            .raw("</summary>\n<p>")
            .text(failure.detail)
            .raw("</p>\n")
            .with(&timeline(failure))
            .with(&evidence(failure))
            .all(plots)
            .raw("</details>\n")
    });
    Some(Panel::new("failures", "What failed, and how it came about", Markup::default().all(told)))
}

/// The shards that a failure names.
fn about(failure: &Failure<'_>, series: &Series) -> Vec<ShardId> {
    let told = failure.timeline.and_then(|timeline| timeline.moments.last()).map(|moment| &*moment.what);
    let found = failure.evidence.first().map(|(_, what)| *what);
    let texts = [told, found, Some(failure.detail)].into_iter().flatten();
    texts.map(|text| Subject::named_in(text, series.names()).shards).find(|named| !named.is_empty()).unwrap_or_default()
}

fn around(window: Window, failure: &Failure<'_>, about: &[ShardId], detail: &Detail, series: &Series) -> Markup {
    let found = failure.evidence.first().map(|(_, what)| *what);
    let texts: Vec<&str> = [Some(failure.of), Some(failure.detail), found].into_iter().flatten().collect();
    Markup::of("<div class=\"plots\">\n")
        .with(&flow::around(series, window, &texts))
        .with(&ages::around(detail, series, window))
        .with(&leases::around(detail, series, window, about))
        .with(&loads::around(detail, series, window, about))
        .with(&units::around(detail, series, window))
        .raw("</div>\n")
}

fn moment(at: SimTime, what: &str) -> Markup {
    Markup::of("<li><time data-s=\"")
        .text(at.as_nanos() as f64 / 1e9)
        .raw("\">")
        .text(at)
        .raw("</time> <span>")
        .text(what)
        .raw("</span></li>\n")
}

fn timeline(failure: &Failure<'_>) -> Markup {
    let Some(timeline) = failure.timeline.filter(|timeline| timeline.moments.len() > 1) else {
        return Markup::default();
    };
    let moments = timeline.moments.iter().map(|m| moment(m.at, &m.what));
    Markup::of("<h3>How it came about</h3>\n<ol class=\"moments\">\n").all(moments).raw("</ol>\n")
}

fn evidence(failure: &Failure<'_>) -> Markup {
    let is_told = failure.evidence.iter().all(|(_, what)| failure.detail.contains(what));
    if is_told {
        return Markup::default();
    }
    let shown = failure.evidence.iter().take(EVIDENCE_MAX).map(|(at, what)| moment(*at, what));
    let list = Markup::of("<ol class=\"moments\">\n").all(shown).raw("</ol>\n");
    folded("What the check found", &list)
}
