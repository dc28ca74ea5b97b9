//! `kinesim diff`: two runs side by side, each a folder that `run --out` left or a scenario file.

mod events;
mod side;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use self::side::Opened;
use super::terminal::{Exit, terminal_columns};
use crate::report::{diff, files, html};

/// What a report is as wide as where no terminal says it.
const WIDTH: usize = 110;

#[derive(Args)]
pub(super) struct Arguments {
    /// A scenario file, which is run, or a folder that `run --out` left.
    a: PathBuf,
    /// The other one.
    b: PathBuf,
    /// Tell every figure that differs, and not only those that changed most.
    #[arg(long)]
    all: bool,
    /// Write the difference as one page for a browser into FILE, with the plots of both runs in one. Folders are run
    /// again for it, from their resolved scenario.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Compares, and ends with 0 where both came out the same: every verdict of the run, its checks and its expectations.
pub(super) fn diff(arguments: &Arguments) -> io::Result<Exit> {
    let (Some(mut a), Some(mut b)) = (Opened::open(&arguments.a)?, Opened::open(&arguments.b)?) else {
        return Ok(Exit::Wrong);
    };
    let first = events::first(&a, &b)?;
    let difference = diff::compare(&a.side()?, &b.side()?, first);
    let width = terminal_columns().unwrap_or(WIDTH);
    io::stdout().lock().write_all(diff::told(&difference, width, arguments.all).as_bytes())?;
    if let Some(path) = &arguments.html {
        let page = match (a.plotted()?, b.plotted()?) {
            (Some(a), Some(b)) => html::of_two(&difference, Some([a, b])),
            _ => html::of_two(&difference, None),
        };
        files::write_named(path, page)?;
    }
    Ok(if difference.is_same_outcome() { Exit::Pass } else { Exit::Fail })
}
