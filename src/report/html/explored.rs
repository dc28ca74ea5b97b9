//! The page of a search: each kind of failure with what it came from, the line that repeats it, and the short file that
//! shows it; then what was reached.

use super::markup::{Column, Markup, folded, paragraph, table};
use super::page::{Panel, whole};
use super::verdict::word;
use crate::check::Verdict;
use crate::report::words::{count, count_or_dash};

/// A kind of failure, as a search found it.
pub(crate) struct Found {
    /// The check or expectation.
    pub(crate) of: String,
    /// Where it was found and how often.
    pub(crate) runs: String,
    /// What it came from, oldest first; the failure is the last.
    pub(crate) story: Vec<String>,
    /// The command that repeats it.
    pub(crate) again: String,
    /// Files that show it: what each is, and its text.
    pub(crate) files: Vec<(String, String)>,
}

/// What a search has to say.
pub(crate) struct Searched {
    pub(crate) verdict: Verdict,
    /// The last line of the report.
    pub(crate) said: String,
    /// The scenarios that were searched.
    pub(crate) scenarios: Vec<String>,
    pub(crate) found: Vec<Found>,
    /// Kinds of failures that are not among them.
    pub(crate) left_out: usize,
    /// Situations, in how many runs each was reached, and what would reach it.
    pub(crate) situations: Vec<(String, u64, String)>,
    /// What else is to be said.
    pub(crate) notes: Vec<String>,
}

/// The page of a search.
pub(crate) fn of_search(searched: &Searched) -> String {
    let head = match searched.verdict {
        Verdict::Pass => "no failure",
        Verdict::Fail => "failures",
        Verdict::Unknown => "unknown",
    };
    let top = Markup::of("<p class=\"verdict\">")
        .with(&word(searched.verdict, head))
        .raw("</p>\n<h1>Search of ")
        .text(searched.scenarios.join(", "))
        .raw("</h1>\n")
        .with(&paragraph(&searched.said))
        .all(searched.notes.iter().map(paragraph));
    let panels: Vec<Panel> = [failures(searched), situations(searched)].into_iter().flatten().collect();
    let foot = paragraph("Made by kinesim explore.");
    whole(&format!("{head}: search of {} - kinesim", searched.scenarios.join(", ")), &top, &panels, &foot)
}

fn failures(searched: &Searched) -> Option<Panel> {
    let told = searched.found.iter().enumerate().map(|(n, found)| {
        let story = found.story.iter().map(|line| {
            // A line begins with its time, as the terminal has it.
            let (time, what) = line.split_once(' ').unwrap_or(("", line));
            Markup::of("<li><time>").text(time).raw("</time> <span>").text(what).raw("</span></li>\n")
        });
        let files = found.files.iter().enumerate().map(|(n, (what, text))| {
            let text = Markup::of("<pre tabindex=\"0\"><code>").text(text).raw("</code></pre>\n");
            match n {
                0 => Markup::of("<h3>").text(what).raw("</h3>\n").with(&text),
                _ => folded(what, &text),
            }
        });
        let open = if n == 0 { Markup::of("<details open>") } else { Markup::of("<details>") };
        open.raw("<summary class=\"fail\"><span aria-hidden=\"true\">\u{2717} </span>")
            .text(format!("{}. {}", n + 1, found.of))
            .raw("</summary>\n")
            .with(&paragraph(&found.runs))
            .raw("<h3>How it came about</h3>\n<ol class=\"moments\">\n")
            .all(story)
            .raw("</ol>\n<p class=\"again\">To repeat it: <code>")
            .text(&found.again)
            .raw("</code></p>\n")
            .all(files)
            .raw("</details>\n")
    });
    let body = Markup::default().all(told);
    if body.is_empty() {
        return None;
    }
    let more = (searched.left_out > 0).then(|| paragraph(format!("and {} more kinds of failures", searched.left_out)));
    Some(Panel::new("failures", "Failures, each kind once", body.all(more)))
}

fn situations(searched: &Searched) -> Option<Panel> {
    let rows = searched.situations.iter().map(|(what, runs, how)| {
        let how = if *runs == 0 { how.clone() } else { String::new() };
        vec![what.clone(), count_or_dash(*runs), how]
    });
    let reached = searched.situations.iter().filter(|(_, runs, _)| *runs > 0).count();
    let caption = format!("{} of {} situations were reached", count(reached as u64), searched.situations.len());
    let columns = [Column::Text("Situation"), Column::Number("Runs"), Column::Text("What would reach it")];
    let body = table(&caption, &columns, rows);
    (!searched.situations.is_empty()).then(|| Panel::new("situations", "What was reached", body))
}
