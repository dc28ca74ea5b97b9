//! The one place where commands look at what surrounds them: whether a build server runs them, and which part of many
//! they are. None of it reaches a run.

use std::fs::OpenOptions;
use std::io::{self, Write};

use crate::report::github;
use crate::report::suites::Suite;

/// Looks a variable of the environment up; none when it is empty.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Tells GitHub what failed, where it is GitHub that runs the command: annotations, and a section of the job's summary.
pub(super) fn tell_github(title: &str, suites: &[Suite], verdict: &str, out: &mut dyn Write) -> io::Result<()> {
    if variable("GITHUB_ACTIONS").as_deref() != Some("true") {
        return Ok(());
    }
    out.write_all(github::annotations(suites).as_bytes())?;
    let Some(path) = variable("GITHUB_STEP_SUMMARY") else { return Ok(()) };
    let wrong = |error: io::Error| io::Error::new(error.kind(), format!("{path}: {error}"));
    let mut file = OpenOptions::new().append(true).create(true).open(&path).map_err(wrong)?;
    file.write_all(github::summary(title, suites, verdict).as_bytes()).map_err(wrong)
}
