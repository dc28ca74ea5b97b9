//! HTML that is put together so that what users and clients wrote can only ever be text.

use std::fmt::{Display, Write};

/// A piece of a page. Only what stands in the program goes into it as markup; everything else is escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Markup(String);

impl Markup {
    /// A piece that begins with this.
    pub(super) fn of(html: &'static str) -> Self {
        Self(html.to_owned())
    }
    /// SVG of the program's own drawing. The library that draws escapes its texts.
    pub(super) fn drawn(svg: String) -> Self {
        Self(svg)
    }
    /// Markup.
    pub(super) fn raw(mut self, html: &'static str) -> Self {
        self.0.push_str(html);
        self
    }
    /// Text, also within an attribute's quotes.
    pub(super) fn text(mut self, text: impl Display) -> Self {
        let _ = write!(Escaped(&mut self.0), "{text}");
        self
    }
    /// Another piece.
    pub(super) fn with(mut self, other: &Self) -> Self {
        self.0.push_str(&other.0);
        self
    }
    /// Other pieces.
    pub(super) fn all(self, others: impl IntoIterator<Item = Self>) -> Self {
        others.into_iter().fold(self, |whole, other| whole.with(&other))
    }
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub(super) fn into_string(self) -> String {
        self.0
    }
}

struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                // Not allowed in HTML, whatever the spelling.
                c if c.is_control() && c != '\n' && c != '\t' => self.0.push('\u{fffd}'),
                c => self.0.push(c),
            }
        }
        Ok(())
    }
}

/// A column of a table.
#[derive(Clone, Copy)]
pub(super) enum Column<'a> {
    Text(&'a str),
    Number(&'a str),
}

/// A table with a caption, in a frame of its own that can be moved where it is wider than the page.
pub(super) fn table(caption: &str, columns: &[Column<'_>], rows: impl IntoIterator<Item = Vec<String>>) -> Markup {
    let head = columns.iter().enumerate().map(|column| match column {
        (0, Column::Number(name)) | (_, Column::Text(name)) => Markup::of("<th scope=\"col\">").text(name).raw("</th>"),
        (_, Column::Number(name)) => Markup::of("<th scope=\"col\" class=\"number\">").text(name).raw("</th>"),
    });
    let cell = |(at, (column, value)): (usize, (&Column<'_>, String))| match (at, column) {
        (0, _) => Markup::of("<th scope=\"row\">").text(value).raw("</th>"),
        (_, Column::Text(_)) => Markup::of("<td>").text(value).raw("</td>"),
        (_, Column::Number(_)) => Markup::of("<td class=\"number\">").text(value).raw("</td>"),
    };
    let row = |row: Vec<String>| Markup::of("<tr>").all(columns.iter().zip(row).enumerate().map(cell)).raw("</tr>\n");
    Markup::of("<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"")
        .text(caption)
        .raw("\"><table><caption>")
        .text(caption)
        .raw("</caption>\n<thead><tr>")
        .all(head)
        .raw("</tr></thead>\n<tbody>\n")
        .all(rows.into_iter().map(row))
        .raw("</tbody></table></div>\n")
}

/// A part of the page that can be opened.
pub(super) fn folded(summary: &str, body: &Markup) -> Markup {
    Markup::of("<details><summary>").text(summary).raw("</summary>\n").with(body).raw("</details>\n")
}

/// A paragraph.
pub(super) fn paragraph(text: impl Display) -> Markup {
    Markup::of("<p>").text(text).raw("</p>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_text_never_becomes_markup() {
        let text = "</script><b a='1' c=\"2\">&amp;\u{0}\u{1b}[31m";
        let shown = Markup::of("<p title=\"").text(text).raw("\">").text(text).raw("</p>").into_string();
        let escaped = "&lt;/script&gt;&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;\u{fffd}\u{fffd}[31m";
        assert_eq!(shown, format!("<p title=\"{escaped}\">{escaped}</p>"));
    }
}
