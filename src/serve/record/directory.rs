//! A data directory: a recording that is played at the start and goes on.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::lines::Lines;
use super::player::{Behind, Player};
use super::recorder::Scope;
use super::{Header, RecordError, Recorder};

const JOURNAL: &str = "journal.ndjson";

/// A data directory, which is this process's alone.
pub(crate) struct Directory {
    path: PathBuf,
    file: File,
    /// None in a new one.
    header: Option<Header>,
}

impl Directory {
    /// Opens a data directory, which need not be there yet.
    ///
    /// # Errors
    /// When another process has it, or it cannot be read or written.
    pub(crate) fn open(directory: &Path) -> Result<Self, RecordError> {
        std::fs::create_dir_all(directory)?;
        let path = directory.join(JOURNAL);
        let file = OpenOptions::new().create(true).read(true).append(true).open(&path)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => RecordError::InUse,
            TryLockError::Error(error) => RecordError::Io(error),
        })?;
        let header = Lines::open(&path)?.header_if_begun()?;
        Ok(Self { path, file, header })
    }

    /// What it was begun with, unless it is new.
    pub(crate) fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// Goes on where it ended, or begins it.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub(crate) fn take_up(self, header: &Header, fresh: Behind) -> Result<(Behind, Recorder), RecordError> {
        let mut player = Player::resumed(fresh);
        let (next, bytes) = match self.header {
            Some(_) => player.play_all(&mut Lines::open(&self.path)?)?,
            None => (0, 0),
        };
        // A line that was cut short was never answered.
        self.file.set_len(bytes)?;
        let scope = Scope::Directory { has_scenario: header.scenario.is_some() };
        let recorder = Recorder::resumed(self.file, bytes, next, scope);
        if self.header.is_none() {
            recorder.write(header)?;
        }
        Ok((player.into_world(), recorder))
    }
}
