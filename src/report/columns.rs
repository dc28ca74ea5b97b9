//! Where the tables of a report go: headings, columns of figures, and lines of text; and how a terminal shows them.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};

use super::style::Page;
use super::words::wrap;
use crate::measure::ShardVerdict;

/// Something that tables are written to.
pub(super) trait Sheet {
    /// A heading, and what the figures below it mean.
    fn heading(&mut self, title: &str, legend: &str);
    /// A table.
    fn columns(&mut self, columns: &Columns<'_>);
    /// A line of text.
    fn line(&mut self, text: &str);
    /// A line that does not belong to what is above it.
    fn apart(&mut self, text: &str);
}

/// A terminal, or a file that looks like one.
pub(super) struct OnTerminal<'a> {
    pub(super) page: &'a Page,
    pub(super) out: &'a mut String,
}

impl Sheet for OnTerminal<'_> {
    fn heading(&mut self, title: &str, legend: &str) {
        let _ = writeln!(self.out, "\n{}", self.page.style.bold(title));
        for line in wrap(legend, 2, self.page.width).lines() {
            let _ = writeln!(self.out, "{}", self.page.style.dim(line));
        }
    }
    fn columns(&mut self, columns: &Columns<'_>) {
        write_columns(columns, self.page, self.out);
    }
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{}", wrap(text, 2, self.page.width));
    }
    fn apart(&mut self, text: &str) {
        let _ = writeln!(self.out, "\n{}", wrap(text, 2, self.page.width));
    }
}

/// A table before it is fitted to a width.
pub(super) struct Columns<'a> {
    pub(super) header: &'a [&'a str],
    /// Columns that are not numbers.
    pub(super) texts: &'a [usize],
    /// Columns that can be left out, the first to go first.
    pub(super) spare: &'a [usize],
    pub(super) rows: Vec<Vec<String>>,
}

/// Writes as many columns as the width takes, numbers to the right, and says which it left out.
fn write_columns(columns: &Columns<'_>, page: &Page, out: &mut String) {
    let mut shown: Vec<usize> = (0..columns.header.len()).collect();
    let mut spare = columns.spare.iter();
    while columns.width(&shown) > page.width
        && let Some(column) = spare.next()
    {
        shown.retain(|kept| kept != column);
    }
    write_table(&columns.table(&shown), page, out);
    if shown.len() < columns.header.len() {
        let left_out = (0..columns.header.len()).filter(|c| !shown.contains(c)).map(|c| columns.title(c));
        let left_out = left_out.collect::<Vec<_>>().join(", ");
        let text = wrap(&format!("left out for the width: {left_out}"), 2, page.width);
        let _ = writeln!(out, "{}", page.style.dim(&text));
    }
}

impl Columns<'_> {
    fn table(&self, shown: &[usize]) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING.header_separator(comfy_table::LineStyle::none().fill('─').junction('─')));
        table.set_header(self.headers(shown));
        table.add_rows(self.rows.iter().map(|row| shown.iter().map(|c| row[*c].clone()).collect::<Vec<_>>()));
        for (index, column) in table.column_iter_mut().enumerate() {
            let is_text = self.texts.contains(&shown[index]);
            column.set_cell_alignment(if is_text { CellAlignment::Left } else { CellAlignment::Right });
            column.set_padding((if index == 0 { 2 } else { 0 }, if index + 1 == shown.len() { 0 } else { 1 }));
        }
        table
    }

    /// Headers of these columns. That of a group, in parentheses, stands above its first column alone.
    fn headers(&self, shown: &[usize]) -> Vec<String> {
        let before = std::iter::once(None).chain(shown.iter().map(|c| self.group(*c)));
        let header = |(c, before): (&usize, Option<&str>)| match self.group(*c) {
            Some(group) if before == Some(group) => self.header[*c].replace(&format!("({group})"), ""),
            Some(group) => self.header[*c].replace(&format!("({group})"), group),
            None => self.header[*c].to_owned(),
        };
        shown.iter().zip(before).map(header).collect()
    }

    /// The group that a column stands in.
    fn group(&self, column: usize) -> Option<&str> {
        self.header[column].lines().next()?.strip_prefix('(')?.strip_suffix(')')
    }

    /// How wide a table of these columns is: a column is as wide as its longest line, with a space beside it.
    fn width(&self, shown: &[usize]) -> usize {
        let longest = |(c, header): (&usize, String)| {
            let cells = self.rows.iter().map(|row| row[*c].as_str()).chain(header.lines());
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let between = 2 + 2 * shown.len().saturating_sub(1);
        shown.iter().zip(self.headers(shown)).map(longest).sum::<usize>() + between
    }

    /// A column's header in one line, with the group that it stands in: `age p99`.
    pub(super) fn title(&self, column: usize) -> String {
        let lower = self.header[column].lines().nth(1);
        let Some(lower) = lower else { return self.header[column].to_owned() };
        let own = self.group(column).unwrap_or(self.header[column].lines().next().unwrap_or(""));
        let joined =
            if own.ends_with('-') { format!("{}{lower}", own.trim_end_matches('-')) } else { format!("{own} {lower}") };
        joined.trim().to_owned()
    }
}

fn write_table(table: &Table, page: &Page, out: &mut String) {
    for line in table.lines() {
        let line = line.trim_end();
        let verdict = WARNINGS.iter().find_map(|word| Some((line.strip_suffix(word)?, word)));
        let _ = match verdict {
            Some((start, word)) => writeln!(out, "{start}{}", page.style.warn(word)),
            None => writeln!(out, "{line}"),
        };
    }
}

const WARNINGS: [&str; 5] = [
    ShardVerdict::HotKey.as_str(),
    ShardVerdict::HotShard.as_str(),
    ShardVerdict::TooFewShards.as_str(),
    ShardVerdict::Bursts.as_str(),
    ShardVerdict::UnevenRanges.as_str(),
];
