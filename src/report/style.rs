//! How the terminal report looks: its width and its colours.

use std::ops::RangeInclusive;

use anstyle::{AnsiColor, Style as Ansi};

use crate::check::Verdict;

/// Width of a report in a file.
const WIDTH: usize = 110;
/// Narrower than this no table can be read, and wider no line of text.
const WIDTHS: RangeInclusive<usize> = 60..=200;

/// What a report is written on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub(super) style: Style,
    pub(super) width: usize,
    /// Lines that the caller adds before the verdict: how fast the run was, where its files are.
    pub(super) notes: Vec<String>,
}

impl Page {
    /// A terminal that is `columns` wide; reports keep to 60 to 200.
    pub(crate) fn new(style: Style, columns: Option<usize>, notes: Vec<String>) -> Self {
        let width = columns.unwrap_or(WIDTH).clamp(*WIDTHS.start(), *WIDTHS.end());
        Self { style, width, notes }
    }
    /// Columns of a line.
    pub(crate) fn width(&self) -> usize {
        self.width
    }
    /// What the eye may pass over.
    pub(crate) fn dim(&self, text: &str) -> String {
        self.style.dim(text)
    }
    /// What the eye is to find.
    pub(crate) fn bold(&self, text: &str) -> String {
        self.style.bold(text)
    }
}

impl From<Style> for Page {
    /// 110 columns, in which every table has all its columns.
    fn from(style: Style) -> Self {
        Self::new(style, None, Vec::new())
    }
}

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
