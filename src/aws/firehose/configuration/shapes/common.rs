//! What many shapes are made of, and those of operations that are about no destination.

pub(super) use super::patterns as is;
pub(super) use crate::aws::protocol::shape::{Member, Pattern, Shape, optional, required};

/// The longest of a text whose model has no maximum, and the most elements of a list.
pub(super) const ANY: usize = usize::MAX >> 1;
pub(super) const INTEGER_MAX: i64 = i32::MAX as i64;

pub(super) const fn text(min: usize, max: usize, text: &'static str, matches: fn(&str) -> bool) -> Shape {
    Shape::Text { min, max, pattern: Some(Pattern { text, matches }) }
}
/// A text of one line.
pub(super) const fn line(min: usize, max: usize) -> Shape {
    text(min, max, ".*", is::line)
}
pub(super) const fn integer(min: i64, max: i64) -> Shape {
    Shape::Integer { min, max }
}
pub(super) const fn list(of: &'static Shape, min: usize, max: usize) -> Shape {
    Shape::List { of, min, max }
}

pub(in crate::aws::firehose) const NAME: Shape = text(1, 64, "[a-zA-Z0-9_.-]+", is::name);
pub(in crate::aws::firehose) const KIND: Shape =
    Shape::Word(&["DirectPut", "KinesisStreamAsSource", "MSKAsSource", "DatabaseAsSource"]);
pub(in crate::aws::firehose) const VERSION: Shape = text(1, 50, "[0-9]+", is::digits);
pub(in crate::aws::firehose) const DESTINATION_ID: Shape = text(1, 100, "[a-zA-Z0-9-]+", is::destination_id);
pub(in crate::aws::firehose) const PAGE: Shape = integer(1, 10_000);
pub(in crate::aws::firehose) const TAGS_PAGE: Shape = integer(1, 50);
pub(in crate::aws::firehose) const TAG_KEY: Shape =
    text(1, 128, r"^(?!aws:)[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$", is::tag_key);
pub(super) const TAG_VALUE: Shape = text(0, 256, r"^[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$", is::tag_value);
pub(in crate::aws::firehose) const TAGS: Shape =
    list(&Shape::Structure(&[required("Key", TAG_KEY), optional("Value", TAG_VALUE)]), 1, 50);
pub(in crate::aws::firehose) const TAG_KEYS: Shape = list(&TAG_KEY, 1, 50);
pub(in crate::aws::firehose) const RECORD: Shape =
    Shape::Structure(&[required("Data", Shape::Blob { max: 1_024_000 })]);
pub(in crate::aws::firehose) const RECORDS: Shape = list(&RECORD, 1, 500);
pub(in crate::aws::firehose) const ENCRYPTION: Shape = Shape::Structure(&[
    optional("KeyARN", text(1, 512, r"arn:.*:kms:[a-zA-Z0-9\-]+:\d{12}:key/[a-zA-Z_0-9+=,.@\-_/]+", is::kms_key)),
    required("KeyType", Shape::Word(&["AWS_OWNED_CMK", "CUSTOMER_MANAGED_CMK"])),
]);
pub(in crate::aws::firehose) const DIRECT_PUT: Shape =
    Shape::Structure(&[required("ThroughputHintInMBs", integer(1, 100))]);
pub(in crate::aws::firehose) const KINESIS_SOURCE: Shape = Shape::Structure(&[
    required(
        "KinesisStreamARN",
        text(1, 512, r"arn:.*:kinesis:[a-zA-Z0-9\-]+:\d{12}:stream/[a-zA-Z0-9_.-]+", is::kinesis_stream),
    ),
    required("RoleARN", ROLE),
]);
/// What is only known by name.
pub(in crate::aws::firehose) const ELSEWHERE: Shape = Shape::Structure(&[]);

pub(super) const ROLE: Shape = text(1, 512, r"arn:.*:iam::\d{12}:role/[a-zA-Z_0-9+=,.@\-_/]+", is::role);
pub(super) const NOT_EMPTY: Shape = text(1, 1024, r"^(?!\s*$).+", is::not_empty);
pub(super) const WORD: Shape = text(1, 1024, r"^\S+$", is::word);
/// RetryOptions.
pub(super) const RETRY: Shape = Shape::Structure(&[optional("DurationInSeconds", integer(0, 7200))]);
pub(super) const LOGGING: Shape = Shape::Structure(&[
    optional("Enabled", Shape::Boolean),
    optional("LogGroupName", text(0, 512, r"[\.\-_/#A-Za-z0-9]*", is::log_group)),
    optional("LogStreamName", text(0, 512, "[^:*]*", is::log_stream)),
]);
pub(super) const SECRETS: Shape = Shape::Structure(&[
    optional(
        "SecretARN",
        text(1, 2048, r"arn:.*:secretsmanager:[a-zA-Z0-9\-]+:\d{12}:secret:[a-zA-Z0-9\-/_+=.@!]+", is::secret),
    ),
    optional("RoleARN", ROLE),
    required("Enabled", Shape::Boolean),
]);
/// Modes of backup, whose names differ.
pub(super) const fn backup_modes(modes: &'static [&'static str; 2]) -> Shape {
    Shape::Word(modes)
}

/// BufferingHints, whose ranges differ.
macro_rules! hints {
    ($size_max:literal, $interval_max:literal) => {
        Shape::Structure(&[
            optional("SizeInMBs", integer(1, $size_max)),
            optional("IntervalInSeconds", integer(0, $interval_max)),
        ])
    };
}
pub(super) use hints;

/// Members of a table.
pub(super) type Members = &'static [Member];
