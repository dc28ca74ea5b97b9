//! The numbers that a run can report, by the paths that expectations write, with `*` for names.

use std::collections::BTreeMap;

use serde_json::Value;

use super::figures::{
    ConsumerFigures, Figures, KeyFigures, ProducerFigures, ShardFigures, StreamFigures, TableFigures,
};

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
    let stream = StreamFigures { shards: BTreeMap::from([(any(), shard)]), ..StreamFigures::default() };
    let consumer = ConsumerFigures { lease_table: Some(any()), ..ConsumerFigures::default() };
    let table = TableFigures { throttled_by: BTreeMap::from([(any(), 0)]), ..TableFigures::default() };
    Figures {
        streams: BTreeMap::from([(any(), stream)]),
        consumers: BTreeMap::from([(any(), consumer)]),
        producers: BTreeMap::from([(any(), ProducerFigures::default())]),
        tables: BTreeMap::from([(any(), table)]),
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
        ] {
            assert!(numbers.iter().any(|number| number == there), "{there} is not in {numbers:#?}");
        }
        for text in ["consumers.*.lease_table", "streams.*.shards.*.state", "consumers.*.library"] {
            assert!(!numbers.iter().any(|number| number == text), "{text} is no number");
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
