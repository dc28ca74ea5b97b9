//! `[consumer.NAME]`: what reads a stream, and what its record processor does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults::{one_u32, secs};
use crate::base::written::{Duration, Size};
use crate::base::{ConsumerId, SimDuration};
use crate::client::kcl::KclSettings;

/// A consumer: hosts `NAME-1`, `NAME-2`, ...
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Consumer {
    /// The stream it reads.
    pub stream: String,
    /// What it reads with.
    #[serde(default)]
    pub library: Library,
    /// When the workers start, counted from the start of the run.
    #[serde(default)]
    pub start: Duration,
    /// Number of hosts, NAME-1 to NAME-N (kcl-2, app).
    #[serde(default = "one_u32")]
    pub workers: u32,
    /// Starts of further workers, which join later (kcl-2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joins: Vec<Duration>,
    /// Name of the application and its lease table; the consumer's name when absent (kcl-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// Provisioned units of the lease table; on demand when absent (kcl-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_table: Option<LeaseTable>,
    /// Where it begins: `trim-horizon`, `latest`, or a time before its start such as `10m ago`.
    #[serde(default = "trim_horizon")]
    pub initial_position: String,
    /// What it remembers across a restart (poller).
    #[serde(default)]
    pub resume: Resume,
    /// When it checkpoints: `every batch`, a time such as `10s`, a count such as `500 records`, `at end`, `never`.
    #[serde(default = "every_batch", alias = "checkpoint_every")]
    pub checkpoint: String,
    /// How often it tries to store a checkpoint that the lease table throttles, 3 s apart, before it goes on without
    /// (kcl-2).
    #[serde(default = "ten")]
    pub checkpoint_tries: u32,
    /// Whether it prepares every checkpoint before it stores it, with a write of its own (kcl-2).
    #[serde(default)]
    pub prepare_checkpoints: bool,
    /// Processing time of one record.
    #[serde(default = "processing")]
    pub processing: Duration,
    /// What the store that effects go to promises of them.
    // `sink` is its name in files of the first version.
    #[serde(default, alias = "sink")]
    pub store: Store,
    /// What goes wrong in the record processor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mishap: Vec<Mishap>,
    /// Time between two GetRecords of a shard; 1.5s for kcl-2 and 1s for pollers when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<Duration>,
    /// Records that one GetRecords asks for at most, 1 to 10000.
    #[serde(default = "ten_thousand")]
    pub records_max: u32,
    /// `failoverTimeMillis` (kcl-2).
    #[serde(default = "ten_s")]
    pub failover: Duration,
    /// `maxLeasesForWorker` (kcl-2).
    #[serde(default = "leases_max")]
    pub leases_max: u32,
    /// `maxLeasesToStealAtOneTime` (kcl-2).
    #[serde(default = "one_u32")]
    pub steal_max: u32,
    /// `enablePriorityLeaseAssignment` (kcl-2).
    #[serde(default = "yes")]
    pub priority_assignment: bool,
    /// `consistentReads` (kcl-2).
    #[serde(default)]
    pub consistent_reads: bool,
    /// `maxPendingProcessRecordsInput` of the prefetch cache (kcl-2).
    #[serde(default = "five")]
    pub prefetch_batches: u32,
    /// `cleanupLeasesUponShardCompletion` (kcl-2).
    #[serde(default = "yes")]
    pub cleanup_leases: bool,
    /// Settings of the library that are seldom changed (kcl-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kcl: Option<KclOptions>,
}

/// Settings of the library that are seldom changed, with its defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct KclOptions {
    /// `epsilonMillis`.
    pub epsilon: Duration,
    /// `veryOldLeaseDurationNanosMultiplier`.
    pub very_old_multiplier: u32,
    /// `maxLeaseRenewalThreads`.
    pub renewal_threads: u32,
    /// `maxCacheByteSize` of the prefetch cache.
    pub prefetch_bytes_max: Size,
    /// `maxRecordsCount` of the prefetch cache.
    pub prefetch_records_max: u64,
    /// `parentShardPollIntervalMillis`.
    pub parent_shard_poll: Duration,
    /// `shardConsumerDispatchPollIntervalMillis`.
    pub dispatch_poll: Duration,
    /// `leasesRecoveryAuditorExecutionFrequencyMillis`.
    pub auditor_period: Duration,
    /// `leasesRecoveryAuditorInconsistencyConfidenceThreshold`.
    pub auditor_threshold: u32,
    /// `leaseCleanupIntervalMillis`.
    pub cleanup_interval: Duration,
    /// `completedLeaseCleanupIntervalMillis`.
    pub completed_cleanup_interval: Duration,
    /// `garbageLeaseCleanupIntervalMillis`.
    pub garbage_cleanup_interval: Duration,
    /// `taskBackoffTimeMillis`.
    pub task_backoff: Duration,
    /// `ignoreUnexpectedChildShards`.
    pub ignore_unexpected_child_shards: bool,
    /// After this a GetRecords call is given up and made again.
    pub get_records_timeout: Duration,
    /// `dynamoDbRequestTimeout`.
    pub table_timeout: Duration,
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
            get_records_timeout: Duration(library.get_records_timeout),
            table_timeout: Duration(library.table_timeout),
        }
    }
}

fn trim_horizon() -> String {
    "trim-horizon".to_owned()
}
fn every_batch() -> String {
    "every batch".to_owned()
}
fn processing() -> Duration {
    Duration(SimDuration::from_micros(100))
}
fn ten_thousand() -> u32 {
    10_000
}
fn ten_s() -> Duration {
    secs(10)
}
fn leases_max() -> u32 {
    i32::MAX as u32
}
fn five() -> u32 {
    5
}
fn ten() -> u32 {
    10
}
fn yes() -> bool {
    true
}

/// What a consumer reads with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Library {
    /// The Kinesis Client Library 2.x.
    #[default]
    #[serde(rename = "kcl-2")]
    Kcl2,
    /// A plain poller of every shard.
    Poller,
    /// The user's own code, which a test gives to the simulation.
    App,
}

/// Provisioned units of a lease table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseTable {
    /// Read units a second.
    pub read: u32,
    /// Write units a second.
    pub write: u32,
}

/// What a poller remembers across a restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Resume {
    /// Nothing: it begins at its initial position again.
    Nothing,
    /// Its last shard iterator.
    Iterator,
    /// Its saved position: it goes on after the last record that it saved.
    #[default]
    Position,
}

/// What the store that effects go to promises of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Store {
    /// Every delivery is an effect: at least once.
    #[default]
    Plain,
    /// Effects are keyed by record: exactly once.
    Idempotent,
    /// Effect and checkpoint together: exactly once.
    Transactional,
}

/// Something that goes wrong in a record processor: one of `throw`, `hang`, `slow`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mishap {
    /// Throws at the record; the KCL skips the rest of the batch.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub throw: bool,
    /// Hangs at the record for so long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hang: Option<Duration>,
    /// Takes so much longer for the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow: Option<Duration>,
    /// At every n-th record that a worker processes.
    pub every_records: u64,
    /// No mishap before this time of the run.
    #[serde(default)]
    pub from: Duration,
    /// Not after; the end of the run when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Duration>,
}

impl Consumer {
    /// Workers from the start and those that join.
    pub fn host_count(&self) -> u32 {
        match self.library {
            Library::Kcl2 => self.workers.saturating_add(self.joins.len() as u32),
            Library::Poller => 1,
            Library::App => self.workers,
        }
    }
    /// The lease table's name.
    pub fn table_name(&self, consumer: &str) -> String {
        self.application.clone().unwrap_or_else(|| consumer.to_owned())
    }
}
