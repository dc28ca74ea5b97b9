//! Any Prefix and ErrorOutputPrefix, a line each, are refused or give objects names.
#![no_main]

mod firehose;

use libfuzzer_sys::fuzz_target;

use self::firehose::Desk;

/// Characters of a prefix, and of what stands behind it in a name: stream, version, time and UUID.
const KEY_CHARS_MAX: usize = 512 + 80;

/// Queries of the keys `a` and `b`, for prefixes with keys.
const PARTITIONING: &str = r#","DynamicPartitioningConfiguration": {"Enabled": true},
    "ProcessingConfiguration": {"Enabled": true, "Processors": [{"Type": "MetadataExtraction", "Parameters": [
        {"ParameterName": "JsonParsingEngine", "ParameterValue": "JQ-1.6"},
        {"ParameterName": "MetadataExtractionQuery", "ParameterValue": "{a: .a, b: .b}"}
    ]}]}, "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60}"#;

/// A text in JSON, with its quotes.
fn quoted(text: &str) -> String {
    let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    format!("\"{units}\"")
}

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(3, '\n');
    let (prefix, errors) = (lines.next().unwrap_or_default(), lines.next());
    // The rest is what the key `a` is.
    let value = quoted(lines.next().unwrap_or("1"));
    let errors = errors.map_or(String::new(), |errors| format!(r#","ErrorOutputPrefix":{}"#, quoted(errors)));
    let partitioning = if prefix.contains("partitionKey") { PARTITIONING } else { "" };
    let s3 = format!(
        r#"{{"RoleARN":"arn:aws:iam::000000000000:role/firehose","BucketARN":"arn:aws:s3:::lake",
            "Prefix":{}{errors}{partitioning}}}"#,
        quoted(prefix)
    );
    let Some(mut desk) = Desk::new(&s3) else { return };
    desk.put(&[format!(r#"{{"a":{value},"b":"x"}}"#).as_bytes(), b"no JSON"]);
    let seen = desk.run(|| unreachable!("there is no function"));
    assert_eq!(seen.delivered + seen.in_error_output, 2);
    for key in seen.keys {
        assert!(key.chars().count() <= KEY_CHARS_MAX, "{key}");
    }
});
