//! `[stream.NAME]`: a stream that exists when the run begins.

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults::a_day;
use crate::aws::kinesis::api::{Provisioned, StreamMode};
use crate::aws::kinesis::limits::{
    MAX_RECORD_SIZE_KIB_DEFAULT, MAX_RECORD_SIZE_KIB_MAX, RETENTION_HOURS_MAX, RETENTION_HOURS_MIN,
};
use crate::base::SimDuration;
use crate::base::units::KIB;
use crate::base::written::{Duration, Size};
use crate::fault::placeholder;
use crate::file_path;
use crate::scenario::compiler::Compiler;
use crate::scenario::plan::StreamPlan;
use crate::scenario::spans::Path;

/// A stream that exists, ACTIVE, when the run begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Open shards, with uniform hash ranges.
    pub shards: u32,
    /// Retention, whole hours from 24h to 8760h.
    #[serde(default = "a_day")]
    pub retention: Duration,
    /// MaxRecordSizeInKiB: the largest record, data and partition key, from 1 MiB to 10 MiB.
    #[serde(default = "default_record_size")]
    pub(crate) max_record_size: Size,
    /// Who sets the number of shards: `provisioned`, or `on-demand`; then `shards` is what it begins with.
    #[serde(default, skip_serializing_if = "ModeWord::is_provisioned")]
    pub(crate) mode: ModeWord,
    /// KMS key that the stream is encrypted with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) encryption_key: Option<String>,
}

/// StreamMode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ModeWord {
    /// The user does.
    #[default]
    Provisioned,
    /// Kinesis does, by what shards take.
    OnDemand,
}

impl ModeWord {
    fn is_provisioned(&self) -> bool {
        *self == Self::Provisioned
    }
}

/// What retention may be.
const RETENTION_HOURS: RangeInclusive<u64> = RETENTION_HOURS_MIN as u64..=RETENTION_HOURS_MAX as u64;
/// What MaxRecordSizeInKiB may be.
const RECORD_KIB: RangeInclusive<u32> = MAX_RECORD_SIZE_KIB_DEFAULT..=MAX_RECORD_SIZE_KIB_MAX;
/// The largest record of a stream that says nothing of it.
pub(super) const RECORD_BYTES_MAX: u64 = MAX_RECORD_SIZE_KIB_DEFAULT as u64 * KIB;

fn default_record_size() -> Size {
    Size(RECORD_BYTES_MAX)
}

impl Compiler<'_> {
    /// The stream of this name.
    pub(crate) fn stream(&mut self, name: &str, stream: &Stream) -> StreamPlan {
        let at = |key: &str| file_path!["stream", name, key];
        let retention_hours = self.retention_hours(stream.retention, at("retention"));
        self.need(stream.shards > 0, at("shards"), "a stream has at least one shard", "write `shards = 1` or more");
        let kib = stream.max_record_size.0 / KIB;
        let is_possible = stream.max_record_size.0 == kib * KIB && RECORD_KIB.contains(&(kib as u32));
        let help = "see https://docs.aws.amazon.com/streams/latest/dev/large-records.html";
        self.need(is_possible, at("max_record_size"), "the largest record is whole KiB from 1 MiB to 10 MiB", help);
        let parsed = name.parse();
        if parsed.is_err() {
            self.problem(
                file_path!["stream", name],
                "not a stream name",
                "here",
                "1 to 128 of a-z, A-Z, 0-9, '_', '.', '-'",
            );
        }
        StreamPlan {
            name: parsed.unwrap_or_else(|_| placeholder("missing-stream")),
            shards: stream.shards,
            of: Provisioned {
                retention_hours,
                encryption_key_id: stream.encryption_key.as_deref().map(Into::into),
                max_record_size_kib: kib as u32,
                mode: match stream.mode {
                    ModeWord::Provisioned => StreamMode::Provisioned,
                    ModeWord::OnDemand => StreamMode::OnDemand,
                },
            },
        }
    }

    /// RetentionPeriodHours, which are whole and within Kinesis' limits.
    pub(crate) fn retention_hours(&mut self, retention: Duration, path: Path) -> u32 {
        let hours = retention.0.as_secs() / 3600;
        let is_whole = retention.0 == SimDuration::from_hours(hours);
        let is_possible = is_whole && RETENTION_HOURS.contains(&hours);
        let title = format!("retention is whole hours from {}h to {}h", RETENTION_HOURS.start(), RETENTION_HOURS.end());
        self.need(is_possible, path, &title, "Kinesis keeps records for a day to a year");
        hours as u32
    }

    /// The account has room for all streams.
    pub(crate) fn shard_limit(&mut self, limit: u32) {
        let total: u64 = self.cast.streams.iter().map(|stream| u64::from(stream.shards)).sum();
        if total > u64::from(limit) {
            let last = self.cast.streams.last().map_or(String::new(), |stream| stream.name.clone());
            let title = format!("the streams have {total} shards together, and the account may have {limit}");
            let help = "lower the shard counts, or raise `shard_limit` under [assume]";
            self.problem(file_path!["stream", last.as_str(), "shards"], title, "together with this", help);
        }
    }
}
