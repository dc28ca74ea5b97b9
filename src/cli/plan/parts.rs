//! `--partition` and `--merge` of `kinesim plan`: what one machine of many leaves, and all of it together.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::part;
use crate::cli::surroundings::variable;
use crate::cli::terminal::Exit;
use crate::explore::Partition;
use crate::planner::{Asked, Chosen, Grid, Part, merge};

/// Which part this is, once that has been said where an engine says it.
pub(super) fn partition(asked: Option<part::Asked>) -> io::Result<Result<Partition, String>> {
    let part::Part { partition, note } = match part::part(asked, &variable) {
        Ok(part) => part,
        Err(wrong) => return Ok(Err(wrong)),
    };
    note.map_or(Ok(()), |note| writeln!(anstream::stderr().lock(), "kinesim: {note}"))?;
    Ok(Ok(partition.unwrap_or(Partition::WHOLE)))
}

/// Leaves what came of a part in `folder`, and says what becomes of it. `scenario` is the file that is planned.
pub(super) fn leave(
    folder: &Path,
    scenario: &Path,
    partition: Partition,
    (asked, grid, chosen): (&Asked<'_>, &Grid, &Chosen),
) -> io::Result<Exit> {
    fs::create_dir_all(folder)?;
    let file = folder.join(format!("{}.{PART}", partition.folder()));
    let written = serde_json::to_string(&Part::of(asked, grid, chosen)).map_err(io::Error::other)?;
    fs::write(&file, written + "\n")?;
    let (tried, of) = (chosen.points.len(), grid.len());
    let (file, folder, scenario) = (file.display(), folder.display(), scenario.display());
    writeln!(
        anstream::stderr().lock(),
        "kinesim: part {partition}, {tried} of {of} configurations, is in {file}; `kinesim plan {scenario} --merge \
         {folder}` puts all parts together"
    )?;
    Ok(Exit::Pass)
}

/// How the name of a part's file ends.
const PART: &str = "plan-part.json";

pub(super) fn merged(folder: &Path, asked: &Asked<'_>, grid: &Grid) -> Result<Chosen, String> {
    let shown = folder.display();
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(|error| format!("{shown}: {error}"))?;
    let mut files: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    files.retain(|file| file.file_name().is_some_and(|name| name.to_string_lossy().ends_with(PART)));
    files.sort();
    if files.is_empty() {
        return Err(format!("{shown}: no part is here; `--partition K/N --out {shown}` leaves one"));
    }
    let read = |file: &PathBuf| {
        let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let text = fs::read_to_string(file).map_err(|error| wrong(&error))?;
        serde_json::from_str::<Part>(&text).map_err(|error| wrong(&error))
    };
    let parts = files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    merge(asked, grid, parts).map_err(|wrong| wrong.to_string())
}
