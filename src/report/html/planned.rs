//! The page of a plan: what is recommended and why, the promises over two keys at a time, cost against lag, and how
//! near each limit is.
//!
//! A map shows two keys; where more vary, the others stand at what is recommended. What a plan's answer says in words
//! stands here in the same words.

use super::chart::{Chart, Spot};
use super::markup::{Column, Markup, paragraph, table};
use super::page::{Panel, whole};
use super::verdict::word;
use crate::base::SimTime;
use crate::check::Verdict;
use crate::price::Usd;
use crate::report::words::count;

/// Configurations of the table; a plan may have thousands.
const ROWS_MAX: usize = 500;
/// Limits that have a bar.
const BARS_MAX: usize = 12;
/// Two keys at a time, at most so many pairs.
const PAIRS_MAX: usize = 3;

/// A plan's answer.
pub(crate) struct Planned {
    pub(crate) scenario: String,
    pub(crate) holds: bool,
    /// What is recommended, or that nothing is.
    pub(crate) said: String,
    /// What was tried, and how.
    pub(crate) tried_how: String,
    /// Keys that vary with their values.
    pub(crate) axes: Vec<(String, Vec<String>)>,
    /// The promises.
    pub(crate) promises: Vec<String>,
    pub(crate) tried: Vec<Tried>,
    /// Which of them is recommended.
    pub(crate) best: Option<usize>,
    /// How much of each limit it uses in percent, and when.
    pub(crate) headroom: Vec<(String, f64, Option<SimTime>)>,
    /// The answer in words: the head of each part, and its lines with how far each is from the margin.
    pub(crate) parts: Vec<(String, Vec<(usize, String)>)>,
}

/// A configuration that was tried.
pub(crate) struct Tried {
    /// Its place on each axis.
    pub(crate) places: Vec<usize>,
    pub(crate) holds: bool,
    pub(crate) cost_usd: Option<f64>,
    /// The greatest iterator age of a consumer, in seconds.
    pub(crate) lag_s: Option<f64>,
    /// Each promise: whether it holds, and the number that decided.
    pub(crate) promises: Vec<(bool, String)>,
    /// Why it is no scenario.
    pub(crate) wrong: Option<String>,
}

impl Tried {
    fn cost(&self) -> String {
        self.cost_usd.map_or("-".to_owned(), |usd| Usd::of_dollars(usd).in_cents())
    }
}

/// The page of a plan.
pub(crate) fn of_plan(planned: &Planned) -> String {
    let (verdict, head) = match planned.holds {
        true => (Verdict::Pass, "holds"),
        false => (Verdict::Fail, "does not hold"),
    };
    let top = Markup::of("<p class=\"verdict\">")
        .with(&word(verdict, head))
        .raw("</p>\n<h1>Plan of ")
        .text(&planned.scenario)
        .raw("</h1>\n<p><strong>")
        .text(&planned.said)
        .raw("</strong></p>\n")
        .with(&paragraph(&planned.tried_how));
    let panels = [maps(planned), frontier(planned), bars(planned)];
    let words = [words(planned), all(planned)];
    let panels: Vec<Panel> = panels.into_iter().flatten().chain(words).collect();
    let foot = paragraph("Made by kinesim plan.");
    whole(&format!("{head}: plan of {} - kinesim", planned.scenario), &top, &panels, &foot)
}

/// Pairs of keys that have more than one value each.
fn pairs(planned: &Planned) -> Vec<(usize, usize)> {
    let varied: Vec<usize> = (0..planned.axes.len()).filter(|axis| planned.axes[*axis].1.len() > 1).collect();
    match varied[..] {
        [] => Vec::new(),
        [only] => vec![(only, only)],
        _ => {
            let all = varied.iter().enumerate().flat_map(|(n, a)| varied[n + 1..].iter().map(move |b| (*a, *b)));
            all.take(PAIRS_MAX).collect()
        }
    }
}

fn maps(planned: &Planned) -> Option<Panel> {
    // Where nothing holds, what was tried last stands for the others.
    let at = planned.tried.get(planned.best.unwrap_or(planned.tried.len().checked_sub(1)?))?;
    let maps = pairs(planned).into_iter().map(|pair| map_of(planned, pair, at));
    let untouched: Vec<&str> = (0..planned.promises.len())
        .filter(|n| !is_ever_broken(planned, *n))
        .map(|n| planned.promises[n].as_str())
        .collect();
    let untouched = (!untouched.is_empty())
        .then(|| paragraph(format!("No configuration that was tried breaks {}.", untouched.join(", "))));
    let body = Markup::default().all(maps);
    let body = if body.is_empty() { body } else { body.all(untouched) };
    (!body.is_empty()).then(|| Panel::new("promises", "Promises over the keys that vary", body))
}

fn is_ever_broken(planned: &Planned, promise: usize) -> bool {
    planned.tried.iter().any(|tried| tried.promises.get(promise).is_some_and(|(holds, _)| !holds))
}

fn map_of(planned: &Planned, (down, across): (usize, usize), at: &Tried) -> Markup {
    let is_one = down == across;
    let (key_down, key_across) = (&planned.axes[down].0, &planned.axes[across].0);
    let one_row = vec![String::new()];
    let (columns, rows) = (&planned.axes[across].1, if is_one { &one_row } else { &planned.axes[down].1 });
    let found = |column: usize, row: usize| {
        planned.tried.iter().find(|tried| {
            tried.places.iter().enumerate().all(|(axis, place)| match axis {
                axis if axis == across => *place == column,
                axis if axis == down => *place == row,
                axis => *place == at.places[axis],
            })
        })
    };
    let others: Vec<String> = (0..planned.axes.len())
        .filter(|axis| *axis != down && *axis != across && planned.axes[*axis].1.len() > 1)
        .map(|axis| format!("{} = {}", planned.axes[axis].0, planned.axes[axis].1[at.places[axis]]))
        .collect();
    let with = if others.is_empty() { String::new() } else { format!(" With {}.", others.join(", ")) };
    let keys = if is_one { key_across.clone() } else { format!("{key_down} and {key_across}") };
    let name = if is_one { "" } else { key_down };
    let map = |title: &str, said: &str, cell: &dyn Fn(&Tried) -> (bool, String)| {
        let shown = |column: usize, row: usize| found(column, row).map(cell);
        let table = cells_table(title, (columns, rows), &shown);
        let chart = Chart { title, said, table: &table };
        chart.cells((key_across, columns), (name, rows), shown)
    };
    let whole = format!("Cells have the cost in USD a month; red ones break a promise.{with}");
    let all = map("All promises", &whole, &|tried| (tried.holds, tried.cost()));
    let each = planned.promises.iter().enumerate().filter(|(n, _)| is_ever_broken(planned, *n)).map(|(n, promise)| {
        let said = format!("Cells have the number that decided.{with}");
        map(promise, &said, &|tried| tried.promises.get(n).cloned().unwrap_or((tried.holds, "-".to_owned())))
    });
    let each: Vec<Markup> = each.collect();
    Markup::of("<h3>").text(keys).raw("</h3>\n<div class=\"plots\">\n").with(&all).all(each).raw("</div>\n")
}

fn cells_table(
    title: &str,
    (columns, rows): (&[String], &[String]),
    cell: &dyn Fn(usize, usize) -> Option<(bool, String)>,
) -> Markup {
    let heads: Vec<Column<'_>> =
        [Column::Text("")].into_iter().chain(columns.iter().map(|name| Column::Number(name))).collect();
    let told = |found: Option<(bool, String)>| match found {
        Some((true, word)) => word,
        Some((false, word)) => format!("{word} (fails)"),
        None => "not tried".to_owned(),
    };
    let lines = rows.iter().enumerate().map(|(row, name)| {
        let cells = (0..columns.len()).map(|column| told(cell(column, row)));
        [name.clone()].into_iter().chain(cells).collect()
    });
    table(title, &heads, lines)
}

fn frontier(planned: &Planned) -> Option<Panel> {
    let spots: Vec<Spot> = (0..)
        .zip(&planned.tried)
        .filter_map(|(n, tried)| {
            let (cost, lag) = (tried.cost_usd?, tried.lag_s?);
            Some(Spot { cost, lag, holds: tried.holds, is_best: planned.best == Some(n) })
        })
        .collect();
    if spots.len() < 2 || spots.iter().all(|spot| spot.lag == 0.0) {
        return None;
    }
    let said = "Each point is a configuration, the large one is recommended. The line joins those of which no other is \
                cheaper and lags less.";
    let nothing = Markup::default();
    let chart = Chart { title: "Cost against lag", said, table: &nothing };
    let body = chart.points(&spots, ("USD a month", "greatest iterator age after the start-up, in seconds"));
    Some(Panel::new("frontier", "What less lag costs", body))
}

fn bars(planned: &Planned) -> Option<Panel> {
    let shown = || planned.headroom.iter().take(BARS_MAX);
    let bars: Vec<(String, f64)> = shown().map(|(limit, percent, _)| (limit.clone(), *percent)).collect();
    let rows = shown().map(|(limit, percent, at)| {
        vec![limit.clone(), format!("{percent:.1}"), at.map_or("-".to_owned(), |at| at.to_string())]
    });
    let columns = [Column::Text("Limit"), Column::Number("Used, %"), Column::Number("At")];
    let table = table("What is used of each limit, at most", &columns, rows);
    let chart = Chart {
        title: "What it uses of each limit, at most",
        said: "The peak of each limit in the recommended configuration. Beyond 100 % calls are refused, but \
               for what a burst bucket gives.",
        table: &table,
    };
    (!bars.is_empty()).then(|| Panel::new("headroom", "Headroom", chart.bars(&bars)))
}

fn words(planned: &Planned) -> Panel {
    let part = |(head, lines): &(String, Vec<(usize, String)>)| {
        let line = |(indent, text): &(usize, String)| {
            let class = if *indent > 2 { "<li class=\"quiet\">" } else { "<li>" };
            Markup::of(class).text(text).raw("</li>\n")
        };
        Markup::of("<h3>").text(head).raw("</h3>\n<ul class=\"plain\">\n").all(lines.iter().map(line)).raw("</ul>\n")
    };
    Panel::new("why", "Why", Markup::default().all(planned.parts.iter().map(part)))
}

fn all(planned: &Planned) -> Panel {
    let keys = planned.axes.iter().map(|(key, _)| Column::Text(key));
    let promises = planned.promises.iter().map(|promise| Column::Text(promise));
    let heads = [Column::Text("No."), Column::Text("Verdict"), Column::Number("USD a month")];
    let columns: Vec<Column<'_>> = heads.into_iter().chain(keys).chain(promises).collect();
    let rows = planned.tried.iter().enumerate().take(ROWS_MAX).map(|(n, tried)| {
        let verdict = match (&tried.wrong, tried.holds) {
            (Some(wrong), _) => format!("no scenario: {wrong}"),
            (None, true) => "holds".to_owned(),
            (None, false) => "fails".to_owned(),
        };
        let values = tried.places.iter().zip(&planned.axes).map(|(place, (_, values))| values[*place].clone());
        let promise = |(holds, word): &(bool, String)| if *holds { word.clone() } else { format!("{word} (fails)") };
        let promises = tried.promises.iter().map(promise);
        [(n + 1).to_string(), verdict, tried.cost()].into_iter().chain(values).chain(promises).collect()
    });
    let caption = match planned.tried.len() {
        tried if tried > ROWS_MAX => {
            format!("The first {ROWS_MAX} of {} configurations; plan.json has all", count(tried as u64))
        }
        tried => format!("{} configurations", count(tried as u64)),
    };
    Panel::new("tried", "All that was tried", table(&caption, &columns, rows))
}
