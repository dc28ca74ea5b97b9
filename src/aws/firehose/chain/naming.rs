//! Names of objects in S3 (<https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html>).

use std::fmt::Write as _;

use crate::aws::firehose::driver::{Batch, Means};
use crate::aws::firehose::pipeline::S3Output;
use crate::base::event::FailedAs;

/// The name of an object with these records; `failed_as` for one of the error output.
pub(in crate::aws::firehose) fn object_key(
    output: &S3Output,
    batch: &Batch,
    failed_as: Option<FailedAs>,
    means: &mut Means<'_>,
) -> String {
    let prefix = if failed_as.is_some() { &output.error_prefix } else { &output.prefix };
    let mut key = prefix.to_string();
    if let Some(failed_as) = failed_as {
        let _ = write!(key, "{failed_as}/");
    }
    let unix_ms = means.epoch_unix_ms + batch.oldest.as_nanos() / 1_000_000;
    let _ = write!(key, "{}-{}-{unix_ms}-{:016x}", means.name, means.version, means.random.next_u64());
    key
}
