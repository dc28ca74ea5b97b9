//! What can be asked.

use std::fmt;

use std::sync::Arc;

use super::{
    ConsumerRef, ConsumersToken, RecordDistributionStrategy, Resource, ShardLevelMetrics, StreamMode, Tag, Timestamp,
};
use crate::base::{HashKey, PartitionKey, Payload, SequenceNumber, ShardId, SimTime, StreamName};

/// A request of the streams service.
#[derive(Clone, Debug)]
pub enum Request {
    /// CreateStream.
    CreateStream(Box<CreateStream>),
    /// DeleteStream.
    DeleteStream {
        /// The stream.
        stream: StreamName,
        /// EnforceConsumerDeletion: registered consumers go with it, and do not stand in the way.
        with_consumers: bool,
    },
    /// DescribeStream.
    DescribeStream {
        /// The stream.
        stream: StreamName,
        /// ExclusiveStartShardId.
        exclusive_start: Option<ShardId>,
        /// Limit, 1 to 10,000; capped at 100.
        limit: Option<u32>,
    },
    /// DescribeStreamSummary.
    DescribeStreamSummary {
        /// The stream.
        stream: StreamName,
    },
    /// ListStreams.
    ListStreams {
        /// ExclusiveStartStreamName.
        exclusive_start: Option<StreamName>,
        /// NextToken, which goes before ExclusiveStartStreamName.
        next_token: Option<ListStreamsToken>,
        /// Limit, 1 to 10,000; capped at 100.
        limit: Option<u32>,
    },
    /// ListShards.
    ListShards(ListShards),
    /// PutRecord.
    PutRecord {
        /// The stream.
        stream: StreamName,
        /// The record.
        entry: PutEntry,
        /// SequenceNumberForOrdering.
        sequence_number_for_ordering: Option<SequenceNumber>,
    },
    /// PutRecords.
    PutRecords {
        /// The stream.
        stream: StreamName,
        /// 1 to 500 records; shared, because a client keeps them to send them again.
        entries: Arc<Vec<PutEntry>>,
    },
    /// GetShardIterator.
    GetShardIterator {
        /// The stream.
        stream: StreamName,
        /// The shard.
        shard: ShardId,
        /// ShardIteratorType with its argument.
        position: IteratorPosition,
    },
    /// GetRecords.
    GetRecords {
        /// ShardIterator.
        iterator: ShardIterator,
        /// Limit, 1 to 10,000; 10,000 when absent.
        limit: Option<u32>,
    },
    /// A call on the data plane with DryRun: nothing is done.
    DryRun {
        /// The operation that was called.
        operation: &'static str,
        /// The stream.
        stream: StreamName,
    },
    /// SplitShard.
    SplitShard {
        /// The stream.
        stream: StreamName,
        /// ShardToSplit.
        shard: ShardId,
        /// NewStartingHashKey.
        new_starting_hash_key: HashKey,
    },
    /// MergeShards.
    MergeShards {
        /// The stream.
        stream: StreamName,
        /// ShardToMerge, the lower one.
        shard: ShardId,
        /// AdjacentShardToMerge, the upper one.
        adjacent: ShardId,
    },
    /// UpdateShardCount with UNIFORM_SCALING.
    UpdateShardCount {
        /// The stream.
        stream: StreamName,
        /// TargetShardCount.
        target: u32,
    },
    /// IncreaseStreamRetentionPeriod.
    IncreaseStreamRetentionPeriod {
        /// The stream.
        stream: StreamName,
        /// RetentionPeriodHours, up to 8,760.
        hours: u32,
    },
    /// DecreaseStreamRetentionPeriod.
    DecreaseStreamRetentionPeriod {
        /// The stream.
        stream: StreamName,
        /// RetentionPeriodHours, at least 24.
        hours: u32,
    },
    /// StartStreamEncryption with EncryptionType KMS.
    StartStreamEncryption {
        /// The stream.
        stream: StreamName,
        /// KeyId.
        key_id: Box<str>,
    },
    /// StopStreamEncryption with EncryptionType KMS.
    StopStreamEncryption {
        /// The stream.
        stream: StreamName,
        /// KeyId.
        key_id: Box<str>,
    },
    /// AddTagsToStream.
    AddTagsToStream {
        /// The stream.
        stream: StreamName,
        /// Keys and values; equal keys are overwritten.
        tags: Vec<Tag>,
    },
    /// RemoveTagsFromStream. Unknown keys are ignored.
    RemoveTagsFromStream {
        /// The stream.
        stream: StreamName,
        /// TagKeys.
        keys: Vec<Box<str>>,
    },
    /// ListTagsForStream.
    ListTagsForStream {
        /// The stream.
        stream: StreamName,
        /// ExclusiveStartTagKey.
        after: Option<Box<str>>,
        /// Limit, 1 to 50; all when absent.
        limit: Option<u32>,
    },
    /// TagResource.
    TagResource {
        /// What is tagged.
        resource: Resource,
        /// Keys and values; equal keys are overwritten.
        tags: Vec<Tag>,
    },
    /// UntagResource. Unknown keys are ignored.
    UntagResource {
        /// What is tagged.
        resource: Resource,
        /// TagKeys.
        keys: Vec<Box<str>>,
    },
    /// ListTagsForResource.
    ListTagsForResource {
        /// What is tagged.
        resource: Resource,
    },
    /// PutResourcePolicy.
    PutResourcePolicy {
        /// What the policy is for.
        resource: Resource,
        /// Policy, as JSON text.
        policy: Box<str>,
    },
    /// GetResourcePolicy.
    GetResourcePolicy {
        /// What the policy is for.
        resource: Resource,
    },
    /// DeleteResourcePolicy.
    DeleteResourcePolicy {
        /// What the policy is for.
        resource: Resource,
    },
    /// EnableEnhancedMonitoring.
    EnableEnhancedMonitoring {
        /// The stream.
        stream: StreamName,
        /// ShardLevelMetrics.
        metrics: ShardLevelMetrics,
    },
    /// DisableEnhancedMonitoring.
    DisableEnhancedMonitoring {
        /// The stream.
        stream: StreamName,
        /// ShardLevelMetrics.
        metrics: ShardLevelMetrics,
    },
    /// DescribeLimits.
    DescribeLimits,
    /// DescribeAccountSettings.
    DescribeAccountSettings,
    /// UpdateAccountSettings: MinimumThroughputBillingCommitment, on or off.
    UpdateAccountSettings {
        /// Whether the commitment is ENABLED.
        commitment: bool,
    },
    /// UpdateStreamMode.
    UpdateStreamMode {
        /// The stream.
        stream: StreamName,
        /// StreamMode.
        mode: StreamMode,
        /// WarmThroughputMiBps.
        warm_throughput_mibps: Option<u32>,
    },
    /// UpdateStreamWarmThroughput.
    UpdateStreamWarmThroughput {
        /// The stream.
        stream: StreamName,
        /// WarmThroughputMiBps.
        mibps: u32,
    },
    /// UpdateMaxRecordSize.
    UpdateMaxRecordSize {
        /// The stream.
        stream: StreamName,
        /// MaxRecordSizeInKiB, 1,024 to 10,240.
        kib: u32,
    },
    /// UpdateStreamRecordDistributionStrategy.
    UpdateStreamRecordDistributionStrategy {
        /// The stream.
        stream: StreamName,
        /// RecordDistributionStrategy.
        strategy: RecordDistributionStrategy,
    },
    /// SubscribeToShard.
    SubscribeToShard {
        /// The consumer.
        consumer: ConsumerRef,
        /// ShardId.
        shard: ShardId,
        /// StartingPosition.
        position: IteratorPosition,
    },
    /// RegisterStreamConsumer.
    RegisterStreamConsumer {
        /// The stream.
        stream: StreamName,
        /// ConsumerName.
        name: Box<str>,
        /// Tags.
        tags: Vec<Tag>,
    },
    /// DeregisterStreamConsumer.
    DeregisterStreamConsumer {
        /// The consumer.
        consumer: ConsumerRef,
    },
    /// DescribeStreamConsumer.
    DescribeStreamConsumer {
        /// The consumer.
        consumer: ConsumerRef,
    },
    /// ListStreamConsumers.
    ListStreamConsumers {
        /// The stream.
        stream: StreamName,
        /// NextToken: consumers up to this one were listed.
        after: Option<ConsumersToken>,
        /// MaxResults, 1 to 10,000; capped at 100.
        max_results: Option<u32>,
    },
}

impl Request {
    /// What is asked instead with DryRun, of the operations that have it.
    pub fn into_dry_run(self) -> Self {
        let operation = self.operation();
        match self {
            Self::PutRecord { stream, .. }
            | Self::PutRecords { stream, .. }
            | Self::GetShardIterator { stream, .. }
            | Self::GetRecords { iterator: ShardIterator { stream, .. }, .. }
            | Self::SubscribeToShard { consumer: ConsumerRef { stream, .. }, .. } => Self::DryRun { operation, stream },
            other => other,
        }
    }
    /// AWS's name of the operation.
    pub const fn operation(&self) -> &'static str {
        match self {
            Self::CreateStream(_) => "CreateStream",
            Self::DeleteStream { .. } => "DeleteStream",
            Self::DescribeStream { .. } => "DescribeStream",
            Self::DescribeStreamSummary { .. } => "DescribeStreamSummary",
            Self::ListStreams { .. } => "ListStreams",
            Self::ListShards(_) => "ListShards",
            Self::PutRecord { .. } => "PutRecord",
            Self::PutRecords { .. } => "PutRecords",
            Self::GetShardIterator { .. } => "GetShardIterator",
            Self::GetRecords { .. } => "GetRecords",
            Self::DryRun { operation, .. } => operation,
            Self::SplitShard { .. } => "SplitShard",
            Self::MergeShards { .. } => "MergeShards",
            Self::UpdateShardCount { .. } => "UpdateShardCount",
            Self::IncreaseStreamRetentionPeriod { .. } => "IncreaseStreamRetentionPeriod",
            Self::DecreaseStreamRetentionPeriod { .. } => "DecreaseStreamRetentionPeriod",
            Self::StartStreamEncryption { .. } => "StartStreamEncryption",
            Self::StopStreamEncryption { .. } => "StopStreamEncryption",
            Self::AddTagsToStream { .. } => "AddTagsToStream",
            Self::RemoveTagsFromStream { .. } => "RemoveTagsFromStream",
            Self::ListTagsForStream { .. } => "ListTagsForStream",
            Self::TagResource { .. } => "TagResource",
            Self::UntagResource { .. } => "UntagResource",
            Self::ListTagsForResource { .. } => "ListTagsForResource",
            Self::PutResourcePolicy { .. } => "PutResourcePolicy",
            Self::GetResourcePolicy { .. } => "GetResourcePolicy",
            Self::DeleteResourcePolicy { .. } => "DeleteResourcePolicy",
            Self::EnableEnhancedMonitoring { .. } => "EnableEnhancedMonitoring",
            Self::DisableEnhancedMonitoring { .. } => "DisableEnhancedMonitoring",
            Self::DescribeLimits => "DescribeLimits",
            Self::DescribeAccountSettings => "DescribeAccountSettings",
            Self::UpdateAccountSettings { .. } => "UpdateAccountSettings",
            Self::UpdateStreamMode { .. } => "UpdateStreamMode",
            Self::UpdateStreamWarmThroughput { .. } => "UpdateStreamWarmThroughput",
            Self::UpdateMaxRecordSize { .. } => "UpdateMaxRecordSize",
            Self::UpdateStreamRecordDistributionStrategy { .. } => "UpdateStreamRecordDistributionStrategy",
            Self::SubscribeToShard { .. } => "SubscribeToShard",
            Self::RegisterStreamConsumer { .. } => "RegisterStreamConsumer",
            Self::DeregisterStreamConsumer { .. } => "DeregisterStreamConsumer",
            Self::DescribeStreamConsumer { .. } => "DescribeStreamConsumer",
            Self::ListStreamConsumers { .. } => "ListStreamConsumers",
        }
    }
}

/// CreateStream.
#[derive(Clone, Debug)]
pub struct CreateStream {
    /// Name of the new stream.
    pub stream: StreamName,
    /// ShardCount, at least 1; needed in provisioned mode.
    pub shard_count: Option<u32>,
    /// StreamMode.
    pub mode: StreamMode,
    /// Tags.
    pub tags: Vec<Tag>,
    /// WarmThroughputMiBps, in on-demand mode.
    pub warm_throughput_mibps: Option<u32>,
    /// MaxRecordSizeInKiB.
    pub max_record_size_kib: Option<u32>,
    /// RecordDistributionStrategy.
    pub distribution: RecordDistributionStrategy,
}

impl CreateStream {
    /// A provisioned stream with defaults.
    pub fn provisioned(stream: StreamName, shard_count: u32) -> Self {
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
    /// The stream.
    pub stream: Option<StreamName>,
    /// NextToken of an earlier page; valid for 300 s.
    pub next_token: Option<ListShardsToken>,
    /// ExclusiveStartShardId.
    pub exclusive_start: Option<ShardId>,
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
    pub stream_id: crate::base::StreamId,
    /// When the token was issued.
    pub issued_at: SimTime,
    /// Shards up to this one were listed.
    pub after: ShardId,
    /// The filter of the first page.
    pub filter: ShardFilter,
}

/// A paging token of ListStreams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListStreamsToken {
    /// When the token was issued.
    pub issued_at: SimTime,
    /// Streams up to this name were listed.
    pub after: StreamName,
}

/// A record to put.
#[derive(Clone, Debug, PartialEq)]
pub struct PutEntry {
    /// PartitionKey.
    pub partition_key: PartitionKey,
    /// ExplicitHashKey, which replaces MD5 of the partition key.
    pub explicit_hash_key: Option<Box<HashKey>>,
    /// Data.
    pub data: Payload,
}

/// ShardIteratorType with its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IteratorPosition {
    /// AT_SEQUENCE_NUMBER.
    AtSequenceNumber(SequenceNumber),
    /// AFTER_SEQUENCE_NUMBER.
    AfterSequenceNumber(SequenceNumber),
    /// AT_TIMESTAMP.
    AtTimestamp(Timestamp),
    /// TRIM_HORIZON.
    TrimHorizon,
    /// LATEST.
    Latest,
}

impl fmt::Display for IteratorPosition {
    /// The sentinel, or the sequence number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtSequenceNumber(number) | Self::AfterSequenceNumber(number) => number.fmt(f),
            Self::AtTimestamp(unix_ms) => write!(f, "AT_TIMESTAMP {unix_ms}"),
            Self::TrimHorizon => f.write_str("TRIM_HORIZON"),
            Self::Latest => f.write_str("LATEST"),
        }
    }
}

/// A shard iterator: opaque to clients, valid for 300 s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardIterator {
    /// The stream it reads.
    pub stream: StreamName,
    /// Tells a stream from an earlier one of the same name.
    pub stream_id: crate::base::StreamId,
    /// The shard it reads.
    pub shard: ShardId,
    /// Ordinal of the next record.
    pub next_ordinal: u64,
    /// When it was issued.
    pub issued_at: SimTime,
}
