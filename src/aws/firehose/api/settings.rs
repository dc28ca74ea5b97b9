//! Quotas and declared assumptions.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::aws::firehose::pipeline::ColumnType;
use crate::base::{Planted, SimDuration};

/// Columns of a table: names with their types.
pub type Columns = Arc<[(Box<str>, ColumnType)]>;

/// How long what the control plane does takes, each drawn uniformly from a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Transitions {
    /// CREATING to ACTIVE.
    pub create: (SimDuration, SimDuration),
    /// DELETING until gone.
    pub(crate) delete: (SimDuration, SimDuration),
    /// UpdateDestination until records are delivered by it.
    pub update: (SimDuration, SimDuration),
    /// ENABLING and DISABLING of encryption.
    pub(crate) encryption: (SimDuration, SimDuration),
}

impl Default for Transitions {
    /// AWS gives words only ("within a few minutes", "several minutes"): the figures are assumptions.
    fn default() -> Self {
        let secs = |a, b| (SimDuration::from_secs(a), SimDuration::from_secs(b));
        Self { create: secs(20, 60), delete: secs(30, 180), update: secs(30, 120), encryption: secs(5, 30) }
    }
}

/// Settings of Firehose: quotas and declared assumptions.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Wall-clock time of the run's start, milliseconds since the Unix epoch.
    pub epoch_unix_ms: u64,
    /// 12-digit account number.
    pub account: Box<str>,
    /// The region.
    pub region: Box<str>,
    /// Whether the quotas of direct PUT are enforced.
    pub(crate) data_plane_limits: bool,
    /// Direct PUT: records a second of each delivery stream.
    pub(crate) records_per_s: u64,
    /// Direct PUT: requests a second.
    pub(crate) requests_per_s: u64,
    /// Direct PUT: bytes a second.
    pub(crate) bytes_per_s: u64,
    /// How often a shard of a source is read. An assumption: once a second.
    pub read_every: SimDuration,
    /// How many times its size hint a buffer may hold when delivery is behind. AWS only says that it grows.
    pub(crate) growth_max: u64,
    /// What the service holds of a shard before it stops reading, bytes. An assumption.
    pub(crate) held_bytes_max: u64,
    /// First and longest pause before a failed call to S3, a function or the source is made again. An assumption: AWS
    /// publishes none.
    pub(crate) retry_pause: (SimDuration, SimDuration),
    /// Longest wait for an answer of S3. An assumption.
    pub(crate) s3_timeout: SimDuration,
    /// Delivery streams allowed in the region: 5,000 in larger ones, fewer in others.
    pub(crate) delivery_streams_max: u32,
    /// Whether the five calls a second of each operation of the control plane are enforced.
    pub(crate) control_plane_quotas: bool,
    /// How long what the control plane does takes.
    pub(crate) transitions: Transitions,
    /// Whether a delivery stream in DELETING still accepts records. AWS says that it might, and promises nothing.
    pub(crate) deleting_accepts: bool,
    /// ARNs of KMS keys that exist; every one when `None`.
    pub(crate) kms_keys: Option<Vec<Box<str>>>,
    /// Columns of Glue's tables, by `DATABASE.TABLE`, for conversion to Parquet.
    pub tables: BTreeMap<Box<str>, Columns>,
    /// A bug that is planted.
    pub(crate) planted: Planted,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            epoch_unix_ms: 1_700_000_000_000,
            account: "000000000000".into(),
            region: "us-east-1".into(),
            data_plane_limits: true,
            records_per_s: 500_000,
            requests_per_s: 2_000,
            bytes_per_s: 5 << 20,
            read_every: SimDuration::from_secs(1),
            growth_max: 4,
            held_bytes_max: 256 << 20,
            retry_pause: (SimDuration::from_secs(1), SimDuration::from_secs(60)),
            s3_timeout: SimDuration::from_secs(30),
            delivery_streams_max: 5000,
            control_plane_quotas: true,
            transitions: Transitions::default(),
            deleting_accepts: false,
            kms_keys: None,
            tables: BTreeMap::new(),
            planted: Planted::default(),
        }
    }
}
