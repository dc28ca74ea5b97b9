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

const fn text(min: usize, max: usize, text: &'static str, matches: fn(&str) -> bool) -> Shape {
    Shape::Text { min, max, pattern: Some(Pattern { text, matches }) }
}

const fn any_text(min: usize, max: usize) -> Shape {
    Shape::Text { min, max, pattern: None }
}

const fn integer(min: i64, max: i64) -> Shape {
    Shape::Integer { min, max }
}

const INTEGER_MAX: i64 = i32::MAX as i64;
const NAME: Shape = text(1, 128, "[a-zA-Z0-9_.-]+", is_name);
const STREAM_ARN: Shape = text(1, 2048, r"arn:aws.*:kinesis:.*:\d{12}:stream/\S+", |arn| is_arn_of(arn, &["stream/"]));
const CONSUMER_ARN: Shape = text(
    1,
    2048,
    r"^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+",
    is_consumer_arn,
);
const RESOURCE_ARN: Shape = text(1, 2048, r"arn:aws.*:kinesis:.*:\d{12}:.*(stream|channel|queue)/\S+", |arn| {
    is_arn_of(arn, &["stream/", "channel/", "queue/"])
});
const HASH_KEY: Shape = text(1, 39, r"0|([1-9]\d{0,38})", |key| is_decimal(key, 39));
const SEQUENCE_NUMBER: Shape = text(1, 129, r"0|([1-9]\d{0,128})", |number| is_decimal(number, 129));
const TAG_KEY: Shape = any_text(1, 128);
const TAG_VALUE: Shape = any_text(0, 256);
const TAGS: Shape = Shape::TextMap { key: &TAG_KEY, value: &TAG_VALUE, min: 1, max: 200 };
const TAG_KEYS: Shape = Shape::List { of: &TAG_KEY, min: 1, max: 50 };
const NEXT_TOKEN: Shape = any_text(1, 1_048_576);
const PAGE: Shape = integer(1, 10_000);
const POSITIVE: Shape = integer(1, INTEGER_MAX);
const NATURAL: Shape = integer(0, INTEGER_MAX);
const HOURS: Shape = integer(-INTEGER_MAX, INTEGER_MAX);
const MAX_RECORD_SIZE: Shape = integer(1024, 10_240);
const DATA: Shape = Shape::Blob { max: 10_485_760 };
const PARTITION_KEY: Shape = any_text(1, 256);
const KEY_ID: Shape = any_text(1, 2048);
const POLICY: Shape = any_text(0, 1_048_576);
const ENCRYPTION: Shape = Shape::Word(&["NONE", "KMS"]);
const DISTRIBUTION: Shape = Shape::Word(&["AUTO", "USER_PARTITION_KEY"]);
const MODE: Shape = Shape::Structure(&[required("StreamMode", Shape::Word(&["PROVISIONED", "ON_DEMAND"]))]);
const ITERATOR_TYPE: Shape =
    Shape::Word(&["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"]);
const METRIC: Shape = Shape::Word(&[
    "IncomingBytes",
    "IncomingRecords",
    "OutgoingBytes",
    "OutgoingRecords",
    "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
    "IteratorAgeMilliseconds",
    "ALL",
]);
const METRICS: Shape = Shape::List { of: &METRIC, min: 1, max: 7 };
const SHARD_FILTER: Shape = Shape::Structure(&[
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
const STARTING_POSITION: Shape = Shape::Structure(&[
    required("Type", ITERATOR_TYPE),
    optional("SequenceNumber", SEQUENCE_NUMBER),
    optional("Timestamp", Shape::Timestamp),
]);
const PUT_RECORDS_ENTRY: Shape = Shape::Structure(&[
    required("Data", DATA),
    optional("ExplicitHashKey", HASH_KEY),
    optional("PartitionKey", PARTITION_KEY),
]);
const COMMITMENT: Shape = Shape::Structure(&[required("Status", Shape::Word(&["ENABLED", "DISABLED"]))]);

const STREAM: Member = optional("StreamName", NAME);
const ARN: Member = optional("StreamARN", STREAM_ARN);
const ARN_REQUIRED: Member = required("StreamARN", STREAM_ARN);
const DRY_RUN: Member = optional("DryRun", Shape::Boolean);
const RESOURCE: Member = required("ResourceARN", RESOURCE_ARN);

/// The members of every operation's input, sorted by operation.
const INPUTS: &[(&str, &[Member])] = &[
    ("AddTagsToStream", &[STREAM, required("Tags", TAGS), ARN]),
    (
        "CreateStream",
        &[
            required("StreamName", NAME),
            optional("ShardCount", POSITIVE),
            optional("StreamModeDetails", MODE),
            optional("Tags", TAGS),
            optional("WarmThroughputMiBps", NATURAL),
            optional("MaxRecordSizeInKiB", MAX_RECORD_SIZE),
            optional("RecordDistributionStrategy", DISTRIBUTION),
        ],
    ),
    ("DecreaseStreamRetentionPeriod", &[STREAM, required("RetentionPeriodHours", HOURS), ARN]),
    ("DeleteResourcePolicy", &[RESOURCE]),
    ("DeleteStream", &[STREAM, optional("EnforceConsumerDeletion", Shape::Boolean), ARN]),
    ("DeregisterStreamConsumer", &[ARN, optional("ConsumerName", NAME), optional("ConsumerARN", CONSUMER_ARN)]),
    ("DescribeAccountSettings", &[]),
    ("DescribeLimits", &[]),
    ("DescribeStream", &[STREAM, optional("Limit", PAGE), optional("ExclusiveStartShardId", NAME), ARN]),
    ("DescribeStreamConsumer", &[ARN, optional("ConsumerName", NAME), optional("ConsumerARN", CONSUMER_ARN)]),
    ("DescribeStreamSummary", &[STREAM, ARN]),
    ("DisableEnhancedMonitoring", &[STREAM, required("ShardLevelMetrics", METRICS), ARN]),
    ("EnableEnhancedMonitoring", &[STREAM, required("ShardLevelMetrics", METRICS), ARN]),
    ("GetRecords", &[required("ShardIterator", any_text(1, 512)), optional("Limit", POSITIVE), ARN, DRY_RUN]),
    ("GetResourcePolicy", &[RESOURCE]),
    (
        "GetShardIterator",
        &[
            STREAM,
            required("ShardId", NAME),
            required("ShardIteratorType", ITERATOR_TYPE),
            optional("StartingSequenceNumber", SEQUENCE_NUMBER),
            optional("Timestamp", Shape::Timestamp),
            ARN,
            DRY_RUN,
        ],
    ),
    ("IncreaseStreamRetentionPeriod", &[STREAM, required("RetentionPeriodHours", HOURS), ARN]),
    (
        "ListShards",
        &[
            STREAM,
            optional("NextToken", NEXT_TOKEN),
            optional("ExclusiveStartShardId", NAME),
            optional("MaxResults", PAGE),
            optional("StreamCreationTimestamp", Shape::Timestamp),
            optional("ShardFilter", SHARD_FILTER),
            ARN,
        ],
    ),
    (
        "ListStreamConsumers",
        &[
            ARN_REQUIRED,
            optional("NextToken", NEXT_TOKEN),
            optional("MaxResults", PAGE),
            optional("StreamCreationTimestamp", Shape::Timestamp),
        ],
    ),
    (
        "ListStreams",
        &[optional("Limit", PAGE), optional("ExclusiveStartStreamName", NAME), optional("NextToken", NEXT_TOKEN)],
    ),
    ("ListTagsForResource", &[RESOURCE]),
    ("ListTagsForStream", &[STREAM, optional("ExclusiveStartTagKey", TAG_KEY), optional("Limit", integer(1, 50)), ARN]),
    ("MergeShards", &[STREAM, required("ShardToMerge", NAME), required("AdjacentShardToMerge", NAME), ARN]),
    (
        "PutRecord",
        &[
            STREAM,
            required("Data", DATA),
            optional("PartitionKey", PARTITION_KEY),
            optional("ExplicitHashKey", HASH_KEY),
            optional("SequenceNumberForOrdering", SEQUENCE_NUMBER),
            ARN,
            DRY_RUN,
        ],
    ),
    (
        "PutRecords",
        &[required("Records", Shape::List { of: &PUT_RECORDS_ENTRY, min: 1, max: 500 }), STREAM, ARN, DRY_RUN],
    ),
    ("PutResourcePolicy", &[RESOURCE, required("Policy", POLICY)]),
    ("RegisterStreamConsumer", &[ARN_REQUIRED, required("ConsumerName", NAME), optional("Tags", TAGS)]),
    ("RemoveTagsFromStream", &[STREAM, required("TagKeys", TAG_KEYS), ARN]),
    ("SplitShard", &[STREAM, required("ShardToSplit", NAME), required("NewStartingHashKey", HASH_KEY), ARN]),
    ("StartStreamEncryption", &[STREAM, required("EncryptionType", ENCRYPTION), required("KeyId", KEY_ID), ARN]),
    ("StopStreamEncryption", &[STREAM, required("EncryptionType", ENCRYPTION), required("KeyId", KEY_ID), ARN]),
    (
        "SubscribeToShard",
        &[
            required("ConsumerARN", CONSUMER_ARN),
            required("ShardId", NAME),
            required("StartingPosition", STARTING_POSITION),
            DRY_RUN,
        ],
    ),
    ("TagResource", &[required("Tags", TAGS), RESOURCE]),
    ("UntagResource", &[required("TagKeys", TAG_KEYS), RESOURCE]),
    ("UpdateAccountSettings", &[required("MinimumThroughputBillingCommitment", COMMITMENT)]),
    ("UpdateMaxRecordSize", &[ARN, required("MaxRecordSizeInKiB", MAX_RECORD_SIZE)]),
    (
        "UpdateShardCount",
        &[
            STREAM,
            required("TargetShardCount", POSITIVE),
            required("ScalingType", Shape::Word(&["UNIFORM_SCALING"])),
            ARN,
        ],
    ),
    (
        "UpdateStreamMode",
        &[ARN_REQUIRED, required("StreamModeDetails", MODE), optional("WarmThroughputMiBps", NATURAL)],
    ),
    ("UpdateStreamRecordDistributionStrategy", &[ARN_REQUIRED, required("RecordDistributionStrategy", DISTRIBUTION)]),
    ("UpdateStreamWarmThroughput", &[ARN, STREAM, required("WarmThroughputMiBps", NATURAL)]),
];

/// The members of an operation's input; `None` for an unknown operation.
pub(super) fn input(operation: &str) -> Option<&'static [Member]> {
    let at = INPUTS.binary_search_by(|(name, _)| (*name).cmp(operation)).ok()?;
    Some(INPUTS[at].1)
}

/// Operations of Queues and Channels, which are not here.
pub(super) fn is_absent(operation: &str) -> bool {
    ["Queue", "Channel"].iter().any(|what| operation.contains(what))
}

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
    fn every_operation_is_found() {
        assert!(INPUTS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(INPUTS.iter().all(|(name, _)| input(name).is_some()) && input("PutRecordz").is_none());
    }

    #[test]
    fn numbers_have_no_leading_zeros() {
        assert!(is_decimal("0", 39) && is_decimal(&"9".repeat(39), 39));
        assert!(
            !is_decimal("01", 39) && !is_decimal("", 39) && !is_decimal(&"9".repeat(40), 39) && !is_decimal("1a", 39)
        );
    }
}
