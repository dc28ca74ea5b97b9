//! What a search found, in words.

use std::path::{Path, PathBuf};

use super::findings::{Findings, Group, NAMELESS, Small};
use super::kept::{Came, Kept, KeptRun};
use super::one::Source;
use super::situations::Situation;
use crate::check::invariants;
use crate::report::{plural, shell_word, wrap};

/// More failures than these are counted and not told.
pub(crate) const GROUPS_TOLD_MAX: usize = 20;

/// The file that is cut down from a failure, as its number in the report names it.
pub(crate) fn small_path(folder: &Path, number: usize, group: &Group) -> PathBuf {
    folder.join(format!("{number}-{}.toml", name_of(&group.first.of)))
}

/// The text of the small file, which names itself by where it lies.
pub(crate) fn small_text(small: &Small, path: &Path) -> String {
    let again = |path: &str| format!("# Again: kinesim run {path}\n");
    small.text.replacen(&again(NAMELESS), &again(&shell_word(&path.display().to_string())), 1)
}

/// The file with the scenario that a failure's seed drew.
pub(crate) fn resolved_path(folder: &Path, number: usize, group: &Group) -> PathBuf {
    folder.join(format!("{number}-{}.resolved.toml", name_of(&group.first.of)))
}

/// A check's name; of an expectation what a file may be called.
fn name_of(failing: &str) -> String {
    let words = failing.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words.collect::<Vec<_>>().join("-").chars().take(60).collect();
    name.trim_end_matches('-').to_ascii_lowercase()
}

/// Where a report is told, and where what it names lies.
pub(crate) struct Page<'a> {
    /// With the files of the failures.
    pub(crate) folder: &'a Path,
    /// In which timelines are kept.
    pub(crate) regressions: &'a Path,
    /// In columns.
    pub(crate) width: usize,
}

/// The report of a search: what was never reached, each bug with what shows it, and the verdict at the end.
pub(crate) fn told(findings: &Findings, sources: &[Source], page: &Page<'_>) -> String {
    let Page { folder, regressions, width } = *page;
    let mut out = coverage(findings, width);
    out.push_str(&kept_told(findings, sources, regressions, width));
    for (number, group) in findings.groups().take(GROUPS_TOLD_MAX).enumerate() {
        out.push_str(&group_told(number + 1, group, findings, sources, width));
        out.push_str(&files_told(number + 1, group, folder));
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
    for unlike in &findings.unlike {
        out.push_str(&format!("not the same twice: {}\n", unlike.again));
    }
    if findings.is_cut_short {
        out.push_str("cut short: not all of its seeds are in this\n");
    }
    if !findings.missing.is_empty() {
        let missing: Vec<String> = findings.missing.iter().map(ToString::to_string).collect();
        out.push_str(&format!("missing: part {}; its seeds are not in this\n", missing.join(", ")));
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

/// What became of timelines that were kept.
fn kept_told(findings: &Findings, sources: &[Source], regressions: &Path, width: usize) -> String {
    if findings.kept.is_empty() {
        return String::new();
    }
    let failing = findings.kept.iter().filter(|run| run.came == Came::Fails).count();
    let file = regressions.display();
    let mut out = format!("kept in {file}, and run first: {failing} of {} fail as they did\n", findings.kept.len());
    for KeptRun { line, source, kept: Kept { seed, check, swarm, .. }, came, .. } in &findings.kept {
        let swarm = if *swarm { " --swarm" } else { "" };
        let path = &sources[*source].path;
        let what = match came {
            Came::Fails => continue,
            Came::FailsOtherwise => format!("no longer fails {check}, but fails otherwise; see below"),
            Came::Passes => {
                format!("passes now, {check} held; take its [[timeline]] out (line {line}) once the bug is mended")
            }
            Came::NoRun => format!("is no run of this file any more; take its [[timeline]] out (line {line})"),
        };
        out.push_str(&format!("{}\n", wrap(&format!("{path}{swarm} --seed {seed} {what}"), 2, width)));
    }
    out.push('\n');
    out
}

/// The files that show a failure.
fn files_told(number: usize, group: &Group, folder: &Path) -> String {
    let word = |path: PathBuf| shell_word(&path.display().to_string());
    let mut out = String::new();
    if group.left.resolved.is_some() {
        let path = word(resolved_path(folder, number, group));
        out.push_str(&format!("  as its seed drew it: kinesim run {path} --seed {}\n", group.seeds));
    }
    if let Some(Small { lines, is_cut_short, .. }) = group.left.small {
        let (path, short) = (word(small_path(folder, number, group)), is_cut_short);
        let short = if short { "; more time may make it smaller" } else { "" };
        out.push_str(&format!("  cut down: kinesim run {path} ({lines} lines{short})\n"));
    }
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

/// The last line of a report.
pub(crate) fn verdict(findings: &Findings) -> String {
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
            let ways = plural(findings.distinct(), "way");
            format!("{failed} of {runs} runs{branches} failed, in {ways}; {reached}{same}\n")
        }
    }
}
