//! The numbers that a run can report, by the paths that expectations write, with `*` for names.

use std::collections::BTreeMap;

use serde_json::Value;

use super::delivery_figures::DeliveryFigures;
use super::figures::{
    CatchUpFigures, ConsumerFigures, CostFigures, CostLine, Figures, KeyFigures, ProducerFigures, ShardFigures,
    StreamFigures, TableFigures,
};
use crate::base::SimDuration;
use crate::base::units::ByteSize;

/// Stands for any name.
pub(crate) const ANY: &str = "*";

/// Every number, in order: `streams.*.shards.*.records_acked`.
pub(crate) fn numbers() -> Vec<String> {
    let figures = serde_json::to_value(one_of_each()).unwrap_or(Value::Null);
    let mut found = Vec::new();
    walk(&figures, "", &mut found);
    found
}

/// The number that a path names, as one of [`numbers`], and the name that its first `*` stands for. Names may have
/// dots in them.
pub(crate) fn number_at<'a>(path: &'a str, numbers: &'a [String]) -> Option<(&'a str, String)> {
    let parts: Vec<&str> = path.split('.').collect();
    numbers.iter().find_map(|number| {
        let pattern: Vec<&str> = number.split('.').collect();
        let name = first_name(&pattern, &parts)?;
        Some((number.as_str(), name.unwrap_or_default()))
    })
}

/// `None` when the parts do not fit; otherwise what the first `*` stands for.
fn first_name(pattern: &[&str], parts: &[&str]) -> Option<Option<String>> {
    match (pattern.split_first(), parts.split_first()) {
        (None, None) => Some(None),
        (Some((&ANY, pattern)), Some(_)) => (1..=parts.len()).find_map(|taken| {
            let (name, rest) = parts.split_at(taken);
            first_name(pattern, rest).map(|_| Some(name.join(".")))
        }),
        (Some((word, pattern)), Some((part, parts))) if word == part => first_name(pattern, parts),
        _ => None,
    }
}

/// Figures in which everything that can be there is there once, under the name `*`.
fn one_of_each() -> Figures {
    let any = || ANY.to_owned();
    let key = KeyFigures { key: any(), records: 0, share_percent: 0.0 };
    let shard = ShardFigures { hottest_keys: vec![key], ..ShardFigures::default() };
    let stream = StreamFigures {
        shards: BTreeMap::from([(any(), shard)]),
        read_remedy: Some(any()),
        ..StreamFigures::default()
    };
    let catch_ups = vec![CatchUpFigures::default()];
    let (lease_table, iterator_age_max_shard) = (Some(any()), Some(any()));
    let consumer = ConsumerFigures { lease_table, iterator_age_max_shard, catch_ups, ..ConsumerFigures::default() };
    let table = TableFigures { throttled_by: BTreeMap::from([(any(), 0)]), ..TableFigures::default() };
    Figures {
        streams: BTreeMap::from([(any(), stream)]),
        consumers: BTreeMap::from([(any(), consumer)]),
        producers: BTreeMap::from([(any(), ProducerFigures::default())]),
        tables: BTreeMap::from([(any(), table)]),
        deliveries: BTreeMap::from([(any(), DeliveryFigures::default())]),
        cost: CostFigures { lines: vec![CostLine::default()], ..CostFigures::default() },
    }
}

/// What was seen of nothing is `null`, and still a number.
fn walk(value: &Value, path: &str, found: &mut Vec<String>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| walk(value, &below(name), found)),
        Value::Array(items) => items.iter().for_each(|value| walk(value, &below(ANY), found)),
        Value::Number(_) | Value::Null => found.push(path.to_owned()),
        Value::Bool(_) | Value::String(_) => {}
    }
}

/// The unit that a number's name ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Milliseconds,
    Seconds,
    Bytes,
    Percent,
    PerSecond,
    Dollars,
    Count,
}

impl Unit {
    /// The unit of the number at a path.
    pub(crate) fn of(path: &str) -> Self {
        let name = path.rsplit('.').next().unwrap_or(path);
        let has = |part: &str| name.split('_').any(|word| word == part);
        match () {
            () if name.ends_with("_usd") => Self::Dollars,
            () if name.ends_with("_ms") => Self::Milliseconds,
            () if name.contains("_per_s") => Self::PerSecond,
            () if has("percent") => Self::Percent,
            () if has("bytes") => Self::Bytes,
            () if has("s") => Self::Seconds,
            () => Self::Count,
        }
    }

    /// What it is called.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
            Self::Bytes => "bytes",
            Self::Percent => "percent",
            Self::PerSecond => "a second",
            Self::Dollars => "US dollars",
            Self::Count => "counts",
        }
    }

    /// A bound as an expectation writes it.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Milliseconds | Self::Seconds => "< 30s",
            Self::Bytes => "< 10 MiB",
            Self::Percent => "< 80%",
            Self::PerSecond => "< 1000/s",
            Self::Dollars => "< 2000 USD",
            Self::Count => "= 0",
        }
    }

    /// A value, as people write it.
    pub(crate) fn show(self, value: f64) -> String {
        let duration = |seconds: f64| SimDuration::from_nanos((seconds * 1e9).round() as u64).told();
        match self {
            Self::Milliseconds => duration(value / 1e3),
            Self::Seconds => duration(value),
            Self::Bytes => ByteSize(value as u64).to_string(),
            Self::Percent => format!("{value}%"),
            Self::PerSecond => format!("{value}/s"),
            Self::Dollars => format!("{value} USD"),
            Self::Count => value.to_string(),
        }
    }
}

/// A path without the unit that it ends in, for a value that is shown with its unit.
pub(crate) fn without_unit(path: &str) -> &str {
    ["_ms", "_percent", "_s", "_usd"].iter().find_map(|unit| path.strip_suffix(unit)).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_named_and_no_text_is() {
        let numbers = numbers();
        for there in [
            "streams.*.throttled_percent",
            "streams.*.shards.*.records_limit_peak_percent",
            "streams.*.shards.*.hottest_keys.*.share_percent",
            "consumers.*.iterator_age_p99_ms",
            "producers.*.put_latency_max_ms",
            "tables.*.write_headroom_percent",
            "tables.*.throttled_by.*",
            "cost.per_month_usd",
        ] {
            assert!(numbers.iter().any(|number| number == there), "{there} is not in {numbers:#?}");
        }
        for text in ["consumers.*.lease_table", "streams.*.shards.*.state", "consumers.*.library"] {
            assert!(!numbers.iter().any(|number| number == text), "{text} is no number");
        }
    }

    #[test]
    fn values_are_shown_in_the_unit_that_the_name_ends_in() {
        for (path, value, name, shown) in [
            ("consumers.billing.iterator_age_p99_ms", 14_975.0, "consumers.billing.iterator_age_p99", "14.97s"),
            ("consumers.billing.unowned_s_max", 90.5, "consumers.billing.unowned_s_max", "1m30s"),
            ("streams.clicks.throttled_percent", 3.25, "streams.clicks.throttled", "3.25%"),
            ("streams.clicks.bytes_acked", 2048.0, "streams.clicks.bytes_acked", "2 KiB"),
            (
                "streams.clicks.shards.x.records_per_s_mean",
                12.5,
                "streams.clicks.shards.x.records_per_s_mean",
                "12.5/s",
            ),
            ("cost.per_month_usd", 12.5, "cost.per_month", "12.5 USD"),
            ("streams.clicks.records_acked", 7.0, "streams.clicks.records_acked", "7"),
        ] {
            assert_eq!((without_unit(path), Unit::of(path).show(value).as_str()), (name, shown));
        }
    }

    #[test]
    fn a_path_is_found_whatever_dots_are_in_its_names() {
        let numbers = numbers();
        let found = |path| number_at(path, &numbers).map(|(number, name)| (number.to_owned(), name));
        let acked = |name: &str| Some(("streams.*.records_acked".to_owned(), name.to_owned()));
        assert_eq!(found("streams.clicks.records_acked"), acked("clicks"));
        assert_eq!(found("streams.a.b.records_acked"), acked("a.b"));
        assert_eq!(found("streams.*.records_acked"), acked("*"));
        assert_eq!(found("streams.clicks.records_akced"), None);
        assert_eq!(found("streams.records_acked"), None);
    }
}
