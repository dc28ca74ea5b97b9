//! `kinesim explore`: searches many runs of scenarios for failures.

mod arguments;
mod found;
mod merging;
mod searching;
mod tell;

use std::io::{self, Write};
use std::path::Path;

pub(super) use self::arguments::Arguments;
use self::arguments::Divided;
use self::tell::{Told, exit_of, keep, tell};
use super::interrupt::Interrupt;
use super::surroundings::variable;
use super::terminal::{Exit, load, print_diagnostics, scenario_files, wants_code};
use crate::cli::part::{self, Part};
use crate::explore::{Document, FINDINGS, Partition, Regressions, Source};
use crate::report::files;

pub(super) fn explore(arguments: &Arguments) -> io::Result<Exit> {
    if let Some(Divided::Merge(arguments)) = &arguments.divided {
        return merging::merge_folders(arguments);
    }
    let Some(partition) = partition(arguments)? else { return Ok(Exit::Wrong) };
    let Some(sources) = sources(arguments)? else { return Ok(Exit::Wrong) };
    let regressions = Regressions::read(&arguments.told.regressions)?;
    let first = regressions.as_ref().map_or(Vec::new(), |regressions| regressions.first(&sources));
    let interrupt = Interrupt::listen();
    let whole = partition.unwrap_or(Partition::WHOLE);
    let mut findings = searching::search(arguments, &sources, &first, whole, &interrupt)?;
    found::make(arguments, &mut findings, &sources, &interrupt);
    let folder = partition.map_or(arguments.out.clone(), |partition| arguments.out.join(partition.folder()));
    let scope = arguments.scope(&sources, partition);
    found::write(&findings, &folder)?;
    if partition.is_some() {
        files::make_folder(&folder)?;
        files::write(&folder.join(FINDINGS), Document::new(scope.clone(), &findings, &folder).render())?;
    }
    let told = Told { folder: &folder, files: &arguments.told, is_part: partition.is_some() };
    tell(scope, &findings, &sources, &told)?;
    match (regressions, partition) {
        // Many may search at the same time in one folder: who puts their findings together keeps what failed.
        (_, Some(partition)) => left(partition, &folder, &arguments.out)?,
        (Some(regressions), None) => keep(&regressions, &findings, &sources)?,
        (None, None) => {}
    }
    Ok(exit_of(&findings))
}

/// The part that is searched, none where it is all; says where it came from, and what is wrong with it if something is.
fn partition(arguments: &Arguments) -> io::Result<Option<Option<Partition>>> {
    let mut err = anstream::stderr().lock();
    let Part { partition, note } = match part::part(arguments.partition, &variable) {
        Ok(part) => part,
        Err(wrong) => {
            writeln!(err, "kinesim: {wrong}")?;
            return Ok(None);
        }
    };
    if let Some(note) = note {
        writeln!(err, "kinesim: {note}")?;
    }
    if arguments.branch && partition.is_some_and(|partition| partition.of() > 1) {
        let why = "--branch continues runs that came where few others did, and a part does not see the others";
        writeln!(err, "kinesim: {why}: leave out --branch, or search all with --partition 1/1")?;
        return Ok(None);
    }
    Ok(Some(partition))
}

/// Says what becomes of a part.
fn left(partition: Partition, folder: &Path, out: &Path) -> io::Result<()> {
    let (folder, out) = (folder.display(), out.display());
    let mut err = anstream::stderr().lock();
    writeln!(err, "kinesim: part {partition} is in {folder}; `kinesim explore merge {out}` puts all parts together")
}

/// The scenarios, if nothing is wrong with them.
fn sources(arguments: &Arguments) -> io::Result<Option<Vec<Source>>> {
    let mut sources = Vec::new();
    for file in scenario_files(&arguments.files)? {
        match load(&file, &arguments.which(arguments.from))? {
            Ok(scenario) if wants_code(&file, &scenario)? => return Ok(None),
            Ok(_) => sources.push(Source {
                path: file.display().to_string(),
                text: std::fs::read_to_string(&file)?,
                which: arguments.which(arguments.from),
            }),
            Err(diagnostics) => {
                print_diagnostics(&diagnostics)?;
                return Ok(None);
            }
        }
    }
    Ok(Some(sources))
}
