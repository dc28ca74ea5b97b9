//! What can be asked.
//!
//! Members are AWS's, under its names, and as it describes them; words stand where a member is named otherwise, or
//! holds less or more.

#![expect(missing_docs, reason = "members are AWS's, under its names")]

use super::{RecordDistributionStrategy, StreamMode, Tag, Timestamp};
use crate::aws::kinesis::limits::{MAX_RECORD_SIZE_KIB_DEFAULT, RETENTION_HOURS_MIN};
use crate::base::{HashKey, PartitionKey, Payload, Position, SequenceNumber, ShardId, SimTime, StreamName};

#[derive(Clone, Debug)]
pub struct CreateStream {
    /// Name of the new stream.
    pub stream: StreamName,
    /// ShardCount, at least 1; four when absent.
    pub shard_count: Option<u32>,
    pub mode: StreamMode,
    pub tags: Vec<Tag>,
    /// WarmThroughputMiBps, in on-demand mode.
    pub(crate) warm_throughput_mibps: Option<u32>,
    /// MaxRecordSizeInKiB.
    pub(crate) max_record_size_kib: Option<u32>,
    pub(crate) distribution: RecordDistributionStrategy,
}

impl CreateStream {
    /// A provisioned stream with defaults.
    pub(crate) fn provisioned(stream: StreamName, shard_count: u32) -> Self {
        Self {
            stream,
            shard_count: Some(shard_count),
            mode: StreamMode::Provisioned,
            tags: Vec::new(),
            warm_throughput_mibps: None,
            max_record_size_kib: None,
            distribution: RecordDistributionStrategy::UserPartitionKey,
        }
    }
}

/// ListShards: exactly one of `stream` and `next_token` is given.
#[derive(Clone, Debug, Default)]
pub struct ListShards {
    pub stream: Option<StreamName>,
    /// NextToken of an earlier page; valid for 300 s.
    pub next_token: Option<ListShardsToken>,
    pub(crate) exclusive_start: Option<ShardId>,
    /// MaxResults, 1 to 10,000; capped at 1,000.
    pub max_results: Option<u32>,
    /// ShardFilter; FROM_TRIM_HORIZON when absent.
    pub filter: Option<ShardFilter>,
}

/// ShardFilter of ListShards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardFilter {
    /// All shards after this one.
    AfterShardId(ShardId),
    /// Shards that were open at the trim horizon.
    AtTrimHorizon,
    /// All shards that have not expired.
    FromTrimHorizon,
    /// Open shards.
    AtLatest,
    /// Shards open at that time.
    AtTimestamp(Timestamp),
    /// Shards that ended at or after that time, and open ones.
    FromTimestamp(Timestamp),
}

/// A paging token of ListShards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListShardsToken {
    /// The stream that is listed.
    pub stream: StreamName,
    /// Tells a stream from an earlier one of the same name.
    pub(crate) stream_id: crate::base::StreamId,
    /// When the token was issued.
    pub(crate) issued_at: SimTime,
    /// Shards up to this one were listed.
    pub after: ShardId,
    /// The filter of the first page.
    pub filter: ShardFilter,
}

/// A paging token of ListStreams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListStreamsToken {
    /// When the token was issued.
    pub(crate) issued_at: SimTime,
    /// Streams up to this name were listed.
    pub after: StreamName,
}

/// A record to put.
#[derive(Clone, Debug, PartialEq)]
pub struct PutEntry {
    pub partition_key: PartitionKey,
    /// ExplicitHashKey, which replaces MD5 of the partition key.
    pub(crate) explicit_hash_key: Option<Box<HashKey>>,
    pub data: Payload,
}

/// ShardIteratorType with its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IteratorPosition {
    AtSequenceNumber(SequenceNumber),
    AfterSequenceNumber(SequenceNumber),
    AtTimestamp(Timestamp),
    TrimHorizon,
    Latest,
}

impl From<IteratorPosition> for Position {
    fn from(position: IteratorPosition) -> Self {
        match position {
            IteratorPosition::AtSequenceNumber(number) => Self::AtSequenceNumber(number),
            IteratorPosition::AfterSequenceNumber(number) => Self::AfterSequenceNumber(number),
            IteratorPosition::AtTimestamp(unix_ms) => Self::AtTimestamp { unix_ms: Some(unix_ms) },
            IteratorPosition::TrimHorizon => Self::TrimHorizon,
            IteratorPosition::Latest => Self::Latest,
        }
    }
}

/// A shard iterator: opaque to clients, valid for 300 s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardIterator {
    /// The stream it reads.
    pub stream: StreamName,
    /// Tells a stream from an earlier one of the same name.
    pub(crate) stream_id: crate::base::StreamId,
    /// The shard it reads.
    pub shard: ShardId,
    /// Ordinal of the next record.
    pub(crate) next_ordinal: u64,
    /// When it was issued.
    pub(crate) issued_at: SimTime,
}

/// What a stream has that exists when the run begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Provisioned {
    /// RetentionPeriodHours.
    pub(crate) retention_hours: u32,
    /// KeyId, when it is encrypted.
    pub(crate) encryption_key_id: Option<Box<str>>,
    /// MaxRecordSizeInKiB.
    pub(crate) max_record_size_kib: u32,
    /// Who sets the number of shards.
    pub(crate) mode: StreamMode,
}

impl Default for Provisioned {
    fn default() -> Self {
        Self {
            retention_hours: RETENTION_HOURS_MIN,
            encryption_key_id: None,
            max_record_size_kib: MAX_RECORD_SIZE_KIB_DEFAULT,
            mode: StreamMode::default(),
        }
    }
}
