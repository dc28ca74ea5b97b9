//! Keys of dynamic partitioning, found by queries or given by the function
//! (<https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-partitioning-keys.html>).
//!
//! A partition is what the prefix's keys are for a record: keys that the prefix does not name make none. Assumptions: a
//! number, true or false is a key by its text; a query that finds several values means the first.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::prefix::Prefix;
use crate::aws::firehose::pipeline::Processing;
use crate::base::Payload;

/// Partition keys by name, sorted.
pub(in crate::aws::firehose) type Partition = Arc<[(Box<str>, Box<str>)]>;

/// The partition of a record, by its data and what the function said.
///
/// # Errors
/// Why none can be found.
pub(in crate::aws::firehose) fn partition_of(
    processing: &Processing,
    prefix: &Prefix,
    data: &Payload,
    by_function: &BTreeMap<Box<str>, Box<str>>,
) -> Result<Partition, Box<str>> {
    let mut partition = BTreeMap::new();
    let names: Vec<_> = prefix.query_keys().collect();
    if !names.is_empty() {
        let found = json_of(data).ok_or("Non JSON record provided")?;
        let named = processing.keys.find(&found).filter(|(name, _)| names.contains(name));
        partition.extend(named.map(|(name, value)| (Box::from(name), value)));
        // Nothing of the configuration's may be missing, even if its queries were changed meanwhile.
        for name in names {
            partition.entry(Box::from(name)).or_insert(None);
        }
    }
    for name in prefix.function_keys() {
        partition.insert(name.into(), by_function.get(name).cloned());
    }
    let present = |(name, value): (Box<str>, Option<Box<str>>)| match value {
        Some(value) if !value.is_empty() => Ok((name, value)),
        _ => Err(format!("partitionKeys values must not be null or empty: {name}").into()),
    };
    partition.into_iter().map(present).collect()
}

fn json_of(data: &Payload) -> Option<Value> {
    match data {
        // Letters that nobody looks at.
        Payload::Synthetic { .. } => None,
        Payload::Bytes(bytes) => serde_json::from_slice(bytes).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::firehose::pipeline::Queries;

    const PREFIX: &str = "c=!{partitionKeyFromQuery:customer}/d=!{partitionKeyFromLambda:device}/";

    fn partition(prefix: &str, data: &[u8], by_function: &[(&str, &str)]) -> Result<Partition, Box<str>> {
        let query = |(name, query): (&str, &str)| (name.into(), query.into());
        let written: Vec<_> = [("customer", ".customer_id"), ("region", ".region")].map(query).into();
        let keys = Queries::new(written).expect("queries");
        let by_function = by_function.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let processing = Processing { keys, ..Processing::default() };
        let prefix = prefix.parse().expect("a prefix");
        partition_of(&processing, &prefix, &Payload::from(data.to_vec()), &by_function)
    }

    fn keys(partition: &Partition) -> Vec<(&str, &str)> {
        partition.iter().map(|(name, value)| (&**name, &**value)).collect()
    }

    #[test]
    fn keys_come_from_queries_and_from_the_function_and_only_those_that_the_prefix_names() {
        let of = partition(PREFIX, br#"{"customer_id":42,"region":"eu"}"#, &[("device", "tv"), ("other", "x")]);
        assert_eq!(keys(&of.expect("a partition")), [("customer", "42"), ("device", "tv")]);
        let of = partition("!{timestamp:yyyy}/", b"no json", &[("device", "tv")]);
        assert_eq!(keys(&of.expect("a partition")), []);
    }

    #[test]
    fn a_key_that_is_missing_or_empty_is_told() {
        for (data, by_function, name) in [
            (&br#"{"region":"eu"}"#[..], Some("tv"), "customer"),
            (br#"{"customer_id":null}"#, Some("tv"), "customer"),
            (br#"{"customer_id":{"a":1}}"#, Some("tv"), "customer"),
            (br#"{"customer_id":""}"#, Some("tv"), "customer"),
            (br#"{"customer_id":1}"#, None, "device"),
            (br#"{"customer_id":1}"#, Some(""), "device"),
        ] {
            let by_function: Vec<_> = by_function.map(|value| ("device", value)).into_iter().collect();
            let error = partition(PREFIX, data, &by_function).expect_err(name);
            assert_eq!(&*error, format!("partitionKeys values must not be null or empty: {name}"));
        }
    }

    #[test]
    fn what_is_no_json_has_no_keys_for_queries() {
        for data in [&b"hello"[..], b"", b"{\"customer_id\":1", b"\xff"] {
            assert_eq!(
                &*partition(PREFIX, data, &[("device", "tv")]).expect_err("no JSON"),
                "Non JSON record provided"
            );
        }
        let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
        assert!(partition(PREFIX, &deep, &[("device", "tv")]).is_err());
    }
}
