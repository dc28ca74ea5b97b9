//! What a search found, in words.

use super::findings::{Findings, Group};
use super::one::Source;
use super::situations::Situation;
use crate::check::invariants;
use crate::report::wrap;

/// More failures than these are counted and not told.
const GROUPS_TOLD_MAX: usize = 20;

/// What was left of a kind of failure.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    /// The small file.
    pub(crate) path: String,
    pub(crate) lines: usize,
    /// Whether there was no time left to cut further.
    pub(crate) is_cut_short: bool,
}

/// The report of a search: what was never reached, each bug with what shows it, and the verdict at the end.
pub(crate) fn told(findings: &Findings, sources: &[Source], files: &[Option<Left>], width: usize) -> String {
    let mut out = coverage(findings, width);
    for (number, group) in findings.groups().take(GROUPS_TOLD_MAX).enumerate() {
        out.push_str(&group_told(number + 1, group, findings, sources, width));
        if let Some(Some(Left { path, lines, is_cut_short })) = files.get(number) {
            let short = if *is_cut_short { "; more time may make it smaller" } else { "" };
            out.push_str(&format!("  cut down: kinesim run {path} ({lines} lines{short})\n"));
        }
        out.push('\n');
    }
    let left = findings.distinct().saturating_sub(GROUPS_TOLD_MAX);
    if left > 0 {
        out.push_str(&format!("and {left} more failures of other shapes\n\n"));
    }
    for (known, runs) in findings.known() {
        let line = format!("known, and no failure here: {}, in {runs} runs ({})", known.name, known.source);
        out.push_str(&format!("{}\n", wrap(&line, 2, width)));
    }
    for (source, seeds) in &findings.unlike {
        out.push_str(&format!("not the same twice: kinesim run {} --seed {seeds}\n", sources[*source].path));
    }
    out.push_str(&verdict(findings));
    out
}

fn group_told(number: usize, group: &Group, findings: &Findings, sources: &[Source], width: usize) -> String {
    let Group { source, runs, first, again, .. } = group;
    let path = &sources[*source].path;
    let mut out = format!("failure {number}: {} in {runs} of {} runs ({path})\n", first.of, findings.runs);
    let lines = if first.timeline.is_empty() { std::slice::from_ref(&first.what) } else { &first.timeline[..] };
    for line in lines {
        out.push_str(&format!("{}\n", wrap(line, 4, width)));
    }
    out.push_str(&format!("  again: {again}\n"));
    out
}

/// What was never reached, and which checks never judged.
fn coverage(findings: &Findings, width: usize) -> String {
    let mut out = String::new();
    let missing: Vec<&Situation> =
        Situation::ALL.iter().filter(|situation| findings.reached(**situation) == 0).collect();
    if !missing.is_empty() {
        out.push_str("never reached, and what would\n");
        for situation in missing {
            let line = format!("{}: {}", situation.told(), situation.reached_by());
            out.push_str(&format!("{}\n", wrap(&line, 2, width)));
        }
    }
    let idle = invariants().iter().map(|registered| registered.name).filter(|check| !findings.has_judged(check));
    let idle: Vec<&str> = idle.collect();
    if !idle.is_empty() {
        out.push_str(&format!("{}\n", wrap(&format!("not explored, nothing to judge: {}", idle.join(", ")), 0, width)));
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn verdict(findings: &Findings) -> String {
    let Findings { runs, failed, branches, partial, twice, unlike, .. } = findings;
    let branches = if *branches > 0 { format!(" ({branches} of them branches)") } else { String::new() };
    let reached = format!("{} of {} situations reached", findings.reached_count(), Situation::ALL.len());
    let same = match (twice, unlike.len()) {
        (0, _) => String::new(),
        (twice, 0) => format!(", {twice} done twice with the same hash"),
        (twice, unlike) => format!(", {unlike} of {twice} done twice came out otherwise"),
    };
    let same = match partial {
        0 => same,
        partial => format!("{same}; in {partial} something was not judged or not done that the scenario asks for"),
    };
    match failed {
        0 => format!("no failure in {runs} runs{branches}; {reached}{same}\n"),
        failed => {
            let distinct = findings.distinct();
            format!("{failed} of {runs} runs{branches} failed, in {distinct} ways; {reached}{same}\n")
        }
    }
}
