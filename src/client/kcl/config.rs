//! The library's configuration, with its own names and defaults
//! (<https://github.com/awslabs/amazon-kinesis-client/tree/v2.x>).

use std::sync::Arc;

use crate::aws::dynamodb::api::Capacity;
use crate::base::{ConsumerId, Planted, SimDuration, StreamName, TableName};
use crate::client::Retrieval;
use crate::client::poller::InitialPosition;
use crate::client::processor::ProcessorSettings;

/// With enhanced fan-out, events that wait for the record processor at most: the buffer of `ShardConsumerSubscriber`.
pub(crate) const EVENTS_MAX: usize = 8;

/// A KCL application, and the library's settings that it has changed or kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KclSettings {
    /// Number among the consumers of the scenario.
    pub consumer: ConsumerId,
    /// Name; its workers' hosts are `NAME-1`, `NAME-2`, ...
    pub name: Arc<str>,
    /// The stream that the application reads.
    pub stream: StreamName,
    /// `applicationName`, the lease table's name.
    pub lease_table: TableName,
    /// Billing mode of the lease table.
    pub(crate) lease_table_capacity: Capacity,
    /// Start of each worker.
    pub(crate) worker_starts: Vec<SimDuration>,
    /// `initialPositionInStream`.
    pub(crate) initial_position: InitialPosition,
    /// `RetrievalConfig`.
    pub(crate) retrieval: Retrieval,
    /// What the application does with records.
    pub(crate) processor: ProcessorSettings,
    /// `failoverTimeMillis`.
    pub(crate) failover: SimDuration,
    /// `epsilonMillis`.
    pub(crate) epsilon: SimDuration,
    /// `maxLeasesForWorker`.
    pub(crate) leases_max: u32,
    /// `maxLeasesToStealAtOneTime`.
    pub(crate) steal_max: u32,
    /// `enablePriorityLeaseAssignment`.
    pub(crate) is_priority_assignment: bool,
    /// `veryOldLeaseDurationNanosMultiplier`.
    pub(crate) very_old_multiplier: u32,
    /// `maxLeaseRenewalThreads`.
    pub(crate) renewal_threads: u32,
    /// `consistentReads`.
    pub(crate) is_consistent_reads: bool,
    /// `idleTimeBetweenReadsInMillis`.
    pub(crate) idle_between_reads: SimDuration,
    /// `maxRecords` of GetRecords.
    pub(crate) records_max: u32,
    /// `maxPendingProcessRecordsInput` of the prefetch cache; 0 fetches only when asked.
    pub(crate) prefetch_batches_max: u32,
    /// `maxCacheByteSize` of the prefetch cache.
    pub(crate) prefetch_bytes_max: u64,
    /// `maxRecordsCount` of the prefetch cache.
    pub(crate) prefetch_records_max: u64,
    /// `parentShardPollIntervalMillis`.
    pub(crate) parent_shard_poll: SimDuration,
    /// `shardConsumerDispatchPollIntervalMillis`.
    pub(crate) dispatch_poll: SimDuration,
    /// `leasesRecoveryAuditorExecutionFrequencyMillis`.
    pub(crate) auditor_period: SimDuration,
    /// `leasesRecoveryAuditorInconsistencyConfidenceThreshold`.
    pub(crate) auditor_threshold: u32,
    /// `cleanupLeasesUponShardCompletion`.
    pub(crate) is_cleanup_enabled: bool,
    /// `leaseCleanupIntervalMillis`.
    pub(crate) cleanup_interval: SimDuration,
    /// `completedLeaseCleanupIntervalMillis`.
    pub(crate) completed_cleanup_interval: SimDuration,
    /// `garbageLeaseCleanupIntervalMillis`.
    pub(crate) garbage_cleanup_interval: SimDuration,
    /// `taskBackoffTimeMillis`.
    pub(crate) task_backoff: SimDuration,
    /// `ignoreUnexpectedChildShards`.
    pub(crate) is_ignore_unexpected_child_shards: bool,
    /// Whether a checkpoint whose write failed is taken back in the worker's memory.
    pub(crate) is_failed_checkpoint_undone: bool,
    /// After this the library gives a GetRecords call up and asks again.
    pub(crate) get_records_timeout: SimDuration,
    /// `dynamoDbRequestTimeout`.
    pub(crate) table_timeout: SimDuration,
    /// The bug that is planted.
    pub(crate) planted: Planted,
}

impl KclSettings {
    /// The library's defaults, with one worker.
    pub fn new(consumer: ConsumerId, name: &str, stream: StreamName, lease_table: TableName) -> Self {
        Self {
            consumer,
            name: name.into(),
            stream,
            lease_table,
            lease_table_capacity: Capacity::OnDemand,
            worker_starts: vec![SimDuration::ZERO],
            initial_position: InitialPosition::TrimHorizon,
            retrieval: Retrieval::Polling,
            processor: ProcessorSettings::default(),
            failover: SimDuration::from_secs(10),
            epsilon: SimDuration::from_millis(25),
            leases_max: i32::MAX as u32,
            steal_max: 1,
            is_priority_assignment: true,
            very_old_multiplier: 3,
            renewal_threads: 20,
            is_consistent_reads: false,
            idle_between_reads: SimDuration::from_millis(1500),
            records_max: 10_000,
            prefetch_batches_max: 5,
            prefetch_bytes_max: 8 * crate::base::units::MIB,
            prefetch_records_max: 30_000,
            parent_shard_poll: SimDuration::from_secs(10),
            dispatch_poll: SimDuration::from_secs(1),
            auditor_period: SimDuration::from_secs(120),
            auditor_threshold: 3,
            is_cleanup_enabled: true,
            cleanup_interval: SimDuration::from_mins(1),
            completed_cleanup_interval: SimDuration::from_mins(5),
            garbage_cleanup_interval: SimDuration::from_mins(30),
            task_backoff: SimDuration::from_millis(500),
            is_ignore_unexpected_child_shards: false,
            is_failed_checkpoint_undone: false,
            get_records_timeout: SimDuration::from_secs(30),
            table_timeout: SimDuration::from_secs(60),
            planted: Planted::default(),
        }
    }

    /// The least time that a record takes in a backlog of a shard: its part of the idle time or its processing, the
    /// longer of the two, because both go on at once.
    pub(crate) fn time_per_record(&self) -> SimDuration {
        let idle = self.idle_between_reads / u64::from(self.records_max.max(1));
        idle.max(self.processor.time_per_record)
    }
}
