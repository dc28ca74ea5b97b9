//! The file in which failing timelines are kept: where it is, which of its timelines are of the searched scenarios,
//! what is added to it.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::findings::{Findings, Group};
use super::kept::{self, Came, Kept, KeptRun};
use super::one::{Explored, Source, Task};
use super::told::GROUPS_TOLD_MAX;
use crate::report::files;

/// The value of `--regressions` with which there is none.
const NONE: &str = "none";

/// A timeline that runs first, with all that was kept of it.
pub(crate) struct First {
    pub(crate) task: Task,
    /// Each with its line.
    pub(crate) kept: Vec<(usize, Kept)>,
}

impl First {
    /// What became of it; it has not run where the file makes no such run any more.
    pub(crate) fn noted(&self, explored: Option<&Explored>) -> impl Iterator<Item = KeptRun> {
        self.kept.iter().map(move |(line, kept)| KeptRun {
            place: self.task.place,
            line: *line,
            source: self.task.source,
            kept: kept.clone(),
            came: explored.map_or(Came::NoRun, |explored| kept.came(&explored.failures)),
        })
    }
}

/// The file.
pub(crate) struct Regressions {
    path: PathBuf,
    text: String,
    kept: Vec<(usize, Kept)>,
}

impl Regressions {
    /// Reads the file; none when it is called `none`, an empty one when there is none yet.
    pub(crate) fn read(path: &Path) -> io::Result<Option<Self>> {
        if path.as_os_str() == NONE {
            return Ok(None);
        }
        let wrong = |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", path.display()));
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text.map_err(|error| wrong(&error))?,
        };
        let kept = kept::read(&text).map_err(|error| wrong(&error))?;
        Ok(Some(Self { path: path.to_owned(), text, kept }))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The timelines of these scenarios, in the order of the file, with the bug that is planted if one is.
    pub(crate) fn first(&self, sources: &[Source]) -> Vec<First> {
        let paths: Vec<_> = sources.iter().map(|source| Path::new(&source.path).canonicalize().ok()).collect();
        let mut found: Vec<First> = Vec::new();
        for (line, kept) in &self.kept {
            let of = self.folder().join(&kept.scenario).canonicalize().ok();
            let source = paths.iter().position(|path| path.is_some() && *path == of);
            let Some(source) = source.filter(|source| sources[*source].which.bug == kept.bug) else { continue };
            let (place, seeds) = (found.len() as u64, kept.seed.clone());
            let task = Task { place, source, seeds, is_swarm: kept.swarm, is_twice: true };
            match found.iter_mut().find(|first| first.task.is_run_of(&task)) {
                Some(first) => first.kept.push((*line, kept.clone())),
                None => found.push(First { task, kept: vec![(*line, kept.clone())] }),
            }
        }
        found
    }

    /// Adds what was found and is not kept yet, the first timeline of each kind of failure; says how many.
    pub(crate) fn keep(&self, findings: &Findings, sources: &[Source]) -> io::Result<usize> {
        let new = findings.groups().take(GROUPS_TOLD_MAX).map(|group| self.kept_of(group, &sources[group.source]));
        let new: Vec<Kept> = new.filter(|new| self.kept.iter().all(|(_, kept)| kept != new)).collect();
        let count = new.len();
        if count > 0 {
            files::write(&self.path, format!("{}{}", self.text, kept::added(&self.text, new)))?;
        }
        Ok(count)
    }

    fn kept_of(&self, group: &Group, source: &Source) -> Kept {
        Kept {
            scenario: self.relative(Path::new(&source.path)),
            seed: group.seeds.clone(),
            swarm: group.is_swarm,
            bug: source.which.bug,
            check: group.first.of.clone(),
            shape: group.first.shape.clone(),
        }
    }

    /// The folder in which the file is.
    fn folder(&self) -> &Path {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new("."))
    }

    /// A scenario's path as somebody writes it who stands in the file's folder; from the root on where it lies
    /// elsewhere.
    fn relative(&self, scenario: &Path) -> String {
        let (Ok(folder), Ok(of)) = (self.folder().canonicalize(), scenario.canonicalize()) else {
            return scenario.display().to_string();
        };
        let Ok(inside) = of.strip_prefix(&folder) else { return of.display().to_string() };
        let names = inside.components().filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        });
        names.collect::<Vec<_>>().join("/")
    }
}
