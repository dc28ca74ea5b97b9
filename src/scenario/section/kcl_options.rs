//! `[consumer.NAME.kcl]`: settings of the KCL that are seldom changed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::ConsumerId;
use crate::base::written::{Duration, Size};
use crate::client::kcl::KclSettings;

/// Settings of the library that are seldom changed, with its defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct KclOptions {
    /// `epsilonMillis`.
    pub(crate) epsilon: Duration,
    /// `veryOldLeaseDurationNanosMultiplier`.
    pub(crate) very_old_multiplier: u32,
    /// `maxLeaseRenewalThreads`.
    pub(crate) renewal_threads: u32,
    /// `maxCacheByteSize` of the prefetch cache.
    pub(crate) prefetch_bytes_max: Size,
    /// `maxRecordsCount` of the prefetch cache.
    pub(crate) prefetch_records_max: u64,
    /// `parentShardPollIntervalMillis`.
    pub(crate) parent_shard_poll: Duration,
    /// `shardConsumerDispatchPollIntervalMillis`.
    pub(crate) dispatch_poll: Duration,
    /// `leasesRecoveryAuditorExecutionFrequencyMillis`.
    pub(crate) auditor_period: Duration,
    /// `leasesRecoveryAuditorInconsistencyConfidenceThreshold`.
    pub(crate) auditor_threshold: u32,
    /// `leaseCleanupIntervalMillis`.
    pub(crate) cleanup_interval: Duration,
    /// `completedLeaseCleanupIntervalMillis`.
    pub(crate) completed_cleanup_interval: Duration,
    /// `garbageLeaseCleanupIntervalMillis`.
    pub(crate) garbage_cleanup_interval: Duration,
    /// `taskBackoffTimeMillis`.
    pub(crate) task_backoff: Duration,
    /// `ignoreUnexpectedChildShards`.
    pub(crate) ignore_unexpected_child_shards: bool,
    /// A planted bug: a checkpoint whose write failed is taken back in the worker's memory, although the write may have
    /// been done. Releases of KCL 2.x with its pull requests 1354 and 1788 did so
    /// (<https://github.com/awslabs/amazon-kinesis-client/pull/1788>); the release that is modelled does not.
    pub(crate) failed_checkpoint_undone: bool,
    /// After this a GetRecords call is given up and made again.
    pub(crate) get_records_timeout: Duration,
    /// `dynamoDbRequestTimeout`.
    pub(crate) table_timeout: Duration,
}

impl Default for KclOptions {
    fn default() -> Self {
        let name = "any-name";
        let (Ok(stream), Ok(table)) = (name.parse(), name.parse()) else { unreachable!("this is a name") };
        let library = KclSettings::new(ConsumerId(0), name, stream, table);
        Self {
            epsilon: Duration(library.epsilon),
            very_old_multiplier: library.very_old_multiplier,
            renewal_threads: library.renewal_threads,
            prefetch_bytes_max: Size(library.prefetch_bytes_max),
            prefetch_records_max: library.prefetch_records_max,
            parent_shard_poll: Duration(library.parent_shard_poll),
            dispatch_poll: Duration(library.dispatch_poll),
            auditor_period: Duration(library.auditor_period),
            auditor_threshold: library.auditor_threshold,
            cleanup_interval: Duration(library.cleanup_interval),
            completed_cleanup_interval: Duration(library.completed_cleanup_interval),
            garbage_cleanup_interval: Duration(library.garbage_cleanup_interval),
            task_backoff: Duration(library.task_backoff),
            ignore_unexpected_child_shards: library.is_ignore_unexpected_child_shards,
            failed_checkpoint_undone: library.is_failed_checkpoint_undone,
            get_records_timeout: Duration(library.get_records_timeout),
            table_timeout: Duration(library.table_timeout),
        }
    }
}

impl KclOptions {
    /// Settings of the library with these options.
    pub(super) fn of(&self, settings: KclSettings) -> KclSettings {
        let options = self;
        KclSettings {
            epsilon: options.epsilon.0,
            very_old_multiplier: options.very_old_multiplier,
            renewal_threads: options.renewal_threads.max(1),
            prefetch_bytes_max: options.prefetch_bytes_max.0,
            prefetch_records_max: options.prefetch_records_max,
            parent_shard_poll: options.parent_shard_poll.0,
            dispatch_poll: options.dispatch_poll.0,
            auditor_period: options.auditor_period.0,
            auditor_threshold: options.auditor_threshold,
            cleanup_interval: options.cleanup_interval.0,
            completed_cleanup_interval: options.completed_cleanup_interval.0,
            garbage_cleanup_interval: options.garbage_cleanup_interval.0,
            task_backoff: options.task_backoff.0,
            is_ignore_unexpected_child_shards: options.ignore_unexpected_child_shards,
            is_failed_checkpoint_undone: options.failed_checkpoint_undone,
            get_records_timeout: options.get_records_timeout.0,
            table_timeout: options.table_timeout.0,
            ..settings
        }
    }
}
