//! The numbers of the service, each once.
//!
//! Quotas and limits: <https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html>; members'
//! ranges: the API reference. AWS writes MB for both units; kinesim takes 2^20 bytes.

use crate::base::SimDuration;
use crate::base::units::MIB;

/// Bytes a second that a shard takes (data and partition keys).
pub const WRITE_BYTES_PER_S: u64 = MIB;
/// Records a second that a shard takes.
pub const WRITE_RECORDS_PER_S: u64 = 1000;
/// Largest record: data and partition key.
pub const RECORD_BYTES_MAX: u64 = MIB;
/// Largest PutRecords: all data and keys.
pub const PUT_RECORDS_BYTES_MAX: u64 = 10 * MIB;
/// Most records of a PutRecords.
pub const PUT_RECORDS_ENTRIES_MAX: usize = 500;

/// GetRecords calls a second on a shard, of all consumers together.
pub const READ_CALLS_PER_S: u64 = 5;
/// Bytes a second that a shard gives to GetRecords.
pub const READ_BYTES_PER_S: u64 = 2 * MIB;
/// Most bytes of one GetRecords.
pub const READ_BYTES_MAX: u64 = 10 * MIB;
/// Most records of one GetRecords.
pub const READ_RECORDS_MAX: u32 = 10_000;
/// GetShardIterator calls a second on a shard.
pub const ITERATOR_CALLS_PER_S: u64 = 5;
/// How long an iterator may be used.
pub const ITERATOR_LIFETIME: SimDuration = SimDuration::from_secs(300);
/// How long a paging token may be used.
pub const TOKEN_LIFETIME: SimDuration = SimDuration::from_secs(300);

/// Shortest retention.
pub const RETENTION_HOURS_MIN: u32 = 24;
/// Longest retention.
pub const RETENTION_HOURS_MAX: u32 = 8760;

/// Most shards that UpdateShardCount goes to.
pub const SHARD_COUNT_TARGET_MAX: u32 = 10_000;
/// Most shards that CreateStream takes in one request, seen in production's validation.
pub const SHARD_COUNT_CREATE_MAX: u32 = 100_000;
/// Successful UpdateShardCount calls per stream in 24 hours.
pub const UPDATE_SHARD_COUNT_PER_DAY: usize = 10;
/// Successful StartStreamEncryption (and StopStreamEncryption) calls per stream in 24 hours.
pub const ENCRYPTION_CHANGES_PER_DAY: usize = 25;
/// Streams that may be CREATING at once.
pub const STREAMS_CREATING_MAX: usize = 5;

/// Cap and default of DescribeStream's Limit.
pub const DESCRIBE_SHARDS_MAX: u32 = 100;
/// Cap and default of ListShards' MaxResults.
pub const LIST_SHARDS_MAX: u32 = 1000;
/// Cap and default of ListStreams' Limit.
pub const LIST_STREAMS_MAX: u32 = 100;
/// Largest Limit or MaxResults that is accepted.
pub const LIMIT_MAX: u32 = 10_000;

/// A rolling day.
pub const DAY: SimDuration = SimDuration::from_hours(24);
