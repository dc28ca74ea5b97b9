//! Requests, replies, errors, faults and settings of the streams service, under the names AWS gives them.
//!
//! Members and constraints follow the API reference
//! (<https://docs.aws.amazon.com/kinesis/latest/APIReference/Welcome.html>). Values that can only be wrong in
//! ways the type allows are checked by the service; shapes that a type can rule out never reach it.

use std::fmt;
use std::sync::Arc;

pub use crate::base::event::StreamStatus;
use crate::base::{
    HashKey, HashKeyRange, KeyText, PartitionKey, Payload, SequenceNumber, ShardId, SimDuration, SimTime, StreamName,
};

/// A request of the streams service.
#[derive(Clone, Debug)]
pub enum Request {
    /// CreateStream.
    CreateStream {
        /// Name of the new stream.
        stream: StreamName,
        /// ShardCount, at least 1.
        shard_count: u32,
    },
    /// DeleteStream.
    DeleteStream {
        /// The stream.
        stream: StreamName,
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

/// The wall-clock time of a request or reply, in milliseconds since the Unix epoch.
pub type Timestamp = u64;

/// A paging token of ListShards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListShardsToken {
    /// The stream that is listed.
    pub stream: StreamName,
    /// When the token was issued.
    pub issued_at: SimTime,
    /// Shards up to this one were listed.
    pub after: ShardId,
    /// The filter of the first page.
    pub filter: ShardFilter,
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
        /// Names in order.
        names: Vec<StreamName>,
        /// HasMoreStreams.
        has_more: bool,
    },
    /// ListShards.
    Shards {
        /// The page.
        shards: Vec<Shard>,
        /// Token of the next page.
        next_token: Option<ListShardsToken>,
    },
    /// PutRecord.
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
    /// GetRecords.
    Records(GetRecordsOutput),
    /// UpdateShardCount.
    ShardCountUpdated {
        /// CurrentShardCount.
        current: u32,
        /// TargetShardCount.
        target: u32,
    },
}

/// DescribeStream's description.
#[derive(Clone, Debug)]
pub struct StreamDescription {
    /// The summary's members that both have.
    pub summary: StreamSummary,
    /// Shards, not expired, in order.
    pub shards: Vec<Shard>,
    /// HasMoreShards.
    pub has_more_shards: bool,
}

/// DescribeStreamSummary's summary.
#[derive(Clone, Debug)]
pub struct StreamSummary {
    /// StreamName.
    pub name: StreamName,
    /// StreamStatus.
    pub status: StreamStatus,
    /// RetentionPeriodHours.
    pub retention_hours: u32,
    /// StreamCreationTimestamp.
    pub created_at: Timestamp,
    /// KeyId while encrypted.
    pub encryption_key_id: Option<Box<str>>,
    /// OpenShardCount.
    pub open_shard_count: u32,
}

/// A shard as listings show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// ShardId.
    pub id: ShardId,
    /// ParentShardId.
    pub parent: Option<ShardId>,
    /// AdjacentParentShardId.
    pub adjacent_parent: Option<ShardId>,
    /// HashKeyRange.
    pub range: HashKeyRange,
    /// StartingSequenceNumber.
    pub starting_sequence_number: SequenceNumber,
    /// EndingSequenceNumber; `None` while open.
    pub ending_sequence_number: Option<SequenceNumber>,
}

/// Where a record was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// ShardId.
    pub shard: ShardId,
    /// SequenceNumber.
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
    /// `InternalFailure`.
    InternalFailure,
}

/// GetRecords' answer.
#[derive(Clone, Debug)]
pub struct GetRecordsOutput {
    /// Records in order of sequence number.
    pub records: Vec<Record>,
    /// NextShardIterator; `None` at the end of a closed shard.
    pub next: Option<ShardIterator>,
    /// MillisBehindLatest.
    pub millis_behind_latest: u64,
    /// ChildShards, only at the end of a closed shard.
    pub child_shards: Vec<ChildShard>,
}

/// A record as readers get it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// SequenceNumber.
    pub sequence_number: SequenceNumber,
    /// ApproximateArrivalTimestamp.
    pub arrived_at: SimTime,
    /// PartitionKey.
    pub partition_key: KeyText,
    /// Data.
    pub data: Payload,
    /// Position in the shard; for observers, not on the wire.
    pub ordinal: u64,
}

/// A child shard as GetRecords shows it at the end of its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildShard {
    /// ShardId.
    pub id: ShardId,
    /// ParentShards: one after a split, two after a merge.
    pub parents: Vec<ShardId>,
    /// HashKeyRange.
    pub range: HashKeyRange,
}

/// An error of the streams service. `code` gives AWS's name, `Display` the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// ResourceNotFoundException.
    ResourceNotFound(Box<str>),
    /// ResourceInUseException: the stream's state does not allow it.
    ResourceInUse(Box<str>),
    /// InvalidArgumentException.
    InvalidArgument(Box<str>),
    /// LimitExceededException: a quota.
    LimitExceeded(Box<str>),
    /// ValidationException.
    Validation(Box<str>),
    /// ProvisionedThroughputExceededException.
    ProvisionedThroughputExceeded(Box<str>),
    /// ExpiredIteratorException.
    ExpiredIterator(Box<str>),
    /// ExpiredNextTokenException.
    ExpiredNextToken(Box<str>),
    /// AccessDeniedException.
    AccessDenied(Box<str>),
    /// InternalFailure (500).
    InternalFailure,
    /// ServiceUnavailable (503).
    ServiceUnavailable,
    /// ThrottlingException, only injected.
    Throttling,
    /// KMSDisabledException.
    KmsDisabled,
    /// KMSInvalidStateException.
    KmsInvalidState,
    /// KMSAccessDeniedException.
    KmsAccessDenied,
    /// KMSNotFoundException.
    KmsNotFound,
    /// KMSOptInRequired.
    KmsOptInRequired,
    /// KMSThrottlingException.
    KmsThrottling,
}

impl Error {
    /// AWS's name of the error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ResourceNotFound(_) => "ResourceNotFoundException",
            Self::ResourceInUse(_) => "ResourceInUseException",
            Self::InvalidArgument(_) => "InvalidArgumentException",
            Self::LimitExceeded(_) => "LimitExceededException",
            Self::Validation(_) => "ValidationException",
            Self::ProvisionedThroughputExceeded(_) => "ProvisionedThroughputExceededException",
            Self::ExpiredIterator(_) => "ExpiredIteratorException",
            Self::ExpiredNextToken(_) => "ExpiredNextTokenException",
            Self::AccessDenied(_) => "AccessDeniedException",
            Self::InternalFailure => "InternalFailure",
            Self::ServiceUnavailable => "ServiceUnavailable",
            Self::Throttling => "ThrottlingException",
            Self::KmsDisabled => "KMSDisabledException",
            Self::KmsInvalidState => "KMSInvalidStateException",
            Self::KmsAccessDenied => "KMSAccessDeniedException",
            Self::KmsNotFound => "KMSNotFoundException",
            Self::KmsOptInRequired => "KMSOptInRequired",
            Self::KmsThrottling => "KMSThrottlingException",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResourceNotFound(m)
            | Self::ResourceInUse(m)
            | Self::InvalidArgument(m)
            | Self::LimitExceeded(m)
            | Self::Validation(m)
            | Self::ProvisionedThroughputExceeded(m)
            | Self::ExpiredIterator(m)
            | Self::ExpiredNextToken(m)
            | Self::AccessDenied(m) => f.write_str(m),
            Self::InternalFailure => f.write_str("Internal Service Failure"),
            Self::ServiceUnavailable => f.write_str("The service is unavailable"),
            Self::Throttling => f.write_str("Rate exceeded"),
            Self::KmsDisabled => f.write_str("The KMS key is disabled"),
            Self::KmsInvalidState => f.write_str("The KMS key is pending deletion"),
            Self::KmsAccessDenied => f.write_str("The caller may not use the KMS key"),
            Self::KmsNotFound => f.write_str("The KMS key does not exist"),
            Self::KmsOptInRequired => f.write_str("The account needs a subscription for KMS"),
            Self::KmsThrottling => f.write_str("KMS throttled the request"),
        }
    }
}
impl std::error::Error for Error {}

impl Request {
    /// AWS's name of the operation.
    pub const fn operation(&self) -> &'static str {
        match self {
            Self::CreateStream { .. } => "CreateStream",
            Self::DeleteStream { .. } => "DeleteStream",
            Self::DescribeStream { .. } => "DescribeStream",
            Self::DescribeStreamSummary { .. } => "DescribeStreamSummary",
            Self::ListStreams { .. } => "ListStreams",
            Self::ListShards(_) => "ListShards",
            Self::PutRecord { .. } => "PutRecord",
            Self::PutRecords { .. } => "PutRecords",
            Self::GetShardIterator { .. } => "GetShardIterator",
            Self::GetRecords { .. } => "GetRecords",
            Self::SplitShard { .. } => "SplitShard",
            Self::MergeShards { .. } => "MergeShards",
            Self::UpdateShardCount { .. } => "UpdateShardCount",
            Self::IncreaseStreamRetentionPeriod { .. } => "IncreaseStreamRetentionPeriod",
            Self::DecreaseStreamRetentionPeriod { .. } => "DecreaseStreamRetentionPeriod",
            Self::StartStreamEncryption { .. } => "StartStreamEncryption",
            Self::StopStreamEncryption { .. } => "StopStreamEncryption",
        }
    }
}

/// State of the simulated KMS key that streams are encrypted with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KmsKeyState {
    /// Usable.
    #[default]
    Enabled,
    /// Disabled: KMSDisabledException.
    Disabled,
    /// Pending deletion: KMSInvalidStateException.
    PendingDeletion,
    /// Deleted: KMSNotFoundException.
    Deleted,
    /// The callers' role lost its grant: KMSAccessDeniedException.
    AccessDenied,
    /// KMS throttles: KMSThrottlingException.
    Throttled,
    /// KMSOptInRequired.
    OptInRequired,
}

/// What a fault hits: all calls, calls of one stream, or calls of one shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultTarget {
    /// Only this stream.
    pub stream: Option<StreamName>,
    /// Only this shard.
    pub shard: Option<ShardId>,
    /// Only this operation, by AWS's name.
    pub operation: Option<Box<str>>,
}

/// A declared fault point of the streams service. Applied by [`super::StreamsService::inject`], undone by
/// [`super::StreamsService::heal`].
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// ProvisionedThroughputExceeded at this rate (`0.0..=1.0`); per record in PutRecords.
    Throttle {
        /// What is hit.
        target: FaultTarget,
        /// Share of calls or records.
        rate: f64,
    },
    /// InternalFailure at this rate; per record in PutRecords.
    InternalError {
        /// What is hit.
        target: FaultTarget,
        /// Share of calls or records.
        rate: f64,
    },
    /// ServiceUnavailable at this rate.
    Unavailable {
        /// What is hit.
        target: FaultTarget,
        /// Share of calls.
        rate: f64,
    },
    /// Every iterator used while it lasts is expired.
    ExpireIterators {
        /// What is hit.
        target: FaultTarget,
        /// Share of GetRecords calls.
        rate: f64,
    },
    /// The KMS key is in this state.
    KmsKey {
        /// The state.
        state: KmsKeyState,
    },
    /// A zone (0, 1 or 2) is out of service; its logs are kept, or wiped.
    ZoneOutage {
        /// Zone number.
        zone: u8,
        /// Whether its logs are lost.
        wipe: bool,
    },
}

/// The shape of the write limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThrottleWindow {
    /// A token bucket that refills continuously. AWS publishes no shape; its text on large records implies one.
    #[default]
    TokenBucket,
    /// Fixed windows of one second, counted from the first use.
    FixedSecond,
}

/// How long asynchronous transitions take, each drawn uniformly from a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transitions {
    /// CREATING to ACTIVE.
    pub create: (SimDuration, SimDuration),
    /// DELETING until gone.
    pub delete: (SimDuration, SimDuration),
    /// UPDATING for SplitShard and MergeShards.
    pub reshard: (SimDuration, SimDuration),
    /// UPDATING for Start/StopStreamEncryption.
    pub encryption: (SimDuration, SimDuration),
    /// UPDATING for UpdateShardCount, plus `update_shard_count_step` for every split or merge.
    pub update_shard_count: (SimDuration, SimDuration),
    /// See `update_shard_count`.
    pub update_shard_count_step: SimDuration,
}

impl Default for Transitions {
    /// AWS gives words only ("a few minutes"); the figures are assumptions from probes of production.
    fn default() -> Self {
        let secs = |a, b| (SimDuration::from_secs(a), SimDuration::from_secs(b));
        Self {
            create: secs(10, 30),
            delete: secs(10, 30),
            reshard: secs(20, 40),
            encryption: secs(2, 120),
            update_shard_count: secs(30, 30),
            update_shard_count_step: SimDuration::from_secs(2),
        }
    }
}

/// Settings of the streams service: quotas and declared assumptions.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Wall-clock time of the run's start, milliseconds since the Unix epoch.
    pub epoch_unix_ms: u64,
    /// 12-digit account number, for messages.
    pub account: Box<str>,
    /// Open shards allowed in the account (20,000, 6,000 or 1,000 by region).
    pub shard_limit: u32,
    /// Shape of the write limits.
    pub throttle_window: ThrottleWindow,
    /// Durations of transitions.
    pub transitions: Transitions,
    /// Whether a stream in DELETING still serves reads and writes (the API text says it may).
    pub deleting_serves: bool,
    /// Whether the call quotas of the control plane are enforced.
    pub control_plane_quotas: bool,
    /// Whether the limits of shards on writes and reads are enforced.
    pub data_plane_limits: bool,
    /// How long an accepted record stays invisible to GetRecords.
    pub visibility_lag: SimDuration,
    /// Bytes per second at which a zone copies what it missed.
    pub zone_rebuild_bytes_per_s: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            epoch_unix_ms: 1_767_225_600_000, // 2026-01-01T00:00:00Z
            account: "000000000000".into(),
            shard_limit: 20_000,
            throttle_window: ThrottleWindow::default(),
            transitions: Transitions::default(),
            deleting_serves: true,
            control_plane_quotas: true,
            data_plane_limits: true,
            visibility_lag: SimDuration::ZERO,
            zone_rebuild_bytes_per_s: 64 * crate::base::units::MIB,
        }
    }
}
