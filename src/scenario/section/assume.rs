//! `[assume]`: what AWS does not publish, and kinesim assumes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assume_delivery::AssumeDelivery;
use crate::aws::{self, dynamodb, http_endpoint, kinesis};
use crate::base::written::{Duration, DurationRange, Size};

/// What AWS does not publish, and kinesim assumes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Assume {
    /// Wall-clock time of the run's start, in milliseconds since the Unix epoch.
    pub(crate) start_unix_ms: u64,
    /// Shape of the shards' write limits.
    pub(crate) throttle_window: ThrottleWindow,
    /// Open shards allowed in the account.
    pub shard_limit: u32,
    /// Whether the call quotas of the control plane are enforced.
    pub(crate) control_plane_quotas: bool,
    /// Whether a stream in DELETING serves reads and writes.
    pub(crate) deleting_serves: bool,
    /// How long an accepted record stays invisible to GetRecords.
    pub(crate) visibility_lag: Duration,
    /// Bytes a second at which a zone copies what it missed.
    pub(crate) zone_rebuild_per_s: Size,
    /// Time a stream is CREATING.
    pub create: DurationRange,
    /// Time a stream is DELETING.
    pub(crate) delete: DurationRange,
    /// Time a stream is UPDATING for SplitShard and MergeShards.
    pub reshard: DurationRange,
    /// Time a stream is UPDATING for Start/StopStreamEncryption.
    pub(crate) encryption: DurationRange,
    /// Time a stream is UPDATING for UpdateShardCount, before its steps.
    pub(crate) update_shard_count: DurationRange,
    /// Time of each split or merge of an UpdateShardCount.
    pub(crate) update_shard_count_step: Duration,
    /// Oldest version that an eventually consistent read of a table may see.
    pub(crate) stale_read_lag_max: Duration,
    /// Time a table is CREATING, UPDATING or DELETING.
    pub(crate) table_transition: DurationRange,
    /// Whether a provisioned table begins with its 300 s of burst units.
    pub(crate) table_burst_starts_full: bool,
    /// Of Data Firehose.
    pub(crate) delivery: AssumeDelivery,
}

/// Shape of the write limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ThrottleWindow {
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
            delivery: AssumeDelivery::default(),
        }
    }
}

impl Assume {
    /// What the services are set to.
    pub(crate) fn services(&self) -> aws::Settings {
        aws::Settings {
            kinesis: self.kinesis(),
            dynamodb: self.dynamodb(),
            firehose: self.delivery.settings(self.start_unix_ms),
            http_endpoint: http_endpoint::Settings {
                epoch_unix_ms: self.start_unix_ms,
                ..http_endpoint::Settings::default()
            },
            ..aws::Settings::default()
        }
    }

    fn kinesis(&self) -> kinesis::api::Settings {
        let range = |r: DurationRange| (r.0, r.1);
        kinesis::api::Settings {
            epoch_unix_ms: self.start_unix_ms,
            shard_limit: self.shard_limit,
            throttle_window: match self.throttle_window {
                ThrottleWindow::TokenBucket => kinesis::api::ThrottleWindow::TokenBucket,
                ThrottleWindow::FixedSecond => kinesis::api::ThrottleWindow::FixedSecond,
            },
            transitions: kinesis::api::Transitions {
                create: range(self.create),
                delete: range(self.delete),
                reshard: range(self.reshard),
                encryption: range(self.encryption),
                update_shard_count: range(self.update_shard_count),
                update_shard_count_step: self.update_shard_count_step.0,
                ..kinesis::api::Transitions::default()
            },
            deleting_serves: self.deleting_serves,
            control_plane_quotas: self.control_plane_quotas,
            visibility_lag: self.visibility_lag.0,
            zone_rebuild_bytes_per_s: self.zone_rebuild_per_s.0,
            ..kinesis::api::Settings::default()
        }
    }

    fn dynamodb(&self) -> dynamodb::api::Settings {
        dynamodb::api::Settings {
            stale_read_lag_max: self.stale_read_lag_max.0,
            transition: (self.table_transition.0, self.table_transition.1),
            burst_starts_full: self.table_burst_starts_full,
            ..dynamodb::api::Settings::default()
        }
    }
}
