//! The tables of the report, as the terminal has them.

use super::markup::{Column, Markup, paragraph, table};
use super::page::Panel;
use crate::measure::Figures;
use crate::report::columns::{Columns, Sheet};
use crate::report::tables;

/// A page that tables are written to.
#[derive(Default)]
struct OnPage {
    body: Markup,
    title: String,
}

impl Sheet for OnPage {
    fn heading(&mut self, title: &str, legend: &str) {
        title.clone_into(&mut self.title);
        let body = std::mem::take(&mut self.body);
        self.body = body.raw("<h3>").text(title).raw("</h3>\n<p class=\"said\">").text(legend).raw("</p>\n");
    }
    fn columns(&mut self, columns: &Columns<'_>) {
        let titles: Vec<String> = (0..columns.header.len()).map(|column| columns.title(column)).collect();
        let heads: Vec<Column<'_>> = titles
            .iter()
            .enumerate()
            .map(|(at, title)| match columns.texts.contains(&at) {
                true => Column::Text(title),
                false => Column::Number(title),
            })
            .collect();
        self.body = std::mem::take(&mut self.body).with(&table(&self.title, &heads, columns.rows.iter().cloned()));
    }
    fn line(&mut self, text: &str) {
        self.body = std::mem::take(&mut self.body).with(&paragraph(text));
    }
    fn apart(&mut self, text: &str) {
        self.line(text);
    }
}

pub(super) fn panel(figures: &Figures) -> Option<Panel> {
    let mut page = OnPage::default();
    tables::figures(figures, &mut page);
    (!page.body.is_empty()).then(|| Panel::new("figures", "Figures", page.body))
}
