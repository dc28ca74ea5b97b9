//! `kinesim man`: the manual pages.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use clap_mangen::Man;

use super::terminal::Exit;

#[derive(Args)]
pub(super) struct Arguments {
    /// Write kinesim.1 and a page for each command into DIR.
    dir: Option<PathBuf>,
}

pub(super) fn man(arguments: &Arguments, command: clap::Command) -> io::Result<Exit> {
    match &arguments.dir {
        Some(dir) => {
            std::fs::create_dir_all(dir)?;
            clap_mangen::generate_to(command, dir)?;
            writeln!(anstream::stdout(), "wrote kinesim.1 and a page for each command into {}", dir.display())?;
        }
        None => {
            let mut page = Vec::new();
            Man::new(command).render(&mut page)?;
            io::stdout().lock().write_all(&page)?;
        }
    }
    Ok(Exit::Pass)
}
