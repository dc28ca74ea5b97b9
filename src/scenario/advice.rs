//! What helps the author of a file that is refused: the key's name here, where it belongs, an example of it.

use serde_json::Value;

use super::examples::example_line;
use super::schema::json_schema;
use crate::base::json_schema::resolved;
use crate::base::nearest::nearest;

/// What people write, and what it is called here: section, key, and the key that is meant.
const CALLED: &[(&str, &str, &str)] = &[
    ("stream", "count", "shards"),
    ("producer", "workers", "hosts"),
    ("producer", "throughput", "rate"),
    ("producer", "records_per_second", "rate"),
    ("producer", "size", "record_size"),
    ("producer", "partition_key", "keys"),
    ("producer", "delivery_stream", "delivery"),
    ("producer", "firehose", "delivery"),
    ("delivery", "source", "stream"),
    ("delivery", "lambda", "function"),
    ("delivery", "transform", "function"),
    ("delivery", "processor", "function"),
    ("delivery", "buffering", "buffer"),
    ("delivery", "size", "buffer"),
    ("delivery", "interval", "buffer"),
    ("delivery", "partitions", "partition"),
    ("delivery", "partition_keys", "partition"),
    ("delivery", "elasticsearch", "opensearch"),
    ("delivery", "http_endpoint", "http"),
    ("delivery", "url", "endpoint"),
    ("delivery", "retry_duration", "retry"),
    ("function", "latency", "time"),
    ("function", "duration", "time"),
    ("function", "errors", "throws"),
    ("", "lambda", "function"),
    ("", "firehose", "delivery"),
    ("", "delivery_stream", "delivery"),
    ("consumer", "hosts", "workers"),
    ("consumer", "instances", "workers"),
    ("consumer", "name", "application"),
    ("consumer", "table", "lease_table"),
    ("consumer", "max_records", "records_max"),
    ("consumer", "batch_size", "records_max"),
    ("consumer", "rcu", "read"),
    ("consumer", "wcu", "write"),
    ("action", "rcu", "read"),
    ("action", "wcu", "write"),
    ("action", "reshard", "update_shard_count"),
    ("action", "scale", "update_shard_count"),
    ("action", "shards", "update_shard_count"),
    ("action", "deploy", "rolling_restart"),
    ("fault", "duration", "for"),
    ("fault", "lasts", "for"),
    ("fault", "from", "at"),
    ("fault", "start", "at"),
    ("fault", "time", "at"),
    ("action", "time", "at"),
    ("action", "when", "at"),
    ("fault", "when", "at"),
    ("expect", "metric", "number"),
    ("expect", "value", "is"),
];

/// The key that was probably meant, where a key of that name belongs, and the keys that there are.
pub(super) fn of_unknown_key(path: &[&str], found: &str, known: &[&str]) -> String {
    let section = path.first().copied().unwrap_or_default();
    let called = CALLED.iter().find(|(of, written, _)| *of == section && *written == found).map(|(.., meant)| *meant);
    let called = called.filter(|meant| known.contains(meant));
    let near = called.or_else(|| nearest(&in_snake_case(found), known.iter().copied()));
    let near = near.map(|near| format!("did you mean `{near}`? "));
    let advice = near.or_else(|| of_kind(section, found)).or_else(|| elsewhere(section, found)).unwrap_or_default();
    format!("{advice}Keys here: {}", known.join(", "))
}

/// `ShardCount` as `shard_count`.
fn in_snake_case(name: &str) -> String {
    let letter = |(at, letter): (usize, char)| {
        let is_new_word = at > 0 && letter.is_ascii_uppercase();
        is_new_word.then_some('_').into_iter().chain([letter.to_ascii_lowercase()])
    };
    name.char_indices().flat_map(letter).collect()
}

/// Of a fault, an action or a destination whose kind is written as a value.
fn of_kind(section: &str, found: &str) -> Option<String> {
    let example = match section {
        "fault" => "crash = \"billing-1\"",
        "action" => "split = \"hottest\"",
        "delivery" if ["destination", "sink", "target", "to"].contains(&found) => {
            return Some("a destination is a key of its own, such as `s3 = { prefix = \"clicks/\" }`. ".to_owned());
        }
        _ => return None,
    };
    ["kind", "type", "what"].contains(&found).then(|| format!("the kind is a key of its own, such as `{example}`. "))
}

/// The section that has such a key.
fn elsewhere(section: &str, found: &str) -> Option<String> {
    let schema: Value = serde_json::from_str(&json_schema()).ok()?;
    if schema["properties"][found].is_object() {
        return Some(match found {
            "name" | "duration" | "seed" | "outcome" | "failing" | "bug" => {
                format!("`{found}` stands at the top of the file, before the first section. ")
            }
            _ => format!("`{found}` is a section of its own: begin it with {}. ", header(found)),
        });
    }
    let has = |of: &&str| {
        let all = &resolved(&schema["properties"][of], &schema);
        let one = [&all["additionalProperties"], &all["items"]].into_iter().find(|one| one.is_object());
        one.is_some_and(|one| resolved(one, &schema)["properties"][found].is_object())
    };
    let of = ["stream", "producer", "consumer", "delivery", "function", "fault", "action", "expect", "alarm"];
    let of = of.into_iter().find(has)?;
    (of != section).then(|| format!("`{found}` is a key of {}. ", header(of)))
}

/// How a section begins.
fn header(section: &str) -> String {
    match section {
        "stream" | "producer" | "consumer" | "delivery" | "function" => format!("[{section}.NAME]"),
        "fault" | "action" | "expect" | "alarm" => format!("[[{section}]]"),
        _ => format!("[{section}]"),
    }
}

/// The word that was probably meant, and the words that there are.
pub(super) fn of_unknown_word(found: &str, known: &[&str]) -> String {
    let near = nearest(found, known.iter().copied()).map(|near| format!("did you mean `{near}`? "));
    format!("{}One of: {}", near.unwrap_or_default(), known.join(", "))
}

/// A line that sets the key, or the whole table that it belongs to.
pub(super) fn of_missing_key(path: &[&str], key: &str) -> String {
    let section = path.first().copied().unwrap_or(key);
    match line_of(section, key_of(path).unwrap_or(key)) {
        Some(line) => format!("for example `{line}`"),
        None => format!("add `{key} = ...`"),
    }
}

/// What a value of the right type looks like.
pub(super) fn of_wrong_type(path: &[&str], found: &str, expected: &str) -> String {
    let Some(section) = path.first() else { return format!("write {expected}") };
    match (path, expected) {
        ([_] | [_, _], "a list in brackets") if found == "a table" => {
            return format!("write {} above each {section}", header(section));
        }
        ([_] | [_, _], "a table") if header(section).ends_with("NAME]") => {
            return format!("write {}, with a name of your own, above each {section}", header(section));
        }
        _ => {}
    }
    match key_of(path).and_then(|key| line_of(section, key)) {
        Some(line) => format!("for example `{line}`"),
        None => format!("write {expected}"),
    }
}

/// The key of the section that a path leads to or through.
fn key_of<'a>(path: &[&'a str]) -> Option<&'a str> {
    let is_named = header(path.first()?).ends_with("NAME]");
    path.get(if is_named { 2 } else { 1 }).copied()
}

/// A line that sets the key, without what stands behind it.
fn line_of(section: &str, key: &str) -> Option<&'static str> {
    example_line(section, key).map(|line| line.split_once(" #").map_or(line, |(line, _)| line).trim_end())
}
