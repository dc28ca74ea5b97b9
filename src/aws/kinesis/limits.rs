//! The numbers of the service, each once.
//!
//! Quotas and limits: <https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html>; members'
//! ranges: the API reference. AWS writes MB for both units; kinesim takes 2^20 bytes.

use crate::base::SimDuration;
use crate::base::units::MIB;

/// Bytes a second that a shard takes (data and partition keys).
pub(crate) const WRITE_BYTES_PER_S: u64 = MIB;
/// Records a second that a shard takes.
pub(crate) const WRITE_RECORDS_PER_S: u64 = 1000;
/// Largest record of a stream that was not set otherwise, in KiB: data and partition key.
pub(crate) const MAX_RECORD_SIZE_KIB_DEFAULT: u32 = 1024;
/// Largest record that a stream can be set to, in KiB.
pub(crate) const MAX_RECORD_SIZE_KIB_MAX: u32 = 10_240;
/// Largest PutRecords: all data and keys.
pub(crate) const PUT_RECORDS_BYTES_MAX: u64 = 10 * MIB;
/// Most records of a PutRecords.
pub(crate) const PUT_RECORDS_ENTRIES_MAX: usize = 500;

/// GetRecords calls a second on a shard, of all consumers together.
pub(crate) const READ_CALLS_PER_S: u64 = 5;
/// Bytes a second that a shard gives to GetRecords.
pub(crate) const READ_BYTES_PER_S: u64 = 2 * MIB;
/// Most bytes of one GetRecords.
pub(crate) const READ_BYTES_MAX: u64 = 10 * MIB;
/// Most records of one GetRecords.
pub(crate) const READ_RECORDS_MAX: u32 = 10_000;
/// GetShardIterator calls a second on a shard.
pub(crate) const ITERATOR_CALLS_PER_S: u64 = 5;
/// How long an iterator may be used.
pub(crate) const ITERATOR_LIFETIME: SimDuration = SimDuration::from_secs(300);
/// How long a paging token may be used.
pub(crate) const TOKEN_LIFETIME: SimDuration = SimDuration::from_secs(300);

/// A day: the shortest retention, and that of a new stream.
pub(crate) const RETENTION_HOURS_MIN: u32 = 24;
/// A year of 365 days: the longest retention.
pub(crate) const RETENTION_HOURS_MAX: u32 = 8760;

/// Most shards that UpdateShardCount goes to.
pub(crate) const SHARD_COUNT_TARGET_MAX: u32 = 10_000;
/// Most shards that CreateStream takes in one request, seen in production's validation.
pub(crate) const SHARD_COUNT_CREATE_MAX: u32 = 100_000;
/// Successful UpdateShardCount calls per stream in 24 hours.
pub(crate) const UPDATE_SHARD_COUNT_PER_DAY: usize = 10;
/// Successful StartStreamEncryption (and StopStreamEncryption) calls per stream in 24 hours.
pub(crate) const ENCRYPTION_CHANGES_PER_DAY: usize = 25;
/// Streams that may be CREATING at once.
pub(crate) const STREAMS_CREATING_MAX: usize = 5;

/// Cap and default of DescribeStream's Limit.
pub(crate) const DESCRIBE_SHARDS_MAX: u32 = 100;
/// Cap and default of ListShards' MaxResults.
pub(crate) const LIST_SHARDS_MAX: u32 = 1000;
/// Cap and default of ListStreams' Limit.
pub(crate) const LIST_STREAMS_MAX: u32 = 100;
/// Largest Limit or MaxResults that is accepted.
pub(crate) const LIMIT_MAX: u32 = 10_000;

/// Tags of a resource.
pub(crate) const TAGS_MAX: usize = 50;
/// Consumers of a stream with enhanced fan-out.
pub(crate) const CONSUMERS_MAX: usize = 20;
/// The same with the minimum throughput billing commitment (On-demand Advantage).
pub(crate) const CONSUMERS_MAX_ADVANTAGE: usize = 50;
/// Consumers that may be CREATING at once.
pub(crate) const CONSUMERS_CREATING_MAX: usize = 5;
/// Cap and default of ListStreamConsumers' MaxResults.
pub(crate) const LIST_CONSUMERS_MAX: u32 = 100;

/// SubscribeToShard calls a second of one consumer on one shard.
pub(crate) const SUBSCRIBE_CALLS_PER_S: u64 = 1;
/// Bytes a second of one consumer's pipe from one shard.
pub(crate) const SUBSCRIPTION_BYTES_PER_S: u64 = 2 * MIB;
/// How long a subscription lasts.
pub(crate) const SUBSCRIPTION_LIFETIME: SimDuration = SimDuration::from_mins(5);
/// How soon a consumer may subscribe to the same shard again.
pub(crate) const SUBSCRIPTION_RETRY_AFTER: SimDuration = SimDuration::from_secs(5);
/// Assumed: most bytes of an event.
pub(crate) const SUBSCRIPTION_EVENT_BYTES_MAX: u64 = MIB;
/// How long a record takes until an event has it, the mean that AWS gives
/// (<https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html>).
pub(crate) const SUBSCRIPTION_PROPAGATION: SimDuration = SimDuration::from_millis(70);
/// Assumed: time between events, as long as a record takes.
pub(crate) const SUBSCRIPTION_EVENT_EVERY_MIN: SimDuration = SimDuration::from_millis(70);
/// Assumed: time between events when there is nothing to tell.
pub(crate) const SUBSCRIPTION_IDLE_EVENT_EVERY: SimDuration = SimDuration::from_secs(5);

/// On-demand streams of an account.
pub(crate) const ON_DEMAND_STREAMS_MAX: u32 = 50;
/// Shards of a new stream that was not told how many: 4 MB/s and 4,000 records/s, as on-demand streams start with.
pub(crate) const SHARDS_NEW: u32 = 4;
/// An on-demand shard that takes more than this is split.
pub(crate) const ON_DEMAND_SPLIT_BYTES_PER_S: u64 = 500_000;
/// Assumed for records, in the proportion of a shard's two limits.
pub(crate) const ON_DEMAND_SPLIT_RECORDS_PER_S: u64 = 500;
/// How often an on-demand stream looks at its shards. AWS says that a busy shard is split within 15 minutes.
pub(crate) const ON_DEMAND_LOOK_EVERY: SimDuration = SimDuration::from_mins(5);
/// Successful UpdateStreamMode calls per stream in 24 hours.
pub(crate) const MODE_CHANGES_PER_DAY: usize = 2;
/// Highest warm throughput: 10 GiB/s.
pub(crate) const WARM_THROUGHPUT_MIBPS_MAX: u32 = 10_240;
/// The minimum throughput billing commitment holds at least so long.
pub(crate) const COMMITMENT_MIN: SimDuration = SimDuration::from_hours(24);

/// A rolling day.
pub(crate) const DAY: SimDuration = SimDuration::from_hours(24);
