//! What is counted of a consumer: its records, leases, checkpoints and effects, and who processes which shard when.

use std::ops::Range;

use super::by_id::ById;
use super::figures::{ConsumerFigures, LeaseFigures, rounded, seconds_of};
use super::histogram::Histogram;
use super::meter::{Meter, Peaks};
use super::names::Names;
use super::peak::{Peak, Seen};
use super::stream::{ReadPeak, Span};
use crate::base::event::{ConsumerLibrary, LeaseGain, StoreKind};
use crate::base::{HostId, RangeSet, ShardId, SimDuration, SimTime, StreamName, TableName};

pub(crate) struct ConsumerMeasure {
    pub stream: StreamName,
    pub library: ConsumerLibrary,
    pub store: StoreKind,
    pub lease_table: Option<TableName>,
    pub hosts: Vec<HostId>,
    pub shards: ById<ConsumerShard>,
    pub counts: ConsumerCounts,
}

#[derive(Default)]
pub(super) struct ConsumerCounts {
    pub processed: u64,
    pub skipped: u64,
    pub duplicates: u64,
    pub(crate) age_ms: Histogram,
    pub(super) age_most: Peak,
    pub(super) behind_latest_most: Peak,
    /// The first record that was processed again.
    pub(super) duplicate_first: Option<Seen>,
    pub(crate) stolen: u64,
    pub lost: u64,
    pub renewals_failed: u64,
    pub(crate) checkpoints_attempted: u64,
    pub(crate) checkpoints_refused: u64,
    pub iterators_expired: u64,
    pub(super) reads_throttled: u64,
    pub(crate) unread_trimmed: u64,
    pub(crate) effects_applied: u64,
    pub(crate) effects_duplicate: u64,
    pub(crate) effects_fenced: u64,
}

impl ConsumerCounts {
    #[inline]
    pub(super) fn age(&mut self, age_ms: u64, at: SimTime, shard: ShardId, host: Option<HostId>) {
        self.age_ms.record(age_ms);
        self.age_most.see(age_ms, at, Some(shard), host);
    }
}

/// A shard as one consumer sees it.
#[derive(Default)]
pub(super) struct ConsumerShard {
    processed: RangeSet,
    latest: LatestStarts,
    /// Workers that process it, in order of beginning.
    active: Vec<HostId>,
    was_processed: bool,
    is_closed: bool,
    owner: Option<HostId>,
    owner_before: Option<HostId>,
    checkpoint: Checkpoint,
    /// The last attempt of each worker, until it makes another or is refused.
    attempts: Vec<(HostId, Checkpoint)>,
    taken: u64,
    moved: u64,
    /// Calls, refused ones too, and bytes given.
    pub(super) reads: Meter,
    /// Bytes that were pushed, and in how many events.
    pub(super) pushed: Meter,
    pub(super) unowned: Spells,
    pub(super) doubled: Spells,
}

/// Where a shard was begun at LATEST, again and again until a position of it was stored.
#[derive(Default)]
struct LatestStarts {
    /// Workers that have asked for LATEST, and not yet read.
    asked: Vec<HostId>,
    /// Where the last one began.
    begun: Option<u64>,
    /// Records between where an earlier one had come and where a later one began.
    passed: RangeSet,
}

/// How far a shard is claimed to be processed.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Checkpoint {
    to: u64,
    is_shard_end: bool,
}

/// Lengths of the spells in which something was so.
#[derive(Default)]
pub(super) struct Spells {
    since: Option<SimTime>,
    longest: SimDuration,
    /// When the longest began.
    longest_from: SimTime,
    total: SimDuration,
}

impl Spells {
    fn set(&mut self, is_so: bool, at: SimTime) {
        match (self.since, is_so) {
            (None, true) => self.since = Some(at),
            (Some(_), false) => {
                let (longest, longest_from, total) = self.until(at);
                (self.longest, self.longest_from, self.total) = (longest, longest_from, total);
                self.since = None;
            }
            _ => {}
        }
    }
    /// The longest with its beginning, and the total, at `at`, with the spell that still lasts.
    fn until(&self, at: SimTime) -> (SimDuration, SimTime, SimDuration) {
        let present = self.since.map_or(SimDuration::ZERO, |since| at.since(since));
        let is_longest = present > self.longest;
        let from = self.since.filter(|_| is_longest).unwrap_or(self.longest_from);
        (self.longest.max(present), from, self.total + present)
    }
    fn restart(&mut self, at: SimTime) {
        *self = Self { since: self.since.map(|_| at), ..Self::default() };
    }
}

/// The longest spell of a consumer's shards.
#[derive(Clone, Copy, Default)]
pub(super) struct LongestSpell {
    pub(super) longest: SimDuration,
    pub(super) from: SimTime,
    pub(super) shard: Option<ShardId>,
    total: SimDuration,
}

impl LongestSpell {
    fn at_s(&self) -> Option<f64> {
        (self.longest > SimDuration::ZERO).then(|| seconds_of(self.from))
    }
}

impl ConsumerShard {
    fn set_active(&mut self, at: SimTime) {
        self.was_processed |= !self.active.is_empty();
        self.unowned.set(self.was_processed && self.active.is_empty() && !self.is_closed, at);
        self.doubled.set(self.active.len() > 1, at);
    }
    pub(super) fn start(&mut self, at: SimTime, host: HostId) {
        if !self.active.contains(&host) {
            self.active.push(host);
        }
        self.set_active(at);
    }
    fn ask_for_latest(&mut self, host: HostId) {
        self.latest.asked.retain(|other| *other != host);
        self.latest.asked.push(host);
    }
    /// A read began at `from`.
    pub(super) fn read(&mut self, host: HostId, from: u64) {
        let latest = &mut self.latest;
        let Some(at) = latest.asked.iter().position(|other| *other == host) else { return };
        latest.asked.remove(at);
        if let Some(begun) = latest.begun {
            let reached = self.processed.end().map_or(begun, |end| begun.max(end));
            latest.passed.insert(reached..from.max(reached));
        }
        latest.begun = latest.begun.max(Some(from));
    }
    /// Records that a start at LATEST passed over, and nobody has processed since.
    fn skipped_at_latest(&self) -> u64 {
        let unprocessed = |range: &Range<u64>| {
            let (mut from, mut count) = (range.start, 0);
            while let Some(missing) = self.processed.first_missing(from..range.end) {
                (from, count) = (missing.end, count + missing.end - missing.start);
            }
            count
        };
        self.latest.passed.ranges().map(unprocessed).sum()
    }
    pub(super) fn end(&mut self, at: SimTime, host: HostId) {
        self.active.retain(|h| *h != host);
        self.set_active(at);
    }
    pub(super) fn close(&mut self, at: SimTime) {
        self.is_closed = true;
        self.set_active(at);
    }
    /// Returns whether another worker had it before.
    pub(crate) fn gain(&mut self, host: HostId) -> bool {
        let is_move = self.owner_before.is_some_and(|before| before != host);
        self.taken += 1;
        self.moved += u64::from(is_move);
        (self.owner, self.owner_before) = (Some(host), Some(host));
        is_move
    }
    pub(super) fn lose(&mut self, host: HostId) {
        if self.owner == Some(host) {
            self.owner = None;
        }
    }
    pub(crate) fn attempt_checkpoint(&mut self, host: HostId, to: u64, is_shard_end: bool) {
        self.attempts.retain(|(other, attempt)| {
            // That it makes another one tells that the one before was not refused.
            self.checkpoint = if *other == host { self.checkpoint.max(*attempt) } else { self.checkpoint };
            *other != host
        });
        self.attempts.push((host, Checkpoint { to, is_shard_end }));
    }
    pub(crate) fn refuse_checkpoint(&mut self, host: HostId) {
        self.attempts.retain(|(other, _)| *other != host);
    }
    fn checkpoint(&self) -> Checkpoint {
        self.attempts.iter().map(|(_, attempt)| *attempt).fold(self.checkpoint, Checkpoint::max)
    }
    fn restart(&mut self, at: SimTime) {
        (self.taken, self.moved) = (0, 0);
        (self.reads, self.pushed) = (Meter::default(), Meter::default());
        self.latest.passed.clear();
        self.unowned.restart(at);
        self.doubled.restart(at);
    }
}

impl ConsumerMeasure {
    /// Whether it called GetRecords.
    pub(super) fn is_reading(&self) -> bool {
        self.shards.iter().any(|shard| shard.reads.total().count > 0)
    }
    /// Records finished; gives how many of them were before.
    pub(super) fn process(&mut self, at: SimTime, host: HostId, shard: ShardId, ordinals: Range<u64>) -> u64 {
        self.counts.processed += ordinals.end.saturating_sub(ordinals.start);
        let duplicates = self.shards.slot(shard.index()).processed.insert(ordinals);
        self.counts.duplicates += duplicates;
        if duplicates > 0 {
            let first = Seen { value: duplicates, at, shard: Some(shard), host: Some(host) };
            self.counts.duplicate_first.get_or_insert(first);
        }
        duplicates
    }
    /// A worker asked for an iterator at LATEST.
    pub(super) fn ask_for_latest(&mut self, shard: ShardId, host: HostId) {
        self.shards.slot(shard.index()).ask_for_latest(host);
    }
    /// Returns whether the lease moved from another worker.
    pub(crate) fn gain(&mut self, shard: ShardId, host: HostId, how: LeaseGain) -> bool {
        self.counts.stolen += u64::from(how == LeaseGain::Stolen);
        self.shards.slot(shard.index()).gain(host)
    }
    /// The host's memory is gone: it processes nothing.
    pub(super) fn crash(&mut self, at: SimTime, host: HostId) {
        self.shards.iter_mut().filter(|s| s.active.contains(&host)).for_each(|s| s.end(at, host));
    }
    /// The stream was created again: its ordinals begin at 0.
    pub(crate) fn begin_anew(&mut self) {
        for shard in self.shards.iter_mut() {
            shard.processed.clear();
            shard.latest = LatestStarts::default();
            shard.is_closed = false;
            shard.checkpoint = Checkpoint::default();
            shard.attempts.clear();
        }
    }
    pub(super) fn restart(&mut self, at: SimTime) {
        self.counts = ConsumerCounts::default();
        self.shards.iter_mut().for_each(|shard| shard.restart(at));
    }

    pub(super) fn figures(&self, span: Span, names: &Names, end_of: impl Fn(usize) -> u64) -> ConsumerFigures {
        let (counts, now) = (&self.counts, span.to);
        let nothing = Peaks::default();
        let reads = self.shards.iter().map(|s| ReadPeak::of(s.reads.minute_peak(), nothing, 0, span.minute_s()));
        let reads = reads.fold(ReadPeak::default(), ReadPeak::max);
        let pushed = self.shards.iter().map(|s| ReadPeak::of(s.pushed.minute_peak(), nothing, 0, span.minute_s()));
        let pushed = pushed.fold(ReadPeak::default(), ReadPeak::max);
        let (unowned, doubled) = (self.spells(now, |s| &s.unowned), self.spells(now, |s| &s.doubled));
        ConsumerFigures {
            stream: self.stream.to_string(),
            library: self.library.as_str(),
            store: self.store.as_str(),
            lease_table: self.lease_table.as_ref().map(ToString::to_string),
            workers: self.hosts.len() as u64,
            records_processed: counts.processed,
            records_skipped: counts.skipped,
            records_skipped_at_latest: self.shards.iter().map(ConsumerShard::skipped_at_latest).sum(),
            duplicates: counts.duplicates,
            iterator_age_p50_ms: counts.age_ms.percentile(50),
            iterator_age_p99_ms: counts.age_ms.percentile(99),
            iterator_age_max_ms: counts.age_ms.max(),
            iterator_age_max_at_s: counts.age_most.at_s(),
            iterator_age_max_shard: counts.age_most.seen().and_then(|seen| Some(seen.shard?.to_string())),
            millis_behind_latest_max_ms: counts.behind_latest_most.value(),
            millis_behind_latest_max_at_s: counts.behind_latest_most.at_s(),
            reads_throttled: counts.reads_throttled,
            read_calls_limit_peak_minute_percent: reads.calls_percent,
            read_calls_limit_peak_minute_at_s: reads.calls_at_s,
            read_bytes_limit_peak_minute_percent: reads.bytes_percent,
            read_bytes_limit_peak_minute_at_s: reads.bytes_at_s,
            fan_out_events: self.shards.iter().map(|s| s.pushed.total().count).sum(),
            fan_out_bytes_limit_peak_minute_percent: pushed.bytes_percent,
            fan_out_bytes_limit_peak_minute_at_s: pushed.bytes_at_s,
            leases_taken: self.shards.iter().map(|s| s.taken).sum(),
            leases_stolen: counts.stolen,
            leases_moved: self.shards.iter().map(|s| s.moved).sum(),
            leases_lost: counts.lost,
            renewals_failed: counts.renewals_failed,
            checkpoints: counts.checkpoints_attempted.saturating_sub(counts.checkpoints_refused),
            checkpoints_refused: counts.checkpoints_refused,
            unowned_s_max: seconds(unowned.longest),
            unowned_max_at_s: unowned.at_s(),
            unowned_s_total: seconds(unowned.total),
            double_processing_s_max: seconds(doubled.longest),
            double_processing_max_at_s: doubled.at_s(),
            double_processing_s_total: seconds(doubled.total),
            iterators_expired: counts.iterators_expired,
            unread_records_trimmed: counts.unread_trimmed,
            effects_applied: counts.effects_applied,
            effects_duplicate: counts.effects_duplicate,
            effects_fenced: counts.effects_fenced,
            leases: self.leases(now, names, end_of),
            ..ConsumerFigures::default()
        }
    }

    /// The longest spell of all shards, and their total.
    pub(super) fn spells(&self, now: SimTime, of: fn(&ConsumerShard) -> &Spells) -> LongestSpell {
        let mut all = LongestSpell::default();
        for (id, shard) in self.shards.iter().enumerate() {
            let (longest, from, total) = of(shard).until(now);
            if longest > all.longest {
                (all.longest, all.from, all.shard) = (longest, from, Some(ShardId(id as u32)));
            }
            all.total += total;
        }
        all
    }

    fn leases(
        &self,
        now: SimTime,
        names: &Names,
        end_of: impl Fn(usize) -> u64,
    ) -> std::collections::BTreeMap<String, LeaseFigures> {
        let held = self.shards.iter().enumerate().filter(|(_, s)| s.owner_before.is_some() || s.was_processed);
        let lease = |(id, s): (usize, &ConsumerShard)| {
            let owner = s.owner.or(s.active.last().copied()).map(|host| names.host(host).to_string());
            let Checkpoint { to: checkpoint, is_shard_end: is_finished } = s.checkpoint();
            let unowned_s = seconds(s.unowned.until(now).2);
            let lease = LeaseFigures {
                owner,
                taken: s.taken,
                moved: s.moved,
                checkpoint,
                end: end_of(id),
                is_finished,
                unowned_s,
            };
            (ShardId(id as u32).to_string(), lease)
        };
        held.map(lease).collect()
    }
}

fn seconds(duration: SimDuration) -> f64 {
    rounded(duration.as_secs_f64(), 1000.0)
}
