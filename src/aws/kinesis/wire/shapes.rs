//! The input shapes of every Kinesis Data Streams operation, as the API's model has them
//! (<https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html>).

use crate::aws::protocol::shape::{Member, Pattern, Shape, optional, required};

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}

/// `0`, or up to `digits_max` digits without a leading zero.
fn is_decimal(text: &str, digits_max: usize) -> bool {
    let has_leading_zero = text.len() > 1 && text.starts_with('0');
    (1..=digits_max).contains(&text.len()) && !has_leading_zero && text.bytes().all(|b| b.is_ascii_digit())
}

/// What follows the account in `arn:aws...:kinesis:REGION:ACCOUNT:...`.
fn arn_resource(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("arn:aws")?;
    let after = &rest[rest.find(":kinesis:")? + ":kinesis:".len()..];
    let (_region, after) = after.split_once(':')?;
    let (account, resource) = after.split_once(':')?;
    (account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())).then_some(resource)
}

fn is_arn_of(text: &str, kinds: &[&str]) -> bool {
    let is_resource = |resource: &str| {
        let named = kinds.iter().find_map(|kind| resource.split_once(kind)).map(|(_, name)| name);
        named.is_some_and(|name| name.chars().next().is_some_and(|c| !c.is_whitespace()))
    };
    arn_resource(text).is_some_and(is_resource)
}

fn is_consumer_arn(text: &str) -> bool {
    let consumer = arn_resource(text).and_then(|resource| resource.split_once("/consumer/"));
    consumer
        .and_then(|(stream, consumer)| Some((stream.split_once("stream/")?.1, consumer.rsplit_once(':')?)))
        .is_some_and(|(stream, (consumer, created))| {
            is_name(stream) && is_name(consumer) && created.bytes().all(|b| b.is_ascii_digit()) && !created.is_empty()
        })
}

pub(in crate::aws::kinesis) const fn text(
    min: usize,
    max: usize,
    text: &'static str,
    matches: fn(&str) -> bool,
) -> Shape {
    Shape::Text { min, max, pattern: Some(Pattern { text, matches }) }
}

/// A text whose model has a pattern and no length.
const fn pattern(text: &'static str, matches: fn(&str) -> bool) -> Shape {
    Shape::Text { min: 0, max: usize::MAX >> 1, pattern: Some(Pattern { text, matches }) }
}

pub(in crate::aws::kinesis) const fn any_text(min: usize, max: usize) -> Shape {
    Shape::Text { min, max, pattern: None }
}

pub(in crate::aws::kinesis) const fn integer(min: i64, max: i64) -> Shape {
    Shape::Integer { min, max }
}

const INTEGER_MAX: i64 = i32::MAX as i64;
pub(in crate::aws::kinesis) const NAME: Shape = text(1, 128, "[a-zA-Z0-9_.-]+", is_name);
pub(in crate::aws::kinesis) const STREAM_ARN: Shape =
    text(1, 2048, r"arn:aws.*:kinesis:.*:\d{12}:stream/\S+", |arn| is_arn_of(arn, &["stream/"]));
pub(in crate::aws::kinesis) const CONSUMER_ARN: Shape = text(
    1,
    2048,
    r"^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+",
    is_consumer_arn,
);
pub(in crate::aws::kinesis) const RESOURCE_ARN: Shape =
    text(1, 2048, r"arn:aws.*:kinesis:.*:\d{12}:.*(stream|channel|queue)/\S+", |arn| {
        is_arn_of(arn, &["stream/", "channel/", "queue/"])
    });
pub(in crate::aws::kinesis) const HASH_KEY: Shape = pattern(r"0|([1-9]\d{0,38})", |key| is_decimal(key, 39));
pub(in crate::aws::kinesis) const SEQUENCE_NUMBER: Shape =
    pattern(r"0|([1-9]\d{0,128})", |number| is_decimal(number, 129));
pub(in crate::aws::kinesis) const TAG_KEY: Shape = any_text(1, 128);
pub(in crate::aws::kinesis) const TAG_VALUE: Shape = any_text(0, 256);
pub(in crate::aws::kinesis) const TAGS: Shape = Shape::TextMap { key: &TAG_KEY, value: &TAG_VALUE, min: 1, max: 200 };
pub(in crate::aws::kinesis) const TAG_KEYS: Shape = Shape::List { of: &TAG_KEY, min: 1, max: 50 };
pub(in crate::aws::kinesis) const NEXT_TOKEN: Shape = any_text(1, 1_048_576);
pub(in crate::aws::kinesis) const PAGE: Shape = integer(1, 10_000);
/// Shards that one request may ask for: the model has no maximum, production's answer has.
pub(in crate::aws::kinesis) const SHARD_COUNT: Shape = integer(1, 100_000);
pub(in crate::aws::kinesis) const NATURAL: Shape = integer(0, INTEGER_MAX);
pub(in crate::aws::kinesis) const HOURS: Shape = integer(-INTEGER_MAX, INTEGER_MAX);
pub(in crate::aws::kinesis) const MAX_RECORD_SIZE: Shape = integer(1024, 10_240);
pub(in crate::aws::kinesis) const DATA: Shape = Shape::Blob { max: 10_485_760 };
pub(in crate::aws::kinesis) const PARTITION_KEY: Shape = any_text(1, 256);
pub(in crate::aws::kinesis) const KEY_ID: Shape = any_text(1, 2048);
pub(in crate::aws::kinesis) const POLICY: Shape = any_text(0, 1_048_576);
pub(in crate::aws::kinesis) const ENCRYPTION: Shape = Shape::Word(&["NONE", "KMS"]);
pub(in crate::aws::kinesis) const DISTRIBUTION: Shape = Shape::Word(&["AUTO", "USER_PARTITION_KEY"]);
pub(in crate::aws::kinesis) const MODE: Shape =
    Shape::Structure(&[required("StreamMode", Shape::Word(&["PROVISIONED", "ON_DEMAND"]))]);
pub(in crate::aws::kinesis) const ITERATOR_TYPE: Shape =
    Shape::Word(&["AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"]);
pub(in crate::aws::kinesis) const METRIC: Shape = Shape::Word(&[
    "IncomingBytes",
    "IncomingRecords",
    "OutgoingBytes",
    "OutgoingRecords",
    "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
    "IteratorAgeMilliseconds",
    "ALL",
]);
pub(in crate::aws::kinesis) const METRICS: Shape = Shape::List { of: &METRIC, min: 1, max: 7 };
pub(in crate::aws::kinesis) const SHARD_FILTER: Shape = Shape::Structure(&[
    required(
        "Type",
        Shape::Word(&[
            "AFTER_SHARD_ID",
            "AT_TRIM_HORIZON",
            "FROM_TRIM_HORIZON",
            "AT_LATEST",
            "AT_TIMESTAMP",
            "FROM_TIMESTAMP",
        ]),
    ),
    optional("ShardId", NAME),
    optional("Timestamp", Shape::Timestamp),
]);
pub(in crate::aws::kinesis) const STARTING_POSITION: Shape = Shape::Structure(&[
    required("Type", ITERATOR_TYPE),
    optional("SequenceNumber", SEQUENCE_NUMBER),
    optional("Timestamp", Shape::Timestamp),
]);
pub(in crate::aws::kinesis) const PUT_RECORDS_ENTRY: Shape = Shape::Structure(&[
    required("Data", DATA),
    optional("ExplicitHashKey", HASH_KEY),
    optional("PartitionKey", PARTITION_KEY),
]);
pub(in crate::aws::kinesis) const COMMITMENT: Shape =
    Shape::Structure(&[required("Status", Shape::Word(&["ENABLED", "DISABLED"]))]);

pub(in crate::aws::kinesis) const STREAM: Member = optional("StreamName", NAME);
pub(in crate::aws::kinesis) const ARN: Member = optional("StreamARN", STREAM_ARN);
pub(in crate::aws::kinesis) const ARN_REQUIRED: Member = required("StreamARN", STREAM_ARN);
pub(in crate::aws::kinesis) const DRY_RUN: Member = optional("DryRun", Shape::Boolean);
pub(in crate::aws::kinesis) const RESOURCE: Member = required("ResourceARN", RESOURCE_ARN);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_match_as_their_patterns_say() {
        let stream = "arn:aws:kinesis:us-east-1:000000000000:stream/a";
        let matches = |shape: &Shape, text: &str| match shape {
            Shape::Text { pattern: Some(pattern), .. } => (pattern.matches)(text),
            _ => false,
        };
        assert!(matches(&STREAM_ARN, stream) && matches(&RESOURCE_ARN, stream));
        assert!(matches(&STREAM_ARN, "arn:aws-cn:kinesis:cn-north-1:123456789012:stream/a"));
        let consumer = "arn:aws:kinesis:us-east-1:000000000000:stream/a/consumer/c:1234567890";
        assert!(matches(&CONSUMER_ARN, consumer) && matches(&RESOURCE_ARN, consumer));
        for bad in ["", "a", "arn:aws:kinesis:us-east-1:0:stream/a", "arn:aws:kinesis:r:000000000000:stream/"] {
            assert!(!matches(&STREAM_ARN, bad), "{bad}");
            assert!(!matches(&CONSUMER_ARN, bad), "{bad}");
        }
        assert!(!matches(&CONSUMER_ARN, stream));
    }

    #[test]
    fn numbers_have_no_leading_zeros() {
        assert!(is_decimal("0", 39) && is_decimal(&"9".repeat(39), 39));
        assert!(
            !is_decimal("01", 39) && !is_decimal("", 39) && !is_decimal(&"9".repeat(40), 39) && !is_decimal("1a", 39)
        );
    }
}
