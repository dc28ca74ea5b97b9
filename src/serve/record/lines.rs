//! The lines of a recording.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::{Entry, Header, RecordError, VERSION};

/// The lines of a recording.
pub(super) struct Lines {
    reader: BufReader<File>,
    line: String,
    pub number: usize,
    /// Bytes of lines that are whole.
    pub(crate) whole_bytes: u64,
}

impl Lines {
    pub(super) fn open(path: &Path) -> Result<Self, RecordError> {
        Ok(Self { reader: BufReader::new(File::open(path)?), line: String::new(), number: 0, whole_bytes: 0 })
    }

    /// The next whole line.
    fn next(&mut self) -> Result<Option<&str>, RecordError> {
        self.line.clear();
        let bytes = self.reader.read_line(&mut self.line)?;
        self.number += 1;
        if !self.line.ends_with('\n') {
            return Ok(None);
        }
        self.whole_bytes += bytes as u64;
        Ok(Some(&self.line))
    }

    /// The header, unless the process died before it was written whole.
    pub(crate) fn header_if_begun(&mut self) -> Result<Option<Header>, RecordError> {
        const BEGINNING: &str = "{\"kinesim\":";
        let header = self.header();
        let line = &self.line;
        let is_cut = !line.ends_with('\n') && (BEGINNING.starts_with(line) || line.starts_with(BEGINNING));
        if is_cut { Ok(None) } else { header.map(Some) }
    }

    /// The first line.
    pub(super) fn header(&mut self) -> Result<Header, RecordError> {
        let problem = |problem: String| RecordError::Line(1, problem);
        let line = self.next()?.ok_or_else(|| problem("it is empty".to_owned()))?;
        let header: Header = serde_json::from_str(line).map_err(|error| problem(error.to_string()))?;
        match header.kinesim {
            VERSION => Ok(header),
            other => Err(problem(format!("version {other} is not known"))),
        }
    }

    /// The line that comes next, unless it was cut short.
    pub(super) fn entry(&mut self) -> Result<Option<Entry>, RecordError> {
        let number = self.number + 1;
        let Some(line) = self.next()? else { return Ok(None) };
        serde_json::from_str(line).map(Some).map_err(|error| RecordError::Line(number, error.to_string()))
    }
}
