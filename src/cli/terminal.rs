//! What subcommands share: how they end, and what they tell on the terminal.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anstream::ColorChoice;
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::base::Bug;
use crate::base::nearest::nearest;
use crate::report::{Page, Style, wrap};
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::{self, Scenario, Which};

/// The name under which a scenario is read from standard input.
pub(super) const STDIN: &str = "-";

/// The file in which failing timelines are kept when no other is named. It is no scenario.
pub(super) const REGRESSIONS: &str = "kinesim-regressions.toml";

/// How a command ended, as its exit code says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// Everything held, or came out as declared.
    Pass = 0,
    /// There was nothing to judge.
    Unknown = 3,
    /// A check or an expectation failed.
    Fail = 1,
    /// The command or the scenario is wrong; nothing was run.
    Wrong = 2,
}

impl Exit {
    /// Of several files the worst decides: wrong, then fail, then unknown.
    pub(super) fn and(self, other: Self) -> Self {
        let rank = |exit| match exit {
            Self::Pass => 0,
            Self::Unknown => 1,
            Self::Fail => 2,
            Self::Wrong => 3,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

/// When output is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// Where a terminal takes colours.
    Auto,
    /// Into files and pipes too.
    Always,
    /// Nowhere.
    Never,
}

impl Colour {
    /// Makes it the choice of the whole process.
    pub(super) fn choose(self) {
        let choice = match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// Returns whether a stream takes colours: as `--color` says, and else a terminal, and no NO_COLOR.
pub(super) fn takes_colour(stream: &impl anstream::stream::RawStream) -> bool {
    !matches!(anstream::AutoStream::choice(stream), ColorChoice::Never)
}

/// The terminal's width; `None` when the output goes to a file or a pipe.
pub(super) fn terminal_columns() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0))
}

/// Prints text on standard output, on a terminal in lines of its width.
pub(super) fn print_fitted(text: &str) -> io::Result<()> {
    let text = match terminal_columns() {
        Some(columns) => text.lines().map(|line| fitted(line, columns) + "\n").collect(),
        None => text.to_owned(),
    };
    io::stdout().lock().write_all(text.as_bytes())
}

/// A line in lines of at most `width` characters. What follows the first column of a table stays in its column; what
/// is indented by four spaces is an example, and stays as it is.
fn fitted(line: &str, width: usize) -> String {
    let indent = line.len() - line.trim_start().len();
    if line.chars().count() <= width || indent >= 4 {
        return line.to_owned();
    }
    let gap = line[indent..].find("  ").map(|at| indent + at);
    let column = gap.map(|at| line.len() - line[at..].trim_start().len()).filter(|column| *column < width / 2);
    let (start, hanging) = column.map_or((indent, indent + 2), |column| (column, column));
    format!("{}{}", &line[..start], wrap(&line[start..], hanging, width).trim_start())
}

/// Reads a scenario: a file, or standard input. That of a swarm is drawn of a file that is right as it stands.
pub(super) fn load(path: &Path, which: &Which) -> io::Result<Result<Scenario, Diagnostics>> {
    if path.to_str() != Some(STDIN) {
        return Ok(checked(which, |which| scenario::load_file(path, &path.to_string_lossy(), which)));
    }
    let mut source = String::new();
    io::stdin().lock().read_to_string(&mut source)?;
    Ok(checked(which, |which| scenario::load(&source, STDIN, which)))
}

/// The bug of this name.
pub(super) fn bug(word: &str) -> Result<Bug, String> {
    let found = Bug::ALL.iter().copied().find(|bug| bug.word() == word);
    let words = || Bug::ALL.iter().map(|bug| bug.word());
    found.ok_or_else(|| match nearest(word, words()) {
        Some(near) => format!("there is no such bug; did you mean `{near}`?"),
        None => format!("there is no such bug; there are {}", words().collect::<Vec<_>>().join(", ")),
    })
}

fn checked<T, E>(which: &Which, load: impl Fn(&Which) -> Result<T, E>) -> Result<T, E> {
    let plain = load(&Which { is_swarm: false, ..which.clone() })?;
    if which.is_swarm { load(which) } else { Ok(plain) }
}

/// The files that are meant: a folder stands for the scenarios in it, by name.
pub(super) fn scenario_files(paths: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = entries.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        let is_kept = |file: &PathBuf| file.file_name().is_some_and(|name| name == REGRESSIONS);
        let is_scenario =
            |file: &PathBuf| file.extension().is_some_and(|extension| extension == "toml") && !is_kept(file);
        let mut inside: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).filter(is_scenario).collect();
        if inside.is_empty() {
            let text = format!("{}: there is no scenario (*.toml) in this folder", path.display());
            return Err(io::Error::new(io::ErrorKind::NotFound, text));
        }
        inside.sort();
        files.extend(inside);
    }
    Ok(files)
}

/// Whether a scenario wants code of the user's own, which the command line has not; says so.
pub(super) fn wants_code(path: &Path, scenario: &Scenario) -> io::Result<bool> {
    let plan = scenario.plan();
    let Some(app) = plan.apps.first() else { return Ok(false) };
    let mut out = anstream::stderr().lock();
    writeln!(out, "{}: the code of consumer `{}` is yours (`library = \"app\"`):", path.display(), app.name)?;
    writeln!(
        out,
        "give it to kinesim::Simulation in a test, or as a command to `kinesim exec`; here is no code to run"
    )?;
    Ok(true)
}

/// Hidden where nobody watches, and drawn a few times a second.
pub(super) fn spinner() -> ProgressBar {
    let style = ProgressStyle::default_spinner().template("{msg}");
    ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

/// Says what is wrong with what was asked.
pub(super) fn say_wrong(wrong: &str) -> io::Result<Exit> {
    writeln!(anstream::stderr().lock(), "{wrong}")?;
    Ok(Exit::Wrong)
}

/// A document as `--json` writes it.
pub(super) fn pretty(document: &Value) -> io::Result<String> {
    serde_json::to_string_pretty(document).map(|text| text + "\n").map_err(io::Error::other)
}

/// Gives an answer: in words, and as JSON into the file of `--json`; `-` prints JSON in the place of the words.
pub(super) fn give_answer(
    json: Option<&Path>,
    document: &dyn Fn() -> Value,
    words: &dyn Fn(&Page) -> String,
) -> io::Result<()> {
    match json {
        Some(path) if path.as_os_str() == "-" => return io::stdout().lock().write_all(pretty(&document())?.as_bytes()),
        Some(path) => fs::write(path, pretty(&document())?)?,
        None => {}
    }
    let style = if takes_colour(&io::stdout()) { Style::Coloured } else { Style::Plain };
    let page = Page::new(style, terminal_columns(), Vec::new());
    anstream::stdout().lock().write_all(words(&page).as_bytes())
}

/// What stands before a help text below four-digit line numbers.
const HELP_INDENT: usize = "     = help: ".len();

/// Prints what is wrong with a scenario.
pub(super) fn print_diagnostics(diagnostics: &Diagnostics) -> io::Result<()> {
    let stderr = io::stderr();
    let columns = terminal_size::terminal_size_of(&stderr).map(|(width, _)| usize::from(width.0));
    let text = match columns.map(|columns| columns.saturating_sub(HELP_INDENT)) {
        Some(width) => diagnostics.with_help(|help| wrap(help, 0, width)).render(takes_colour(&stderr)),
        None => diagnostics.render(takes_colour(&stderr)),
    };
    writeln!(stderr.lock(), "{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_fitted_to_the_terminal_and_tables_keep_their_column() {
        assert_eq!(fitted("one two three four", 9), "one two\n  three\n  four");
        assert_eq!(fitted("  key      a long meaning of it", 26), "  key      a long meaning\n           of it");
        assert_eq!(fitted("    shards = 4 # an example", 20), "    shards = 4 # an example");
        assert_eq!(fitted("short", 9), "short");
        assert_eq!(fitted("unbreakable-word and", 9), "unbreakable-word\n  and");
    }
}
