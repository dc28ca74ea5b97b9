//! How the terminal report looks: its width and its colours.

use anstyle::{AnsiColor, Style as Ansi};

use crate::check::Verdict;

/// Width that the report keeps to where it can.
pub(crate) const WIDTH: usize = 100;

/// Whether the report is for a terminal that shows colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// For files and pipes: no ANSI sequences.
    Plain,
    /// For terminals: verdicts are coloured by ANSI sequences.
    Coloured,
}

impl Style {
    pub(super) fn paint(self, ansi: Ansi, text: &str) -> String {
        match self {
            Self::Plain => text.to_string(),
            Self::Coloured => format!("{ansi}{text}{ansi:#}"),
        }
    }
    pub(super) fn bold(self, text: &str) -> String {
        self.paint(Ansi::new().bold(), text)
    }
    pub(super) fn dim(self, text: &str) -> String {
        self.paint(Ansi::new().dimmed(), text)
    }
    pub(super) fn warn(self, text: &str) -> String {
        self.paint(AnsiColor::Yellow.on_default().bold(), text)
    }
    pub(super) fn verdict(self, verdict: Verdict, text: &str) -> String {
        let colour = match verdict {
            Verdict::Pass => AnsiColor::Green,
            Verdict::Unknown => AnsiColor::Yellow,
            Verdict::Fail => AnsiColor::Red,
        };
        self.paint(colour.on_default().bold(), text)
    }
}
