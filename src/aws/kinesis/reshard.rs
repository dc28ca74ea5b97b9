//! SplitShard, MergeShards and UpdateShardCount.
//!
//! UpdateShardCount does real splits and merges. AWS does not publish their order; kinesim splits at every boundary of
//! the target's uniform ranges that is missing, then merges at every boundary that the target does not have, so that
//! the open shards end as exactly uniform ranges, with short-lived shards in between.

use super::api::{Error, Reply, Response, StreamStatus};
use super::limits::{SHARD_COUNT_TARGET_MAX, UPDATE_SHARD_COUNT_PER_DAY};
use super::service::{At, Kinesis};
use super::stream::{ReshardStep, Stream, Transition, calls_of_last_day};
use crate::base::{Event, HashKey, HashKeyRange, ShardId, SimTime, StreamId, StreamName};

impl Kinesis {
    pub(super) fn split_shard(
        &mut self,
        at: &mut At<'_>,
        name: &StreamName,
        shard: ShardId,
        (new_start, beyond): (HashKey, Option<&str>),
    ) -> Reply {
        let id = self.find(name)?;
        self.stream(id).need_active(&self.settings.account)?;
        self.need_provisioned(id)?;
        let range = self.open_range(id, name, shard)?;
        self.need_shard_quota(1)?;
        // Each child has at least two hash keys, as production insists.
        if new_start.get() <= range.start.get().saturating_add(1) || new_start >= range.end {
            let account = &self.settings.account;
            let new_start = beyond.map_or_else(|| new_start.to_string(), ToOwned::to_owned);
            let text = format!(
                "NewStartingHashKey {new_start} used in SplitShard() on shard {shard} in stream {name} under account \
                 {account} is not both greater than one plus the shard's StartingHashKey {} and less than the shard's \
                 EndingHashKey {}.",
                range.start, range.end
            );
            return Err(Error::InvalidArgument(text.into()));
        }
        self.begin_reshard(at, id, vec![ReshardStep::SplitAt(new_start)]);
        Ok(Response::Done)
    }

    pub(super) fn merge_shards(
        &mut self,
        at: &mut At<'_>,
        name: &StreamName,
        shard: ShardId,
        adjacent: ShardId,
    ) -> Reply {
        let id = self.find(name)?;
        self.stream(id).need_active(&self.settings.account)?;
        self.need_provisioned(id)?;
        let (lower, upper) = (self.open_range(id, name, shard)?, self.open_range(id, name, adjacent)?);
        if !lower.is_followed_by(upper) {
            let account = &self.settings.account;
            let text = format!(
                "Shards {shard} and {adjacent} in stream {name} under account {account} are not an adjacent pair of \
                 shards eligible for merging"
            );
            return Err(Error::InvalidArgument(text.into()));
        }
        self.begin_reshard(at, id, vec![ReshardStep::MergeAt(upper.start)]);
        Ok(Response::Done)
    }

    pub(super) fn update_shard_count(&mut self, at: &mut At<'_>, name: &StreamName, target: u32) -> Reply {
        let id = self.find(name)?;
        self.stream(id).need_active(&self.settings.account)?;
        self.need_provisioned(id)?;
        let current = self.stream(id).open.len() as u32;
        check_target(current, target, self.settings.shard_limit)?;
        let steps = uniform_steps(self.stream(id).open_ranges(), target);
        let splits = steps.iter().filter(|step| matches!(step, ReshardStep::SplitAt(_))).count() as u32;
        self.need_shard_quota(splits)?;
        let updates = &mut self.stream_mut(id).shard_count_updates;
        if calls_of_last_day(updates, at.now) >= UPDATE_SHARD_COUNT_PER_DAY {
            return Err(Error::LimitExceeded("UpdateShardCount 10 times in a rolling 24 hours".into()));
        }
        updates.push(at.now);
        let (low, high) = self.settings.transitions.update_shard_count;
        let steps_take = self.settings.transitions.update_shard_count_step * steps.len() as u64;
        let ends = at.now + self.durations.duration(low, high) + steps_take;
        self.begin_transition(id, StreamStatus::Updating, ends, Transition::Reshard { steps }, at.events);
        Ok(Response::ShardCountUpdated { current, target })
    }

    fn begin_reshard(&mut self, at: &mut At<'_>, id: StreamId, steps: Vec<ReshardStep>) {
        let (low, high) = self.settings.transitions.reshard;
        let ends = at.now + self.durations.duration(low, high);
        self.begin_transition(id, StreamStatus::Updating, ends, Transition::Reshard { steps }, at.events);
    }

    fn open_range(&self, id: StreamId, name: &StreamName, shard: ShardId) -> Result<HashKeyRange, Error> {
        let account = &self.settings.account;
        match self.stream(id).shard(shard) {
            Some(slot) if slot.is_open() => Ok(slot.range),
            Some(_) => {
                let text = format!(
                    "Shard {shard} in stream {name} under account {account} has already been merged or split, and thus \
                     is not eligible for merging or splitting."
                );
                Err(Error::InvalidArgument(text.into()))
            }
            None => {
                let text = format!("Could not find shard {shard} in stream {name} under account {account}.");
                Err(Error::ResourceNotFound(text.into()))
            }
        }
    }

    /// Carries out the steps of a reshard, in order.
    pub(super) fn reshard(&mut self, id: StreamId, steps: &[ReshardStep], now: SimTime, events: &mut Vec<Event>) {
        // Production stamps children one second after the reshard.
        let created_unix_s = (self.unix_ms(now) / 1000) as u32 + 1;
        let hole = self.settings.planted.hole_of_split();
        let stream = &mut self.streams[id.index()];
        for step in steps {
            match *step {
                ReshardStep::SplitAt(key) => stream.split_at((key, hole), created_unix_s, now, events),
                ReshardStep::MergeAt(key) => stream.merge_at(key, created_unix_s, now, events),
            }
        }
        stream.next_trim = now;
        // Whoever reads a shard that was closed hears of its end.
        let closed = stream.shards.iter_mut().filter(|shard| !shard.is_open());
        closed.for_each(|shard| self.news.append(&mut shard.silent));
        self.wake_at(now);
    }
}

impl Stream {
    fn split_at(&mut self, (key, hole): (HashKey, u128), created_unix_s: u32, now: SimTime, events: &mut Vec<Event>) {
        let parent = self.route(key);
        let range = self.shards[parent.index()].range;
        self.close_shard(parent, now, events);
        let halves = [
            HashKeyRange { start: range.start, end: HashKey::new(key.get() - 1) },
            HashKeyRange { start: HashKey::new(key.get() + hole), end: range.end },
        ];
        for half in halves {
            let child = self.open_shard(half, created_unix_s, now, (Some(parent), None), events);
            self.shards[parent.index()].children.push(child);
        }
    }

    fn merge_at(&mut self, key: HashKey, created_unix_s: u32, now: SimTime, events: &mut Vec<Event>) {
        let (lower, upper) = (self.route(HashKey::new(key.get() - 1)), self.route(key));
        let range =
            HashKeyRange { start: self.shards[lower.index()].range.start, end: self.shards[upper.index()].range.end };
        self.close_shard(lower, now, events);
        self.close_shard(upper, now, events);
        let child = self.open_shard(range, created_unix_s, now, (Some(lower), Some(upper)), events);
        for parent in [lower, upper] {
            self.shards[parent.index()].children.push(child);
        }
    }
}

/// The rules of TargetShardCount; texts are the service's, with the blank at the end.
pub(crate) fn check_target(current: u32, target: u32, limit: u32) -> Result<(), Error> {
    let limit = limit.min(SHARD_COUNT_TARGET_MAX);
    let counts = format!("Current open shard count: {current} Target shard count: {target} ");
    let text = if target == 0 {
        return Err(Error::InvalidArgument("TargetShardCount must be at least 1".into()));
    } else if target > limit {
        format!(
            "Target shard count or number of open shards cannot be greater than {limit}. Current open shard count: \
             {current}, Target shard count: {target}"
        )
    } else if target > 2 * current {
        format!("UpdateShardCount cannot scale up over double your current open shard count. {counts}")
    } else if 2 * target < current {
        format!("UpdateShardCount cannot scale down below half your current open shard count. {counts}")
    } else {
        return Ok(());
    };
    Err(Error::LimitExceeded(text.into()))
}

/// Splits at the target's boundaries that are missing, then merges at those that are too many.
pub(crate) fn uniform_steps(open: impl Iterator<Item = HashKeyRange>, target: u32) -> Vec<ReshardStep> {
    let starts = |ranges: &mut dyn Iterator<Item = HashKeyRange>| -> Vec<HashKey> {
        ranges.map(|range| range.start).filter(|start| *start != HashKey::MIN).collect()
    };
    let mut open = open;
    let present = starts(&mut open);
    let wanted = starts(&mut HashKeyRange::uniform(target));
    let splits = wanted.iter().filter(|key| present.binary_search(key).is_err()).map(|key| ReshardStep::SplitAt(*key));
    let merges = present.iter().filter(|key| wanted.binary_search(key).is_err()).map(|key| ReshardStep::MergeAt(*key));
    splits.chain(merges).collect()
}
