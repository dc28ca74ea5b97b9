//! What is answered.
//!
//! Members are AWS's, under its names, and as it describes them; words stand where a member is named otherwise, or
//! holds less or more.

#![expect(missing_docs, reason = "members are AWS's, under its names")]

use super::{
    Commitment, ConsumerDescription, ConsumersToken, Error, ListShardsToken, ListStreamsToken,
    RecordDistributionStrategy, ShardIterator, ShardLevelMetrics, StreamMode, StreamStatus, Tag, Timestamp,
    WarmThroughput,
};
use crate::base::{HashKeyRange, KeyText, Payload, SequenceNumber, ShardId, SimTime, StreamName};

/// A reply of the streams service.
pub type Reply = Result<Response, Error>;

/// The answer to a request that succeeded.
#[derive(Clone, Debug)]
pub enum Response {
    /// Nothing to tell.
    Done,
    /// DescribeStream.
    StreamDescription(StreamDescription),
    /// DescribeStreamSummary.
    StreamSummary(StreamSummary),
    /// ListStreams.
    Streams {
        /// StreamSummaries, in order of their names.
        streams: Vec<ListedStream>,
        /// Token of the next page.
        next_token: Option<ListStreamsToken>,
    },
    /// ListShards.
    Shards {
        /// The page.
        shards: Vec<Shard>,
        /// Token of the next page.
        next_token: Option<ListShardsToken>,
    },
    RecordPut {
        /// Where the record went.
        placed: Placed,
        /// Whether it was encrypted.
        is_encrypted: bool,
    },
    /// PutRecords: one result for each entry, in order.
    RecordsPut {
        /// FailedRecordCount.
        failed: u32,
        /// Results in the order of the entries.
        results: Vec<Result<Placed, PutFailure>>,
        /// Whether records were encrypted.
        is_encrypted: bool,
    },
    /// GetShardIterator.
    ShardIterator(ShardIterator),
    Records(GetRecordsOutput),
    /// ListTagsForStream, ListTagsForResource.
    Tags {
        /// The page.
        tags: Vec<Tag>,
        /// HasMoreTags.
        has_more: bool,
    },
    /// GetResourcePolicy.
    Policy(Box<str>),
    /// EnableEnhancedMonitoring, DisableEnhancedMonitoring.
    Monitoring {
        /// CurrentShardLevelMetrics: before the call.
        current: ShardLevelMetrics,
        /// DesiredShardLevelMetrics: after it.
        desired: ShardLevelMetrics,
    },
    /// DescribeLimits.
    Limits {
        shard_limit: u32,
        open_shard_count: u32,
        on_demand_stream_count: u32,
        on_demand_stream_count_limit: u32,
    },
    /// DescribeAccountSettings, UpdateAccountSettings.
    AccountSettings(Commitment),
    /// UpdateStreamWarmThroughput.
    WarmThroughput(WarmThroughput),
    /// SubscribeToShard: the number by which its events are asked for.
    Subscribed {
        /// The number.
        subscription: u64,
    },
    /// RegisterStreamConsumer.
    ConsumerRegistered(ConsumerDescription),
    /// DescribeStreamConsumer.
    Consumer(ConsumerDescription),
    /// ListStreamConsumers.
    Consumers {
        /// The page.
        consumers: Vec<ConsumerDescription>,
        /// Token of the next page.
        next_token: Option<ConsumersToken>,
    },
    /// UpdateShardCount.
    ShardCountUpdated {
        /// CurrentShardCount.
        current: u32,
        /// TargetShardCount.
        target: u32,
    },
}

/// A stream as ListStreams shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedStream {
    pub name: StreamName,
    pub status: StreamStatus,
    pub mode: StreamMode,
    /// StreamCreationTimestamp.
    pub(crate) created_at: Timestamp,
}

/// DescribeStream's description.
#[derive(Clone, Debug)]
pub struct StreamDescription {
    /// The summary's members that both have.
    pub summary: StreamSummary,
    /// Shards, not expired, in order.
    pub shards: Vec<Shard>,
    pub(crate) has_more_shards: bool,
}

/// DescribeStreamSummary's summary.
#[derive(Clone, Debug)]
pub struct StreamSummary {
    pub name: StreamName,
    pub status: StreamStatus,
    /// RetentionPeriodHours.
    pub retention_hours: u32,
    /// StreamCreationTimestamp.
    pub(crate) created_at: Timestamp,
    /// KeyId while encrypted.
    pub(crate) encryption_key_id: Option<Box<str>>,
    pub open_shard_count: u32,
    pub(crate) consumer_count: u32,
    pub mode: StreamMode,
    /// EnhancedMonitoring.
    pub metrics: ShardLevelMetrics,
    /// MaxRecordSizeInKiB.
    pub(crate) max_record_size_kib: u32,
    pub(crate) distribution: RecordDistributionStrategy,
    /// WarmThroughput, when it was asked for.
    pub(crate) warm_throughput: Option<WarmThroughput>,
}

/// A shard as listings show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    pub id: ShardId,
    pub parent: Option<ShardId>,
    pub adjacent_parent: Option<ShardId>,
    pub range: HashKeyRange,
    pub starting_sequence_number: SequenceNumber,
    /// EndingSequenceNumber; `None` while open.
    pub ending_sequence_number: Option<SequenceNumber>,
}

/// Where a record was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    pub shard: ShardId,
    pub sequence_number: SequenceNumber,
}

/// Why one entry of a PutRecords failed (ErrorCode).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutFailure {
    /// `ProvisionedThroughputExceededException` for that shard.
    ProvisionedThroughputExceeded {
        /// The shard over its limit.
        shard: ShardId,
    },
    InternalFailure,
}

/// GetRecords' answer.
#[derive(Clone, Debug)]
pub struct GetRecordsOutput {
    /// Records in order of sequence number.
    pub records: Vec<Record>,
    /// NextShardIterator; `None` at the end of a closed shard.
    pub next: Option<ShardIterator>,
    pub millis_behind_latest: u64,
    /// ChildShards, only at the end of a closed shard.
    pub child_shards: Vec<ChildShard>,
    /// Whether the stream is encrypted.
    pub is_encrypted: bool,
}

/// What a subscription has to say.
#[derive(Clone, Debug)]
pub enum SubscriptionPoll {
    Event(Box<SubscriptionEvent>),
    /// Nothing before then, whatever happens.
    NotBefore(SimTime),
    /// Nothing now; something by then at the latest, or when a record arrives.
    Idle {
        /// By when to ask again.
        until: SimTime,
    },
    /// The subscription's five minutes are over.
    Ended,
}

/// SubscribeToShardEvent.
#[derive(Clone, Debug)]
pub struct SubscriptionEvent {
    /// Records in order of sequence number.
    pub records: Vec<Record>,
    /// ContinuationSequenceNumber; `None` at the end of a closed shard.
    pub(crate) continuation: Option<SequenceNumber>,
    pub millis_behind_latest: u64,
    /// ChildShards, only at the end of a closed shard.
    pub child_shards: Vec<ChildShard>,
    /// Whether the stream is encrypted.
    pub is_encrypted: bool,
}

/// A record as readers get it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub sequence_number: SequenceNumber,
    /// ApproximateArrivalTimestamp.
    pub(crate) arrived_at: SimTime,
    pub partition_key: KeyText,
    pub data: Payload,
    /// Position in the shard; for observers, not on the wire.
    pub ordinal: u64,
}

impl Record {
    /// Bytes that count toward throughput.
    pub fn size_bytes(&self) -> u64 {
        u64::from(self.data.len()) + u64::from(self.partition_key.size_bytes())
    }
}

/// A child shard as GetRecords shows it at the end of its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildShard {
    pub id: ShardId,
    /// ParentShards: one after a split, two after a merge.
    pub parents: Vec<ShardId>,
    pub range: HashKeyRange,
}
