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

/// The fold that writes `events.ndjson.gz`.
pub(crate) type EventsFile = EventsWriter<GzEncoder<BufWriter<File>>>;

/// Begins `events.ndjson.gz` in `dir`, which is made if need be.
pub(crate) fn create_events(dir: &Path) -> io::Result<EventsFile> {
    fs::create_dir_all(dir)?;
    Ok(EventsWriter::new(gzip(BufWriter::new(File::create(dir.join("events.ndjson.gz"))?))))
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
    fs::create_dir_all(dir.join("plots"))?;
    let mut files = vec![
        (dir.join("report.txt"), text::render(report, Style::Plain)),
        (dir.join("report.json"), json::render(report, wall_seconds)),
        (dir.join("scenario.resolved.toml"), resolved_scenario.to_string()),
    ];
    let plots = plots::render(series).into_iter();
    files.extend(plots.map(|plot| (dir.join("plots").join(plot.file_name), plot.svg)));
    for (path, content) in &files {
        fs::write(path, content)?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}
