//! The top of a page: how the run came out, why, and the line that repeats it.

use super::markup::Markup;
use crate::check::Verdict;
use crate::report::summary;
use crate::report::text::head_line;
use crate::report::{RunReport, verdict_word};

/// A word with the colour of a verdict and a sign beside it, because colour alone says nothing to many.
pub(super) fn word(verdict: Verdict, text: &str) -> Markup {
    let sign = match verdict {
        Verdict::Pass => "\u{2713} ",
        Verdict::Fail => "\u{2717} ",
        Verdict::Unknown => "? ",
    };
    Markup::of("<span class=\"")
        .raw(verdict_word(verdict))
        .raw("\"><span aria-hidden=\"true\">")
        .raw(sign)
        .raw("</span>")
        .text(text)
        .raw("</span>")
}

pub(super) fn top(report: &RunReport) -> Markup {
    let came_out = report.came_out();
    let failing = summary::failing(report);
    let items = failing.iter().map(|name| Markup::of("<li>").text(name).raw("</li>\n"));
    let list = match failing.is_empty() {
        true => Markup::default(),
        false => Markup::of("<ul class=\"failing\">\n").all(items).raw("</ul>\n"),
    };
    let losses = summary::losses(report).into_iter();
    let losses = losses.map(|line| Markup::of("<p class=\"loss\">").text(line).raw("</p>\n"));
    let drawn =
        report.swarm.iter().map(|drawn| Markup::of("<p>drawn by the seed: ").text(drawn.join("; ")).raw("</p>\n"));
    Markup::of("<p class=\"verdict\">")
        .with(&word(came_out.colour(), came_out.as_str()))
        .raw("</p>\n<h1>")
        .text(&report.scenario)
        .raw("</h1>\n<p>")
        .text(summary::reason(report))
        .raw("</p>\n")
        .with(&list)
        .all(losses)
        .all(drawn)
        .raw("<p class=\"quiet\">")
        .text(head_line(report))
        .raw("</p>\n<p class=\"again\">To repeat it: <code>")
        .text(report.reproducing_line())
        .raw("</code></p>\n")
}
