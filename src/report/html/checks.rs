//! Every check and expectation, and what happened to the run.

use super::markup::{Column, Markup, folded, paragraph, table};
use super::page::Panel;
use super::verdict::word;
use crate::check::Verdict;
use crate::measure::Series;
use crate::report::text::outcome_told;
use crate::report::{RunReport, plural};

/// More of a table's rows are counted and not shown.
const ROWS_MAX: usize = 200;

pub(super) fn panel(report: &RunReport) -> Panel {
    let expectations = report.expectations.iter().map(|e| (e.verdict, &*e.text, &*e.detail)).collect();
    let judged = report.checks.iter().filter(|check| !check.is_idle());
    let checks = judged.map(|check| (check.verdict, check.name, &*check.detail)).collect();
    let idle: Vec<&str> = report.checks.iter().filter(|check| check.is_idle()).map(|check| check.name).collect();
    let idle = match idle.is_empty() {
        true => Markup::default(),
        false => folded(&format!("{} had nothing to judge", plural(idle.len(), "check")), &paragraph(idle.join(", "))),
    };
    let body = results("Expectations", expectations).with(&results("Checks", checks)).with(&idle);
    Panel::new("checks", "Checks and expectations", body)
}

fn results(caption: &'static str, mut results: Vec<(Verdict, &str, &str)>) -> Markup {
    if results.is_empty() {
        return Markup::default();
    }
    // What failed first, then what is not known.
    results.sort_by_key(|(verdict, ..)| match verdict {
        Verdict::Fail => 0,
        Verdict::Unknown => 1,
        Verdict::Pass => 2,
    });
    let row = |(verdict, name, detail): &(Verdict, &str, &str)| {
        Markup::of("<tr><td>")
            .with(&word(*verdict, crate::report::verdict_word(*verdict)))
            .raw("</td><th scope=\"row\">")
            .text(name)
            .raw("</th><td class=\"long\">")
            .text(detail)
            .raw("</td></tr>\n")
    };
    Markup::of("<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"")
        .raw(caption)
        .raw("\"><table class=\"results\"><caption>")
        .raw(caption)
        .raw("</caption>\n<thead><tr><th scope=\"col\">Verdict</th><th scope=\"col\">What</th>")
        .raw("<th scope=\"col\">Found</th></tr></thead>\n<tbody>\n")
        .all(results.iter().map(row))
        .raw("</tbody></table></div>\n")
}

/// Faults and actions, with the numbers that they have in plots.
pub(super) fn happened(report: &RunReport, series: &Series) -> Option<Panel> {
    let marks = series.marks();
    if marks.is_empty() {
        return None;
    }
    let outcome = |mark: &crate::measure::Mark| {
        let known = report.happened.iter().find(|h| h.at == mark.from && *h.what == *mark.what);
        known.map_or_else(|| mark.until.map_or("-".to_owned(), |until| format!("until {until}")), outcome_told)
    };
    let rows = (1..)
        .zip(&marks)
        .take(ROWS_MAX)
        .map(|(number, mark)| vec![format!("{number}"), mark.from.to_string(), mark.what.clone(), outcome(mark)]);
    let columns = [Column::Text("Number"), Column::Text("At"), Column::Text("What"), Column::Text("Outcome")];
    let body = table("Faults and actions, by the numbers that plots show", &columns, rows);
    let left = marks.len().saturating_sub(ROWS_MAX);
    let body = if left == 0 { body } else { body.with(&paragraph(format!("and {left} more, which report.json has"))) };
    Some(Panel::new("happened", "What happened", body))
}
