//! The files that a run leaves behind in a directory of its own:
//!
//! | file | what |
//! |---|---|
//! | `report.txt` | the terminal report without colours |
//! | `report.json` | the report for scripts, see [`super::json`] |
//! | `scenario.resolved.toml` | the scenario with every default filled in; can be run again |
//! | `events.ndjson.gz` | every event, see [`super::export`] |
//! | `plots/*.svg` | see [`super::plots`] |

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;

use super::export::{EventsWriter, gzip};
use super::{RunReport, Style, json, plots, text};
use crate::measure::Series;

/// The name of the file that has every event.
pub(super) const EVENTS_FILE: &str = "events.ndjson.gz";

/// The fold that writes `events.ndjson.gz`.
pub(crate) type EventsFile = EventsWriter<GzEncoder<BufWriter<File>>>;

/// Begins `events.ndjson.gz` in `dir`, which is made if need be.
pub(crate) fn create_events(dir: &Path) -> io::Result<EventsFile> {
    make_folder(dir)?;
    let path = dir.join(EVENTS_FILE);
    let file = File::create(&path).map_err(|error| with_path(&path, &error))?;
    Ok(EventsWriter::new(gzip(BufWriter::new(file))))
}

/// Makes a folder, with those above it. An error names it.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path).map_err(|error| with_path(path, &error))
}

/// Writes a file. An error names it.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    fs::write(path, content).map_err(|error| with_path(path, &error))
}

fn with_path(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Ends `events.ndjson.gz`.
pub(crate) fn finish_events(file: EventsFile) -> io::Result<()> {
    file.finish()?.finish()?.flush()
}

/// Writes everything but the events to `dir`, which is made if need be; gives the paths written.
pub fn write_all(
    dir: &Path,
    report: &RunReport,
    wall_seconds: Option<f64>,
    series: &Series,
    resolved_scenario: &str,
) -> io::Result<Vec<PathBuf>> {
    make_folder(&dir.join("plots"))?;
    let mut files = vec![
        (dir.join("report.txt"), text::render(report, Style::Plain)),
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
