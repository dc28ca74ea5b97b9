//! `[[expect]]`: what a run must come to.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::SimTime;
use crate::base::nearest::nearest;
use crate::base::written::{Duration, Rate, Share, Size};
use crate::file_path;
use crate::measure::{ANY, Occurrence, Unit, number_at, numbers};
use crate::price::Usd;
use crate::scenario::compiler::Compiler;
use crate::scenario::plan::{Comparison, Expectation, Expected, Window};
use crate::scenario::spans::Step;

/// What must come out: one number or one `sometimes`, over all of the run or a part of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Path of a number in the JSON report, such as `streams.clicks.records_throttled`; `*` stands for any name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// What `number` must be, such as `"< 5s"`, with the unit that the number's name ends in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
    /// Share of records refused for throughput (WriteProvisionedThroughputExceeded).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttled_writes: Option<String>,
    /// GetRecords calls refused for throughput (ReadProvisionedThroughputExceeded).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) throttled_reads: Option<String>,
    /// Iterator age (GetRecords.IteratorAgeMilliseconds).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) iterator_age: Option<AgeExpect>,
    /// Records processed more than once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicates: Option<String>,
    /// Records that the KCL skipped after the processor threw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// Records that left retention unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unread_trimmed: Option<String>,
    /// Records that producers gave up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) given_up: Option<String>,
    /// Writes to lease tables that were throttled (WriteThrottleEvents).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) table_throttles: Option<String>,
    /// What a month costs at this rate, such as `"< 2000 USD"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cost_per_month: Option<String>,
    /// This has happened at least once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sometimes: Option<Occurrence>,
    /// Only this stream; each when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// Only this consumer; each when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// From this time on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Duration>,
    /// Only what happens before this time of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Duration>,
    /// Whether it may have nothing to judge; otherwise a run in which it has is `unknown`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) if_any: bool,
    /// `"faults heal"`: only what happens after the last fault has ended. `"start-up"`: only what happens once every
    /// open shard has been read by each consumer that has begun (a KCL needs 25 to 45 s for that).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Bounds of the iterator age.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgeExpect {
    /// Median.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) p50: Option<String>,
    /// 99th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) p99: Option<String>,
    /// Maximum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
}

/// Every expectation of the file.
pub(crate) fn expectations(c: &mut Compiler<'_>, expects: &[Expect]) -> Vec<Expectation> {
    expects.iter().enumerate().flat_map(|(n, expect)| one(c, n, expect)).collect()
}

/// A short key, the number it stands for (`{}` is the name), and its threshold.
type Short<'a> = (&'static str, &'static str, &'a Option<String>);

fn shorts(expect: &Expect) -> Vec<Short<'_>> {
    let age = expect.iterator_age.as_ref();
    let mut all: Vec<Short<'_>> = vec![
        ("throttled_writes", "streams.{}.throttled_percent", &expect.throttled_writes),
        ("throttled_reads", "streams.{}.reads_throttled", &expect.throttled_reads),
        ("duplicates", "consumers.{}.duplicates", &expect.duplicates),
        ("skipped", "consumers.{}.records_skipped", &expect.skipped),
        ("unread_trimmed", "consumers.{}.unread_records_trimmed", &expect.unread_trimmed),
        ("given_up", "producers.{}.records_given_up", &expect.given_up),
        ("table_throttles", "tables.{}.write_throttled", &expect.table_throttles),
        ("cost_per_month", "cost.per_month_usd", &expect.cost_per_month),
    ];
    if let Some(age) = age {
        all.push(("iterator_age.p50", "consumers.{}.iterator_age_p50_ms", &age.p50));
        all.push(("iterator_age.p99", "consumers.{}.iterator_age_p99_ms", &age.p99));
        all.push(("iterator_age.max", "consumers.{}.iterator_age_max_ms", &age.max));
    }
    all.retain(|short| short.2.is_some());
    all
}

fn one(c: &mut Compiler<'_>, n: usize, expect: &Expect) -> Vec<Expectation> {
    let window = window(c, n, expect);
    let suffix = window_text(expect);
    let mut found = Vec::new();
    if let Some(occurrence) = expect.sometimes {
        let word = serde_json::to_value(occurrence).ok().and_then(|word| word.as_str().map(str::to_owned));
        let text = format!("sometimes {}{suffix}", word.unwrap_or_default());
        let what = Expected::Sometimes(occurrence);
        found.push(Expectation { text: text.into(), window, what, if_any: expect.if_any });
    }
    if let Some(path) = &expect.number {
        let is = expect.is.as_deref().unwrap_or_default();
        check_number(c, n, path);
        found.extend(number(c, n, "is", path, path, is, window, &suffix));
    }
    for (key, path, is) in shorts(expect) {
        let name = if path.starts_with("streams") { &expect.stream } else { &expect.consumer };
        let name = match path.split('.').next() {
            Some("streams" | "consumers") => name.as_deref().unwrap_or("*"),
            _ => "*",
        };
        check_names(c, n, expect);
        let of = if name == "*" { String::new() } else { format!(" of {name}") };
        let path = path.replace("{}", name);
        let shown = format!("{key}{of}");
        found.extend(number(c, n, key, &shown, &path, is.as_deref().unwrap_or_default(), window, &suffix));
    }
    found.iter_mut().for_each(|expectation| expectation.if_any = expect.if_any);
    if found.len() != 1 && c.problems.is_empty() {
        let help = "one number with its bound, or one `sometimes`; write several [[expect]] for several";
        c.problem(
            file_path!["expect", n],
            "an [[expect]] expects one thing",
            format!("this one has {}", found.len()),
            help,
        );
    }
    found
}

/// A number that no run reports could never be judged.
fn check_number(c: &mut Compiler<'_>, n: usize, path: &str) {
    let (numbers, at) = (numbers(), || file_path!["expect", n, "number"]);
    let Some((number, name)) = number_at(path, &numbers) else {
        let title = format!("`{path}` is not a reported number");
        return c.problem(at(), title, "no run reports it", &near_number(path, &numbers));
    };
    // A stream or table that was created again is `name#2`.
    let name = name.split_once('#').map_or(name.as_str(), |(name, _)| name);
    if name == ANY {
        return;
    }
    match number.split('.').next() {
        Some("streams") => drop(c.stream_name(name, at())),
        Some("consumers") => c.consumer(name, at()),
        Some("producers") => c.producer_name(name, at()),
        Some("deliveries") => drop(c.delivery_name(name, at())),
        // A number of the whole run, or of a line of its bill.
        Some("cost") => {}
        _ => drop(c.table(name, at())),
    }
}

/// The number of the same section whose last word is nearest, of the same depth where there is one.
fn near_number(path: &str, numbers: &[String]) -> String {
    let (section, word) = (path.split('.').next().unwrap_or_default(), path.rsplit('.').next().unwrap_or_default());
    let of_section = || numbers.iter().filter(|number| number.split('.').next() == Some(section));
    let depth = path.split('.').count();
    let as_deep = nearest_last(word, of_section().filter(|number| number.split('.').count() == depth).collect());
    let anywhere = || numbers.iter().find(|number| number.rsplit('.').next() == Some(word));
    let has_word = |number: &&String| number.rsplit('.').next().is_some_and(|last| last.contains(word));
    let about = || of_section().filter(|_| word.len() > 2).find(has_word);
    match as_deep.or_else(|| nearest_last(word, of_section().collect())).or_else(anywhere).or_else(about) {
        Some(number) => format!("did you mean `{number}`? (`*` stands for any name)"),
        None => "a path into the JSON report, such as `streams.clicks.records_throttled`".to_owned(),
    }
}

/// The path whose last word is nearest to this one.
fn nearest_last<'a>(word: &str, paths: Vec<&'a String>) -> Option<&'a String> {
    let last = |path: &'a String| path.rsplit('.').next().unwrap_or_default();
    let near = nearest(word, paths.iter().map(|path| last(path)))?;
    paths.into_iter().find(|path| last(path) == near)
}

fn check_names(c: &mut Compiler<'_>, n: usize, expect: &Expect) {
    if let Some(stream) = &expect.stream {
        c.stream_name(stream, file_path!["expect", n, "stream"]);
    }
    if let Some(consumer) = &expect.consumer {
        c.consumer(consumer, file_path!["expect", n, "consumer"]);
    }
}

#[allow(clippy::too_many_arguments)] // one place, where all of it comes together
fn number(
    c: &mut Compiler<'_>,
    n: usize,
    key: &str,
    shown: &str,
    path: &str,
    is: &str,
    window: Window,
    suffix: &str,
) -> Option<Expectation> {
    let text: Arc<str> = format!("{shown} {is}{suffix}").into();
    match bound(is, Unit::of(path)) {
        Ok((comparison, threshold)) => {
            let what = Expected::Number { path: path.into(), comparison, threshold };
            Some(Expectation { text, window, what, if_any: false })
        }
        Err(wanted) => {
            let steps: Vec<&str> = key.split('.').collect();
            let mut at = file_path!["expect", n];
            at.extend(steps.iter().map(|step| Step::from(*step)));
            let help = match wanted {
                WITHOUT_SIGN => format!("write `< {is}`, or another of <, <=, >, >=, =, !="),
                _ => format!("a comparison (<, <=, >, >=, =, !=) and {wanted}"),
            };
            c.problem(at, format!("`{is}` is not a bound for {shown}"), "here", &help);
            None
        }
    }
}

/// What a bound lacks that is only a number.
const WITHOUT_SIGN: &str = "a comparison";

/// Reads `"< 5s"` in the unit of the number.
fn bound(text: &str, unit: Unit) -> Result<(Comparison, f64), &'static str> {
    let text = text.trim();
    let (comparison, rest) = [
        ("<=", Comparison::AtMost),
        (">=", Comparison::AtLeast),
        ("!=", Comparison::NotEqual),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
        ("==", Comparison::Equal),
        ("=", Comparison::Equal),
    ]
    .into_iter()
    .find_map(|(sign, comparison)| text.strip_prefix(sign).map(|rest| (comparison, rest.trim())))
    .ok_or(WITHOUT_SIGN)?;
    let plain = rest.replace('_', "").parse::<f64>();
    let value = match unit {
        Unit::Milliseconds => {
            rest.parse::<Duration>().map(|d| d.0.as_secs_f64() * 1e3).map_err(|_| "a time such as 5s")
        }
        Unit::Seconds => rest.parse::<Duration>().map(|d| d.0.as_secs_f64()).map_err(|_| "a time such as 5s"),
        Unit::Bytes => rest.parse::<Size>().map(|s| s.0 as f64).map_err(|_| "a size such as 1 MiB"),
        Unit::Percent => {
            let percent = rest.parse::<Share>().map(|s| s.fraction() * 100.0);
            // Peaks may be above 100 %.
            let any = rest.strip_suffix('%').and_then(|n| n.trim().parse().ok());
            percent.ok().or(any).ok_or("a share such as 5%")
        }
        Unit::PerSecond => {
            let size = rest.strip_suffix("/s").and_then(|size| size.trim().parse::<Size>().ok()).map(|s| s.0 as f64);
            rest.parse::<Rate>().ok().map(Rate::per_s).or(size).ok_or("a rate such as 1000/s")
        }
        Unit::Dollars => rest.parse::<Usd>().map(Usd::dollars).map_err(|_| "an amount such as 2000 USD"),
        Unit::Count => plain.map_err(|_| "a plain number"),
    };
    // "nan" and "inf" are numbers to Rust; nothing is ever below or above them.
    value.and_then(|value| if value.is_finite() { Ok((comparison, value)) } else { Err("a number that is finite") })
}

const FAULTS_HEAL: &str = "faults heal";
const START_UP: &str = "start-up";

fn window(c: &mut Compiler<'_>, n: usize, expect: &Expect) -> Window {
    let end = SimTime::ZERO.saturating_add(c.duration.0);
    match expect.after.as_deref() {
        Some(FAULTS_HEAL) => return Window::AfterFaultsHeal,
        Some(START_UP) => return Window::AfterStartUp,
        Some(other) => {
            let help = format!("write `after = \"{FAULTS_HEAL}\"` or `\"{START_UP}\"`; for a time use `from`");
            c.problem(file_path!["expect", n, "after"], format!("`{other}` is not a moment"), "here", &help);
        }
        None => {}
    }
    if expect.from.is_none() && expect.until.is_none() {
        return Window::WholeRun;
    }
    let from =
        expect.from.map_or(SimTime::ZERO, |from| c.instant(from, file_path!["expect", n, "from"], "this window"));
    let until = expect.until.map_or(end, |until| c.instant(until, file_path!["expect", n, "until"], "this window"));
    c.need(from < until, file_path!["expect", n, "until"], "a window ends after it begins", "");
    Window::Between(from, until)
}

fn window_text(expect: &Expect) -> String {
    let mut text = String::new();
    if let Some(from) = expect.from {
        text.push_str(&format!(" from {from}"));
    }
    if let Some(until) = expect.until {
        text.push_str(&format!(" until {until}"));
    }
    if let Some(after) = &expect.after {
        text.push_str(&format!(" after {after}"));
    }
    text
}

impl Comparison {
    /// Returns whether a number compares so to the threshold.
    pub fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Less => value < threshold,
            Self::AtMost => value <= threshold,
            Self::Greater => value > threshold,
            Self::AtLeast => value >= threshold,
            Self::Equal => value == threshold,
            Self::NotEqual => value != threshold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_in_the_unit_of_the_numbers_name() {
        for (path, is, expected) in [
            ("consumers.*.iterator_age_p99_ms", "< 5s", (Comparison::Less, 5000.0)),
            ("consumers.*.unowned_s_max", "<= 1m", (Comparison::AtMost, 60.0)),
            ("streams.*.throttled_percent", "> 1%", (Comparison::Greater, 1.0)),
            ("streams.s.shards.x.bytes_per_s_peak", ">= 1 MiB/s", (Comparison::AtLeast, 1_048_576.0)),
            ("streams.s.shards.x.records_per_s_peak", "= 1000/s", (Comparison::Equal, 1000.0)),
            ("streams.s.bytes_acked", "< 2 KiB", (Comparison::Less, 2048.0)),
            ("streams.s.records_acked", "!= 10_000", (Comparison::NotEqual, 10_000.0)),
            ("cost.per_month_usd", "< 2000 USD", (Comparison::Less, 2000.0)),
            ("streams.s.shards.x.records_limit_peak_percent", "> 130%", (Comparison::Greater, 130.0)),
        ] {
            assert_eq!(bound(is, Unit::of(path)), Ok(expected), "{path} {is}");
        }
        assert!(bound("< 5", Unit::Milliseconds).is_err());
        assert!(bound("< 5s", Unit::Count).is_err());
    }
}
