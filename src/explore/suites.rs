//! What a search found, as build servers show tests: a check is a case, over all runs of a scenario.

use std::path::{Path, PathBuf};

use super::findings::{Findings, Group};
use super::one::Source;
use super::told::{resolved_path, small_path};
use crate::check::invariants;
use crate::report::shell_word;
use crate::report::suites::{Case, Judged, Suite, line_of_expectation};
use crate::scenario;

/// The case of runs that were done twice.
const TWICE: &str = "every-run-is-the-same-twice";

/// The suites; `folder` is where files of the failures are.
pub(crate) fn suites(findings: &Findings, sources: &[Source], folder: &Path) -> Vec<Suite> {
    let suite = |(number, source): (usize, &Source)| {
        let checks = invariants().iter().map(|registered| registered.name.to_owned());
        let names = checks.chain(further(findings, number));
        let cases = names.map(|name| Case { judged: judged(findings, number, &name, folder), name });
        Suite { file: source.path.clone(), cases: cases.chain([twice(findings, number)]).collect() }
    };
    sources.iter().enumerate().map(suite).collect()
}

/// The line of a scenario that asks for what failed: that of an expectation, and the first for a check.
pub(crate) fn line_of(source: &Source, failing: &str) -> usize {
    let Ok(scenario) = scenario::load(&source.text, &source.path, None) else { return 1 };
    let number = scenario.plan().expectations.iter().position(|expected| *expected.text == *failing);
    number.map_or(1, |number| line_of_expectation(&source.text, number))
}

/// What was judged besides checks: expectations, which have no list where a swarm draws them.
fn further(findings: &Findings, source: usize) -> Vec<String> {
    let is_check = |name: &str| invariants().iter().any(|registered| registered.name == name);
    let failed = findings.groups().filter(|group| group.source == source).map(|group| &group.first.of);
    let judged = findings.judged.keys().filter(|(of, _)| *of == source).map(|(_, name)| name);
    let mut names: Vec<String> = judged.chain(failed).filter(|name| !is_check(name)).cloned().collect();
    names.sort();
    names.dedup();
    names
}

fn judged(findings: &Findings, source: usize, name: &str, folder: &Path) -> Judged {
    let all = (1..).zip(findings.groups());
    let failed: Vec<(usize, &Group)> = all.filter(|(_, of)| of.source == source && of.first.of == name).collect();
    if let Some((_, first)) = failed.first() {
        let texts: Vec<String> =
            failed.iter().map(|(number, group)| text_of(*number, group, findings, folder)).collect();
        let (line, message) = (first.left.line(), first.first.what.clone());
        return Judged::Failed { line, message, text: texts.join("\n\n") };
    }
    match findings.judged.contains_key(&(source, name.to_owned())) {
        true => Judged::Passed,
        false => Judged::Skipped("there was nothing to judge in any run".to_owned()),
    }
}

fn text_of(number: usize, group: &Group, findings: &Findings, folder: &Path) -> String {
    let first = &group.first;
    let mut lines = vec![format!("failure {number}: in {} of {} runs", group.runs, findings.runs)];
    let is_told = first.timeline.is_empty();
    lines.extend(if is_told { vec![first.what.clone()] } else { first.timeline.clone() });
    lines.push(format!("again: {}", group.again));
    let word = |path: PathBuf| shell_word(&path.display().to_string());
    if group.left.resolved.is_some() {
        let path = word(resolved_path(folder, number, group));
        lines.push(format!("as its seed drew it: kinesim run {path} --seed {}", group.seeds));
    }
    if group.left.small.is_some() {
        lines.push(format!("cut down: kinesim run {}", word(small_path(folder, number, group))));
    }
    lines.join("\n")
}

/// Whether a run was another the second time.
fn twice(findings: &Findings, source: usize) -> Case {
    let unlike: Vec<&str> = findings.unlike.iter().filter(|of| of.source == source).map(|of| &*of.again).collect();
    let judged = match (unlike.first(), findings.twice) {
        (Some(first), _) => {
            Judged::Failed { line: 1, message: format!("not the same twice: {first}"), text: unlike.join("\n") }
        }
        (None, 0) => Judged::Skipped("no run was done twice".to_owned()),
        (None, _) => Judged::Passed,
    };
    Case { name: TWICE.to_owned(), judged }
}
