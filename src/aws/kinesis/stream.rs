//! One stream: its status, its shards, and what routes records to them.

use std::collections::BTreeMap;

use super::api::{Error, RecordDistributionStrategy, ShardLevelMetrics, StreamMode, StreamStatus};
use super::consumer::Consumer;
use super::limits::{DAY, MAX_RECORD_SIZE_KIB_DEFAULT};
use super::shard::Shard;
use super::tag_set::Tags;
use crate::base::units::KIB;
use crate::base::{Event, HashKey, HashKeyRange, ShardId, SimDuration, SimTime, StreamId, StreamName};

/// A stream, which may be deleted.
pub(super) struct Stream {
    pub id: StreamId,
    pub name: StreamName,
    pub status: StreamStatus,
    pub(crate) created_at: SimTime,
    pub retention_hours: u32,
    pub(crate) encryption_key_id: Option<Box<str>>,
    pub options: Options,
    pub tags: Tags,
    /// The resource policy, as JSON text.
    pub(crate) policy: Option<Box<str>>,
    /// Consumers with enhanced fan-out, by name.
    pub consumers: BTreeMap<Box<str>, Consumer>,
    /// All shards that ever were, by number.
    pub shards: Vec<Shard>,
    /// Open shards in order of their ranges.
    pub open: Vec<(HashKeyRange, ShardId)>,
    /// What the stream becomes when the present transition ends, and when that is.
    pub(crate) transition: Option<(SimTime, Transition)>,
    /// Sequence indexes handed out, one counter for each group of five shards.
    pub(crate) index_groups: Vec<u64>,
    /// Times of successful UpdateShardCount calls.
    pub(crate) shard_count_updates: Vec<SimTime>,
    /// Times of successful StartStreamEncryption calls.
    pub(crate) encryption_starts: Vec<SimTime>,
    /// Times of successful StopStreamEncryption calls.
    pub(crate) encryption_stops: Vec<SimTime>,
    /// When trimming next has something to tell.
    pub(crate) next_trim: SimTime,
}

/// What a stream is set to, besides its shards and its retention.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub mode: StreamMode,
    pub metrics: ShardLevelMetrics,
    pub(crate) max_record_size_kib: u32,
    pub(crate) distribution: RecordDistributionStrategy,
    pub(crate) warm_throughput_mibps: Option<u32>,
    /// Times of successful UpdateStreamMode calls.
    pub(crate) mode_changes: Vec<SimTime>,
    /// When an on-demand stream next looks whether it needs more shards.
    pub(crate) next_scaling: SimTime,
    /// Records that AUTO has distributed so far.
    pub(crate) distributed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: StreamMode::Provisioned,
            metrics: ShardLevelMetrics::default(),
            max_record_size_kib: MAX_RECORD_SIZE_KIB_DEFAULT,
            distribution: RecordDistributionStrategy::UserPartitionKey,
            warm_throughput_mibps: None,
            mode_changes: Vec::new(),
            next_scaling: SimTime::MAX,
            distributed: 0,
        }
    }
}

/// What a transition ends in.
#[derive(Clone, Debug)]
pub(super) enum Transition {
    /// CREATING to ACTIVE with so many shards.
    Create { shards: u32 },
    /// DELETING until gone.
    Delete,
    /// UPDATING: these steps, then ACTIVE.
    Reshard { steps: Vec<ReshardStep> },
    /// UPDATING: a key or none, then ACTIVE.
    Encrypt { key_id: Option<Box<str>> },
    /// UPDATING: a mode, then ACTIVE.
    ChangeMode { mode: StreamMode },
    /// UPDATING: a warm throughput, then ACTIVE.
    Warm { mibps: u32 },
    /// UPDATING: a record size, then ACTIVE.
    ResizeRecords { kib: u32 },
}

/// One split or merge.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ReshardStep {
    /// The shard that owns this key is split so that the upper child begins with it.
    SplitAt(HashKey),
    /// The shard that ends before this key and the one that begins with it become one.
    MergeAt(HashKey),
}

impl Stream {
    /// The ranges of the open shards, in order.
    pub(super) fn open_ranges(&self) -> impl Iterator<Item = HashKeyRange> {
        self.open.iter().map(|(range, _)| *range)
    }
    /// The open shard that owns a hash key.
    pub(crate) fn route(&self, key: HashKey) -> ShardId {
        // Where it would be if all ranges were equally wide, which they mostly are; else a search.
        let guess = (((key.get() >> 64) * self.open.len() as u128) >> 64) as usize;
        match self.open.get(guess) {
            Some((range, shard)) if range.contains(key) => *shard,
            _ => self.open[self.open.partition_point(|(range, _)| range.end < key)].1,
        }
    }
    pub(super) fn shard(&self, id: ShardId) -> Option<&Shard> {
        self.shards.get(id.index()).filter(|shard| !shard.is_expired)
    }
    /// The next sequence index for a shard: shards of a group of five share a counter.
    pub(crate) fn next_index(&mut self, shard: ShardId) -> u64 {
        let group = shard.index() / 5;
        if self.index_groups.len() <= group {
            self.index_groups.resize(group + 1, 0);
        }
        self.index_groups[group] += 1;
        self.index_groups[group]
    }
    pub(super) fn retention(&self) -> SimDuration {
        SimDuration::from_hours(self.retention_hours.into())
    }
    /// Opens a shard with the next number.
    pub(crate) fn open_shard(
        &mut self,
        range: HashKeyRange,
        created_unix_s: u32,
        now: SimTime,
        parents: (Option<ShardId>, Option<ShardId>),
        events: &mut Vec<Event>,
    ) -> ShardId {
        let id = ShardId(self.shards.len() as u32);
        let mut shard = Shard::new(id, range, created_unix_s, now);
        (shard.parent, shard.adjacent_parent) = parents;
        if self.options.max_record_size_kib != MAX_RECORD_SIZE_KIB_DEFAULT {
            shard.write.set_depth_bytes(u64::from(self.options.max_record_size_kib) * KIB, now);
        }
        self.shards.push(shard);
        let at = self.open.partition_point(|(open, _)| open.start < range.start);
        self.open.insert(at, (range, id));
        events.push(Event::ShardOpened {
            stream: self.id,
            shard: id,
            range,
            parent: parents.0,
            adjacent_parent: parents.1,
        });
        id
    }
    /// Closes a shard: it takes no more records.
    pub(crate) fn close_shard(&mut self, id: ShardId, now: SimTime, events: &mut Vec<Event>) {
        self.open.retain(|(_, open)| *open != id);
        let shard = &mut self.shards[id.index()];
        shard.closed_at = Some(now);
        events.push(Event::ShardClosed { stream: self.id, shard: id, end: shard.log.end() });
    }
    pub(crate) fn set_status(&mut self, status: StreamStatus, events: &mut Vec<Event>) {
        self.status = status;
        events.push(Event::StreamStatusChanged { stream: self.id, status });
    }
    /// Structural changes need an ACTIVE stream.
    pub(crate) fn need_active(&self, account: &str) -> Result<(), Error> {
        if self.status == StreamStatus::Active {
            return Ok(());
        }
        let (name, status) = (&self.name, self.status);
        let text = format!("Stream {name} under account {account} not ACTIVE, instead in state {status}");
        Err(Error::ResourceInUse(text.into()))
    }
}

/// Counts calls of the last 24 hours, forgetting older ones.
pub(crate) fn calls_of_last_day(calls: &mut Vec<SimTime>, now: SimTime) -> usize {
    calls.retain(|at| now.since(*at) < DAY);
    calls.len()
}
