//! `kinesim explore merge`: one report of what parts of a search found.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::arguments::MergeArguments as Arguments;
use super::found;
use super::tell::{Told, exit_of, keep, tell};
use crate::cli::terminal::Exit;
use crate::explore::{Document, FINDINGS, Findings, Regressions, Scope, Source, merge};
use crate::scenario::Which;

/// Puts together what is in the folders, and tells it as one search would.
pub(super) fn merge_folders(arguments: &Arguments) -> io::Result<Exit> {
    let mut parts = Vec::new();
    for folder in &arguments.folders {
        for file in files_of(folder)? {
            parts.push(read(&file)?);
        }
    }
    let (scope, findings) = merge(parts).map_err(|error| io::Error::other(error.to_string()))?;
    let which = Which { is_swarm: scope.swarm, bug: scope.bug, ..Which::default() };
    // What stood in the files is not needed any more: of what failed the parts have left it.
    let source = |path: &str| Source { path: path.to_owned(), text: String::new(), which: which.clone() };
    let sources: Vec<Source> = scope.scenarios.iter().map(|searched| source(&searched.path)).collect();
    let regressions = Regressions::read(&arguments.told.regressions)?;
    found::write(&findings, &arguments.out)?;
    let told = Told { folder: &arguments.out, files: &arguments.told, is_part: false };
    tell(scope, &findings, &sources, &told)?;
    if let Some(regressions) = regressions {
        keep(&regressions, &findings, &sources)?;
    }
    Ok(exit_of(&findings))
}

/// The findings in a folder, or in those that are in it.
fn files_of(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let own = folder.join(FINDINGS);
    if own.is_file() {
        return Ok(vec![own]);
    }
    let wrong = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", folder.display()));
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(wrong)?;
    let mut files: Vec<PathBuf> = entries.iter().map(|entry| entry.path().join(FINDINGS)).collect();
    files.retain(|file| file.is_file());
    files.sort();
    if files.is_empty() {
        let text = format!("{}: no {FINDINGS} here; `kinesim explore --partition K/N` leaves one", folder.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, text));
    }
    Ok(files)
}

fn read(file: &Path) -> io::Result<(Scope, Findings)> {
    let wrong = |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| wrong(&error))?;
    Document::read(&text).map_err(|error| wrong(&error))
}
