//! Keys of dynamic partitioning, found by queries or given by the function.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::aws::firehose::pipeline::Processing;
use crate::base::Payload;

/// Partition keys by name, sorted.
pub(in crate::aws::firehose) type Partition = Arc<[(Box<str>, Box<str>)]>;

/// The partition of a record, by its data and what the function said.
///
/// # Errors
/// Why none can be found.
pub(in crate::aws::firehose) fn partition_of(
    _processing: &Processing,
    _data: &Payload,
    by_function: &BTreeMap<Box<str>, Box<str>>,
) -> Result<Partition, Box<str>> {
    Ok(by_function.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
}
