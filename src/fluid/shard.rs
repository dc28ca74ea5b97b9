//! The write side of a shard: its token buckets, what it takes and refuses, and the peaks of both.

use super::amount::{MINUTE, Micro, ONE, Rate, SECOND, Share, Us, amount, part_of};
use super::curve::Curve;
use super::producer::Tried;
use crate::aws::kinesis::limits::{WRITE_BYTES_PER_S, WRITE_RECORDS_PER_S};
use crate::base::{HashKeyRange, ShardId};

/// Records a second that a shard takes, in millionths; also the depth of its bucket.
const RECORDS: Rate = WRITE_RECORDS_PER_S * ONE;
/// Bytes a second, in thousandths.
const BYTES: Rate = WRITE_BYTES_PER_S * 1000;

/// Records in millionths, and bytes in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) records: Micro,
    pub(super) bytes_milli: u64,
    pub(super) throttled: Micro,
}

impl Sum {
    pub(super) fn add(&mut self, other: Self) {
        self.records += other.records;
        self.bytes_milli += other.bytes_milli;
        self.throttled += other.throttled;
    }
    /// What a second like this brings in a time.
    fn times(self, time: Us) -> Self {
        Self {
            records: amount(self.records, time),
            bytes_milli: amount(self.bytes_milli, time),
            throttled: amount(self.throttled, time),
        }
    }
    /// Whether they differ by less than one in two thousand, or by less than a thousandth of a record.
    fn is_like(self, other: Self) -> bool {
        let like = |a: u64, b: u64| a.abs_diff(b) <= a.max(b) / 2000 + ONE / 1000;
        like(self.records, other.records) && like(self.throttled, other.throttled)
    }
}

/// The most in a second or a minute, and when that began.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Peak {
    pub(super) value: u64,
    pub(super) at: Us,
}

impl Peak {
    pub(super) fn see(&mut self, value: u64, at: Us) {
        if value > self.value {
            *self = Self { value, at };
        }
    }
}

/// The busiest seconds and minutes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Peaks {
    pub(super) second_records: Peak,
    pub(super) second_bytes: Peak,
    pub(super) minute_records: Peak,
    pub(super) minute_bytes: Peak,
}

/// What a shard is written.
#[derive(Clone, Debug)]
pub(super) struct Shard {
    pub(super) id: ShardId,
    pub(super) range: HashKeyRange,
    pub(super) opened: Us,
    pub(super) closed: Option<Us>,
    pub(super) parents: Vec<usize>,
    /// Of each source of the stream.
    pub(super) shares: Vec<Share>,
    /// What is newly put, while no producer is held back.
    pub(super) rate: Rate,
    pub(super) bytes_rate_milli: Rate,
    /// How far it is accounted for.
    now: Us,
    level_records: Micro,
    level_bytes_milli: u64,
    /// Refused records that wait for their next try, by producer and tries so far.
    pools: Vec<Micro>,
    pooled: Micro,
    pub(super) total: Sum,
    /// What it had taken when its stream looked at it last.
    at_look: Sum,
    pub(super) minute: Sum,
    /// The last minute that is over.
    pub(super) last_minute: Sum,
    second: Sum,
    last_second: (Sum, (Micro, u64)),
    /// About how many records a call is granted while the shard is short.
    grant: Micro,
    /// Records of a call for this shard, by producer and tries so far.
    sizes: Vec<Micro>,
    pub(super) peaks: Peaks,
    pub(super) curve: Curve,
    /// What had arrived by the instant below which everything has left retention when the run ends.
    pub(super) trimmed: Micro,
}

/// What is seen of a tick over all shards: by producer, and by tries so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) tried: Vec<Vec<Tried>>,
    pub(super) given_up: Vec<Micro>,
    tries: Vec<Micro>,
}

impl Seen {
    pub(super) fn new(tries: impl Iterator<Item = usize>) -> Self {
        let tried: Vec<Vec<Tried>> = tries.map(|tries| vec![Tried::default(); tries]).collect();
        Self { given_up: vec![0; tried.len()], tried, tries: Vec::new() }
    }
}

/// What is put in a tick.
pub(super) struct Tick<'a> {
    pub(super) from: Us,
    pub(super) long: Us,
    /// New records of each source, and their size and producer.
    pub(super) new: &'a [(Micro, u64, usize)],
    /// Tries that each producer's records have at most, and the pauses between.
    pub(super) pauses: &'a [Vec<Us>],
    /// The part of refused records that may be tried again, in millionths, by producer.
    pub(super) allowed: &'a [u64],
    /// Records of a new call, by producer, and how many new ones all shards are sent.
    pub(super) batches: &'a [(Micro, Micro)],
    pub(super) is_window: bool,
    pub(super) is_limited: bool,
}

impl Shard {
    pub(super) fn new(id: ShardId, range: HashKeyRange, opened: Us) -> Self {
        let mut curve = Curve::default();
        curve.extend(opened, 0, 0, 0);
        Self {
            id,
            range,
            opened,
            closed: None,
            parents: Vec::new(),
            shares: Vec::new(),
            rate: 0,
            bytes_rate_milli: 0,
            now: opened,
            level_records: RECORDS,
            level_bytes_milli: BYTES,
            pools: Vec::new(),
            pooled: 0,
            total: Sum::default(),
            at_look: Sum::default(),
            minute: Sum::default(),
            last_minute: Sum::default(),
            second: Sum::default(),
            last_second: (Sum::default(), (0, 0)),
            grant: ONE,
            sizes: Vec::new(),
            peaks: Peaks::default(),
            curve,
            trimmed: 0,
        }
    }

    /// Records and bytes taken since its stream looked at it last.
    pub(super) fn since_look(&self) -> (Micro, u64) {
        (self.total.records - self.at_look.records, self.total.bytes_milli - self.at_look.bytes_milli)
    }
    /// Its stream looks at it.
    pub(super) fn look(&mut self) {
        self.at_look = self.total;
    }

    /// Whether something is refused, or may soon be, or waits to be tried again.
    pub(super) fn is_strained(&self) -> bool {
        self.rate > RECORDS || self.bytes_rate_milli > BYTES || self.pooled > 0
    }

    /// Takes all that is put until `to`.
    pub(super) fn take_all(&mut self, to: Us) {
        let long = to.saturating_sub(self.now);
        if long == 0 {
            return;
        }
        let second = Sum { records: self.rate, bytes_milli: self.bytes_rate_milli, throttled: 0 };
        self.level_records = RECORDS.min(self.level_records + amount(RECORDS - self.rate.min(RECORDS), long));
        let spare = BYTES - self.bytes_rate_milli.min(BYTES);
        self.level_bytes_milli = BYTES.min(self.level_bytes_milli + amount(spare, long));
        self.repeat(second, to);
    }

    /// Goes on until `to` as in a second like this.
    fn repeat(&mut self, second: Sum, to: Us) {
        let long = to - self.now;
        let sum = second.times(long);
        let peak = second.times(long.min(SECOND));
        self.peaks.second_records.see(peak.records, self.now);
        self.peaks.second_bytes.see(peak.bytes_milli, self.now);
        self.account(sum, second.records, to);
    }

    fn account(&mut self, sum: Sum, rate: Rate, to: Us) {
        self.total.add(sum);
        self.minute.add(sum);
        let bytes_each = part_of(sum.bytes_milli, ONE, sum.records);
        self.curve.extend(to, rate, sum.records, bytes_each);
        self.now = to;
    }

    /// A tick in which something may be refused.
    pub(super) fn tick(&mut self, tick: &Tick<'_>, seen: &mut Seen) {
        let Seen { tried, given_up, tries } = seen;
        let width = tick.pauses.iter().map(|pauses| pauses.len() + 1).max().unwrap_or(1);
        self.pools.resize(width * tick.pauses.len(), 0);
        self.sizes.resize(self.pools.len(), ONE);
        tries.clear();
        tries.resize(self.pools.len(), 0);
        let (mut all, mut bytes_milli) = (0, 0);
        for (source, (new, size_milli, producer)) in tick.new.iter().enumerate() {
            let new = self.shares[source].of(*new);
            tries[producer * width] += new;
            all += new;
            bytes_milli += part_of(new, *size_milli, ONE);
        }
        let size_milli = match all {
            // What waits has the size of what came.
            0 => tick.new.first().map_or(0, |first| first.1),
            all => part_of(bytes_milli, ONE, all),
        };
        for (producer, pauses) in tick.pauses.iter().enumerate() {
            for (k, pause) in pauses.iter().enumerate() {
                let pool = &mut self.pools[producer * width + k];
                let due = part_of(*pool, tick.long, (*pause).max(tick.long));
                *pool -= due;
                tries[producer * width + k + 1] += due;
                all += due;
            }
        }
        for (producer, (batch, sent)) in tick.batches.iter().enumerate() {
            self.sizes[producer * width] = part_of(*batch, tries[producer * width], *sent).max(ONE);
        }
        let bytes_milli = part_of(all, size_milli, ONE);
        let taken = self.admit(tick, all, bytes_milli, size_milli);
        let refused_all = all - taken;
        let scale = if refused_all > 0 { self.find_grant(tries, taken) } else { 0.0 };
        for (producer, pauses) in tick.pauses.iter().enumerate() {
            for k in 0..=pauses.len() {
                let these = tries[producer * width + k];
                let (granted, left) = if refused_all > 0 { self.granted(producer * width + k) } else { (1.0, None) };
                let refused = these - ((these as f64 * granted * scale.max(1e-9)) as u64).min(these);
                let refused = if refused_all > 0 { refused } else { 0 };
                if let (Some((size, _)), true) = (left, k < pauses.len()) {
                    self.sizes[producer * width + k + 1] = size;
                }
                let slot = &mut tried[producer][k];
                slot.left += left.map_or(0, |(_, left)| left);
                slot.all += these;
                slot.refused += refused;
                let again = if k < pauses.len() { part_of(refused, tick.allowed[producer], ONE) } else { 0 };
                self.pools[producer * width + k] += again;
                given_up[producer] += refused - again;
            }
        }
        self.pooled = self.pools.iter().sum();
        let bytes_milli = part_of(taken, size_milli, ONE);
        self.second.add(Sum { records: taken, bytes_milli, throttled: refused_all });
    }

    /// The part of its records that a call of a try is granted, on average; and if it is not granted all, the records
    /// that are left of it, with how much it is larger than a grant, in thousandths.
    ///
    /// Units come back evenly and calls come as chance has it, so what a call finds is spread exponentially: a call of
    /// few records has a better chance of each than one of many.
    fn granted(&self, at: usize) -> (f64, Option<(Micro, u64)>) {
        let (size, grant) = (self.sizes[at] as f64, self.grant.max(1) as f64);
        let times = size / grant;
        let short = 1.0 - libm::exp(-times);
        let granted = short / times;
        let left = (size * (1.0 - granted) / short.max(1e-9)) as u64;
        (granted, Some((left.max(ONE), (times * 1000.0) as u64)))
    }

    /// Finds the grant with which calls are together granted what is there. What is left to scale by comes back.
    fn find_grant(&mut self, tries: &[Micro], there: Micro) -> f64 {
        let there = there.max(1) as f64;
        let all =
            |shard: &Self| tries.iter().enumerate().map(|(at, these)| *these as f64 * shard.granted(at).0).sum::<f64>();
        for _ in 0..4 {
            let all = all(self);
            let grant = self.grant as f64 * (there / all.max(1.0)).clamp(0.1, 10.0);
            self.grant = (grant as u64).clamp(1000, 1_000_000 * ONE);
        }
        there / all(self).max(1.0)
    }

    /// How much of what is put fits the limits; the buckets are as they are afterwards.
    fn admit(&mut self, tick: &Tick<'_>, all: Micro, bytes_milli: u64, size_milli: u64) -> Micro {
        if !tick.is_limited {
            return all;
        }
        let is_new_window = tick.is_window && tick.from.is_multiple_of(SECOND);
        let refill = |level: u64, rate: u64| match (tick.is_window, is_new_window) {
            (true, true) => rate,
            (true, false) => level,
            (false, _) => level + amount(rate, tick.long),
        };
        let (records, bytes) = (refill(self.level_records, RECORDS), refill(self.level_bytes_milli, BYTES));
        let fits = if bytes_milli > bytes { part_of(bytes, ONE, size_milli) } else { all };
        let taken = all.min(records).min(fits);
        self.level_records = RECORDS.min(records - taken);
        self.level_bytes_milli = BYTES.min(bytes.saturating_sub(part_of(taken, size_milli, ONE)));
        taken
    }

    /// A second of ticks is over. Returns whether the next will be like it.
    pub(super) fn end_second(&mut self, to: Us) -> bool {
        let long = to - self.now;
        if long == 0 {
            return true;
        }
        let second = self.second;
        let rate = if long == SECOND { second.records } else { part_of(second.records, SECOND, long) };
        self.peaks.second_records.see(second.records, self.now);
        self.peaks.second_bytes.see(second.bytes_milli, self.now);
        let (last, level) = self.last_second;
        let is_level =
            self.level_records.abs_diff(level.0) < ONE && self.level_bytes_milli.abs_diff(level.1) < BYTES / 2000;
        let is_like = long == SECOND && second.is_like(last) && is_level;
        self.last_second = (second, (self.level_records, self.level_bytes_milli));
        self.account(second, rate, to);
        self.second = Sum::default();
        if self.pooled < ONE / 100 {
            self.pools.fill(0);
            self.pooled = 0;
        }
        is_like
    }

    /// Goes on until `to` as in the last second.
    pub(super) fn go_on(&mut self, to: Us) {
        self.repeat(self.last_second.0, to);
    }

    pub(super) fn waiting_of(&self, producer: usize, width: usize) -> Micro {
        self.pools.iter().skip(producer * width).take(width).sum()
    }

    /// Takes no more records. What waits to be tried again goes elsewhere.
    pub(super) fn close(&mut self, at: Us) -> Vec<Micro> {
        (self.closed, self.rate, self.bytes_rate_milli, self.pooled) = (Some(at), 0, 0, 0);
        std::mem::take(&mut self.pools)
    }
    /// Takes over a part of what waits to be tried again.
    pub(super) fn inherit(&mut self, pools: &[Micro], part: u64, of: u64) {
        self.pools.resize(self.pools.len().max(pools.len()), 0);
        for (pool, inherited) in self.pools.iter_mut().zip(pools) {
            *pool += part_of(*inherited, part, of);
        }
        self.pooled = self.pools.iter().sum();
    }

    /// A minute is over.
    pub(super) fn end_minute(&mut self, began: Us) -> Sum {
        self.peaks.minute_records.see(self.minute.records, began);
        self.peaks.minute_bytes.see(self.minute.bytes_milli, began);
        self.last_minute = std::mem::take(&mut self.minute);
        self.last_minute
    }

    /// Where records had come at the instant below which the run's end has trimmed all.
    pub(super) fn note_trimmed(&mut self, horizon: Us) {
        if horizon > 0 && self.now >= horizon && self.trimmed == 0 {
            self.trimmed = self.curve.at(horizon);
        }
    }
}

/// The minute that an instant lies in.
pub(super) fn minute_of(at: Us) -> usize {
    (at / MINUTE) as usize
}
