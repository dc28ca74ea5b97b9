//! `kinesim completions`: what shells need to complete commands and options.

use std::io::{self, Write};

use clap::Args;
use clap_complete::{Shell, generate};

use super::terminal::Exit;

#[derive(Args)]
pub(super) struct Arguments {
    /// Which shell: bash reads the script by `source <(kinesim completions bash)`.
    shell: Shell,
}

pub(super) fn completions(arguments: &Arguments, command: &mut clap::Command) -> io::Result<Exit> {
    // The generator panics when it cannot write, so it writes into memory.
    let mut script = Vec::new();
    generate(arguments.shell, command, "kinesim", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Exit::Pass)
}
