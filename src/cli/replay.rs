//! `kinesim replay`: a recorded session against fresh services.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::terminal::Exit;
use crate::serve;

/// Arguments of `kinesim replay`.
#[derive(Args)]
pub(super) struct Arguments {
    /// A recording of `kinesim serve --record`
    file: PathBuf,
}

/// Feeds the requests to fresh services and says whether everything came out the same.
pub(super) fn replay(arguments: &Arguments) -> io::Result<Exit> {
    let replayed = match serve::replay(&arguments.file) {
        Ok(replayed) => replayed,
        Err(error) => {
            writeln!(anstream::stderr(), "kinesim: {}: {error}", arguments.file.display())?;
            return Ok(Exit::Wrong);
        }
    };
    let mut out = anstream::stdout();
    for difference in &replayed.differences {
        writeln!(out, "{difference}")?;
    }
    let (requests, hash) = (replayed.requests, replayed.trace_hash);
    match (replayed.differences.is_empty(), replayed.is_whole) {
        (true, true) => {
            writeln!(out, "{requests} requests: the same answers, and the same trace hash {hash:016x}")?;
            Ok(Exit::Pass)
        }
        (true, false) => {
            writeln!(
                out,
                "{requests} requests: the same answers; the recording was cut, so its trace hash is not known"
            )?;
            Ok(Exit::Pass)
        }
        (false, _) => {
            writeln!(out, "{requests} requests: not the same")?;
            Ok(Exit::Fail)
        }
    }
}
