//! The files that a run leaves behind in a directory of its own:
//!
//! | file | what |
//! |---|---|
//! | `report.txt` | the terminal report without colours |
//! | `report.json` | the report for scripts, see [`super::json`] |
//! | `scenario.resolved.toml` | the scenario with every default filled in; can be run again |
//! | `events.ndjson.lz4` | events, see [`super::events_file`] |
//! | `plots/*.svg` | see [`super::plots`] |
//! | `sinks/s3/BUCKET/KEY` | objects in S3, see [`super::sinks`] |
//! | `report.html` | written by who ran it, because its folds must have listened: see [`super::html`] |

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Page, RunReport, Style, json, plots, text};
use crate::measure::Series;

/// Makes a folder, with those above it. An error names it.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path).map_err(|error| with_path(path, &error))
}

/// Writes a file. An error names it.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    fs::write(path, content).map_err(|error| with_path(path, &error))
}

/// Writes a file that somebody named, with the folder in which it is to be.
pub(crate) fn write_named(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder)?;
    }
    write(path, content)
}

pub(crate) fn with_path(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Writes everything but the events to `dir`, which is made if need be; gives the paths written. `events_kept` says
/// which events stand there already.
pub fn write_all(
    dir: &Path,
    report: &RunReport,
    wall_seconds: Option<f64>,
    series: &Series,
    events_kept: Option<&str>,
    resolved_scenario: &str,
) -> io::Result<Vec<PathBuf>> {
    make_folder(&dir.join("plots"))?;
    let notes = events_kept.map(|kept| format!("events: {kept}")).into_iter().collect();
    let mut files = vec![
        (dir.join("report.txt"), text::render(report, Page::new(Style::Plain, None, notes))),
        (dir.join("report.json"), json::render(report, wall_seconds)),
        (dir.join("scenario.resolved.toml"), resolved_scenario.to_string()),
    ];
    let plots = plots::render(series).into_iter();
    files.extend(plots.map(|plot| (dir.join("plots").join(plot.file_name), plot.svg)));
    for (path, content) in &files {
        write(path, content)?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}
