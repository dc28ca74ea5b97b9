//! `kinesim check`: reads and explains, runs nothing.

use std::io;
use std::path::PathBuf;

use clap::Args;

use crate::scenario::Which;

use super::terminal::{Exit, load, print_diagnostics, print_fitted, scenario_files};

#[derive(Args)]
pub(super) struct Arguments {
    /// Scenario files, or folders of them; `-` reads one from standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn check(arguments: &Arguments) -> io::Result<Exit> {
    let mut exit = Exit::Pass;
    for file in &scenario_files(&arguments.files)? {
        match load(file, &Which::default())? {
            Ok(scenario) => print_fitted(&scenario.explain())?,
            Err(diagnostics) => {
                print_diagnostics(&diagnostics)?;
                exit = Exit::Wrong;
            }
        }
    }
    Ok(exit)
}
