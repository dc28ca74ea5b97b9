//! Who is told what a search found: the terminal, scripts, build servers.

use std::io::{self, Write};
use std::path::Path;

use super::arguments::Files;
use crate::check::Verdict;
use crate::cli::surroundings::tell_github;
use crate::cli::terminal::{Exit, terminal_columns};
use crate::explore::{Document, Findings, Page, Regressions, Scope, Source, page, suites, told, verdict};
use crate::report::{files, junit};

/// What a report is as wide as where no terminal says it.
const WIDTH: usize = 100;
/// The name of standard output.
const STDOUT: &str = "-";

/// Where it is told.
pub(super) struct Told<'a> {
    /// With the files of the failures.
    pub(super) folder: &'a Path,
    /// In which files.
    pub(super) files: &'a Files,
    /// Whether this is a part of a search. GitHub is told once, by who puts the parts together.
    pub(super) is_part: bool,
}

/// Tells it everywhere.
pub(super) fn tell(scope: Scope, findings: &Findings, sources: &[Source], to: &Told<'_>) -> io::Result<()> {
    let Told { folder, files: Files { regressions, json, junit, html }, is_part } = *to;
    let mut out = io::stdout().lock();
    let is_json_alone = json.as_ref().is_some_and(|path| path.as_os_str() == STDOUT);
    if let Some(path) = json {
        let text = Document::new(scope, findings, folder).render();
        if is_json_alone { out.write_all(text.as_bytes())? } else { files::write_named(path, text)? }
    }
    if !is_json_alone {
        let width = terminal_columns().unwrap_or(WIDTH);
        out.write_all(told(findings, sources, &Page { folder, regressions, width }).as_bytes())?;
    }
    let suites = suites(findings, sources, folder);
    if let Some(path) = junit {
        files::write_named(path, junit::render("kinesim explore", &suites))?;
    }
    if let Some(path) = html {
        files::write_named(path, page(findings, sources, folder))?;
    }
    if is_part {
        return Ok(());
    }
    // Commands to GitHub are read wherever they are written; JSON may have nothing beside it.
    let mut err = io::stderr().lock();
    let to: &mut dyn Write = if is_json_alone { &mut err } else { &mut out };
    tell_github("kinesim explore", &suites, &verdict(findings), to)
}

/// Keeps what failed, and says so.
pub(super) fn keep(regressions: &Regressions, findings: &Findings, sources: &[Source]) -> io::Result<()> {
    let (new, path) = (regressions.keep(findings, sources)?, regressions.path().display());
    let mut err = anstream::stderr().lock();
    match new {
        0 => Ok(()),
        1 => writeln!(err, "kinesim: kept 1 failing timeline in {path}; it runs first the next time"),
        _ => writeln!(err, "kinesim: kept {new} failing timelines in {path}; they run first the next time"),
    }
}

/// How the command ends.
pub(super) fn exit_of(findings: &Findings) -> Exit {
    match findings.verdict() {
        Verdict::Fail => Exit::Fail,
        Verdict::Unknown => Exit::Unknown,
        Verdict::Pass => Exit::Pass,
    }
}
