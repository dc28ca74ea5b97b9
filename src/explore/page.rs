//! What a search found, as a page for a browser.

use std::path::Path;

use super::findings::{Findings, Group};
use super::one::Source;
use super::situations::Situation;
use super::told::{GROUPS_TOLD_MAX, resolved_path, small_path, small_text, verdict};
use crate::report::html::{Found, Searched, of_search};

/// The page. `folder` is where the files of the failures are.
pub(crate) fn page(findings: &Findings, sources: &[Source], folder: &Path) -> String {
    let found = (1..).zip(findings.groups()).take(GROUPS_TOLD_MAX);
    let situations = Situation::ALL.iter().map(|situation| {
        (situation.told().to_owned(), findings.reached(*situation), situation.reached_by().to_owned())
    });
    let unlike = findings.unlike.iter().map(|unlike| format!("not the same twice: {}", unlike.again));
    let known = findings
        .known()
        .map(|(known, runs)| format!("known, and no failure here: {}, in {runs} runs ({})", known.name, known.source));
    let cut = findings.is_cut_short.then(|| "cut short: not all of its seeds are in this".to_owned());
    of_search(&Searched {
        verdict: findings.verdict(),
        said: verdict(findings).trim_end().to_owned(),
        scenarios: sources.iter().map(|source| source.path.clone()).collect(),
        found: found.map(|(number, group)| of_group(number, group, findings, sources, folder)).collect(),
        left_out: findings.distinct().saturating_sub(GROUPS_TOLD_MAX),
        situations: situations.collect(),
        notes: unlike.chain(known).chain(cut).collect(),
    })
}

fn of_group(number: usize, group: &Group, findings: &Findings, sources: &[Source], folder: &Path) -> Found {
    let Group { source, runs, first, again, left, .. } = group;
    let small = left.small.iter().map(|small| {
        let short = if small.is_cut_short { "; more time may make it smaller" } else { "" };
        let path = small_path(folder, number, group);
        (format!("Cut down to {} lines{short}: {}", small.lines, path.display()), small_text(small, &path))
    });
    let resolved = left
        .resolved
        .iter()
        .map(|text| (format!("As its seed drew it: {}", resolved_path(folder, number, group).display()), text.clone()));
    let story = if first.timeline.is_empty() { vec![first.what.clone()] } else { first.timeline.clone() };
    Found {
        of: first.of.clone(),
        runs: format!("In {runs} of {} runs of {}.", findings.runs, sources[*source].path),
        story,
        again: again.clone(),
        files: small.chain(resolved).collect(),
    }
}
