//! What is different between two runs: how they came out, what their files say, their figures, and the first event.
//!
//! Both are taken as reports and resolved scenarios have them, so that a folder of last month and a file of today can
//! be compared. What belongs to the machine (wall time) is left out.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use super::words::{plural, wrap};

/// Figures told; the others are counted.
pub(crate) const FIGURES_MAX: usize = 25;

/// A run to be compared.
pub(crate) struct Side {
    /// As the user named it.
    pub(crate) name: String,
    /// The JSON report.
    pub(crate) report: Value,
    /// The resolved scenario.
    pub(crate) scenario: toml::Table,
}

/// The first event that differs, as lines that people read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FirstEvent {
    /// Its number, from 1.
    pub(crate) number: u64,
    /// Those before, which are the same.
    pub(crate) before: Vec<String>,
    /// From it on, of each run; none where a run has ended.
    pub(crate) of: [Vec<String>; 2],
}

/// How the events of two runs compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Events {
    /// All are the same.
    Same,
    /// They go on differently from here.
    Differ(FirstEvent),
    /// They cannot be compared, and why.
    Unknown(String),
}

/// Something that is not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) what: String,
    pub(crate) values: [String; 2],
}

/// A figure that is not the same.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FigureChange {
    pub(crate) change: Change,
    /// Of the larger of both, in percent; 100 when one of them is nothing.
    pub(crate) percent: f64,
}

/// All that is different.
pub(crate) struct Difference {
    pub(crate) names: [String; 2],
    /// Which run each was: verdict, seed, hash.
    pub(crate) runs: [String; 2],
    /// Verdicts: of the run, of checks, of expectations.
    pub(crate) outcome: Vec<Change>,
    /// Keys of the resolved scenarios.
    pub(crate) keys: Vec<Change>,
    /// Streams, shards and the like that only one of them has.
    pub(crate) alone: Vec<Change>,
    /// Those that changed most first.
    pub(crate) figures: Vec<FigureChange>,
    pub(crate) events: Events,
}

/// Compares two runs.
pub(crate) fn compare(a: &Side, b: &Side, events: Events) -> Difference {
    Difference {
        names: [a.name.clone(), b.name.clone()],
        runs: [run_told(&a.report), run_told(&b.report)],
        outcome: changes(&outcome(&a.report), &outcome(&b.report)),
        keys: changes(&keys(&a.scenario), &keys(&b.scenario)),
        alone: alone(&figures(&a.report), &figures(&b.report)),
        figures: figure_changes(&figures(&a.report), &figures(&b.report)),
        events,
    }
}

impl Difference {
    /// Whether both came out the same: the verdicts of the run, its checks and its expectations.
    pub(crate) fn is_same_outcome(&self) -> bool {
        self.outcome.is_empty()
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("?")
}

fn run_told(report: &Value) -> String {
    let seed = report.get("seeds").and_then(Value::as_str).map_or_else(|| report["seed"].to_string(), str::to_owned);
    format!("{} (seed {seed}, trace hash {})", text(report, "came_out"), text(report, "trace_hash"))
}

type Values = BTreeMap<String, String>;

fn outcome(report: &Value) -> Values {
    let of = |list: &str, name: &str, word: &str| {
        let all = report.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
        let named: Vec<_> = all
            .iter()
            .map(|one| {
                let verdict = text(one, "verdict");
                let detail = if verdict == "fail" { format!(": {}", text(one, "detail")) } else { String::new() };
                (format!("{word} {}", text(one, name)), (verdict.to_owned(), detail))
            })
            .collect();
        named
    };
    let checks = of("checks", "name", "check").into_iter().chain(of("expectations", "text", "expected"));
    // Details differ wherever times do: only the verdict is the outcome.
    let verdicts = checks.map(|(name, (verdict, _))| (name, verdict));
    let whole = [("verdict".to_owned(), text(report, "came_out").to_owned())];
    whole.into_iter().chain(verdicts).collect()
}

/// What stands in one only, or differs, in the order of names.
fn changes(a: &Values, b: &Values) -> Vec<Change> {
    let names: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let shown = |values: &Values, name: &String| values.get(name).cloned().unwrap_or_else(|| "(not there)".to_owned());
    let differing = names.into_iter().filter(|name| a.get(*name) != b.get(*name));
    differing.map(|name| Change { what: name.clone(), values: [shown(a, name), shown(b, name)] }).collect()
}

/// Keys with their values as TOML writes them, so that `4` and `"4"` differ.
fn keys(scenario: &toml::Table) -> Values {
    let mut found = Values::new();
    scenario.iter().for_each(|(key, value)| walk_keys(value, key.clone(), &mut found));
    // Names and sources are not what a run does.
    found.remove("name");
    found
}

fn walk_keys(value: &toml::Value, path: String, found: &mut Values) {
    match value {
        toml::Value::Table(table) => {
            table.iter().for_each(|(key, value)| walk_keys(value, format!("{path}.{key}"), found));
        }
        toml::Value::Array(items) if items.iter().any(toml::Value::is_table) => {
            (1..).zip(items).for_each(|(n, value)| walk_keys(value, format!("{path}[{n}]"), found));
        }
        value => {
            found.insert(path, value.to_string());
        }
    }
}

fn figures(report: &Value) -> BTreeMap<String, Option<f64>> {
    let mut found = BTreeMap::new();
    for part in ["streams", "consumers", "producers", "tables"] {
        if let Some(value) = report.get(part) {
            walk_figures(value, part.to_owned(), &mut found);
        }
    }
    found
}

fn walk_figures(value: &Value, path: String, found: &mut BTreeMap<String, Option<f64>>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| walk_figures(value, format!("{path}.{name}"), found));
        }
        Value::Array(items) => {
            (1..).zip(items).for_each(|(n, value)| walk_figures(value, format!("{path}[{n}]"), found));
        }
        // When a peak was says nothing of how high it was.
        _ if path.ends_with("_at_s") => {}
        Value::Number(number) => {
            found.insert(path, number.as_f64());
        }
        Value::Null => {
            found.insert(path, None);
        }
        Value::Bool(_) | Value::String(_) => {}
    }
}

/// What has figures in one run only, each once.
fn alone(a: &BTreeMap<String, Option<f64>>, b: &BTreeMap<String, Option<f64>>) -> Vec<Change> {
    let words = |is_in_a: bool| if is_in_a { ["there", "not there"] } else { ["not there", "there"] };
    let only = |these: &BTreeMap<String, Option<f64>>, others: &BTreeMap<String, Option<f64>>, is_in_a: bool| {
        let missing = these.keys().filter(|name| !others.contains_key(*name));
        let owners: std::collections::BTreeSet<&str> =
            missing.map(|name| name.rsplit_once('.').map_or(&**name, |(owner, _)| owner)).collect();
        let change = |what: &str| Change { what: what.to_owned(), values: words(is_in_a).map(str::to_owned) };
        owners.into_iter().map(change).collect::<Vec<_>>()
    };
    let mut found = only(a, b, true);
    found.extend(only(b, a, false));
    found
}

fn figure_changes(a: &BTreeMap<String, Option<f64>>, b: &BTreeMap<String, Option<f64>>) -> Vec<FigureChange> {
    let names = a.keys().filter(|name| b.contains_key(*name));
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), number);
    let mut changed: Vec<FigureChange> = names
        .filter_map(|name| {
            let (before, after) = (a.get(name).copied().flatten(), b.get(name).copied().flatten());
            let percent = match (before, after) {
                (None, None) => return None,
                (Some(before), Some(after)) if before == after => return None,
                (Some(before), Some(after)) => 100.0 * (after - before).abs() / before.abs().max(after.abs()),
                (None, Some(_)) | (Some(_), None) => 100.0,
            };
            Some(FigureChange { change: Change { what: name.clone(), values: [shown(before), shown(after)] }, percent })
        })
        .collect();
    // Sums over all come before their parts where both changed as much.
    let depth = |change: &FigureChange| change.change.what.matches('.').count();
    changed.sort_by(|x, y| y.percent.total_cmp(&x.percent).then_with(|| depth(x).cmp(&depth(y))));
    changed
}

fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        let sign = if value < 0.0 { "-" } else { "" };
        return format!("{sign}{}", super::words::count(value.abs() as u64));
    }
    format!("{value:.2}")
}

/// The difference as text.
pub(crate) fn told(difference: &Difference, width: usize, all: bool) -> String {
    let mut out = String::new();
    for (letter, (name, run)) in ["A", "B"].iter().zip(difference.names.iter().zip(&difference.runs)) {
        let _ = writeln!(out, "{letter}  {name}: {run}");
    }
    let changed = |out: &mut String, changes: &[Change]| {
        for Change { what, values: [a, b] } in changes {
            let _ = writeln!(out, "{}", wrap(&format!("{what}: {a} -> {b}"), 2, width));
        }
    };
    if difference.is_same_outcome() {
        let _ = writeln!(out, "\nSame outcome: every verdict is the same");
    } else {
        let _ = writeln!(out, "\nOutcome: {}", differ(difference.outcome.len(), "verdict"));
        changed(&mut out, &difference.outcome);
    }
    if difference.keys.is_empty() {
        let _ = writeln!(out, "\nScenario: the same");
    } else {
        let _ = writeln!(out, "\nScenario: {}", differ(difference.keys.len(), "key"));
        changed(&mut out, &difference.keys);
    }
    events_told(&difference.events, width, &mut out);
    figures_told(difference, width, all, &mut out);
    out
}

/// `1 key differs`, `3 keys differ`.
fn differ(n: usize, what: &str) -> String {
    format!("{} {}", plural(n, what), if n == 1 { "differs" } else { "differ" })
}

fn events_told(events: &Events, width: usize, out: &mut String) {
    match events {
        Events::Same => {
            let _ = writeln!(out, "\nEvents: all the same");
        }
        Events::Unknown(why) => {
            let _ = writeln!(out, "\n{}", wrap(&format!("Events: not compared, because {why}"), 0, width));
        }
        Events::Differ(FirstEvent { number, before, of: [a, b] }) => {
            let _ = writeln!(out, "\nEvents: the first that differs is number {}", super::words::count(*number));
            let lines = before.iter().map(|line| (" ", line));
            let lines = lines.chain(a.iter().map(|line| ("A", line))).chain(b.iter().map(|line| ("B", line)));
            for (letter, line) in lines {
                let line = wrap(line, 4, width);
                let _ = writeln!(out, "  {letter} {}", line.trim_start());
            }
            for (letter, _) in ["A", "B"].iter().zip([a, b]).filter(|(_, lines)| lines.is_empty()) {
                let _ = writeln!(out, "  {letter} has ended");
            }
        }
    }
}

fn figures_told(difference: &Difference, width: usize, all: bool, out: &mut String) {
    if !difference.alone.is_empty() {
        let _ = writeln!(out, "\nOnly in one of them");
        for Change { what, values: [a, _] } in &difference.alone {
            let _ = writeln!(out, "{}", wrap(&format!("{}: {what}", if a == "there" { "A" } else { "B" }), 2, width));
        }
    }
    let figures = &difference.figures;
    if figures.is_empty() {
        let _ = writeln!(out, "\nFigures: all the same");
        return;
    }
    let shown = if all { figures.len() } else { figures.len().min(FIGURES_MAX) };
    let _ = writeln!(out, "\nFigures: {}, those that changed most first", differ(figures.len(), "figure"));
    for FigureChange { change: Change { what, values: [a, b] }, percent } in &figures[..shown] {
        let percent = super::words::percent(*percent);
        let _ = writeln!(out, "{}", wrap(&format!("{what}: {a} -> {b} ({percent} %)"), 2, width));
    }
    if shown < figures.len() {
        let _ = writeln!(out, "  and {} more, which --all shows", figures.len() - shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(name: &str, verdict: &str, throttled: u64, shards: &str) -> Side {
        let report = serde_json::json!({
            "came_out": verdict, "seed": 7, "seeds": null, "trace_hash": "00ab",
            "checks": [{"name": "shard-order", "verdict": verdict, "detail": "at 0:01"}], "expectations": [],
            "streams": {"clicks": {"records_throttled": throttled, "records_acked": 100, "peak_at_s": throttled}},
            "consumers": {"billing": {"iterator_age_p50_ms": null}},
        });
        let text = format!("name = \"{name}\"\n[stream.clicks]\nshards = {shards}\n[[fault]]\nat = \"1m\"\n");
        Side { name: name.into(), report, scenario: text.parse().expect("TOML") }
    }

    #[test]
    fn what_differs_is_told_by_outcome_keys_events_and_figures() {
        let (a, b) = (side("a.toml", "pass", 0, "4"), side("b.toml", "fail", 1234, "\"4\""));
        let line = |text: &str| vec![text.to_owned()];
        let first = FirstEvent { number: 3, before: line("0:00:01  A"), of: [line("0:00:02  B"), Vec::new()] };
        let difference = compare(&a, &b, Events::Differ(first));
        assert!(!difference.is_same_outcome());
        insta::with_settings!({
            snapshot_path => "../../snapshots/report", prepend_module_to_snapshot => false, omit_expression => true,
        }, {
            insta::assert_snapshot!("diff", told(&difference, 100, false));
        });
    }

    #[test]
    fn a_run_is_the_same_as_itself() {
        let of = |name: &str| side(name, "pass", 5, "4");
        let difference = compare(&of("a.toml"), &of("b.toml"), Events::Same);
        assert!(difference.is_same_outcome());
        assert_eq!((difference.keys.len(), difference.figures.len()), (0, 0), "a name changes nothing");
    }
}
