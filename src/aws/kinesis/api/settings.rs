//! Quotas and declared assumptions.

use crate::aws::kinesis::limits::SUBSCRIPTION_PROPAGATION;
use crate::base::{Planted, SimDuration};

/// The shape of the write limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ThrottleWindow {
    /// A token bucket that refills continuously. AWS publishes no shape; its text on large records implies one.
    #[default]
    TokenBucket,
    /// Fixed windows of one second, counted from the first use.
    FixedSecond,
}

/// How long asynchronous transitions take, each drawn uniformly from a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Transitions {
    /// CREATING to ACTIVE.
    pub create: (SimDuration, SimDuration),
    /// DELETING until gone.
    pub(crate) delete: (SimDuration, SimDuration),
    /// UPDATING for SplitShard and MergeShards.
    pub reshard: (SimDuration, SimDuration),
    /// UPDATING for Start/StopStreamEncryption.
    pub(crate) encryption: (SimDuration, SimDuration),
    /// UPDATING for UpdateShardCount, plus `update_shard_count_step` for every split or merge.
    pub(crate) update_shard_count: (SimDuration, SimDuration),
    /// See `update_shard_count`.
    pub(crate) update_shard_count_step: SimDuration,
    /// UPDATING for a change of mode, warm throughput or record size.
    pub update: (SimDuration, SimDuration),
    /// CREATING and DELETING of a registered consumer.
    pub consumer: (SimDuration, SimDuration),
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
            update: secs(10, 30),
            consumer: secs(2, 10),
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
    /// The region, for messages and ARNs in them.
    pub region: Box<str>,
    /// KMS keys that exist, each as `KEY` or `alias/NAME=KEY`; every one when `None`.
    pub(crate) kms_keys: Option<Vec<Box<str>>>,
    /// Open shards allowed in the account (20,000, 6,000 or 1,000 by region).
    pub shard_limit: u32,
    /// Shape of the write limits.
    pub(crate) throttle_window: ThrottleWindow,
    /// How long a stream is CREATING, UPDATING and DELETING.
    pub(crate) transitions: Transitions,
    /// Whether a stream in DELETING still serves reads and writes (the API text says it may; probes of production said
    /// no).
    pub(crate) deleting_serves: bool,
    /// Whether the call quotas of the control plane are enforced.
    pub(crate) control_plane_quotas: bool,
    /// Whether the limits of shards on writes and reads are enforced.
    pub(crate) data_plane_limits: bool,
    /// How long a record takes until an event of a subscription has it.
    pub(crate) push_lag: SimDuration,
    /// How long an accepted record stays invisible to GetRecords.
    pub(crate) visibility_lag: SimDuration,
    /// Bytes per second at which a zone copies what it missed.
    pub(crate) zone_rebuild_bytes_per_s: u64,
    /// The bug that is planted.
    pub(crate) planted: Planted,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            epoch_unix_ms: 1_767_225_600_000, // 2026-01-01T00:00:00Z
            account: "000000000000".into(),
            region: "us-east-1".into(),
            kms_keys: None,
            shard_limit: 20_000,
            throttle_window: ThrottleWindow::default(),
            transitions: Transitions::default(),
            deleting_serves: false,
            control_plane_quotas: true,
            data_plane_limits: true,
            push_lag: SUBSCRIPTION_PROPAGATION,
            visibility_lag: SimDuration::ZERO,
            zone_rebuild_bytes_per_s: 64 * crate::base::units::MIB,
            planted: Planted::default(),
        }
    }
}
