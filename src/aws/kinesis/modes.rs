//! Stream mode, warm throughput, record size and record distribution; and how an on-demand stream scales.
//!
//! An on-demand stream splits a shard that takes more than 500 KB/s, in the middle of its hash range. So a single hot
//! key is never isolated: its shard is split again and again, and it stays bound to one shard's limits
//! (<https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html>). AWS says "within 15 minutes";
//! kinesim looks every five. Not modelled: shards are never merged again, because capacity follows the peak of 30 days.

use super::api::{Error, RecordDistributionStrategy, Reply, Response, StreamMode, StreamStatus, WarmThroughput};
use super::limits::{
    MAX_RECORD_SIZE_KIB_DEFAULT, MAX_RECORD_SIZE_KIB_MAX, MODE_CHANGES_PER_DAY, ON_DEMAND_LOOK_EVERY,
    ON_DEMAND_SPLIT_BYTES_PER_S, ON_DEMAND_SPLIT_RECORDS_PER_S, ON_DEMAND_STREAMS_MAX, WARM_THROUGHPUT_MIBPS_MAX,
};
use super::reshard::uniform_steps;
use super::service::{At, Kinesis};
use super::stream::{ReshardStep, Stream, Transition, calls_of_last_day};
use crate::base::units::KIB;
use crate::base::{Event, HashKey, HashKeyRange, SimDuration, SimTime, StreamId, StreamName};

impl Kinesis {
    pub(super) fn update_mode(
        &mut self,
        at: &mut At<'_>,
        name: &StreamName,
        mode: StreamMode,
        warm_throughput_mibps: Option<u32>,
    ) -> Reply {
        let id = self.find(name)?;
        self.stream(id).need_active(&self.settings.account)?;
        if self.stream(id).options.mode == mode {
            return Err(Error::InvalidArgument(format!("Stream {name} is in {mode} mode already").into()));
        }
        match mode {
            StreamMode::OnDemand => self.need_on_demand_quota()?,
            StreamMode::Provisioned => self.need_nothing_of_on_demand(id)?,
        }
        if let Some(mibps) = warm_throughput_mibps {
            self.need_warm(mode, mibps)?;
        }
        let options = &mut self.stream_mut(id).options;
        if calls_of_last_day(&mut options.mode_changes, at.now) >= MODE_CHANGES_PER_DAY {
            return Err(Error::LimitExceeded("UpdateStreamMode twice in a rolling 24 hours".into()));
        }
        options.mode_changes.push(at.now);
        options.warm_throughput_mibps = warm_throughput_mibps;
        self.begin_update(at, id, Transition::ChangeMode { mode });
        Ok(Response::Done)
    }

    pub(super) fn need_on_demand_quota(&self) -> Result<(), Error> {
        match self.on_demand_streams() < ON_DEMAND_STREAMS_MAX {
            true => Ok(()),
            false => Err(Error::LimitExceeded("An account has at most 50 on-demand streams".into())),
        }
    }

    /// Streams in on-demand mode.
    pub(super) fn on_demand_streams(&self) -> u32 {
        let is_one = |s: &&Stream| s.status != StreamStatus::Deleted && s.options.mode == StreamMode::OnDemand;
        self.streams.iter().filter(is_one).count() as u32
    }

    fn need_nothing_of_on_demand(&self, id: StreamId) -> Result<(), Error> {
        let options = &self.stream(id).options;
        let problem = if options.warm_throughput_mibps.is_some_and(|mibps| mibps > 0) {
            "Release the stream's warm throughput before it goes to PROVISIONED mode"
        } else if options.distribution == RecordDistributionStrategy::Auto {
            "Set the stream's record distribution to USER_PARTITION_KEY before it goes to PROVISIONED mode"
        } else {
            return Ok(());
        };
        Err(Error::Validation(problem.into()))
    }

    /// Warm throughput is for on-demand streams of accounts with the commitment.
    pub(super) fn need_warm(&self, mode: StreamMode, mibps: u32) -> Result<(), Error> {
        let problem = if mode != StreamMode::OnDemand {
            "Warm throughput is for streams in ON_DEMAND mode".to_owned()
        } else if !self.commitment.is_enabled {
            "Warm throughput needs the minimum throughput billing commitment of the account".to_owned()
        } else if mibps > WARM_THROUGHPUT_MIBPS_MAX {
            format!("WarmThroughputMiBps is at most {WARM_THROUGHPUT_MIBPS_MAX}")
        } else {
            return Ok(());
        };
        Err(Error::Validation(problem.into()))
    }

    pub(super) fn update_warm_throughput(&mut self, at: &mut At<'_>, name: &StreamName, mibps: u32) -> Reply {
        let id = self.find(name)?;
        self.stream(id).need_active(&self.settings.account)?;
        self.need_warm(self.stream(id).options.mode, mibps)?;
        let current_mibps = self.stream(id).options.warm_throughput_mibps.unwrap_or_default();
        self.begin_update(at, id, Transition::Warm { mibps });
        Ok(Response::WarmThroughput(WarmThroughput { target_mibps: mibps, current_mibps }))
    }

    pub(super) fn update_max_record_size(&mut self, at: &mut At<'_>, name: &StreamName, kib: u32) -> Reply {
        let id = self.find(name)?;
        self.stream(id).need_active(&self.settings.account)?;
        check_max_record_size(kib)?;
        self.begin_update(at, id, Transition::ResizeRecords { kib });
        Ok(Response::Done)
    }

    pub(super) fn update_distribution(&mut self, name: &StreamName, distribution: RecordDistributionStrategy) -> Reply {
        let id = self.find(name)?;
        self.stream(id).need_active(&self.settings.account)?;
        check_distribution(self.stream(id).options.mode, distribution)?;
        self.stream_mut(id).options.distribution = distribution;
        Ok(Response::Done)
    }

    /// Resharding is the user's in provisioned mode only.
    pub(super) fn need_provisioned(&self, id: StreamId) -> Result<(), Error> {
        match self.stream(id).options.mode {
            StreamMode::Provisioned => Ok(()),
            StreamMode::OnDemand => {
                let (name, account) = (&self.stream(id).name, &self.settings.account);
                let text = format!("Request is invalid. Stream {name} under account {account} is in On-Demand mode.");
                Err(Error::Validation(text.into()))
            }
        }
    }

    pub(super) fn finish_mode(&mut self, id: StreamId, mode: StreamMode, now: SimTime, events: &mut Vec<Event>) {
        self.stream_mut(id).options.mode = mode;
        events.push(Event::StreamModeChanged { stream: id, is_on_demand: mode == StreamMode::OnDemand });
        if mode == StreamMode::OnDemand {
            self.start_scaling(id, now);
            let warm = self.stream(id).options.warm_throughput_mibps;
            self.finish_warming(id, warm.unwrap_or_default(), now, events);
        }
    }

    /// A warm stream has a shard for every MiB/s; shards that are there already stay.
    pub(super) fn finish_warming(&mut self, id: StreamId, mibps: u32, now: SimTime, events: &mut Vec<Event>) {
        let stream = self.stream_mut(id);
        stream.options.warm_throughput_mibps = (mibps > 0).then_some(mibps);
        if mibps > stream.open.len() as u32 {
            let steps = uniform_steps(stream.open_ranges(), mibps);
            self.reshard(id, &steps, now, events);
        }
    }

    fn begin_update(&mut self, at: &mut At<'_>, id: StreamId, transition: Transition) {
        let (low, high) = self.settings.transitions.update;
        let ends = at.now + self.durations.duration(low, high);
        self.begin_transition(id, StreamStatus::Updating, ends, transition, at.events);
    }

    /// On-demand streams look at their shards from now on.
    pub(super) fn start_scaling(&mut self, id: StreamId, now: SimTime) {
        let next = now + ON_DEMAND_LOOK_EVERY;
        self.stream_mut(id).options.next_scaling = next;
        self.wake_at(next);
    }

    /// Splits the busy shards of on-demand streams.
    pub(super) fn scale_on_demand(&mut self, now: SimTime, events: &mut Vec<Event>) {
        for index in 0..self.streams.len() {
            let id = StreamId(index as u16);
            let stream = &self.streams[index];
            if stream.options.mode != StreamMode::OnDemand || stream.status == StreamStatus::Deleted {
                continue;
            }
            if stream.options.next_scaling <= now {
                self.split_busy_shards(id, now, events);
                self.start_scaling(id, now);
            }
            let next = self.streams[index].options.next_scaling;
            self.wake_at(next);
        }
    }

    fn split_busy_shards(&mut self, id: StreamId, now: SimTime, events: &mut Vec<Event>) {
        let since = now.saturating_sub(ON_DEMAND_LOOK_EVERY);
        let stream = self.stream(id);
        let is_busy = |shard: &crate::base::ShardId| {
            let log = &stream.shards[shard.index()].log;
            let recent = log.iter_from(log.partition_point(|entry| entry.arrived_at < since));
            let (records, bytes) = recent.fold((0, 0), |(n, bytes), entry| (n + 1, bytes + entry.size_bytes()));
            is_split_on_demand(records, bytes)
        };
        let busy = stream.open.iter().filter(|(range, shard)| range.start < range.end && is_busy(shard));
        let steps: Vec<ReshardStep> = busy.map(|(range, _)| split_in_the_middle(*range)).collect();
        if !steps.is_empty() && self.need_shard_quota(steps.len() as u32).is_ok() {
            self.reshard(id, &steps, now, events);
        }
    }
}

/// Whether an on-demand stream splits a shard that took so much since the last look.
pub(crate) fn is_split_on_demand(records: u64, bytes: u64) -> bool {
    is_busy(records, bytes, ON_DEMAND_LOOK_EVERY)
}

/// How it splits it.
pub(crate) fn split_in_the_middle(range: HashKeyRange) -> ReshardStep {
    ReshardStep::SplitAt(middle(range))
}

/// Whether it would split one that took so much in this time.
pub(crate) fn is_busy(records: u64, bytes: u64, over: SimDuration) -> bool {
    let seconds = over.as_secs();
    bytes > ON_DEMAND_SPLIT_BYTES_PER_S * seconds || records > ON_DEMAND_SPLIT_RECORDS_PER_S * seconds
}

/// Where it splits a range.
pub(crate) fn middle(range: HashKeyRange) -> HashKey {
    let (start, end) = (range.start.get(), range.end.get());
    HashKey::new(start + (end - start) / 2 + 1)
}

/// The range of MaxRecordSizeInKiB.
pub(super) fn check_max_record_size(kib: u32) -> Result<(), Error> {
    match (MAX_RECORD_SIZE_KIB_DEFAULT..=MAX_RECORD_SIZE_KIB_MAX).contains(&kib) {
        true => Ok(()),
        false => Err(Error::Validation(format!("MaxRecordSizeInKiB is 1024 to 10240, and was {kib}").into())),
    }
}

/// AUTO is for on-demand streams.
pub(super) fn check_distribution(mode: StreamMode, wanted: RecordDistributionStrategy) -> Result<(), Error> {
    match (mode, wanted) {
        (StreamMode::Provisioned, RecordDistributionStrategy::Auto) => {
            Err(Error::InvalidArgument("RecordDistributionStrategy AUTO is for streams in ON_DEMAND mode".into()))
        }
        _ => Ok(()),
    }
}

impl Stream {
    /// The byte tank of each shard holds one record of the largest size, and a second's worth at least: "a tank empties
    /// with a large record and refills" (<https://docs.aws.amazon.com/streams/latest/dev/large-records.html>).
    pub(crate) fn apply_record_size(&mut self, now: SimTime, events: &mut Vec<Event>) {
        let bytes = u64::from(self.options.max_record_size_kib) * KIB;
        events.push(Event::RecordSizeChanged { stream: self.id, record_bytes_max: bytes });
        for shard in &mut self.shards {
            shard.write.set_depth_bytes(bytes, now);
        }
    }
    /// Where AUTO puts the next record: evenly over the open shards, whatever its key.
    pub(crate) fn next_of_auto(&mut self) -> HashKey {
        // Multiples of the golden ratio spread over the space without a pattern that shard counts could meet.
        const STEP: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
        self.options.distributed += 1;
        HashKey::new(STEP.wrapping_mul(u128::from(self.options.distributed)))
    }
}
