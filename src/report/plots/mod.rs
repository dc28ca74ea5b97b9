//! Plots as SVG: records and throttles per shard, iterator age per consumer, lease ownership, the
//! stages of delivery streams.
//!
//! Text is laid out by plotters' built-in estimate, not by fonts of the machine, so the bytes are the same everywhere.
//! Colours are those of Okabe and Ito, which people with any kind of colour vision can tell apart
//! (<https://jfly.uni-koeln.de/color/>).

pub(in crate::report) mod canvas;
mod flow;
mod leases;
mod lines;

use crate::measure::Series;
use crate::report::flow::is_used;

/// A plot, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plot {
    /// The file's name (`records-clicks.svg`).
    pub(crate) file_name: String,
    /// The whole file.
    pub(crate) svg: String,
}

/// Every plot that has something to show.
pub fn render(series: &Series) -> Vec<Plot> {
    let mut plots = Vec::new();
    for (id, shards) in series.streams() {
        if shards.iter().any(|shard| !shard.accepted.is_empty() || !shard.throttled.is_empty()) {
            let name = series.names().stream(id);
            push(&mut plots, format!("records-{name}"), lines::records(series, name, shards));
        }
    }
    if series.consumers().any(|(_, consumer)| !consumer.age_max_ms.is_empty()) {
        push(&mut plots, "iterator-age".into(), lines::iterator_age(series));
    }
    for (id, consumer) in series.consumers() {
        if consumer.leases.iter().any(|spans| !spans.is_empty()) {
            let name = series.names().consumer(id);
            push(&mut plots, format!("leases-{name}"), leases::ownership(series, name, consumer));
        }
    }
    for flow in series.flows().filter(|flow| is_used(flow)) {
        push(&mut plots, format!("flow-{}", flow.name), flow::stacked(series, flow));
    }
    plots
}

fn push(plots: &mut Vec<Plot>, stem: String, drawn: canvas::Drawn) {
    let Ok(svg) = drawn else { unreachable!("a drawing in memory meets no error of a device") };
    let safe = |c: char| if c.is_ascii_alphanumeric() || "_.-".contains(c) { c } else { '_' };
    let stem: String = stem.chars().map(safe).collect();
    // A stream created again under its name has a plot of its own.
    let taken = |name: &String| plots.iter().any(|p: &Plot| p.file_name == *name);
    let names = (1..).map(|n| if n == 1 { format!("{stem}.svg") } else { format!("{stem}-{n}.svg") });
    let file_name = names.into_iter().find(|name| !taken(name)).unwrap_or(stem);
    plots.push(Plot { file_name, svg });
}
