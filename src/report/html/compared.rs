//! The page of two runs side by side: what differs, and the plots of both, one above the other.

use super::markup::{Column, Markup, paragraph, table};
use super::overlay;
use super::page::{Panel, whole};
use super::verdict::word;
use crate::check::Verdict;
use crate::measure::Series;
use crate::report::diff::{Change, Difference, Events, FIGURES_MAX, FigureChange, FirstEvent};
use crate::report::words::{count, percent};

/// The page of two runs. Plots are there where both were made again.
pub(crate) fn of_two(difference: &Difference, plotted: Option<[&Series; 2]>) -> String {
    let (verdict, head) = match difference.is_same_outcome() {
        true => (Verdict::Pass, "same outcome"),
        false => (Verdict::Fail, "another outcome"),
    };
    let [a, b] = &difference.names;
    let runs = ["A", "B"].iter().zip(difference.names.iter().zip(&difference.runs));
    let runs = runs.map(|(letter, (name, run))| paragraph(format!("{letter}: {name}: {run}")));
    let top = Markup::of("<p class=\"verdict\">")
        .with(&word(verdict, head))
        .raw("</p>\n<h1>")
        .text(format!("{a} and {b}"))
        .raw("</h1>\n")
        .all(runs);
    let panels = [
        changed("outcome", "Outcome", "Verdicts that differ", &difference.outcome, "Every verdict is the same."),
        changed("keys", "Scenario", "Keys that differ", &difference.keys, "The scenarios are the same."),
        events(&difference.events),
    ];
    let plots = plotted.and_then(|[a, b]| plots(a, b));
    let panels: Vec<Panel> = panels.into_iter().chain(plots).chain([figures(difference)]).collect();
    let foot = paragraph("Made by kinesim diff.");
    whole(&format!("{head}: {a}, {b} - kinesim"), &top, &panels, &foot)
}

fn changed(id: &'static str, title: &str, caption: &str, changes: &[Change], none: &str) -> Panel {
    let rows = changes.iter().map(|Change { what, values: [a, b] }| vec![what.clone(), a.clone(), b.clone()]);
    let columns = [Column::Text("What"), Column::Text("A"), Column::Text("B")];
    let body = if changes.is_empty() { paragraph(none) } else { table(caption, &columns, rows) };
    Panel::new(id, title, body)
}

fn figures(difference: &Difference) -> Panel {
    let changes = &difference.figures;
    let rows = changes.iter().take(4 * FIGURES_MAX).map(|FigureChange { change, percent: by }| {
        let Change { what, values: [a, b] } = change;
        vec![what.clone(), a.clone(), b.clone(), percent(*by)]
    });
    let columns = [Column::Text("Figure"), Column::Number("A"), Column::Number("B"), Column::Number("Change, %")];
    let caption = format!("{} figures differ; those that changed most", count(changes.len() as u64));
    let body =
        if changes.is_empty() { paragraph("All figures are the same.") } else { table(&caption, &columns, rows) };
    let alone = difference.alone.iter().map(|Change { what, values: [a, b] }| vec![what.clone(), a.clone(), b.clone()]);
    let columns = [Column::Text("What"), Column::Text("A"), Column::Text("B")];
    let alone = (!difference.alone.is_empty()).then(|| table("Only in one of them", &columns, alone));
    Panel::new("figures", "Figures", Markup::default().all(alone).with(&body))
}

fn events(events: &Events) -> Panel {
    let body = match events {
        Events::Same => paragraph("All events are the same."),
        Events::Unknown(why) => paragraph(format!("Events were not compared, because {why}.")),
        Events::Differ(FirstEvent { number, before, of: [a, b] }) => {
            let lines = before.iter().map(|line| ("both", line));
            let lines = lines.chain(a.iter().map(|line| ("A", line))).chain(b.iter().map(|line| ("B", line)));
            let rows = lines.map(|(who, line)| vec![who.to_owned(), line.trim().to_owned()]);
            let columns = [Column::Text("Run"), Column::Text("Event")];
            table(&format!("The first event that differs is number {}", count(*number)), &columns, rows)
        }
    };
    Panel::new("events", "First event that differs", body)
}

fn plots(a: &Series, b: &Series) -> Option<Panel> {
    let drawn = overlay::plots(a, b);
    let body = Markup::of("<div class=\"plots\">\n").with(&drawn).raw("</div>\n");
    (!drawn.is_empty()).then(|| Panel::new("plots", "Both runs over time", body))
}
