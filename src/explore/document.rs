//! What a search found, as JSON, schema 1: for scripts, and to be put together with what other parts of it found. Its
//! form is stable; keys are only ever added.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::findings::{Findings, Group, Left, Small, Unlike};
use super::kept::{Came, Kept, KeptRun};
use super::known::Known;
use super::one::Failure;
use super::partition::Partition;
use super::scope::{Scope, Searched};
use super::situations::Situation;
use super::told::{resolved_path, small_path};
use crate::base::Seeds;
use crate::check::Verdict;

/// The file that a part of a search leaves in its folder.
pub(crate) const FINDINGS: &str = "findings.json";

/// Number of the document's form.
const SCHEMA: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Document {
    schema: u32,
    #[serde(skip_deserializing, default = "unknown")]
    verdict: Verdict,
    search: Scope,
    /// Parts of the search that are not in this.
    missing: Vec<Partition>,
    /// Whether somebody ended it before its seeds were through.
    cut_short: bool,
    runs: u64,
    failed: u64,
    /// In how many runs something was not judged or not done that the scenario asks for.
    not_judged: u64,
    branches: u64,
    done_twice: u64,
    failures: Vec<FailureOf>,
    kept: Vec<KeptOf>,
    not_the_same_twice: Vec<UnlikeOf>,
    known: Vec<KnownOf>,
    situations: Vec<SituationOf>,
    judged: Vec<JudgedOf>,
}

fn unknown() -> Verdict {
    Verdict::Unknown
}

/// A kind of failure. `place` is that of its first run in the search, and of the failure in the run.
#[derive(Debug, Serialize, Deserialize)]
struct FailureOf {
    scenario: String,
    check: String,
    line: usize,
    runs: u64,
    seed: Seeds,
    swarm: bool,
    place: (u64, usize),
    evidence: String,
    shape: String,
    timeline: Vec<String>,
    again: String,
    resolved: Option<FileOf>,
    cut_down: Option<FileOf>,
}

/// A file that shows a failure.
#[derive(Debug, Serialize, Deserialize)]
struct FileOf {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lines: Option<usize>,
    #[serde(default)]
    is_cut_short: bool,
    text: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptOf {
    scenario: String,
    place: u64,
    line: usize,
    timeline: Kept,
    now: Came,
}

#[derive(Debug, Serialize, Deserialize)]
struct UnlikeOf {
    scenario: String,
    place: u64,
    seed: Seeds,
    again: String,
}

/// What real libraries do.
#[derive(Debug, Serialize, Deserialize)]
struct KnownOf {
    name: String,
    runs: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct SituationOf {
    name: Situation,
    runs: u64,
}

/// A check or an expectation, and in how many runs it judged something.
#[derive(Debug, Serialize, Deserialize)]
struct JudgedOf {
    scenario: String,
    name: String,
    runs: u64,
}

/// Why a document cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is no such document.
    Form(String),
    /// It is one of another version of kinesim, which has other checks or situations.
    Version,
    /// It names a scenario that it does not list.
    Scenario(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(error) => write!(f, "these are no findings of a search: {error}"),
            Self::Version => f.write_str("another version of kinesim wrote these findings: search again with this one"),
            Self::Scenario(path) => write!(f, "{path} is not among the scenarios that were searched"),
        }
    }
}

impl Document {
    /// Of what was found; `folder` is where files of the failures are.
    pub(crate) fn new(search: Scope, findings: &Findings, folder: &Path) -> Self {
        let path = |source: usize| search.scenarios[source].path.clone();
        let groups = (1..).zip(findings.groups());
        let failures = groups.map(|(number, group)| failure(number, group, path(group.source), folder)).collect();
        let kept = |run: &KeptRun| KeptOf {
            scenario: path(run.source),
            place: run.place,
            line: run.line,
            timeline: run.kept.clone(),
            now: run.came,
        };
        let unlike = |Unlike { place, source, seeds, again }: &Unlike| UnlikeOf {
            scenario: path(*source),
            place: *place,
            seed: seeds.clone(),
            again: again.clone(),
        };
        let judged = findings.judged.iter();
        let judged =
            judged.map(|((source, name), runs)| JudgedOf { scenario: path(*source), name: name.clone(), runs: *runs });
        let situation = |name: &Situation| SituationOf { name: *name, runs: findings.reached(*name) };
        Self {
            schema: SCHEMA,
            verdict: findings.verdict(),
            missing: findings.missing.clone(),
            cut_short: findings.is_cut_short,
            runs: findings.runs,
            failed: findings.failed,
            not_judged: findings.partial,
            branches: findings.branches,
            done_twice: findings.twice,
            failures,
            kept: findings.kept.iter().map(kept).collect(),
            not_the_same_twice: findings.unlike.iter().map(unlike).collect(),
            known: findings.known().map(|(known, runs)| KnownOf { name: known.name.to_owned(), runs }).collect(),
            situations: Situation::ALL.iter().map(situation).collect(),
            judged: judged.collect(),
            search,
        }
    }

    /// As JSON text, two spaces an indent, with a newline at its end.
    pub(crate) fn render(&self) -> String {
        match serde_json::to_string_pretty(self) {
            Ok(text) => text + "\n",
            Err(error) => unreachable!("text and numbers are always JSON: {error}"),
        }
    }

    /// Reads one.
    pub(crate) fn read(text: &str) -> Result<(Scope, Findings), Unreadable> {
        let read: Self = serde_json::from_str(text).map_err(|error| Unreadable::Form(error.to_string()))?;
        if read.schema != SCHEMA {
            return Err(Unreadable::Version);
        }
        let scenarios = &read.search.scenarios;
        let source = |path: &str| source_of(scenarios, path);
        let mut findings = Findings::default();
        (findings.runs, findings.failed, findings.partial) = (read.runs, read.failed, read.not_judged);
        (findings.branches, findings.twice) = (read.branches, read.done_twice);
        (findings.missing, findings.is_cut_short) = (read.missing, read.cut_short);
        for KeptOf { scenario, place, line, timeline, now } in read.kept {
            findings.kept.push(KeptRun { place, line, source: source(&scenario)?, kept: timeline, came: now });
        }
        for UnlikeOf { scenario, place, seed, again } in read.not_the_same_twice {
            findings.unlike.push(Unlike { place, source: source(&scenario)?, seeds: seed, again });
        }
        for KnownOf { name, runs } in read.known {
            findings.add_known(Known::named(&name).ok_or(Unreadable::Version)?, runs);
        }
        for SituationOf { name, runs } in read.situations {
            findings.add_reached(name, runs);
        }
        for JudgedOf { scenario, name, runs } in read.judged {
            findings.judged.insert((source(&scenario)?, name), runs);
        }
        for failure in read.failures {
            findings.add_group(group(source(&failure.scenario)?, failure));
        }
        Ok((read.search, findings))
    }
}

fn source_of(scenarios: &[Searched], path: &str) -> Result<usize, Unreadable> {
    let found = scenarios.iter().position(|searched| searched.path == path);
    found.ok_or_else(|| Unreadable::Scenario(path.to_owned()))
}

fn failure(number: usize, group: &Group, scenario: String, folder: &Path) -> FailureOf {
    let Failure { of, shape, what, timeline } = group.first.clone();
    let resolved = group.left.resolved.as_ref().map(|text| FileOf {
        path: resolved_path(folder, number, group).display().to_string(),
        lines: None,
        is_cut_short: false,
        text: text.clone(),
    });
    let cut_down = group.left.small.as_ref().map(|small| FileOf {
        path: small_path(folder, number, group).display().to_string(),
        lines: Some(small.lines),
        is_cut_short: small.is_cut_short,
        text: small.text.clone(),
    });
    FailureOf {
        scenario,
        check: of,
        line: group.left.line(),
        runs: group.runs,
        seed: group.seeds.clone(),
        swarm: group.is_swarm,
        place: group.place,
        evidence: what,
        shape,
        timeline,
        again: group.again.clone(),
        resolved,
        cut_down,
    }
}

fn group(source: usize, failure: FailureOf) -> Group {
    let FailureOf { check, line, runs, seed, swarm, place, evidence, shape, timeline, again, .. } = failure;
    let small = failure.cut_down.map(|file| Small {
        lines: file.lines.unwrap_or_else(|| file.text.lines().count()),
        is_cut_short: file.is_cut_short,
        text: file.text,
    });
    Group {
        source,
        runs,
        first: Failure { of: check, shape, what: evidence, timeline },
        seeds: seed,
        is_swarm: swarm,
        again,
        place,
        left: Left { line: Some(line), resolved: failure.resolved.map(|file| file.text), small },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_document_or_one_of_another_version_is_told() {
        let read = |text: &str| Document::read(text).err().map(|error| error.to_string());
        assert!(read("[]").is_some_and(|told| told.starts_with("these are no findings of a search")));
        let written = Document::new(Scope::default(), &Findings::default(), Path::new("found")).render();
        assert_eq!(read(&written), None);
        let newer = written.replace("\"schema\": 1", "\"schema\": 2");
        assert!(read(&newer).is_some_and(|told| told.starts_with("another version of kinesim")));
        let stranger = written.replace("lease-stolen", "lease-borrowed");
        assert!(read(&stranger).is_some_and(|told| told.contains("lease-borrowed")));
    }
}
