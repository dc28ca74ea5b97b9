//! What a search that failed says, and the scenario that it leaves.

use std::io;
use std::path::Path;

use super::Search;
use super::environment::Environment;
use crate::explore::shrink::{Asked, Bounds, shrink_by};
use crate::explore::{Failure, Findings, Group, Source, Unlike};
use crate::report::{files, wrap};
use crate::scenario::Which;

/// As wide as what is told.
const WIDTH: usize = 100;

impl Search {
    /// What fails, how it came about, how to see it again.
    pub(super) fn told(&self, findings: &Findings, sources: &[Source], environment: &Environment) -> String {
        let runs = (self.seeds.end - self.seeds.start).saturating_mul(sources.len() as u64);
        // What was kept comes before them.
        let runs = runs.max(findings.runs);
        let Some(group) = findings.groups().next() else {
            let unlike = findings.unlike.iter();
            let again = |Unlike { source, seeds, .. }: &Unlike| {
                self.runs.again(&sources[*source].path, &sources[*source].which, Some(seeds))
            };
            let lines = unlike.map(again);
            return format!("not the same when it was run a second time: {}", lines.collect::<Vec<_>>().join(", "));
        };
        let Group { first, seeds, .. } = group;
        let source = &sources[group.source];
        // What was kept of a swarm is one, whatever this search is.
        let source = &Source { which: Which { is_swarm: group.is_swarm, ..source.which.clone() }, ..source.clone() };
        let again = self.runs.again(&source.path, &source.which, Some(seeds));
        let mut out =
            format!("{} fails in run {} of {runs} ({}, seed {seeds})\n", first.of, findings.runs, source.path);
        let lines = if first.timeline.is_empty() { std::slice::from_ref(&first.what) } else { &first.timeline[..] };
        for line in lines {
            out.push_str(&format!("{}\n", wrap(line, 4, WIDTH)));
        }
        for other in findings.groups().skip(1) {
            out.push_str(&format!("{}\n", wrap(&format!("also {}: {}", other.first.of, other.first.what), 2, WIDTH)));
        }
        let first_seed = seeds.first().0;
        out.push_str(&format!("  again: {again}\n"));
        out.push_str(&format!("  in this test: KINESIM_SEEDS={first_seed}..{}\n", first_seed.saturating_add(1)));
        out.push_str(&self.left(group, source, environment));
        out
    }

    /// Cuts the failure down, writes the file and says where it is.
    fn left(&self, group: &Group, source: &Source, environment: &Environment) -> String {
        if self.shrink_runs == 0 {
            return String::new();
        }
        let folder = self.out.clone().unwrap_or_else(|| environment.found());
        let file = folder.join(format!("{}.toml", name_of(group, source)));
        let written = environment.shown(&file);
        let bounds = Bounds { jobs: self.jobs_or_cores(), runs_max: self.shrink_runs, is_late: &|| false };
        let asked = Asked { source, seeds: Some(group.seeds.clone()), written: &written, bounds };
        let is_meant = |failure: &Failure| failure.of == group.first.of && failure.shape == group.first.shape;
        let Ok(shrunk) = shrink_by(&*self.runs, &asked, is_meant, &mut |_| {}) else {
            return "  not cut down: the run did not fail so a second time\n".to_owned();
        };
        let lines = shrunk.lines.1;
        let short = if shrunk.is_cut_short { "; more runs may make it smaller: shrink_runs" } else { "" };
        match write(&folder, &file, &shrunk.text) {
            Ok(()) => {
                format!("  cut down: {} ({lines} lines{short})\n", self.runs.again(&written, &Which::default(), None))
            }
            Err(error) => format!("  cut down to {lines} lines, and not written: {error}\n\n{}", shrunk.text),
        }
    }
}

fn write(folder: &Path, file: &Path, text: &str) -> io::Result<()> {
    files::make_folder(folder)?;
    files::write(file, text.as_bytes())
}

/// The scenario, what fails in it and its seed, so that searches beside each other leave files of their own.
fn name_of(group: &Group, source: &Source) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let of: String = group.first.of.chars().map(plain).take(60).collect();
    let scenario = Path::new(&source.path).file_stem().unwrap_or_default().display();
    format!("{scenario}-{}-{}", of.trim_matches('-'), group.seeds.first().0)
}
