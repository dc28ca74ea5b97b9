//! JUnit's XML, which build servers read: Jenkins, GitLab, GitHub's actions for it, Buildkite.
//!
//! It has what all of them take: suites, cases, `failure`, `skipped`. A crate for it would bring a clock, identifiers
//! and thirteen crates more for a hundred lines that never change.

use std::fmt::Write;

use super::suites::{Case, Judged, Suite};

/// The file. `name` is that of the whole.
pub(crate) fn render(name: &str, suites: &[Suite]) -> String {
    let sum = |count: &dyn Fn(&Suite) -> usize| suites.iter().map(count).sum::<usize>();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all = counts(sum(&|suite| suite.cases.len()), sum(&Suite::failed), sum(&Suite::skipped));
    line(&mut out, &format!("<testsuites name=\"{}\" {all}>", escaped(name)));
    for suite in suites {
        let (file, counts) = (escaped(&suite.file), counts(suite.cases.len(), suite.failed(), suite.skipped()));
        line(&mut out, &format!("  <testsuite name=\"{file}\" {counts}>"));
        suite.cases.iter().for_each(|case| line(&mut out, &case_of(case, &file)));
        line(&mut out, "  </testsuite>");
    }
    line(&mut out, "</testsuites>");
    out
}

fn case_of(Case { name, judged }: &Case, file: &str) -> String {
    let head = format!("    <testcase name=\"{}\" classname=\"{file}\" file=\"{file}\"", escaped(name));
    let inside = match judged {
        Judged::Passed => return format!("{head}/>"),
        Judged::Failed { message, text, .. } => {
            format!("<failure message=\"{}\" type=\"failed\">{}</failure>", escaped(message), text_of(text))
        }
        Judged::Skipped(why) => format!("<skipped message=\"{}\"/>", escaped(why)),
    };
    format!("{head}>\n      {inside}\n    </testcase>")
}

fn counts(tests: usize, failures: usize, skipped: usize) -> String {
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"")
}

fn line(out: &mut String, text: &str) {
    let _ = writeln!(out, "{text}");
}

/// The same between two tags, where lines may stay lines.
fn text_of(text: &str) -> String {
    text.lines().map(escaped).collect::<Vec<_>>().join("\n")
}

/// The text as XML has it in an attribute. What no XML may hold is told by the sign for a character that is unknown.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => {
                let _ = write!(out, "&#{};", c as u32);
            }
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_markup_is_text_and_what_may_not_stand_there_is_replaced() {
        assert_eq!(escaped("a < \"b\" & \u{1b}[1m\nc"), "a &lt; &quot;b&quot; &amp; \u{fffd}[1m&#10;c");
    }
}
