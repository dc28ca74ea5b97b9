//! The first time that a trace is read: keys by load, shards by second, and what is to be said of each shard.

use super::feed::{Key, Sink};
use super::shards::Shards;
use super::sketch::{Counted, SpaceSaving, weight};
use crate::base::{HashKeyRange, SimTime};
use crate::measure::{Advice, Meter, Pair, ShardLoad, advise};
use crate::price::{billed_kib, put_payload_units};

/// A minute with fewer records does not tell how bursty a trace is.
const MINUTE_RECORDS_MIN: u64 = 60;

/// What was seen.
pub(super) struct Survey {
    pub(super) sketch: SpaceSaving,
    pub(super) shards: Shards,
    /// All records together.
    pub(super) whole: Meter,
    pub(super) until: SimTime,
    pub(super) payload_units: u64,
    pub(super) billed_kib: u64,
    /// Whether single records were seen, and not intervals.
    pub(super) has_seconds: bool,
    /// What there is of the interval that is being read.
    interval: Pair,
    minute: Minute,
    busiest: Minute,
    /// By shard, in the order of the open ones.
    pub(super) found: Vec<Found>,
}

/// What is said of a shard.
pub(super) struct Found {
    pub(super) advice: Advice,
    /// The part of the stream's load, in percent.
    pub(super) share_percent: f64,
    /// The key with most of it, and its part of the shard's records.
    pub(super) top_key: Option<(String, f64)>,
}

/// The seconds of a minute.
#[derive(Clone, Copy, Default)]
struct Minute {
    number: u64,
    records: u64,
    second: u64,
    in_second: u64,
    peak: u64,
}

impl Minute {
    fn add(&mut self, at: SimTime) {
        let second = at.as_millis() / 1000;
        if second != self.second {
            (self.second, self.in_second) = (second, 0);
        }
        self.in_second += 1;
        self.records += 1;
        self.peak = self.peak.max(self.in_second);
    }
}

impl Survey {
    pub(super) fn new(ranges: &[HashKeyRange], counters: usize) -> Self {
        Self {
            // A key that is half of a shard's load must not be missing.
            sketch: SpaceSaving::new(counters.max(8 * ranges.len())),
            shards: Shards::new(ranges.iter().copied()),
            whole: Meter::default(),
            until: SimTime::ZERO,
            payload_units: 0,
            billed_kib: 0,
            has_seconds: false,
            interval: Pair::default(),
            minute: Minute::default(),
            busiest: Minute::default(),
            found: Vec::new(),
        }
    }

    /// All was read: what is to be said of each shard.
    pub(super) fn end(&mut self) {
        let seconds = self.seconds();
        let whole = self.whole.total().count.max(1) as f64;
        let shares = |shard: &super::shards::Shard| 100.0 * shard.asked.total().count as f64 / whole;
        let mut sorted: Vec<f64> = self.shards.open.iter().map(shares).collect();
        sorted.sort_by(f64::total_cmp);
        let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
        let top = self.top_keys();
        let found = self.shards.open.iter().zip(top).map(|(shard, top)| {
            let records = shard.asked.total().count;
            let of_shard = |of: &Counted| 100.0 * of.meter.total().count as f64 / records.max(1) as f64;
            let top_key = top.map(|of| (of.key.to_string(), of_shard(of)));
            let advice = advise(&ShardLoad {
                range_share_percent: 100.0 * shard.range.share(),
                load_share_percent: shares(shard),
                median_share_percent: median,
                open_shards: self.shards.open.len() as u64,
                throttled: shard.refused,
                second_peak_percent: shard.second_percent(),
                minute_peak_percent: shard.minute_percent(seconds),
                asked_percent: shard.minute_percent(seconds),
                is_with_retries: false,
                top_key: top_key.as_ref().map(|(key, share)| (key.as_str(), *share)),
            });
            Found { advice, share_percent: shares(shard), top_key }
        });
        self.found = found.collect();
    }

    /// How long the trace is.
    pub(super) fn seconds(&self) -> f64 {
        self.until.since(SimTime::ZERO).as_secs_f64()
    }

    /// The heaviest key of each shard.
    fn top_keys(&self) -> Vec<Option<&Counted>> {
        let mut top = vec![None; self.shards.open.len()];
        for key in self.sketch.certain() {
            top[self.shards.of(key.hash)].get_or_insert(key);
        }
        top
    }

    fn end_minute(&mut self, next: u64) {
        if self.minute.records > self.busiest.records {
            self.busiest = self.minute;
        }
        self.minute = Minute { number: next, ..Minute::default() };
    }

    /// The busiest second of the busiest minute, as a multiple of that minute's mean. Nothing is known of intervals,
    /// and not all of the last minute.
    pub(super) fn burstiness(&self) -> Option<f64> {
        let is_enough = self.busiest.records >= MINUTE_RECORDS_MIN;
        is_enough.then(|| 60.0 * self.busiest.peak as f64 / self.busiest.records as f64)
    }
}

impl Sink for Survey {
    fn record(&mut self, at: SimTime, key: Key<'_>, bytes: u64) {
        self.has_seconds = true;
        self.until = at;
        let minute = at.as_millis() / 60_000;
        if minute != self.minute.number {
            self.end_minute(minute);
        }
        self.minute.add(at);
        self.whole.add(at, 1, bytes);
        self.payload_units += put_payload_units(bytes);
        self.billed_kib += billed_kib(bytes);
        self.sketch.add(key.hash, key.text, weight(1, bytes)).add(at, 1, bytes);
        self.shards.put(at, key.hash, bytes);
    }
    fn part(&mut self, (from, to): (SimTime, SimTime), key: Key<'_>, records: u64, bytes: u64) {
        self.payload_units += records * put_payload_units(bytes / records);
        self.billed_kib += records * billed_kib(bytes / records);
        self.sketch.add(key.hash, key.text, weight(records, bytes)).add_evenly(from, to, records, bytes);
        self.shards.part(key.hash, records, bytes);
        self.interval.add(Pair { count: records, bytes });
    }
    fn settle(&mut self, from: SimTime, to: SimTime) {
        self.until = to;
        let Pair { count, bytes } = std::mem::take(&mut self.interval);
        self.whole.add_evenly(from, to, count, bytes);
        self.shards.settle(from, to);
    }
}
