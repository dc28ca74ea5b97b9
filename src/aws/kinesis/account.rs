//! DescribeLimits, account settings and enhanced monitoring.

use super::api::{Commitment, Error, Reply, Response, ShardLevelMetrics, StreamMode};
use super::limits::{COMMITMENT_MIN, ON_DEMAND_STREAMS_MAX};
use super::service::{At, Kinesis};
use crate::base::StreamName;

impl Kinesis {
    pub(super) fn describe_limits(&self) -> Reply {
        Ok(Response::Limits {
            shard_limit: self.settings.shard_limit,
            open_shard_count: self.open_shards_of(StreamMode::Provisioned),
            on_demand_stream_count: self.on_demand_streams(),
            on_demand_stream_count_limit: ON_DEMAND_STREAMS_MAX,
        })
    }

    fn open_shards_of(&self, mode: StreamMode) -> u32 {
        self.streams.iter().filter(|stream| stream.options.mode == mode).map(|stream| stream.open.len() as u32).sum()
    }

    pub(super) fn describe_account_settings(&self) -> Reply {
        Ok(Response::AccountSettings(self.commitment))
    }

    /// On-demand Advantage: the commitment holds for a day at least, and warm throughput must be released first.
    pub(super) fn update_account_settings(&mut self, at: &At<'_>, is_enabled: bool) -> Reply {
        if is_enabled == self.commitment.is_enabled {
            let state = if is_enabled { "ENABLED" } else { "DISABLED" };
            return Err(Error::InvalidArgument(format!("The commitment is {state} already").into()));
        }
        let now = self.unix_ms(at.now);
        if is_enabled {
            let earliest_end_at = Some(now + COMMITMENT_MIN.as_millis());
            self.commitment = Commitment { is_enabled, started_at: Some(now), ended_at: None, earliest_end_at };
            return Ok(Response::AccountSettings(self.commitment));
        }
        if self.commitment.earliest_end_at.is_some_and(|earliest| now < earliest) {
            return Err(Error::Validation("The commitment holds for at least 24 hours".into()));
        }
        if self.streams.iter().any(|stream| stream.options.warm_throughput_mibps.is_some_and(|mibps| mibps > 0)) {
            return Err(Error::Validation("Release the warm throughput of all streams first".into()));
        }
        self.commitment.is_enabled = false;
        self.commitment.ended_at = Some(now);
        Ok(Response::AccountSettings(self.commitment))
    }

    pub(super) fn enable_monitoring(&mut self, name: &StreamName, metrics: ShardLevelMetrics) -> Reply {
        self.change_monitoring(name, |current| current.with(metrics))
    }

    pub(super) fn disable_monitoring(&mut self, name: &StreamName, metrics: ShardLevelMetrics) -> Reply {
        self.change_monitoring(name, |current| current.without(metrics))
    }

    fn change_monitoring(
        &mut self,
        name: &StreamName,
        change: impl FnOnce(ShardLevelMetrics) -> ShardLevelMetrics,
    ) -> Reply {
        let id = self.find(name)?;
        self.stream(id).need_active(&self.settings.account)?;
        let metrics = &mut self.stream_mut(id).options.metrics;
        let current = *metrics;
        *metrics = change(current);
        Ok(Response::Monitoring { current, desired: *metrics })
    }
}
