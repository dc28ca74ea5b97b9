//! What was judged, as build servers show tests: a suite for each scenario file, a case for each check and expectation.
//! Not here: how long anything took, so that the same run gives the same bytes.

use super::{CameOut, RunReport};
use crate::check::Verdict;

/// A scenario file with what was judged of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suite {
    /// As the user wrote it.
    pub(crate) file: String,
    pub(crate) cases: Vec<Case>,
}

/// A check or an expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) judged: Judged,
}

/// How a case came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    Passed,
    Failed {
        /// The line of the file that says what is asked for; the first, where that is no line of it.
        line: usize,
        /// What shows it, in one line.
        message: String,
        /// How it came about and how to see it again.
        text: String,
    },
    /// It was not judged, and why.
    Skipped(String),
}

impl Suite {
    pub(crate) fn failed(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.judged, Judged::Failed { .. })).count()
    }
    pub(crate) fn skipped(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.judged, Judged::Skipped(_))).count()
    }
}

/// The line in which the `number`-th `[[expect]]` of a file begins, from 0 on; the first when there are not so many.
pub(crate) fn line_of_expectation(source: &str, number: usize) -> usize {
    let begins = |line: &str| line.replace(' ', "").starts_with("[[expect]]");
    let mut lines = (1..).zip(source.lines()).filter(|(_, line)| begins(line)).map(|(number, _)| number);
    lines.nth(number).unwrap_or(1)
}

/// The suite of one run. `source` is what stands in the file.
pub(crate) fn of_run(report: &RunReport, source: &str) -> Suite {
    let judged = |of: &str, verdict: Verdict, detail: &str, line: usize| match verdict {
        Verdict::Fail if report.declared_failing.iter().any(|declared| declared == of) => Judged::Passed,
        Verdict::Fail => Judged::Failed { line, message: detail.to_owned(), text: text_of(report, of) },
        Verdict::Pass => Judged::Passed,
        Verdict::Unknown => Judged::Skipped(detail.to_owned()),
    };
    let checks = report.checks.iter().map(|check| {
        let message = check.evidence.first().map_or(check.detail.clone(), ToString::to_string);
        let told = if check.verdict == Verdict::Fail { &message } else { &check.detail };
        Case { name: check.name.to_owned(), judged: judged(check.name, check.verdict, told, 1) }
    });
    let expectations = report.expectations.iter().enumerate().map(|(number, expected)| {
        let line = line_of_expectation(source, number);
        Case { name: expected.text.clone(), judged: judged(&expected.text, expected.verdict, &expected.detail, line) }
    });
    Suite { file: report.source.clone(), cases: checks.chain(expectations).chain(as_a_whole(report)).collect() }
}

/// What no single check or expectation says.
fn as_a_whole(report: &RunReport) -> Option<Case> {
    let again = format!("again: {}", report.reproducing_line());
    let judged = match report.came_out() {
        CameOut::NotAsDeclared => {
            let message = format!("declared to fail: {}; it came out otherwise", report.declared_failing.join(", "));
            Judged::Failed { line: 1, message, text: again }
        }
        CameOut::Unknown => Judged::Skipped(match report.surprises.first() {
            Some(surprise) => surprise.clone(),
            None => "something was not judged or not done that the scenario asks for".to_owned(),
        }),
        CameOut::Pass | CameOut::FailAsDeclared | CameOut::Fail => return None,
    };
    Some(Case { name: "outcome".to_owned(), judged })
}

fn text_of(report: &RunReport, of: &str) -> String {
    let timeline = report.timelines.iter().find(|timeline| timeline.of == of);
    let moments = timeline.into_iter().flat_map(|timeline| &timeline.moments);
    let lines = moments.map(|moment| format!("{} {}\n", moment.at, moment.what));
    format!("{}again: {}", lines.collect::<String>(), report.reproducing_line())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expectation_is_found_by_its_number() {
        let source = "name = \"x\"\n[[expect]]\na = 1\n# [[expect]]\n[[ expect ]]\nb = 2\n";
        assert_eq!([0, 1, 2].map(|number| line_of_expectation(source, number)), [2, 5, 1]);
    }
}
