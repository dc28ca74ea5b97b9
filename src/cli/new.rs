//! `kinesim new`: writes a commented scenario file.

use std::fs::OpenOptions;
use std::io::{self, Write};

use clap::Args;

use super::terminal::Exit;
use crate::scenario;

#[derive(Args)]
pub(super) struct Arguments {
    /// What the scenario is called; the file is NAME.toml.
    name: String,
}

pub(super) fn new(arguments: &Arguments) -> io::Result<Exit> {
    let name = arguments.name.trim_end_matches(".toml");
    let file = format!("{name}.toml");
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    if !is_name {
        writeln!(anstream::stderr(), "kinesim: a scenario's name is made of a-z, A-Z, 0-9, '_', '-' and '.'")?;
        return Ok(Exit::Wrong);
    }
    match OpenOptions::new().write(true).create_new(true).open(&file) {
        Ok(mut out) => out.write_all(scenario::starter(name).as_bytes())?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            writeln!(anstream::stderr(), "kinesim: {file} exists already, and is left as it is")?;
            return Ok(Exit::Wrong);
        }
        Err(error) => return Err(error),
    }
    writeln!(anstream::stdout(), "wrote {file}; next: kinesim check {file}, then kinesim run {file}")?;
    Ok(Exit::Pass)
}
