//! `kinesim schema`: prints the JSON Schema of scenario files.

use std::io::{self, Write};

use super::terminal::Exit;
use crate::scenario;

pub(super) fn schema() -> io::Result<Exit> {
    io::stdout().lock().write_all(scenario::json_schema().as_bytes())?;
    Ok(Exit::Pass)
}
