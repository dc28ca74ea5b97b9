//! The scenario file: its sections and keys, with their defaults.
//!
//! These types are the one source for reading, for the JSON Schema, and for the resolved file that a run leaves behind.

use std::collections::BTreeMap;

mod action;
mod consumer;
mod defaults;
mod expect;
mod network;
mod producer;

pub use action::*;
pub use consumer::*;
pub use expect::*;
pub use network::{Network, Transport};
pub use producer::*;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::defaults::{a_day, secs};
use crate::aws::{dynamodb, kinesis};
use crate::base::written::{Duration, DurationRange, SeedNumber, Size};
use crate::fault::{Cast, Fault, Group, LeaseTable as CastTable, RandomFaults};

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
    #[serde(default, deserialize_with = "network::word_or_table")]
    #[schemars(with = "network::NetworkForm")]
    pub network: Network,
    /// Bounds of the liveness checks, counted from when the faults have healed.
    #[serde(default)]
    pub liveness: Liveness,
    /// Streams that exist when the run begins.
    #[serde(default)]
    pub stream: BTreeMap<String, Stream>,
    /// Hosts that put records, by name.
    #[serde(default)]
    pub producer: BTreeMap<String, Producer>,
    /// Hosts that read a stream, by name: KCL applications, pollers, your own code.
    #[serde(default)]
    pub consumer: BTreeMap<String, Consumer>,
    /// What breaks, and when.
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

/// Hosts of one producer or consumer.
pub(super) const HOST_MAX: u32 = 10_000;

impl File {
    /// Who takes part.
    pub(super) fn cast(&self) -> Cast {
        let group = |name: &String, hosts: u32| Group { name: name.clone(), hosts: hosts.min(HOST_MAX) };
        let table = |(name, consumer): (&String, &Consumer)| CastTable {
            consumer: name.clone(),
            table: consumer.table_name(name),
            is_of_kcl: consumer.library == Library::Kcl2,
        };
        Cast {
            producers: self.producer.iter().map(|(name, producer)| group(name, producer.hosts)).collect(),
            consumers: self.consumer.iter().map(|(name, consumer)| group(name, consumer.host_count())).collect(),
            streams: self.stream.iter().map(|(name, stream)| (name.clone(), stream.shards)).collect(),
            lease_tables: self.consumer.iter().map(table).collect(),
            faults: self.fault.iter().flat_map(Fault::standing).collect(),
            live: None,
        }
    }
}

/// The outcome that a scenario is there to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeWord {
    /// Every check and expectation holds.
    #[default]
    Pass,
    /// Exactly what `failing` names fails.
    Fail,
}

/// What AWS does not publish, and kinesim assumes.
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
    /// A token bucket that refills continuously, one second deep.
    TokenBucket,
    /// Windows of one second.
    FixedSecond,
}

impl Default for Assume {
    fn default() -> Self {
        let (s, t) = (kinesis::api::Settings::default(), dynamodb::api::Settings::default());
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

/// A stream that exists, ACTIVE, when the run begins.
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
