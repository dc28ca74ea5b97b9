//! The scenario file: its sections and keys, with their defaults.
//!
//! These types are the one source for reading, for the JSON Schema, and for the resolved file that a run leaves behind.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::units::{Duration, DurationRange, Rate, SeedNumber, Share, Size, SizeRange};
use crate::base::{ConsumerId, SimDuration};
use crate::client::kcl::KclSettings;
use crate::measure::Occurrence;
use crate::service::{streams, table};

const fn secs(n: u64) -> Duration {
    Duration(SimDuration::from_secs(n))
}

/// A kinesim scenario: streams, producers, consumers, faults, actions and expectations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// What the scenario is called in reports.
    pub name: String,
    /// Length of the run.
    pub duration: Duration,
    /// Seed of the run; `--seed` replaces it.
    #[serde(default)]
    pub seed: SeedNumber,
    /// What the scenario is there to show: `pass`, or `fail` with exactly the checks and expectations in `failing`.
    #[serde(default)]
    pub outcome: OutcomeWord,
    /// Names of checks, or texts of expectations, that must fail when `outcome = "fail"`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failing: Vec<String>,
    /// What AWS does not publish, and kinesim assumes.
    #[serde(default)]
    pub assume: Assume,
    /// The simulated network.
    #[serde(default)]
    pub network: Network,
    /// Bounds of the liveness checks, counted from when the faults have healed.
    #[serde(default)]
    pub liveness: Liveness,
    /// Streams that exist when the run begins.
    #[serde(default)]
    pub stream: BTreeMap<String, Stream>,
    /// Producers.
    #[serde(default)]
    pub producer: BTreeMap<String, Producer>,
    /// Consumers.
    #[serde(default)]
    pub consumer: BTreeMap<String, Consumer>,
    /// Faults.
    #[serde(default)]
    pub fault: Vec<Fault>,
    /// Faults drawn at random from the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub random_faults: Option<RandomFaults>,
    /// What the operator does.
    #[serde(default)]
    pub action: Vec<Action>,
    /// What must come out.
    #[serde(default)]
    pub expect: Vec<Expect>,
}

/// The outcome that a scenario is there to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeWord {
    /// Everything holds.
    #[default]
    Pass,
    /// Exactly what `failing` names fails.
    Fail,
}

/// Declared assumptions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Assume {
    /// Wall-clock time of the run's start, in milliseconds since the Unix epoch.
    pub start_unix_ms: u64,
    /// Shape of the shards' write limits.
    pub throttle_window: ThrottleWindow,
    /// Open shards allowed in the account.
    pub shard_limit: u32,
    /// Whether the call quotas of the control plane are enforced.
    pub control_plane_quotas: bool,
    /// Whether a stream in DELETING serves reads and writes.
    pub deleting_serves: bool,
    /// How long an accepted record stays invisible to GetRecords.
    pub visibility_lag: Duration,
    /// Bytes a second at which a zone copies what it missed.
    pub zone_rebuild_per_s: Size,
    /// Time a stream is CREATING.
    pub create: DurationRange,
    /// Time a stream is DELETING.
    pub delete: DurationRange,
    /// Time a stream is UPDATING for SplitShard and MergeShards.
    pub reshard: DurationRange,
    /// Time a stream is UPDATING for Start/StopStreamEncryption.
    pub encryption: DurationRange,
    /// Time a stream is UPDATING for UpdateShardCount, before its steps.
    pub update_shard_count: DurationRange,
    /// Time of each split or merge of an UpdateShardCount.
    pub update_shard_count_step: Duration,
    /// Oldest version that an eventually consistent read of a table may see.
    pub stale_read_lag_max: Duration,
    /// Time a table is CREATING, UPDATING or DELETING.
    pub table_transition: DurationRange,
    /// Whether a provisioned table begins with its 300 s of burst units.
    pub table_burst_starts_full: bool,
}

/// Shape of the write limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ThrottleWindow {
    /// Refills continuously.
    TokenBucket,
    /// Windows of one second.
    FixedSecond,
}

impl Default for Assume {
    fn default() -> Self {
        let (s, t) = (streams::api::Settings::default(), table::api::Settings::default());
        let range = |(low, high)| DurationRange(low, high);
        Self {
            start_unix_ms: s.epoch_unix_ms,
            throttle_window: ThrottleWindow::TokenBucket,
            shard_limit: s.shard_limit,
            control_plane_quotas: s.control_plane_quotas,
            deleting_serves: s.deleting_serves,
            visibility_lag: Duration(s.visibility_lag),
            zone_rebuild_per_s: Size(s.zone_rebuild_bytes_per_s),
            create: range(s.transitions.create),
            delete: range(s.transitions.delete),
            reshard: range(s.transitions.reshard),
            encryption: range(s.transitions.encryption),
            update_shard_count: range(s.transitions.update_shard_count),
            update_shard_count_step: Duration(s.transitions.update_shard_count_step),
            stale_read_lag_max: Duration(t.stale_read_lag_max),
            table_transition: range(t.transition),
            table_burst_starts_full: t.burst_starts_full,
        }
    }
}

/// The simulated network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    /// One-way latency of a message.
    pub latency: DurationRange,
}

impl Default for Network {
    fn default() -> Self {
        Self { latency: DurationRange(SimDuration::from_millis(2), SimDuration::from_millis(8)) }
    }
}

/// Bounds of the liveness checks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Liveness {
    /// Every open shard has an active consumer.
    pub owned_within: Duration,
    /// Leases are spread evenly over workers.
    pub balanced_within: Duration,
    /// The iterator age is below `iterator_age_max` again.
    pub caught_up_within: Duration,
    /// See `caught_up_within`.
    pub iterator_age_max: Duration,
}

impl Default for Liveness {
    fn default() -> Self {
        Self {
            owned_within: secs(180),
            balanced_within: secs(600),
            caught_up_within: secs(300),
            iterator_age_max: secs(60),
        }
    }
}

/// A stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Open shards, with uniform hash ranges.
    pub shards: u32,
    /// Retention, whole hours from 24h to 8760h.
    #[serde(default = "a_day")]
    pub retention: Duration,
    /// KMS key that the stream is encrypted with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_key: Option<String>,
}

fn a_day() -> Duration {
    secs(24 * 3600)
}

/// A producer: hosts `NAME-1`, `NAME-2`, ... that put records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Producer {
    /// The stream it writes to.
    pub stream: String,
    /// Number of hosts, which share the load.
    #[serde(default = "one_u32")]
    pub hosts: u32,
    /// When it begins.
    #[serde(default)]
    pub start: Duration,
    /// When it stops; the end of the run when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Duration>,
    /// Records per second of all hosts together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// A rate that grows or shrinks evenly over the producer's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp: Option<Ramp>,
    /// A rate that follows a wave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily: Option<Daily>,
    /// A rate with bursts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bursts: Option<Bursts>,
    /// Records from a trace file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<TraceInput>,
    /// Size of the records' data.
    #[serde(default = "one_kib")]
    pub record_size: SizeRange,
    /// Partition keys.
    #[serde(default)]
    pub keys: Keys,
    /// How records are gathered into PutRecords calls; `records = 1` uses PutRecord.
    #[serde(default)]
    pub batch: Batch,
    /// Retries of the SDK.
    #[serde(default)]
    pub retry: Retry,
    /// How often the failed entries of a PutRecords are sent again at most.
    #[serde(default = "three")]
    pub resend_failed: u32,
    /// Records that may wait on a host before new ones are dropped.
    #[serde(default = "backlog")]
    pub backlog: u32,
    /// Whether each PutRecord carries SequenceNumberForOrdering of the one before.
    #[serde(default)]
    pub ordered: bool,
}

fn one_u32() -> u32 {
    1
}
fn three() -> u32 {
    3
}
fn backlog() -> u32 {
    100_000
}
fn one_kib() -> SizeRange {
    SizeRange(1024, 1024)
}

/// A rate that grows or shrinks evenly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ramp {
    /// Rate at the start.
    pub from: Rate,
    /// Rate at the end.
    pub to: Rate,
}

/// A wave of one period a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Daily {
    /// Lowest rate, at the start.
    pub low: Rate,
    /// Highest rate.
    pub high: Rate,
    /// Length of the day.
    #[serde(default = "a_day")]
    pub period: Duration,
}

/// A base rate with bursts, each at the end of its period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bursts {
    /// Rate between bursts.
    pub base: Rate,
    /// Rate during a burst.
    pub burst: Rate,
    /// From the start of one burst to the next.
    pub every: Duration,
    /// Length of a burst.
    pub length: Duration,
}

/// A trace file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TraceInput {
    /// CSV file, relative to the scenario file.
    pub file: String,
    /// Its time is divided by this.
    #[serde(default = "unit")]
    pub speed: f64,
    /// Its counts are multiplied by this.
    #[serde(default = "unit")]
    pub scale: f64,
}

fn unit() -> f64 {
    1.0
}

/// Partition keys: one of `uniform`, `zipf` with `count`, `hot` with `share`, `list`, `unique`, `explicit_hash`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// So many keys, equally likely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uniform: Option<u32>,
    /// Zipf weights with this exponent over `count` keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zipf: Option<f64>,
    /// Number of (other) keys for `zipf` and `hot`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// One key with a share of the records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hot: Option<String>,
    /// The hot key's share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// These keys, equally likely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Vec<String>>,
    /// A new key for every record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique: Option<bool>,
    /// These explicit hash keys (decimal), equally likely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explicit_hash: Option<Vec<String>>,
}

/// How records are gathered into calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Batch {
    /// Records of a call, 1 to 500; 1 uses PutRecord.
    pub records: u32,
    /// Bytes of a call.
    pub bytes: Size,
    /// Longest wait of a record for its batch.
    pub linger: Duration,
    /// Calls in flight per host.
    pub in_flight: u32,
}

impl Default for Batch {
    fn default() -> Self {
        let linger = Duration(SimDuration::from_millis(100));
        Self { records: 500, bytes: Size(5 * crate::base::units::MIB), linger, in_flight: 8 }
    }
}

/// Retries of the SDK.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// Standard mode: 3 attempts.
    #[default]
    SdkStandard,
    /// The Java SDK's legacy mode: 4 attempts.
    JavaLegacy,
    /// No retries.
    None,
}

/// A consumer: hosts `NAME-1`, `NAME-2`, ...
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Consumer {
    /// The stream it reads.
    pub stream: String,
    /// What it reads with.
    #[serde(default)]
    pub library: Library,
    /// When it begins.
    #[serde(default)]
    pub start: Duration,
    /// Workers (kcl-2).
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
    /// Processing time of one record.
    #[serde(default = "processing")]
    pub processing: Duration,
    /// Where effects go.
    #[serde(default)]
    pub sink: Sink,
    /// What goes wrong in the record processor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mishap: Vec<Mishap>,
    /// Time between two GetRecords of a shard; 1.5s for kcl-2 and 1s for pollers when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<Duration>,
    /// Limit of GetRecords.
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
    /// Timeout of GetRecords.
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
    /// Nothing.
    Nothing,
    /// Its last shard iterator.
    Iterator,
    /// Its saved position.
    #[default]
    Position,
}

/// Where effects go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sink {
    /// At least once.
    #[default]
    Plain,
    /// Deduplicates: exactly once.
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
    /// Not before.
    #[serde(default)]
    pub from: Duration,
    /// Not after; the end of the run when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Duration>,
}

/// A fault: `at`, how long it lasts, and one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// When it begins.
    pub at: Duration,
    /// How long it lasts.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Duration>,
    /// When a crashed host starts again, counted from the crash; never when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart_after: Option<Duration>,
    /// A host loses its memory and stops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crash: Option<String>,
    /// A host stands still, as in a long garbage collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<String>,
    /// A host's wall clock is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_skew: Option<ClockSkew>,
    /// Hosts and services cannot reach each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<LinkFault>,
    /// Messages are lost at a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lose: Option<LinkFault>,
    /// Responses are lost at a rate: the request was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lose_responses: Option<LinkFault>,
    /// Requests are delivered twice at a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<LinkFault>,
    /// Messages are delayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<LinkFault>,
    /// A service throttles at a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<ServiceFault>,
    /// A service answers InternalFailure at a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_errors: Option<ServiceFault>,
    /// A service answers ServiceUnavailable at a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<ServiceFault>,
    /// Iterators are expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_iterators: Option<ServiceFault>,
    /// A zone (0, 1 or 2) is out of service; its logs are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone_outage: Option<u8>,
    /// A zone (0, 1 or 2) is out of service; its logs are lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone_wipe: Option<u8>,
    /// The KMS key is in this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms: Option<KmsState>,
}

/// A clock's error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockSkew {
    /// The host.
    pub host: String,
    /// How far it is ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<Duration>,
    /// How far it is behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Duration>,
}

/// A fault on links between hosts and services.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkFault {
    /// Hosts (`billing-1`, or `billing` for all of them); all when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// `kinesis`, `dynamodb` or `store`; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Only this operation, by AWS's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Which messages: `both`, `requests` or `replies`.
    #[serde(default)]
    pub way: Way,
    /// Share of messages; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Share>,
    /// The added delay (delay only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<DurationRange>,
}

/// Which messages of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// Both ways.
    #[default]
    Both,
    /// To the service.
    Requests,
    /// From the service.
    Replies,
}

/// A fault of a service: give a stream (with a shard), a table, or an operation; all of Kinesis otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceFault {
    /// Only this stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// Only this shard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<u32>,
    /// Only this table (then it is a fault of DynamoDB).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Only this operation, by AWS's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Share of calls (of records in PutRecords); all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Share>,
}

/// States of the KMS key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KmsState {
    /// KMSDisabledException.
    Disabled,
    /// KMSInvalidStateException.
    PendingDeletion,
    /// KMSNotFoundException.
    Deleted,
    /// KMSAccessDeniedException.
    AccessDenied,
    /// KMSThrottlingException.
    Throttled,
    /// KMSOptInRequired.
    OptInRequired,
}

/// Faults drawn at random: so many an hour of each kind, between `from` and `until`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RandomFaults {
    /// Not before.
    #[serde(default)]
    pub from: Duration,
    /// None begins later, and all have ended by then; two thirds of the run when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Duration>,
    /// How long each lasts.
    #[serde(default = "random_length")]
    pub lasts: DurationRange,
    /// Crashes of consumer hosts, with restart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crash: Option<Rate>,
    /// Pauses of consumer hosts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Rate>,
    /// Skewed wall clocks of consumer hosts, up to a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_skew: Option<Rate>,
    /// Partitions of a consumer host from DynamoDB or Kinesis, both ways or one way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<Rate>,
    /// Times in which a tenth of all messages is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lose: Option<Rate>,
    /// Times in which a tenth of DynamoDB's responses is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lose_responses: Option<Rate>,
    /// Times in which a tenth of all requests is delivered twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<Rate>,
    /// Times in which messages take up to two seconds longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<Rate>,
    /// Times in which a fifth of records and calls on a stream is throttled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Rate>,
    /// Times in which a tenth of calls fails with InternalFailure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_errors: Option<Rate>,
    /// Times in which every iterator is expired with probability one half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_iterators: Option<Rate>,
    /// Zone outages and wipes, one zone at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zones: Option<Rate>,
}

fn random_length() -> DurationRange {
    DurationRange(SimDuration::from_secs(5), SimDuration::from_secs(40))
}

/// What the operator does: `at`, and one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// When.
    pub at: Duration,
    /// The stream; may be left out where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// SplitShard: `hottest`, `coldest` or a shard id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// NewStartingHashKey of `split`; the middle when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_hash_key: Option<String>,
    /// MergeShards of this shard (`hottest`, `coldest` or an id) with its upper neighbour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge: Option<String>,
    /// UpdateShardCount to this many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_shard_count: Option<u32>,
    /// Retention, longer or shorter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Duration>,
    /// StartStreamEncryption with this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypt: Option<String>,
    /// StopStreamEncryption.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub decrypt: bool,
    /// CreateStream with so many shards; `stream` names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_stream: Option<u32>,
    /// DeleteStream.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delete_stream: bool,
    /// The consumer whose lease table is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// New provisioned units of a consumer's lease table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_capacity: Option<LeaseTable>,
    /// Switches a consumer's lease table to on-demand capacity.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lease_on_demand: bool,
    /// Deletes this shard's row from a consumer's lease table, as a person with the console would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_lease: Option<u32>,
    /// Asks a worker to shut down gracefully.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_worker: Option<String>,
    /// Starts a stopped worker again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_worker: Option<String>,
}

/// What must come out: one number or one `sometimes`, over all of the run or a part of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Path of a number in the JSON report, such as `streams.clicks.records_throttled`; `*` stands for any name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// What `number` must be, such as `"< 5s"`, with the unit that the number's name ends in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
    /// Share of records refused for throughput (WriteProvisionedThroughputExceeded).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttled_writes: Option<String>,
    /// GetRecords calls refused for throughput (ReadProvisionedThroughputExceeded).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttled_reads: Option<String>,
    /// Iterator age (GetRecords.IteratorAgeMilliseconds).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iterator_age: Option<AgeExpect>,
    /// Records processed more than once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicates: Option<String>,
    /// Records that the KCL skipped after the processor threw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// Records that left retention unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_trimmed: Option<String>,
    /// Records that producers gave up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up: Option<String>,
    /// Writes to lease tables that were throttled (WriteThrottleEvents).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_throttles: Option<String>,
    /// This has happened at least once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sometimes: Option<Occurrence>,
    /// Only this stream; each when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// Only this consumer; each when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// From this time on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Duration>,
    /// Until this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Duration>,
    /// `"faults heal"`: only what happens after the last fault has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Bounds of the iterator age.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgeExpect {
    /// Median.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50: Option<String>,
    /// 99th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99: Option<String>,
    /// Maximum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
}
