//! What GitHub shows of a step: annotations at the files of a change, and a summary of the job.
//!
//! Sources: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>.

use std::fmt::Write;

use super::suites::{Judged, Suite};

/// GitHub shows so many errors of a step.
const SHOWN_MAX: usize = 10;

/// An error at each file and line of which a case failed.
pub(crate) fn annotations(suites: &[Suite]) -> String {
    let failed = failed(suites).take(SHOWN_MAX).map(|(file, name, line, message, text)| {
        let title = property(&format!("{name} fails"));
        let told = data(&format!("{message}\n{text}"));
        format!("::error file={},line={line},title={title}::{told}\n", property(file))
    });
    failed.collect()
}

/// A section of the job's summary, in Markdown: what failed, each with how to see it again, and `verdict`.
pub(crate) fn summary(title: &str, suites: &[Suite], verdict: &str) -> String {
    let mut out = format!("### {title}\n\n{}\n", code_free(verdict));
    for (file, name, _, message, text) in failed(suites) {
        let _ = write!(out, "\n**{}** in {}: {}\n", code(name), code(file), code_free(message));
        let _ = write!(out, "\n```text\n{}\n```\n", text.replace("```", "'''"));
    }
    out + "\n"
}

fn failed(suites: &[Suite]) -> impl Iterator<Item = (&str, &str, usize, &str, &str)> {
    let cases = suites.iter().flat_map(|suite| suite.cases.iter().map(move |case| (&*suite.file, case)));
    cases.filter_map(|(file, case)| match &case.judged {
        Judged::Failed { line, message, text } => Some((file, &*case.name, *line, &**message, &**text)),
        Judged::Passed | Judged::Skipped(_) => None,
    })
}

/// A command's text: it ends with the line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

/// Text that is no markup.
fn code_free(text: &str) -> String {
    let mut out = String::new();
    for c in text.trim_end().chars() {
        if "\\`*_<>[]#|~".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::suites::Case;
    use super::*;

    fn suites() -> Vec<Suite> {
        let (message, text) = ("100% lost, at once".to_owned(), "0:00:01 crash\nagain: kinesim run a.toml".to_owned());
        let judged = Judged::Failed { line: 7, message, text };
        let case = |name: &str, judged| Case { name: name.into(), judged };
        let cases = vec![case("records: a, b", judged), case("shard-order", Judged::Passed)];
        vec![Suite { file: "a.toml".into(), cases }]
    }

    #[test]
    fn an_error_is_one_line_at_its_file_and_line() {
        let told = "::error file=a.toml,line=7,title=records%3A a%2C b fails::100%25 lost, at once%0A0:00:01 crash%0A\
                    again: kinesim run a.toml\n";
        assert_eq!(annotations(&suites()), told);
        let many = Suite { cases: vec![suites()[0].cases[0].clone(); 12], ..suites()[0].clone() };
        assert_eq!(annotations(&[many]).lines().count(), SHOWN_MAX);
    }

    #[test]
    fn the_summary_has_what_failed_and_how_to_see_it_again() {
        let told = summary("kinesim explore", &suites(), "1 of 3 runs failed");
        assert!(told.starts_with("### kinesim explore\n\n1 of 3 runs failed\n"), "{told}");
        assert!(told.contains("**`records: a, b`** in `a.toml`: 100% lost, at once\n"), "{told}");
        assert!(told.contains("```text\n0:00:01 crash\nagain: kinesim run a.toml\n```\n"), "{told}");
        assert!(!told.contains("shard-order"), "{told}");
    }
}
