//! `[assume.delivery]`: what AWS does not publish of Data Firehose, and quotas that differ by region.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::firehose::api::{Settings, Transitions};
use crate::base::written::{Duration, DurationRange, Size};

/// What AWS does not publish of Data Firehose, and kinesim assumes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AssumeDelivery {
    /// Records a second that may be put to a delivery stream: 500,000 in US East (N. Virginia), US West (Oregon) and
    /// Europe (Ireland), 100,000 elsewhere.
    pub(crate) records_per_s: u64,
    /// Calls that put, a second: 2,000 in those regions, 1,000 elsewhere.
    pub(crate) requests_per_s: u64,
    /// Bytes that may be put a second: 5 MiB in those regions, 1 MiB elsewhere.
    pub(crate) put_per_s: Size,
    /// How often a shard of a source is read.
    pub(crate) read_every: Duration,
    /// How many times its size hint a buffer may hold while delivery is behind.
    pub(crate) growth_max: u64,
    /// What is held of a shard before reading it stops.
    pub(crate) held_max: Size,
    /// First and longest pause before a call to S3, a function or the source is made again.
    pub(crate) retry_pause: DurationRange,
    /// Longest wait for an answer of S3.
    pub(crate) s3_timeout: Duration,
    /// Time a delivery stream is CREATING.
    pub(crate) create: DurationRange,
    /// Time a delivery stream is DELETING.
    pub(crate) delete: DurationRange,
    /// Time after which UpdateDestination shows.
    pub(crate) update: DurationRange,
    /// Time in which encryption is ENABLING or DISABLING.
    pub(crate) encryption: DurationRange,
    /// Whether a delivery stream in DELETING still accepts records.
    pub(crate) deleting_accepts: bool,
}

impl Default for AssumeDelivery {
    fn default() -> Self {
        let s = Settings::default();
        let range = |(low, high)| DurationRange(low, high);
        Self {
            records_per_s: s.records_per_s,
            requests_per_s: s.requests_per_s,
            put_per_s: Size(s.bytes_per_s),
            read_every: Duration(s.read_every),
            growth_max: s.growth_max,
            held_max: Size(s.held_bytes_max),
            retry_pause: range(s.retry_pause),
            s3_timeout: Duration(s.s3_timeout),
            create: range(s.transitions.create),
            delete: range(s.transitions.delete),
            update: range(s.transitions.update),
            encryption: range(s.transitions.encryption),
            deleting_accepts: s.deleting_accepts,
        }
    }
}

impl AssumeDelivery {
    /// What Firehose is set to, in a run that begins at this time.
    pub(super) fn settings(&self, epoch_unix_ms: u64) -> Settings {
        let range = |r: DurationRange| (r.0, r.1);
        Settings {
            epoch_unix_ms,
            records_per_s: self.records_per_s,
            requests_per_s: self.requests_per_s,
            bytes_per_s: self.put_per_s.0,
            read_every: self.read_every.0,
            growth_max: self.growth_max,
            held_bytes_max: self.held_max.0,
            retry_pause: range(self.retry_pause),
            s3_timeout: self.s3_timeout.0,
            transitions: Transitions {
                create: range(self.create),
                delete: range(self.delete),
                update: range(self.update),
                encryption: range(self.encryption),
            },
            deleting_accepts: self.deleting_accepts,
            ..Settings::default()
        }
    }
}
